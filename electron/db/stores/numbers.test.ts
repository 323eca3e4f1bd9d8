import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { numberNews } from '../../core/outbox/number-news.ts';
import type { FlaggedNumber, OptOut, Outcome } from '../../core/ports.ts';
import { errorMeaning } from '../../gateways/registry.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../open.ts';
import { AccountStore } from './accounts.ts';
import { SqliteNumberStore } from './numbers.ts';
import { SqliteOutboxStore } from './outbox.ts';

let directory: string;
let database: WriteDatabase;
let store: SqliteOutboxStore;
let numbers: SqliteNumberStore;
let accountId: number;
let references = 0;
const newRef = (): string => String(++references).padStart(26, '0');
const number = '+27820000001';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-numbers-'));
  database = openDatabase(join(directory, 'outbox.db'));
  numbers = new SqliteNumberStore(database);
  store = new SqliteOutboxStore(database, {
    runId: 'run',
    now: () => 1_000,
    newRef,
    numbers: {
      read: (_, code, text) => numberNews(errorMeaning('platform', code, text), code),
      note: (recipient, news, now) => numbers.note(recipient, news, now),
    },
  });
  accountId = new AccountStore(database).create({ label: 'Test', family: 'platform' }, 0).id;
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

test('numbers that failed twice or more are paged, those that failed last first', () => {
  for (const [index, recipient] of ['+27820000001', '+27820000002', '+27830000003'].entries()) {
    numbers.note(recipient, 'unreachable', 1);
    numbers.note(recipient, 'unreachable', 10 + index);
  }
  numbers.note('+27820000004', 'unreachable', 99);
  const page = (before: FlaggedNumber | undefined, beginsWith = '') =>
    numbers.flaggedPage({ beginsWith, before, limit: 2 });
  const first = page(undefined);
  expect(first.map(({ recipient, failures }) => [recipient, failures])).toEqual([
    ['+27830000003', 2],
    ['+27820000002', 2],
  ]);
  expect(page(first.at(-1)).map(({ recipient }) => recipient)).toEqual(['+27820000001']);
  expect(page(undefined, '+2783')).toHaveLength(1);
  expect(numbers.flaggedCount()).toBe(3);
  numbers.clearHealth('+27830000003');
  expect(numbers.flaggedCount()).toBe(2);
});

async function submit(...recipients: string[]): Promise<readonly number[]> {
  const messages = recipients.map((recipient) => ({
    clientRef: newRef(),
    recipient,
    body: 'Hello',
    parts: 1,
    encoding: 'gsm-7' as const,
    bestBefore: undefined,
  }));
  return (await store.submit({ id: newRef(), accountId, messages, clearsDraft: undefined })).messageIds;
}
const claim = () => store.claim({ accountId, now: 1_000, maxAttempts: 9, maxRecipients: 1 });
async function send(outcome: Outcome, recipient = number): Promise<number> {
  const [id = 0] = await submit(recipient);
  const attempts = await claim();
  await store.close(
    attempts.map((attempt) => ({
      attempt,
      notBefore: 0,
      result: { outcomes: [outcome], pause: undefined, httpStatus: 200 },
    })),
  );
  return id;
}
const state = (id: number) =>
  database.prepare('SELECT state, error_code AS code FROM message WHERE id = ?').get(id) as {
    state: string;
    code: string | null;
  };
const refused = (code: string): Outcome => ({ kind: 'rejected', code, text: '' });

describe('a number that asked for no more texts', () => {
  test('gets none, whichever way a text came into the outbox, and the text says why', async () => {
    const [waiting = 0, other = 0] = await submit(number, '+27820000002');
    expect(numbers.optOut([number, number], 'person', 5)).toBe(1);
    const claimed = (await claim()).flatMap(({ messages }) => messages.map(({ id }) => id));
    expect(claimed).toEqual([other]);
    expect(state(waiting)).toEqual({ state: 'cancelled', code: 'opted-out' });
    const [later = 0] = await submit(number);
    expect(await claim()).toEqual([]);
    expect(state(later).state).toBe('cancelled');
    numbers.optIn(number);
    await submit(number);
    expect(await claim()).toHaveLength(1);
  });

  test.each(['122', '26'])('is put on the list by Clickatell’s error %s', async (code) => {
    await send(refused(code));
    expect(numbers.optedOut([number, '+27820000002'])).toEqual(new Set([number]));
    const [waiting = 0] = await submit(number);
    await claim();
    expect(state(waiting).code).toBe('opted-out');
  });

  test('is found page by page, newest first, none twice and none left out', () => {
    const all = Array.from({ length: 25 }, (_, index) => `+2782000${String(index).padStart(4, '0')}`);
    for (const [index, each] of all.entries()) numbers.optOut([each], 'import', Math.floor(index / 4));
    const found: OptOut[] = [];
    for (;;) {
      const page = numbers.optOuts({ beginsWith: '', before: found.at(-1), limit: 4 });
      if (page.length === 0) break;
      found.push(...page);
    }
    expect(found.map(({ recipient }) => recipient).toSorted()).toEqual(all);
    expect(found.map(({ createdAt }) => createdAt)).toEqual(
      found.map(({ createdAt }) => createdAt).toSorted((a, b) => b - a),
    );
    expect(numbers.optOuts({ beginsWith: '+27820000007', before: undefined, limit: 9 })).toHaveLength(1);
    expect(numbers.optOutCount()).toBe(25);
  });
});

describe('a number that cannot be reached', () => {
  test('is flagged after two failures for good, and no more once a text arrives', async () => {
    await send(refused('105'));
    expect(numbers.flagged([number]).size).toBe(0);
    await send(refused('105'));
    expect(numbers.flagged([number, '+27820000002'])).toEqual(new Set([number]));
    const id = await send({ kind: 'accepted', providerId: 'x' });
    await store.report([{ messageId: id, event: 'report-delivered' }]);
    expect(numbers.flagged([number]).size).toBe(0);
  });

  test('is not blamed for the text, the account, or a phone that was off', async () => {
    for (const code of ['113', '301', '999']) await send(refused(code));
    for (const errorCode of ['expired', 'stopped']) {
      const id = await send({ kind: 'accepted', providerId: 'x' });
      await store.report([{ messageId: id, event: 'report-undelivered', errorCode }]);
    }
    expect(database.prepare('SELECT count(*) AS n FROM number_health').get()).toEqual({ n: 0 });
    for (let time = 0; time < 2; time += 1) {
      const id = await send({ kind: 'accepted', providerId: 'x' });
      await store.report([{ messageId: id, event: 'report-undelivered', errorCode: 'undelivered' }]);
    }
    expect(numbers.flagged([number]).size).toBe(1);
  });
});

test('what went to a number lately leaves out what did not go, and the submission that asks', async () => {
  await send({ kind: 'accepted', providerId: 'x' });
  await send(refused('105'));
  const [cancelled = 0] = await submit(number);
  await store.cancel(cancelled);
  expect(numbers.since(number, 0, 9, '')).toHaveLength(1);
  expect(numbers.since(number, 2_000, 9, '')).toEqual([]);
  const { id } = database.prepare('SELECT submission_id AS id FROM message ORDER BY id LIMIT 1').get() as {
    id: string;
  };
  expect(numbers.since(number, 0, 9, id)).toEqual([]);
});
