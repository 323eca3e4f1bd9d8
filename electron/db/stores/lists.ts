/** Lists of recipients on the way to becoming texts. Each method is one transaction; the long ones work in slices. */
import type {
  HeldRecipient,
  ListChoice,
  ListRecipient,
  ListStore,
  ListText,
  StoredList,
} from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';
import { flaggedFrom } from './numbers.ts';
import { AccountRemoved, insertMessageSql, messageRow } from './outbox.ts';

/** The list was dropped, finished, or never begun. */
export class ListNotFound extends Error {
  override readonly name = 'ListNotFound';
}

/** Rows of the first slice, before it is known how long one takes. */
const firstSlice = 20;
const largestSlice = 5_000;

export class SqliteListStore implements ListStore {
  readonly #database: WriteDatabase;
  readonly #monotonic: () => number;
  readonly #sql;
  /** Rows that fit into a slice, as the last ones went. */
  readonly #size = { make: firstSlice, drop: firstSlice };

  /** @param monotonic a clock that only runs forward, in milliseconds */
  constructor(database: WriteDatabase, monotonic: () => number) {
    this.#database = database;
    this.#monotonic = monotonic;
    this.#sql = prepare(database);
  }

  begin(id: string, fileName: string, now: number): void {
    this.#sql.begin.run(id, fileName, now);
  }

  add(id: string, recipients: readonly ListRecipient[]): readonly HeldRecipient[] {
    return this.#write(() => {
      if (this.#read(id).sealed) throw new ListNotFound(id);
      const held: HeldRecipient[] = [];
      for (const [row, recipient, sharing = false] of recipients) {
        if (this.#sql.optedOut.get(recipient) !== undefined) {
          held.push({ row, recipient, reason: 'opted-out', sharing });
          continue;
        }
        const flagged = this.#sql.flagged.get(recipient) !== undefined;
        if (flagged) held.push({ row, recipient, reason: 'flagged', sharing });
        this.#sql.add.run(id, row, recipient, Number(flagged), Number(sharing));
      }
      return held;
    });
  }

  markRepeats(id: string, check: number, rows: readonly number[]): void {
    this.#write(() => {
      for (const row of rows) this.#sql.markRepeat.run(check, id, row);
    });
  }

  seal(id: string, accountId: number, text: ListText, choice: ListChoice, now: number): number {
    return this.#write(() => {
      const list = this.#read(id);
      if (list.sealed) return list.total;
      if (this.#sql.accountTakes.get(accountId) === undefined) throw new AccountRemoved(String(accountId));
      const chosen = {
        flagged: Number(choice.flagged),
        sharing: Number(choice.sharing),
        check: choice.withoutRepeatsOf ?? null,
      };
      const total = this.#sql.count.get({ id, ...chosen }) as number;
      if (total === 0) throw new ListNotFound(id);
      this.#sql.insertSubmission.run(id, accountId, now);
      this.#sql.seal.run({ id, accountId, text: JSON.stringify(text), total, now, ...chosen });
      return total;
    });
  }

  unseal(id: string): boolean {
    return this.#write(() => {
      const list = this.#find(id);
      if (list === undefined || !list.sealed || list.made > 0) return false;
      this.#sql.unseal.run(id);
      this.#sql.deleteSubmission.run(id);
      return true;
    });
  }

  sealAgain(id: string, now: number): void {
    this.#write(() => {
      const list = this.#read(id);
      if (list.sealed) return;
      const accountId = this.#sql.accountOf.get(id) as number | null;
      if (!list.held || accountId === null) throw new ListNotFound(id);
      if (this.#sql.accountTakes.get(accountId) === undefined) throw new AccountRemoved(String(accountId));
      this.#sql.sealAgain.run(now, id);
    });
  }

  dropSlice(id: string, milliseconds: number): boolean {
    return this.#timed('drop', milliseconds, (rows) =>
      this.#write(() => {
        const list = this.#find(id);
        // A sealed one is somebody's word: it is never dropped.
        if (list === undefined || list.sealed) return false;
        if (this.#sql.drop.run({ id, rows }).changes > 0) return true;
        this.#sql.forget.run(id);
        return false;
      }),
    );
  }

  makeSlice(
    id: string,
    milliseconds: number,
    newRef: () => string,
    now: number,
  ): { ids: readonly number[]; list: StoredList } | undefined {
    return this.#timed('make', milliseconds, (rows) =>
      this.#write(() => {
        const stored = this.#sql.sealed.get(id) as SealedRow | undefined;
        if (stored === undefined) return undefined;
        const text = JSON.parse(stored.text) as ListText;
        const { flagged, sharing, check } = stored;
        const next = this.#sql.next.all({ id, rows, flagged, sharing, check }) as {
          position: number;
          recipient: string;
        }[];
        const submission = { id, accountId: stored.accountId, priority: 1 } as const;
        const ids = next.map(({ recipient }) =>
          Number(
            this.#sql.insertMessage.run(
              messageRow({ ...text, clientRef: newRef(), recipient }, submission, now),
            ).lastInsertRowid,
          ),
        );
        const last = next.at(-1);
        if (last === undefined) {
          // Those who were left out.
          if (this.#sql.drop.run({ id, rows }).changes > 0) return { ids, list: this.#read(id) };
          this.#sql.forget.run(id);
          return undefined;
        }
        this.#sql.done.run(id, last.position);
        this.#sql.countMade.run(ids.length, id);
        return { ids, list: this.#read(id) };
      }),
    );
  }

  lists(): StoredList[] {
    return (this.#sql.lists.all() as StoredRow[]).map(view);
  }

  #timed<T>(kind: 'make' | 'drop', milliseconds: number, run: (rows: number) => T): T {
    const began = this.#monotonic();
    const result = run(this.#size[kind]);
    const taken = Math.max(0.1, this.#monotonic() - began);
    const size = Math.round(this.#size[kind] * Math.min(2, milliseconds / taken));
    this.#size[kind] = Math.min(largestSlice, Math.max(5, size));
    return result;
  }

  #find(id: string): StoredList | undefined {
    const row = this.#sql.list.get(id) as StoredRow | undefined;
    return row === undefined ? undefined : view(row);
  }

  #read(id: string): StoredList {
    const list = this.#find(id);
    if (list === undefined) throw new ListNotFound(id);
    return list;
  }

  #write<T>(change: () => T): T {
    return this.#database.transaction(change).immediate();
  }
}

