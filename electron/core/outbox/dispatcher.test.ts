import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MessageOptions } from '../../../shared/domain/message-options.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../../db/open.ts';
import { AccountStore } from '../../db/stores/accounts.ts';
import { SqliteMessageReader } from '../../db/stores/messages.ts';
import { SqliteOutboxStore } from '../../db/stores/outbox.ts';
import { clientReference } from '../client-reference.ts';
import type {
  Calendar,
  CheckResult,
  Gateway,
  GatewayBatch,
  Outcome,
  Pause,
  Priority,
  SendResult,
} from '../ports.ts';
import { Dispatcher, type DispatcherParts, fewTexts, type SendingState } from './dispatcher.ts';

/** A clock that only moves when told, and timers that fire when it passes them. */
class VirtualTime {
  #now = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];
  #offset = 1_700_000_000_000;
  clock = { now: () => this.#now + this.#offset, monotonic: () => this.#now };
  /** Somebody sets the wall clock; the monotonic one goes on. */
  setWallClock(by: number): void {
    this.#offset += by;
  }
  timers = {
    after: (milliseconds: number, run: () => void) => {
      const timer = { at: this.#now + milliseconds, run };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      };
    },
  };
  /** The machine sleeps: clocks go on, timers do not fire. */
  async sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    await settle();
  }
  get pending(): number {
    return this.#timers.length;
  }
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.run();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets everything that is ready to run, run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

class FakeGateway implements Gateway {
  readonly id = 'fake';
  readonly capabilities = { maxRecipients: 200, clientRef: 'echo' as const };
  readonly batches: GatewayBatch[] = [];
  answer: (batch: GatewayBatch) => Promise<SendResult> | SendResult = accepted;
  async send(batch: GatewayBatch): Promise<SendResult> {
    this.batches.push(batch);
    return this.answer(batch);
  }
  checks = 0;
  checkAnswer: () => CheckResult = () => ({ kind: 'works', balance: 1, currency: 'ZAR' });
  async check(): Promise<CheckResult> {
    this.checks += 1;
    return this.checkAnswer();
  }
  async close() {}
}

const all = (batch: GatewayBatch, outcome: Outcome, rest: Partial<SendResult> = {}): SendResult => ({
  outcomes: batch.messages.map(() => outcome),
  pause: undefined,
  httpStatus: undefined,
  ...rest,
});
const accepted = (batch: GatewayBatch): SendResult =>
  all(batch, { kind: 'accepted', providerId: 'a'.repeat(32) }, { httpStatus: 202 });
const noLine = (batch: GatewayBatch): SendResult =>
  all(batch, { kind: 'notSent', why: 'line', text: 'ECONNREFUSED' });
const lineFails = (): CheckResult => ({ kind: 'failed', why: 'line', text: 'ECONNREFUSED' });
const doubt = (batch: GatewayBatch): SendResult =>
  all(batch, { kind: 'unknown', why: 'reset', text: 'ECONNRESET' });

let directory: string;
let database: WriteDatabase;
let time: VirtualTime;
let gateway: FakeGateway;
let store: SqliteOutboxStore;
let reader: SqliteMessageReader;
let accountId: number;
let sending: SendingState[];
let pauses: Pause[];
let storageProblems: unknown[];
let random: () => number;
let references = 0;
const newRef = (): string => {
  references += 1;
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, references);
  return clientReference(bytes);
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-dispatcher-'));
  database = openDatabase(join(directory, 'outbox.db'));
  time = new VirtualTime();
  gateway = new FakeGateway();
  store = new SqliteOutboxStore(database, { runId: 'run-1', now: time.clock.now, newRef });
  reader = new SqliteMessageReader(database);
  accountId = new AccountStore(database).create({ label: 'Test', family: 'platform' }, time.clock.now()).id;
  sending = [];
  random = () => 0.999;
  pauses = [];
  storageProblems = [];
});

afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

function dispatcher(
  limits?: { concurrency: number; batchSize: number },
  more: Partial<DispatcherParts> = {},
): Dispatcher {
  return new Dispatcher({
    store,
    gateway,
    accountId,
    readKey: async () => 'key',
    clock: time.clock,
    timers: time.timers,
    random: () => random(),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    onMessagesChanged() {},
    onSendingChanged: (state) => sending.push(state),
    onPausedByGateway: (pause) => pauses.push(pause),
    onStorageProblem: (error) => storageProblems.push(error),
    ...(limits === undefined ? {} : { limits }),
    ...more,
  });
}

let submissions = 0;
async function submit(
  recipients: string[],
  body = 'Hello',
  bestBefore?: number,
  options?: MessageOptions,
  priority: Priority = 0,
): Promise<readonly number[]> {
  submissions += 1;
  const { messageIds } = await store.submit({
    id: `submission-${submissions}`,
    accountId,
    messages: recipients.map((recipient) => ({
      clientRef: newRef(),
      recipient,
      body,
      parts: 1,
      encoding: 'gsm-7',
      bestBefore,
      options,
    })),
    clearsDraft: undefined,
    priority,
  });
  return messageIds;
}
const stateOf = (id: number | undefined): string | undefined => reader.rows([id ?? 0])[0]?.state;

describe('sending', () => {
  test('a submitted text goes out once and is accepted', async () => {
    const [id] = await submit(['+27820000001']);
    const running = dispatcher();
    await running.start();
    await settle();
    expect(gateway.batches).toHaveLength(1);
    expect(gateway.batches[0]?.messages[0]).toMatchObject({ recipient: '+27820000001', body: 'Hello' });
    expect(stateOf(id)).toBe('accepted');
    expect(reader.detail(id ?? 0)?.message.providerId).toBe('a'.repeat(32));
  });

  test('an idle outbox holds no timer', async () => {
    await dispatcher().start();
    await settle();
    expect(time.pending).toBe(0);
  });

  test('a batch goes out in one request, each number once, after what a person waits for', async () => {
    await submit(['+27820000001', '+27820000002', '+27820000003'], 'Hello', undefined, undefined, 1);
    await submit(['+27820000004'], 'Another text');
    await dispatcher().start();
    await settle();
    expect(gateway.batches.map((batch) => batch.messages.length)).toEqual([1, 3]);
    expect(gateway.batches[0]?.requestRef).toBe(gateway.batches[0]?.messages[0]?.clientRef);
    expect(gateway.batches[1]?.requestRef).not.toBe(gateway.batches[1]?.messages[0]?.clientRef);
  });

  test('a person’s own texts go in requests as small as keeps every slot busy', async () => {
    await submit(['+27820000001', '+27820000002', '+27820000003']);
    const running = dispatcher({ concurrency: 4, batchSize: 50 });
    await running.start();
    await settle();
    await submit(Array.from({ length: 10 }, (_, index) => `+2782000001${index}`));
    running.wake();
    await settle();
    expect(gateway.batches.map((batch) => batch.messages.length)).toEqual([1, 1, 1, 3, 3, 3, 1]);
  });

  test('a batch is never larger than the limit', async () => {
    const seven = Array.from({ length: 7 }, (_, index) => `+2782000000${index}`);
    await submit(seven, 'Hello', undefined, undefined, 1);
    await dispatcher({ concurrency: 2, batchSize: 3 }).start();
    await settle();
    expect(gateway.batches.map((batch) => batch.messages.length)).toEqual([3, 3, 1]);
  });

  test('one request that hangs does not hold up the others', async () => {
    const [stuck] = await submit(['+27820000001'], 'stuck');
    const others = [];
    for (let index = 0; index < 6; index += 1)
      others.push(...(await submit([`+2782000001${index}`], `text ${index}`)));
    gateway.answer = (batch) =>
      batch.messages[0]?.body === 'stuck' ? new Promise(() => {}) : accepted(batch);
    await dispatcher({ concurrency: 2, batchSize: 50 }).start();
    await settle();
    expect(stateOf(stuck)).toBe('sending');
    expect(others.map(stateOf)).toEqual(others.map(() => 'accepted'));
  });
});

