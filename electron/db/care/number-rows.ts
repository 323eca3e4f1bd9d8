/** Everything that is kept about one number, for an export. Read in a worker, on a connection of its own. */
import Sqlite, { type Database } from 'better-sqlite3';
import type { MessageState } from '../../../shared/domain/message.ts';

/** Times are ms UTC, here and below. */
export interface NumberRow {
  readonly reference: string;
  readonly account: string | null;
  readonly recipient: string;
  readonly body: string;
  readonly parts: number;
  readonly encoding: string;
  readonly state: MessageState;
  readonly createdAt: number;
  readonly stateAt: number;
  /** The time a person asked for; null: as soon as possible. */
  readonly sendAt: number | null;
  readonly bestBefore: number | null;
  readonly erasedAt: number | null;
  /** Why it may go out in quiet hours, in a person's words. */
  readonly quietOverride: string | null;
  /** `shared/domain/message-options.ts` as JSON. */
  readonly options: string;
  readonly providerId: string | null;
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly attempts: readonly {
    readonly number: number;
    readonly openedAt: number;
    readonly closedAt: number | null;
    readonly outcome: string | null;
    readonly httpStatus: number | null;
    readonly text: string | null;
  }[];
}

/** What is kept about a number besides its texts. */
export interface NumberFacts {
  /** It must not be texted; said by a person, a list, or Clickatell. */
  readonly optedOut: { readonly since: number; readonly source: string } | null;
  /** Refused or not delivered for a reason that lies with the number. */
  readonly notReached: { readonly failures: number; readonly lastFailureAt: number } | null;
  /** Texts that go to it again and again, also those that were stopped. */
  readonly recurring: readonly {
    readonly account: string | null;
    readonly body: string;
    /** `shared/domain/recurrence.ts` as JSON. */
    readonly rule: string;
    readonly createdAt: number;
    readonly stoppedAt: number | null;
  }[];
  /** People with this number; `groups` are names with commas between them. */
  readonly contacts: readonly {
    readonly name: string;
    readonly notes: string;
    readonly groups: string;
    readonly createdAt: number;
  }[];
  /** Lists it is on that are not texts yet. */
  readonly lists: readonly { readonly fileName: string; readonly createdAt: number }[];
}

/**
 * Hands over what is kept besides texts, then each text, oldest first; one snapshot for all of it.
 * @param recipient E.164
 */
export function readNumber(
  path: string,
  recipient: string,
  take: { facts(facts: NumberFacts): void; text(row: NumberRow): void },
): void {
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    database.transaction(() => {
      take.facts(readFacts(database, recipient));
      readTexts(database, recipient, take.text);
    })();
  } finally {
    database.close();
  }
}

function readFacts(database: Database, recipient: string): NumberFacts {
  const optedOut = database.prepare('SELECT created_at AS since, source FROM opt_out WHERE recipient = ?');
  const notReached = database.prepare(
    'SELECT failures, last_failure_at AS lastFailureAt FROM number_health WHERE recipient = ?',
  );
  const recurring = database.prepare(
    `SELECT label AS account, body, rule, recurrence.created_at AS createdAt, stopped_at AS stoppedAt
     FROM recurrence LEFT JOIN account ON account.id = account_id
     WHERE EXISTS (SELECT 1 FROM json_each(recipients) WHERE value = ?) ORDER BY recurrence.id`,
  );
  const lists = database.prepare(
    `SELECT file_name AS fileName, created_at AS createdAt FROM list_import
     WHERE EXISTS (SELECT 1 FROM list_import_recipient AS entry
       WHERE entry.submission_id = list_import.submission_id AND recipient = ?) ORDER BY created_at`,
  );
  const contacts = database.prepare(
    `SELECT name, notes, created_at AS createdAt, coalesce((SELECT group_concat(contact_group.name, ', ')
       FROM contact_group_member JOIN contact_group ON contact_group.id = group_id WHERE contact_id = contact.id), '') AS groups
     FROM contact WHERE number = ? ORDER BY id`,
  );
  return {
    contacts: contacts.all(recipient) as NumberFacts['contacts'],
    optedOut: (optedOut.get(recipient) as NumberFacts['optedOut'] | undefined) ?? null,
    notReached: (notReached.get(recipient) as NumberFacts['notReached'] | undefined) ?? null,
    recurring: recurring.all(recipient) as NumberFacts['recurring'],
    lists: lists.all(recipient) as NumberFacts['lists'],
  };
}

function readTexts(database: Database, recipient: string, take: (row: NumberRow) => void): void {
  const attempts = database.prepare(
    `SELECT attempt_no AS number, opened_at AS openedAt, closed_at AS closedAt, outcome, http_status AS httpStatus, text
     FROM attempt_message JOIN attempt ON attempt.id = attempt_id WHERE message_id = ? ORDER BY attempt_no`,
  );
  const texts = database.prepare(
    `SELECT message.id, client_ref AS reference, label AS account, recipient, body, parts, encoding, state,
       message.created_at AS createdAt, state_at AS stateAt, send_at AS sendAt, best_before AS bestBefore,
       erased_at AS erasedAt, quiet_override AS quietOverride, options, provider_id AS providerId,
       error_code AS errorCode, error_text AS errorText
     FROM message LEFT JOIN account ON account.id = account_id WHERE recipient = ? ORDER BY message.id`,
  );
  for (const row of texts.iterate(recipient) as IterableIterator<NumberRow & { id: number }>) {
    const { id, ...text } = row;
    take({ ...text, attempts: attempts.all(id) as NumberRow['attempts'] });
  }
}
