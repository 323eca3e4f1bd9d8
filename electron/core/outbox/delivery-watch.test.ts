import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeDatabase, openDatabase, type WriteDatabase } from '../../db/open.ts';
import { AccountStore } from '../../db/stores/accounts.ts';
import { SqliteDeliveryStore } from '../../db/stores/delivery.ts';
import { SqliteOutboxStore } from '../../db/stores/outbox.ts';
import type { StatusResult } from '../ports.ts';
import { firstQuestionAt } from './delivery-schedule.ts';
import { DeliveryWatch } from './delivery-watch.ts';
import type { SendingState } from './dispatcher.ts';

const minute = 60_000;
const hour = 60 * minute;

let directory: string;
let database: WriteDatabase;
let store: SqliteOutboxStore;
let accountId: number;
let now: number;
let elapsed: number;
let timers: { at: number; run: () => void }[];
let asked: { readonly id: string; readonly at: number }[];
let answer: (id: string) => StatusResult;
let sending: SendingState;
let watch: DeliveryWatch;
let references = 0;
const newRef = (): string => String(++references).padStart(26, '0');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-delivery-'));
  database = openDatabase(join(directory, 'outbox.db'));
  now = 1_800_000_000_000;
  elapsed = 0;
  timers = [];
  asked = [];
  sending = { state: 'running' };
  answer = () => ({ kind: 'status', meaning: 'at-gateway', code: '003' });
  store = new SqliteOutboxStore(database, {
    runId: 'run',
    now: () => now,
    newRef,
    firstQuestionAt: (from) => firstQuestionAt(from, 0),
  });
  accountId = new AccountStore(database).create({ label: 'Test', family: 'central' }, 0).id;
  watch = new DeliveryWatch({
    accountId,
    store: new SqliteDeliveryStore(database),
    gateway: {
      status: async (id) => {
        asked.push({ id, at: now });
        return answer(id);
      },
    },
    readKey: async () => 'key',
    report: (reports) => store.report(reports),
    sending: () => sending,
    clock: { now: () => now, monotonic: () => elapsed },
    timers: {
      after(milliseconds, run) {
        const timer = { at: elapsed + milliseconds, run };
        timers.push(timer);
        return () => {
          timers = timers.filter((each) => each !== timer);
        };
      },
    },
    random: () => 0,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
});
afterEach(async () => {
  await watch.stop();
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

async function take(count: number, providerId = true): Promise<readonly number[]> {
  const messages = Array.from({ length: count }, (_, index) => ({
    clientRef: newRef(),
    recipient: `+2782000${String(index).padStart(4, '0')}`,
    body: 'Hello',
    parts: 1,
    encoding: 'gsm-7' as const,
    bestBefore: undefined,
  }));
  const { messageIds } = await store.submit({ id: newRef(), accountId, messages, clearsDraft: undefined });
  const attempts = await store.claim({ accountId, now, maxAttempts: 99, maxRecipients: 1 });
  await store.close(
    attempts.map((attempt) => ({
      attempt,
      notBefore: 0,
      result: {
        outcomes: [
          { kind: 'accepted', providerId: providerId ? `id-${attempt.messages[0]?.id}` : undefined },
        ],
        pause: undefined,
        httpStatus: 200,
      },
    })),
  );
  return messageIds;
}
const state = (id: number) =>
  (database.prepare('SELECT state FROM message WHERE id = ?').get(id) as { state: string }).state;

async function pass(milliseconds: number): Promise<void> {
  const end = elapsed + milliseconds;
  for (;;) {
    const next = timers.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined || next.at > end) break;
    timers = timers.filter((each) => each !== next);
    now += next.at - elapsed;
    elapsed = next.at;
    next.run();
    await watch.settled();
  }
  now += end - elapsed;
  elapsed = end;
}

describe('what became of texts', () => {
  test('is asked a few times in three days, and then no more: no news', async () => {
    const [id = 0] = await take(1);
    const start = now;
    watch.start();
    await pass(10 * 24 * hour);
    expect(asked.map(({ at }) => Math.round((at - start) / minute))).toEqual([
      1, 5, 30, 360, 1_440, 2_880, 4_320,
    ]);
    expect(state(id)).toBe('status_unknown');
    expect(timers).toEqual([]);
  });

  test('is written down when it is known, and not asked again', async () => {
    const [id = 0] = await take(1);
    watch.start();
    await pass(2 * minute);
    answer = () => ({ kind: 'status', meaning: 'delivered', code: '004' });
    await pass(24 * hour);
    expect(asked).toHaveLength(2);
    expect(state(id)).toBe('delivered');
    expect(timers).toEqual([]);
  });

  test('is asked one text at a time, a second apart', async () => {
    await take(30);
    watch.start();
    await pass(5 * minute - 1);
    expect(asked).toHaveLength(30);
    const gaps = asked.slice(1).map(({ at }, index) => at - (asked[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(30);
  });

  test('costs nothing while there is nothing to ask', async () => {
    await take(1, false);
    watch.start();
    await pass(hour);
    expect(asked).toEqual([]);
    expect(timers).toEqual([]);
    // A text that was taken later is noticed.
    await take(1);
    watch.wake();
    await pass(2 * minute);
    expect(asked).toHaveLength(1);
  });

  test('waits while the line is down or the key is refused, but not for a person who paused sending', async () => {
    await take(1);
    sending = { state: 'offline', nextTry: 0, trouble: 'line' };
    watch.start();
    await pass(hour);
    sending = { state: 'paused', reason: 'key-rejected', until: undefined, text: '' };
    await pass(hour);
    expect(asked).toEqual([]);
    sending = { state: 'paused', reason: 'person', until: undefined, text: '' };
    await pass(10 * minute);
    expect(asked).toHaveLength(1);
  });

  test('is put off when there is no answer, and given up after three days of none', async () => {
    const [id = 0] = await take(1);
    answer = () => ({ kind: 'no-answer', text: '' });
    watch.start();
    await pass(hour);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.length).toBeLessThan(15);
    await pass(4 * 24 * hour);
    expect(state(id)).toBe('status_unknown');
  });

  test('goes on after a clock that was years ahead for a while', async () => {
    await take(1);
    watch.start();
    await pass(2 * minute);
    database.prepare('UPDATE message SET next_status_at = ?').run(now + 1_000 * 24 * hour);
    await pass(10 * minute);
    expect(asked.length).toBeGreaterThanOrEqual(2);
  });

  test('that comes late, twice, or after an end changes nothing', async () => {
    const [id = 0] = await take(1);
    expect(await store.report([{ messageId: id, event: 'stop-asking' }])).toEqual([id]);
    expect(await store.report([{ messageId: id, event: 'report-delivered' }])).toEqual([id]);
    expect(await store.report([{ messageId: id, event: 'report-undelivered' }])).toEqual([]);
    expect(await store.report([{ messageId: id, event: 'stop-asking' }])).toEqual([]);
    expect(state(id)).toBe('delivered');
  });
});
