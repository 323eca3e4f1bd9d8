/**
 * The outbox on disk. Each method is one transaction on the main thread (0.3 ms for a durable commit, docs/adr/0001);
 * promises are returned so that another engine can stand behind the port.
 */
import { type MessageState, messageStates } from '../../../shared/domain/message.ts';
import {
  hasPassedTime,
  type MessageOptions,
  withoutPassedTime,
} from '../../../shared/domain/message-options.ts';
import { type MessageEvent, nextState } from '../../core/outbox/state.ts';
import type {
  AttemptResult,
  ClaimRequest,
  Counts,
  DeliveryReport,
  NewMessage,
  NotSentReason,
  NumberNews,
  OpenAttempt,
  OutboxStore,
  Outcome,
  Pause,
  PiledUp,
  Priority,
  RecoveryReport,
  Submission,
  SubmitResult,
  TurnReport,
  TurnRequest,
  UndoResult,
} from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

/** A row was not in the state, or at the attempt, that a change started from. Nothing was written. */
export class StaleTransition extends Error {
  override readonly name = 'StaleTransition';
  constructor(messageId: number, from: MessageState, event: MessageEvent) {
    super(`message ${messageId} is no longer ${from}: ${event} was not applied`);
  }
}

/** The account was removed while the text was on its way to the outbox. Nothing was written. */
export class AccountRemoved extends Error {
  override readonly name = 'AccountRemoved';
}

export class MessageNotFound extends Error {
  override readonly name = 'MessageNotFound';
}

interface StoredMessage {
  readonly id: number;
  readonly client_ref: string;
  readonly submission_id: string;
  readonly account_id: number;
  readonly recipient: string;
  readonly body: string;
  readonly parts: number;
  readonly encoding: string;
  /** JSON. */
  readonly options: string;
  readonly state: MessageState;
  readonly attempt_no: number;
  readonly cancel_requested: 0 | 1;
  readonly priority: Priority;
  /** Of a waiting text: why its last request did not send it. */
  readonly error_code: string | null;
}

type ClaimedMessage = OpenAttempt['messages'][number];

/** Texts of one submission that may share a request. */
interface Group {
  readonly lead: StoredMessage;
  readonly messages: ClaimedMessage[];
  sameText: boolean;
}

/** Claims of this run that are still announced before they are made. */
interface ClaimWatch {
  readonly oneByOne: boolean;
  claims: number;
}

interface WatchedClaim {
  readonly request: ClaimRequest;
  readonly setAside: number;
  /** The text in front, which is announced; undefined: nothing is due. */
  readonly messageId: number | undefined;
}

interface Change {
  readonly providerId?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly errorText?: string | undefined;
  readonly notBefore?: number;
}

/** Texts whose time has come, or that have become too late, in one transaction: a thousand take some ten milliseconds. */
const maxFallenDue = 1_000;
const maxHeldAtOnce = 500;
/** Texts and requests looked at to find out since when something waits. */
const lookedAt = 500;
const nothingClaimed = { attempts: [], setAside: 0, limited: false, tooMany: false } as const;
/** So many starts may end in the claim of a text before it is set aside. */
const deathsBeforeSetAside = 3;
/** More than one claim takes at once: the text that the program dies of is among them. */
const watchedOneByOne = 1_000;
/** Longest text of the gateway's that is kept. */
const keptTextUnits = 500;

/** Longer than any wait that is not a time somebody asked for: back-off ends at a quarter of an hour. */
const longestWait = 20 * 60_000;

/** What the end of a text tells of its number, and where that is kept. Called within the transaction that writes the end. */
export interface NumberNotes {
  /** What a refusal, or a report, says of the number. */
  read(
    accountId: number,
    errorCode: string | undefined,
    errorText: string | undefined,
  ): NumberNews | undefined;
  note(recipient: string, news: NumberNews, now: number): void;
}

export interface OutboxStoreParts {
  readonly runId: string;
  readonly now: () => number;
  readonly newRef: () => string;
  /** Absent: nothing is noted. */
  readonly numbers?: NumberNotes | undefined;
  /** When to ask first what became of a text; absent: nobody asks. */
  readonly firstQuestionAt?: ((from: number) => number) | undefined;
}

export class SqliteOutboxStore implements OutboxStore {
  readonly #database: WriteDatabase;
  readonly #runId: string;
  readonly #now: () => number;
  readonly #newRef: () => string;
  readonly #numbers: NumberNotes | undefined;
  readonly #firstQuestionAt: OutboxStoreParts['firstQuestionAt'];
  readonly #sql;
  /** By account. */
  readonly #claimWatch = new Map<number, ClaimWatch>();
  /** By text: how often it stands marked although this run outlived the claim. */
  readonly #notTakenBack = new Map<number, number>();

  constructor(database: WriteDatabase, parts: OutboxStoreParts) {
    this.#database = database;
    this.#numbers = parts.numbers;
    this.#firstQuestionAt = parts.firstQuestionAt;
    this.#runId = parts.runId;
    this.#now = parts.now;
    this.#newRef = parts.newRef;
    this.#sql = prepare(database);
    this.#sql.insertRun.run(parts.runId, parts.now(), process.pid);
  }

  async submit(submission: Submission): Promise<SubmitResult> {
    return this.#write(() => {
      const earlier = this.#sql.submissionMessages.all(submission.id) as { id: number }[];
      if (earlier.length > 0) return { messageIds: earlier.map((row) => row.id), repeated: true };
      if (this.#sql.accountTakes.get(submission.accountId) === undefined)
        throw new AccountRemoved(String(submission.accountId));
      const now = this.#now();
      const { id, accountId, templateId } = submission;
      this.#sql.insertSubmission.run(id, accountId, now, templateId ?? null);
      if (templateId !== undefined) this.#sql.useTemplate.run(now, templateId);
      const messageIds = submission.messages.map((message) =>
        Number(this.#sql.insertMessage.run(messageRow(message, submission, now)).lastInsertRowid),
      );
      if (submission.clearsDraft !== undefined) {
        this.#sql.clearDraft.run(submission.clearsDraft, submission.id);
      }
      return { messageIds, repeated: false };
    });
  }

