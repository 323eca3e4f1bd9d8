/**
 * The outbox in a world that is made up: the real store on a real SQLite database, the real dispatcher, and a clock, a
 * disk, a line and a Clickatell that do what a list of events says. Beside them runs a small reference model, which
 * knows from the events alone what state every text has to be in; after each event the two are compared, and a ledger
 * of what the far end was sent is held against the rules of docs/outbox.md.
 *
 * The same list of events always gives the same run, so a failing one can be made shorter until only the cause is left.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { clientReference } from '../../electron/core/client-reference.ts';
import { Dispatcher } from '../../electron/core/outbox/dispatcher.ts';
import { Outbox } from '../../electron/core/outbox/outbox.ts';
import { isFinal } from '../../electron/core/outbox/state.ts';
import type {
  AttemptResult,
  Gateway,
  GatewayBatch,
  NewMessage,
  OutboxStore,
  Outcome,
  Pause,
  SendResult,
  TurnRequest,
} from '../../electron/core/ports.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../../electron/db/open.ts';
import { AccountStore } from '../../electron/db/stores/accounts.ts';
import { SqliteControlStore } from '../../electron/db/stores/control.ts';
import { SqliteOutboxStore } from '../../electron/db/stores/outbox.ts';
import type { MessageState } from '../../shared/domain/message.ts';
import { seededRandom } from './random.ts';
import { settle, VirtualTime } from './virtual-time.ts';

// --- events -------------------------------------------------------------------------------------------------

/** How the far end treats one request. `arrived` of the unclear ones: whether it took the texts all the same. */
export type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'no-line' }
  | { readonly kind: 'left-out' }
  | { readonly kind: 'account'; readonly pauseSeconds: number | undefined }
  | { readonly kind: 'unknown'; readonly arrived: boolean; readonly pauseSeconds: number | undefined }
  | { readonly kind: 'throws'; readonly arrived: boolean }
  /** Each number its own verdict, drawn from the seed. */
  | { readonly kind: 'mixed'; readonly seed: number }
  /** Fewer verdicts than texts. */
  | { readonly kind: 'too-few' };

/** Where the program dies: around a call to its store, or between two of them. */
export type CrashPoint =
  | { readonly at: 'now' }
  | { readonly at: 'before' | 'after'; readonly call: 'submit' | 'turn' };

/** `which` picks among what there is, modulo; an event that finds nothing to act on does nothing. */
export type SimulationEvent =
  | {
      readonly type: 'submit';
      readonly account: 0 | 1;
      readonly texts: number;
      readonly personal: boolean;
      readonly bestBeforeSeconds: number | undefined;
      /** Asked for at a time. */
      readonly sendInSeconds: number | undefined;
      /** How long it can be undone. */
      readonly undoSeconds: number;
      /** Why it may go although the hours are quiet. */
      readonly override: boolean;
    }
  | { readonly type: 'submit-again'; readonly which: number }
  | { readonly type: 'answer'; readonly which: number; readonly answer: Answer }
  | { readonly type: 'crash'; readonly point: CrashPoint }
  | { readonly type: 'restart' }
  | { readonly type: 'cancel'; readonly which: number }
  | { readonly type: 'resolve'; readonly which: number; readonly decision: 'arrived' | 'send-again' | 'drop' }
  | { readonly type: 'decide-late'; readonly which: number; readonly decision: 'send' | 'drop' }
  | { readonly type: 'pass-time'; readonly seconds: number }
  | { readonly type: 'set-clock'; readonly seconds: number }
  | { readonly type: 'sleep'; readonly seconds: number; readonly announced: boolean }
  /** Quiet hours begin or end, for the first account. */
  | { readonly type: 'hours'; readonly open: boolean }
  | { readonly type: 'line-hint' }
  /** What the balance call says from now on, and the operating system. */
  | {
      readonly type: 'line';
      readonly check: 'works' | 'line' | 'unexpected' | 'key-rejected';
      readonly online: boolean;
    }
  | { readonly type: 'send-held-back' }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'disk'; readonly works: boolean }
  /** The result of an earlier attempt is written once more, as a late thread or a second process would. */
  | { readonly type: 'stale-result'; readonly which: number };

// --- rules that can be broken on purpose ---------------------------------------------------------------------

/** What a simulated program is made of. A control hands in a store that breaks one rule. */
export interface Rules {
  readonly store: (database: WriteDatabase, parts: StoreParts) => OutboxStore;
  /** A crash takes the last committed claim with it, as a disk does that was never told to write (`synchronous=NORMAL`). */
  readonly crashLosesClaim?: boolean;
  /** Compare nothing with the model: only what the far end was sent counts. */
  readonly ledgerOnly?: boolean;
}
export interface StoreParts {
  readonly runId: string;
  readonly now: () => number;
  readonly newRef: () => string;
}
export const realRules: Rules = { store: (database, parts) => new SqliteOutboxStore(database, parts) };