interface StoredRow extends Omit<StoredList, 'sealed' | 'held'> {
  readonly sealed: 0 | 1;
  readonly held: 0 | 1;
}

interface SealedRow {
  readonly accountId: number;
  readonly text: string;
  readonly flagged: 0 | 1;
  readonly sharing: 0 | 1;
  readonly check: number | null;
}

function view(row: StoredRow): StoredList {
  return { ...row, sealed: row.sealed === 1, held: row.held === 1 };
}

/** Recipients who get a text, by what the person said (docs/adr/0030-one-text-per-number.md). */
const goes = `(flagged = 0 OR :flagged = 1) AND (sharing = 0 OR :sharing = 1)
  AND (:check IS NULL OR repeat_check IS NOT :check)`;

function prepare(database: WriteDatabase) {
  const fields = `submission_id AS id, file_name AS fileName, sealed_at IS NOT NULL AS sealed,
    sealed_at IS NULL AND text IS NOT NULL AS held, made, total`;
  return {
    begin: database.prepare('INSERT INTO list_import(submission_id, file_name, created_at) VALUES (?, ?, ?)'),
    add: database.prepare(
      `INSERT INTO list_import_recipient(submission_id, position, recipient, flagged, sharing)
       VALUES (?, ?, ?, ?, ?)`,
    ),
    optedOut: database.prepare('SELECT 1 FROM opt_out WHERE recipient = ?'),
    flagged: database.prepare(
      `SELECT 1 FROM number_health WHERE recipient = ? AND failures >= ${flaggedFrom}`,
    ),
    markRepeat: database.prepare(
      'UPDATE list_import_recipient SET repeat_check = ? WHERE submission_id = ? AND position = ?',
    ),
    accountTakes: database.prepare('SELECT 1 FROM account WHERE id = ? AND removed_at IS NULL'),
    count: database
      .prepare(`SELECT count(*) FROM list_import_recipient WHERE submission_id = :id AND ${goes}`)
      .pluck(),
    insertSubmission: database.prepare('INSERT INTO submission(id, account_id, created_at) VALUES (?, ?, ?)'),
    seal: database.prepare(
      `UPDATE list_import SET sealed_at = :now, account_id = :accountId, text = :text, total = :total,
         sends_flagged = :flagged, sends_sharing = :sharing, leaves_out_check = :check
       WHERE submission_id = :id AND sealed_at IS NULL`,
    ),
    unseal: database.prepare(
      `UPDATE list_import SET sealed_at = NULL, account_id = NULL, text = NULL, total = 0,
         sends_flagged = 0, sends_sharing = 0, leaves_out_check = NULL WHERE submission_id = ?`,
    ),
    deleteSubmission: database.prepare('DELETE FROM submission WHERE id = ?'),
    accountOf: database.prepare('SELECT account_id FROM list_import WHERE submission_id = ?').pluck(),
    sealAgain: database.prepare('UPDATE list_import SET sealed_at = ? WHERE submission_id = ?'),
    drop: database.prepare(
      `DELETE FROM list_import_recipient WHERE submission_id = :id AND position IN (
         SELECT position FROM list_import_recipient WHERE submission_id = :id ORDER BY position LIMIT :rows)`,
    ),
    forget: database.prepare('DELETE FROM list_import WHERE submission_id = ?'),
    sealed: database.prepare(
      `SELECT account_id AS accountId, text, sends_flagged AS flagged, sends_sharing AS sharing,
         leaves_out_check AS "check" FROM list_import WHERE submission_id = ? AND sealed_at IS NOT NULL`,
    ),
    next: database.prepare(
      `SELECT position, recipient FROM list_import_recipient WHERE submission_id = :id AND ${goes}
       ORDER BY position LIMIT :rows`,
    ),
    insertMessage: database.prepare(insertMessageSql),
    done: database.prepare('DELETE FROM list_import_recipient WHERE submission_id = ? AND position <= ?'),
    countMade: database.prepare('UPDATE list_import SET made = made + ? WHERE submission_id = ?'),
    list: database.prepare(`SELECT ${fields} FROM list_import WHERE submission_id = ?`),
    lists: database.prepare(`SELECT ${fields} FROM list_import ORDER BY created_at`),
  };
}
