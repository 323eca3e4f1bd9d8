import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../migrate.ts';
import { migrations } from '../migrations/index.ts';
import { closeDatabase, openDatabase } from '../open.ts';
import { backupFolder, backupName, listBackups, removeBackups } from './backups.ts';
import { fill, keyCipher } from './care-test-file.ts';
import { copyWithoutKeys, DamagedDatabase } from './copy.ts';
import { replaceDatabase } from './durable-files.ts';
import { NotABackup, prepareRestore } from './restore.ts';

let directory: string;
let path: string;
let backup: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-restore-'));
  path = join(directory, 'outbox.db');
  backup = join(directory, 'backup.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a backup', () => {
  test('is made while the outbox is in use, is sound, private, and holds no key', () => {
    const database = fill(path, { accepted: 50 });
    copyWithoutKeys(path, backup);
    // Control: the search finds the key where it is.
    expect(Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)]).includes(keyCipher)).toBe(true);
    expect(readFileSync(backup).includes(keyCipher)).toBe(false);
    expect(statSync(backup).mode & 0o077).toBe(
      process.platform === 'win32' ? statSync(backup).mode & 0o077 : 0,
    );
    const copy = new Sqlite(backup, { readonly: true });
    expect(copy.prepare('SELECT count(*) FROM message').pluck().get()).toBe(53);
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    copy.close();
    database.close();
    expect(readdirSync(directory).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  test('that cannot be finished leaves nothing, and the one before stays', () => {
    writeFileSync(path, 'no database at all '.repeat(100));
    writeFileSync(backup, 'the one before');
    expect(() => copyWithoutKeys(path, backup)).toThrow(/not a database/);
    expect(readFileSync(backup, 'utf8')).toBe('the one before');
    expect(readdirSync(directory).sort()).toEqual(['backup.db', 'outbox.db']);
  });

  test('the copy before a migration holds no key either', () => {
    const database = new Sqlite(path);
    const [first] = migrations;
    if (first === undefined) throw new Error('there is no migration');
    migrate(database, () => {}, [first]);
    database.exec(
      "INSERT INTO account(id, label, family, created_at) VALUES (1, 'Reminder number 1', 'platform', 1)",
    );
    database.prepare("INSERT INTO secret VALUES (1, ?, 'v11', 'clickatell', 1)").run(keyCipher);
    database.close();
    closeDatabase(openDatabase(path));
    const [name] = readdirSync(backupFolder(path));
    const content = readFileSync(join(backupFolder(path), name ?? ''));
    expect(content.includes('Reminder number 1')).toBe(true);
    expect(content.includes(keyCipher)).toBe(false);
  });

  test('only files of the backup’s own name are listed and removed', () => {
    const database = fill(path, { accepted: 1 });
    const folder = backupFolder(path);
    copyWithoutKeys(path, join(directory, 'x.db'));
    database.close();
    expect(listBackups(path)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
    const at = Date.UTC(2026, 10, 22, 10, 15, 3);
    expect(backupName(at)).toBe('outbox-2026-11-22T10-15-03Z.db');
    const made = openDatabase(join(folder, backupName(at)));
    closeDatabase(made);
    writeFileSync(join(folder, 'letter.txt'), 'mine');
    expect(listBackups(path)).toMatchObject([{ name: backupName(at), at }]);
    removeBackups(path, [backupName(at), 'letter.txt', '../outbox.db']);
    expect(readdirSync(folder)).toEqual(['letter.txt']);
    expect(existsSync(path)).toBe(true);
  });
});

describe('restoring', () => {
  function madeBackup(): void {
    const database = fill(path, { accepted: 5 });
    copyWithoutKeys(path, backup);
    database.exec("UPDATE message SET state = 'accepted' WHERE state = 'queued'");
    database.exec(
      "INSERT INTO draft(name, recipients, body, submission_id, updated_at) VALUES ('quick-send', '082', 'typed later', 'x', 1)",
    );
    database.exec("INSERT INTO opt_out(recipient, source, created_at) VALUES ('+27820000077', 'person', 1)");
    closeDatabase(database);
  }

  test('a number that asked for no more texts after the backup was made stays on the list', () => {
    madeBackup();
    const { fresh } = prepareRestore(backup, path, 'restored', 7000);
    const restored = new Sqlite(fresh, { readonly: true });
    expect(restored.prepare('SELECT recipient, source FROM opt_out').all()).toEqual([
      { recipient: '+27820000077', source: 'person' },
    ]);
    restored.close();
  });

  test('nothing goes out by itself; the keys of this computer stay; the present file is kept', () => {
    madeBackup();
    const prepared = prepareRestore(backup, path, 'restored', 7000);
    expect(prepared).toMatchObject({ texts: 8, held: 1, inDoubt: 1, stopped: 0 });
    const aside = join(directory, 'kept', 'now');
    replaceDatabase(prepared.fresh, path, aside);
    const restored = openDatabase(path);
    expect(restored.prepare('SELECT state, error_code FROM message WHERE id >= 6 ORDER BY id').all()).toEqual(
      [
        { state: 'needs_decision', error_code: 'restored' },
        { state: 'in_doubt', error_code: 'restored' },
        { state: 'in_doubt', error_code: null },
      ],
    );
    expect(restored.prepare('SELECT cipher FROM secret').pluck().get()).toEqual(keyCipher);
    expect(restored.prepare('SELECT body FROM draft').pluck().all()).toEqual(['typed later']);
    restored.close();
    const before = new Sqlite(join(aside, 'outbox.db'), { readonly: true });
    expect(before.prepare('SELECT state FROM message WHERE id = 6').pluck().get()).toBe('accepted');
    before.close();
  });

  test('a key stays only with the very same account', () => {
    madeBackup();
    const other = new Sqlite(backup);
    other.exec('UPDATE account SET created_at = created_at + 1');
    other.close();
    const { fresh } = prepareRestore(backup, path, 'restored', 7000);
    const restored = new Sqlite(fresh, { readonly: true });
    expect(restored.prepare('SELECT count(*) FROM secret').pluck().get()).toBe(0);
    restored.close();
  });

  test('a damaged backup, a foreign file and the open outbox are refused, and nothing is changed', () => {
    madeBackup();
    const present = readFileSync(path);
    const content = readFileSync(backup);
    content.fill(0, 4096 * 3, 4096 * 6);
    writeFileSync(backup, content);
    expect(() => prepareRestore(backup, path, 'restored', 7000)).toThrow(DamagedDatabase);
    writeFileSync(backup, 'a letter '.repeat(1_000));
    expect(() => prepareRestore(backup, path, 'restored', 7000)).toThrow(NotABackup);
    expect(() => prepareRestore(path, path, 'restored', 7000)).toThrow(NotABackup);
    expect(readFileSync(path).equals(present)).toBe(true);
    expect(existsSync(join(directory, 'incoming'))).toBe(false);
  });
});