/** A rule of docs/outbox.md was broken. The message says which, and about which text. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
}

function rule(kept: boolean, says: string): asserts kept {
  if (!kept) throw new RuleBroken(says);
}

// --- what the far end and the reference model know ---------------------------------------------------------

interface Request {
  readonly number: number;
  readonly batch: GatewayBatch;
  readonly account: number;
  /** The attempt row it belongs to. */
  readonly attemptId: number;
  readonly settle: (result: SendResult | Error) => void;
  /** What the program was told; undefined while it waits for an answer. */
  outcomes: readonly Outcome[] | undefined;
  /** The result is on disk. */
  written: boolean;
  /** It was open, or told and not written, when the program died. */
  interrupted: boolean;
}

/** One text in the reference model. */
interface Text {
  readonly clientRef: string;
  readonly account: number;
  readonly submission: string;
  readonly recipient: string;
  readonly body: string;
  state: MessageState;
  bestBefore: number | undefined;
  readonly sendAt: number | undefined;
  /** On the clock of its submission. */
  readonly undoUntil: number | undefined;
  readonly override: boolean;
  cancelRequested: boolean;
  /** Submitted, but the program died or refused before it said so: may or may not be there. */
  uncertain: boolean;
  /** The row as it was when it first became final. */
  finalRow: string | undefined;
}

interface Row {
  readonly id: number;
  readonly client_ref: string;
  readonly state: MessageState;
  readonly attempt_no: number;
  readonly not_before: number;
  readonly best_before: number | null;
  readonly provider_id: string | null;
  readonly account_id: number;
  readonly recipient: string;
  readonly body: string;
}

/** Methods of the store that write nothing. Every other one may be refused by the disk. */
const readingMethods = ['nextDue', 'nextLate', 'due', 'counts', 'accountPause', 'heldThrough', 'piledUp'];

const selectRows = `SELECT id, client_ref, state, attempt_no, not_before, best_before, provider_id, account_id, recipient, body,
  state_at, error_code, error_text FROM message`;

/** What a run of the simulation came to. */
export interface Ledger {
  readonly texts: number;
  readonly requests: number;
  readonly inDoubt: number;
  readonly crashes: number;
}

// --- databases ----------------------------------------------------------------------------------------------

/** Where committed rows live between two runs of the program. */
interface Disk {
  open(): WriteDatabase;
  /** The process is gone; what was committed stays. */
  crash(database: WriteDatabase): void;
  close(database: WriteDatabase): void;
  remove(database: WriteDatabase): void;
}

/** The newest schema with two accounts, in memory. Its statements are prepared once: that is most of the cost of a run. */
let shared: WriteDatabase | undefined;
function sharedDatabase(): WriteDatabase {
  if (shared !== undefined) return shared;
  const directory = mkdtempSync(join(tmpdir(), 'outtray-simulation-'));
  const path = join(directory, 'outbox.db');
  const file = openDatabase(path);
  addAccounts(file);
  // A database in memory cannot be in WAL mode; everything else about it is the same.
  file.pragma('journal_mode = DELETE');
  file.close();
  const database = new Sqlite(readFileSync(path));
  rmSync(directory, { recursive: true });
  database.pragma('foreign_keys = ON');
  const prepared = new Map<string, Sqlite.Statement>();
  const prepare = database.prepare.bind(database);
  database.prepare = ((sql: string) => {
    const statement = prepared.get(sql) ?? prepare(sql);
    prepared.set(sql, statement);
    return statement;
  }) as typeof database.prepare;
  shared = database as WriteDatabase;
  return shared;
}

function addAccounts(database: WriteDatabase): void {
  const accounts = new AccountStore(database);
  accounts.create({ label: 'One', family: 'platform' }, 0);
  accounts.create({ label: 'Two', family: 'platform' }, 0);
}

/**
 * One connection serves all worlds: each is a transaction that is rolled back at its end, and the program's own
 * transactions are savepoints in it. A crash finds no open savepoint, since none outlives a call of the store.
 */
class MemoryDisk implements Disk {
  readonly #database = sharedDatabase();
  constructor() {
    this.#database.exec('BEGIN');
  }
  open(): WriteDatabase {
    return this.#database;
  }
  crash(): void {}
  close(): void {}
  remove(): void {
    this.#database.exec('ROLLBACK');
  }
}

