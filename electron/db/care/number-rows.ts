/** Everything that is kept about one number, for an export. Read in a worker, on a connection of its own. */
import Sqlite from 'better-sqlite3';
import type { MessageState } from '../../../shared/domain/message.ts';

export interface NumberRow {
  readonly reference: string;
  readonly account: string | null;
  readonly recipient: string;
  readonly body: string;
  readonly parts: number;
  readonly encoding: string;
  readonly state: MessageState;
  /** ms UTC, all of these. */
  readonly createdAt: number;
  readonly stateAt: number;
  readonly erasedAt: number | null;
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

/**
 * Hands over each text to this number, oldest first.
 * @param recipient E.164
 */
export function readNumber(path: string, recipient: string, take: (row: NumberRow) => void): void {
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    const attempts = database.prepare(
      `SELECT attempt_no AS number, opened_at AS openedAt, closed_at AS closedAt, outcome, http_status AS httpStatus, text
       FROM attempt_message JOIN attempt ON attempt.id = attempt_id WHERE message_id = ? ORDER BY attempt_no`,
    );
    const texts = database.prepare(
      `SELECT message.id, client_ref AS reference, label AS account, recipient, body, parts, encoding, state,
         message.created_at AS createdAt, state_at AS stateAt, erased_at AS erasedAt, provider_id AS providerId,
         error_code AS errorCode, error_text AS errorText
       FROM message LEFT JOIN account ON account.id = account_id WHERE recipient = ? ORDER BY message.id`,
    );
    // One snapshot for all of it.
    database.transaction(() => {
      for (const row of texts.iterate(recipient) as IterableIterator<NumberRow & { id: number }>) {
        const { id, ...text } = row;
        take({ ...text, attempts: attempts.all(id) as NumberRow['attempts'] });
      }
    })();
  } finally {
    database.close();
  }
}
