/** Numbers not to text, numbers that cannot be reached, and what went to a number lately. */
import type {
  EarlierText,
  FlaggedNumber,
  NumberNews,
  NumberStore,
  OptOut,
  OptOutSource,
} from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

/** One failure may be a phone that was off for long; two in a row are a number that is wrong. */
export const flaggedFrom = 2;

/** Texts to a number since a time that were sent, or are about to be; newest first. */
export const sinceSql = `SELECT recipient, body, created_at AS createdAt FROM message
  WHERE recipient = :recipient AND created_at >= :time AND submission_id <> :exceptSubmission
  AND state NOT IN ('cancelled', 'rejected', 'expired', 'abandoned', 'undelivered')
  ORDER BY id DESC LIMIT :limit`;

export class SqliteNumberStore implements NumberStore {
  readonly #database: WriteDatabase;
  readonly #sql;

  constructor(database: WriteDatabase) {
    this.#database = database;
    this.#sql = {
      optOut: database.prepare(
        'INSERT INTO opt_out(recipient, source, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      ),
      optIn: database.prepare('DELETE FROM opt_out WHERE recipient = ?'),
      isOptedOut: database.prepare('SELECT 1 FROM opt_out WHERE recipient = ?'),
      page: database.prepare(
        `SELECT recipient, source, created_at AS createdAt FROM opt_out
         WHERE (created_at, recipient) < (:createdAt, :recipient)
         AND substr(recipient, 1, length(:beginsWith)) = :beginsWith
         ORDER BY created_at DESC, recipient DESC LIMIT :limit`,
      ),
      count: database.prepare('SELECT count(*) AS total FROM opt_out'),
      failed: database.prepare(
        `INSERT INTO number_health(recipient, failures, last_failure_at) VALUES (?, 1, ?)
         ON CONFLICT DO UPDATE SET failures = failures + 1, last_failure_at = excluded.last_failure_at`,
      ),
      reached: database.prepare('DELETE FROM number_health WHERE recipient = ?'),
      isFlagged: database.prepare(
        `SELECT 1 FROM number_health WHERE recipient = ? AND failures >= ${flaggedFrom}`,
      ),
      flaggedPage: database.prepare(
        `SELECT recipient, failures, last_failure_at AS lastFailureAt FROM number_health
         WHERE failures >= ${flaggedFrom} AND (last_failure_at, recipient) < (:lastFailureAt, :recipient)
         AND substr(recipient, 1, length(:beginsWith)) = :beginsWith
         ORDER BY last_failure_at DESC, recipient DESC LIMIT :limit`,
      ),
      flaggedCount: database
        .prepare(`SELECT count(*) FROM number_health WHERE failures >= ${flaggedFrom}`)
        .pluck(),
      since: database.prepare(sinceSql),
    };
  }

  optOut(recipients: readonly string[], source: OptOutSource, now: number): number {
    return this.#database
      .transaction(() =>
        recipients.reduce(
          (added, recipient) => added + this.#sql.optOut.run(recipient, source, now).changes,
          0,
        ),
      )
      .immediate();
  }

  optIn(recipient: string): void {
    this.#sql.optIn.run(recipient);
  }

  optedOut(recipients: readonly string[]): ReadonlySet<string> {
    return new Set(recipients.filter((recipient) => this.#sql.isOptedOut.get(recipient) !== undefined));
  }

  optOuts({
    beginsWith,
    before,
    limit,
  }: {
    readonly beginsWith: string;
    readonly before: OptOut | undefined;
    readonly limit: number;
  }): OptOut[] {
    return this.#sql.page.all({
      createdAt: before?.createdAt ?? Number.MAX_SAFE_INTEGER,
      recipient: before?.recipient ?? '',
      beginsWith,
      limit,
    }) as OptOut[];
  }

  optOutCount(): number {
    return (this.#sql.count.get() as { total: number }).total;
  }

  flagged(recipients: readonly string[]): ReadonlySet<string> {
    return new Set(recipients.filter((recipient) => this.#sql.isFlagged.get(recipient) !== undefined));
  }

  flaggedPage({
    beginsWith,
    before,
    limit,
  }: {
    readonly beginsWith: string;
    readonly before: FlaggedNumber | undefined;
    readonly limit: number;
  }): FlaggedNumber[] {
    return this.#sql.flaggedPage.all({
      lastFailureAt: before?.lastFailureAt ?? Number.MAX_SAFE_INTEGER,
      recipient: before?.recipient ?? '',
      beginsWith,
      limit,
    }) as FlaggedNumber[];
  }

  flaggedCount(): number {
    return this.#sql.flaggedCount.get() as number;
  }

  clearHealth(recipient: string): void {
    this.#sql.reached.run(recipient);
  }

  since(recipient: string, time: number, limit: number, exceptSubmission: string): EarlierText[] {
    return this.#sql.since.all({ recipient, time, limit, exceptSubmission }) as EarlierText[];
  }

  /** What the end of a text tells of its number. Within the transaction that writes the end. */
  note(recipient: string, news: NumberNews, now: number): void {
    switch (news) {
      case 'reached':
        this.#sql.reached.run(recipient);
        break;
      case 'unreachable':
        this.#sql.failed.run(recipient, now);
        break;
      case 'opted-out':
        this.#sql.optOut.run(recipient, 'clickatell', now);
        break;
    }
  }
}
