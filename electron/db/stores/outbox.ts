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
  OpenAttempt,
  OutboxStore,
  Outcome,
  Pause,
  RecoveryReport,
  Submission,
  SubmitResult,
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
}

interface Change {
  readonly providerId?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly errorText?: string | undefined;
  readonly notBefore?: number;
}

/** Longest text of the gateway's that is kept. */
const keptTextUnits = 500;

export class SqliteOutboxStore implements OutboxStore {
  readonly #database: WriteDatabase;
  readonly #runId: string;
  readonly #now: () => number;
  readonly #newRef: () => string;
  readonly #sql;

  constructor(database: WriteDatabase, parts: { runId: string; now: () => number; newRef: () => string }) {
    this.#database = database;
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
      this.#sql.insertSubmission.run(submission.id, submission.accountId, now);
      const messageIds = submission.messages.map((message) =>
        Number(
          this.#sql.insertMessage.run({
            clientRef: message.clientRef,
            submissionId: submission.id,
            accountId: submission.accountId,
            recipient: message.recipient,
            body: message.body,
            parts: message.parts,
            encoding: message.encoding,
            options: JSON.stringify(message.options ?? {}),
            bestBefore: latestHandOver(message.bestBefore, message.options ?? {}),
            resendOf: null,
            now,
          }).lastInsertRowid,
        ),
      );
      if (submission.clearsDraft !== undefined) {
        this.#sql.clearDraft.run(submission.clearsDraft, submission.id);
      }
      return { messageIds, repeated: false };
    });
  }

  async claim(request: ClaimRequest): Promise<readonly OpenAttempt[]> {
    // Looking first, outside a write transaction, keeps an idle wake-up free of disk writes.
    if (this.#sql.firstDue.get({ accountId: request.accountId, now: request.now }) === undefined) return [];
    return this.#write(() => {
      const attempts: OpenAttempt[] = [];
      while (attempts.length < request.maxAttempts) {
        const first = this.#sql.firstDue.get({ accountId: request.accountId, now: request.now }) as
          | StoredMessage
          | undefined;
        if (first === undefined) break;
        const batch = this.#batchWith(first, request);
        const requestRef = batch.length === 1 ? first.client_ref : this.#newRef();
        const attemptId = Number(
          this.#sql.openAttempt.run(request.accountId, this.#runId, requestRef, this.#now()).lastInsertRowid,
        );
        const messages = batch.map((message) => {
          const attemptNumber = message.attempt_no + 1;
          this.#change(message, 'claim', {});
          this.#sql.openAttemptMessage.run(attemptId, message.id, attemptNumber);
          return {
            id: message.id,
            attemptNumber,
            clientRef: message.client_ref,
            recipient: message.recipient,
            body: message.body,
            ...(message.options === '{}' ? {} : { options: optionsOf(message) }),
          };
        });
        attempts.push({ id: attemptId, accountId: request.accountId, requestRef, messages });
      }
      return attempts;
    });
  }

  async close(results: readonly AttemptResult[]): Promise<void> {
    this.#write(() => {
      for (const { attempt, result, notBefore } of results) {
        this.#sql.closeAttempt.run(this.#now(), result.httpStatus ?? null, attempt.id);
        for (const [index, claimed] of attempt.messages.entries()) {
          const outcome: Outcome = result.outcomes[index] ?? { kind: 'unknown', why: 'missing', text: '' };
          const message = this.#read(claimed.id);
          const text = outcome.kind === 'accepted' ? null : outcome.text.slice(0, keptTextUnits);
          this.#sql.closeAttemptMessage.run(outcome.kind, text, attempt.id, claimed.id);
          // A result counts only for the attempt it belongs to; what it said stays in the attempt's own row.
          if (message.state !== 'sending' || message.attempt_no !== claimed.attemptNumber) continue;
          this.#change(message, ...effect(outcome, message, notBefore));
        }
      }
    });
  }

  async recover(): Promise<RecoveryReport> {
    return this.#write(() => {
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
    if (this.#sql.late.get({ accountId, now }) === undefined) return 0;
    return this.#write(() => {
      const late = this.#sql.late.all({ accountId, now }) as StoredMessage[];
      for (const message of late) {
        const timePassed = hasPassedTime(optionsOf(message), now);
        this.#change(message, 'hold-late', timePassed ? { errorCode: 'delivery-time-passed' } : {});
      }
      return late.length;
    });
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
          bestBefore: latestHandOver(undefined, options),
          resendOf: messageId,
          now: this.#now(),
        }).lastInsertRowid,
      );
    });
  }

  async decideLate(messageId: number, decision: 'send' | 'drop'): Promise<void> {
    this.#write(() => {
      const message = { ...this.#read(messageId), state: 'needs_decision' as const };
      this.#change(message, decision === 'send' ? 'person-send-late' : 'person-drop', {});
      if (decision === 'drop') return;
      // The person has decided that it still makes sense: it must not be held again for the same reason.
      const options = withoutPassedTime(optionsOf(message), this.#now());
      this.#sql.setLatest.run(latestHandOver(undefined, options), JSON.stringify(options), messageId);
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

  /**
   * The due message with others of its submission that fit into the same request: those with the very same text, or, where
   * there are none and the gateway takes them, with texts of their own. Each number once, since verdicts are told apart by
   * it.
   */
  #batchWith(first: StoredMessage, request: ClaimRequest): readonly StoredMessage[] {
    const { submission_id: submissionId, body, options } = first;
    const { now } = request;
    const same =
      request.maxRecipients <= 1
        ? [first]
        : (this.#sql.sameText.all({
            submissionId,
            body,
            options,
            now,
            limit: request.maxRecipients,
          }) as StoredMessage[]);
    const personal = request.maxPersonalTexts ?? 1;
    const found =
      same.length > 1 || personal <= 1
        ? same
        : (this.#sql.sameSubmission.all({ submissionId, now, limit: personal }) as StoredMessage[]);
    const batch = new Map<string, StoredMessage>();
    for (const message of found) {
      if (!batch.has(message.recipient)) batch.set(message.recipient, message);
    }
    return [...batch.values()];
  }

  #read(messageId: number): StoredMessage {
    const row = this.#sql.readMessage.get(messageId) as StoredMessage | undefined;
    if (row === undefined) throw new MessageNotFound(String(messageId));
    return row;
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

function prepare(database: WriteDatabase) {
  const fields =
    'id, client_ref, submission_id, account_id, recipient, body, parts, encoding, options, state, attempt_no, cancel_requested';
  const due = `state = 'queued' AND not_before <= :now AND (best_before IS NULL OR best_before > :now)`;
  return {
    insertRun: database.prepare('INSERT INTO run(id, started_at, process_id) VALUES (?, ?, ?)'),
    submissionMessages: database.prepare(
      'SELECT id FROM message WHERE submission_id = ? AND resend_of IS NULL ORDER BY id',
    ),
    accountTakes: database.prepare('SELECT 1 FROM account WHERE id = ? AND removed_at IS NULL'),
    insertSubmission: database.prepare('INSERT INTO submission(id, account_id, created_at) VALUES (?, ?, ?)'),
    insertMessage: database.prepare(
      `INSERT INTO message(client_ref, submission_id, account_id, recipient, body, parts, encoding, options, state_at, best_before,
         resend_of, created_at)
       VALUES (:clientRef, :submissionId, :accountId, :recipient, :body, :parts, :encoding, :options, :now, :bestBefore,
         :resendOf, :now)`,
    ),
    clearDraft: database.prepare('DELETE FROM draft WHERE name = ? AND submission_id = ?'),
    firstDue: database.prepare(
      `SELECT ${fields} FROM message WHERE account_id = :accountId AND ${due} ORDER BY id LIMIT 1`,
    ),
    sameText: database.prepare(
      `SELECT ${fields} FROM message WHERE submission_id = :submissionId AND body = :body AND options = :options AND ${due}
       ORDER BY id LIMIT :limit`,
    ),
    sameSubmission: database.prepare(
      `SELECT ${fields} FROM message WHERE submission_id = :submissionId AND ${due} ORDER BY id LIMIT :limit`,
    ),
    openAttempt: database.prepare(
      'INSERT INTO attempt(account_id, run_id, request_ref, opened_at) VALUES (?, ?, ?, ?)',
    ),
    openAttemptMessage: database.prepare(
      'INSERT INTO attempt_message(attempt_id, message_id, attempt_no) VALUES (?, ?, ?)',
    ),
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
      `SELECT ${fields} FROM message WHERE account_id = :accountId AND state = 'queued' AND best_before IS NOT NULL AND best_before <= :now`,
    ),
    requestCancel: database.prepare(
      `UPDATE message SET cancel_requested = 1 WHERE id = ? AND state = 'sending'`,
    ),
    setLatest: database.prepare('UPDATE message SET best_before = ?, options = ? WHERE id = ?'),
    // What comes first: a scheduled text falls due, or a waiting one passes its best before.
    nextDue: database.prepare(
      `SELECT min(at) AS at FROM (
         SELECT min(not_before) AS at FROM message WHERE account_id = :accountId AND state = 'queued' AND not_before > :now
         UNION ALL
         SELECT min(best_before) FROM message WHERE account_id = :accountId AND state = 'queued' AND best_before > :now
       )`,
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
