import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countNumber, eraseNumber } from '../../core/care/number-data.ts';
import { Retention } from '../../core/care/retention.ts';
import type { Log, Timers } from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';
import { fill } from './care-test-file.ts';
import { SqliteBodyEraser } from './erase.ts';

let directory: string;
let path: string;
let database: WriteDatabase;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-erase-'));
  path = join(directory, 'outbox.db');
  database = fill(path, { accepted: 300, bodyOf: (id) => `secret words ${id}` });
});
afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

const day = 24 * 3_600_000;
const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
/** Runs at once, but never within the call. */
const timers: Timers = {
  after(_milliseconds, run) {
    const handle = setImmediate(run);
    return () => clearImmediate(handle);
  },
};
let ticks = 0;
const clock = {
  now: () => 2000 + 30 * day,
  // Every piece seems to take long, so that there are many of them.
  monotonic: () => {
    ticks += 10;
    return ticks;
  },
};

function retention(days: number | null, now = clock.now): Retention {
  return new Retention({
    eraser: new SqliteBodyEraser(database),
    clock: { ...clock, now },
    timers,
    log,
    days: () => days,
    onErased() {},
  });
}
const bodies = (state: string): unknown[] =>
  database.prepare('SELECT body FROM message WHERE state = ?').pluck().all(state);

describe('retention', () => {
  test('keeps everything unless somebody asked for it', async () => {
    expect(await retention(null).pass()).toBe(0);
    expect(await retention(31).pass()).toBe(0);
    expect(bodies('accepted')).not.toContain('');
  });

  test('erases the body and what repeats it, keeps the proof, and leaves open texts alone', async () => {
    database.exec(
      "INSERT INTO draft(name, recipients, body, submission_id, updated_at) VALUES ('old', '', 'secret words typed', 'submission-1', 1)",
    );
    database.exec(
      "INSERT INTO draft(name, recipients, body, submission_id, updated_at) VALUES ('new', '', 'typed just now', 'another', 1)",
    );
    expect(await retention(29).pass()).toBe(300);
    expect(new Set(bodies('accepted'))).toEqual(new Set(['']));
    for (const state of ['queued', 'sending', 'in_doubt']) expect(bodies(state)[0]).toMatch(/secret words/);
    expect(
      database.prepare('SELECT text FROM attempt_message WHERE message_id = 7').pluck().get(),
    ).toBeNull();
    expect(
      database.prepare('SELECT text FROM attempt_message WHERE message_id = 303').pluck().get(),
    ).not.toBeNull();
    expect(database.prepare('SELECT name FROM draft').pluck().all()).toEqual(['new']);
    expect(
      database
        .prepare('SELECT recipient, parts, state, client_ref, erased_at FROM message WHERE id = 7')
        .get(),
    ).toEqual({
      recipient: '+27821230007',
      parts: 1,
      state: 'accepted',
      client_ref: '00000000000000000000000007',
      erased_at: clock.now(),
    });
  });

  test('also the reason for quiet hours, the header of a binary text, and recurring texts stopped as long ago', async () => {
    database.exec(`
      UPDATE message SET quiet_override = 'secret reason', options = '{"senderId":"Office","userDataHeader":"0605"}'
        WHERE id IN (7, 301);
      INSERT INTO recurrence(id, account_id, recipients, body, parts, encoding, rule, best_before_minutes, active_since,
          created_at, stopped_at)
        VALUES (1, 1, '[]', 'secret, stopped long ago', 1, 'gsm-7', '{}', 60, 0, 0, 2000),
          (2, 1, '[]', 'stopped lately', 1, 'gsm-7', '{}', 60, 0, 0, ${clock.now() - day}),
          (3, 1, '[]', 'goes on', 1, 'gsm-7', '{}', 60, 0, 0, NULL);`);
    await retention(29).pass();
    const rest = 'SELECT quiet_override, options FROM message WHERE id = ?';
    expect(database.prepare(rest).get(7)).toEqual({ quiet_override: null, options: '{"senderId":"Office"}' });
    expect(database.prepare(rest).get(301)).toMatchObject({ quiet_override: 'secret reason' });
    expect(database.prepare('SELECT body FROM recurrence ORDER BY id').pluck().all()).toEqual([
      'stopped lately',
      'goes on',
    ]);
    for (const file of [path, `${path}-wal`])
      expect(readFileSync(file).includes('stopped long ago')).toBe(false);
  });

  test('leaves what a person still works on: a list that is looked at, and a text that was never sent', async () => {
    database.exec(`
      INSERT INTO draft(name, recipients, body, submission_id, updated_at) VALUES ('new', '082', 'typed', 'another', 1);
      INSERT INTO list_import(submission_id, file_name, created_at) VALUES ('list', 'patients.csv', 1);
      INSERT INTO list_import_recipient(submission_id, position, recipient) VALUES ('list', 1, '+27821230007');`);
    await retention(29).pass();
    expect(database.prepare('SELECT body FROM draft').pluck().all()).toEqual(['typed']);
    expect(database.prepare('SELECT count(*) FROM list_import_recipient').pluck().get()).toBe(1);
  });

  test('the search finds no erased word any more, in either index', async () => {
    const found = (table: string, what: string) =>
      database.prepare(`SELECT count(*) FROM ${table} WHERE ${table} MATCH ?`).pluck().get(what);
    expect(found('message_words', 'secret')).toBe(303);
    await retention(29).pass();
    expect(found('message_words', 'secret')).toBe(3);
    expect(found('message_trigrams', '"ecr"')).toBe(3);
  });

  test('nothing of it is left in the file or its log', async () => {
    await retention(29).pass();
    for (const file of [path, `${path}-wal`])
      expect(readFileSync(file).includes('secret words 17')).toBe(false);
    // Control: the search finds what is still there.
    expect(readFileSync(path).includes('secret words 301')).toBe(true);
  });

  test('goes on where it stopped, and comes back for a text that was open then', async () => {
    await retention(29).pass();
    const eraser = new SqliteBodyEraser(database);
    expect(eraser.firstToErase()).toBe(300);
    database.exec("UPDATE message SET state = 'cancelled' WHERE id = 301");
    expect(await retention(29).pass()).toBe(1);
    expect(eraser.firstToErase()).toBe(301);
  });

  test('stops between two pieces when asked', async () => {
    const running = retention(29);
    const pass = running.pass();
    await running.stop();
    const erased = await pass;
    expect(erased).toBeGreaterThan(0);
    expect(erased).toBeLessThan(300);
  });
});