describe('a refusal that does not say whose trouble it is', () => {
  const forbidden = { reason: 'account-problem', until: undefined, text: 'HTTP 403' } as const;
  const filtered = (batch: GatewayBatch): SendResult =>
    all(
      batch,
      { kind: 'notSent', why: 'turned-away', text: 'HTTP 403' },
      { pause: forbidden, httpStatus: 403 },
    );
  /** A filter on the way that dislikes some texts. */
  const filter = (batch: GatewayBatch): SendResult =>
    batch.messages.some(({ body }) => body.includes('casino')) ? filtered(batch) : accepted(batch);
  const bodies = (): string[] => gateway.batches.map(({ messages }) => messages[0]?.body ?? '');
  const alone = { concurrency: 1, batchSize: 50 };

  test('a text that is turned away stops the account once, goes last the next time, and then needs a decision', async () => {
    gateway.answer = filter;
    const [stuck] = await submit(['+27820000001'], 'casino');
    const [other] = await submit(['+27820000002'], 'Hello');
    const [ofBatch] = await submit(['+27820000003'], 'To many', undefined, undefined, 1);
    const running = dispatcher(alone);
    await running.start();
    await settle();
    expect([stuck, other, ofBatch].map(stateOf)).toEqual(['queued', 'queued', 'queued']);
    expect(pauses).toEqual([forbidden]);
    await running.resume();
    await settle();
    expect(bodies()).toEqual(['casino', 'Hello', 'To many', 'casino']);
    expect([stuck, other, ofBatch].map(stateOf)).toEqual(['needs_decision', 'accepted', 'accepted']);
    expect(pauses).toHaveLength(1);
    expect(running.sending()).toEqual({ state: 'running' });
    expect(reader.detail(stuck ?? 0)?.message).toMatchObject({
      errorCode: 'turned-away',
      errorText: 'HTTP 403',
    });

    // Sent by a person all the same it holds up nobody either.
    await store.decideLate(stuck ?? 0, 'send');
    const [later] = await submit(['+27820000004'], 'Later');
    running.wake();
    await settle();
    expect([stuck, later].map(stateOf)).toEqual(['needs_decision', 'accepted']);
    expect(pauses).toHaveLength(1);
  });

  test('texts of one request go one by one afterwards, and those that pass go out', async () => {
    gateway.answer = filter;
    const [stuck] = await submit(['+27820000001'], 'casino', undefined, undefined, 1);
    gateway.answer = filtered;
    const ids = await submit(['+27820000002', '+27820000003'], 'Hello', undefined, undefined, 1);
    const running = dispatcher(alone);
    await running.start();
    await settle();
    gateway.answer = filter;
    for (let resumed = 0; resumed < 2; resumed += 1) {
      await running.resume();
      await settle();
    }
    expect(ids.map(stateOf)).toEqual(['accepted', 'accepted']);
    expect(stateOf(stuck)).toBe('needs_decision');
  });

  test('where everything is turned away the account stays stopped, and nothing is lost', async () => {
    gateway.answer = filtered;
    const ids: number[] = [];
    for (const digit of '12345') ids.push(...(await submit([`+2782000000${digit}`], digit)));
    const running = dispatcher(alone);
    await running.start();
    await settle();
    for (let resumed = 0; resumed < 5; resumed += 1) {
      expect(running.sending()).toMatchObject({ state: 'paused', reason: 'account-problem' });
      await running.resume();
      await settle();
    }
    // The first one was alone with its trouble for a moment, since a person had resumed.
    expect(new Set(ids.map(stateOf))).toEqual(new Set(['queued', 'needs_decision']));
    expect(ids.map(stateOf).filter((state) => state === 'needs_decision')).toHaveLength(1);
    gateway.answer = accepted;
    await running.resume();
    await settle();
    expect(ids.map(stateOf).filter((state) => state === 'accepted')).toHaveLength(4);
  });

  test('survives a restart', async () => {
    gateway.answer = filter;
    const [stuck] = await submit(['+27820000001'], 'casino');
    const first = dispatcher(alone);
    await first.start();
    await settle();
    await first.stop();
    const running = dispatcher(alone);
    await running.start();
    await running.resume();
    await settle();
    expect(stateOf(stuck)).toBe('needs_decision');
    expect(pauses).toHaveLength(1);
  });

  const strange = (batch: GatewayBatch): SendResult =>
    all(
      batch,
      { kind: 'rejected', code: '4711', text: 'Something new.', undescribed: true },
      { httpStatus: 200 },
    );

  test('refused for what nobody has described, one text is refused, and a second one stops the account in their words', async () => {
    gateway.answer = strange;
    const ids: number[] = [];
    for (const digit of '1234') ids.push(...(await submit([`+2782000000${digit}`], digit)));
    const running = dispatcher(alone);
    await running.start();
    await settle();
    expect(ids.map(stateOf)).toEqual(['rejected', 'queued', 'queued', 'queued']);
    const pause = { reason: 'account-problem', until: undefined, text: 'Something new.' };
    expect(pauses).toEqual([pause]);
    gateway.answer = accepted;
    await running.resume();
    await settle();
    expect(ids.slice(1).map(stateOf)).toEqual(['accepted', 'accepted', 'accepted']);
  });

  test('several in one request go one by one, and no more than the first is refused', async () => {
    gateway.answer = strange;
    const ids = await submit(['+27820000001', '+27820000002', '+27820000003'], 'x', undefined, undefined, 1);
    const running = dispatcher(alone);
    await running.start();
    await settle();
    await time.advance(60_000);
    expect(gateway.batches.map(({ messages }) => messages.length)).toEqual([3, 1, 1]);
    expect(ids.map(stateOf)).toEqual(['rejected', 'queued', 'queued']);
    expect(pauses).toHaveLength(1);
  });

  test('with one that gets through between them they are two texts, and nothing stops', async () => {
    gateway.answer = (batch) => (batch.messages[0]?.body === 'fine' ? accepted(batch) : strange(batch));
    const ids: number[] = [];
    for (const body of ['one', 'fine', 'other']) ids.push(...(await submit(['+27820000001'], body)));
    await dispatcher(alone).start();
    await settle();
    expect(ids.map(stateOf)).toEqual(['rejected', 'accepted', 'rejected']);
    expect(pauses).toEqual([]);
  });
});

