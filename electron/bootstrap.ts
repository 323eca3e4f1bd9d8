/**
 * First file that runs: the first mark, and a guard that turns a bug during start-up into a line and an exit code
 * instead of Electron's own dialog. Everything else is in `main.ts`, loaded from here.
 */
import { mark } from './boot/startup-trace.ts';

mark('bootstrap');

process.on('uncaughtException', (error) => {
  process.stderr.write(`outtray: ${error.stack ?? String(error)}\n`);
  process.exit(70);
});

void import('./main.ts');