  async claim(request: ClaimRequest): Promise<readonly OpenAttempt[]> {
    // Looking first, outside a write transaction, keeps an idle wake-up free of disk writes.
    if (!this.#mayClaim(request)) return [];
    return this.#write(() => this.#claim(request).attempts);
  }

  async close(results: readonly AttemptResult[]): Promise<void> {
    this.#write(() => this.#close(results));
  }

  async turn(request: TurnRequest): Promise<TurnReport> {
    const { accountId, now, results, claim } = request;
    const late = this.#sql.late.get({ accountId, now, limit: 1 }) !== undefined;
    const claims = claim !== undefined && this.#mayClaim(claim);
    if (results.length === 0 && !late && !claims) return { ...nothingClaimed, held: 0 };
    const watched = claims ? this.#watchClaim(claim, results) : undefined;
    const asked = watched?.request ?? claim;
    try {
      const report = this.#write(() => {
        if (watched === undefined) this.#close(results);
        // After the close: what came back not sent may have become late meanwhile.
        const held = this.#holdLate(accountId, now);
        // Not `claims`: what has just come back may be due again.
        const { setAside, ...claimed } = asked === undefined ? nothingClaimed : this.#claim(asked);
        return { ...claimed, held: held + setAside + (watched?.setAside ?? 0) };
      });
      if (watched !== undefined) this.#claimSurvived(accountId, watched, report);
      return report;
    } catch (error) {
      // Refused is not died of: the disk may refuse as often as it likes.
      if (watched?.messageId !== undefined) this.#takeBackMark(watched.messageId);
      throw error;
    }
  }

  /**
   * What a claim cannot survive ends the program at each start, before anything is written of it. So the first claim of a run
   * is announced, in a transaction of its own; one that is found announced and not done at the next start is taken up text by
   * text, each announced, and a text that has been announced so often is set aside. What is known already is written with the
   * announcement, so that it does not end in doubt over it.
   */
  #watchClaim(claim: ClaimRequest, results: readonly AttemptResult[]): WatchedClaim | undefined {
    const { accountId, now, afterId = 0 } = claim;
    const watch = this.#claimWatch.get(accountId) ?? this.#beginWatch(accountId);
    if (watch.claims <= 0) return undefined;
    const request = watch.oneByOne
      ? { ...claim, maxAttempts: 1, maxRecipients: 1, maxPersonalTexts: 1 }
      : claim;
    let overwritten: number | undefined;
    const watched = this.#write((): WatchedClaim => {
      this.#close(results);
      this.#sql.fallDue.run({ accountId, now, limit: maxFallenDue });
      const due = claim.open === false ? this.#sql.dueInQuiet : this.#sql.due;
      let setAside = 0;
      for (;;) {
        const first = due.get({ accountId, now, afterId }) as StoredMessage | undefined;
        if (first === undefined) return { request, setAside, messageId: undefined };
        const counted = (this.#sql.deaths.get(first.id, first.attempt_no) as number | undefined) ?? 0;
        const deaths = counted - (this.#notTakenBack.get(first.id) ?? 0);
        if (deaths < deathsBeforeSetAside) {
          this.#sql.markClaim.run({
            accountId,
            id: first.id,
            attemptNumber: first.attempt_no,
            deaths: deaths + 1,
          });
          overwritten = first.id;
          return { request, setAside, messageId: first.id };
        }
        this.#change(first, 'set-aside', { errorCode: 'ends-program' });
        setAside += 1;
      }
    });
    if (overwritten !== undefined) this.#notTakenBack.delete(overwritten);
    return watched;
  }

  #beginWatch(accountId: number): ClaimWatch {
    const oneByOne = this.#sql.diedInClaim.get(accountId) !== undefined;
    const watch = { oneByOne, claims: oneByOne ? watchedOneByOne : 1 };
    this.#claimWatch.set(accountId, watch);
    return watch;
  }

  #claimSurvived(accountId: number, { messageId }: WatchedClaim, { attempts }: TurnReport): void {
    const watch = this.#claimWatch.get(accountId);
    if (watch === undefined) return;
    if (attempts.length > 0) watch.claims -= 1;
    // Nothing is left of what it died of.
    else if (watch.oneByOne && messageId === undefined) watch.claims = 0;
    const claimed = attempts.some(({ messages }) => messages.some(({ id }) => id === messageId));
    if (messageId !== undefined && !claimed) this.#takeBackMark(messageId);
  }

  #takeBackMark(messageId: number): void {
    try {
      this.#sql.takeBackMark.run(messageId);
    } catch {
      // A disk that takes the mark, and neither the claim nor this, is no reason to set a text aside: in this run it is known.
      this.#notTakenBack.set(messageId, (this.#notTakenBack.get(messageId) ?? 0) + 1);
    }
  }

  async recover(): Promise<RecoveryReport> {
    return this.#write(() => {
      this.#sql.forgetMarks.run();
      const open = this.#sql.foreignOpenAttempts.all(this.#runId) as { id: number }[];
      let inDoubt = 0;
      for (const attempt of open) {
        for (const message of this.#sql.attemptMessages.all(attempt.id) as StoredMessage[]) {
          if (message.state !== 'sending') continue;
          this.#change(message, 'doubt', { errorCode: 'interrupted' });
          this.#sql.closeAttemptMessage.run('unknown', null, attempt.id, message.id);
          inDoubt += 1;
        }
        this.#sql.closeAttempt.run(this.#now(), null, attempt.id);
      }
      return { inDoubt, attempts: open.length };
    });
  }

  async holdLate(accountId: number, now: number): Promise<number> {
    if (this.#sql.late.get({ accountId, now, limit: 1 }) === undefined) return 0;
    return this.#write(() => this.#holdLate(accountId, now));
  }

  async cancel(messageId: number): Promise<'cancelled' | 'requested' | 'too-late'> {
    return this.#write(() => {
      const message = this.#read(messageId);
      if (message.state === 'queued') {
        this.#change(message, 'cancel', {});
        return 'cancelled';
      }
      if (message.state === 'sending') {
        this.#sql.requestCancel.run(messageId);
        return 'requested';
      }
      return 'too-late';
    });
  }

  async undo(submissionId: string): Promise<UndoResult> {
    return this.#write(() => {
      const messages = this.#sql.ofSubmission.all(submissionId) as StoredMessage[];
      const waiting = messages.filter(({ state }) => state === 'queued');
      for (const message of waiting) this.#change(message, 'cancel', {});
      return { undone: waiting.map(({ id }) => id), tooLate: messages.length - waiting.length };
    });
  }

  async resolveDoubt(messageId: number, decision: 'arrived' | 'drop'): Promise<void> {
    this.#write(() => {
      const message = { ...this.#read(messageId), state: 'in_doubt' as const };
      this.#change(message, decision === 'arrived' ? 'person-arrived' : 'person-drop', {
        errorCode: decision === 'arrived' ? 'person-arrived' : 'person-drop',
      });
    });
  }

  async sendAgain(messageId: number, clientRef: string): Promise<number> {
    return this.#write(() => {
      const message = { ...this.#read(messageId), state: 'in_doubt' as const };
      this.#change(message, 'person-send-again', { errorCode: 'person-send-again' });
      const options = withoutPassedTime(optionsOf(message), this.#now());
      return Number(
        this.#sql.insertMessage.run({
          clientRef,
          submissionId: message.submission_id,
          accountId: message.account_id,
          recipient: message.recipient,
          body: message.body,
          parts: message.parts,
          encoding: message.encoding,
          options: JSON.stringify(options),
          bestBefore: this.#latestStill(message.id) ?? latestHandOver(undefined, options),
          sendAt: null,
          notBefore: 0,
          quietOverride: null,
          resendOf: messageId,
          // A person waits for it.
          priority: 0,
          now: this.#now(),
        }).lastInsertRowid,
      );
    });
  }

  async decideLate(messageId: number, decision: 'send' | 'drop'): Promise<void> {
    this.#write(() => {
      const message = { ...this.#read(messageId), state: 'needs_decision' as const };
      const kept = decision === 'send' && message.error_code === turnedAway ? { errorCode: turnedAway } : {};
      this.#change(message, decision === 'send' ? 'person-send-late' : 'person-drop', kept);
      if (decision === 'drop') return;
      // Said by a person it is tried again, and counted anew.
      this.#sql.forgetMark.run(messageId);
      // The person has decided that it still makes sense: it must not be held again for the same reason. What has not passed yet
      // was not decided about. What was turned away still goes by itself, and holds up nobody when it is again.
      const options = withoutPassedTime(optionsOf(message), this.#now());
      const latest = this.#latestStill(messageId) ?? latestHandOver(undefined, options);
      this.#sql.setLatest.run(latest, JSON.stringify(options), messageId);
    });
  }

  async report(reports: readonly DeliveryReport[]): Promise<readonly number[]> {
    return this.#write(() => {
      const changed: number[] = [];
      for (const { messageId, event, errorCode, errorText } of reports) {
        const message = this.#sql.readMessage.get(messageId) as StoredMessage | undefined;
        if (message === undefined || nextState(message.state, event) === undefined) continue;
        this.#change(message, event, { errorCode, errorText });
        changed.push(messageId);
      }
      return changed;
    });
  }

  async nextDue(accountId: number, now: number): Promise<number | undefined> {
    const row = this.#sql.nextDue.get({ accountId, now }) as { at: number | null };
    return row.at ?? undefined;
  }

  async nextLate(accountId: number, now: number): Promise<number | undefined> {
    const row = this.#sql.nextLate.get({ accountId, now }) as { at: number | null };
    return row.at ?? undefined;
  }

  async bringForward(accountId: number, now: number, milliseconds: number): Promise<void> {
    this.#sql.bringForward.run({ accountId, now, by: Math.round(milliseconds) });
  }

  async due(accountId: number, now: number, most: number): Promise<number> {
    return (this.#sql.dueUpTo.get({ accountId, now, afterId: 0, quiet: 0, most }) as { total: number }).total;
  }

  async waitingSince(accountId: number, now: number): Promise<number | undefined> {
    const { since } = this.#sql.oldestDue.get({ accountId, now, most: lookedAt }) as { since: number | null };
    if (since === null) return undefined;
    const answered = this.#sql.lastAnswer.get({ accountId, most: lookedAt }) as number | undefined;
    return Math.max(since, answered ?? 0);
  }

  async holdWaiting(accountId: number): Promise<number | undefined> {
    return this.#write(() => {
      const { id } = this.#sql.newestWaiting.get({ accountId, now: this.#now() }) as { id: number | null };
      if (id === null) return undefined;
      this.#sql.setHold.run(id, accountId);
      return id;
    });
  }

  async releaseHeld(accountId: number): Promise<void> {
    this.#sql.setHold.run(null, accountId);
  }

  async heldThrough(accountId: number): Promise<number | undefined> {
    const row = this.#sql.heldThrough.get(accountId) as { id: number | null } | undefined;
    return row?.id ?? undefined;
  }

  async piledUp(accountId: number, throughId: number, open: boolean): Promise<PiledUp> {
    const row = this.#sql.piledUp.get({ accountId, throughId, now: this.#now() }) as {
      waiting: number;
      /** Of those, how many quiet hours hold. */
      ruled: number;
      parts: number;
      oldest: number | null;
    };
    const { late } = this.#sql.decisionsUpTo.get({ accountId, throughId }) as { late: number };
    const { waiting, parts, oldest } = row;
    const quiet = open ? 0 : row.ruled;
    return {
      fresh: waiting - quiet,
      quiet,
      late,
      parts,
      oldest: oldest ?? undefined,
    };
  }

  async counts(): Promise<Counts> {
    const counts = Object.fromEntries(messageStates.map((state) => [state, 0])) as Record<
      MessageState,
      number
    >;
    for (const row of this.#sql.counts.all() as { state: MessageState; total: number }[])
      counts[row.state] = row.total;
    return counts;
  }

  async pauseAccount(accountId: number, pause: Pause | undefined): Promise<void> {
    this.#sql.pauseAccount.run(
      pause?.reason ?? null,
      pause?.until ?? null,
      pause?.text.slice(0, keptTextUnits) ?? '',
      accountId,
    );
  }

  async accountPause(accountId: number): Promise<Pause | undefined> {
    const row = this.#sql.accountPause.get(accountId) as
      | { pause_reason: Pause['reason'] | null; pause_until: number | null; pause_text: string }
      | undefined;
    if (row === undefined || row.pause_reason === null) return undefined;
    return { reason: row.pause_reason, until: row.pause_until ?? undefined, text: row.pause_text };
  }

  #mayClaim({ accountId, now, open, afterId = 0 }: ClaimRequest): boolean {
    const anyDue = open === false ? this.#sql.anyDueInQuiet : this.#sql.anyDue;
    return (
      anyDue.get({ accountId, now, afterId }) !== undefined ||
      this.#sql.anyFallenDue.get({ accountId, now }) !== undefined
    );
  }

  #claim(request: ClaimRequest): {
    readonly attempts: readonly OpenAttempt[];
    readonly setAside: number;
    readonly limited: boolean;
    readonly tooMany: boolean;
  } {
    const { accountId, now } = request;
    this.#sql.fallDue.run({ accountId, now, limit: maxFallenDue });
    const { atMostDue, afterId = 0 } = request;
    if (atMostDue !== undefined) {
      const { total } = this.#sql.dueUpTo.get({
        accountId,
        now,
        afterId,
        quiet: request.open === false ? 1 : 0,
        most: atMostDue + 1,
      }) as { total: number };
      if (total > atMostDue) return { ...nothingClaimed, tooMany: true };
    }
    const { requests, unreadable, optedOut, limited } = this.#inClaimOrder(request);
    // Whichever way it came here: by hand, by a list, by a rule, or before the number was put on the list.
    for (const message of optedOut) this.#change(message, 'cancel', { errorCode: 'opted-out' });
    for (const message of unreadable) this.#change(message, 'set-aside', { errorCode: 'unreadable' });
    const openedAt = this.#now();
    const to = enter('queued', 'claim');
    // One statement for all of them: what a text costs here decides how fast a batch drains (test/bench/outbox.ts).
    const ids = requests.flatMap((batch) => batch.map(({ id }) => id));
    if (ids.length > 0) {
      const { changes } = this.#sql.claimMessages.run(to, openedAt, JSON.stringify(ids));
      if (changes !== ids.length) throw new StaleTransition(ids[0] ?? 0, 'queued', 'claim');
    }
    const attempts = requests.map((batch): OpenAttempt => {
      const [first] = batch;
      const requestRef = batch.length === 1 ? (first?.clientRef ?? '') : this.#newRef();
      const attemptId = Number(
        this.#sql.openAttempt.run(accountId, this.#runId, requestRef, openedAt).lastInsertRowid,
      );
      if (batch.length === 1 && first !== undefined) {
        this.#sql.openAttemptMessage.run(attemptId, first.id, first.attemptNumber);
      } else this.#sql.openAttemptMessages.run(attemptId, JSON.stringify(batch.map(({ id }) => id)));
      return { id: attemptId, accountId, requestRef, messages: batch };
    });
    return { attempts, setAside: unreadable.length + optedOut.length, limited, tooMany: false };
  }

  /**
   * The requests to open now. Texts are taken in claim order; those of one submission share a request if the gateway can
   * carry them together, each number once, since verdicts are told apart by it.
   */
  #inClaimOrder(request: ClaimRequest): {
    readonly requests: readonly (readonly ClaimedMessage[])[];
    readonly unreadable: readonly StoredMessage[];
    readonly optedOut: readonly StoredMessage[];
    readonly limited: boolean;
  } {
    const { accountId, now, maxAttempts, maxRecipients, afterId = 0 } = request;
    const personal = request.maxPersonalTexts ?? 1;
    const largest = Math.max(1, maxRecipients, personal);
    const most = maxAttempts * largest;
    const mostNow = request.maxMessages ?? most;
    const mostOfBatches = request.maxBatchMessages ?? most;
    const groups: Group[] = [];
    const unreadable: StoredMessage[] = [];
    const optedOut: StoredMessage[] = [];
    let taken = 0;
    let misses = 0;
    let limited = false;
    const due = request.open === false ? this.#sql.dueInQuiet : this.#sql.due;
    for (const row of due.iterate({ accountId, now, afterId }) as IterableIterator<StoredMessage>) {
      if (taken >= (row.priority > 0 ? Math.min(mostNow, mostOfBatches) : mostNow)) {
        limited = true;
        break;
      }
      let group = groups.find((candidate) => fits(candidate, row, request));
      if (group === undefined) {
        if (groups.length >= maxAttempts) {
          // Texts of one submission stand together: what follows a foreign one hardly ever belongs to ours again.
          misses += 1;
          if (misses > largest || !groups.some(({ lead }) => lead.submission_id === row.submission_id)) break;
          continue;
        }
        group = { lead: row, messages: [], sameText: true };
        groups.push(group);
      }
      if (this.#sql.optedOut.get(row.recipient) !== undefined) {
        optedOut.push(row);
        continue;
      }
      const message = claimed(row);
      if (message === undefined) {
        unreadable.push(row);
        continue;
      }
      group.sameText &&= row.body === group.lead.body && row.options === group.lead.options;
      group.messages.push(message);
      taken += 1;
      if (taken >= most) break;
    }
    return { requests: share(groups, request), unreadable, optedOut, limited };
  }

  #close(results: readonly AttemptResult[]): void {
    const now = this.#now();
    const accepted: [id: number, attemptNumber: number, providerId: string | null, askAt: number | null][] =
      [];
    for (const { attempt, result, notBefore, setAside } of results) {
      this.#sql.closeAttempt.run(now, result.httpStatus ?? null, attempt.id);
      const allAccepted =
        result.outcomes.length === attempt.messages.length &&
        result.outcomes.every(({ kind }) => kind === 'accepted');
      if (allAccepted) this.#sql.closeAttemptMessages.run('accepted', attempt.id);
      for (const [index, { id, attemptNumber, options }] of attempt.messages.entries()) {
        const outcome: Outcome = result.outcomes[index] ?? { kind: 'unknown', why: 'missing', text: '' };
        // A result counts only for the attempt it belongs to; what it said stays in the attempt's own row.
        if (outcome.kind === 'accepted') {
          if (!allAccepted) this.#sql.closeAttemptMessage.run(outcome.kind, null, attempt.id, id);
          const { providerId } = outcome;
          const askAt =
            providerId === undefined
              ? undefined
              : this.#firstQuestionAt?.(Math.max(now, options?.deliverAt ?? 0));
          accepted.push([id, attemptNumber, providerId ?? null, askAt ?? null]);
          continue;
        }
        const text = outcome.text.slice(0, keptTextUnits);
        this.#sql.closeAttemptMessage.run(outcome.kind, text, attempt.id, id);
        const message = this.#sql.readMessage.get(id) as StoredMessage | undefined;
        if (message?.state !== 'sending' || message.attempt_no !== attemptNumber) continue;
        this.#change(message, ...effect(outcome, message, notBefore));
        if (outcome.kind !== 'notSent' || outcome.why !== turnedAway || message.cancel_requested === 1)
          continue;
        if (setAside === true) {
          const waiting = { ...message, state: 'queued' } as const;
          this.#change(waiting, 'set-aside', { errorCode: turnedAway, errorText: text, notBefore: 0 });
        } else this.#sql.goBehind.run({ id, accountId: message.account_id });
      }
    }
    if (accepted.length > 0) {
      this.#sql.acceptMessages.run(enter('sending', 'accept'), now, JSON.stringify(accepted));
    }
  }

  #holdLate(accountId: number, now: number): number {
    const late = this.#sql.late.all({ accountId, now, limit: maxHeldAtOnce }) as StoredMessage[];
    for (const message of late) {
      const timePassed = hasPassedTime(readOptions(message) ?? {}, now);
      this.#change(message, 'hold-late', timePassed ? { errorCode: 'delivery-time-passed' } : {});
    }
    return late.length;
  }

  #read(messageId: number): StoredMessage {
    const row = this.#sql.readMessage.get(messageId) as StoredMessage | undefined;
    if (row === undefined) throw new MessageNotFound(String(messageId));
    return row;
  }

  /** Until when it may leave, where that is still to come. */
  #latestStill(messageId: number): number | undefined {
    return this.#sql.latestStill.get(messageId, this.#now()) as number | undefined;
  }

  /** The only way a message changes state. */
  #change(message: StoredMessage, event: MessageEvent, change: Change): void {
    const to = nextState(message.state, event);
    if (to === undefined) throw new StaleTransition(message.id, message.state, event);
    const applied = this.#sql.changeState.run({
      id: message.id,
      from: message.state,
      attemptNumber: message.attempt_no,
      to,
      now: this.#now(),
      opens: event === 'claim' ? 1 : 0,
      providerId: change.providerId ?? null,
      errorCode: change.errorCode ?? null,
      errorText: change.errorText?.slice(0, keptTextUnits) ?? null,
      notBefore: change.notBefore ?? null,
    });
    if (applied.changes !== 1) throw new StaleTransition(message.id, message.state, event);
    this.#noteNumber(message, event, change);
  }

  #noteNumber(message: StoredMessage, event: MessageEvent, { errorCode, errorText }: Change): void {
    // Erased meanwhile: a report that comes late has no number to speak of.
    if (this.#numbers === undefined || message.recipient === '') return;
    if (event === 'report-delivered') this.#numbers.note(message.recipient, 'reached', this.#now());
    if (event !== 'reject' && event !== 'report-undelivered') return;
    const news = this.#numbers.read(message.account_id, errorCode, errorText);
    if (news !== undefined) this.#numbers.note(message.recipient, news, this.#now());
  }

  #write<T>(change: () => T): T {
    return this.#database.transaction(change).immediate();
  }
}

