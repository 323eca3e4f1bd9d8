/**
 * Hooks for tests, reachable only in a program that is not packaged: `OUTTRAY_HALT_AT=<point>` stops the whole process at
 * a point of a send, so that a test can kill it exactly there.
 * `OUTTRAY_LIST_FILE=<path>` stands for the file a person would choose.
 */
import { writeSync } from 'node:fs';
import { type SendPoint, sendPoints } from './core/outbox/dispatcher.ts';

/** @returns a probe that never returns from the named point, or undefined when none is named */
export function haltingProbe(
  environment: Readonly<Record<string, string | undefined>>,
): ((point: SendPoint) => void) | undefined {
  const wanted = sendPoints.find((point) => point === environment.OUTTRAY_HALT_AT);
  if (wanted === undefined) return undefined;
  return (point) => {
    if (point !== wanted) return;
    writeSync(2, `halted at ${point}\n`);
    // Blocks the main thread: nothing more is written, sent or read until the process is killed.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}

/** The file that is read instead of asking for one. */
export function listFile(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  return environment.OUTTRAY_LIST_FILE;
}
