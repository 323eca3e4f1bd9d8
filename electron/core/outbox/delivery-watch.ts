/**
 * Asks Clickatell, politely, what became of the texts of an account that it took: one question at a time, a second apart,
 * each text a few times in three days. A desktop program has no public address, so nobody can tell it by himself.
 *
 * Nothing runs while there is nothing to ask. Reports may come in any order and twice; the table of states decides.
 */
import type { Clock, DeliveryStore, Gateway, GatewayContext, Log, TextToAsk, Timers } from '../ports.ts';
import { askStatus, type QuestionParts } from './ask-status.ts';
import { askedFor, nextQuestionAt, retryQuestionAt } from './delivery-schedule.ts';
import type { SendingState } from './dispatcher.ts';

export interface DeliveryWatchParts {
  readonly accountId: number;
  readonly store: DeliveryStore;
  readonly gateway: Pick<Gateway, 'status'>;
  readonly readKey: GatewayContext['readKey'];
  readonly report: QuestionParts['report'];
  /** What sending is doing: a line that is down, or a key that is refused, answers no question either. */
  readonly sending: () => SendingState;
  readonly clock: Clock;
  readonly timers: Timers;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

/** Between two questions. */
const gapMilliseconds = 1_000;
/** Longest single timer: it may stand still while the machine sleeps, see the dispatcher. */
const longestTimerMilliseconds = 5 * 60_000;
/** While nothing can be asked. */
const unaskableMilliseconds = 5 * 60_000;
/** Texts are taken many a second; looking once a second is soon enough for a question that is due in a minute. */
const lookMilliseconds = 1_000;

export class DeliveryWatch {
  readonly #parts: DeliveryWatchParts;
  readonly #stop = new AbortController();
  #started = false;
  #cancelTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(parts: DeliveryWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#started = true;
    this.#wakeAfter(lookMilliseconds);
  }

  /** Ends a question under way: it was harmless. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelTimer?.();
    await this.#running;
  }

  /** A text was taken, or the machine woke up. Cheap; call it whenever in doubt. */
  wake(): void {
    if (this.#started && this.#running === undefined) this.#wakeAfter(lookMilliseconds);
  }

  /** Resolves when the questions that were due have been asked. For tests and for an orderly end. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  #wakeAfter(milliseconds: number): void {
    if (this.#stop.signal.aborted) return;
    const wait = Math.max(0, Math.min(milliseconds, longestTimerMilliseconds));
    const at = this.#parts.clock.monotonic() + wait;
    if (this.#cancelTimer !== undefined && this.#timerAt <= at) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = this.#parts.timers.after(wait, () => {
      this.#cancelTimer = undefined;
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
    });
  }

  async #run(): Promise<void> {
    const { store, accountId, clock, log } = this.#parts;
    try {
      const now = clock.now();
      const next = store.nextQuestion(accountId, now);
      if (next === undefined) return;
      if (next > now) {
        this.#wakeAfter(next - now);
        return;
      }
      if (!this.#canAsk()) {
        this.#wakeAfter(unaskableMilliseconds);
        return;
      }
      const [text] = store.toAsk(accountId, now, 1);
      if (text !== undefined && (await this.#ask(text))) this.#wakeAfter(gapMilliseconds);
      else this.#wakeAfter(unaskableMilliseconds);
    } catch (error) {
      // The disk. Sending tells it to the person; questions can wait.
      log.warn('delivery-question-failed', { error: String(error) });
      this.#wakeAfter(unaskableMilliseconds);
    }
  }

  /** False when the gateway cannot be asked at the moment: the others would fare no better. */
  async #ask(text: TextToAsk): Promise<boolean> {
    const { store, clock, random } = this.#parts;
    const answer = await askStatus('status', text, {
      gateway: this.#parts.gateway,
      readKey: this.#parts.readKey,
      report: this.#parts.report,
      signal: this.#stop.signal,
    });
    if (this.#stop.signal.aborted) return false;
    const now = clock.now();
    switch (answer.kind) {
      case 'not-offered':
        store.asked(text.id, undefined);
        return true;
      case 'no-answer': {
        const over = now - text.from >= askedFor;
        if (over) await this.#giveUp(text);
        else store.postpone(text.id, retryQuestionAt(now, random()));
        return false;
      }
      case 'status': {
        if (answer.changed) return true;
        const next = nextQuestionAt(text.from, now, random());
        store.asked(text.id, next);
        if (next === undefined) await this.#giveUp(text);
        return true;
      }
    }
  }

  async #giveUp(text: TextToAsk): Promise<void> {
    await this.#parts.report([{ messageId: text.id, event: 'stop-asking' }]);
  }

  #canAsk(): boolean {
    const sending = this.#parts.sending();
    if (sending.state === 'offline') return false;
    // What a person paused is sending; asking costs nothing. A key or an address that is refused is refused here too.
    return sending.state === 'running' || sending.reason === 'person' || sending.reason === 'no-credit';
  }
}
