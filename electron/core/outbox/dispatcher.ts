/**
 * Takes texts out of the outbox, hands them to the gateway and writes down what is known afterwards.
 *
 * One loop, one timer, no polling: it runs when something was submitted, when a request ended, when a person resumed,
 * when the system says the line or the machine is back, and when the one timer fires.
 *
 * Around each request stand two commits: the claim (after it a crash means *Maybe sent*) and the close. If the close
 * cannot be written, nothing more is claimed and the result is kept in memory until it can be.
 */
import type { AccountPauseReason } from '../../../shared/domain/message.ts';
import type {
  AttemptResult,
  Calendar,
  Clock,
  Gateway,
  Log,
  OpenAttempt,
  OutboxStore,
  Pause,
  SendResult,
  Timers,
} from '../ports.ts';
import { backoff } from './backoff.ts';

/** Points of a send at which tests stop the process. The wire's own points are reached from outside, by a proxy. */
export const sendPoints = ['claim-committed', 'before-close-commit', 'after-close-commit'] as const;
export type SendPoint = (typeof sendPoints)[number];

export interface DispatcherLimits {
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Recipients in one request: as many texts as one lost answer puts in doubt. */
  readonly batchSize: number;
}
export const defaultLimits: DispatcherLimits = { concurrency: 4, batchSize: 50 };

const alwaysOpen = { open: true, changesAt: undefined } as const;

/** How long to wait before trying again to write what could not be written. */
const storageRetryMilliseconds = 5_000;
/**
 * Longest single timer while waiting for a wall-clock time: Node's timers may not count the time a machine sleeps, so
 * the clock is read again at least this often. https://github.com/nodejs/node/issues/6763
 */
const longestTimerMilliseconds = 30_000;
/** A server that asks to wait until now, or until yesterday, is not asked again in the same breath. */
const shortestPauseMilliseconds = 1_000;
/** A date far away is a clock that was wrong, theirs or ours: after a day the server is asked again. */
const longestTimedPauseMilliseconds = 24 * 3_600_000;
/** How long quitting waits for requests under way. */
const drainMilliseconds = 5_000;

export type SendingState =
  | { readonly state: 'running' }
  | {
      readonly state: 'paused';
      readonly reason: AccountPauseReason;
      readonly until: number | undefined;
      readonly text: string;
    }
  | { readonly state: 'offline'; readonly nextTry: number };

export interface DispatcherParts {
  readonly store: OutboxStore;
  readonly gateway: Gateway;
  readonly accountId: number;
  readonly readKey: () => Promise<string | undefined>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  readonly limits?: DispatcherLimits;
  /** Absent: always open. */
  readonly calendar?: Calendar;
  /** Rows that changed, for the windows. */
  readonly onMessagesChanged: (ids: readonly number[]) => void;
  /** Running, paused or offline changed. */
  readonly onSendingChanged: (state: SendingState) => void;
  /** The gateway, not a person, paused the account: said once. */
  readonly onPausedByGateway: (pause: Pause) => void;
  /** The disk refused a write (full, read-only, broken). Said once until it works again. */
  readonly onStorageProblem: (error: unknown) => void;
  readonly probe?: (point: SendPoint) => void;
}

