/**
 * Brings a database file to the newest schema. Each migration and its `user_version` are one transaction, so a file
 * is always at one version, never between two.
 */
import type { Database } from 'better-sqlite3';
import { type Migration, migrations } from './migrations/index.ts';

/** The file was written by a newer Outtray. It is left as it is. */
export class DatabaseFromFutureError extends Error {
  readonly found: number;
  readonly known: number;
  constructor(found: number, known: number) {
    super(`database has schema ${found}, this program knows up to ${known}`);
    this.name = 'DatabaseFromFutureError';
    this.found = found;
    this.known = known;
  }
}

/** @throws when two migrations carry the same number or stand out of order. */
export function assertOrdered(list: readonly Migration[]): void {
  for (const [index, migration] of list.entries()) {
    const before = list[index - 1];
    if (before !== undefined && before.version >= migration.version) {
      throw new Error(`migration ${migration.version} does not come after ${before.version}`);
    }
  }
}

/**
 * @param backUp called once before the first migration of a file that already holds something
 * @returns the versions that were applied
 * @throws DatabaseFromFutureError
 */
export function migrate(
  database: Database,
  backUp: (fromVersion: number) => void,
  list: readonly Migration[] = migrations,
): readonly number[] {
  assertOrdered(list);
  const current = database.pragma('user_version', { simple: true }) as number;
  const newest = list.at(-1)?.version ?? 0;
  if (current > newest) throw new DatabaseFromFutureError(current, newest);
  const pending = list.filter((migration) => migration.version > current);
  if (pending.length > 0 && current > 0) backUp(current);
  for (const migration of pending) {
    database
      .transaction(() => {
        database.exec(migration.statements);
        database.pragma(`user_version = ${migration.version}`);
      })
      .immediate();
  }
  return pending.map((migration) => migration.version);
}
