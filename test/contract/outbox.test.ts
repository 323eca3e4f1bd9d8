/**
 * The outbox and its gateway together, against the practice gateway: what one request cannot show, because it takes what a
 * person does in between or what the next request makes of the last one's outcome.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dispatcher, type SendingState } from '../../electron/core/outbox/dispatcher.ts';
import type { Gateway, Pause } from '../../electron/core/ports.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../../electron/db/open.ts';
import { AccountStore } from '../../electron/db/stores/accounts.ts';
import { SqliteOutboxStore } from '../../electron/db/stores/outbox.ts';
import { createCentralGateway } from '../../electron/gateways/clickatell/central.ts';
import { createPlatformGateway } from '../../electron/gateways/clickatell/platform.ts';
import type { Fault } from '../../electron/practice/faults.ts';
import {
  type PracticeControl,
  type PracticeServer,
  startPracticeServer,
} from '../../electron/practice/server.ts';
import { writeCentralLogin } from '../../shared/domain/central-login.ts';
import { practiceKey, practiceLogin } from './gateway-contract.ts';

let directory: string;
let database: WriteDatabase;
let store: SqliteOutboxStore;
let server: PracticeServer;
let control: PracticeControl;
let gateway: Gateway;
let dispatcher: Dispatcher;
let accountId: number;
let pauses: Pause[];
let sending: SendingState;
let references = 0;

const newRef = (): string => {
  references += 1;
  return String(references).padStart(26, '0');
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-outbox-'));
  database = openDatabase(join(directory, 'outbox.db'));
  store = new SqliteOutboxStore(database, { runId: 'run', now: Date.now, newRef });
  server = await startPracticeServer({ control: true, key: practiceKey, central: practiceLogin });
  if (server.control === undefined) throw new Error('no control');
  control = server.control;
  pauses = [];
  sending = { state: 'running' };
});
afterEach(async () => {
  await dispatcher.stop();
  dispatcher.abandon();
  await gateway.close();
  await server.stop();
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

/** Timers run at once: what waits, waits for nothing here. */
async function open(family: 'platform' | 'central'): Promise<void> {
  accountId = new AccountStore(database).create({ label: 'Test', family }, 0).id;
  gateway =
    family === 'platform'
      ? createPlatformGateway({ baseUrl: server.url })
      : createCentralGateway({ baseUrl: server.url });
  const key = family === 'platform' ? practiceKey : writeCentralLogin(practiceLogin);
  let skipped = 0;
  const now = (): number => Date.now() + skipped;
  dispatcher = new Dispatcher({
    store,
    gateway,
    accountId,
    readKey: async () => key,
    clock: { now, monotonic: () => performance.now() + skipped },
    timers: {
      after: (milliseconds, run) => {
        const timer = setImmediate(() => {
          skipped += milliseconds;
          run();
        });
        return () => clearImmediate(timer);
      },
    },
    random: () => 0,
    // With more, a few texts are spread over several requests.
    limits: { concurrency: 1, batchSize: 50 },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    onMessagesChanged() {},
    onSendingChanged: (state) => {
      sending = state;
    },
    onPausedByGateway: (pause) => pauses.push(pause),
    onStorageProblem: (error) => {
      throw error;
    },
  });
  await dispatcher.start();
}

async function submit(recipients: readonly string[], body = 'Hello'): Promise<void> {
  const messages = recipients.map((recipient) => ({
    clientRef: newRef(),
    recipient,
    body,
    parts: 1,
    encoding: 'gsm-7' as const,
    bestBefore: undefined,
  }));
  await store.submit({ id: newRef(), accountId, messages, clearsDraft: undefined });
  dispatcher.wake();
}

/** Until nothing is under way and nothing more can go by itself. */
async function settled(): Promise<Readonly<Record<string, number>>> {
  for (;;) {
    const counts = await store.counts();
    if (counts.sending === 0 && (counts.queued === 0 || sending.state === 'paused')) {
      return Object.fromEntries(Object.entries(counts).filter(([, total]) => total > 0));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** How often each number was taken. */
function taken(): Readonly<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const { to, apiMessageId } of control.taken()) {
    if (apiMessageId !== null) times[to] = (times[to] ?? 0) + 1;
  }
  return times;
}

describe('a list', () => {
  it('is not held up by one number whose country asks for a sender', async () => {
    control.profile(['united-states']);
    await open('platform');
    const others = ['1', '2', '3', '4'].map((digit) => `+2782123456${digit}`);
    await submit(['+15005550006', ...others]);
    expect(await settled()).toEqual({ accepted: 4, rejected: 1 });
    expect(taken()).toEqual(Object.fromEntries(others.map((number) => [number.slice(1), 1])));
    expect(pauses).toEqual([]);
  });

  it.each<Fault>([
    { kind: 'truncate', bytes: 8 },
    { kind: 'truncate', bytes: 25 },
    { kind: 'truncate', bytes: 28 },
  ])('whose answer was cut is not sent again to those that were taken: %j', async (fault) => {
    control.profile(['answers-reversed']);
    control.account({ credit: 1, pricePerPart: 1 });
    control.script([fault]);
    await open('central');
    await submit(['+27821234567', '+27821234568']);
    expect(await settled()).toEqual({ in_doubt: 2 });
    control.account({ credit: 100, pricePerPart: 1 });
    await dispatcher.resume();
    await submit(['+27821234569']);
    expect(await settled()).toEqual({ in_doubt: 2, accepted: 1 });
    expect(taken()).toEqual({ '27821234567': 1, '27821234569': 1 });
  });
});
