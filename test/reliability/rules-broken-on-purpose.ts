/** Outboxes with one rule broken each: what every test of this folder has to notice. */
import type {
  AttemptResult,
  DeliveryReport,
  EditedText,
  Outcome,
  RetryScope,
  Submission,
  TurnRequest,
} from '../../electron/core/ports.ts';
import { SqliteBodyEraser } from '../../electron/db/care/erase.ts';
import type { WriteDatabase } from '../../electron/db/open.ts';
import { SqliteControlStore } from '../../electron/db/stores/control.ts';
import { SqliteListStore } from '../../electron/db/stores/lists.ts';
import { SqliteOutboxStore } from '../../electron/db/stores/outbox.ts';
import { type Rules, realRules, type StoreParts } from './simulation.ts';

/** What every queue does that was looked at: a job that was running at a crash runs again. */
export const sendingIsQueuedAgain = `UPDATE message SET state = 'queued' WHERE state = 'sending'`;

class Breakable extends SqliteOutboxStore {
  readonly database: WriteDatabase;
  constructor(database: WriteDatabase, parts: StoreParts) {
    super(database, parts);
    this.database = database;
  }
}

/** Results are written by `close` and by `turn`. */
abstract class ChangesResults extends Breakable {
  abstract changed(result: AttemptResult): AttemptResult;
  override async close(results: readonly AttemptResult[]) {
    return super.close(results.map((result) => this.changed(result)));
  }
  override async turn(request: TurnRequest) {
    return super.turn({ ...request, results: request.results.map((result) => this.changed(result)) });
  }
}

class RequeuesAtRecovery extends Breakable {
  override async recover() {
    this.database.exec(sendingIsQueuedAgain);
    return super.recover();
  }
}

class IgnoresAttemptNumber extends ChangesResults {
  override changed(result: AttemptResult): AttemptResult {
    const current = this.database.prepare('SELECT attempt_no FROM message WHERE id = ?').pluck();
    const messages = result.attempt.messages.map((message) => ({
      ...message,
      attemptNumber: current.get(message.id) as number,
    }));
    return { ...result, attempt: { ...result.attempt, messages } };
  }
}

class TakesDoubtForUnsent extends ChangesResults {
  override changed(each: AttemptResult): AttemptResult {
    const outcomes = each.result.outcomes.map(
      (outcome): Outcome =>
        outcome.kind === 'unknown' ? { kind: 'notSent', why: 'aborted', text: '' } : outcome,
    );
    return { ...each, result: { ...each.result, outcomes } };
  }
}

class SubmitsTwice extends Breakable {
  #times = 0;
  override async submit(submission: Submission) {
    this.#times += 1;
    return super.submit({ ...submission, id: `${submission.id} ${this.#times}` });
  }
}

class AnswersBeforeWriting extends Breakable {
  override async submit(submission: Submission) {
    const inside = this.database.inTransaction;
    this.database.exec(inside ? 'SAVEPOINT unwritten' : 'BEGIN');
    const result = await super.submit(submission);
    this.database.exec(inside ? 'ROLLBACK TO unwritten; RELEASE unwritten' : 'ROLLBACK');
    return result;
  }
}

class ForgetsBestBefore extends Breakable {
  override async turn(request: TurnRequest) {
    this.database.exec(`UPDATE message SET best_before = NULL WHERE state = 'queued'`);
    return super.turn(request);
  }
}

class CancelsWhatIsFinal extends Breakable {
  override async cancel(messageId: number) {
    const outcome = await super.cancel(messageId);
    if (outcome === 'too-late')
      this.database.prepare(`UPDATE message SET state = 'cancelled' WHERE id = ?`).run(messageId);
    return outcome;
  }
}

class ClaimsWithoutWriting extends Breakable {
  override async turn(request: TurnRequest) {
    const claimed = await super.turn(request);
    this.database.exec(
      `UPDATE message SET state = 'queued' WHERE state = 'sending';
       UPDATE attempt SET closed_at = 0 WHERE closed_at IS NULL`,
    );
    return claimed;
  }
}

class ForgetsDueTimes extends Breakable {
  override async turn(request: TurnRequest) {
    this.database.exec(`UPDATE message SET not_before = 0 WHERE state = 'queued'`);
    return super.turn(request);
  }
}
/** Everything is due at once. */
export const forgetsDueTimes: Rules = {
  store: (database, parts) => new ForgetsDueTimes(database, parts),
};