function optionsOf(message: StoredMessage): MessageOptions {
  return JSON.parse(message.options) as MessageOptions;
}

/**
 * Until when a text may leave, ms UTC: what a person set, and never after the time at which the gateway is to deliver it. A
 * gateway refuses a time that has passed; held here instead, the text still has its person to decide.
 */
function latestHandOver(bestBefore: number | undefined, { deliverAt }: MessageOptions): number | null {
  if (bestBefore === undefined) return deliverAt ?? null;
  return deliverAt === undefined ? bestBefore : Math.min(bestBefore, deliverAt);
}

/** What `insertMessageSql` takes for a new text. */
export function messageRow(
  message: NewMessage,
  submission: Pick<Submission, 'id' | 'accountId' | 'priority'>,
  now: number,
): Readonly<Record<string, string | number | null>> {
  return {
    clientRef: message.clientRef,
    submissionId: submission.id,
    accountId: submission.accountId,
    recipient: message.recipient,
    body: message.body,
    parts: message.parts,
    encoding: message.encoding,
    options: JSON.stringify(message.options ?? {}),
    bestBefore: latestHandOver(message.bestBefore, message.options ?? {}),
    sendAt: message.sendAt ?? null,
    notBefore: Math.max(message.sendAt ?? 0, message.notBefore ?? 0),
    quietOverride: message.quietOverride ?? null,
    resendOf: null,
    priority: submission.priority ?? 0,
    now,
  };
}