describe('the line is down', () => {
  test('texts wait, one request at a time finds out, and they go out by themselves', async () => {
    const ids = await submit(['+27820000001', '+27820000002']);
    gateway.answer = noLine;
    const running = dispatcher();
    await running.start();
    await settle();
    expect(gateway.batches).toHaveLength(2);
    expect(ids.map(stateOf)).toEqual(['queued', 'queued']);
    expect(running.sending().state).toBe('offline');

    await time.advance(60_000);
    const tries = gateway.batches.length;
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(12);
    for (const batch of gateway.batches.slice(1)) expect(batch.messages).toHaveLength(1);

    gateway.answer = accepted;
    await time.advance(16 * 60_000);
    expect(ids.map(stateOf)).toEqual(['accepted', 'accepted']);
    expect(running.sending().state).toBe('running');
  });

  test('requests that fail together count as one failure', async () => {
    for (let index = 0; index < 4; index += 1) await submit([`+2782000000${index}`], `text ${index}`);
    gateway.answer = noLine;
    const running = dispatcher();
    await running.start();
    await settle();
    expect(gateway.batches).toHaveLength(4);
    const state = running.sending();
    // The first back-off reaches two seconds at most; four failures would reach sixteen.
    expect(state.state === 'offline' && state.nextTry - time.clock.now()).toBeLessThanOrEqual(2_000);
  });

  test('with nothing left to send, nothing is offline', async () => {
    const [id] = await submit(['+27820000001']);
    gateway.answer = noLine;
    const running = dispatcher();
    await running.start();
    await settle();
    await store.cancel(id ?? 0);
    await time.advance(10_000);
    expect(running.sending()).toEqual({ state: 'running' });
    expect(time.pending).toBe(0);
  });

  test('the system says that it may be back: tried at once', async () => {
    const [id] = await submit(['+27820000001']);
    gateway.answer = noLine;
    const running = dispatcher();
    await running.start();
    await settle();
    gateway.answer = accepted;
    running.lineMayBeBack();
    await settle();
    expect(stateOf(id)).toBe('accepted');
  });

  test('an hour without a line costs few requests, however many texts wait', async () => {
    const numbers = Array.from({ length: 10_000 }, (_, index) => `+2782${String(index).padStart(7, '0')}`);
    await submit(numbers, 'Hello', undefined, undefined, 1);
    gateway.answer = noLine;
    gateway.checkAnswer = lineFails;
    random = () => Math.random();
    await dispatcher().start();
    await time.advance(3_600_000);
    expect(gateway.batches).toEqual([]);
    expect(gateway.checks).toBeGreaterThan(5);
    expect(gateway.checks).toBeLessThanOrEqual(100);
  });

  test('a balance call that works beside requests that fail does not start the back-off anew', async () => {
    await submit(Array.from({ length: 100 }, (_, index) => `+278200000${String(index).padStart(2, '0')}`));
    gateway.answer = noLine;
    await dispatcher().start();
    await time.advance(3_600_000);
    expect(gateway.batches.length + gateway.checks).toBeLessThanOrEqual(100);
  });
});

describe('asking before many texts go', () => {
  const many = Array.from({ length: fewTexts + 1 }, (_, index) => `+2782000001${index}`);
  const strange: CheckResult = { kind: 'failed', why: 'unexpected', text: '<html>Log in</html>' };

  test('a portal that answers for everybody puts nothing in doubt', async () => {
    const ids = await submit(many);
    gateway.checkAnswer = () => strange;
    gateway.answer = doubt;
    const running = dispatcher();
    await running.start();
    await time.advance(60_000);
    expect(gateway.batches).toEqual([]);
    expect(running.sending()).toMatchObject({ state: 'offline', trouble: 'strange' });
    gateway.checkAnswer = () => ({ kind: 'works', balance: 1, currency: 'ZAR' });
    gateway.answer = accepted;
    await time.advance(16 * 60_000);
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'accepted'));
  });

  test('a few go without asking, unless the system says that there is no line', async () => {
    await submit(many.slice(1));
    await dispatcher().start();
    await settle();
    expect(gateway.checks).toBe(0);
    expect(gateway.batches.length).toBeGreaterThan(0);
    const [id] = await submit(['+27820000099']);
    const doubting = dispatcher(undefined, { lineHint: { online: () => false } });
    await doubting.start();
    await settle();
    expect(gateway.checks).toBe(1);
    // It is a hint: the gateway answers, so the text goes.
    expect(stateOf(id)).toBe('accepted');
  });

  test('a line that has just worked is not asked again, one after sleep is', async () => {
    await submit(many);
    const running = dispatcher();
    await running.start();
    await settle();
    await submit(many, 'more');
    running.wake();
    await settle();
    expect(gateway.checks).toBe(1);
    await running.wakeUp();
    await submit(many, 'and more');
    running.wake();
    await settle();
    expect(gateway.checks).toBe(2);
  });

  test('a balance call that fails for ever does not hold up texts for ever', async () => {
    const ids = await submit(many);
    gateway.checkAnswer = () => strange;
    await dispatcher().start();
    await time.advance(24 * 3_600_000);
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'accepted'));
  });

  test('a key that is refused is the gateway’s own word', async () => {
    await submit(many);
    gateway.checkAnswer = () => ({ kind: 'failed', why: 'key-rejected', text: '' });
    await dispatcher().start();
    await settle();
    expect(gateway.batches.length).toBeGreaterThan(0);
  });
});

