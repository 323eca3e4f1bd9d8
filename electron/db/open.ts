/**
 * The one place that opens the database.
 *
 * Durability: better-sqlite3 is compiled so that WAL mode falls back to `synchronous = NORMAL` unless FULL is asked
 * for on every connection. NORMAL can lose the claim of a send on power loss, and a lost claim is a second SMS. So FULL
 * is set here and read back after the first write.
 * https://github.com/WiseLibs/better-sqlite3/blob/master/docs/performance.md
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { copyWithoutKeys } from './care/copy.ts';
import { migrate } from './migrate.ts';

/** 'Outt' in ASCII: tells our files from others (`file` shows it). */
export const applicationId = 0x4f757474;
/** Nobody of ours holds the file for long, and the main thread stands still while it waits for somebody else. */
const busyMilliseconds = 2_000;
/** Backups taken before migrating that are kept. */
const keptBackups = 2;

/** A write-capable connection. Only `openDatabase` makes one. */
export type WriteDatabase = Database & { readonly __brand: 'write' };

/** A connection that cannot write: what reads takes either kind. */
export type ReadDatabase = Database & { readonly __brand: 'read' | 'write' };

export class NotOurDatabaseError extends Error {
  override readonly name = 'NotOurDatabaseError';
}

/**
 * Opens (and creates) the file, migrates it and proves its durability settings.
 * @param path absolute path; missing directories are created, readable by the user alone
 * @throws DatabaseFromFutureError, NotOurDatabaseError, or SQLite's own error when the disk refuses
 */
export function openDatabase(path: string): WriteDatabase {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new Sqlite(path, { timeout: busyMilliseconds });
  try {
    const foreign = database.pragma('application_id', { simple: true }) as number;
    if (foreign !== 0 && foreign !== applicationId) throw new NotOurDatabaseError(path);
    database.pragma('journal_mode = WAL');
    setDurability(database);
    database.pragma('foreign_keys = ON');
    database.pragma('secure_delete = ON');
    migrate(database, (from) => backUp(path, from));
    database.pragma(`application_id = ${applicationId}`);
    assertDurable(database);
    return database as WriteDatabase;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A second connection to a file that is open already, for a worker. It sees what was committed before each statement.
 * @throws SQLite's own error when the file is missing or is no database
 */
export function openReadOnly(path: string): ReadDatabase {
  const database = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: busyMilliseconds });
  database.pragma('query_only = ON');
  // Searching walks through many pages of the index: 32 MB of them are kept.
  database.pragma('cache_size = -32768');
  return database as Database as ReadDatabase;
}

/** Moves the log into the file and closes. Correctness never depends on this having run. */
export function closeDatabase(database: WriteDatabase): void {
  try {
    database.pragma('optimize');
    database.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}

function setDurability(database: Database): void {
  database.pragma('synchronous = FULL');
  // Plain fsync on macOS does not reach the drive. https://www.sqlite.org/pragma.html#pragma_fullfsync
  if (process.platform === 'darwin') {
    database.pragma('fullfsync = ON');
    database.pragma('checkpoint_fullfsync = ON');
  }
}

/** @throws when the settings did not hold: better not to start than to lose the mark of a send. */
export function assertDurable(database: Database): void {
  const mode = database.pragma('journal_mode', { simple: true });
  const synchronous = database.pragma('synchronous', { simple: true });
  if (mode !== 'wal' || synchronous !== 2) {
    throw new Error(
      `database is not durable: journal_mode ${String(mode)}, synchronous ${String(synchronous)}`,
    );
  }
}

/** On a connection of its own, which sees what is committed: nothing of the migration has begun. */
function backUp(path: string, fromVersion: number): void {
  const directory = join(dirname(path), 'backup');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const name = `before-migration-${String(fromVersion).padStart(4, '0')}-${Date.now()}.db`;
  copyWithoutKeys(path, join(directory, name), { verify: false });
  const all = readdirSync(directory)
    .filter((file) => file.startsWith('before-migration-'))
    .sort((a, b) => Number(a.match(/-(\d+)\.db$/)?.[1] ?? 0) - Number(b.match(/-(\d+)\.db$/)?.[1] ?? 0));
  for (const old of all.slice(0, -keptBackups)) rmSync(join(directory, old));
}
