/** R10 of the reliability tests: whatever happened to the file, every row that can be read comes through, and none goes out. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeDatabase, openDatabase } from '../open.ts';
import { fill, keyCipher } from './care-test-file.ts';
import { checkFile } from './copy.ts';
import { rebuild } from './rebuild.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-rebuild-'));
  path = join(directory, 'outbox.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

const pageSize = 4096;

/** Closed well: everything stands in the one file. */
function closedFile(accepted = 2_000): Buffer {
  closeDatabase(fill(path, { accepted }));
  return readFileSync(path);
}

function salvage(content: Buffer): { report: ReturnType<typeof rebuild>; states: Record<string, number> } {
  const bad = join(directory, 'bad.db');
  writeFileSync(bad, content);
  const fresh = join(directory, 'fresh.db');
  const report = rebuild(fresh, [{ path: bad, origin: 'salvaged' }], 5000);
  const database = openDatabase(fresh);
  const rows = database.prepare('SELECT state, count(*) AS total FROM message GROUP BY state').all() as {
    state: string;
    total: number;
  }[];
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(database.pragma('foreign_key_check')).toEqual([]);
  // The counters follow what is there.
  expect(
    database.prepare('SELECT state, total FROM message_count WHERE total > 0 ORDER BY state').all(),
  ).toEqual([...rows].sort((a, b) => (a.state < b.state ? -1 : 1)));
  closeDatabase(database);
  const states = Object.fromEntries(rows.map(({ state, total }) => [state, total]));
  // The rule behind all of this.
  expect(states.queued ?? 0).toBe(0);
  expect(states.sending ?? 0).toBe(0);
  return { report, states };
}

describe('a damaged file', () => {
  test('that is sound after all comes through whole, with its key, and nothing of it goes out', () => {
    const { report, states } = salvage(closedFile());
    expect(report).toMatchObject({ texts: 2_003, unreadable: 0, held: 1, inDoubt: 1 });
    expect(states).toEqual({ accepted: 2_000, needs_decision: 1, in_doubt: 2 });
    const database = new Sqlite(join(directory, 'fresh.db'), { readonly: true });
    expect(database.prepare('SELECT cipher FROM secret').pluck().get()).toEqual(keyCipher);
    expect(database.prepare('SELECT count(*) FROM attempt_message').pluck().get()).toBe(2_002);
    expect(
      database.prepare("SELECT error_code FROM message WHERE state = 'needs_decision'").pluck().get(),
    ).toBe('salvaged');
    database.close();
  });

  test('a page in the middle that is zero costs its own rows and no others', () => {
    const content = closedFile();
    const leaf = pageOf(content, 'Reminder number 1000 ');
    content.fill(0, leaf * pageSize, (leaf + 1) * pageSize);
    writeFileSync(path, content);
    expect(checkFile(path).length).toBeGreaterThan(0);
    const { report } = salvage(content);
    expect(report.unreadable).toBeGreaterThan(0);
    expect(report.texts).toBeLessThan(2_003);
    expect(report.texts).toBeGreaterThan(2_003 - 60);
  });

  test('every page in turn: zero, or with flipped bits, it ends with a sound file', () => {
    const content = closedFile(60);
    for (let page = 0; page < content.length / pageSize; page += 1) {
      for (const spoil of ['zero', 'flip'] as const) {
        const bad = Buffer.from(content);
        const from = page * pageSize;
        if (spoil === 'zero') bad.fill(0, from, from + pageSize);
        else for (let at = from; at < from + pageSize; at += 97) bad[at] = (bad[at] ?? 0) ^ 0x55;
        const { report } = salvage(bad);
        // A leaf of this table holds about twenty texts.
        expect(report.texts, `page ${page}, ${spoil}`).toBeGreaterThan(10);
        for (const name of ['bad.db', 'fresh.db']) rmSync(join(directory, name));
      }
    }
  }, 120_000);

  test('the header and the whole first page are gone: texts are read out of their pages', () => {
    const content = closedFile();
    content.fill(0, 0, pageSize);
    const { report, states } = salvage(content);
    expect(report.texts).toBe(2_003);
    expect(states.accepted).toBe(2_000);
    // The key of this computer as well: losing it would stop the office.
    const database = new Sqlite(join(directory, 'fresh.db'), { readonly: true });
    expect(database.prepare('SELECT cipher FROM secret').pluck().get()).toEqual(keyCipher);
    expect(database.prepare('SELECT label FROM account').pluck().get()).toBe('Front desk');
    database.close();
  });

  test('long texts that run over several pages come out of their pages as well', () => {
    closeDatabase(fill(path, { accepted: 20, bodyOf: (id) => `${id} ${'ü€𝄞'.repeat(1_500)}` }));
    const content = readFileSync(path);
    content.fill(0xff, 0, 100);
    expect(salvage(content).report.texts).toBe(23);
    const database = new Sqlite(join(directory, 'fresh.db'), { readonly: true });
    expect(database.prepare('SELECT body FROM message WHERE id = 9').pluck().get()).toBe(
      `9 ${'ü€𝄞'.repeat(1_500)}`,
    );
    database.close();
  });

  test('cut off in the middle: the first half comes through', () => {
    const content = closedFile();
    const { report } = salvage(content.subarray(0, Math.floor(content.length / 2)));
    expect(report.texts).toBeGreaterThan(500);
  });

  test('empty, a letter, random bytes: nothing to read, and a sound empty file', () => {
    for (const content of [
      Buffer.alloc(0),
      Buffer.from('Dear patient, '.repeat(2_000)),
      Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * 7919) % 251)),
    ]) {
      expect(salvage(content).report.texts).toBe(0);
      for (const name of ['bad.db', 'fresh.db']) rmSync(join(directory, name), { force: true });
    }
  });
});

test('what the damaged file lost comes from the backup, held as well; what both have is taken from the file', () => {
  const content = closedFile(300);
  const backup = join(directory, 'backup.db');
  copyFileSync(path, backup);
  const older = new Sqlite(backup);
  older.exec("UPDATE message SET state = 'queued'");
  older.close();
  const leaf = pageOf(content, 'Reminder number 200 ');
  content.fill(0, leaf * pageSize, (leaf + 1) * pageSize);
  const bad = join(directory, 'bad.db');
  writeFileSync(bad, content);
  const report = rebuild(
    join(directory, 'fresh.db'),
    [
      { path: bad, origin: 'salvaged' },
      { path: backup, origin: 'restored' },
    ],
    5000,
  );
  expect(report.texts).toBe(303);
  const database = new Sqlite(join(directory, 'fresh.db'), { readonly: true });
  expect(database.prepare('SELECT state, error_code FROM message WHERE id = 200').get()).toEqual({
    state: 'needs_decision',
    error_code: 'restored',
  });
  expect(database.prepare('SELECT state FROM message WHERE id = 1').pluck().get()).toBe('accepted');
  expect(
    database.prepare("SELECT count(*) FROM message WHERE state IN ('queued', 'sending')").pluck().get(),
  ).toBe(0);
  database.close();
});

/** Number of the page, from 0, that holds these bytes. */
function pageOf(content: Buffer, words: string): number {
  const at = content.indexOf(words);
  expect(at).toBeGreaterThan(0);
  return Math.floor(at / pageSize);
}
