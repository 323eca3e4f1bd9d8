/**
 * Takes texts out of the outbox, hands them to the gateway and writes down what is known afterwards.
 *
 * One loop, one timer, no polling: it runs when something was submitted, when a request ended, when a person resumed,
 * when the system says the line or the machine is back, and when the one timer fires.
 *
 * Around each request stand two commits: the claim (after it a crash means *Maybe sent*) and the close. What ended and what
 * begins share one: requests that end together are closed, and the next ones claimed, in a single transaction. If it
 * cannot be written, nothing more is claimed and the results are kept in memory until they can be.
 */
import type { AccountPauseReason, LineTrouble } from '../../../shared/domain/message.ts';
import type {
  AttemptResult,
  Calendar,
  CheckResult,
  ClaimRequest,
  Clock,
  Gateway,
  LineHint,
  Log,
  OpenAttempt,
  OutboxStore,
  Outcome,
  Pause,
  PiledUp,
  SendResult,
  Timers,
  TurnReport,
} from '../ports.ts';
import { backoff } from './backoff.ts';
import { TokenBucket } from './token-bucket.ts';

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
/** Clocks that are kept right by a time server are moved by less than this, and texts by nothing. */
const noticedMilliseconds = 1_000;
/** A server that asks to wait until now, or until yesterday, is not asked again in the same breath. */
const shortestPauseMilliseconds = 1_000;
/** A date far away is a clock that was wrong, theirs or ours: after a day the server is asked again. */
const longestTimedPauseMilliseconds = 24 * 3_600_000;
/**
 * More texts than this are not let loose on a line that nobody has tried for a while: the gateway's balance call goes first.
 * A portal that wants a log-in, or a proxy with something to say, then puts no text in doubt.
 */
