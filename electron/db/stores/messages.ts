/** What the windows read: keyset pages, single rows, and the whole story of one text. Never writes. */
import { openStates } from '../../../shared/domain/message.ts';
import type { MessageReader, MessageView, StoredAttempt, StoredDetail, StoredRow } from '../../core/ports.ts';
import type { ReadDatabase } from '../open.ts';

/** One row of a list. */
export const rowColumns = `id, recipient, substr(body, 1, 160) AS start, parts, state, state_at AS stateAt, created_at AS createdAt,
  not_before AS notBefore, error_code AS errorCode, error_text AS errorText, cancel_requested AS cancelRequested`;
/** Attempts shown of one text. */
const shownAttempts = 100;

export class SqliteMessageReader implements MessageReader {
  readonly #history;
  readonly #outbox;
  readonly #row;
  readonly #detail;
  readonly #attempts;

  constructor(database: ReadDatabase) {
    const open = openStates.map((state) => `'${state}'`).join(', ');
    this.#history = database.prepare(
      `SELECT ${rowColumns} FROM message WHERE id < :before ORDER BY id DESC LIMIT :limit`,
    );
    this.#outbox = database.prepare(
      `SELECT ${rowColumns} FROM message WHERE id < :before AND state IN (${open}) ORDER BY id DESC LIMIT :limit`,
    );
    this.#row = database.prepare(`SELECT ${rowColumns} FROM message WHERE id = ?`);
    this.#detail = database.prepare(
      `SELECT ${rowColumns}, body, erased_at AS erasedAt, encoding, options, account_id AS accountId,
         (SELECT label FROM account WHERE account.id = account_id) AS accountLabel,
         (SELECT family FROM account WHERE account.id = account_id) AS accountFamily, client_ref AS clientRef,
         provider_id AS providerId, resend_of AS resendOf
       FROM message WHERE id = ?`,
    );
    this.#attempts = database.prepare(
      `SELECT attempt_no AS number, opened_at AS openedAt, closed_at AS closedAt, outcome, http_status AS httpStatus, text,
         (SELECT count(*) FROM attempt_message AS together WHERE together.attempt_id = attempt.id) AS messages
       FROM attempt_message JOIN attempt ON attempt.id = attempt_message.attempt_id
       WHERE message_id = ? ORDER BY attempt_no DESC LIMIT ${shownAttempts}`,
    );
  }

  /** Newest first; one more than asked for tells whether there is an older page. */
  page(view: MessageView, before: number | null, limit: number): { rows: StoredRow[]; older: number | null } {
    const statement = view === 'history' ? this.#history : this.#outbox;
    const found = statement.all({
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit: limit + 1,
    }) as StoredRow[];
    const rows = found.slice(0, limit);
    return { rows, older: found.length > limit ? (rows.at(-1)?.id ?? null) : null };
  }

  rows(ids: readonly number[]): StoredRow[] {
    return ids.flatMap((id) => {
      const row = this.#row.get(id) as StoredRow | undefined;
      return row === undefined ? [] : [row];
    });
  }

  detail(id: number): { message: StoredDetail; attempts: StoredAttempt[] } | undefined {
    const stored = this.#detail.get(id) as (Omit<StoredDetail, 'options'> & { options: string }) | undefined;
    if (stored === undefined) return undefined;
    const message: StoredDetail = {
      ...stored,
      options: JSON.parse(stored.options) as StoredDetail['options'],
    };
    return { message, attempts: this.#attempts.all(id) as StoredAttempt[] };
  }
}