describe('back online', () => {
  const many = Array.from({ length: fewTexts + 1 }, (_, index) => `+2782000001${index}`);
  const outage = async (running: Dispatcher, milliseconds: number): Promise<void> => {
    gateway.answer = noLine;
    gateway.checkAnswer = lineFails;
    running.wake();
    await time.advance(milliseconds);
    gateway.answer = accepted;
    gateway.checkAnswer = () => ({ kind: 'works', balance: 1, currency: 'ZAR' });
    running.lineMayBeBack();
    await settle();
  };

  test('after a long outage what has piled up waits for a person; what is written now does not', async () => {
    const running = dispatcher(undefined, { askAfterOutage: () => 30 * 60_000 });
    await running.start();
    const late = await submit(['+27820000050'], 'soon', time.clock.now() + 60_000);
    const ids = await submit(many);
    await outage(running, 40 * 60_000);
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'queued'));
    expect(await running.heldBack()).toMatchObject({
      fresh: many.length,
      late: 1,
      quiet: 0,
      parts: many.length,
    });
    expect(late.map(stateOf)).toEqual(['needs_decision']);
    const now = await submit(['+27820000060'], 'now');
    running.wake();
    await settle();
    expect(now.map(stateOf)).toEqual(['accepted']);

    // It survives a restart.
    await running.stop();
    const next = dispatcher(undefined, { askAfterOutage: () => 30 * 60_000 });
    await next.start();
    await settle();
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'queued'));
    await next.sendHeldBack();
    await settle();
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'accepted'));
    expect(await next.heldBack()).toBeUndefined();
  });

  test('a few just go, and so does everything after a short outage', async () => {
    const running = dispatcher(undefined, { askAfterOutage: () => 30 * 60_000 });
    await running.start();
    const few = await submit(many.slice(1));
    await outage(running, 40 * 60_000);
    expect(few.map(stateOf)).toEqual(few.map(() => 'accepted'));
    const ids = await submit(many, 'more');
    await outage(running, 20 * 60_000);
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'accepted'));
  });

  test('what became late while it was held goes when a person sends it all the same', async () => {
    const running = dispatcher(undefined, { askAfterOutage: () => 30 * 60_000 });
    await running.start();
    const ids = await submit(many, 'soon', time.clock.now() + 50 * 60_000);
    await outage(running, 40 * 60_000);
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'queued'));
    await time.advance(20 * 60_000);
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'needs_decision'));
    // Nobody answered the question, and there is nothing left to ask.
    await store.decideLate(ids[0] ?? 0, 'send');
    running.wake();
    await settle();
    expect(ids.map(stateOf)).toEqual(['accepted', ...ids.slice(1).map(() => 'needs_decision')]);
  });

  test('an outage does not end with the program: what waited through a restart, or while it was off, is asked about', async () => {
    const asking = { askAfterOutage: () => 30 * 60_000 };
    const ids = await submit(many);
    await time.sleep(60 * 3_600_000);
    const running = dispatcher(undefined, asking);
    await running.start();
    await settle();
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'queued'));
    expect(await running.heldBack()).toMatchObject({ fresh: many.length });
    await running.sendHeldBack();
    await settle();
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'accepted'));
    // Asked once; what is written afterwards goes.
    const next = await submit(many, 'next');
    await running.wakeUp();
    await settle();
    expect(next.map(stateOf)).toEqual(next.map(() => 'accepted'));
  });

  test('a restart in the middle of a long batch, or a night with nothing waiting, asks nothing', async () => {
    const asking = { askAfterOutage: () => 30 * 60_000 };
    const numbers = Array.from({ length: 2_000 }, (_, index) => `+2783${String(index).padStart(7, '0')}`);
    const ids = await submit(numbers, 'Hello', undefined, undefined, 1);
    const slow = dispatcher(undefined, { ...asking, ratePerMinute: 20 });
    await slow.start();
    await time.advance(60 * 60_000);
    expect(ids.filter((id) => stateOf(id) === 'queued').length).toBeGreaterThan(fewTexts);
    await slow.stop();
    const running = dispatcher(undefined, asking);
    await running.start();
    await time.advance(60_000);
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'accepted'));
    running.fallAsleep();
    await time.sleep(10 * 3_600_000);
    await running.wakeUp();
    const morning = await submit(many, 'morning');
    running.wake();
    await settle();
    expect(morning.map(stateOf)).toEqual(morning.map(() => 'accepted'));
  });

  test('a night asleep with texts waiting is asked about', async () => {
    const running = dispatcher(undefined, { askAfterOutage: () => 30 * 60_000 });
    await running.start();
    running.fallAsleep();
    const ids = await submit(many);
    await time.sleep(10 * 3_600_000);
    await running.wakeUp();
    await settle();
    expect(ids.map(stateOf)).toEqual(ids.map(() => 'queued'));
    expect(await running.heldBack()).toMatchObject({ fresh: many.length });
  });

  test('all of a long list is held, however much of it had a time that has passed meanwhile', async () => {
    const running = dispatcher(undefined, { askAfterOutage: () => 30 * 60_000 });
    await running.start();
    const numbers = Array.from({ length: 3_000 }, (_, index) => `+2783${String(index).padStart(7, '0')}`);
    await submit(many);
    gateway.answer = noLine;
    gateway.checkAnswer = lineFails;
    running.wake();
    await time.advance(39 * 60_000);
    const notBefore = time.clock.now() + 8_000;
    const { messageIds: ids } = await store.submit({
      id: 'list',
      accountId,
      messages: numbers.map((recipient) => ({
        clientRef: newRef(),
        recipient,
        body: 'Hello',
        parts: 1,
        encoding: 'gsm-7',
        bestBefore: undefined,
        notBefore,
      })),
      clearsDraft: undefined,
      priority: 1,
    });
    await outage(running, 60_000);
    await time.advance(60_000);
    expect(ids.filter((id) => stateOf(id) !== 'queued')).toEqual([]);
    expect(await running.heldBack()).toMatchObject({ fresh: many.length + numbers.length });
  });

  test('texts that were cancelled leave nothing to ask', async () => {
    const running = dispatcher(undefined, { askAfterOutage: () => 30 * 60_000 });
    await running.start();
    const ids = await submit(many);
    await outage(running, 40 * 60_000);
    for (const id of ids) await store.cancel(id);
    expect(await running.heldBack()).toBeUndefined();
  });
});

describe('the rate', () => {
  test('a batch keeps to it, a person’s text goes before it, and sleep brings no burst', async () => {
    const numbers = Array.from({ length: 2_000 }, (_, index) => `+2782${String(index).padStart(7, '0')}`);
    await submit(numbers, 'Hello', undefined, undefined, 1);
    const running = dispatcher(undefined, { ratePerMinute: 600 });
    await running.start();
    await settle();
    const sent = (): number => gateway.batches.reduce((sum, batch) => sum + batch.messages.length, 0);
    expect(sent()).toBe(80);
    const [urgent] = await submit(['+27829999999'], 'urgent');
    running.wake();
    await settle();
    expect(stateOf(urgent)).toBe('accepted');
    await time.advance(60_000);
    expect(sent()).toBeGreaterThan(550);
    expect(sent()).toBeLessThanOrEqual(700);
    running.fallAsleep();
    const before = sent();
    await time.sleep(8 * 3_600_000);
    await running.wakeUp();
    await settle();
    expect(sent() - before).toBeLessThanOrEqual(100);
  });
});