/** What an outcome does to a message that was being sent. */
function effect(outcome: Outcome, message: StoredMessage, notBefore: number): [MessageEvent, Change] {
  switch (outcome.kind) {
    case 'accepted':
      return ['accept', { providerId: outcome.providerId }];
    case 'rejected':
      return ['reject', { errorCode: outcome.code, errorText: outcome.text }];
    case 'notSent':
      return message.cancel_requested === 1
        ? ['prove-not-sent-after-cancel', {}]
        : ['prove-not-sent', { notBefore, errorCode: outcome.why, errorText: outcome.text }];
    case 'unknown':
      return ['doubt', { errorCode: outcome.why, errorText: outcome.text }];
  }
}

/** The state a change leads to. @throws when the table in `core/outbox/state.ts` has no such change */
function enter(from: MessageState, event: MessageEvent): MessageState {
  const to = nextState(from, event);
  if (to === undefined) throw new Error(`${event} does not leave ${from}`);
  return to;
}

/** Undefined when what is stored cannot be read: it is set aside, so that it does not hold up the others. */
function claimed(row: StoredMessage): ClaimedMessage | undefined {
  const message = {
    id: row.id,
    attemptNumber: row.attempt_no + 1,
    clientRef: row.client_ref,
    recipient: row.recipient,
    body: row.body,
    ...(row.error_code === turnedAway ? { turnedAwayBefore: true as const } : {}),
  };
  if (row.options === '{}') return message;
  const options = readOptions(row);
  return options === undefined ? undefined : { ...message, options };
}

