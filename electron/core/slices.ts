/** Long work on the main thread, in slices so short that nobody notices, with time for everything else in between. */
import type { Timers } from './ports.ts';

/** How long one slice may take: half of a frame, so that a frame with one in it is still drawn. */
export const sliceMilliseconds = 6;
/** As long again belongs to everything else. */
const pauseMilliseconds = 10;

/**
 * Repeats `step` until it says that nothing is left.
 * @param step works for about the time it is given; true: there is more
 * @param onError what it threw; nothing follows
 * @returns stops between two slices
 */
export function inSlices(
  step: (milliseconds: number) => boolean,
  timers: Timers,
  onError: (error: unknown) => void,
): () => void {
  let stop = (): void => {};
  const next = (): void => {
    stop = timers.after(pauseMilliseconds, () => {
      try {
        if (step(sliceMilliseconds)) next();
      } catch (error) {
        onError(error);
      }
    });
  };
  next();
  return () => stop();
}
