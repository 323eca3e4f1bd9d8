/** Texts that go out again and again, see core/outbox/recurring-texts.ts. */

import type { MessageOptions } from '../../../shared/domain/message-options.ts';
import type { Recurrence } from '../../../shared/domain/recurrence.ts';
import type { MessageEncoding, NewRecurringText, RecurrenceStore, RecurringText } from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

interface Row {
  readonly id: number;
  readonly account_id: number;
  readonly recipients: string;
  readonly body: string;
  readonly parts: number;
  readonly encoding: MessageEncoding;
  readonly options: string;
  readonly rule: string;
  readonly best_before_minutes: number;
  readonly last_day: string | null;
  readonly missed: number;
  readonly stopped_at: number | null;
  readonly active_since: number;
}

export class SqliteRecurrenceStore implements RecurrenceStore {
  readonly #sql;

  constructor(database: WriteDatabase) {
    const returning = 'RETURNING *';
    this.#sql = {
      list: database.prepare('SELECT * FROM recurrence ORDER BY id'),
      create: database.prepare(
        `INSERT INTO recurrence(account_id, recipients, body, parts, encoding, options, rule, best_before_minutes, active_since,
           created_at)
         VALUES (:accountId, :recipients, :body, :parts, :encoding, :options, :rule, :bestBeforeMinutes, :now, :now) ${returning}`,
      ),
      change: database.prepare(
        `UPDATE recurrence SET account_id = :accountId, recipients = :recipients, body = :body, parts = :parts,
           encoding = :encoding, options = :options, rule = :rule, best_before_minutes = :bestBeforeMinutes, missed = 0,
           active_since = :now
         WHERE id = :id ${returning}`,
      ),
      stop: database.prepare('UPDATE recurrence SET stopped_at = ? WHERE id = ? AND stopped_at IS NULL'),
      resume: database.prepare(
        'UPDATE recurrence SET stopped_at = NULL, active_since = ?, missed = 0 WHERE id = ? AND stopped_at IS NOT NULL',
      ),
      remove: database.prepare('DELETE FROM recurrence WHERE id = ?'),
      advance: database.prepare('UPDATE recurrence SET last_day = ?, missed = ? WHERE id = ?'),
    };
  }

  list(): RecurringText[] {
    return (this.#sql.list.all() as Row[]).map(readRow);
  }

  create(text: NewRecurringText, now: number): RecurringText {
    return readRow(this.#sql.create.get({ ...writeRow(text), now }) as Row);
  }

  change(id: number, text: NewRecurringText, now: number): RecurringText {
    const row = this.#sql.change.get({ ...writeRow(text), id, now }) as Row | undefined;
    if (row === undefined) throw new RecurrenceNotFound(String(id));
    return readRow(row);
  }

  stop(id: number, now: number): void {
    this.#sql.stop.run(now, id);
  }

  resume(id: number, now: number): void {
    this.#sql.resume.run(now, id);
  }

  remove(id: number): void {
    this.#sql.remove.run(id);
  }

  advance(id: number, day: string, missed: number): void {
    this.#sql.advance.run(day, missed, id);
  }
}

export class RecurrenceNotFound extends Error {
  override readonly name = 'RecurrenceNotFound';
}

function writeRow(text: NewRecurringText) {
  return {
    accountId: text.accountId,
    recipients: JSON.stringify(text.recipients),
    body: text.body,
    parts: text.parts,
    encoding: text.encoding,
    options: JSON.stringify(text.options),
    rule: JSON.stringify(text.rule),
    bestBeforeMinutes: text.bestBeforeMinutes,
  };
}

function readRow(row: Row): RecurringText {
  return {
    id: row.id,
    accountId: row.account_id,
    recipients: JSON.parse(row.recipients) as string[],
    body: row.body,
    parts: row.parts,
    encoding: row.encoding,
    options: JSON.parse(row.options) as MessageOptions,
    rule: JSON.parse(row.rule) as Recurrence,
    bestBeforeMinutes: row.best_before_minutes,
    lastDay: row.last_day ?? undefined,
    missed: row.missed,
    stopped: row.stopped_at !== null,
    activeSince: row.active_since,
  };
}
