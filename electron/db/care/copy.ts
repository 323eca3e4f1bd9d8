/**
 * A copy of the outbox that is consistent while texts are being sent, and that holds no key (docs/adr/0025). Runs on a
 * connection of its own, in a worker: `VACUUM INTO` reads one snapshot and holds up no writer.
 * https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause
 */
import { rmSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { createPrivate, putInPlace } from './durable-files.ts';
import { type Progress, unwatched } from './progress.ts';

export class DamagedDatabase extends Error {
  override readonly name = 'DamagedDatabase';
}

/**
 * Writes the copy to `target`, which must not exist; it appears whole or not at all, readable by the user alone.
 * `verify` takes seconds for a million texts: not on the main thread.
 * @throws SQLite's error when there is no room or the source cannot be read; DamagedDatabase when the copy is not sound
 */
export function copyWithoutKeys(
  source: string,
  target: string,
  { verify = true, progress = unwatched }: { verify?: boolean; progress?: Progress } = {},
): void {
  const temporary = `${target}.new`;
  rmSync(temporary, { force: true });
  createPrivate(temporary);
  try {
    const from = new Sqlite(source, { readonly: true, fileMustExist: true });
    try {
      progress('copying', 0, { path: temporary, bytes: bytesInUse(from) });
      from.prepare('VACUUM INTO ?').run(temporary);
    } finally {
      from.close();
    }
    const copy = new Sqlite(temporary);
    try {
      removeKeys(copy);
      progress('checking', null);
      if (verify) assertSound(copy);
    } finally {
      copy.close();
    }
    progress('checking', 1);
    putInPlace(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function bytesInUse(database: Database): number {
  const number = (name: string): number => database.pragma(name, { simple: true }) as number;
  return (number('page_count') - number('freelist_count')) * number('page_size');
}

/** Overwrites every key's ciphertext, in the file and not only in name. */
export function removeKeys(database: Database): void {
  // A journal on disk would hold the very bytes that are being overwritten.
  database.pragma('journal_mode = MEMORY');
  database.pragma('secure_delete = ON');
  database.prepare('DELETE FROM secret').run();
}

/** @throws DamagedDatabase */
export function assertSound(database: Database, table?: string): void {
  const found = problemsOf(database, table);
  if (found.length > 0) throw new DamagedDatabase(found[0]);
}

/** What SQLite finds wrong, at most ten lines. https://www.sqlite.org/pragma.html#pragma_quick_check */
export function problemsOf(database: Database, table?: string): readonly string[] {
  try {
    const rows = database.pragma(
      table === undefined ? 'quick_check(10)' : `quick_check('${table.replaceAll("'", "''")}')`,
    ) as { quick_check: string }[];
    return rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
  } catch (error) {
    if (isDamage(error)) return [String(error)];
    throw error;
  }
}

/** The file's content is wrong, as against a disk that is full, locked or read-only. */
export function isDamage(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_IOERR_SHORT_READ';
}

/** The tables that decide what is sent, looked at after an unclean end: seconds less than the whole file takes. */
const deciding = ['message', 'attempt', 'attempt_message', 'submission', 'account'] as const;

/**
 * Looks through the deciding tables of a file that may be in use.
 * @returns what is wrong; empty when nothing was found
 */
export function checkFile(path: string, progress: Progress = unwatched): readonly string[] {
  try {
    const database = new Sqlite(path, { readonly: true, fileMustExist: true });
    try {
      for (const [index, table] of deciding.entries()) {
        progress('checking', index / deciding.length);
        const problems = problemsOf(database, table);
        if (problems.length > 0) return problems;
      }
      return [];
    } finally {
      database.close();
    }
  } catch (error) {
    if (isDamage(error)) return [String(error)];
    throw error;
  }
}
