import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Outbox } from '../../core/outbox/outbox.ts';
import type { Outcome } from '../../core/ports.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../open.ts';
import { AccountStore } from './accounts.ts';
import { SqliteControlStore } from './control.ts';
import { SqliteMessageReader } from './messages.ts';
import { SqliteOutboxStore } from './outbox.ts';

let directory: string;
let database: WriteDatabase;
let store: SqliteOutboxStore;
let control: SqliteControlStore;
let outbox: Outbox;
let accountId: number;
let references = 0;
let submissions = 0;
const newRef = (): string => String(++references).padStart(26, '0');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-control-'));
  database = openDatabase(join(directory, 'outbox.db'));
  store = new SqliteOutboxStore(database, { runId: 'run', now: () => 1_000, newRef });
  control = new SqliteControlStore(database);
  outbox = new Outbox({ store, control, now: () => 1_000, wake() {}, newRef, onMessagesChanged() {} });
  accountId = new AccountStore(database).create({ label: 'Test', family: 'platform' }, 0).id;
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

const text = { parts: 1, encoding: 'gsm-7' as const };
async function submit(numbers: readonly string[], priority: 0 | 1 = 0): Promise<readonly number[]> {
  submissions += 1;
  const messages = numbers.map((recipient) => ({
    ...text,
    clientRef: newRef(),
    recipient,
    body: `To ${recipient}`,
    bestBefore: undefined,
  }));
  const { messageIds } = await store.submit({
    id: `s${submissions}`,
    accountId,
    messages,
    clearsDraft: undefined,
    priority,
  });
  return messageIds;
}
const claim = (maxAttempts = 9) => store.claim({ accountId, now: 1_000, maxAttempts, maxRecipients: 1 });
async function send(outcome: Outcome): Promise<void> {
  const attempts = await claim();
  await store.close(
    attempts.map((attempt) => ({
      attempt,
      notBefore: 0,
      result: { outcomes: [outcome], pause: undefined, httpStatus: 200 },
    })),
  );
}
const rejected: Outcome = { kind: 'rejected', code: '105', text: 'Invalid number' };
const unknown: Outcome = { kind: 'unknown', why: 'lost', text: '' };
const row = (id: number) =>
  database
    .prepare('SELECT state, recipient, body, parts, resend_of AS resendOf FROM message WHERE id = ?')
    .get(id) as {
    state: string;
    recipient: string;
    body: string;
    resendOf: number | null;
  };

describe('editing', () => {
  test('changes what waits, and what leaves is what was edited', async () => {
    const [id = 0] = await submit(['+27820000001']);
    expect(await outbox.edit(id, { ...text, recipient: '+27820000009', body: 'Better' })).toBe('edited');
    const [attempt] = await claim();
    expect(attempt?.messages).toMatchObject([{ id, recipient: '+27820000009', body: 'Better' }]);
  });

  test('is too late once it is on its way, or ended: what was sent stays written as it was sent', async () => {
    const [id = 0] = await submit(['+27820000001']);
    await claim();
    expect(await outbox.edit(id, { ...text, recipient: '+27820000009', body: 'Better' })).toBe('too-late');
    expect(row(id)).toMatchObject({ state: 'sending', recipient: '+27820000001', body: 'To +27820000001' });
    expect(await outbox.edit(999, { ...text, recipient: '+27820000009', body: 'Better' })).toBe('not-found');
  });
});

describe('the order', () => {
  test('can be changed by hand, first before everything of the account, last behind it', async () => {
    const batch = await submit(['+27820000001', '+27820000002', '+27820000003'], 1);
    const [own = 0] = await submit(['+27820000004']);
    await outbox.move(batch[2] ?? 0, 'first');
    await outbox.move(own, 'last');
    const order = (await claim()).flatMap(({ messages }) => messages.map(({ id }) => id));
    expect(order).toEqual([batch[2], batch[0], batch[1], own]);
    expect(await outbox.move(own, 'first')).toBe('too-late');
  });
});

describe('sending failed ones again', () => {
  test('makes new texts, once, no more than the limit, and says what is left', async () => {
    const ids = await submit(['+27820000001', '+27820000002', '+27820000003']);
    await send(rejected);
    const first = await outbox.retryFailed({ since: 0, limit: 2 });
    expect(first).toMatchObject({ of: ids.slice(0, 2), left: 1 });
    expect(first.messageIds.map((id) => row(id))).toMatchObject([
      { state: 'queued', recipient: '+27820000001', resendOf: ids[0] },
      { state: 'queued', recipient: '+27820000002', resendOf: ids[1] },
    ]);
    expect(ids.map((id) => row(id).state)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await outbox.retryFailed({ since: 0, limit: 9 })).toMatchObject({ of: [ids[2]], left: 0 });
    expect(await outbox.retryFailed({ since: 0, limit: 9 })).toMatchObject({ messageIds: [], left: 0 });
  });

  test('never touches what may have been sent, was cancelled, or arrived', async () => {
    const [doubtful = 0] = await submit(['+27820000001']);
    await send(unknown);
    const [dropped = 0] = await submit(['+27820000002']);
    await store.cancel(dropped);
    expect(await control.failedCount({ since: 0 })).toBe(0);
    expect((await outbox.retryFailed({ since: 0, limit: 9 })).messageIds).toEqual([]);
    expect(row(doubtful).state).toBe('in_doubt');
  });

  test('keeps to one submission and to a time when asked', async () => {
    await submit(['+27820000001']);
    await submit(['+27820000002']);
    await send(rejected);
    expect(await control.failedCount({ since: 0, submissionId: 's1' })).toBe(0);
    expect(await control.failedCount({ since: 0, submissionId: `s${submissions}` })).toBe(1);
    expect(await control.failedCount({ since: 2_000 })).toBe(0);
  });
});

describe('one answer for several that may have been sent', () => {
  test('leaves alone those that were answered meanwhile', async () => {
    const ids = await submit(['+27820000001', '+27820000002', '+27820000003']);
    await send(unknown);
    await outbox.resolveDoubt(ids[1] ?? 0, 'arrived');
    expect(await outbox.resolveDoubts([...ids, 999], 'send-again')).toEqual({ resolved: 2 });
    expect(ids.map((id) => row(id).state)).toEqual(['abandoned', 'accepted', 'abandoned']);
    expect(database.prepare(`SELECT count(*) AS n FROM message WHERE state = 'queued'`).get()).toEqual({
      n: 2,
    });
    // A second click makes no third text.
    expect(await outbox.resolveDoubts(ids, 'send-again')).toEqual({ resolved: 0 });
  });
});

describe('the balance around a request', () => {
  test('is the last known before and the first known after', () => {
    for (const [at, balance] of [
      [100, 50],
      [200, 49],
      [300, 48.7],
      [400, 40],
    ] as const)
      control.noteBalance(accountId, { at, balance, currency: 'ZAR' });
    expect(control.balancesAround(accountId, 250, 290)).toEqual({
      before: { at: 200, balance: 49, currency: 'ZAR' },
      after: { at: 300, balance: 48.7, currency: 'ZAR' },
    });
    expect(control.balancesAround(accountId, 50, 500)).toEqual({ before: undefined, after: undefined });
  });
});

test('texts that share a request are counted', async () => {
  const [id = 0] = await submit(['+27820000001', '+27820000002']);
  await send(unknown);
  expect(new SqliteMessageReader(database).detail(id)?.attempts).toMatchObject([{ messages: 1 }]);
});