describe('one number', () => {
  const parts = () => ({
    eraser: new SqliteBodyEraser(database),
    clock,
    timers,
    onMessagesChanged: (ids: readonly number[]) => changed.push(...ids),
  });
  const changed: number[] = [];

  test('is counted and erased with its number; open texts to it stay', async () => {
    changed.length = 0;
    database.exec("UPDATE message SET recipient = '+27820000001' WHERE id IN (5, 250, 301)");
    database.exec("INSERT INTO number_health VALUES ('+27820000001', 2, 1), ('+27820000002', 2, 1)");
    database.exec("INSERT INTO opt_out VALUES ('+27820000001', 'person', 1)");
    expect(await countNumber(parts(), '+27820000001')).toEqual({ erasable: 2, open: 1 });
    expect(await eraseNumber(parts(), '+27820000001')).toEqual({ erased: 2, open: 1, complete: true });
    expect(changed).toEqual([5, 250]);
    expect(database.prepare('SELECT recipient FROM number_health').pluck().all()).toEqual(['+27820000002']);
    expect(database.prepare('SELECT count(*) FROM opt_out').pluck().get()).toBe(1);
    expect(
      database.prepare('SELECT id, recipient, body FROM message WHERE id IN (5, 6, 301) ORDER BY id').all(),
    ).toEqual([
      { id: 5, recipient: '', body: '' },
      { id: 6, recipient: '+27821230006', body: 'secret words 6' },
      { id: 301, recipient: '+27820000001', body: 'secret words 301' },
    ]);
    expect(await countNumber(parts(), '+27820000001')).toEqual({ erasable: 0, open: 1 });
  });

  test('goes from recurring texts that were stopped; ones that go on, and lists, are open and stay', async () => {
    const recipient = '+27820000009';
    database.exec(`
      INSERT INTO recurrence(id, account_id, recipients, body, parts, encoding, rule, best_before_minutes, active_since,
          created_at, stopped_at)
        VALUES (1, 1, '["${recipient}"]', 'to it alone', 1, 'gsm-7', '{}', 60, 0, 0, 1),
          (2, 1, '["+27820000001","${recipient}"]', 'to others too', 1, 'gsm-7', '{}', 60, 0, 0, 1),
          (3, 1, '["${recipient}"]', 'goes on', 1, 'gsm-7', '{}', 60, 0, 0, NULL);
      INSERT INTO list_import(submission_id, file_name, created_at) VALUES ('list', 'patients.csv', 1);
      INSERT INTO list_import_recipient(submission_id, position, recipient) VALUES ('list', 1, '${recipient}');
      INSERT INTO number_health VALUES ('${recipient}', 2, 1);`);
    expect(await countNumber(parts(), recipient)).toEqual({ erasable: 0, open: 2 });
    expect(await eraseNumber(parts(), recipient)).toEqual({ erased: 0, open: 2, complete: true });
    expect(database.prepare('SELECT id, recipients FROM recurrence ORDER BY id').all()).toEqual([
      { id: 2, recipients: '["+27820000001"]' },
      { id: 3, recipients: `["${recipient}"]` },
    ]);
    expect(database.prepare('SELECT count(*) FROM number_health').pluck().get()).toBe(0);
    expect(database.prepare('SELECT count(*) FROM list_import_recipient').pluck().get()).toBe(1);
  });

  test('stopped in the middle, the rest is still there', async () => {
    database.exec("UPDATE message SET recipient = '+27820000001' WHERE id <= 300");
    const stop = new AbortController();
    const onShare = (share: number): void => {
      if (share > 0) stop.abort();
    };
    const report = await eraseNumber({ ...parts(), signal: stop.signal, onShare }, '+27820000001');
    expect(report.complete).toBe(false);
    expect(report.erased).toBeGreaterThan(0);
    expect(report.erased).toBeLessThan(300);
    expect(await countNumber(parts(), '+27820000001')).toEqual({ erasable: 300 - report.erased, open: 0 });
  });
});

test('an erased text cannot become one that is sent', () => {
  const insert = (): unknown =>
    database.exec(
      `INSERT INTO message(client_ref, submission_id, account_id, recipient, body, parts, encoding, state_at, created_at)
       VALUES ('99999999999999999999999999', 'submission-1', 1, '+27821234567', '', 1, 'gsm-7', 1, 1)`,
    );
  expect(insert).toThrow('without a body');
});
