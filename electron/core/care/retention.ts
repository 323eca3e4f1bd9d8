/**
 * Erases the bodies of old texts, when the office has said after how many days. Runs some time after the start and then a
 * few times a day, in pieces of a few milliseconds.
 */
import type { BodyEraser, Clock, Log, Timers } from '../ports.ts';
import { inChunks } from './chunks.ts';

const dayMilliseconds = 24 * 3_600_000;
/** After the start, so that drawing windows and draining the outbox come first. */
const firstPassMilliseconds = 60_000;
const passMilliseconds = 6 * 3_600_000;

export interface RetentionParts {
  readonly eraser: BodyEraser;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Null: texts are kept. */
  readonly days: () => number | null;
  /** Many texts changed: the windows read again. */
  readonly onErased: () => void;
}

export class Retention {
  readonly #parts: RetentionParts;
  readonly #stop = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #running: Promise<number> | undefined;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#next(firstPassMilliseconds);
  }

  /** The setting changed: begins soon instead of in hours. */
  settingChanged(): void {
    if (this.#cancelTimer !== undefined) this.#next(1_000);
  }

  /** Ends after the piece that is under way. */
  async stop(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#stop.abort();
    await this.#running?.catch(() => undefined);
  }

  /** One whole pass. Returns how many bodies were erased. */
  pass(): Promise<number> {
    this.#running ??= this.#pass().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #pass(): Promise<number> {
    const { eraser, clock, days } = this.#parts;
    const kept = days();
    if (kept === null) return 0;
    const now = clock.now();
    const before = now - kept * dayMilliseconds;
    let erased = 0;
    let firstKept: number | undefined;
    const from = eraser.firstToErase();
    let reached = from;
    await inChunks({ ...this.#parts, signal: this.#stop.signal }, from, eraser.lastId(), (after, until) => {
      const chunk = eraser.eraseOld(after, until, before, now);
      erased += chunk.erased;
      firstKept ??= chunk.firstKept;
      reached = until;
      // Ids grow with time: what follows is younger. A clock that was wrong for a while is made up for by a later pass.
      return chunk.nextCreatedAt === undefined || chunk.nextCreatedAt >= before ? 'done' : 'more';
    });
    eraser.rememberErasedUpTo(firstKept === undefined ? reached : firstKept - 1);
    const stopped = eraser.eraseStopped(before);
    if (erased + stopped > 0) {
      eraser.dropTraces();
      this.#parts.log.info('bodies-erased', { count: erased, recurring: stopped });
      this.#parts.onErased();
    }
    return erased;
  }

  #next(milliseconds: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#parts.timers.after(milliseconds, () => {
      this.pass()
        .catch((error: unknown) => this.#parts.log.warn('erasing-failed', { error: String(error) }))
        .finally(() => {
          if (this.#cancelTimer !== undefined) this.#next(passMilliseconds);
        });
    });
  }
}
