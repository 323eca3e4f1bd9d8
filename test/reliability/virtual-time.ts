/** Time for tests: a clock that moves when told, and timers that fire when it passes them. */
import type { Clock, Timers } from '../../electron/core/ports.ts';

interface PendingTimer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Any time will do; this one is in November 2023. */
const beginning = 1_700_000_000_000;

export class VirtualTime {
  #monotonic = 1_000_000;
  #wallAhead: number;
  #order = 0;
  #timers = new Set<PendingTimer>();

  /** @param start wall clock at the beginning, ms UTC */
  constructor(start = beginning) {
    this.#wallAhead = start - this.#monotonic;
  }

  readonly clock: Clock = {
    now: () => this.#monotonic + this.#wallAhead,
    monotonic: () => this.#monotonic,
  };

  readonly timers: Timers = {
    after: (milliseconds, run) => {
      this.#order += 1;
      const timer = { at: this.#monotonic + milliseconds, order: this.#order, run };
      this.#timers.add(timer);
      return () => this.#timers.delete(timer);
    },
  };

  get pending(): number {
    return this.#timers.size;
  }

  /** Somebody sets the wall clock, or the machine slept: the monotonic clock did not move. */
  moveWallClock(by: number): void {
    this.#wallAhead += by;
  }

  /** The process died: nothing of it runs any more. */
  dropTimers(): void {
    this.#timers.clear();
  }

  /** Both clocks run for so many milliseconds; whatever falls due runs in its order. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    await settle();
    for (;;) {
      let next: PendingTimer | undefined;
      for (const timer of this.#timers) {
        if (timer.at > end) continue;
        if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
          next = timer;
      }
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#monotonic = Math.max(this.#monotonic, next.at);
      next.run();
      await settle();
    }
    this.#monotonic = end;
  }
}

/**
 * Lets everything that is ready to run, run. Nothing here waits for a real timer or a real socket, so a few turns of the
 * event loop bring every chain of promises to its end.
 */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise<void>((done) => setImmediate(done));
}
