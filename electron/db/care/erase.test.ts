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
});

test('an erased text cannot become one that is sent', () => {
  const insert = (): unknown =>
    database.exec(
      `INSERT INTO message(client_ref, submission_id, account_id, recipient, body, parts, encoding, state_at, created_at)
       VALUES ('99999999999999999999999999', 'submission-1', 1, '+27821234567', '', 1, 'gsm-7', 1, 1)`,
    );
  expect(insert).toThrow('without a body');
});