/** Undefined when they cannot be read. */
function readOptions(row: StoredMessage): MessageOptions | undefined {
  try {
    return optionsOf(row);
  } catch {
    return undefined;
  }
}

function fits(
  { lead }: Group,
  row: StoredMessage,
  { maxPersonalTexts, maxRecipients }: ClaimRequest,
): boolean {
  if (lead.submission_id !== row.submission_id || goesAlone(lead) || goesAlone(row)) return false;
  if ((maxPersonalTexts ?? 1) > 1) return true;
  return maxRecipients > 1 && lead.body === row.body && lead.options === row.options;
}

/** A request that it shared was turned away whole. So it goes by itself, or it would be turned away for another's sake again. */
function goesAlone(row: StoredMessage): boolean {
  return row.error_code === ('alone' satisfies NotSentReason) || row.error_code === turnedAway;
}

const turnedAway = 'turned-away' satisfies NotSentReason;

/** Cuts the groups into requests, no more than may be opened; what does not fit any more stays in the queue. */
function share(groups: readonly Group[], request: ClaimRequest): ClaimedMessage[][] {
  const { maxAttempts: slots, maxRecipients, maxPersonalTexts: personal = 1, spreadUrgent = false } = request;
  const parts = groups.flatMap((group) => (group.sameText ? [group] : partsOf(group)));
  const requests: ClaimedMessage[][] = [];
  for (const [index, part] of parts.entries()) {
    // Every part behind this one keeps a slot.
    const end = Math.max(slots - (parts.length - index - 1), requests.length + 1);
    const limit = part.sameText ? Math.max(maxRecipients, personal) : personal;
    const spread = Math.max(1, Math.ceil(part.messages.length / (end - requests.length)));
    const size = spreadUrgent && part.lead.priority === 0 ? Math.min(limit, spread) : limit;
    let open: { readonly messages: ClaimedMessage[]; readonly numbers: Set<string> }[] = [];
    for (const message of part.messages) {
      let into = open.find(({ numbers }) => !numbers.has(message.recipient));
      if (into === undefined) {
        if (requests.length >= Math.min(end, slots)) continue;
        into = { messages: [], numbers: new Set() };
        open.push(into);
        requests.push(into.messages);
      }
      into.messages.push(message);
      into.numbers.add(message.recipient);
      if (into.messages.length >= size) open = open.filter((candidate) => candidate !== into);
    }
  }
  return requests;
}