describe('quiet hours', () => {
  test('nothing goes while they last, and everything when they end', async () => {
    const [id] = await submit(['+27820000001']);
    const opens = time.clock.now() + 3_600_000;
    const calendar: Calendar = {
      windowAt: (now) => ({ open: now >= opens, changesAt: now >= opens ? undefined : opens }),
    };
    await dispatcher(undefined, { calendar }).start();
    await time.advance(3_599_000);
    expect(gateway.batches).toEqual([]);
    await time.advance(2_000);
    expect(stateOf(id)).toBe('accepted');
  });
});

describe('order', () => {
  test('a person’s text does not wait for a batch, nor does one stuck text hold up the others', async () => {
    const numbers = Array.from({ length: 400 }, (_, index) => `+2782${String(index).padStart(7, '0')}`);
    await submit(numbers, 'Hello', undefined, undefined, 1);
    const [stuck] = await submit(['+27829999998'], 'stuck');
    let answers: (() => void)[] = [];
    gateway.answer = (batch) =>
      batch.messages[0]?.body === 'stuck'
        ? new Promise(() => {})
        : new Promise((resolve) => answers.push(() => resolve(accepted(batch))));
    const running = dispatcher();
    await running.start();
    await settle();
    const [urgent] = await submit(['+27829999999'], 'urgent');
    running.wake();
    const ready = answers;
    answers = [];
    ready[0]?.();
    await settle();
    expect(gateway.batches.at(-1)?.messages.map(({ body }) => body)).toEqual(['urgent']);
    for (let round = 0; round < 20; round += 1) {
      const next = [...answers, ...(round === 0 ? ready.slice(1) : [])];
      answers = [];
      for (const answer of next) answer();
      await settle();
    }
    expect(stateOf(urgent)).toBe('accepted');
    expect(stateOf(stuck)).toBe('sending');
    const left = reader.page('outbox', null, 10).rows;
    expect(left.map(({ id }) => id)).toEqual([stuck]);
  });

  test('a text that cannot be read is set aside', async () => {
    const [broken] = await submit(['+27820000001'], 'broken');
    const [other] = await submit(['+27820000002'], 'other');
    database.prepare(`UPDATE message SET options = '{' WHERE id = ?`).run(broken);
    await dispatcher().start();
    await settle();
    expect([broken, other].map(stateOf)).toEqual(['needs_decision', 'accepted']);
    expect(reader.rows([broken ?? 0])[0]?.errorCode).toBe('unreadable');
  });
});

describe('numbers that must not be texted', () => {
  test('however many stand in front, what stands behind them goes at once', async () => {
    const running = dispatcher();
    await running.start();
    await running.pause({ reason: 'person', until: undefined, text: '' });
    const texts: number[] = [];
    // Each a submission of its own: a claim looks at no more of these than it may open requests.
    for (let index = 10; index < 30; index += 1) {
      database
        .prepare(`INSERT INTO opt_out(recipient, source, created_at) VALUES (?, 'person', 0)`)
        .run(`+278200000${index}`);
      texts.push(...(await submit([`+278200000${index}`])));
    }
    const [last] = await submit(['+27820000099']);
    await running.resume();
    await settle();
    expect(texts.map(stateOf)).toEqual(texts.map(() => 'cancelled'));
    expect(stateOf(last)).toBe('accepted');
    expect(gateway.batches).toHaveLength(1);
  });
});

describe('doubt', () => {
  test('an unknown outcome is never sent again by itself', async () => {
    const [id] = await submit(['+27820000001']);
    gateway.answer = doubt;
    const running = dispatcher();
    await running.start();
    await settle();
    expect(stateOf(id)).toBe('in_doubt');
    gateway.answer = accepted;
    running.lineMayBeBack();
    await running.resume();
    await time.advance(7 * 24 * 3_600_000);
    expect(gateway.batches).toHaveLength(1);
    expect(stateOf(id)).toBe('in_doubt');
  });

  test('a gateway that throws leaves the text in doubt', async () => {
    const [id] = await submit(['+27820000001']);
    gateway.answer = () => {
      throw new Error('bug');
    };
    await dispatcher().start();
    await settle();
    expect(stateOf(id)).toBe('in_doubt');
  });

  test('a far end that never answers does not put everything in doubt at once', async () => {
    const ids = [];
    for (let index = 0; index < 60; index += 1)
      ids.push(...(await submit([`+278200000${index + 10}`], `text ${index}`)));
    gateway.answer = doubt;
    await dispatcher({ concurrency: 4, batchSize: 50 }).start();
    await settle();
    const atOnce = ids.filter((id) => stateOf(id) === 'in_doubt').length;
    expect(atOnce).toBeLessThanOrEqual(6);
    await time.advance(3_600_000);
    expect(ids.filter((id) => stateOf(id) === 'queued').length).toBeGreaterThan(30);
    gateway.answer = accepted;
    await time.advance(3_600_000);
    expect(ids.filter((id) => stateOf(id) === 'queued')).toEqual([]);
  });

  test('one text that ends in doubt does not hold up the others', async () => {
    const [doubtful] = await submit(['+27820000001'], 'doubtful');
    const [other] = await submit(['+27820000002'], 'other');
    gateway.answer = (batch) => (batch.messages[0]?.body === 'doubtful' ? doubt(batch) : accepted(batch));
    await dispatcher({ concurrency: 1, batchSize: 50 }).start();
    await settle();
    expect([stateOf(doubtful), stateOf(other)]).toEqual(['in_doubt', 'accepted']);
  });

  test('send again makes a second text and leaves the first abandoned', async () => {
    const [id] = await submit(['+27820000001']);
    gateway.answer = doubt;
    const running = dispatcher();
    await running.start();
    await settle();
    gateway.answer = accepted;
    const again = await store.sendAgain(id ?? 0, newRef());
    running.wake();
    await settle();
    expect(stateOf(id)).toBe('abandoned');
    expect(stateOf(again)).toBe('accepted');
    const references = gateway.batches.map((batch) => batch.requestRef);
    expect(new Set(references).size).toBe(2);
    await expect(store.sendAgain(id ?? 0, newRef())).rejects.toThrow('no longer');
  });
});