/** A file with its log, opened as the program opens it. Slower by far, so only some sequences run on it. */
class FileDisk implements Disk {
  readonly #directory = mkdtempSync(join(tmpdir(), 'outtray-simulation-'));
  readonly #path = join(this.#directory, 'outbox.db');
  constructor() {
    const database = openDatabase(this.#path);
    addAccounts(database);
    closeDatabase(database);
  }
  open(): WriteDatabase {
    return openDatabase(this.#path);
  }
  crash(database: WriteDatabase): void {
    database.close();
  }
  close(database: WriteDatabase): void {
    closeDatabase(database);
  }
  remove(database: WriteDatabase): void {
    if (database.open) database.close();
    rmSync(this.#directory, { recursive: true });
  }
}

// --- the simulation -----------------------------------------------------------------------------------------

const day = 86_400;

/** One program, its world and its model. */
class Simulation {
  readonly #rules: Rules;
  readonly #disk: Disk;
  readonly #time = new VirtualTime();
  readonly #random: () => number;

  // The world.
  #diskWorks = true;
  #check: Extract<SimulationEvent, { type: 'line' }>['check'] = 'works';
  #online = true;
  #hoursOpen = true;
  /** From then on what seems to wait longer than any undo or back-off may go at once. */
  #clockWasSet = false;
  readonly #requests: Request[] = [];
  #crashAt: CrashPoint | undefined;
  #dead = false;
  #crashes = 0;
  #providerIds = 0;
  #references = 0;
  readonly #results: AttemptResult[] = [];

  // The program.
  #runs = 0;
  #database: WriteDatabase;
  #store: OutboxStore;
  #dispatchers: Dispatcher[] = [];
  #outbox: Outbox;

  // The model.
  readonly #texts = new Map<string, Text>();
  readonly #submissions: { id: string; account: number; messages: NewMessage[] }[] = [];
  #latest = 0;
  #pausedByPerson = false;
  #asleepUntil = 0;
  readonly #accountIds = [1, 2] as const;

  constructor(rules: Rules, disk: Disk, random: () => number) {
    this.#rules = rules;
    this.#disk = disk;
    this.#random = random;
    this.#database = disk.open();
    if (rules.crashLosesClaim === true) this.#database.exec('SAVEPOINT before_claim');
    ({ store: this.#store, outbox: this.#outbox } = this.#build());
  }

  async run(events: readonly SimulationEvent[]): Promise<Ledger> {
    try {
      await this.#boot();
      for (const event of events) {
        await this.#happen(event);
        await this.#compare();
      }
      await this.#comeToRest();
      return {
        texts: this.#texts.size,
        requests: this.#requests.length,
        inDoubt: [...this.#texts.values()].filter((text) => text.state === 'in_doubt').length,
        crashes: this.#crashes,
      };
    } finally {
      this.#dead = true;
      this.#time.dropTimers();
      this.#disk.remove(this.#database);
    }
  }

  // --- the program ---

  #build(): { store: OutboxStore; outbox: Outbox } {
    this.#runs += 1;
    const runId = `run-${this.#runs}`;
    const newRef = (): string => {
      this.#references += 1;
      const bytes = new Uint8Array(16);
      new DataView(bytes.buffer).setUint32(12, this.#references);
      return clientReference(bytes);
    };
    const real = this.#rules.store(this.#database, { runId, now: this.#time.clock.now, newRef });
    const store = this.#onUnreliableDisk(real);
    this.#dispatchers = this.#accountIds.map(
      (accountId, account) =>
        new Dispatcher({
          store,
          gateway: this.#gateway(account, runId),
          accountId,
          readKey: async () => 'key',
          clock: this.#time.clock,
          timers: this.#time.timers,
          random: this.#random,
          log: { debug() {}, info() {}, warn() {}, error() {} },
          onMessagesChanged() {},
          onSendingChanged() {},
          onPausedByGateway() {},
          onStorageProblem() {},
          lineHint: { online: () => this.#online },
          askAfterOutage: () => 10 * 60_000,
          ...(account === 1
            ? { ratePerMinute: 600 }
            : {
                calendar: {
                  // Asked again within the half minute that no timer exceeds.
                  windowAt: () => ({ open: this.#hoursOpen, changesAt: undefined }),
                },
              }),
        }),
    );
    const dispatchers = this.#dispatchers;
    const outbox = new Outbox({
      store,
      wake: () => {
        for (const dispatcher of dispatchers) dispatcher.wake();
      },
      newRef,
      control: new SqliteControlStore(this.#database),
      now: this.#time.clock.now,
      onMessagesChanged() {},
    });
    return { store, outbox };
  }

  /** Every write may fail because the disk refuses, or be the moment at which the program dies. */
  #onUnreliableDisk(store: OutboxStore): OutboxStore {
    const writes = new Set<keyof OutboxStore>(
      Object.getOwnPropertyNames(SqliteOutboxStore.prototype) as never,
    );
    for (const reading of [...readingMethods, 'constructor']) writes.delete(reading as keyof OutboxStore);
    return new Proxy(store, {
      get: (target, name: keyof OutboxStore) => {
        const method = target[name] as unknown;
        if (typeof method !== 'function') return method;
        return async (...input: unknown[]) => {
          if (this.#dead) return new Promise(() => {});
          if (writes.has(name) && !this.#diskWorks) {
            throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
          }
          const point = this.#crashAt;
          const dies =
            point !== undefined && point.at !== 'now' && point.call === name ? point.at : undefined;
          if (dies === 'before') return this.#die();
          if (name === 'turn' && this.#rules.crashLosesClaim === true) {
            this.#database.exec('RELEASE before_claim; SAVEPOINT before_claim');
          }
          if (name === 'turn') this.#results.push(...(input[0] as TurnRequest).results);
          const result: unknown = await (method as (...input: unknown[]) => Promise<unknown>).apply(
            target,
            input,
          );
          if (dies === 'after') return this.#die();
          return result;
        };
      },
    });
  }

  /** From here on nothing of the program gets to run. */
  #die(): Promise<never> {
    this.#dead = true;
    return new Promise<never>(() => {});
  }

  #gateway(account: number, runId: string): Gateway {
    return {
      id: 'simulated',
      capabilities: { maxRecipients: 200, personalTexts: account === 1 ? 50 : 1, clientRef: 'echo' },
      send: async (batch, { signal }) => {
        if (this.#dead) return new Promise(() => {});
        try {
          return await this.#receive(batch, account, runId, signal);
        } catch (error) {
          // The dispatcher takes what a gateway throws for doubt; a broken rule is for us.
          if (error instanceof RuleBroken) this.#unexpected ??= error;
          throw error;
        }
      },
      check: async () =>
        this.#check === 'works'
          ? { kind: 'works', balance: 1, currency: 'ZAR' }
          : { kind: 'failed', why: this.#check, text: '' },
      close: async () => {},
    };
  }

  async #boot(): Promise<void> {
    await this.#store.recover();
    for (const request of this.#requests) {
      if (request.written || request.interrupted) continue;
      request.interrupted = true;
      for (const { clientRef } of request.batch.messages) {
        const text = this.#text(clientRef);
        if (text.state === 'sending') text.state = 'in_doubt';
      }
    }
    await Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.start()));
    await settle();
  }

  async #reopen(): Promise<void> {
    this.#dead = false;
    this.#crashAt = undefined;
    this.#asleepUntil = 0;
    this.#database = this.#disk.open();
    this.#adoptUncertain();
    ({ store: this.#store, outbox: this.#outbox } = this.#build());
    // A program that cannot write to its disk does not start; so it is started when the disk works again.
    this.#diskWorks = true;
    await this.#boot();
  }

  /** Texts whose submission ended with the program: they are there, or they never were. */
  #adoptUncertain(): void {
    const there = new Set(this.#rows().map((row) => row.client_ref));
    for (const text of [...this.#texts.values()]) {
      if (!text.uncertain) continue;
      if (there.has(text.clientRef)) text.uncertain = false;
      else this.#texts.delete(text.clientRef);
    }
  }

  async #crash(): Promise<void> {
    this.#crashes += 1;
    this.#dead = true;
    this.#time.dropTimers();
    for (const request of this.#requests) this.#noteWritten(request);
    // What a claim wrote without a request having left is not in the model; the database tells.
    for (const row of this.#rows()) {
      const text = this.#texts.get(row.client_ref);
      if (row.state !== 'sending' || text === undefined || text.state !== 'queued') continue;
      text.state = 'in_doubt';
    }
    if (this.#rules.crashLosesClaim === true) this.#database.exec('ROLLBACK TO before_claim');
    this.#disk.crash(this.#database);
    await this.#reopen();
  }

  async #restart(): Promise<void> {
    const stopped = Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.stop()));
    let ended = false;
    void stopped.then(() => {
      ended = true;
    });
    await this.#time.advance(6_000);
    if (this.#dead) return this.#crash();
    rule(ended, 'quitting waits for requests for ever');
    for (const dispatcher of this.#dispatchers) dispatcher.abandon();
    for (const request of this.#requests) this.#noteWritten(request);
    this.#dead = true;
    this.#time.dropTimers();
    this.#disk.close(this.#database);
    await this.#reopen();
  }

  // --- the far end ---

  #receive(batch: GatewayBatch, account: number, runId: string, signal: AbortSignal): Promise<SendResult> {
    const now = this.#time.clock.now();
    for (const request of this.#requests) this.#noteWritten(request);
    rule(!this.#pausedByPerson, 'a request left although a person had paused sending');
    rule(
      this.#asleepUntil <= this.#time.clock.monotonic(),
      'a request was opened while the machine falls asleep',
    );
    const attempts = new Set<number>();
    for (const message of batch.messages) {
      const text = this.#texts.get(message.clientRef);
      rule(text !== undefined, `unexpected: nobody asked for ${message.clientRef}`);
      rule(
        text.recipient === message.recipient && text.body === message.body,
        `${message.clientRef} went out with another number or text`,
      );
      rule(text.account === account, `${message.clientRef} went out through another account`);
      const earlier = this.#requests.filter((request) =>
        request.batch.messages.some((other) => other.clientRef === message.clientRef),
      );
      for (const request of earlier) {
        const index = request.batch.messages.findIndex((other) => other.clientRef === message.clientRef);
        rule(
          request.outcomes?.[index]?.kind === 'notSent' && !request.interrupted,
          `sent twice: ${message.clientRef}, and request ${request.number} was ${
            request.interrupted ? 'interrupted' : (request.outcomes?.[index]?.kind ?? 'still open')
          }`,
        );
      }
      const row = this.#row(message.clientRef);
      rule(row.state === 'sending', `a request for ${message.clientRef}, which is ${row.state} on disk`);
      rule(row.not_before <= now, `${message.clientRef} went out before its time`);
      rule(
        text.sendAt === undefined || text.sendAt <= Math.max(now, this.#latest),
        `${message.clientRef} went out before it was asked for`,
      );
      rule(
        text.undoUntil === undefined || text.undoUntil <= Math.max(now, this.#latest) || this.#clockWasSet,
        `${message.clientRef} went out while it could be undone`,
      );
      rule(
        this.#hoursOpen || account !== 0 || text.override,
        `${message.clientRef} went out in quiet hours, and nobody gave a reason`,
      );
      rule(
        text.bestBefore === undefined || text.bestBefore > now,
        `${message.clientRef} went out after its best before, and nobody was asked`,
      );
      rule(
        text.state === 'queued' || this.#rules.ledgerOnly === true,
        `a request for ${message.clientRef}, which has to be ${text.state}`,
      );
      text.state = 'sending';
      text.uncertain = false;
      const open = this.#database
        .prepare(
          `SELECT attempt.id, attempt.run_id FROM attempt_message JOIN attempt ON attempt.id = attempt_id
           WHERE message_id = ? AND attempt_no = ? AND closed_at IS NULL`,
        )
        .all(row.id, row.attempt_no) as { id: number; run_id: string }[];
      rule(open.length === 1, `${message.clientRef} has ${open.length} open attempts`);
      rule(open[0]?.run_id === runId, `the attempt of ${message.clientRef} belongs to another run`);
      attempts.add(open[0]?.id ?? 0);
    }
    rule(attempts.size === 1, 'one request belongs to several attempts');
    return new Promise((resolve, reject) => {
      const request: Request = {
        number: this.#requests.length + 1,
        batch,
        account,
        attemptId: [...attempts][0] ?? 0,
        settle: (result) => (result instanceof Error ? reject(result) : resolve(result)),
        outcomes: undefined,
        written: false,
        interrupted: false,
      };
      this.#requests.push(request);
      signal.addEventListener('abort', () => {
        if (request.outcomes === undefined && !this.#dead)
          this.#answer(request, { kind: 'unknown', arrived: true, pauseSeconds: undefined });
      });
    });
  }

  #answer(request: Request, answer: Answer): void {
    const { messages } = request.batch;
    const every = (outcome: Outcome): readonly Outcome[] => messages.map(() => outcome);
    const taken = (): Outcome => {
      this.#providerIds += 1;
      return { kind: 'accepted', providerId: String(this.#providerIds).padStart(32, '0') };
    };
    const refused: Outcome = { kind: 'rejected', code: '105', text: 'Invalid destination' };
    const unclear: Outcome = { kind: 'unknown', why: 'reset', text: 'ECONNRESET' };
    const notSent = (why: 'line' | 'account' | 'aborted'): Outcome => ({ kind: 'notSent', why, text: why });
    const pauseFor = (seconds: number | undefined, reason: Pause['reason']): Pause => ({
      reason,
      until: seconds === undefined ? undefined : this.#time.clock.now() + seconds * 1_000,
      text: '',
    });
    const tell = (
      outcomes: readonly Outcome[],
      httpStatus: number | undefined,
      pause: Pause | undefined = undefined,
    ): void => {
      // What is missing is not known.
      request.outcomes = messages.map((_, index) => outcomes[index] ?? unclear);
      request.settle({ outcomes, pause, httpStatus });
    };
    switch (answer.kind) {
      case 'accepted':
        tell(messages.map(taken), 202);
        break;
      case 'rejected':
        tell(every(refused), 400);
        break;
      case 'no-line':
        tell(every(notSent('line')), undefined);
        break;
      case 'left-out':
        tell(every(notSent('aborted')), undefined);
        break;
      case 'account':
        tell(
          every(notSent('account')),
          401,
          pauseFor(answer.pauseSeconds, answer.pauseSeconds === undefined ? 'key-rejected' : 'rate-limited'),
        );
        break;
      case 'unknown':
        tell(
          every(unclear),
          answer.pauseSeconds === undefined ? undefined : 503,
          answer.pauseSeconds === undefined ? undefined : pauseFor(answer.pauseSeconds, 'rate-limited'),
        );
        break;
      case 'throws':
        request.outcomes = every(unclear);
        request.settle(new Error('a bug in the gateway'));
        break;
      case 'mixed': {
        const kinds = [taken, () => refused, () => notSent('aborted'), () => unclear];
        tell(
          messages.map((_, index) => (kinds[(answer.seed >>> (2 * index)) & 3] ?? taken)()),
          207,
        );
        break;
      }
      case 'too-few':
        tell(messages.slice(1).map(taken), 202);
    }
  }

  // --- events ---

  async #happen(event: SimulationEvent): Promise<void> {
    switch (event.type) {
      case 'submit':
        await this.#submitNew(event);
        break;
      case 'submit-again': {
        const submission = pick(this.#submissions, event.which);
        if (submission !== undefined) await this.#submit(submission);
        break;
      }
      case 'answer': {
        const open = this.#requests.filter(
          (request) => request.outcomes === undefined && !request.interrupted,
        );
        const request = pick(open, event.which);
        if (request !== undefined) this.#answer(request, event.answer);
        break;
      }
      case 'crash':
        if (event.point.at === 'now') await this.#crash();
        else this.#crashAt = event.point;
        break;
      case 'restart':
        await this.#restart();
        break;
      case 'cancel': {
        const text = this.#pickText(event.which);
        if (text !== undefined) await this.#cancel(text);
        break;
      }
      case 'resolve': {
        const text = this.#pickText(event.which, 'in_doubt');
        if (text !== undefined) await this.#resolve(text, event.decision);
        break;
      }
      case 'decide-late': {
        const text = this.#pickText(event.which, 'needs_decision');
        if (text !== undefined) await this.#decideLate(text, event.decision);
        break;
      }
      case 'pass-time':
        await this.#time.advance(event.seconds * 1_000);
        break;
      case 'set-clock':
        this.#time.moveWallClock(event.seconds * 1_000);
        this.#clockWasSet = true;
        break;
      case 'hours':
        this.#hoursOpen = event.open;
        break;
      case 'sleep':
        if (event.announced) {
          for (const dispatcher of this.#dispatchers) dispatcher.fallAsleep();
          this.#asleepUntil = this.#time.clock.monotonic() + 30_000;
          await this.#time.advance(1_000);
        }
        this.#time.moveWallClock(event.seconds * 1_000);
        this.#asleepUntil = 0;
        if (event.announced) await this.#soon(Promise.all(this.#dispatchers.map((each) => each.wakeUp())));
        break;
      case 'line-hint':
        for (const dispatcher of this.#dispatchers) dispatcher.lineMayBeBack();
        break;
      case 'line':
        this.#check = event.check;
        this.#online = event.online;
        break;
      case 'send-held-back':
        await this.#soon(Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.sendHeldBack())));
        break;
      case 'pause':
        await this.#pauseAll();
        break;
      case 'resume':
        this.#pausedByPerson = false;
        await this.#soon(Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.resume())));
        break;
      case 'disk':
        this.#diskWorks = event.works;
        break;
      case 'stale-result': {
        const result = pick(this.#results, event.which);
        if (result !== undefined) await this.#soon(this.#store.close([result]));
        break;
      }
    }
    await settle();
    if (this.#dead) await this.#crash();
  }

  /** Waits for what the program was asked, unless it dies over it or the disk refuses. */
  async #soon<T>(asked: Promise<T>): Promise<{ readonly value: T } | undefined> {
    let answer: { readonly value: T } | undefined;
    void asked.then(
      (value) => {
        answer = { value };
      },
      (error: unknown) => {
        if (this.#diskWorks && !this.#dead) this.#unexpected ??= error;
      },
    );
    await settle();
    if (this.#unexpected !== undefined) throw this.#unexpected;
    return answer;
  }
  #unexpected: unknown;

  async #submitNew(event: Extract<SimulationEvent, { type: 'submit' }>): Promise<void> {
    const number = this.#submissions.length + 1;
    const now = this.#time.clock.now();
    const submission = {
      id: `submission-${number}`,
      account: event.account,
      messages: Array.from({ length: event.texts }, (_, index): NewMessage => {
        this.#references += 1;
        const bytes = new Uint8Array(16);
        new DataView(bytes.buffer).setUint32(12, this.#references);
        return {
          clientRef: clientReference(bytes),
          // Two texts of a submission may be for one number: they must not share a request.
          recipient: `+2782${String(number).padStart(4, '0')}${String(index % 5).padStart(3, '0')}`,
          body: event.personal ? `text ${number}.${index}` : `text ${number}`,
          parts: 1,
          encoding: 'gsm-7',
          bestBefore:
            event.bestBeforeSeconds === undefined ? undefined : now + event.bestBeforeSeconds * 1_000,
          sendAt: event.sendInSeconds === undefined ? undefined : now + event.sendInSeconds * 1_000,
          notBefore: event.undoSeconds === 0 ? undefined : now + event.undoSeconds * 1_000,
          quietOverride: event.override ? 'a doctor asked for it' : undefined,
        };
      }),
    };
    this.#submissions.push(submission);
    await this.#submit(submission);
  }

  async #submit(submission: { id: string; account: number; messages: NewMessage[] }): Promise<void> {
    for (const message of submission.messages) {
      if (this.#texts.has(message.clientRef)) continue;
      this.#texts.set(message.clientRef, {
        clientRef: message.clientRef,
        account: submission.account,
        submission: submission.id,
        recipient: message.recipient,
        body: message.body,
        state: 'queued',
        bestBefore: message.bestBefore,
        sendAt: message.sendAt,
        undoUntil: message.notBefore,
        override: message.quietOverride !== undefined,
        cancelRequested: false,
        uncertain: true,
        finalRow: undefined,
      });
    }
    // The texts of a submission that is pressed again are made anew, as the form does; the first ones count.
    const known = submission.messages.every(
      ({ clientRef }) => this.#texts.get(clientRef)?.uncertain === false,
    );
    const messages = known
      ? submission.messages.map((message) => ({ ...message, clientRef: `7${message.clientRef.slice(1)}` }))
      : submission.messages;
    const answer = await this.#soon(
      this.#outbox.submit(submission.id, this.#accountIds[submission.account] ?? 1, messages, undefined),
    );
    if (answer === undefined) {
      if (!this.#dead) this.#adoptUncertain();
      return;
    }
    for (const { clientRef } of submission.messages) this.#text(clientRef).uncertain = false;
    rule(
      answer.value.messageIds.length === submission.messages.length,
      `${submission.id} was taken as ${answer.value.messageIds.length} texts`,
    );
  }

  async #cancel(text: Text): Promise<void> {
    const { id, state } = this.#row(text.clientRef);
    const requestedBefore = text.cancelRequested;
    // Known before the program is: a result that could not be written yet may be written as soon as this is.
    if (state === 'sending') text.cancelRequested = true;
    const answer = await this.#soon(this.#outbox.cancel(id));
    if (answer === undefined) {
      text.cancelRequested = requestedBefore;
      return;
    }
    const expected = state === 'queued' ? 'cancelled' : state === 'sending' ? 'requested' : 'too-late';
    rule(answer.value === expected, `cancelling a text that is ${state} said ${answer.value}`);
    if (answer.value === 'cancelled') text.state = 'cancelled';
    if (answer.value === 'requested') text.cancelRequested = true;
  }

  async #resolve(text: Text, decision: 'arrived' | 'send-again' | 'drop'): Promise<void> {
    const { id } = this.#row(text.clientRef);
    const before = new Set(this.#rows().map((row) => row.client_ref));
    // Known before the program is: the second text may be on its way as soon as it is written.
    const nextReference = this.#references + 1;
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setUint32(12, nextReference);
    const again = clientReference(bytes);
    if (decision === 'send-again')
      this.#texts.set(again, {
        ...text,
        clientRef: again,
        state: 'queued',
        bestBefore: undefined,
        sendAt: undefined,
        undoUntil: undefined,
        cancelRequested: false,
        uncertain: true,
        finalRow: undefined,
      });
    const answer = await this.#soon(this.#outbox.resolveDoubt(id, decision));
    if (answer === undefined) {
      if (!this.#dead) this.#adoptUncertain();
      return;
    }
    text.state = decision === 'arrived' ? 'accepted' : 'abandoned';
    if (decision === 'send-again') {
      this.#text(again).uncertain = false;
      rule(!before.has(again), 'a text sent again carries an old reference');
    }
  }

  async #decideLate(text: Text, decision: 'send' | 'drop'): Promise<void> {
    const { bestBefore } = text;
    // From now on it may leave at any moment.
    if (decision === 'send') text.bestBefore = undefined;
    if (decision === 'send') text.state = 'queued';
    const answer = await this.#soon(this.#outbox.decideLate(this.#row(text.clientRef).id, decision));
    if (answer === undefined) {
      text.bestBefore = bestBefore;
      text.state = 'needs_decision';
    } else if (decision === 'drop') text.state = 'cancelled';
  }

  async #pauseAll(): Promise<void> {
    const answer = await this.#soon(
      Promise.all(
        this.#dispatchers.map((dispatcher) =>
          dispatcher.pause({ reason: 'person', until: undefined, text: '' }),
        ),
      ),
    );
    if (answer !== undefined) this.#pausedByPerson = true;
  }

  // --- the model against the database ---

  async #compare(): Promise<void> {
    if (this.#unexpected !== undefined) throw this.#unexpected;
    this.#latest = Math.max(this.#latest, this.#time.clock.now());
    for (const request of this.#requests) this.#noteWritten(request);
    if (this.#rules.ledgerOnly === true) return;
    const rows = this.#rows();
    const states = new Map<string, number>();
    for (const row of rows) {
      states.set(row.state, (states.get(row.state) ?? 0) + 1);
      const text = this.#texts.get(row.client_ref);
      rule(text !== undefined, `unexpected: a row for ${row.client_ref}, which nobody submitted`);
      // When a late text is set aside is the dispatcher's business, but only a late one may be.
      if (
        row.state === 'needs_decision' &&
        text.state === 'queued' &&
        text.bestBefore !== undefined &&
        text.bestBefore <= this.#latest
      ) {
        text.state = 'needs_decision';
      }
      rule(row.state === text.state, `${row.client_ref} is ${row.state}, and has to be ${text.state}`);
      if (isFinal(row.state)) {
        const written = JSON.stringify(row);
        text.finalRow ??= written;
        rule(text.finalRow === written, `${row.client_ref} was final and has changed: ${written}`);
      } else rule(text.finalRow === undefined, `${row.client_ref} was final and is ${row.state} again`);
    }
    rule(rows.length === this.#texts.size, `lost: ${this.#texts.size - rows.length} of the submitted texts`);
    for (const { state, total } of this.#database.prepare('SELECT state, total FROM message_count').all() as {
      state: string;
      total: number;
    }[]) {
      rule(total === (states.get(state) ?? 0), `the counter says ${total} ${state}`);
    }
    const twice = this.#database
      .prepare(
        `SELECT message_id FROM attempt_message JOIN attempt ON attempt.id = attempt_id
         WHERE closed_at IS NULL GROUP BY message_id HAVING count(*) > 1`,
      )
      .all();
    rule(twice.length === 0, 'a text has two open attempts');
    const sameId = this.#database
      .prepare(
        `SELECT provider_id FROM message WHERE provider_id IS NOT NULL
         GROUP BY account_id, provider_id HAVING count(*) > 1`,
      )
      .all();
    rule(sameId.length === 0, 'two texts of an account carry the same id of the gateway');
    for (const request of this.#requests) {
      if (request.interrupted || request.written || request.outcomes === undefined) continue;
      rule(
        !this.#diskWorks || this.#asleepOrRetrying(),
        `the answer to request ${request.number} was not written`,
      );
    }
  }

  /** After the disk refused, writing is tried again every few seconds, not at once. */
  #asleepOrRetrying(): boolean {
    return this.#time.pending > 0;
  }

  /** A result that is on disk changes the model. */
  #noteWritten(request: Request): void {
    if (request.written || request.interrupted || request.outcomes === undefined) return;
    const { closed_at: closedAt } = this.#database
      .prepare('SELECT closed_at FROM attempt WHERE id = ?')
      .get(request.attemptId) as { closed_at: number | null };
    if (closedAt === null) return;
    request.written = true;
    for (const [index, { clientRef }] of request.batch.messages.entries()) {
      const text = this.#text(clientRef);
      const outcome = request.outcomes[index];
      if (text.state !== 'sending' || outcome === undefined) continue;
      text.state = {
        accepted: 'accepted',
        rejected: 'rejected',
        notSent: text.cancelRequested ? 'cancelled' : 'queued',
        unknown: 'in_doubt',
      }[outcome.kind] as MessageState;
    }
  }

  /** Everything works again: what still waits has to go out, and nothing else may. */
  async #comeToRest(): Promise<void> {
    this.#diskWorks = true;
    this.#crashAt = undefined;
    this.#pausedByPerson = false;
    this.#check = 'works';
    this.#online = true;
    this.#hoursOpen = true;
    this.#time.moveWallClock(Math.max(0, this.#latest - this.#time.clock.now()));
    for (let round = 0; ; round += 1) {
      rule(round < 200, 'the outbox does not come to rest although everything works');
      await this.#soon(Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.resume())));
      await this.#soon(Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.sendHeldBack())));
      for (const request of this.#requests) {
        if (request.outcomes === undefined && !request.interrupted)
          this.#answer(request, { kind: 'accepted' });
      }
      await settle();
      await this.#compare();
      const open = this.#rows().filter((row) => row.state === 'queued' || row.state === 'sending');
      if (open.length === 0) break;
      // Later the machine sleeps between two looks, which is as good as waiting and costs nothing.
      if (round >= 2) this.#time.moveWallClock(round < 60 ? 300_000 * round : day * 1_000);
      await this.#time.advance(round < 2 ? 3_000 : 31_000);
      await this.#compare();
    }
    for (const text of this.#texts.values()) {
      const told = this.#requests.flatMap((request) => {
        const index = request.batch.messages.findIndex((other) => other.clientRef === text.clientRef);
        return index === -1 ? [] : [request.outcomes?.[index]?.kind];
      });
      if (this.#row(text.clientRef).provider_id !== null) {
        rule(told.includes('accepted'), `${text.clientRef} claims to have been taken, and was not`);
      }
      if (text.state === 'rejected')
        rule(told.includes('rejected'), `${text.clientRef} claims to have been refused, and was not`);
    }
  }

  // --- reading ---

  #rows(): readonly Row[] {
    return this.#database.prepare(`${selectRows} ORDER BY id`).all() as Row[];
  }

  #row(clientRef: string): Row {
    const row = this.#database.prepare(`${selectRows} WHERE client_ref = ?`).get(clientRef) as
      | Row
      | undefined;
    rule(row !== undefined, `lost: ${clientRef} is not on disk`);
    return row;
  }

  #text(clientRef: string): Text {
    const text = this.#texts.get(clientRef);
    rule(text !== undefined, `unexpected: nobody submitted ${clientRef}`);
    return text;
  }

  #pickText(which: number, state?: MessageState): Text | undefined {
    const texts = [...this.#texts.values()].filter(
      (text) => !text.uncertain && (state === undefined || text.state === state),
    );
    return pick(texts, which);
  }
}

function pick<T>(list: readonly T[], which: number): T | undefined {
  return list.length === 0 ? undefined : list[which % list.length];
}

/**
 * Runs a list of events to its end.
 * @throws RuleBroken, or whatever the program threw that it should not have
 */
export async function simulate(
  events: readonly SimulationEvent[],
  { rules = realRules, seed = 1, disk = 'memory' as 'memory' | 'file' } = {},
): Promise<Ledger> {
  const simulation = new Simulation(
    rules,
    disk === 'memory' ? new MemoryDisk() : new FileDisk(),
    seededRandom(seed),
  );
  return simulation.run(events);
}
