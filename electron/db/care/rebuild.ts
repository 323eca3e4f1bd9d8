/**
 * Builds a sound database out of what can still be read of others (docs/adr/0027). Row by row: through SQLite as far as its
 * trees lead, split in halves around what cannot be read, and out of single pages where they do not. Nothing that comes
 * along goes out by itself.
 */
import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import { messageStates } from '../../../shared/domain/message.ts';
import { closeDatabase, openDatabase } from '../open.ts';
import { JobCancelled } from '../worker/job.ts';
import { assertSound, isDamage } from './copy.ts';
import { type HoldReport, holdCopied } from './hold.ts';
import { type FoundRow, rowsInPages, type StoredValue } from './pages.ts';
import { type Progress, unwatched } from './progress.ts';

export interface Source {
  /** A copy that may be written to: opening it plays its log into it. */
  readonly path: string;
  readonly origin: 'salvaged' | 'restored';
}

export interface RebuildReport {
  /** Texts that came through, of all sources. */
  readonly texts: number;
  /** Places that could not be read: rows, or whole stretches of them. */
  readonly unreadable: number;
  readonly held: number;
  readonly inDoubt: number;
  readonly stopped: number;
}

/** How often a table is read anew around what cannot be read. */
const mostProbes = 50_000;
const rowsPerTransaction = 2_000;

/**
 * @param fresh path of the new database; must not exist
 * @param sources the first one wins where two hold the same row
 * @throws when the new file cannot be written, or is not sound
 */
export function rebuild(
  fresh: string,
  sources: readonly Source[],
  now: number,
  progress: Progress = unwatched,
): RebuildReport {
  const database = openDatabase(fresh);
  const report = { texts: 0, unreadable: 0, held: 0, inDoubt: 0, stopped: 0 };
  try {
    database.pragma('foreign_keys = OFF');
    // Nobody relies on this file before it is finished; `putInPlace` flushes it then.
    database.pragma('synchronous = OFF');
    const tables = ownTables(database);
    for (const [index, source] of sources.entries()) {
      const part: Tell = (share) => progress('reading', Math.min(1, (index + share) / sources.length));
      report.unreadable += copyReadable(database, source.path, tables, part);
      mend(database, now);
      const held: HoldReport = holdCopied(database, source.origin, now);
      report.held += held.held;
      report.inDoubt += held.inDoubt;
      report.stopped += held.stopped;
    }
    report.texts = database.prepare('SELECT count(*) FROM message').pluck().get() as number;
    database.pragma('foreign_keys = ON');
    progress('checking', null);
    assertSound(database);
  } finally {
    closeDatabase(database);
  }
  return report;
}

/** How far one source is, 0 to 1. Throws JobCancelled when nobody wants the result any more. */
type Tell = (share: number) => void;

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly hasRowId: boolean;
}

/**
 * Tables that hold what was entered or happened. Left out: what triggers fill by themselves (counters), the search index
 * and its shadows, and marks of passes that have to begin anew.
 */
function ownTables(database: Database): readonly Table[] {
  const derived = new Set(['care_mark']);
  const triggers = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
  for (const sql of triggers as string[]) {
    for (const [, name] of sql.matchAll(
      /\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE(?!\s+(?:OF|ON|SET)\b))\s+(\w+)/gi,
    )) {
      if (name !== undefined && name.toLowerCase() !== 'message') derived.add(name);
    }
  }
  const list = database.pragma('table_list') as { schema: string; name: string; type: string; wr: 0 | 1 }[];
  return list
    .filter(
      ({ schema, name, type }) =>
        schema === 'main' && type === 'table' && !name.startsWith('sqlite_') && !derived.has(name),
    )
    .map(({ name, wr }) => ({ name, columns: columnsOf(database, name), hasRowId: wr === 0 }));
}

