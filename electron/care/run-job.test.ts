import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log, Timers } from '../core/ports.ts';
import { fill } from '../db/care/care-test-file.ts';
import { closeDatabase, type WriteDatabase } from '../db/open.ts';
import { csvCell } from './number-file.ts';
import { jobRunner } from './run-job.ts';

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const timers: Timers = {
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};
const run = jobRunner({ workerFile: new URL('worker.ts', import.meta.url), timers, log });
let directory: string;
let path: string;
let database: WriteDatabase;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-job-'));
  path = join(directory, 'live', 'outbox.db');
  mkdirSync(join(directory, 'live'));
  database = fill(path, { accepted: 10 });
});
afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

describe('in a thread of its own, while the outbox is in use', () => {
  test('a backup', async () => {
    const target = join(directory, 'live', 'backup', 'one.db');
    await run('back-up', { path, target });
    const copy = new Sqlite(target, { readonly: true });
    expect(copy.prepare('SELECT count(*) FROM message').pluck().get()).toBe(13);
    copy.close();
    // The connection here was not disturbed.
    database.exec("UPDATE message SET state = 'accepted' WHERE id = 11");
  });

  test('a check finds nothing wrong with a sound file', async () => {
    expect(await run('check', { path })).toEqual([]);
  });

  test('says how far it is', async () => {
    const told: string[] = [];
    const target = join(directory, 'one.db');
    const watch = { onProgress: (step: string, share: number | null) => void told.push(`${step} ${share}`) };
    await run('back-up', { path, target }, watch);
    expect(told).toEqual(['copying 0', 'checking null']);
  });

  test('what goes wrong comes back with its name and its code', async () => {
    await expect(run('check', { path: join(directory, 'nowhere.db') })).rejects.toMatchObject({
      code: 'SQLITE_CANTOPEN',
    });
    writeFileSync(join(directory, 'letter.txt'), 'Dear patient, this is a letter.');
    await expect(
      run('read-archive', {
        archive: join(directory, 'letter.txt'),
        passphrase: 'x'.repeat(12),
        path,
        now: 1,
      }),
    ).rejects.toMatchObject({ name: 'NotAnArchive' });
  });
});

describe('to a new computer', () => {
  test('waiting texts need a decision there, texts under way are doubtful, and no key travels', async () => {
    const target = join(directory, 'office.outtray');
    const passphrase = 'the office opens at eight';
    await run('write-archive', {
      path,
      passphrase,
      target,
      manifest: { madeAt: 1, version: '0.1.0', settings: { country: 'ZA' } },
    });
    expect(statSync(target).size).toBeGreaterThan(10_000);
    const there = join(directory, 'new computer', 'live', 'outbox.db');
    mkdirSync(join(directory, 'new computer', 'live'), { recursive: true });
    const { prepared, settings } = await run('read-archive', {
      archive: target,
      passphrase,
      path: there,
      now: 8000,
    });
    expect(settings).toEqual({ country: 'ZA' });
    expect(prepared).toMatchObject({ texts: 13, held: 1, inDoubt: 1 });
    const moved = new Sqlite(prepared.fresh, { readonly: true });
    expect(moved.prepare('SELECT state, error_code FROM message WHERE id = 11').get()).toEqual({
      state: 'needs_decision',
      error_code: 'moved',
    });
    expect(moved.prepare('SELECT count(*) FROM secret').pluck().get()).toBe(0);
    moved.close();
    // Here it still waits; pausing is what keeps it (core/care, docs/adr/0026).
    expect(database.prepare('SELECT state FROM message WHERE id = 11').pluck().get()).toBe('queued');
  });
});

describe('the file about one number', () => {
  test('as CSV: one line a text, quoted, and no cell that a spreadsheet would run', async () => {
    database
      .prepare('UPDATE message SET recipient = ?, body = ? WHERE id IN (2, 3)')
      .run('+27820000002', '=HYPERLINK("http://x","click")\nand "more"');
    const target = join(directory, 'number.csv');
    const input = { path, recipient: '+27820000002', target, format: 'csv' } as const;
    expect(await run('export-number', input)).toEqual({ texts: 2, other: 0 });
    const lines = readFileSync(target, 'utf8').split('\r\n');
    // The heading, two texts with an attempt each, and the end.
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^\ufeff"what","time","number","text"/);
    expect(lines[1]).toContain(`"'+27820000002","'=HYPERLINK(""http://x"",""click"")\nand ""more"""`);
    expect(lines[2]).toMatch(/^"attempt 1".*"accepted"/);
  });

  test('as JSON: with every attempt', async () => {
    const target = join(directory, 'number.json');
    await run('export-number', { path, recipient: '+27821230007', target, format: 'json' });
    expect(JSON.parse(readFileSync(target, 'utf8'))).toMatchObject({
      number: '+27821230007',
      texts: [{ state: 'accepted', attempts: [{ number: 1, outcome: 'accepted' }] }],
    });
  });

  test('with everything else that is kept: opted out, not reached, recurring texts, lists', async () => {
    const recipient = '+27821230007';
    database.exec(`
      INSERT INTO opt_out VALUES ('${recipient}', 'person', 1000), ('+27820000001', 'person', 1000);
      INSERT INTO number_health VALUES ('${recipient}', 2, 2000);
      INSERT INTO recurrence(account_id, recipients, body, parts, encoding, rule, best_before_minutes, active_since, created_at)
        VALUES (1, '["+27820000001","${recipient}"]', '=every Monday', 1, 'gsm-7', '{"every":"week"}', 60, 0, 3000),
          (1, '["+27820000001"]', 'somebody else', 1, 'gsm-7', '{}', 60, 0, 3000);
      INSERT INTO list_import(submission_id, file_name, created_at) VALUES ('list', 'patients.csv', 4000);
      INSERT INTO list_import_recipient(submission_id, position, recipient) VALUES ('list', 1, '${recipient}');`);
    const json = join(directory, 'number.json');
    const report = { texts: 1, other: 4 };
    expect(await run('export-number', { path, recipient, target: json, format: 'json' })).toEqual(report);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      optedOut: { since: '1970-01-01T00:00:01.000Z', source: 'person' },
      notReached: { failures: 2, lastFailureAt: '1970-01-01T00:00:02.000Z' },
      recurring: [{ body: '=every Monday', rule: { every: 'week' }, stoppedAt: null }],
      lists: [{ fileName: 'patients.csv' }],
      texts: [{ recipient }],
    });
    const csv = join(directory, 'number.csv');
    expect(await run('export-number', { path, recipient, target: csv, format: 'csv' })).toEqual(report);
    const content = readFileSync(csv, 'utf8');
    const lines = content.split('\r\n').slice(1, -1);
    expect(lines.map((line) => line.split('"')[1])).toEqual([
      'opted out',
      'not reached',
      'recurring text',
      'on a list',
      'text',
      'attempt 1',
    ]);
    expect(content).toContain(`"'=every Monday"`);
    expect(content).not.toContain('somebody else');
  });

  test('every way in which a cell can begin a formula', () => {
    for (const value of ['=1', '+1', '-1', '@A1', '\t=1', '\r=1', '\n=1', ' =1', '＝1', '|x', '%x'])
      expect(csvCell(value)).toMatch(/^"'/);
    for (const value of ['a=1', '1-2', '', 'Tomorrow at 8.']) expect(csvCell(value)).toBe(`"${value}"`);
  });
});

test('a closed outbox can be read by a thread and opened again afterwards', async () => {
  closeDatabase(database);
  expect(await run('check', { path })).toEqual([]);
  database = fill(path, { accepted: -3 });
});
