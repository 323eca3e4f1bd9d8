/** Outboxes with one rule broken each: what every test of this folder has to notice. */
import type { AttemptResult, Outcome, Submission, TurnRequest } from '../../electron/core/ports.ts';
import type { WriteDatabase } from '../../electron/db/open.ts';
import { SqliteOutboxStore } from '../../electron/db/stores/outbox.ts';
import type { Rules, StoreParts } from './simulation.ts';

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
    says: /sent twice|lost/,
  },
  {
    name: 'a request leaves without its claim on disk',
    rules: { store: (database, parts) => new ClaimsWithoutWriting(database, parts) },
    says: /which is queued on disk/,
  },
  {
    name: 'the same submission twice is two submissions',
    rules: { store: (database, parts) => new SubmitsTwice(database, parts) },
    says: /unexpected/,
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
];
