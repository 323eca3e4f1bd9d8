import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assertOrdered, DatabaseFromFutureError, migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { assertDurable, closeDatabase, NotOurDatabaseError, openDatabase } from './open.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-db-'));
  path = join(directory, 'live', 'outbox.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

const schemaOf = (database: Sqlite.Database): unknown[] =>
  database
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE ? ORDER BY name')
    .all('sqlite_%');

describe('durability', () => {
  test('FULL and WAL hold after the first write, on the first connection and on every later one', () => {
    for (let round = 0; round < 3; round += 1) {
      const database = openDatabase(path);
      database.prepare('INSERT INTO run(id, started_at, process_id) VALUES (?, 0, 0)').run(`run-${round}`);
      expect(database.pragma('synchronous', { simple: true })).toBe(2);
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
      closeDatabase(database);
    }
  });

  test('control: without our pragmas this build falls back to NORMAL, and the check sees it', () => {
    closeDatabase(openDatabase(path));
    const plain = new Sqlite(path);
    plain.prepare('INSERT INTO run(id, started_at, process_id) VALUES (?, 0, 0)').run('plain');
    expect(plain.pragma('synchronous', { simple: true })).toBe(1);
    expect(() => assertDurable(plain)).toThrow('not durable');
    plain.close();
  });

  test.skipIf(process.platform === 'win32')('nobody else on the machine can read the folder', () => {
    closeDatabase(openDatabase(path));
    expect(statSync(join(directory, 'live')).mode & 0o077).toBe(0);
  });
});

describe('migrations', () => {
  test('are in order, and one that is not is noticed', () => {
    expect(() => assertOrdered(migrations)).not.toThrow();
    expect(() =>
      assertOrdered([
        { version: 20, statements: '' },
        { version: 20, statements: '' },
      ]),
    ).toThrow('does not come after');
  });

  test('a file from a newer version is refused and left as it is', () => {
    const database = openDatabase(path);
    database.pragma('user_version = 99990');
    closeDatabase(database);
    expect(() => openDatabase(path)).toThrow(DatabaseFromFutureError);
    const left = new Sqlite(path, { readonly: true });
    expect(left.pragma('user_version', { simple: true })).toBe(99990);
    left.close();
  });

  test('a backup is taken before the first migration of a run, and the last two are kept', () => {
    const database = openDatabase(path);
    const newest = database.pragma('user_version', { simple: true }) as number;
    const backups: number[] = [];
    const more = [
      ...migrations,
      { version: newest + 10, statements: 'CREATE TABLE more(id INTEGER) STRICT' },
      { version: newest + 20, statements: 'CREATE TABLE evenmore(id INTEGER) STRICT' },
    ];
    expect(migrate(database, (from) => backups.push(from), more)).toEqual([newest + 10, newest + 20]);
    expect(backups).toEqual([newest]);
    expect(migrate(database, (from) => backups.push(from), more)).toEqual([]);
    expect(backups).toEqual([newest]);
    closeDatabase(database);
  });

  test('a new file takes no backup', () => {
    closeDatabase(openDatabase(path));
    expect(readdirSync(join(directory, 'live'))).not.toContain('backup');
  });

  test('a migration that fails half-way leaves the old schema, whole', () => {
    const database = openDatabase(path);
    const before = schemaOf(database);
    const version = database.pragma('user_version', { simple: true }) as number;
    const broken = [
      ...migrations,
      {
        version: version + 10,
        statements: 'CREATE TABLE half(id INTEGER) STRICT; CREATE TABLE message(id INTEGER);',
      },
    ];
    expect(() => migrate(database, () => {}, broken)).toThrow('already exists');
    expect(schemaOf(database)).toEqual(before);
    expect(database.pragma('user_version', { simple: true })).toBe(version);
    closeDatabase(database);
  });

  test('accounts from before settings keep everything, and have none', () => {
    const old = new Sqlite(join(directory, 'old.db'));
    migrate(old, () => {}, migrations.slice(0, 1));
    old.exec(
      "INSERT INTO account(label, family, transport, is_default, created_at) VALUES ('Old', 'central', 'get', 1, 5)",
    );
    expect(migrate(old, () => {}, migrations.slice(0, 2))).toEqual([20]);
    expect(old.prepare('SELECT label, transport, is_default, settings FROM account').all()).toEqual([
      { label: 'Old', transport: 'get', is_default: 1, settings: '{}' },
    ]);
    expect(() => old.exec("UPDATE account SET settings = 'queue 1'")).toThrow('CHECK');
    old.close();
  });

  test('drafts from before options are ordinary texts; waiting texts with a delivery time are held from then on', () => {
    const old = new Sqlite(join(directory, 'old.db'));
    const version = 30;
    const before = migrations.filter((migration) => migration.version < version);
    migrate(old, () => {}, before);
    old.exec(`
      INSERT INTO account(label, family, created_at) VALUES ('Old', 'central', 5);
      INSERT INTO draft(name, recipients, body, submission_id, updated_at) VALUES ('quick-send', '082', 'Hi', 's', 5);
      INSERT INTO submission(id, account_id, created_at) VALUES ('t', 1, 5);
    `);
    const insert = old.prepare(
      `INSERT INTO message(client_ref, submission_id, account_id, recipient, body, parts, encoding, options, state, state_at,
         best_before, created_at) VALUES (?, 't', 1, '+27820000001', 'Hi', 1, 'gsm-7', ?, ?, 5, ?, 5)`,
    );
    const rows = [
      ['{"deliverAt":900}', 'queued', null, 900],
      ['{"deliverAt":900}', 'queued', 700, 700],
      ['{"deliverAt":900}', 'accepted', null, null],
      ['{"flash":true}', 'queued', null, null],
    ] as const;
    for (const [index, [options, state, best]] of rows.entries())
      insert.run(String(index).padStart(26, '0'), options, state, best);
    const mine = migrations.filter((migration) => migration.version === version);
    expect(migrate(old, () => {}, [...before, ...mine])).toEqual([version]);
    expect(old.prepare('SELECT body, options, account_id FROM draft').all()).toEqual([
      { body: 'Hi', options: '{}', account_id: null },
    ]);
    expect(old.prepare('SELECT best_before FROM message ORDER BY id').pluck().all()).toEqual(
      rows.map(([, , , expected]) => expected),
    );
    old.close();
  });

  test('the new schema passes SQLite’s own checks', () => {
    const database = openDatabase(path);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('foreign_key_check')).toEqual([]);
    closeDatabase(database);
  });
});

describe('files that are not ours', () => {
  test('another program’s database is not touched', () => {
    const foreign = new Sqlite(join(directory, 'foreign.db'));
    foreign.pragma('application_id = 12345');
    foreign.exec('CREATE TABLE theirs(id INTEGER)');
    foreign.close();
    expect(() => openDatabase(join(directory, 'foreign.db'))).toThrow(NotOurDatabaseError);
  });

  test('a file that is no database is refused, not overwritten', () => {
    const text = 'this is a letter, not a database, and long enough to be looked at. '.repeat(20);
    writeFileSync(join(directory, 'letter.db'), text);
    expect(() => openDatabase(join(directory, 'letter.db'))).toThrow(/not a database/);
    expect(statSync(join(directory, 'letter.db')).size).toBe(text.length);
  });
});