function columnsOf(database: Database, table: string): readonly string[] {
  return (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
}

/** @returns how many places could not be read */
function copyReadable(database: Database, path: string, tables: readonly Table[], tell: Tell): number {
  let unreadable = 0;
  let source: Database | undefined;
  try {
    source = new Sqlite(path);
    source.pragma('cell_size_check = ON');
    const present = new Set((source.pragma('table_list') as { name: string }[]).map(({ name }) => name));
    for (const [index, table] of tables.entries()) {
      const part: Tell = (share) => tell((index + share) / tables.length);
      if (present.has(table.name)) unreadable += copyTable(database, source, table, part);
    }
  } catch (error) {
    // Not even its table of contents can be read. What the new file refuses is another matter.
    if (!isDamage(error)) throw error;
    unreadable += 1;
  } finally {
    closeQuietly(source);
  }
  if (unreadable > 0) {
    // Only now, with SQLite out of the way: this reads the file itself.
    carve(database, path, tables, () => tell(1));
  }
  return unreadable;
}

function closeQuietly(database: Database | undefined): void {
  try {
    database?.close();
  } catch {
    // A damaged file may not close well. It is a copy.
  }
}

function copyTable(database: Database, source: Database, table: Table, tell: Tell): number {
  let columns: readonly string[];
  try {
    const there = new Set(columnsOf(source, table.name));
    columns = table.columns.filter((column) => there.has(column));
  } catch {
    return 1;
  }
  const writer = new RowWriter(database, table, columns);
  const list = columns.join(', ');
  try {
    return table.hasRowId
      ? copyByRowId(source, table.name, list, writer, tell)
      : copyByKey(source, table, list, writer, tell);
  } finally {
    writer.end();
  }
}

/** Reads one range of row ids; where a row cannot be read, the rest is halved until it stands alone. */
function copyByRowId(source: Database, name: string, columns: string, writer: RowWriter, tell: Tell): number {
  let statement: Statement;
  try {
    statement = source
      .prepare(`SELECT rowid, ${columns} FROM ${name} NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid`)
      .raw();
  } catch {
    return 1;
  }
  let unreadable = 0;
  const highest = highestRowId(source, name);
  const ranges: [number, number][] = [[1, highest]];
  for (let probe = 0; probe < mostProbes; probe += 1) {
    const range = ranges.pop();
    if (range === undefined) return unreadable;
    let last = range[0] - 1;
    tell(Math.max(0, last) / Math.max(1, highest));
    try {
      for (const row of statement.iterate(...range) as IterableIterator<StoredValue[]>) {
        const [id, ...values] = row;
        last = Number(id);
        writer.write(values);
        if (last % rowsPerTransaction === 0) tell(Math.max(0, last) / Math.max(1, highest));
      }
    } catch (error) {
      onlyReading(error);
      const from = last + 1;
      if (from >= range[1]) unreadable += 1;
      else {
        const middle = Math.floor((from + range[1]) / 2);
        ranges.push([middle + 1, range[1]], [from, middle]);
      }
    }
  }
  return unreadable + ranges.length;
}

function highestRowId(source: Database, name: string): number {
  const guesses = [
    () => source.prepare(`SELECT max(rowid) FROM ${name}`).pluck().get(),
    () => source.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck().get(name),
  ];
  let highest = 0;
  let known = false;
  for (const guess of guesses) {
    try {
      const found = guess();
      if (typeof found === 'number') highest = Math.max(highest, found);
      known = true;
    } catch {
      // The other one, then.
    }
  }
  return known && highest < 2 ** 40 ? highest : 2 ** 20;
}

/** A table without row ids is read from both ends towards what cannot be read. */
function copyByKey(
  source: Database,
  { name }: Table,
  columns: string,
  writer: RowWriter,
  tell: Tell,
): number {
  const info = source.pragma(`table_info(${name})`) as { name: string; pk: number }[];
  const key = info.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  let unreadable = 0;
  for (const direction of ['ASC', 'DESC']) {
    try {
      const order = key.map((column) => `${column.name} ${direction}`).join(', ');
      const statement = source.prepare(`SELECT ${columns} FROM ${name} ORDER BY ${order}`).raw();
      let rows = 0;
      for (const row of statement.iterate() as IterableIterator<StoredValue[]>) {
        if (rows % rowsPerTransaction === 0) tell(0);
        rows += 1;
        writer.write(row);
      }
      return 0;
    } catch (error) {
      onlyReading(error);
      unreadable = 1;
    }
  }
  return unreadable;
}

/** The new file refused a row for a reason of its own, such as a full disk: nothing to do with the old one. */
class CannotWrite extends Error {
  override readonly name = 'CannotWrite';
}

/** Errors of reading are damage and are counted; others end it all. */
function onlyReading(error: unknown): void {
  if (error instanceof CannotWrite) throw error.cause;
  if (error instanceof JobCancelled) throw error;
}

/** Inserts what the schema allows; what it does not was damaged. */
class RowWriter {
  readonly #database: Database;
  readonly #statement: Statement;
  #open = 0;

  constructor(database: Database, table: Table, columns: readonly string[]) {
    this.#database = database;
    this.#statement = database.prepare(
      `INSERT OR IGNORE INTO ${table.name}(${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
  }

  write(values: readonly StoredValue[]): boolean {
    if (this.#open === 0) this.#database.exec('BEGIN');
    this.#open += 1;
    let written = false;
    try {
      written = this.#statement.run(...values).changes > 0;
    } catch (error) {
      if (!String((error as { code?: unknown }).code).startsWith('SQLITE_CONSTRAINT')) {
        throw new CannotWrite('the new file', { cause: error });
      }
    }
    if (this.#open >= rowsPerTransaction) this.end();
    return written;
  }

  end(): void {
    if (this.#database.inTransaction) this.#database.exec('COMMIT');
    this.#open = 0;
  }
}

const reference = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** Tables whose rows can be told by their look. A row may be older than the newest columns: those take their default. */
const looks: Readonly<Record<string, (values: readonly StoredValue[]) => boolean>> = {
  message: (values) =>
    values.length >= 20 &&
    values[0] === null &&
    typeof values[1] === 'string' &&
    reference.test(values[1]) &&
    typeof values[9] === 'string' &&
    (messageStates as readonly string[]).includes(values[9]),
  account: (values) =>
    values.length >= 11 &&
    values[0] === null &&
    (values[2] === 'platform' || values[2] === 'central') &&
    typeof values[3] === 'string',
  // Only from a file of this very computer: no copy that leaves it holds one.
  secret: (values) =>
    values.length === 5 &&
    values[0] === null &&
    values[1] instanceof Uint8Array &&
    typeof values[2] === 'string' &&
    typeof values[3] === 'string' &&
    typeof values[4] === 'number',
};

/** Takes texts and accounts out of single pages. Rows that are there already stay as they are. */
function carve(database: Database, path: string, tables: readonly Table[], breathe: () => void): void {
  const writers = new Map<string, RowWriter>();
  const writeRow = (table: Table, { id, values }: FoundRow): void => {
    const columns = table.columns.slice(0, values.length);
    const key = `${table.name} ${columns.length}`;
    const writer = writers.get(key) ?? new RowWriter(database, table, columns);
    writers.set(key, writer);
    writer.write([id, ...values.slice(1)]);
    // Writers of several tables share one connection: no transaction is left open for the next.
    writer.end();
  };
  const known = tables.filter(({ name }) => looks[name] !== undefined);
  let rows = 0;
  for (const row of rowsInPages(path)) {
    rows += 1;
    if (rows % rowsPerTransaction === 0) breathe();
    const table = known.find(
      ({ name, columns }) => row.values.length <= columns.length && looks[name]?.(row.values),
    );
    if (table !== undefined && row.id > 0) writeRow(table, row);
  }
}

/** Gives rows whose counterpart was lost one that says so, or cuts the tie. */
function mend(database: Database, now: number): void {
  database
    .transaction(() => {
      database
        .prepare(
          `INSERT OR IGNORE INTO account(id, label, family, created_at)
           SELECT DISTINCT account_id, 'Recovered ' || account_id, 'platform', :now FROM message
           WHERE account_id NOT IN (SELECT id FROM account)`,
        )
        .run({ now });
      if (database.prepare('SELECT 1 FROM account WHERE is_default = 1').get() === undefined) {
        database
          .prepare(
            'UPDATE account SET is_default = 1 WHERE id = (SELECT min(id) FROM account WHERE removed_at IS NULL)',
          )
          .run();
      }
      database
        .prepare(
          `INSERT OR IGNORE INTO submission(id, account_id, created_at)
           SELECT submission_id, account_id, min(created_at) FROM message
           WHERE submission_id NOT IN (SELECT id FROM submission) GROUP BY submission_id`,
        )
        .run();
      database
        .prepare(
          `INSERT OR IGNORE INTO run(id, started_at, process_id)
           SELECT DISTINCT run_id, :now, 0 FROM attempt WHERE run_id NOT IN (SELECT id FROM run)`,
        )
        .run({ now });
      // A claim without its attempt: no answer to it can ever be told apart.
      for (const { table, rowid, parent } of database.pragma('foreign_key_check') as {
        table: string;
        rowid: number | null;
        parent: string;
      }[]) {
        if (table === 'message' && parent === 'message')
          database.prepare('UPDATE message SET resend_of = NULL WHERE id = ?').run(rowid);
        else if (table !== 'message' && rowid !== null)
          database.prepare(`DELETE FROM ${table} WHERE rowid = ?`).run(rowid);
      }
      database
        .prepare(
          `DELETE FROM attempt_message WHERE attempt_id NOT IN (SELECT id FROM attempt)
             OR message_id NOT IN (SELECT id FROM message)`,
        )
        .run();
    })
    .immediate();
}