describe('pauses', () => {
  test('the gateway refuses the account: texts go back, the person is told once, nothing more is asked', async () => {
    const ids = [...(await submit(['+27820000001'], 'a')), ...(await submit(['+27820000002'], 'b'))];
    const pause: Pause = { reason: 'key-rejected', until: undefined, text: 'no' };
    gateway.answer = (batch) =>
      all(batch, { kind: 'notSent', why: 'account', text: 'no' }, { pause, httpStatus: 200 });
    const running = dispatcher();
    await running.start();
    await settle();
    const asked = gateway.batches.length;
    await time.advance(24 * 3_600_000);
    expect(gateway.batches).toHaveLength(asked);
    expect(pauses).toHaveLength(1);
    expect(ids.map(stateOf)).toEqual(['queued', 'queued']);
    gateway.answer = accepted;
    await running.resume();
    await settle();
    expect(ids.map(stateOf)).toEqual(['accepted', 'accepted']);
  });

  test('requests that end together do not hammer an account that was just refused', async () => {
    for (let index = 0; index < 8; index += 1) await submit([`+2782000000${index}`], `text ${index}`);
    const pause: Pause = { reason: 'rate-limited', until: time.clock.now() + 60_000, text: '' };
    gateway.answer = (batch) =>
      all(batch, { kind: 'notSent', why: 'account', text: '' }, { pause, httpStatus: 429 });
    await dispatcher({ concurrency: 4, batchSize: 50 }).start();
    await settle();
    expect(gateway.batches).toHaveLength(4);
  });

  test('a rate limit ends by itself, not earlier', async () => {
    const [id] = await submit(['+27820000001']);
    const until = time.clock.now() + 90_000;
    gateway.answer = (batch) =>
      all(
        batch,
        { kind: 'notSent', why: 'account', text: '' },
        { pause: { reason: 'rate-limited', until, text: '' }, httpStatus: 429 },
      );
    await dispatcher().start();
    await settle();
    gateway.answer = accepted;
    await time.advance(89_000);
    expect(gateway.batches).toHaveLength(1);
    await time.advance(2_000);
    expect(stateOf(id)).toBe('accepted');
  });

  test('a rate limit does not lift a pause that only a person can end', async () => {
    await submit(['+27820000001'], 'a');
    await submit(['+27820000002'], 'b');
    const wrongKey: Pause = { reason: 'key-rejected', until: undefined, text: '' };
    gateway.answer = (batch) => {
      const first = batch.messages[0]?.body === 'a';
      const pause: Pause = first
        ? wrongKey
        : { reason: 'rate-limited', until: time.clock.now() + 1_000, text: '' };
      return all(batch, { kind: 'notSent', why: 'account', text: '' }, { pause, httpStatus: 200 });
    };
    const running = dispatcher({ concurrency: 2, batchSize: 50 });
    await running.start();
    await time.advance(3_600_000);
    expect(running.sending()).toMatchObject({ state: 'paused', reason: 'key-rejected' });
    expect(gateway.batches).toHaveLength(2);
    expect(pauses).toEqual([wrongKey]);
  });

  test('a clock that is set back does not stretch a pause', async () => {
    const [id] = await submit(['+27820000001']);
    gateway.answer = (batch) => {
      const pause: Pause = { reason: 'rate-limited', until: time.clock.now() + 60_000, text: '' };
      return all(batch, { kind: 'notSent', why: 'account', text: '' }, { pause, httpStatus: 429 });
    };
    await dispatcher().start();
    await settle();
    gateway.answer = accepted;
    time.setWallClock(-7 * 24 * 3_600_000);
    await time.advance(120_000);
    expect(stateOf(id)).toBe('accepted');
  });

  test('a pause kept from before that ends in a far future ends after a day', async () => {
    await store.pauseAccount(accountId, {
      reason: 'rate-limited',
      until: time.clock.now() + 400 * 24 * 3_600_000,
      text: '',
    });
    const [id] = await submit(['+27820000001']);
    await dispatcher().start();
    await time.advance(25 * 3_600_000);
    expect(stateOf(id)).toBe('accepted');
  });

  test('a person’s pause survives a restart', async () => {
    const first = dispatcher();
    await first.start();
    await first.pause({ reason: 'person', until: undefined, text: '' });
    await first.stop();
    const [id] = await submit(['+27820000001']);
    const second = dispatcher();
    await second.start();
    await settle();
    expect(second.sending()).toMatchObject({ state: 'paused', reason: 'person' });
    expect(stateOf(id)).toBe('queued');
  });
});

describe('a clock that is set back', () => {
  test('does not make a back-off longer', async () => {
    const [id] = await submit(['+27820000001']);
    gateway.answer = (batch) => all(batch, { kind: 'notSent', why: 'aborted', text: '' });
    await dispatcher().start();
    await settle();
    gateway.answer = accepted;
    const row = database.prepare('SELECT not_before FROM message').pluck().get() as number;
    const wait = row - time.clock.now();
    expect(wait).toBeGreaterThan(0);
    time.setWallClock(-10 * 60_000);
    await time.advance(wait + 1_000);
    expect(stateOf(id)).toBe('accepted');
  });

  test('does not bring forward what somebody asked for at a time', async () => {
    const sendAt = time.clock.now() + 15 * 60_000;
    const { messageIds } = await store.submit({
      id: 'at a time',
      accountId,
      messages: [
        {
          clientRef: newRef(),
          recipient: '+27820000001',
          body: 'later',
          parts: 1,
          encoding: 'gsm-7',
          bestBefore: undefined,
          sendAt,
        },
      ],
      clearsDraft: undefined,
    });
    await dispatcher().start();
    await settle();
    time.setWallClock(-10 * 60_000);
    await time.advance(24 * 60_000);
    expect(messageIds.map(stateOf)).toEqual(['queued']);
    await time.advance(60_000);
    expect(messageIds.map(stateOf)).toEqual(['accepted']);
  });
});

describe('a text that comes back for another reason', () => {
  test('waits longer each time instead of going round in circles', async () => {
    await submit(['+27820000001']);
    gateway.answer = (batch) => all(batch, { kind: 'notSent', why: 'aborted', text: 'not to be encoded' });
    await dispatcher().start();
    await time.advance(3_600_000);
    expect(gateway.batches.length).toBeGreaterThan(3);
    expect(gateway.batches.length).toBeLessThan(30);
  });

  test('a pause that is over before it begins still lets the server breathe', async () => {
    await submit(['+27820000001']);
    gateway.answer = (batch) => {
      const pause: Pause = { reason: 'rate-limited', until: time.clock.now() - 5_000, text: '' };
      return all(batch, { kind: 'notSent', why: 'account', text: '' }, { pause, httpStatus: 429 });
    };
    await dispatcher().start();
    await time.advance(10_000);
    expect(gateway.batches.length).toBeLessThanOrEqual(11);
  });
});