export const fewTexts = 5;
/** How long a usable answer stands for a line that works. */
const lineBelievedMilliseconds = 5 * 60_000;
/** So many answers in a row that are not the gateway's, and one text finds out: it may be its balance call that fails. */
const strangeAnswers = 10;
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
  | { readonly state: 'offline'; readonly nextTry: number; readonly trouble: LineTrouble };

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
  /** Most texts a minute; absent: as many as go. */
  readonly ratePerMinute?: number;
  readonly lineHint?: LineHint;
  /** An outage at least this long, in milliseconds, ends with a question when more than a few wait; undefined: never. */
  readonly askAfterOutage?: () => number | undefined;
  /** A question is open, or has been answered: see `heldBack`. */
  readonly onHeldBack?: () => void;
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
  #soon = false;
  #cancelTimer: (() => void) | undefined;
  /** How far the wall clock was ahead of the monotonic one at the last turn. */
  #wallAhead: number | undefined;
  #inFlight = 0;
  #unclosed: AttemptResult[] = [];
  #news: { readonly pause: Pause; readonly repeated: boolean }[] = [];
  #storageFailing = false;
  #pause: Pause | undefined;
  /** On the monotonic clock; only of a pause that ends by itself. */
  #pauseEndsAt = 0;
  #bucket: TokenBucket | undefined;
  /** Texts that were turned away since another request got through, or since a person resumed. */
  readonly #turnedAway = new Set<number>();
  /** The text whose request was refused last, and for a reason that nobody has described; undefined when another answer came since. */
  #undescribed: number | undefined;
  #lineFailures = 0;
  #doubtfulInARow = 0;
  /** What took the line down was doubt: a balance call that works does not disprove it, only a text does. */
  #downByDoubt = false;
  /** Of the last failure. */
  #trouble: LineTrouble = 'line';
  /** On the monotonic clock; undefined while the line is believed up. */
  #lineRetryAt: number | undefined;
  #nextTryWallClock = 0;
  /** When the line went down, or what waits began to wait, on both clocks: a night asleep counts. */
  #downSince: { readonly wall: number; readonly monotonic: number } | undefined;
  /** When the gateway last gave a usable answer, on the monotonic clock; undefined: ask before many texts go. */
  #lineProvenAt: number | undefined;
  #checking: AbortController | undefined;
  #strangeInARow = 0;
  /** Texts up to this id wait for a person. */
  #heldThrough: number | undefined;
  #idle: (() => void)[] = [];

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? defaultLimits;
    if (parts.ratePerMinute !== undefined) {
      this.#bucket = new TokenBucket(parts.ratePerMinute, parts.clock.monotonic);
    }
  }

  /** Reads whether the account was paused or held before, so that `sending` tells it although nothing runs yet. */
  async readPause(): Promise<void> {
    this.#setPause(await this.#parts.store.accountPause(this.#parts.accountId));
    this.#heldThrough = await this.#parts.store.heldThrough(this.#parts.accountId);
  }

  async start(): Promise<void> {
    await this.readPause();
    await this.#rememberOutage();
    this.#started = true;
    this.#parts.onSendingChanged(this.sending());
    this.wake();
  }

  /**
   * An outage does not end with the program, and sleep is one: what has waited since before, for a line or for the computer, is
   * as late as if it had been running. Quiet hours, in which it would have waited anyway, do not count.
   */
  async #rememberOutage(): Promise<void> {
    const { store, clock, accountId } = this.#parts;
    const now = clock.now();
    const waitingSince = await store.waitingSince(accountId, now);
    if (waitingSince === undefined) return;
    const { open, changesAt } = this.#windowAt(waitingSince);
    const since = open ? waitingSince : (changesAt ?? now);
    this.#downSince ??= { wall: Math.min(since, now), monotonic: clock.monotonic() };
  }

  /**
   * Stops claiming and waits up to five seconds for requests under way. What still runs then is cut and becomes
   * *Maybe sent*: now while the database is open, otherwise at the next start.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer?.();
    this.#checking?.abort();
    if (this.#unclosed.length > 0) this.#turnSoon();
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
    if (this.#lineRetryAt !== undefined) {
      return { state: 'offline', nextTry: this.#nextTryWallClock, trouble: this.#trouble };
    }
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

  /** A person has set another rate. */
  changeRate(ratePerMinute: number): void {
    if (this.#bucket === undefined) {
      this.#bucket = new TokenBucket(ratePerMinute, this.#parts.clock.monotonic);
    } else this.#bucket.changeRate(ratePerMinute);
    this.wake();
  }

  /** What waits for a person since a long outage ended; undefined: nothing does. */
  async heldBack(): Promise<PiledUp | undefined> {
    if (this.#heldThrough === undefined) return undefined;
    const { store, accountId, clock } = this.#parts;
    const { open } = this.#windowAt(clock.now());
    const piledUp = await store.piledUp(accountId, this.#heldThrough, open);
    // Cancelled or decided meanwhile: there is nothing left to ask.
    if (piledUp.fresh + piledUp.quiet === 0) {
      await this.#release();
      return undefined;
    }
    return piledUp;
  }

  /** A person lets go what was held after an outage. */
  async sendHeldBack(): Promise<void> {
    await this.#release();
    this.#parts.onHeldBack?.();
    this.wake();
  }

  async #release(): Promise<void> {
    await this.#parts.store.releaseHeld(this.#parts.accountId);
    this.#heldThrough = undefined;
  }

  /**
   * The system says that the line, or the machine, is back: try at once instead of waiting the back-off out. It may be another
   * line than before, so nothing that was known about it counts any more.
   */
  lineMayBeBack(): void {
    this.#lineProvenAt = undefined;
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
    try {
      if (this.#started) await this.#rememberOutage();
    } catch (error) {
      this.#storageProblem(error);
    }
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
    this.#forgetRefusals();
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

  /** Once everything that is ready now has run: what ends together is then written down together. */
  #turnSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    const run = (): void => {
      this.#soon = false;
      if (this.#ended) return;
      if (this.#turning) this.#turnAgain = true;
      else void this.#turn();
    };
    if (this.#parts.timers.soon === undefined) setImmediate(run);
    else this.#parts.timers.soon(run);
  }

  async #turn(): Promise<void> {
    this.#turning = true;
    try {
      do {
        this.#turnAgain = false;
        await this.#writeAndClaim();
      } while (this.#turnAgain && !this.#ended);
    } catch (error) {
      this.#storageProblem(error);
    } finally {
      this.#turning = false;
      this.#settleIdle();
    }
  }

  async #writeAndClaim(): Promise<void> {
    const { store, clock, accountId } = this.#parts;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const now = clock.now();
    const ahead = now - clock.monotonic();
    const setBack = (this.#wallAhead ?? ahead) - ahead;
    // A disk that refuses does not write this either: later, then.
    if (!this.#storageFailing) {
      if (setBack > noticedMilliseconds) await this.#followClock(now, setBack);
      this.#wallAhead = ahead;
    }
    if (!this.#stopping) await this.#endPauseInTime();
    // After a failure what is known is written first: that may need no room on the disk, a claim does.
    const onlyClose = this.#storageFailing && this.#unclosed.length > 0;
    const { claim, wakeIn } = onlyClose || this.#stopping ? nothingNow : this.#plan(now);

    const results = this.#unclosed;
    this.#unclosed = [];
    let report: TurnReport;
    try {
      report = await store.turn({ accountId, now, results, claim });
    } catch (error) {
      this.#unclosed = [...results, ...this.#unclosed];
      throw error;
    } finally {
      await this.#tellPauses();
    }
    if (onlyClose) this.#turnAgain = true;
    else this.#storageFailing = false;
    if (results.length > 0) this.#parts.probe?.('after-close-commit');

    const { attempts, held, limited, tooMany } = report;
    let texts = 0;
    const changed: number[] = [];
    for (const { attempt } of results) for (const { id } of attempt.messages) changed.push(id);
    for (const { messages } of attempts) {
      texts += messages.length;
      for (const { id } of messages) changed.push(id);
    }
    if (changed.length > 0 || held > 0) this.#parts.onMessagesChanged(changed);
    // What was set aside made room in front: what stands behind it may go now, and nothing else would wake us for it.
    if (held > 0 && attempts.length === 0) this.#turnAgain = true;
    this.#bucket?.take(texts);
    for (const attempt of attempts) {
      this.#inFlight += 1;
      void this.#send(attempt);
    }
    if (this.#stopping) return;

    if (tooMany) void this.#check();
    const claimedNothing = claim !== undefined && attempts.length === 0 && !limited && !tooMany;
    // Nothing waits that could find out whether the line is back, so nothing is known to be wrong.
    if (claimedNothing && this.#lineRetryAt !== undefined) this.#forgetLine();
    if (claimedNothing && this.#downSince !== undefined && (await store.due(accountId, now, 1)) === 0)
      this.#downSince = undefined;
    // Nor does anything wait for an answer: what was held has become late, or was cancelled. A late one that a person sends all
    // the same must not find the hold still there.
    if (claimedNothing && this.#heldThrough !== undefined && (await store.due(accountId, now, 1)) === 0)
      await this.sendHeldBack();
    const next = claimedNothing ? await store.nextDue(accountId, now) : await store.nextLate(accountId, now);
    const waits = [wakeIn, next === undefined ? undefined : next - now];
    if (claimedNothing) {
      const { changesAt } = this.#windowAt(now);
      if (changesAt !== undefined) waits.push(changesAt - now);
    }
    if (limited) waits.push(this.#bucket?.wait(this.#limits.batchSize));
    const soonest = Math.min(...waits.filter((wait) => wait !== undefined));
    if (soonest < Number.POSITIVE_INFINITY) this.#wakeAfter(soonest);
  }

  /**
   * Undo and back-off are waits, kept as times of the wall clock so that they outlast the program. When that is set back they
   * go with it; set forward it cannot be told from sleep, which shortens them.
   */
  async #followClock(now: number, setBack: number): Promise<void> {
    await this.#parts.store.bringForward(this.#parts.accountId, now, setBack);
    this.#parts.log.info('clock-set-back', { milliseconds: Math.round(setBack) });
  }

  async #endPauseInTime(): Promise<void> {
    if (this.#pause === undefined || this.#activePause() !== undefined) return;
    this.#pause = undefined;
    await this.#parts.store.pauseAccount(this.#parts.accountId, undefined);
    this.#parts.onSendingChanged(this.sending());
  }

  #windowAt(now: number): ReturnType<Calendar['windowAt']> {
    return this.#parts.calendar?.windowAt(now) ?? alwaysOpen;
  }

  /** What may be claimed now, and otherwise when to look again (milliseconds). */
  #plan(now: number): Plan {
    const { clock, gateway, accountId } = this.#parts;
    if (!this.#started) return nothingNow;
    if (this.#asleepUntil !== undefined) {
      const rest = this.#asleepUntil - clock.monotonic();
      if (rest > 0) return { claim: undefined, wakeIn: rest };
      this.#asleepUntil = undefined;
    }
    const pause = this.#activePause();
    if (pause !== undefined) {
      if (pause.until === undefined) return nothingNow;
      return {
        claim: undefined,
        wakeIn: Math.min(pause.until - now, this.#pauseEndsAt - clock.monotonic()),
      };
    }
    // Half open: after a failure one request alone finds out whether the line is back.
    const halfOpen = this.#lineRetryAt !== undefined;
    if (this.#lineRetryAt !== undefined) {
      const wait = this.#lineRetryAt - clock.monotonic();
      if (wait > 0) return { claim: undefined, wakeIn: wait };
      if (this.#inFlight > 0) return nothingNow;
    }
    const slots = halfOpen ? 1 : this.#limits.concurrency - this.#inFlight;
    if (slots <= 0) return nothingNow;
    const window = this.#windowAt(now);
    if (this.#checking !== undefined) return nothingNow;
    const atMostDue = this.#mayGoUnasked();
    const largest = halfOpen ? 1 : this.#limits.batchSize;
    const free = this.#bucket?.available(this.#limits.batchSize);
    const claim: ClaimRequest = {
      accountId,
      now,
      open: window.open,
      spreadUrgent: true,
      maxAttempts: slots,
      maxRecipients: Math.min(largest, gateway.capabilities.maxRecipients),
      maxPersonalTexts: Math.min(largest, gateway.capabilities.personalTexts ?? 1),
      ...(free === undefined ? {} : { maxMessages: free.urgent, maxBatchMessages: free.batch }),
      ...(this.#heldThrough === undefined ? {} : { afterId: this.#heldThrough }),
      ...(atMostDue === undefined ? {} : { atMostDue }),
    };
    return { claim, wakeIn: undefined };
  }

  /** How many texts may find out about the line; with more the balance call does. Undefined: the line is known to work. */
  #mayGoUnasked(): number | undefined {
    const { clock, lineHint } = this.#parts;
    const provenAt = this.#lineProvenAt;
    if (provenAt !== undefined && clock.monotonic() - provenAt < lineBelievedMilliseconds) return undefined;
    if (this.#strangeInARow >= strangeAnswers) return undefined;
    return lineHint?.online() === false ? 0 : fewTexts;
  }

  async #check(): Promise<void> {
    const stop = new AbortController();
    this.#checking = stop;
    let result: CheckResult;
    try {
      result = await this.#parts.gateway.check({ signal: stop.signal, readKey: this.#parts.readKey });
    } catch (error) {
      this.#parts.log.error('gateway-threw', { error: String(error) });
      result = { kind: 'failed', why: 'unexpected', text: '' };
    }
    this.#checking = undefined;
    if (this.#stopping || this.#ended) return;
    if (result.kind === 'failed' && saysNothingOfGateway.has(result.why)) {
      this.#strangeInARow = result.why === 'unexpected' ? this.#strangeInARow + 1 : 0;
      this.#lineIsDown(result.why === 'unexpected' ? 'strange' : 'line');
    } else {
      // A key that is refused is the gateway's own word: the line works, and the next request says the rest.
      this.#strangeInARow = 0;
      try {
        await this.#lineIsProven();
      } catch (error) {
        this.#storageProblem(error);
        return;
      }
    }
    this.wake();
  }

  /** The gateway has answered. After a long outage a person is asked before what has piled up goes out. */
  async #lineIsProven(): Promise<void> {
    const { clock, store, accountId, askAfterOutage, onHeldBack } = this.#parts;
    this.#lineProvenAt = clock.monotonic();
    if (this.#downByDoubt) return;
    const since = this.#downSince;
    const limit = askAfterOutage?.();
    if (since !== undefined && limit !== undefined) {
      const outage = Math.max(clock.now() - since.wall, clock.monotonic() - since.monotonic);
      if (outage >= limit && (await store.due(accountId, clock.now(), fewTexts + 1)) > fewTexts) {
        this.#heldThrough = await store.holdWaiting(accountId);
        this.#parts.log.info('held-after-outage', { outage });
        onHeldBack?.();
      }
    }
    // Failures are only forgotten when a text gets through: a balance call that works beside requests that fail must not
    // start the back-off anew.
    const failures = this.#lineFailures;
    if (this.#lineRetryAt !== undefined) this.#forgetLine();
    this.#lineFailures = failures;
    this.#downSince = undefined;
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
    const judged = this.#whoseTrouble(attempt, result);
    result = judged.result;
    this.#noteLine(result);
    // In memory before the close makes the texts claimable again, on disk after it: the result matters more.
    const news = this.#holdFor(result.pause);
    if (news !== undefined) this.#news.push(news);
    this.#unclosed.push({
      attempt,
      result,
      notBefore: this.#notBefore(attempt, result),
      setAside: judged.setAside,
    });
    this.#inFlight -= 1;
    this.#turnSoon();
  }

  /**
   * Some refusals do not say whether they mean the text or the account. One text alone must neither hold up all others nor take
   * them with it, so it takes two different ones in a row to stop the account:
   *
   * - Turned away by a status alone, the account pauses, and the text goes by itself and behind the others. If it is turned away
   *   again and no other was meanwhile, it is this text, and a person decides.
   * - Refused for a reason nobody has described, a text is refused. If the next one is as well, it may be all of them: that one
   *   waits, and the account pauses.
   */
  #whoseTrouble(
    { messages }: OpenAttempt,
    result: SendResult,
  ): { readonly result: SendResult; readonly setAside?: true } {
    const turnedAway = messages.filter((_, index) => isTurnedAway(result.outcomes[index]));
    if (turnedAway.length > 0) {
      for (const { id } of turnedAway) this.#turnedAway.add(id);
      const isOfText = turnedAway[0]?.turnedAwayBefore === true && this.#turnedAway.size === 1;
      return isOfText ? { result: { ...result, pause: undefined }, setAside: true } : { result };
    }
    const [outcome] = result.outcomes;
    const [message] = messages;
    if (outcome === undefined || message === undefined) return { result };
    if (messages.length > 1 && result.outcomes.some(isUndescribed)) {
      // Of several each finds out by itself.
      const outcomes = result.outcomes.map(
        (each): Outcome =>
          each.kind === 'rejected' && isUndescribed(each)
            ? { kind: 'notSent', why: 'alone', text: each.text }
            : each,
      );
      return { result: { ...result, outcomes } };
    }
    if (outcome.kind === 'rejected' && isUndescribed(outcome)) {
      const isOfAll = this.#undescribed !== undefined && this.#undescribed !== message.id;
      this.#undescribed = message.id;
      if (!isOfAll) return { result };
      const { text } = outcome;
      const pause: Pause = { reason: 'account-problem', until: undefined, text };
      return { result: { ...result, outcomes: [{ kind: 'notSent', why: 'account', text }], pause } };
    }
    if (result.httpStatus !== undefined && result.outcomes.some(({ kind }) => kind !== 'unknown')) {
      this.#forgetRefusals();
    }
    return { result };
  }

  #forgetRefusals(): void {
    this.#turnedAway.clear();
    this.#undescribed = undefined;
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
    const doubtful = result.outcomes.every((outcome) => outcome.kind === 'unknown');
    this.#doubtfulInARow = doubtful ? this.#doubtfulInARow + 1 : 0;
    if (hasNoLine(result)) this.#lineIsDown('line');
    else if (this.#doubtfulInARow >= 2) this.#lineIsDown('doubt');
    else if (!doubtful && result.httpStatus !== undefined) {
      this.#lineProvenAt = this.#parts.clock.monotonic();
      this.#strangeInARow = 0;
      if (this.#lineRetryAt !== undefined) this.#forgetLine();
      else {
        this.#lineFailures = 0;
        this.#downSince = undefined;
      }
    }
  }

  #lineIsDown(why: LineTrouble): void {
    const { clock, random, log, onSendingChanged } = this.#parts;
    // Requests that failed together are one failure: those after the first find the wait already set.
    if (this.#lineRetryAt !== undefined && this.#lineRetryAt > clock.monotonic()) return;
    this.#lineProvenAt = undefined;
    this.#downByDoubt ||= why === 'doubt';
    this.#trouble = why;
    this.#downSince ??= { wall: clock.now(), monotonic: clock.monotonic() };
    this.#lineFailures += 1;
    const wait = backoff(this.#lineFailures, random());
    this.#lineRetryAt = clock.monotonic() + wait;
    this.#nextTryWallClock = clock.now() + wait;
    log.info('line-down', { failures: this.#lineFailures, wait, why });
    onSendingChanged(this.sending());
  }

  #forgetLine(): void {
    this.#lineFailures = 0;
    this.#doubtfulInARow = 0;
    this.#downByDoubt = false;
    this.#downSince = undefined;
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

  async #tellPauses(): Promise<void> {
    for (const { pause, repeated } of this.#news.splice(0)) {
      // A person may have paused or resumed, or another answer said more, while the result was being written.
      if (this.#pause !== pause) continue;
      try {
        await this.#parts.store.pauseAccount(this.#parts.accountId, pause);
      } catch (error) {
        this.#storageProblem(error);
      }
      this.#parts.onSendingChanged(this.sending());
      if (!repeated) this.#parts.onPausedByGateway(pause);
    }
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

interface Plan {
  readonly claim: ClaimRequest | undefined;
  /** Milliseconds. */
  readonly wakeIn: number | undefined;
}
const nothingNow: Plan = { claim: undefined, wakeIn: undefined };

/** Why a balance call failed, where that does not come from the gateway itself. */
const saysNothingOfGateway: ReadonlySet<string> = new Set(['line', 'certificate', 'proxy', 'unexpected']);

function isTurnedAway(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'notSent' && outcome.why === 'turned-away';
}

function isUndescribed(outcome: Outcome): boolean {
  return outcome.kind === 'rejected' && outcome.undescribed === true;
}

function hasNoLine(result: SendResult): boolean {
  return result.outcomes.some((outcome) => outcome.kind === 'notSent' && outcome.why === 'line');
}
