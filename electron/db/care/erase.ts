/**
 * Erases bodies and keeps the proof: who, when, parts and result stay. With the body goes what may repeat it: the gateway's
 * own words, the reason for sending in quiet hours, and a draft of the same submission. Open texts are never touched, nor what
 * is still being typed, nor a list or a recurring text that goes on.
 *
 * Every method looks at one range of ids and is one short transaction, so that the main thread is never held for more than
 * a few milliseconds; `core/care/chunks.ts` chooses how long a range is. The search index follows by its triggers
 * (`UPDATE OF body, recipient`).
 */
import { openStates } from '../../../shared/domain/message.ts';
import type { BodyEraser, ErasedChunk, NumberCount } from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

export class SqliteBodyEraser implements BodyEraser {
  readonly #database: WriteDatabase;
  readonly #sql;

  constructor(database: WriteDatabase) {
    this.#database = database;
    const closed = `state NOT IN (${openStates.map((state) => `'${state}'`).join(', ')})`;
    const range = 'id > :after AND id <= :until AND erased_at IS NULL';
    // The gateway's words, a person's reason, and what of a binary text stands in its header.
    const withTheBody = `error_text = NULL, quiet_override = NULL, options = json_remove(options, '$.userDataHeader')`;
    const old = `${range} AND ${closed} AND state_at < :before`;
    const ofNumber = `id > :after AND id <= :until AND recipient = :recipient AND ${closed}`;
    this.#sql = {
      lastId: database.prepare('SELECT max(id) AS id FROM message').pluck(),
      mark: database.prepare("SELECT value FROM care_mark WHERE name = 'erase-after'").pluck(),
      setMark: database.prepare(
        `INSERT INTO care_mark(name, value) VALUES ('erase-after', ?)
         ON CONFLICT(name) DO UPDATE SET value = excluded.value`,
      ),
      firstKept: database.prepare(`SELECT id FROM message WHERE ${range} ORDER BY id LIMIT 1`).pluck(),
      nextCreated: database
        .prepare('SELECT created_at FROM message WHERE id > ? ORDER BY id LIMIT 1')
        .pluck(),
      anyOld: database.prepare(`SELECT 1 FROM message WHERE ${old} LIMIT 1`),
      eraseOld: database.prepare(
        `UPDATE message SET body = '', ${withTheBody}, erased_at = :now WHERE ${old}`,
      ),
      anyOfNumber: database.prepare(`SELECT 1 FROM message WHERE ${ofNumber} LIMIT 1`),
      eraseOfNumber: database.prepare(
        `UPDATE message SET body = '', recipient = '', ${withTheBody}, erased_at = coalesce(erased_at, :now)
         WHERE ${ofNumber} RETURNING id`,
      ),
      countOfNumber: database.prepare(
        `SELECT count(*) AS total, count(*) FILTER (WHERE ${closed}) AS closed FROM message
         WHERE id > :after AND id <= :until AND recipient = :recipient`,
      ),
      // How well it could be reached. That it must not be texted (opt_out) stays: forgetting it would wrong the person.
      eraseHealth: database.prepare('DELETE FROM number_health WHERE recipient = ?'),
      // Stopped for as long as texts are kept: nobody took it up again.
      eraseStopped: database.prepare('DELETE FROM recurrence WHERE stopped_at < ?'),
      // One that goes on still sends there, and is somebody's to stop: it counts as open.
      openBesides: database
        .prepare(
          `SELECT (SELECT count(*) FROM recurrence WHERE stopped_at IS NULL
               AND EXISTS (SELECT 1 FROM json_each(recipients) WHERE value = :recipient))
             + (SELECT count(*) FROM list_import_recipient WHERE recipient = :recipient)`,
        )
        .pluck(),
      stoppedWith: database.prepare(
        `SELECT id, recipients FROM recurrence WHERE stopped_at IS NOT NULL
           AND EXISTS (SELECT 1 FROM json_each(recipients) WHERE value = ?)`,
      ),
      leaveOut: database.prepare('UPDATE recurrence SET recipients = ? WHERE id = ?'),
      removeRecurrence: database.prepare('DELETE FROM recurrence WHERE id = ?'),
      // What belongs to the texts that were erased just now.
      eraseWords: database.prepare(
        `UPDATE attempt_message SET text = NULL WHERE message_id > :after AND message_id <= :until AND text IS NOT NULL
           AND EXISTS (SELECT 1 FROM message WHERE message.id = message_id AND erased_at IS NOT NULL)`,
      ),
      eraseDrafts: database.prepare(
        `DELETE FROM draft WHERE submission_id IN
           (SELECT submission_id FROM message WHERE id > :after AND id <= :until AND erased_at IS NOT NULL)`,
      ),
    };
  }

  lastId(): number {
    return (this.#sql.lastId.get() as number | null) ?? 0;
  }

  firstToErase(): number {
    return (this.#sql.mark.get() as number | undefined) ?? 0;
  }

  rememberErasedUpTo(id: number): void {
    if (id !== this.firstToErase()) this.#sql.setMark.run(id);
  }

  eraseOld(after: number, until: number, before: number, now: number): ErasedChunk {
    const range = { after, until };
    let erased = 0;
    // Looking first keeps a pass that finds nothing free of disk writes.
    if (this.#sql.anyOld.get({ ...range, before }) !== undefined) {
      this.#database
        .transaction(() => {
          erased = this.#sql.eraseOld.run({ ...range, before, now }).changes;
          this.#sql.eraseWords.run(range);
          this.#sql.eraseDrafts.run(range);
        })
        .immediate();
    }
    return {
      erased,
      firstKept: this.#sql.firstKept.get(range) as number | undefined,
      nextCreatedAt: this.#sql.nextCreated.get(until) as number | undefined,
    };
  }

  countNumber(after: number, until: number, recipient: string): NumberCount {
    const { total, closed } = this.#sql.countOfNumber.get({ after, until, recipient }) as {
      total: number;
      closed: number;
    };
    return { erasable: closed, open: total - closed };
  }

  eraseNumber(after: number, until: number, recipient: string, now: number): readonly number[] {
    const range = { after, until, recipient };
    if (this.#sql.anyOfNumber.get(range) === undefined) return [];
    return this.#database
      .transaction(() => {
        const rows = this.#sql.eraseOfNumber.all({ ...range, now }) as { id: number }[];
        this.#sql.eraseWords.run({ after, until });
        this.#sql.eraseDrafts.run({ after, until });
        return rows.map(({ id }) => id);
      })
      .immediate();
  }

  eraseStopped(before: number): number {
    return this.#sql.eraseStopped.run(before).changes;
  }

  openBesides(recipient: string): number {
    return this.#sql.openBesides.get({ recipient }) as number;
  }

  eraseBesides(recipient: string): number {
    return this.#database
      .transaction(() => {
        const stopped = this.#sql.stoppedWith.all(recipient) as { id: number; recipients: string }[];
        for (const { id, recipients } of stopped) {
          const others = (JSON.parse(recipients) as string[]).filter((one) => one !== recipient);
          if (others.length === 0) this.#sql.removeRecurrence.run(id);
          else this.#sql.leaveOut.run(JSON.stringify(others), id);
        }
        return stopped.length + this.#sql.eraseHealth.run(recipient).changes;
      })
      .immediate();
  }

  /** Moves what was erased out of the log. Never waits: while something else reads, the next commit does it. */
  dropTraces(): void {
    const patience = this.#database.pragma('busy_timeout', { simple: true }) as number;
    this.#database.pragma('busy_timeout = 0');
    try {
      this.#database.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.#database.pragma(`busy_timeout = ${patience}`);
    }
  }
}