describe('sleep', () => {
  test('nothing is opened on the way to sleep; awake, old connections are dropped first', async () => {
    const closed: number[] = [];
    gateway.close = async () => {
      closed.push(gateway.batches.length);
    };
    const running = dispatcher();
    await running.start();
    await settle();
    running.fallAsleep();
    const [id] = await submit(['+27820000001']);
    for (let turn = 0; turn < 3; turn += 1) {
      running.wake();
      await settle();
    }
    expect(stateOf(id)).toBe('queued');
    await running.wakeUp();
    await settle();
    expect(stateOf(id)).toBe('accepted');
    expect(closed).toEqual([0]);
  });

  test('a machine that never says it is awake again does not hold the texts for ever', async () => {
    const running = dispatcher();
    await running.start();
    running.fallAsleep();
    const [id] = await submit(['+27820000001']);
    running.wake();
    await time.advance(31_000);
    expect(stateOf(id)).toBe('accepted');
  });

  test('a request that is under way is not cut by waking up', async () => {
    const closed: number[] = [];
    gateway.close = async () => {
      closed.push(1);
    };
    await submit(['+27820000001']);
    gateway.answer = () => new Promise(() => {});
    const running = dispatcher();
    await running.start();
    await settle();
    running.fallAsleep();
    await running.wakeUp();
    expect(closed).toEqual([]);
  });
});

describe('best before', () => {
  test('a late text is held when it becomes late, whatever else holds the account', async () => {
    const [first] = await submit(['+27820000001'], 'soon', time.clock.now() + 100_000);
    const running = dispatcher();
    await running.start();
    await settle();
    await running.pause({ reason: 'person', until: undefined, text: '' });
    const [second] = await submit(['+27820000002'], 'soon', time.clock.now() + 100_000);
    running.wake();
    await time.advance(100_000);
    expect(stateOf(first)).toBe('accepted');
    expect(stateOf(second)).toBe('needs_decision');
  });

  test('also when it was paused before the program started, and however many there are', async () => {
    const count = 1_100;
    const numbers = Array.from({ length: count }, (_, index) => `+2783${String(index).padStart(7, '0')}`);
    await store.pauseAccount(accountId, { reason: 'person', until: undefined, text: '' });
    await submit(numbers, 'soon', time.clock.now() + 100_000);
    await dispatcher().start();
    await time.advance(99_000);
    expect((await store.counts()).needs_decision).toBe(0);
    await time.advance(2_000);
    expect((await store.counts()).needs_decision).toBe(count);
    expect(gateway.batches).toEqual([]);
  });

  test('a back-off never carries a text past its best before', async () => {
    const [id] = await submit(['+27820000001'], 'soon', time.clock.now() + 20 * 60_000);
    gateway.answer = (batch) => all(batch, { kind: 'notSent', why: 'aborted', text: '' });
    await dispatcher().start();
    await time.advance(20 * 60_000);
    expect(stateOf(id)).toBe('needs_decision');
  });

  test('a late text waits for a person', async () => {
    const now = time.clock.now();
    const [id] = await submit(['+27820000001'], 'soon', now + 10_000);
    gateway.answer = noLine;
    const running = dispatcher();
    await running.start();
    await settle();
    await time.advance(20_000);
    expect(stateOf(id)).toBe('needs_decision');
    const asked = gateway.batches.length;
    gateway.answer = accepted;
    await time.advance(3_600_000);
    expect(gateway.batches).toHaveLength(asked);
    await store.decideLate(id ?? 0, 'send');
    running.wake();
    await settle();
    expect(stateOf(id)).toBe('accepted');
  });
});

describe('a delivery time at the gateway', () => {
  const minute = 60_000;

  test('that passes while the text waits holds it for a person, who sends it without', async () => {
    const deliverAt = time.clock.now() + 10 * minute;
    const [id] = await submit(['+27820000001'], 'x', undefined, { deliverAt, validityMinutes: 90 });
    const running = dispatcher();
    await running.pause({ reason: 'person', until: undefined, text: '' });
    await running.start();
    await time.advance(11 * minute);
    await running.resume();
    await settle();
    expect(reader.rows([id ?? 0])).toMatchObject([
      { state: 'needs_decision', errorCode: 'delivery-time-passed' },
    ]);
    expect(gateway.batches).toEqual([]);
    await store.decideLate(id ?? 0, 'send');
    running.wake();
    await settle();
    expect(gateway.batches.map((batch) => batch.messages[0]?.options)).toEqual([{ validityMinutes: 90 }]);
    expect(stateOf(id)).toBe('accepted');
  });

  test('holds the text as it passes, not when something else happens', async () => {
    const deliverAt = time.clock.now() + minute;
    const [id] = await submit(['+27820000001'], 'x', undefined, { deliverAt });
    gateway.answer = noLine;
    await dispatcher().start();
    await time.advance(minute + 30_000);
    expect(stateOf(id)).toBe('needs_decision');
  });

  test('that passes between claim and call ends the same way: the adapter never refuses the text for it', async () => {
    const deliverAt = time.clock.now() + minute;
    const [id] = await submit(['+27820000001'], 'x', undefined, { deliverAt });
    gateway.answer = async (batch) => {
      time.setWallClock(2 * minute);
      return all(batch, { kind: 'notSent', why: 'aborted', text: 'the delivery time has passed' });
    };
    await dispatcher().start();
    await settle();
    expect(reader.rows([id ?? 0])).toMatchObject([
      { state: 'needs_decision', errorCode: 'delivery-time-passed' },
    ]);
    expect(gateway.batches).toHaveLength(1);
  });

  test('that is still to come stays when a late text is sent all the same', async () => {
    const now = time.clock.now();
    const deliverAt = now + 60 * minute;
    const [id] = await submit(['+27820000001'], 'x', now + minute, { deliverAt });
    await time.advance(2 * minute);
    const running = dispatcher();
    await running.start();
    await settle();
    expect(reader.rows([id ?? 0])).toMatchObject([{ state: 'needs_decision', errorCode: null }]);
    gateway.answer = noLine;
    await store.decideLate(id ?? 0, 'send');
    running.wake();
    await settle();
    expect(gateway.batches.map((batch) => batch.messages[0]?.options)).toEqual([{ deliverAt }]);
    // Nor does it go out late the second time.
    await time.advance(120 * minute);
    expect(stateOf(id)).toBe('needs_decision');
  });

  test('that has passed is not repeated when a person sends a doubtful text again', async () => {
    const deliverAt = time.clock.now() + minute;
    const ids = await submit(['+27820000001', '+27820000002'], 'x', undefined, { deliverAt, flash: true });
    gateway.answer = doubt;
    const running = dispatcher();
    await running.start();
    await settle();
    gateway.answer = noLine;
    const early = await store.sendAgain(ids[0] ?? 0, newRef());
    await time.advance(2 * minute);
    const late = await store.sendAgain(ids[1] ?? 0, newRef());
    await settle();
    expect(reader.detail(early)?.message).toMatchObject({ options: { deliverAt, flash: true } });
    expect(reader.detail(late)?.message.options).toEqual({ flash: true });
    running.wake();
    await settle();
    expect(stateOf(early)).toBe('needs_decision');
  });
});