class ForgetsQuietHours extends Breakable {
  override async turn(request: TurnRequest) {
    const { claim } = request;
    return super.turn({ ...request, claim: claim === undefined ? undefined : { ...claim, open: true } });
  }
}

class ForgetsOptOuts extends Breakable {
  override async turn(request: TurnRequest) {
    this.database.exec('DELETE FROM opt_out');
    return super.turn(request);
  }
}

class TakesBackWhatLeft extends Breakable {
  override async undo(submissionId: string) {
    this.database
      .prepare(`UPDATE message SET state = 'queued' WHERE submission_id = ? AND state = 'sending'`)
      .run(submissionId);
    return super.undo(submissionId);
  }
}

class SendsAgainWhoeverAsks extends Breakable {
  override async sendAgain(messageId: number, clientRef: string) {
    this.database.prepare(`UPDATE message SET state = 'in_doubt' WHERE id = ?`).run(messageId);
    return super.sendAgain(messageId, clientRef);
  }
}

class BelievesEveryReport extends Breakable {
  override async report(reports: readonly DeliveryReport[]) {
    const accepted = this.database.prepare(
      `UPDATE message SET state = 'accepted' WHERE id = ? AND state IN ('delivered', 'undelivered')`,
    );
    for (const { messageId } of reports) accepted.run(messageId);
    return super.report(reports);
  }
}

class EditsWhatLeft extends SqliteControlStore {
  readonly #database: WriteDatabase;
  constructor(database: WriteDatabase) {
    super(database);
    this.#database = database;
  }
  override async edit(id: number, text: EditedText) {
    this.#database
      .prepare('UPDATE message SET recipient = ?, body = ? WHERE id = ?')
      .run(text.recipient, text.body, id);
    return 'edited' as const;
  }
}

class MovesNothing extends SqliteControlStore {
  override async move(id: number, to: 'first' | 'last') {
    return super.move(id, to === 'first' ? 'last' : to);
  }
}

class RetriesForEver extends SqliteControlStore {
  readonly #database: WriteDatabase;
  constructor(database: WriteDatabase) {
    super(database);
    this.#database = database;
  }
  override async retryFailed(scope: RetryScope, newRef: () => string, now: number) {
    this.#database
      .prepare(
        `INSERT INTO message(client_ref, submission_id, account_id, recipient, body, parts, encoding, state_at, resend_of, created_at)
         SELECT ?, submission_id, account_id, recipient, body, parts, encoding, state_at, id, created_at FROM message
         WHERE state IN ('rejected', 'undelivered') AND id IN (SELECT resend_of FROM message) LIMIT 1`,
      )
      .run(newRef());
    return super.retryFailed(scope, newRef, now);
  }
}

class ErasesWhatIsOpen extends SqliteBodyEraser {
  readonly #database: WriteDatabase;
  constructor(database: WriteDatabase) {
    super(database);
    this.#database = database;
  }
  override eraseNumber(after: number, until: number, recipient: string, now: number) {
    this.#database
      .prepare(`UPDATE message SET body = '' WHERE recipient = ? AND state = 'queued'`)
      .run(recipient);
    return super.eraseNumber(after, until, recipient, now);
  }
}

class MakesASliceTwice extends SqliteListStore {
  readonly #database: WriteDatabase;
  constructor(database: WriteDatabase, monotonic: () => number) {
    super(database, monotonic);
    this.#database = database;
  }
  override makeSlice(...input: Parameters<SqliteListStore['makeSlice']>) {
    const rows = this.#database
      .prepare('SELECT submission_id, position, recipient FROM list_import_recipient LIMIT 1')
      .all() as Record<string, string | number>[];
    const made = super.makeSlice(...input);
    if (made !== undefined)
      for (const row of rows)
        this.#database
          .prepare(
            'INSERT INTO list_import_recipient(submission_id, position, recipient) VALUES (:submission_id, :position + 1000, :recipient)',
          )
          .run(row);
    return made;
  }
}

class DropsWhatIsSealed extends SqliteListStore {
  override lists() {
    return super.lists().map((list) => ({ ...list, sealed: false, held: true }));
  }
}

let occurrences = 0;
function differentEachTime(id: string): string {
  occurrences += 1;
  return `${id} ${occurrences}`;
}

