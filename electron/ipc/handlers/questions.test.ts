import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contract } from '../../../shared/ipc/contract.ts';
import type { Accounts } from '../../core/accounts.ts';
import { Outbox } from '../../core/outbox/outbox.ts';
import type { ChargeResult, CoverageResult, Gateway, StatusResult } from '../../core/ports.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../../db/open.ts';
import { AccountStore } from '../../db/stores/accounts.ts';
import { SqliteControlStore } from '../../db/stores/control.ts';
import { SqliteMessageReader } from '../../db/stores/messages.ts';
import { SqliteOutboxStore } from '../../db/stores/outbox.ts';
import { accountHandlers } from './accounts.ts';
import { messageHandlers } from './messages.ts';
import type { Services } from './services.ts';

let directory: string;
let database: WriteDatabase;
let store: SqliteOutboxStore;
let services: Services;
let gateway: Partial<Gateway>;
let id: number;
let accountId: number;
let asked: string[];
let told: number[];
let references = 0;
const providerId = 'b'.repeat(32);
const caller = { kind: 'main', webContentsId: 1 } as const;

const status = (answer: StatusResult) => async (which: string) => {
  asked.push(which);
  return answer;
};

async function take(outcome: { readonly providerId: string | undefined }): Promise<number> {
  references += 1;
  const message = {
    clientRef: String(references).padStart(26, '0'),
    recipient: '+27821234567',
    body: 'Hello',
    parts: 1,
    encoding: 'gsm-7' as const,
    bestBefore: undefined,
  };
  const { messageIds } = await store.submit({
    id: `s${references}`,
    accountId,
    messages: [message],
    clearsDraft: undefined,
  });
  const [attempt] = await store.claim({ accountId, now: 1_000, maxAttempts: 1, maxRecipients: 1 });
  if (attempt === undefined) throw new Error('nothing was claimed');
  const result = {
    outcomes: [{ kind: 'accepted' as const, ...outcome }],
    pause: undefined,
    httpStatus: 200,
  };
  await store.close([{ attempt, result, notBefore: 0 }]);
  return messageIds[0] ?? 0;
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-questions-'));
  database = openDatabase(join(directory, 'outbox.db'));
  const newRef = (): string => 'unused'.padStart(26, '0');
  store = new SqliteOutboxStore(database, { runId: 'run', now: () => 1_000, newRef });
  accountId = new AccountStore(database).create({ label: 'Test', family: 'central' }, 0).id;
  asked = [];
  told = [];
  gateway = {};
  const accounts = {
    get: (wanted: number) =>
      wanted === accountId ? { gateway, credentials: { readKey: async () => 'key' } } : undefined,
  } as unknown as Accounts;
  const onMessagesChanged = (ids: readonly number[]): void => void told.push(...ids);
  const workspace = {
    mode: 'live' as const,
    accounts,
    messages: new SqliteMessageReader(database),
    outbox: new Outbox({
      store,
      control: new SqliteControlStore(database),
      now: () => 1_000,
      wake: () => {},
      newRef,
      onMessagesChanged,
    }),
  };
  services = {
    workspace: () => workspace,
    settings: () => ({ country: 'ZA' }),
    textRules: async () => ({
      understand: (input: string) =>
        input.startsWith('0')
          ? { kind: 'valid', e164: `+27${input.slice(1)}`, display: `+27 ${input.slice(1)}`, country: 'ZA' }
          : { kind: 'invalid', reason: 'not-a-number' },
    }),
  } as unknown as Services;
  id = await take({ providerId });
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

/** The answer, which must fit the contract. */
async function ask(question: 'status' | 'stop', about = id) {
  const result = await messageHandlers(services)['messages.ask']({ id: about, question }, caller);
  if (result.ok) expect(v.is(contract['messages.ask'].output, result.value)).toBe(true);
  return result;
}
async function cover(recipient: string) {
  const result = await accountHandlers(services)['accounts.coverage']({ id: accountId, recipient }, caller);
  if (result.ok) expect(v.is(contract['accounts.coverage'].output, result.value)).toBe(true);
  return result;
}

describe('asking about a text', () => {
  test('tells where it is and what it cost, and an end changes its state', async () => {
    gateway.status = status({ kind: 'status', meaning: 'delivered', code: '004' });
    gateway.charge = async (): Promise<ChargeResult> => ({ kind: 'charge', credits: 0.8, code: '004' });
    expect(await ask('status')).toEqual({
      ok: true,
      value: { kind: 'status', meaning: 'delivered', code: '004', credits: 0.8 },
    });
    expect(asked).toEqual([providerId]);
    expect(told).toEqual([id]);
    // Its end is known: there is nothing to ask any more.
    expect(await ask('status')).toEqual({ ok: false, error: { code: 'stale' } });
    expect(asked).toHaveLength(1);
  });

  test('stopping asks for no charge', async () => {
    gateway.stop = status({ kind: 'status', meaning: 'stopped', code: '006' });
    gateway.charge = () => Promise.reject(new Error('not asked'));
    expect(await ask('stop')).toMatchObject({ ok: true, value: { meaning: 'stopped', credits: null } });
  });

  test('a charge that is not told does not hide the status', async () => {
    gateway.status = status({ kind: 'status', meaning: 'at-gateway', code: '003' });
    gateway.charge = async (): Promise<ChargeResult> => ({ kind: 'no-answer', text: 'late' });
    expect(await ask('status')).toMatchObject({ ok: true, value: { meaning: 'at-gateway', credits: null } });
    expect(told).toEqual([]);
  });

  test.each([
    [{ why: 'no-line', text: 'ECONNREFUSED' }, 'no-line', null],
    [{ text: 'status ON_ITS_WAY' }, 'gateway-unexpected', 'status ON_ITS_WAY'],
    [
      { text: 'IP Lockdown', pause: { reason: 'ip-blocked', until: undefined, text: '' } },
      'ip-blocked',
      'IP Lockdown',
    ],
    [{ text: '', pause: { reason: 'key-missing', until: undefined, text: '' } }, 'no-account', null],
  ] as const)('no answer %j is told as %s', async (silence, error, words) => {
    gateway.status = status({ kind: 'no-answer', ...silence });
    expect(await ask('status')).toEqual({ ok: true, value: { kind: 'no-answer', error, words } });
  });

  test('what cannot be asked is said, not tried', async () => {
    expect(await ask('stop')).toEqual({ ok: false, error: { code: 'question-not-offered' } });
    gateway.status = status({ kind: 'status', meaning: 'delivered', code: '004' });
    const nameless = await take({ providerId: undefined });
    expect(await ask('status', nameless)).toEqual({ ok: false, error: { code: 'question-not-offered' } });
    expect(await ask('status', 987_654)).toEqual({ ok: false, error: { code: 'not-found' } });
    expect(asked).toEqual([]);
  });
});

describe('asking about a number', () => {
  test('is answered for the number as it was understood', async () => {
    gateway.coverage = async (recipient): Promise<CoverageResult> => {
      asked.push(recipient);
      return { kind: 'coverage', covered: true, credits: 1, text: 'OK' };
    };
    expect(await cover('0821234567')).toEqual({
      ok: true,
      value: { kind: 'coverage', covered: true, recipientDisplay: '+27 821234567', credits: 1 },
    });
    expect(asked).toEqual(['+27821234567']);
    expect(await cover('Ann')).toMatchObject({ ok: false, error: { code: 'recipient-invalid' } });
    expect(asked).toHaveLength(1);
  });

  test('is not asked where the gateway has no such question', async () => {
    expect(await cover('0821234567')).toEqual({ ok: false, error: { code: 'question-not-offered' } });
  });
});
