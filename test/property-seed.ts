/**
 * Property tests draw the same cases in every run of `script/test`, so that a change is never blamed for a case nobody had
 * drawn before. `script/test --long` draws others each time and prints their seed; `OUTTRAY_SEED=n` repeats a run.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.OUTTRAY_SEED ?? 20_260_101) });
