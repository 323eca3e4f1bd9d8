/** The real store on a real file and the real dispatcher, with a clock that moves when told and a far end that is scripted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientReference } from '../../electron/core/client-reference.ts';
import { Dispatcher, type DispatcherParts } from '../../electron/core/outbox/dispatcher.ts';
import type {
  CheckResult,
  Clock,
  GatewayBatch,
  NewMessage,
  OutboxStore,
  Outcome,
  SendResult,
} from '../../electron/core/ports.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../../electron/db/open.ts';
import { AccountStore } from '../../electron/db/stores/accounts.ts';
import type { MessageState } from '../../shared/domain/message.ts';
import { type Rules, realRules } from './simulation.ts';
import { VirtualTime } from './virtual-time.ts';

export const every = (batch: GatewayBatch, outcome: Outcome, rest: Partial<SendResult> = {}): SendResult => ({
  outcomes: batch.messages.map(() => outcome),
  pause: undefined,
  httpStatus: undefined,
  ...rest,
});
let providerIds = 0;
export const accepted = (batch: GatewayBatch): SendResult => ({
  ...every(batch, { kind: 'accepted', providerId: undefined }, { httpStatus: 202 }),
  outcomes: batch.messages.map(() => {
    providerIds += 1;
    return { kind: 'accepted', providerId: String(providerIds).padStart(32, '0') };
  }),
});
export const noLine = (batch: GatewayBatch): SendResult =>
  every(batch, { kind: 'notSent', why: 'line', text: 'ECONNREFUSED' });
export const reset = (batch: GatewayBatch): SendResult =>
  every(batch, { kind: 'unknown', why: 'reset', text: 'ECONNRESET' });

/** One run of the program. Several may be open on one file. */
export interface Run {
  readonly database: WriteDatabase;
  readonly store: OutboxStore;
  readonly dispatcher: Dispatcher;
}

export class OutboxWorld {
  readonly time = new VirtualTime();
  readonly batches: GatewayBatch[] = [];
  readonly #directory = mkdtempSync(join(tmpdir(), 'outtray-world-'));
  readonly path = join(this.#directory, 'outbox.db');
  readonly rules: Rules;
  readonly #open = new Set<WriteDatabase>();
  checks = 0;
  random: () => number = () => 0.999;
  check: () => CheckResult = () => ({ kind: 'works', balance: 1, currency: 'ZAR' });
  /** What the far end does with a request. */
  answer: (batch: GatewayBatch, run: Run) => SendResult | Promise<SendResult> = accepted;
  #references = 0;
  #runs = 0;
  #submissions = 0;

  constructor(rules: Rules = realRules) {
    this.rules = rules;
    const database = openDatabase(this.path);
    new AccountStore(database).create({ label: 'Test', family: 'platform' }, 0);
    closeDatabase(database);
  }

  newRef = (): string => {
    this.#references += 1;
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setUint32(12, this.#references);
    return clientReference(bytes);
  };

  /** Starts the program: opens the file, recovers, starts sending. */
  async start(
    parts: Partial<DispatcherParts> & {
      readonly wrap?: (store: OutboxStore, database: WriteDatabase) => OutboxStore;
    } = {},
  ): Promise<Run> {
    this.#runs += 1;
    const database = openDatabase(this.path);
    this.#open.add(database);
    const { wrap, ...rest } = parts;
    const clock: Clock = rest.clock ?? this.time.clock;
    const real = this.rules.store(database, {
      runId: `run-${this.#runs}`,
      now: clock.now,
      newRef: this.newRef,
    });
    const store = wrap?.(real, database) ?? real;
    const run: Run = {
      database,
      store,
      dispatcher: new Dispatcher({
        store,
        gateway: {
          id: 'scripted',
          capabilities: { maxRecipients: 200, clientRef: 'echo' },
          send: async (batch) => {
            this.batches.push(batch);
            return this.answer(batch, run);
          },
          check: async () => {
            this.checks += 1;
            return this.check();
          },
          close: async () => {},
        },
        accountId: 1,
        readKey: async () => 'key',
        clock,
        timers: this.time.timers,
        random: () => this.random(),
        log: { debug() {}, info() {}, warn() {}, error() {} },
        onMessagesChanged() {},
        onSendingChanged() {},
        onPausedByGateway() {},
        onStorageProblem() {},
        ...rest,
      }),
    };
    await store.recover();
    await run.dispatcher.start();
    await this.time.advance(0);
    return run;
  }

  /** The process is gone; the file stays as it is. */
  crash(run: Run): void {
    this.time.dropTimers();
    run.dispatcher.abandon();
    run.database.close();
    this.#open.delete(run.database);
  }

  /** @returns the ids of the texts, in the order of the numbers */
  async submit(
    run: Run,
    count: number,
    more: {
      readonly body?: string;
      readonly bestBefore?: number;
      readonly sendAt?: number;
      readonly clearsDraft?: string;
    } = {},
  ): Promise<readonly number[]> {
    this.#submissions += 1;
    const { messageIds } = await run.store.submit({
      id: `submission-${this.#submissions}`,
      accountId: 1,
      messages: Array.from(
        { length: count },
        (_, index): NewMessage => ({
          clientRef: this.newRef(),
          recipient: `+2782${String(index).padStart(7, '0')}`,
          body: more.body ?? `text ${this.#submissions}`,
          parts: 1,
          encoding: 'gsm-7',
          bestBefore: more.bestBefore,
          sendAt: more.sendAt,
        }),
      ),
      clearsDraft: more.clearsDraft,
      priority: count > 1 ? 1 : 0,
    });
    run.dispatcher.wake();
    await this.time.advance(0);
    return messageIds;
  }

  /** Of every text, oldest first. */
  states(run: Run): readonly MessageState[] {
    return run.database.prepare('SELECT state FROM message ORDER BY id').pluck().all() as MessageState[];
  }

  /** How many texts were in more than one request. */
  sentTwice(): number {
    const times = new Map<string, number>();
    for (const { messages } of this.batches)
      for (const { clientRef } of messages) times.set(clientRef, (times.get(clientRef) ?? 0) + 1);
    return [...times.values()].filter((count) => count > 1).length;
  }

  remove(): void {
    this.time.dropTimers();
    for (const database of this.#open) database.close();
    rmSync(this.#directory, { recursive: true, force: true });
    this.#open.clear();
  }
}
