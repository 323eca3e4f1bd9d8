/** How long something may take, and who may stop it. */

export interface Expiry {
  /** By the monotonic clock, ms. */
  readonly at: number;
  onTime(): void;
}

/**
 * One timer for everything that may take equally long and therefore runs out in the order it began. A timer and a
 * listener for each text would cost more than writing and reading it.
 */
export class Deadlines {
  readonly #open = new Set<Expiry>();
  #timer: NodeJS.Timeout | undefined;

  add(expiry: Expiry): void {
    this.#open.add(expiry);
    if (this.#timer === undefined) this.#wait(expiry.at);
  }

  remove(expiry: Expiry): void {
    this.#open.delete(expiry);
  }

  #wait(until: number): void {
    this.#timer = setTimeout(this.#onTimer, Math.max(0, until - performance.now()));
    // It runs on when nobody waits any more, and must not keep a process alive that has nothing else to do. Whatever is
    // waited for (a socket, the secret store) does that by itself.
    this.#timer.unref();
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const expiry of [...this.#open]) {
      // A timer may come a fraction early; a millisecond less of patience does nobody harm.
      if (expiry.at > now + 1) {
        this.#wait(expiry.at);
        return;
      }
      expiry.onTime();
    }
  };
}

export interface Abortable {
  onAbort(): void;
}

/** Who is to stop when a signal is aborted: one listener on each signal, however many requests it can stop. */
const abortables = new WeakMap<AbortSignal, Set<Abortable>>();

/** `onAbort` is called once, unless it is forgotten before. Not for a signal that is aborted already. */
export function onAbortOf(signal: AbortSignal, abortable: Abortable): void {
  const known = abortables.get(signal);
  if (known !== undefined) {
    known.add(abortable);
    return;
  }
  const waiting = new Set([abortable]);
  abortables.set(signal, waiting);
  const stopAll = (): void => {
    for (const each of [...waiting]) each.onAbort();
  };
  signal.addEventListener('abort', stopAll, { once: true });
}

export function forgetAbort(signal: AbortSignal, abortable: Abortable): void {
  abortables.get(signal)?.delete(abortable);
}