export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #limits: DispatcherLimits;
  readonly #abort = new AbortController();
  #started = false;
  #stopping = false;
  /** See `abandon`. */
  #ended = false;
  /** On the monotonic clock: a resume that is never announced must not hold the texts for ever. */
  #asleepUntil: number | undefined;
  #turning = false;
  #turnAgain = false;
  #cancelTimer: (() => void) | undefined;
  #inFlight = 0;
  #unclosed: AttemptResult[] = [];
  #closing: Promise<void> | undefined;
  #storageFailing = false;
  #pause: Pause | undefined;
  /** On the monotonic clock; only of a pause that ends by itself. */
  #pauseEndsAt = 0;
  #lineFailures = 0;
  #doubtfulInARow = 0;
  /** On the monotonic clock; undefined while the line is believed up. */
  #lineRetryAt: number | undefined;
  #nextTryWallClock = 0;
  #idle: (() => void)[] = [];

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? defaultLimits;
  }

  /** Reads whether the account was paused before, so that `sending` tells it although nothing runs yet. */
  async readPause(): Promise<void> {
    this.#setPause(await this.#parts.store.accountPause(this.#parts.accountId));
  }

  async start(): Promise<void> {
    await this.readPause();
    this.#started = true;
    this.#parts.onSendingChanged(this.sending());
    this.wake();
  }

  /**
   * Stops claiming and waits up to five seconds for requests under way. What still runs then is cut and becomes
   * *Maybe sent*: now while the database is open, otherwise at the next start.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer?.();
    if (this.#unclosed.length > 0) await this.#closeFinished();
    if (this.#inFlight === 0 && this.#unclosed.length === 0 && !this.#turning) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.timers.after(drainMilliseconds, resolve);
      this.#idle.push(() => {
        cancel();
        resolve();
      });
    });
    // What still runs ends now, as *Maybe sent*, and is written down as long as the database is open.
    this.#abort.abort();
  }

  /** The database is about to close: what comes in after this is for the next start to find out. */
  abandon(): void {
    this.#ended = true;
  }

  sending(): SendingState {
    const pause = this.#activePause();
    if (pause !== undefined) {
      return { state: 'paused', reason: pause.reason, until: pause.until, text: pause.text };
    }
    if (this.#lineRetryAt !== undefined) return { state: 'offline', nextTry: this.#nextTryWallClock };
    return { state: 'running' };
  }

  /** Something may be due. Cheap; call it whenever in doubt. */
  wake(): void {
    if (!this.#started || this.#stopping) return;
    if (this.#turning) {
      this.#turnAgain = true;
      return;
    }
    void this.#turn();
  }

  /** The system says that the line, or the machine, is back: try at once instead of waiting the back-off out. */
  lineMayBeBack(): void {
    if (this.#lineRetryAt !== undefined) {
      this.#lineRetryAt = this.#parts.clock.monotonic();
      this.#nextTryWallClock = this.#parts.clock.now();
    }
    this.wake();
  }

  /** The machine is about to sleep: open no request that would be cut in the middle. */
  fallAsleep(): void {
    this.#asleepUntil = this.#parts.clock.monotonic() + longestTimerMilliseconds;
  }

  /**
   * The machine is awake again. A connection from before may be dead without knowing it, and a request on it would end
   * *Maybe sent*; so they are dropped, unless one is still being used.
   */
  async wakeUp(): Promise<void> {
    if (this.#inFlight === 0) await this.#parts.gateway.close();
    this.#asleepUntil = undefined;
    this.lineMayBeBack();
  }

  async pause(pause: Pause): Promise<void> {
    await this.#parts.store.pauseAccount(this.#parts.accountId, pause);
    this.#setPause(pause);
    this.#parts.onSendingChanged(this.sending());
    this.wake();
  }

  async resume(): Promise<void> {
    await this.#parts.store.pauseAccount(this.#parts.accountId, undefined);
    this.#pause = undefined;
    this.#forgetLine();
    this.wake();
  }

  /**
   * A pause that ends by itself ends on whichever clock says so first: the wall clock can be set back, and the monotonic one
   * may stand still while the machine sleeps.
   */
  #activePause(): Pause | undefined {
    const { until } = this.#pause ?? {};
    if (until === undefined) return this.#pause;
    const { now, monotonic } = this.#parts.clock;
    return until <= now() || this.#pauseEndsAt <= monotonic() ? undefined : this.#pause;
  }

  #setPause(pause: Pause | undefined): void {
    this.#pause = pause;
    const rest = Math.min((pause?.until ?? 0) - this.#parts.clock.now(), longestTimedPauseMilliseconds);
    this.#pauseEndsAt = this.#parts.clock.monotonic() + rest;
  }

  async #turn(): Promise<void> {
    this.#turning = true;
    try {
      do {
        this.#turnAgain = false;
        await this.#claimWhatIsDue();
      } while (this.#turnAgain && !this.#stopping);
    } catch (error) {
      this.#storageProblem(error);
    } finally {
      this.#turning = false;
      this.#settleIdle();
    }
  }

  async #claimWhatIsDue(): Promise<void> {
    const { store, clock, accountId, gateway } = this.#parts;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#stopping) return;
    if (this.#asleepUntil !== undefined) {
      const rest = this.#asleepUntil - clock.monotonic();
      if (rest > 0) {
        this.#wakeAfter(rest);
        return;
      }
      this.#asleepUntil = undefined;
    }

    if (this.#unclosed.length > 0) {
      await this.#closeFinished();
      if (this.#unclosed.length > 0) return;
    }

    const now = clock.now();
    if ((await store.holdLate(accountId, now)) > 0) this.#parts.onMessagesChanged([]);

    if (this.#pause !== undefined) {
      const pause = this.#activePause();
      if (pause !== undefined) {
        if (pause.until !== undefined) {
          this.#wakeAfter(Math.min(pause.until - now, this.#pauseEndsAt - clock.monotonic()));
        }
        return;
      }
      this.#pause = undefined;
      await store.pauseAccount(accountId, undefined);
      this.#parts.onSendingChanged(this.sending());
    }

    // Half open: after a failure one request alone finds out whether the line is back.
    const probing = this.#lineRetryAt !== undefined;
    if (this.#lineRetryAt !== undefined) {
      const wait = this.#lineRetryAt - clock.monotonic();
      if (wait > 0) {
        this.#wakeAfter(wait);
        return;
      }
      if (this.#inFlight > 0) return;
    }

    const slots = probing ? 1 : this.#limits.concurrency - this.#inFlight;
    if (slots <= 0) return;
    const window = this.#parts.calendar?.windowAt(now) ?? alwaysOpen;
    const attempts = await store.claim({
      open: window.open,
      spreadUrgent: true,
      accountId,
      now,
      maxAttempts: slots,
      maxRecipients: probing ? 1 : Math.min(this.#limits.batchSize, gateway.capabilities.maxRecipients),
      maxPersonalTexts: probing
        ? 1
        : Math.min(this.#limits.batchSize, gateway.capabilities.personalTexts ?? 1),
    });
    this.#storageFailing = false;
    if (attempts.length === 0) {
      // Nothing waits that could find out whether the line is back, so nothing is known to be wrong.
      if (probing) this.#forgetLine();
      const due = await store.nextDue(accountId, now);
      const next = Math.min(due ?? Number.POSITIVE_INFINITY, window.changesAt ?? Number.POSITIVE_INFINITY);
      if (next < Number.POSITIVE_INFINITY) this.#wakeAfter(next - now);
      return;
    }
    this.#parts.onMessagesChanged(
      attempts.flatMap((attempt) => attempt.messages.map((message) => message.id)),
    );
    for (const attempt of attempts) {
      this.#inFlight += 1;
      void this.#send(attempt);
    }
  }

  async #send(attempt: OpenAttempt): Promise<void> {
    this.#parts.probe?.('claim-committed');
    let result: SendResult;
    try {
      result = await this.#parts.gateway.send(
        { requestRef: attempt.requestRef, messages: attempt.messages },
        { signal: this.#abort.signal, readKey: this.#parts.readKey },
      );
    } catch (error) {
      // A gateway promises not to reject. If it does all the same, nothing is known.
      this.#parts.log.error('gateway-threw', { error: String(error) });
      result = {
        outcomes: attempt.messages.map(() => ({ kind: 'unknown', why: 'internal', text: '' })),
        pause: undefined,
        httpStatus: undefined,
      };
    }
    if (this.#ended) return;
    this.#parts.probe?.('before-close-commit');
    this.#noteLine(result);
    // In memory before the close makes the texts claimable again, on disk after it: the result matters more.
    const news = this.#holdFor(result.pause);
    this.#unclosed.push({ attempt, result, notBefore: this.#notBefore(attempt, result) });
    await this.#closeFinished();
    this.#inFlight -= 1;
    if (news !== undefined) await this.#notePause(news);
    this.#settleIdle();
    this.wake();
  }

  /** Requests that end in the same turn of the event loop are closed in one transaction. */
  #closeFinished(): Promise<void> {
    this.#closing ??= Promise.resolve().then(async () => {
      const batch = this.#unclosed;
      this.#unclosed = [];
      this.#closing = undefined;
      if (batch.length === 0) return;
      try {
        await this.#parts.store.close(batch);
        this.#storageFailing = false;
        this.#parts.probe?.('after-close-commit');
        this.#parts.onMessagesChanged(
          batch.flatMap(({ attempt }) => attempt.messages.map((message) => message.id)),
        );
      } catch (error) {
        this.#unclosed = [...batch, ...this.#unclosed];
        this.#storageProblem(error);
      }
    });
    return this.#closing;
  }

  /**
   * When a text that was not sent may be tried again. A line that is down and a pause hold the whole account; what comes
   * back for any other reason must wait by itself, or it would be claimed again at once, for ever.
   */
  #notBefore(attempt: OpenAttempt, result: SendResult): number {
    if (result.pause !== undefined || hasNoLine(result)) return 0;
    const number = Math.max(1, ...attempt.messages.map((message) => message.attemptNumber));
    return this.#parts.clock.now() + backoff(number, this.#parts.random());
  }

  /**
   * Two things hold the whole account: no line, and a far end that takes requests without a usable answer twice in a row.
   * The second protects from doubt: without it, everything that waits would become *Maybe sent*, one batch after the other.
   */
  #noteLine(result: SendResult): void {
    const before = this.#lineRetryAt !== undefined;
    const doubtful = result.outcomes.every((outcome) => outcome.kind === 'unknown');
    this.#doubtfulInARow = doubtful ? this.#doubtfulInARow + 1 : 0;
    if (hasNoLine(result) || this.#doubtfulInARow >= 2) {
      // Requests that failed together are one failure: those after the first find the wait already set.
      if (this.#lineRetryAt !== undefined && this.#lineRetryAt > this.#parts.clock.monotonic()) return;
      this.#lineFailures += 1;
      const wait = backoff(this.#lineFailures, this.#parts.random());
      this.#lineRetryAt = this.#parts.clock.monotonic() + wait;
      this.#nextTryWallClock = this.#parts.clock.now() + wait;
      this.#parts.log.info('line-down', { failures: this.#lineFailures, wait, doubtful });
      this.#parts.onSendingChanged(this.sending());
    } else if (!doubtful && result.httpStatus !== undefined) {
      this.#lineFailures = 0;
      this.#lineRetryAt = undefined;
      if (before) this.#parts.onSendingChanged(this.sending());
    }
  }

  #forgetLine(): void {
    this.#lineFailures = 0;
    this.#doubtfulInARow = 0;
    this.#lineRetryAt = undefined;
    this.#parts.onSendingChanged(this.sending());
  }

  /** Holds the account at once. Returns what there is to tell and to keep, if this is news. */
  #holdFor(asked: Pause | undefined): { readonly pause: Pause; readonly repeated: boolean } | undefined {
    if (asked === undefined) return undefined;
    // What only a person can end is stronger than what ends by itself: a rate limit must not lift a wrong key.
    const current = this.#activePause();
    if (
      current !== undefined &&
      (current.reason === 'person' || (current.until === undefined && asked.until !== undefined))
    ) {
      return undefined;
    }
    const soonest = this.#parts.clock.now() + shortestPauseMilliseconds;
    const pause = asked.until === undefined ? asked : { ...asked, until: Math.max(asked.until, soonest) };
    const repeated = current?.reason === pause.reason;
    this.#setPause(pause);
    return { pause, repeated };
  }

  async #notePause({ pause, repeated }: { pause: Pause; repeated: boolean }): Promise<void> {
    // A person may have paused or resumed while the result was being written.
    if (this.#pause !== pause) return;
    try {
      await this.#parts.store.pauseAccount(this.#parts.accountId, pause);
    } catch (error) {
      this.#storageProblem(error);
    }
    this.#parts.onSendingChanged(this.sending());
    if (!repeated) this.#parts.onPausedByGateway(pause);
  }

  #storageProblem(error: unknown): void {
    if (this.#ended) return;
    this.#parts.log.error('storage-problem', { error: String(error) });
    if (!this.#storageFailing) this.#parts.onStorageProblem(error);
    this.#storageFailing = true;
    this.#wakeAfter(storageRetryMilliseconds);
  }

  #wakeAfter(milliseconds: number): void {
    if (this.#stopping) return;
    this.#cancelTimer?.();
    const wait = Math.max(0, Math.min(milliseconds, longestTimerMilliseconds));
    this.#cancelTimer = this.#parts.timers.after(wait, () => {
      this.#cancelTimer = undefined;
      this.wake();
    });
  }

  #settleIdle(): void {
    if (!this.#stopping || this.#inFlight > 0 || this.#unclosed.length > 0 || this.#turning) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function hasNoLine(result: SendResult): boolean {
  return result.outcomes.some((outcome) => outcome.kind === 'notSent' && outcome.why === 'line');
}
