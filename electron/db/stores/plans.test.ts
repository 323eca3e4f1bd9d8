import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteBodyEraser } from '../care/erase.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../open.ts';
import { AccountStore } from './accounts.ts';
import { SqliteContactStore } from './contacts.ts';
import { SqliteControlStore } from './control.ts';
import { SqliteDeliveryStore } from './delivery.ts';
import { SqliteDraftStore } from './drafts.ts';
import { SqliteListStore } from './lists.ts';
import { SqliteMessageReader } from './messages.ts';
import { SqliteNumberStore } from './numbers.ts';
import { SqliteOutboxStore } from './outbox.ts';
import { SqliteRecurrenceStore } from './recurrences.ts';
import { SqliteTemplateStore } from './templates.ts';

let directory: string;
let database: WriteDatabase;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-plans-'));
  database = openDatabase(join(directory, 'outbox.db'));
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

/** Remembers what is prepared on it. */
function listening(statements: Set<string>): WriteDatabase {
  return new Proxy(database, {
    get(target, property) {
      if (property === 'prepare')
        return (sql: string) => {
          statements.add(sql);
          return target.prepare(sql);
        };
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** What SQLite says of a statement, whatever is bound to it. */
function plan(sql: string): readonly string[] {
  const named = Object.fromEntries([...sql.matchAll(/:(\w+)/g)].map(([, name]) => [String(name), 1]));
  const unnamed = sql.replaceAll(/:\w+/g, '').match(/\?/g) ?? [];
  const rows = database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...unnamed.map(() => 1), ...(Object.keys(named).length === 0 ? [] : [named])) as {
    detail: string;
  }[];
  return rows.map(({ detail }) => detail);
}

/**
 * Of a million texts each statement reads those it is about. `SEARCH message` without an index is what SQLite says of `min` and
 * `max` over a whole table: a second on the main thread, and one of them ran whenever the outbox came to rest.
 */
test('no statement of the main thread walks through all texts', () => {
  const statements = new Set<string>();
  const heard = listening(statements);
  const now = (): number => 1_000;
  new SqliteOutboxStore(heard, { runId: 'run', now, newRef: () => '' });
  new AccountStore(heard);
  new SqliteContactStore(heard);
  new SqliteControlStore(heard);
  new SqliteDeliveryStore(heard);
  new SqliteDraftStore(heard);
  new SqliteListStore(heard, now);
  new SqliteMessageReader(heard);
  new SqliteNumberStore(heard);
  new SqliteRecurrenceStore(heard);
  new SqliteTemplateStore(heard);
  new SqliteBodyEraser(heard);
  expect(statements.size).toBeGreaterThan(100);
  const walks = [...statements].filter((sql) =>
    plan(sql).some((step) => /^(?:SCAN|SEARCH) (?:message|again)(?: USING INTEGER PRIMARY KEY)?$/.test(step)),
  );
  expect(walks.map((sql) => sql.replaceAll(/\s+/g, ' '))).toEqual([
    // Its foreign keys: an account that never sent anything, removed by hand.
    'DELETE FROM account WHERE id = ?',
    // The newest id, which is the end of the table.
    'SELECT max(id) AS id FROM message',
  ]);
});