/** The very same text to several goes as such, which every endpoint takes; texts of their own go together. */
function partsOf({ lead, messages }: Group): Group[] {
  const alike = new Map<string, ClaimedMessage[]>();
  for (const message of messages) {
    const text = JSON.stringify([message.body, message.options]);
    const others = alike.get(text);
    if (others === undefined) alike.set(text, [message]);
    else others.push(message);
  }
  const shared = [...alike.values()].filter((same) => same.length > 1);
  const alone = [...alike.values()].filter((same) => same.length === 1).flat();
  return [
    ...shared.map((same) => ({ lead, messages: same, sameText: true })),
    ...(alone.length === 0 ? [] : [{ lead, messages: alone, sameText: alone.length === 1 }]),
  ];
}

export const insertMessageSql = `INSERT INTO message(client_ref, submission_id, account_id, recipient, body, parts, encoding, options, state_at, best_before,
         send_at, not_before, quiet_override, resend_of, priority, created_at)
       VALUES (:clientRef, :submissionId, :accountId, :recipient, :body, :parts, :encoding, :options, :now, :bestBefore,
         :sendAt, :notBefore, :quietOverride, :resendOf, :priority, :now)`;

function prepare(database: WriteDatabase) {
  const fields =
    'id, client_ref, submission_id, account_id, recipient, body, parts, encoding, options, state, attempt_no, cancel_requested, priority, error_code';
  // `not_before = 0` is part of the index of what is due; best before is looked at because time goes on between holding
  // late texts and claiming.
  const due = `account_id = :accountId AND state = 'queued' AND not_before = 0 AND (best_before IS NULL OR best_before > :now)`;
  // Undo and back-off wait for a while, not for a time of day: what seems to wait longer met a clock that was set back.
  const fallen = `state = 'queued' AND not_before > 0
    AND (not_before <= :now OR (not_before > :now + ${longestWait} AND send_at IS NULL))`;
  return {
    // It is there already where a page turned out to be damaged behind it: the file was rebuilt and is opened anew.
    insertRun: database.prepare(
      'INSERT INTO run(id, started_at, process_id) VALUES (?, ?, ?) ON CONFLICT(id) DO NOTHING',
    ),
    submissionMessages: database.prepare(
      'SELECT id FROM message WHERE submission_id = ? AND resend_of IS NULL ORDER BY id',
    ),
    ofSubmission: database.prepare(
      `SELECT ${fields} FROM message WHERE submission_id = ? AND resend_of IS NULL ORDER BY id`,
    ),
    optedOut: database.prepare('SELECT 1 FROM opt_out WHERE recipient = ?'),
    accountTakes: database.prepare('SELECT 1 FROM account WHERE id = ? AND removed_at IS NULL'),
    insertSubmission: database.prepare(
      'INSERT INTO submission(id, account_id, created_at, template_id) VALUES (?, ?, ?, ?)',
    ),
    useTemplate: database.prepare(
      'UPDATE template SET used_count = used_count + 1, used_at = ? WHERE id = ?',
    ),
    insertMessage: database.prepare(insertMessageSql),
    clearDraft: database.prepare('DELETE FROM draft WHERE name = ? AND submission_id = ?'),
    anyDueInQuiet: database.prepare(
      `SELECT 1 FROM message WHERE ${due} AND id > :afterId AND quiet_override IS NOT NULL LIMIT 1`,
    ),
    dueInQuiet: database.prepare(
      `SELECT ${fields} FROM message WHERE ${due} AND id > :afterId AND quiet_override IS NOT NULL
       ORDER BY priority, rank, id`,
    ),
    anyDue: database.prepare(`SELECT 1 FROM message WHERE ${due} AND id > :afterId LIMIT 1`),
    dueUpTo: database.prepare(
      `SELECT count(*) AS total FROM (SELECT 1 FROM message WHERE ${due} AND id > :afterId
         AND (:quiet = 0 OR quiet_override IS NOT NULL) LIMIT :most)`,
    ),
    anyFallenDue: database.prepare(
      `SELECT 1 FROM message WHERE account_id = :accountId AND ${fallen} LIMIT 1`,
    ),
    fallDue: database.prepare(
      `UPDATE message SET not_before = 0 WHERE id IN (
         SELECT id FROM message WHERE account_id = :accountId AND ${fallen}
         ORDER BY not_before LIMIT :limit)`,
    ),
    due: database.prepare(
      `SELECT ${fields} FROM message WHERE ${due} AND id > :afterId ORDER BY priority, rank, id`,
    ),
    claimMessages: database.prepare(
      `UPDATE message SET state = ?, state_at = ?, attempt_no = attempt_no + 1, error_code = NULL, error_text = NULL
       WHERE id IN (SELECT value FROM json_each(?)) AND state = 'queued'`,
    ),
    // Each entry is [message, attempt, provider's id, when to ask what became of it].
    acceptMessages: database.prepare(
      `UPDATE message SET state = ?, state_at = ?, provider_id = coalesce(entry.value ->> 2, provider_id),
         next_status_at = entry.value ->> 3, error_code = NULL, error_text = NULL
       FROM json_each(?) AS entry
       WHERE message.id = CAST(entry.value ->> 0 AS INTEGER) AND state = 'sending' AND attempt_no = entry.value ->> 1`,
    ),
    deaths: database.prepare('SELECT deaths FROM claim_mark WHERE message_id = ? AND attempt_no = ?').pluck(),
    markClaim: database.prepare(
      `INSERT INTO claim_mark(message_id, account_id, attempt_no, deaths) VALUES (:id, :accountId, :attemptNumber, :deaths)
       ON CONFLICT(message_id) DO UPDATE SET attempt_no = excluded.attempt_no, deaths = excluded.deaths`,
    ),
    takeBackMark: database.prepare('UPDATE claim_mark SET deaths = deaths - 1 WHERE message_id = ?'),
    forgetMark: database.prepare('DELETE FROM claim_mark WHERE message_id = ?'),
    // Of the marks of claims that were made nothing is left.
    forgetMarks: database.prepare(
      `DELETE FROM claim_mark WHERE deaths < 1 OR NOT EXISTS (
         SELECT 1 FROM message WHERE id = message_id AND state = 'queued' AND message.attempt_no = claim_mark.attempt_no)`,
    ),
    diedInClaim: database.prepare('SELECT 1 FROM claim_mark WHERE account_id = ? LIMIT 1'),
    openAttempt: database.prepare(
      'INSERT INTO attempt(account_id, run_id, request_ref, opened_at) VALUES (?, ?, ?, ?)',
    ),
    openAttemptMessage: database.prepare(
      'INSERT INTO attempt_message(attempt_id, message_id, attempt_no) VALUES (?, ?, ?)',
    ),
    openAttemptMessages: database.prepare(
      `INSERT INTO attempt_message(attempt_id, message_id, attempt_no)
       SELECT ?, id, attempt_no FROM message WHERE id IN (SELECT value FROM json_each(?))`,
    ),
    closeAttemptMessages: database.prepare('UPDATE attempt_message SET outcome = ? WHERE attempt_id = ?'),
    closeAttempt: database.prepare(
      'UPDATE attempt SET closed_at = ?, http_status = ? WHERE id = ? AND closed_at IS NULL',
    ),
    closeAttemptMessage: database.prepare(
      'UPDATE attempt_message SET outcome = ?, text = ? WHERE attempt_id = ? AND message_id = ?',
    ),
    foreignOpenAttempts: database.prepare('SELECT id FROM attempt WHERE closed_at IS NULL AND run_id <> ?'),
    attemptMessages: database.prepare(
      `SELECT ${fields.replaceAll(/\b(\w+)\b/g, 'message.$1')} FROM attempt_message
       JOIN message ON message.id = attempt_message.message_id AND message.attempt_no = attempt_message.attempt_no
       WHERE attempt_id = ?`,
    ),
    late: database.prepare(
      `SELECT ${fields} FROM message WHERE account_id = :accountId AND state = 'queued' AND best_before IS NOT NULL AND best_before <= :now
       ORDER BY best_before LIMIT :limit`,
    ),
    requestCancel: database.prepare(
      `UPDATE message SET cancel_requested = 1 WHERE id = ? AND state = 'sending'`,
    ),
    latestStill: database.prepare('SELECT best_before FROM message WHERE id = ? AND best_before > ?').pluck(),
    setLatest: database.prepare('UPDATE message SET best_before = ?, options = ? WHERE id = ?'),
    // What comes first: a scheduled text falls due, or a waiting one passes its best before. Here and below `not_before > 0` and
    // `= 0` lead to an index: without, SQLite walks through all texts (plans.test.ts).
    nextDue: database.prepare(
      `SELECT min(at) AS at FROM (
         SELECT min(not_before) AS at FROM message
           WHERE account_id = :accountId AND state = 'queued' AND not_before > 0 AND not_before > :now
         UNION ALL
         SELECT min(best_before) FROM message WHERE account_id = :accountId AND state = 'queued' AND best_before > :now
       )`,
    ),
    // Never to 0, which means that it is due: falling due is the claim's business.
    bringForward: database.prepare(
      `UPDATE message SET not_before = max(1, not_before - :by)
       WHERE account_id = :accountId AND state = 'queued' AND not_before > 0 AND not_before > :now AND send_at IS NULL`,
    ),
    newestWaiting: database.prepare(
      // Also what has not been moved over yet: of a long list a claim moves a thousand.
      `SELECT max(id) AS id FROM (
         SELECT max(id) AS id FROM message WHERE account_id = :accountId AND state = 'queued' AND not_before = 0
         UNION ALL
         SELECT max(id) FROM message WHERE account_id = :accountId AND ${fallen})`,
    ),
    // Behind all that waits, batches too.
    goBehind: database.prepare(
      `UPDATE message SET priority = 1, rank = 1 + (
         SELECT coalesce(max(rank), 0) FROM message
           WHERE account_id = :accountId AND priority = 1 AND state = 'queued' AND not_before = 0)
       WHERE id = :id AND state = 'queued'`,
    ),
    oldestDue: database.prepare(
      `SELECT min(since) AS since FROM (
         SELECT * FROM (SELECT max(created_at, coalesce(send_at, 0)) AS since FROM message
           WHERE ${due} ORDER BY priority, rank, id LIMIT :most)
         UNION ALL
         SELECT * FROM (SELECT max(created_at, coalesce(send_at, 0)) FROM message
           WHERE account_id = :accountId AND ${fallen} ORDER BY not_before LIMIT :most))`,
    ),
    lastAnswer: database
      .prepare(
        `SELECT closed_at FROM (SELECT * FROM attempt ORDER BY id DESC LIMIT :most)
         WHERE account_id = :accountId AND http_status IS NOT NULL ORDER BY id DESC LIMIT 1`,
      )
      .pluck(),
    setHold: database.prepare('UPDATE account SET hold_through_id = ? WHERE id = ?'),
    heldThrough: database.prepare('SELECT hold_through_id AS id FROM account WHERE id = ?'),
    piledUp: database.prepare(
      `SELECT count(*) AS waiting, total(quiet_override IS NULL) AS ruled, coalesce(sum(parts), 0) AS parts, min(created_at) AS oldest
       FROM (
         SELECT quiet_override, parts, created_at FROM message
         WHERE account_id = :accountId AND state = 'queued' AND not_before = 0 AND id <= :throughId
         UNION ALL
         SELECT quiet_override, parts, created_at FROM message
         WHERE account_id = :accountId AND ${fallen} AND id <= :throughId)`,
    ),
    decisionsUpTo: database.prepare(
      `SELECT count(*) AS late FROM message INDEXED BY message_open
       WHERE state IN ('queued', 'sending', 'in_doubt', 'needs_decision') AND state = 'needs_decision'
         AND account_id = :accountId AND id <= :throughId`,
    ),
    nextLate: database.prepare(
      `SELECT min(best_before) AS at FROM message WHERE account_id = :accountId AND state = 'queued' AND best_before > :now`,
    ),
    counts: database.prepare('SELECT state, total FROM message_count'),
    pauseAccount: database.prepare(
      'UPDATE account SET pause_reason = ?, pause_until = ?, pause_text = ? WHERE id = ?',
    ),
    accountPause: database.prepare('SELECT pause_reason, pause_until, pause_text FROM account WHERE id = ?'),
    readMessage: database.prepare(`SELECT ${fields} FROM message WHERE id = ?`),
    changeState: database.prepare(
      `UPDATE message SET state = :to, state_at = :now, attempt_no = attempt_no + :opens,
         provider_id = coalesce(:providerId, provider_id), error_code = :errorCode, error_text = :errorText,
         not_before = coalesce(:notBefore, not_before)
       WHERE id = :id AND state = :from AND attempt_no = :attemptNumber`,
    ),
  };
}