export interface BrokenRule {
  readonly name: string;
  readonly rules: Rules;
  /** What the simulation has to say. */
  readonly says: RegExp;
}

export const brokenRules: readonly BrokenRule[] = [
  {
    name: 'what was being sent at a crash is queued again',
    rules: { store: (database, parts) => new RequeuesAtRecovery(database, parts), ledgerOnly: true },
    says: /sent twice/,
  },
  {
    name: 'a result counts although it belongs to an earlier attempt',
    rules: { store: (database, parts) => new IgnoresAttemptNumber(database, parts), ledgerOnly: true },
    says: /sent twice/,
  },
  {
    name: 'no answer means not sent',
    rules: { store: (database, parts) => new TakesDoubtForUnsent(database, parts), ledgerOnly: true },
    says: /sent twice/,
  },
  {
    name: 'a crash takes the last claim with it (as synchronous=NORMAL does when the power fails)',
    rules: {
      store: (database, parts) => new SqliteOutboxStore(database, parts),
      crashLosesClaim: true,
      ledgerOnly: true,
    },
    says: /sent twice|lost|unexpected/,
  },
  {
    name: 'a request leaves without its claim on disk',
    rules: { store: (database, parts) => new ClaimsWithoutWriting(database, parts) },
    says: /which is queued on disk/,
  },
  {
    name: 'the same submission twice is two submissions',
    rules: { store: (database, parts) => new SubmitsTwice(database, parts) },
    says: /unexpected|taking .* back/,
  },
  {
    name: 'a text is confirmed before it is written',
    rules: { store: (database, parts) => new AnswersBeforeWriting(database, parts) },
    says: /lost/,
  },
  {
    name: 'best before is forgotten',
    rules: { store: (database, parts) => new ForgetsBestBefore(database, parts) },
    says: /after its best before/,
  },
  {
    name: 'what is final can still be changed',
    rules: { store: (database, parts) => new CancelsWhatIsFinal(database, parts) },
    says: /was final|has to be/,
  },
  {
    name: 'quiet hours are forgotten',
    rules: { store: (database, parts) => new ForgetsQuietHours(database, parts) },
    says: /quiet hours/,
  },
  {
    name: 'the time to take back is forgotten',
    rules: { ...forgetsDueTimes },
    says: /before its time|could be undone|asked for/,
  },
  {
    name: 'who must not be texted is forgotten',
    rules: { store: (database, parts) => new ForgetsOptOuts(database, parts) },
    says: /must not be texted/,
  },
  {
    name: 'what is being sent can be taken back',
    rules: { store: (database, parts) => new TakesBackWhatLeft(database, parts) },
    says: /taking .* back|has to be/,
  },
  {
    name: 'what is not in doubt is sent again, among several that are',
    rules: { store: (database, parts) => new SendsAgainWhoeverAsks(database, parts) },
    says: /nobody said so/,
  },
  {
    name: 'a late report changes what is final',
    rules: { store: (database, parts) => new BelievesEveryReport(database, parts) },
    says: /was final|reports|has to be/,
  },
  {
    name: 'what has left can be edited',
    rules: { ...realRules, control: (database) => new EditsWhatLeft(database) },
    says: /has to be for|editing/,
  },
  {
    name: 'what is put first goes last',
    rules: { ...realRules, control: (database) => new MovesNothing(database) },
    says: /put first/,
  },
  {
    name: 'a failed text is retried as often as somebody asks',
    rules: { ...realRules, control: (database) => new RetriesForEver(database) },
    says: /nobody said so/,
  },
  {
    name: 'a number is erased from under texts that wait',
    rules: { ...realRules, eraser: (database) => new ErasesWhatIsOpen(database) },
    says: /has to be for|another number or text/,
  },
  {
    name: 'a row of a list is made into a text twice',
    rules: { ...realRules, lists: (database, monotonic) => new MakesASliceTwice(database, monotonic) },
    says: /a second text of list/,
  },
  {
    name: 'a list is not finished after a restart',
    rules: { ...realRules, lists: (database, monotonic) => new DropsWhatIsSealed(database, monotonic) },
    says: /does not come to rest|lost/,
  },
  {
    name: 'a day of a rule is submitted under another name each time',
    rules: { ...realRules, occurrence: differentEachTime },
    says: /a second text of \d/,
  },
];
