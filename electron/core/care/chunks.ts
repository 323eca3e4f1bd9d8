/**
 * Long work on the main thread, in pieces so short that nobody notices: after each piece others get their turn, and the
 * next piece is as long as the last one was quick.
 */
import type { Clock, Timers } from '../ports.ts';

/** What a piece should take, milliseconds. A frame has 16. */
const wantedMilliseconds = 3;
const smallest = 20;
const largest = 4_000;
/** Between two pieces, milliseconds. */
const breathMilliseconds = 5;

export interface ChunkParts {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly timers: Timers;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls `step` for one range of ids after the other until the last is reached, `step` answers `'done'`, or the signal stops
 * it.
 * @returns true when it came to its end
 */
export async function inChunks(
  parts: ChunkParts,
  from: number,
  last: number,
  step: (after: number, until: number) => 'more' | 'done',
): Promise<boolean> {
  let span = 100;
  let after = from;
  while (after < last) {
    if (parts.signal?.aborted === true) return false;
    const until = Math.min(after + span, last);
    const began = parts.clock.monotonic();
    if (step(after, until) === 'done') return true;
    const took = Math.max(parts.clock.monotonic() - began, 0.05);
    span = Math.round(Math.min(largest, Math.max(smallest, span * Math.min(2, wantedMilliseconds / took))));
    after = until;
    await new Promise<void>((resolve) => parts.timers.after(breathMilliseconds, resolve));
  }
  return true;
}
