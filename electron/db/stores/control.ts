/**
 * What a person does with texts that wait or failed: edit, move up or down, send the failed ones again. No state is changed
 * here: a text that waits goes on waiting, and a failed one stays failed beside the new one.
 */
import type {
  BalanceReading,
  ControlStore,
  EditedText,
  EditResult,
  RetryResult,
  RetryScope,
} from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

interface FailedRow {
  readonly id: number;
  readonly submission_id: string;
  readonly account_id: number;
  readonly recipient: string;
  readonly body: string;
  readonly parts: number;
  readonly encoding: string;
  readonly options: string;
  /** Null: for ever, or it has passed and a person wants it all the same. */
  readonly bestBefore: number | null;
}

/** Readings older than this prove nothing about a text that is still in doubt. */
const keptReadingsMilliseconds = 30 * 24 * 3_600_000;

export class SqliteControlStore implements ControlStore {
  readonly #database: WriteDatabase;
  readonly #sql;

  constructor(database: WriteDatabase) {
    this.#database = database;
    // What cannot be read any more, or was erased, has nothing to send again.
    const failed = `account_id IN (SELECT id FROM account WHERE removed_at IS NULL) AND state IN ('rejected', 'undelivered')
      AND body <> '' AND created_at >= :since AND (:submission IS NULL OR submission_id = :submission)
      AND NOT EXISTS (SELECT 1 FROM message AS again WHERE again.resend_of = message.id)`;
    this.#sql = {
      edit: database.prepare(
        `UPDATE message SET recipient = :recipient, body = :body, parts = :parts, encoding = :encoding
         WHERE id = :id AND state IN ('queued', 'needs_decision')`,
      ),
      exists: database.prepare('SELECT 1 FROM message WHERE id = ?'),
      // Among those that are due, whose order an index keeps: a time decides about the others before any rank does.
      firstRank: database.prepare(
        `SELECT min(rank) AS rank FROM message
         WHERE account_id = :accountId AND priority = :priority AND state = 'queued' AND not_before = 0`,
      ),
      lastRank: database.prepare(
        `SELECT max(rank) AS rank FROM message
         WHERE account_id = :accountId AND priority = :priority AND state = 'queued' AND not_before = 0`,
      ),
      place: database.prepare(
        `SELECT account_id AS accountId, priority FROM message WHERE id = ? AND state = 'queued'`,
      ),
      setRank: database.prepare(
        `UPDATE message SET rank = ?, priority = ? WHERE id = ? AND state = 'queued'`,
      ),
      failed: database.prepare(
        `SELECT id, submission_id, account_id, recipient, body, parts, encoding, options,
           CASE WHEN best_before > :now THEN best_before END AS bestBefore FROM message
         WHERE ${failed} ORDER BY id LIMIT :limit`,
      ),
      failedCount: database.prepare(`SELECT count(*) AS total FROM message WHERE ${failed}`),
      again: database.prepare(
        `INSERT INTO message(client_ref, submission_id, account_id, recipient, body, parts, encoding, options, state_at,
           best_before, resend_of, created_at, priority)
         VALUES (:clientRef, :submissionId, :accountId, :recipient, :body, :parts, :encoding, :options, :now, :bestBefore,
           :resendOf, :now, 1)`,
      ),
      noteBalance: database.prepare(
        `INSERT INTO balance_reading(account_id, at, balance, currency) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET balance = excluded.balance, currency = excluded.currency`,
      ),
      forgetReadings: database.prepare('DELETE FROM balance_reading WHERE account_id = ? AND at < ?'),
      before: database.prepare(
        `SELECT at, balance, currency FROM balance_reading WHERE account_id = ? AND at <= ? ORDER BY at DESC LIMIT 1`,
      ),
      after: database.prepare(
        `SELECT at, balance, currency FROM balance_reading WHERE account_id = ? AND at >= ? ORDER BY at LIMIT 1`,
      ),
    };
  }

  async edit(id: number, text: EditedText): Promise<EditResult> {
    return this.#write(() => {
      if (this.#sql.edit.run({ id, ...text }).changes === 1) return 'edited';
      return this.#sql.exists.get(id) === undefined ? 'not-found' : 'too-late';
    });
  }

  async move(id: number, to: 'first' | 'last'): Promise<EditResult> {
    return this.#write(() => {
      const place = this.#sql.place.get(id) as { accountId: number; priority: 0 | 1 } | undefined;
      if (place === undefined) return this.#sql.exists.get(id) === undefined ? 'not-found' : 'too-late';
      // First means before everything: also before what a person sends by hand.
      const priority = to === 'first' ? 0 : 1;
      const bound = to === 'first' ? this.#sql.firstRank : this.#sql.lastRank;
      const { rank } = bound.get({ accountId: place.accountId, priority }) as { rank: number | null };
      this.#sql.setRank.run((rank ?? 0) + (to === 'first' ? -1 : 1), priority, id);
      return 'edited';
    });
  }

  async retryFailed(scope: RetryScope, newRef: () => string, now: number): Promise<RetryResult> {
    return this.#write(() => {
      const where = { since: scope.since, submission: scope.submissionId ?? null };
      const rows = this.#sql.failed.all({ ...where, limit: scope.limit, now }) as FailedRow[];
      const messageIds = rows.map((row) =>
        Number(
          this.#sql.again.run({
            clientRef: newRef(),
            submissionId: row.submission_id,
            accountId: row.account_id,
            recipient: row.recipient,
            body: row.body,
            parts: row.parts,
            encoding: row.encoding,
            // A time at Clickatell was for the first try.
            options: withoutDeliverAt(row.options),
            bestBefore: row.bestBefore,
            resendOf: row.id,
            now,
          }).lastInsertRowid,
        ),
      );
      return {
        messageIds,
        of: rows.map(({ id }) => id),
        left: (this.#sql.failedCount.get(where) as { total: number }).total,
      };
    });
  }

  async failedCount(scope: Omit<RetryScope, 'limit'>): Promise<number> {
    const where = { since: scope.since, submission: scope.submissionId ?? null };
    return (this.#sql.failedCount.get(where) as { total: number }).total;
  }

  noteBalance(accountId: number, reading: BalanceReading): void {
    this.#sql.noteBalance.run(accountId, reading.at, reading.balance, reading.currency ?? null);
    this.#sql.forgetReadings.run(accountId, reading.at - keptReadingsMilliseconds);
  }

  balancesAround(
    accountId: number,
    from: number,
    to: number,
  ): { readonly before: BalanceReading | undefined; readonly after: BalanceReading | undefined } {
    return {
      before: reading(this.#sql.before.get(accountId, from)),
      after: reading(this.#sql.after.get(accountId, to)),
    };
  }

  #write<T>(change: () => T): T {
    return this.#database.transaction(change).immediate();
  }
}

function reading(row: unknown): BalanceReading | undefined {
  const found = row as { at: number; balance: number; currency: string | null } | undefined;
  return found === undefined ? undefined : { ...found, currency: found.currency ?? undefined };
}

function withoutDeliverAt(options: string): string {
  try {
    const { deliverAt: _, ...rest } = JSON.parse(options) as Record<string, unknown>;
    return JSON.stringify(rest);
  } catch {
    // What cannot be read is set aside by the claim, as it would have been before.
    return options;
  }
}
