import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeDatabase, openDatabase, type WriteDatabase } from '../../db/open.ts';
import { AccountStore } from '../../db/stores/accounts.ts';
import { SqliteMessageReader } from '../../db/stores/messages.ts';
import { SqliteOutboxStore } from '../../db/stores/outbox.ts';
import type { GatewayContext, StatusResult } from '../ports.ts';
import { askCharge, askStatus, type TakenText } from './ask-status.ts';

let directory: string;
let database: WriteDatabase;
let store: SqliteOutboxStore;
let reader: SqliteMessageReader;
let text: TakenText;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-ask-'));
  database = openDatabase(join(directory, 'outbox.db'));
  let references = 0;
  const newRef = (): string => String(++references).padStart(26, '0');
  store = new SqliteOutboxStore(database, { runId: 'run', now: () => 1_000, newRef });
  reader = new SqliteMessageReader(database);
  const accountId = new AccountStore(database).create({ label: 'Test', family: 'central' }, 0).id;
  const message = {
    clientRef: newRef(),
    recipient: '+27820000001',
    body: 'Hello',
    parts: 1,
    encoding: 'gsm-7' as const,
    bestBefore: undefined,
  };
  await store.submit({ id: 's', accountId, messages: [message], clearsDraft: undefined });
  const [attempt] = await store.claim({ accountId, now: 1_000, maxAttempts: 1, maxRecipients: 1 });
  if (attempt === undefined) throw new Error('nothing was claimed');
  const providerId = 'a'.repeat(32);
  await store.close([
    {
      attempt,
      result: { outcomes: [{ kind: 'accepted', providerId }], pause: undefined, httpStatus: 200 },
      notBefore: 0,
    },
  ]);
  text = { id: attempt.messages[0]?.id ?? 0, providerId };
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

const status = (
  meaning: Extract<StatusResult, { kind: 'status' }>['meaning'],
  code = '003',
): StatusResult => ({ kind: 'status', meaning, code });

function ask(answer: StatusResult | Error, question: 'status' | 'stop' = 'status') {
  const asked: string[] = [];
  const respond = (id: string, { signal }: GatewayContext): Promise<StatusResult> => {
    asked.push(id);
    expect(signal.aborted).toBe(false);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return askStatus(question, text, {
    gateway: { [question]: respond },
    readKey: async () => 'key',
    report: (reports) => store.report(reports),
  }).then((result) => ({ result, asked }));
}
const row = () => reader.rows([text.id])[0];

describe('what became of a text', () => {
  test('an end is written down, once', async () => {
    expect(await ask(status('delivered', '004'))).toEqual({
      result: { kind: 'status', meaning: 'delivered', code: '004', changed: true },
      asked: [text.providerId],
    });
    expect(row()).toMatchObject({ state: 'delivered', errorCode: null });
    // Told again, or contradicted by an older word: nothing follows an end.
    expect((await ask(status('delivered', '004'))).result).toMatchObject({ changed: false });
    expect((await ask(status('expired', '010'))).result).toMatchObject({ changed: false });
    expect(row()?.state).toBe('delivered');
  });

  test.each([
    ['undelivered', '007'],
    ['expired', '010'],
    ['stopped', '006'],
  ] as const)('%s is not delivered, and it is kept why', async (meaning, code) => {
    expect((await ask(status(meaning, code))).result).toMatchObject({ meaning, changed: true });
    expect(row()).toMatchObject({ state: 'undelivered', errorCode: meaning, errorText: code });
  });

  test.each(['waiting', 'at-gateway', 'gone'] as const)('%s changes nothing', async (meaning) => {
    expect((await ask(status(meaning))).result).toMatchObject({ meaning, changed: false });
    expect(row()?.state).toBe('accepted');
  });

  test('no answer changes nothing, and neither does a gateway that breaks its promise', async () => {
    const silence: StatusResult = { kind: 'no-answer', text: 'ECONNREFUSED' };
    expect((await ask(silence)).result).toEqual(silence);
    expect((await ask(new Error('broken'))).result).toEqual({ kind: 'no-answer', text: '' });
    expect(row()?.state).toBe('accepted');
  });

  test('stopping asks another question, and believes the answer alone', async () => {
    expect((await ask(status('at-gateway'), 'stop')).result).toMatchObject({
      meaning: 'at-gateway',
      changed: false,
    });
    expect(row()?.state).toBe('accepted');
    expect((await ask(status('stopped', '006'), 'stop')).result).toMatchObject({ changed: true });
    expect(row()).toMatchObject({ state: 'undelivered', errorCode: 'stopped' });
  });

  test('what the gateway cannot be asked is not asked', async () => {
    const parts = { gateway: {}, readKey: async () => 'key', report: async () => [] };
    expect(await askStatus('stop', text, parts)).toEqual({ kind: 'not-offered' });
    expect(await askCharge(text, parts)).toBeUndefined();
  });

  test('a disk that refuses is not taken for an answer', async () => {
    const parts = {
      gateway: { status: async () => status('delivered') },
      readKey: async () => 'key',
      report: () => Promise.reject(new Error('disk full')),
    };
    await expect(askStatus('status', text, parts)).rejects.toThrow('disk full');
  });
});

test('what a text cost is asked by the same id', async () => {
  const charge = async (id: string) => ({
    kind: 'charge' as const,
    credits: id === text.providerId ? 1.5 : 0,
    code: '004',
  });
  expect(await askCharge(text, { gateway: { charge }, readKey: async () => 'key' })).toMatchObject({
    credits: 1.5,
  });
});

test('reports about several texts are one transaction; unknown ones and those still here are passed over', async () => {
  const accountId = reader.detail(text.id)?.message.accountId ?? 0;
  const { messageIds } = await store.submit({
    id: 't',
    accountId,
    messages: [
      {
        clientRef: 'z'.repeat(26),
        recipient: '+27820000002',
        body: 'Hello',
        parts: 1,
        encoding: 'gsm-7',
        bestBefore: undefined,
      },
    ],
    clearsDraft: undefined,
  });
  const reports = [text.id, 987_654, ...messageIds].map((messageId) => ({
    messageId,
    event: 'report-delivered' as const,
  }));
  expect(await store.report(reports)).toEqual([text.id]);
  expect(reader.rows([...messageIds])[0]?.state).toBe('queued');
});