describe('cancel', () => {
  test('a waiting text is cancelled at once; one that is being sent only if it proves not sent', async () => {
    const [waiting] = await submit(['+27820000001'], 'a');
    expect(await store.cancel(waiting ?? 0)).toBe('cancelled');
    const [flying] = await submit(['+27820000002'], 'b');
    let answer: (result: SendResult) => void = () => {};
    gateway.answer = () => new Promise((resolve) => (answer = resolve));
    await dispatcher().start();
    await settle();
    expect(await store.cancel(flying ?? 0)).toBe('requested');
    const batch = gateway.batches[0];
    if (batch === undefined) throw new Error('nothing was sent');
    answer(noLine(batch));
    await settle();
    expect(stateOf(flying)).toBe('cancelled');
    expect(gateway.batches).toHaveLength(1);
  });
});

describe('the disk refuses', () => {
  test('a result that cannot be written stops claiming, and is written once it can be', async () => {
    const [id] = await submit(['+27820000001'], 'a');
    const turn = store.turn.bind(store);
    let broken = true;
    store.turn = async (request) => {
      if (broken && request.results.length > 0) {
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      }
      return turn(request);
    };
    const running = dispatcher();
    await running.start();
    await settle();
    const [other] = await submit(['+27820000002'], 'b');
    running.wake();
    await time.advance(20_000);
    expect(gateway.batches).toHaveLength(1);
    expect(storageProblems).toHaveLength(1);
    broken = false;
    await time.advance(6_000);
    expect([stateOf(id), stateOf(other)]).toEqual(['accepted', 'accepted']);
    expect(gateway.batches).toHaveLength(2);
  });

  test('what is known is written although there is no room for a claim', async () => {
    const [id] = await submit(['+27820000001'], 'a');
    const turn = store.turn.bind(store);
    let room = true;
    store.turn = async (request) => {
      if (!room && request.claim !== undefined) {
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      }
      return turn(request);
    };
    gateway.answer = (batch) => {
      room = false;
      return accepted(batch);
    };
    const running = dispatcher();
    await running.start();
    await settle();
    const [other] = await submit(['+27820000002'], 'b');
    await time.advance(6_000);
    expect([stateOf(id), stateOf(other)]).toEqual(['accepted', 'queued']);
    expect(storageProblems).toHaveLength(1);
  });

  test('a claim that cannot be written sends nothing', async () => {
    const [id] = await submit(['+27820000001']);
    const turn = store.turn.bind(store);
    let broken = true;
    store.turn = async (request) => {
      if (broken) throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
      return turn(request);
    };
    await dispatcher().start();
    await time.advance(12_000);
    expect(gateway.batches).toHaveLength(0);
    broken = false;
    await time.advance(6_000);
    expect(stateOf(id)).toBe('accepted');
  });
});

describe('restart', () => {
  test('what an earlier run left open is in doubt; what it closed stays', async () => {
    const [open] = await submit(['+27820000001'], 'a');
    await store.claim({ accountId, now: time.clock.now(), maxAttempts: 1, maxRecipients: 1 });
    const [waiting] = await submit(['+27820000002'], 'b');
    const next = new SqliteOutboxStore(database, { runId: 'run-2', now: time.clock.now, newRef });
    expect(await next.recover()).toEqual({ inDoubt: 1, attempts: 1 });
    expect([stateOf(open), stateOf(waiting)]).toEqual(['in_doubt', 'queued']);
    expect(await next.recover()).toEqual({ inDoubt: 0, attempts: 0 });
  });

  test('a result of an earlier attempt no longer counts', async () => {
    const [id] = await submit(['+27820000001'], 'a');
    const [first] = await store.claim({ accountId, now: time.clock.now(), maxAttempts: 1, maxRecipients: 1 });
    if (first === undefined) throw new Error('nothing was claimed');
    await store.close([
      { attempt: first, result: noLine({ requestRef: '', messages: first.messages }), notBefore: 0 },
    ]);
    await store.claim({ accountId, now: time.clock.now(), maxAttempts: 1, maxRecipients: 1 });
    await store.close([
      { attempt: first, result: accepted({ requestRef: '', messages: first.messages }), notBefore: 0 },
    ]);
    expect(stateOf(id)).toBe('sending');
  });

  test('stop does not wait for ever, and what comes later is left to the next start', async () => {
    const [id] = await submit(['+27820000001']);
    let answer: () => void = () => {};
    gateway.answer = (batch) =>
      new Promise((resolve) => {
        answer = () => resolve(accepted(batch));
      });
    const running = dispatcher();
    await running.start();
    await settle();
    const stopped = running.stop();
    await time.advance(6_000);
    await stopped;
    running.abandon();
    answer();
    await settle();
    expect(storageProblems).toEqual([]);
    expect(stateOf(id)).toBe('sending');
    const next = new SqliteOutboxStore(database, { runId: 'run-2', now: time.clock.now, newRef });
    await next.recover();
    expect(stateOf(id)).toBe('in_doubt');
  });

  test('an answer that comes after stop is written down while the database is open', async () => {
    const [id] = await submit(['+27820000001']);
    let answer: () => void = () => {};
    gateway.answer = (batch) =>
      new Promise((resolve) => {
        answer = () => resolve(accepted(batch));
      });
    const running = dispatcher();
    await running.start();
    await settle();
    const stopped = running.stop();
    await time.advance(6_000);
    await stopped;
    answer();
    await settle();
    expect(stateOf(id)).toBe('accepted');
  });

  test('a pause from before is told before anything runs', async () => {
    await store.pauseAccount(accountId, { reason: 'person', until: undefined, text: '' });
    const running = dispatcher();
    await running.readPause();
    expect(running.sending()).toMatchObject({ state: 'paused', reason: 'person' });
  });

  test('stop waits for the request under way', async () => {
    const [id] = await submit(['+27820000001']);
    let answer: () => void = () => {};
    gateway.answer = (batch) => new Promise((resolve) => (answer = () => resolve(accepted(batch))));
    const running = dispatcher();
    await running.start();
    await settle();
    const stopped = running.stop();
    answer();
    await stopped;
    expect(stateOf(id)).toBe('accepted');
  });
});
