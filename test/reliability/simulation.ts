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
import { ListImports } from '../../electron/core/list-imports.ts';
import { Dispatcher } from '../../electron/core/outbox/dispatcher.ts';
import { Outbox } from '../../electron/core/outbox/outbox.ts';
import { RecurringTexts } from '../../electron/core/outbox/recurring-texts.ts';
import { isFinal } from '../../electron/core/outbox/state.ts';
import type {
  AttemptResult,
  BodyEraser,
  ControlStore,
  DeliveryReport,
  Gateway,
  GatewayBatch,
  ListStore,
  NewMessage,
  OutboxStore,
  Outcome,
  Pause,
  SendResult,
  TurnRequest,
} from '../../electron/core/ports.ts';
import { SqliteBodyEraser } from '../../electron/db/care/erase.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../../electron/db/open.ts';
import { AccountStore } from '../../electron/db/stores/accounts.ts';
import { SqliteControlStore } from '../../electron/db/stores/control.ts';
import { SqliteListStore } from '../../electron/db/stores/lists.ts';
import { SqliteNumberStore } from '../../electron/db/stores/numbers.ts';
import { type NumberNotes, SqliteOutboxStore } from '../../electron/db/stores/outbox.ts';
import { SqliteRecurrenceStore } from '../../electron/db/stores/recurrences.ts';
import { type MessageState, openStates } from '../../shared/domain/message.ts';
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
  /** The same answer for several at once; one of them is not in doubt. */
  | {
      readonly type: 'resolve-several';
      readonly which: number;
      readonly most: number;
      readonly decision: 'arrived' | 'send-again' | 'drop';
    }
  | { readonly type: 'edit'; readonly which: number }
  | { readonly type: 'move'; readonly which: number; readonly to: 'first' | 'last' }
  | { readonly type: 'undo'; readonly which: number }
  | { readonly type: 'retry-failed'; readonly which: number | undefined; readonly limit: number }
  /** What is said of one text that was taken, in any order and more than once. `optOut`: its number does not want any. */
  | {
      readonly type: 'report';
      readonly which: number;
      readonly says: readonly DeliveryReport['event'][];
      readonly optOut: boolean;
    }
  | { readonly type: 'erase-number'; readonly which: number }
  | { readonly type: 'opt-out'; readonly which: number }
  | { readonly type: 'opt-in'; readonly which: number }
  /** A list is read and, if sealed, made into texts: so many slices before the next event. */
  | {
      readonly type: 'list';
      readonly account: 0 | 1;
      readonly texts: number;
      readonly sealed: boolean;
      readonly undoSeconds: number;
      readonly slices: number;
    }
  /** A daily text, its first time so many minutes from now. */
  | { readonly type: 'recurring'; readonly account: 0 | 1; readonly inMinutes: number }
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
  readonly control?: (database: WriteDatabase) => ControlStore;
  readonly lists?: (database: WriteDatabase, monotonic: () => number) => ListStore;
  readonly eraser?: (database: WriteDatabase) => BodyEraser;
  /** Names the submission of one day of a rule. */
  readonly occurrence?: (id: string) => string;
  /** A crash takes the last committed claim with it, as a disk does that was never told to write (`synchronous=NORMAL`). */
  readonly crashLosesClaim?: boolean;
  /** Compare nothing with the model: only what the far end was sent counts. */
  readonly ledgerOnly?: boolean;
}
export interface StoreParts {
  readonly runId: string;
  readonly now: () => number;
  readonly newRef: () => string;
  readonly numbers?: NumberNotes | undefined;
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
  recipient: string;
  body: string;
  state: MessageState;
  bestBefore: number | undefined;
  readonly sendAt: number | undefined;
  /** On the clock of its submission. */
  readonly undoUntil: number | undefined;
  readonly override: boolean;
  cancelRequested: boolean;
  /** Submitted, but the program died or refused before it said so: may or may not be there. */
  uncertain: boolean;
  /** A person said so, and no second text stands for it yet. */
  mayBeSentAgain: boolean;
  /** A second text stands for it. */
  sentAgain: boolean;
  /** The row as it was when it first became final. */
  finalRow: string | undefined;
}

/** A list that was read, and the numbers of it that have no text yet. */
interface List {
  readonly account: 0 | 1;
  readonly body: string;
  readonly left: Set<string>;
  sealed: boolean;
}

interface DailyText {
  readonly id: number;
  readonly account: 0 | 1;
  readonly recipients: readonly string[];
  /** `08:30` in UTC. */
  readonly time: string;
  readonly activeSince: number;
}

/** A text that a person put first, and those that were waiting then. */
interface PutFirst {
  readonly text: Text;
  readonly before: Set<string>;
}

/** What may be said of a text that was taken. Anything else is too late, and changes nothing. */
const reported: Partial<Record<MessageState, Partial<Record<DeliveryReport['event'], MessageState>>>> = {
  accepted: {
    'report-delivered': 'delivered',
    'report-undelivered': 'undelivered',
    'stop-asking': 'status_unknown',
  },
  status_unknown: { 'report-delivered': 'delivered', 'report-undelivered': 'undelivered' },
};
const canBeReported: ReadonlySet<MessageState> = new Set([
  'accepted',
  'status_unknown',
  'delivered',
  'undelivered',
]);
const bestBeforeMinutes = 60;
/** The word with which Clickatell says that a person does not want texts. */
const optOutCode = '122';

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
  readonly submission_id: string;
  readonly resend_of: number | null;
}

/** Methods of the store that write nothing. Every other one may be refused by the disk. */
const readingMethods: ReadonlySet<string> = new Set([
  'nextDue',
  'nextLate',
  'due',
  'counts',
  'accountPause',
  'heldThrough',
  'waitingSince',
  'piledUp',
  'failedCount',
]);
const diskFull = (): Error => Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });

const selectRows = `SELECT id, client_ref, state, attempt_no, not_before, best_before, provider_id, account_id, recipient, body,
  submission_id, resend_of, state_at, error_code, error_text FROM message`;

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
  #lists: ListImports;
  #listRows: readonly string[] = [];
  #recurring: RecurringTexts;

  // The model.
  readonly #texts = new Map<string, Text>();
  readonly #submissions: { id: string; account: number; messages: NewMessage[] }[] = [];
  readonly #listsRead = new Map<string, List>();
  readonly #daily: DailyText[] = [];
  readonly #madeOfDaily = new Set<string>();
  readonly #optedOut = new Set<string>();
  #putFirst: PutFirst[] = [];
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
    const program = this.#build();
    this.#store = program.store;
    this.#outbox = program.outbox;
    this.#lists = program.lists;
    this.#recurring = program.recurring;
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

  #build(): { store: OutboxStore; outbox: Outbox; lists: ListImports; recurring: RecurringTexts } {
    this.#runs += 1;
    const runId = `run-${this.#runs}`;
    const newRef = (): string => {
      this.#references += 1;
      const bytes = new Uint8Array(16);
      new DataView(bytes.buffer).setUint32(12, this.#references);
      return clientReference(bytes);
    };
    const { clock, timers } = this.#time;
    const numbers = new SqliteNumberStore(this.#database);
    const real = this.#rules.store(this.#database, {
      runId,
      now: clock.now,
      newRef,
      numbers: {
        read: (_account, _code, text) => (text === optOutCode ? 'opted-out' : 'unreachable'),
        note: (recipient, news, now) => numbers.note(recipient, news, now),
      },
    });
    const store = this.#onUnreliableDisk(real);
    const log = { debug() {}, info() {}, warn() {}, error() {} };
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
          log,
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
      control: this.#onUnreliableDisk(
        this.#rules.control?.(this.#database) ?? new SqliteControlStore(this.#database),
      ),
      now: this.#time.clock.now,
      onMessagesChanged() {},
    });
    const makesLists =
      this.#rules.lists ?? ((database, monotonic) => new SqliteListStore(database, monotonic));
    const lists = new ListImports({
      store: this.#onUnreliableDiskNow(makesLists(this.#database, clock.monotonic), ['lists']),
      readList: async (_source, onReport) => {
        const counts = {
          read: this.#listRows.length,
          taken: this.#listRows.length,
          sharing: 0,
          duplicates: 0,
          leftOut: {},
        };
        onReport({
          kind: 'shape',
          shape: { encoding: 'utf-8', delimiter: ',', columns: [], column: 0, header: false },
        });
        const recipients = this.#listRows.map((number, row) => [row + 1, number] as const);
        onReport({ kind: 'recipients', recipients, counts, part: 1 });
        return { counts, leftOut: [] };
      },
      findRepeats: async () => {},
      newId: () => `list-${this.#listsRead.size}`,
      newRef,
      clock,
      timers,
      log,
      onChanged() {},
      onMade() {
        for (const dispatcher of dispatchers) dispatcher.wake();
      },
    });
    const recurring = new RecurringTexts({
      store: this.#onUnreliableDiskNow(new SqliteRecurrenceStore(this.#database), ['list']),
      submit: ({ id, accountId, messages }) =>
        outbox.submit(this.#rules.occurrence?.(id) ?? id, accountId, messages, undefined, 1),
      newRef,
      clock,
      timers,
      log,
      onChanged() {},
    });
    return { store, outbox, lists, recurring };
  }

  /** The same for a store that answers at once. */
  #onUnreliableDiskNow<Store extends object>(store: Store, reading: readonly (keyof Store)[]): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const method = target[name as keyof Store] as unknown;
        if (typeof method !== 'function') return method;
        return (...input: unknown[]): unknown => {
          // Timers of a process that died within this event may still fire: they find nothing, and write nothing.
          if (this.#dead && reading.includes(name as keyof Store)) return [];
          if (this.#dead) throw new Error('the process is gone');
          if (!this.#diskWorks && !reading.includes(name as keyof Store)) throw diskFull();
          return (method as (...input: unknown[]) => unknown).apply(target, input);
        };
      },
    });
  }

  /** Every write may fail because the disk refuses, or be the moment at which the program dies. */
  #onUnreliableDisk<Store extends OutboxStore | ControlStore>(store: Store): Store {
    return new Proxy(store, {
      get: (target, name: string) => {
        const method = target[name as keyof Store] as unknown;
        if (typeof method !== 'function') return method;
        return async (...input: unknown[]) => {
          if (this.#dead) return new Promise(() => {});
          if (!this.#diskWorks && !readingMethods.has(name)) throw diskFull();
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
    this.#recurring.start();
    this.#lists.resume();
    await settle();
  }

  async #reopen(): Promise<void> {
    this.#dead = false;
    this.#crashAt = undefined;
    this.#asleepUntil = 0;
    this.#database = this.#disk.open();
    this.#adoptUncertain();
    const program = this.#build();
    this.#store = program.store;
    this.#outbox = program.outbox;
    this.#lists = program.lists;
    this.#recurring = program.recurring;
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
    this.#adoptAll();
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
    this.#lists.close();
    const stopped = Promise.all([
      this.#recurring.stop(),
      ...this.#dispatchers.map((dispatcher) => dispatcher.stop()),
    ]);
    let ended = false;
    void stopped.then(() => {
      ended = true;
    });
    await this.#time.advance(6_000);
    if (this.#dead) return this.#crash();
    rule(ended, 'quitting waits for requests for ever');
    for (const dispatcher of this.#dispatchers) dispatcher.abandon();
    this.#adoptAll();
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
    rule(
      new Set(batch.messages.map(({ recipient }) => recipient)).size === batch.messages.length,
      'one number stands twice in a request',
    );
    this.#checkOrder(batch, account);
    for (const message of batch.messages) {
      const text = this.#texts.get(message.clientRef) ?? this.#adopt(this.#row(message.clientRef));
      rule(text !== undefined, `unexpected: nobody asked for ${message.clientRef}`);
      rule(!this.#optedOut.has(text.recipient), `${text.recipient} must not be texted, and was`);
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

  /** Nothing that waited when a text was put first may leave before it, as long as that one may leave itself. */
  #checkOrder(batch: GatewayBatch, account: number): void {
    if (this.#rules.ledgerOnly === true) return;
    for (const { text, before } of this.#putFirst) {
      if (text.account !== account || !batch.messages.some(({ clientRef }) => before.has(clientRef)))
        continue;
      const row = this.#row(text.clientRef);
      const held = this.#database
        .prepare('SELECT hold_through_id FROM account WHERE id = ?')
        .pluck()
        .get(row.account_id) as number | null;
      const mayLeave =
        row.state === 'queued' &&
        row.not_before === 0 &&
        (row.best_before === null || row.best_before > this.#time.clock.now()) &&
        row.id > (held ?? 0) &&
        !this.#optedOut.has(text.recipient) &&
        (this.#hoursOpen || account !== 0 || text.override);
      if (!mayLeave) continue;
      for (const { clientRef } of batch.messages) {
        const other = this.#text(clientRef);
        rule(
          !before.has(clientRef) || other.submission === text.submission,
          `${clientRef} left before the text that was put first`,
        );
      }
    }
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
      case 'resolve-several':
        await this.#resolveSeveral(event);
        break;
      case 'edit': {
        const text = this.#pickText(event.which);
        if (text !== undefined) await this.#edit(text);
        break;
      }
      case 'move': {
        const text = this.#pickText(event.which);
        if (text !== undefined) await this.#move(text, event.to);
        break;
      }
      case 'undo': {
        const submission = pick(this.#submissions, event.which);
        if (submission !== undefined) await this.#undo(submission);
        break;
      }
      case 'retry-failed':
        await this.#retryFailed(event);
        break;
      case 'report': {
        const taken = [...this.#texts.values()].filter(
          ({ uncertain, state }) => !uncertain && canBeReported.has(state),
        );
        const text = pick(taken, event.which);
        if (text !== undefined) await this.#report(text, event);
        break;
      }
      case 'erase-number': {
        const text = this.#pickText(event.which);
        if (text !== undefined && text.recipient !== '') this.#eraseNumber(text.recipient);
        break;
      }
      case 'opt-out': {
        const text = this.#pickText(event.which);
        if (text === undefined || text.recipient === '' || !this.#diskWorks) break;
        new SqliteNumberStore(this.#database).optOut([text.recipient], 'person', this.#time.clock.now());
        this.#optedOut.add(text.recipient);
        break;
      }
      case 'opt-in': {
        const number = pick([...this.#optedOut], event.which);
        if (number === undefined || !this.#diskWorks) break;
        new SqliteNumberStore(this.#database).optIn(number);
        this.#optedOut.delete(number);
        break;
      }
      case 'list':
        await this.#readList(event);
        break;
      case 'recurring':
        this.#addDaily(event);
        break;
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
        mayBeSentAgain: false,
        sentAgain: false,
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

  /** A rule about what the program says. Where the ledger alone counts, it may say what it likes. */
  #told(kept: boolean, says: string): void {
    rule(kept || this.#rules.ledgerOnly === true, says);
  }

  async #resolve(text: Text, decision: 'arrived' | 'send-again' | 'drop'): Promise<void> {
    // Known before the program is: the second text may be on its way as soon as it is written.
    text.mayBeSentAgain = decision === 'send-again';
    const answer = await this.#soon(this.#outbox.resolveDoubt(this.#row(text.clientRef).id, decision));
    this.#adoptAll();
    if (answer === undefined) {
      text.mayBeSentAgain = false;
      return;
    }
    text.state = decision === 'arrived' ? 'accepted' : 'abandoned';
    this.#told(
      !text.mayBeSentAgain,
      `lost: ${text.clientRef} was to be sent again, and there is no text for it`,
    );
  }

  async #resolveSeveral(event: Extract<SimulationEvent, { type: 'resolve-several' }>): Promise<void> {
    const doubtful = [...this.#texts.values()]
      .filter((text) => text.state === 'in_doubt')
      .slice(0, event.most);
    const other = this.#pickText(event.which);
    const asked = other === undefined || other.state === 'in_doubt' ? doubtful : [other, ...doubtful];
    for (const text of doubtful) text.mayBeSentAgain = event.decision === 'send-again';
    const ids = asked.map((text) => this.#row(text.clientRef).id);
    const answer = await this.#soon(this.#outbox.resolveDoubts(ids, event.decision));
    this.#adoptAll();
    if (answer !== undefined)
      this.#told(
        answer.value.resolved === doubtful.length,
        'several were resolved, and not those that were in doubt',
      );
    for (const text of doubtful) {
      // Where the program died over it, each was answered, or it was not.
      if (answer === undefined && this.#row(text.clientRef).state === 'in_doubt') text.mayBeSentAgain = false;
      else {
        text.state = event.decision === 'arrived' ? 'accepted' : 'abandoned';
        this.#told(
          !text.mayBeSentAgain,
          `lost: ${text.clientRef} was to be sent again, and there is no text for it`,
        );
      }
    }
  }

  async #edit(text: Text): Promise<void> {
    const { id, state } = this.#row(text.clientRef);
    const { recipient, body } = text;
    this.#edits += 1;
    const waits = state === 'queued' || state === 'needs_decision';
    if (waits) {
      text.recipient = `+2783${String(this.#edits).padStart(7, '0')}`;
      text.body = `edited ${this.#edits}`;
    }
    const answer = await this.#soon(
      this.#outbox.edit(id, {
        recipient: `+2783${String(this.#edits).padStart(7, '0')}`,
        body: `edited ${this.#edits}`,
        parts: 1,
        encoding: 'gsm-7',
      }),
    );
    if (answer === undefined) {
      text.recipient = recipient;
      text.body = body;
    } else
      this.#told(
        answer.value === (waits ? 'edited' : 'too-late'),
        `editing a text that is ${state}: ${answer.value}`,
      );
  }
  #edits = 0;

  async #move(text: Text, to: 'first' | 'last'): Promise<void> {
    const { id, state } = this.#row(text.clientRef);
    const before = this.#putFirst;
    this.#putFirst = before.filter((other) => other.text !== text);
    // What is put first now may leave before what was put first earlier.
    for (const other of this.#putFirst) if (to === 'first') other.before.delete(text.clientRef);
    if (to === 'first' && state === 'queued')
      this.#putFirst.push({
        text,
        before: new Set(
          [...this.#texts.values()]
            .filter((other) => other !== text && other.account === text.account && other.state === 'queued')
            .map(({ clientRef }) => clientRef),
        ),
      });
    const answer = await this.#soon(this.#outbox.move(id, to));
    if (answer === undefined) this.#putFirst = before.filter((other) => other.text !== text);
    else
      this.#told(
        answer.value === (state === 'queued' ? 'edited' : 'too-late'),
        `moving a text that is ${state}: ${answer.value}`,
      );
  }

  async #undo(submission: { readonly id: string; readonly messages: readonly NewMessage[] }): Promise<void> {
    const texts = submission.messages.flatMap(({ clientRef }) => this.#texts.get(clientRef) ?? []);
    const waiting = texts.filter((text) => this.#row(text.clientRef).state === 'queued');
    const answer = await this.#soon(this.#outbox.undo(submission.id));
    if (answer === undefined) return;
    for (const text of waiting) text.state = 'cancelled';
    this.#told(
      answer.value.undone.length === waiting.length && answer.value.tooLate === texts.length - waiting.length,
      `taking ${submission.id} back said ${JSON.stringify(answer.value)}`,
    );
  }

  async #retryFailed(event: Extract<SimulationEvent, { type: 'retry-failed' }>): Promise<void> {
    const of = event.which === undefined ? undefined : pick(this.#submissions, event.which)?.id;
    const failed = [...this.#texts.values()].filter(
      (text) =>
        (text.state === 'rejected' || text.state === 'undelivered') &&
        text.body !== '' &&
        !text.sentAgain &&
        (of === undefined || text.submission === of),
    );
    const ids = new Map(failed.map((text) => [this.#row(text.clientRef).id, text]));
    const first = [...ids].sort(([one], [other]) => one - other).slice(0, event.limit);
    for (const [, text] of first) text.mayBeSentAgain = true;
    const answer = await this.#soon(
      this.#outbox.retryFailed({ since: 0, submissionId: of, limit: event.limit }),
    );
    this.#adoptAll();
    if (answer === undefined) {
      for (const [, text] of first) text.mayBeSentAgain = false;
      return;
    }
    this.#told(
      JSON.stringify(answer.value.of) === JSON.stringify(first.map(([id]) => id)) &&
        answer.value.left === failed.length - first.length,
      `retrying the failed ones said ${JSON.stringify(answer.value)}`,
    );
    for (const [, text] of first)
      this.#told(
        !text.mayBeSentAgain,
        `lost: ${text.clientRef} was to be sent again, and there is no text for it`,
      );
  }

  async #report(text: Text, event: Extract<SimulationEvent, { type: 'report' }>): Promise<void> {
    const { id } = this.#row(text.clientRef);
    let { state } = text;
    let optedOut = false;
    for (const says of event.says) {
      const next = reported[state]?.[says];
      if (next === undefined) continue;
      state = next;
      optedOut ||= next === 'undelivered' && event.optOut;
    }
    const changed = state !== text.state;
    const answer = await this.#soon(
      this.#outbox.report(
        event.says.map((says) => ({
          messageId: id,
          event: says,
          errorCode: 'undelivered',
          errorText: event.optOut ? optOutCode : '45',
        })),
      ),
    );
    if (answer === undefined) return;
    text.state = state;
    if (optedOut && text.recipient !== '') this.#optedOut.add(text.recipient);
    this.#told(
      answer.value.includes(id) === changed,
      `${text.clientRef}: reports ${event.says.join(', ')} ${changed ? 'changed nothing' : 'changed something'}`,
    );
  }

  /** Erasing looks at what is closed alone, so that it cannot take a text from under a request. */
  #eraseNumber(recipient: string): void {
    if (!this.#diskWorks) return;
    const eraser = this.#rules.eraser?.(this.#database) ?? new SqliteBodyEraser(this.#database);
    eraser.eraseNumber(0, eraser.lastId(), recipient, this.#time.clock.now());
    const open: ReadonlySet<MessageState> = new Set(openStates);
    for (const text of this.#texts.values()) {
      if (text.recipient !== recipient || open.has(text.state)) continue;
      text.recipient = '';
      text.body = '';
      text.finalRow = undefined;
    }
  }

  async #readList(event: Extract<SimulationEvent, { type: 'list' }>): Promise<void> {
    const number = this.#listsRead.size + 1;
    this.#listRows = Array.from(
      { length: event.texts },
      (_, row) => `+2784${String(number).padStart(3, '0')}${String(row).padStart(4, '0')}`,
    );
    const list: List = {
      account: event.account,
      body: `list ${number}`,
      left: new Set(this.#listRows),
      sealed: false,
    };
    this.#listsRead.set(`list-${number}`, list);
    if (!this.#lists.read('/list.csv', 'list.csv', null)) return;
    await settle();
    if (!event.sealed || this.#lists.state.phase !== 'ready') return;
    // Known before the program is.
    list.sealed = true;
    const answer = await this.#soon(
      this.#lists.send(`list-${number}`, {
        accountId: this.#accountIds[event.account] ?? 1,
        text: { body: list.body, parts: 1, encoding: 'gsm-7', bestBefore: undefined },
        choice: { flagged: true, sharing: true },
        guard: { since: undefined, answer: undefined },
        undoMilliseconds: event.undoSeconds * 1_000,
      }),
    );
    if (answer === undefined) list.sealed = false;
    else this.#told(answer.value, 'a list that was read could not be sent');
    await this.#time.advance(event.slices * 10);
  }

  #addDaily(event: Extract<SimulationEvent, { type: 'recurring' }>): void {
    // One rule a world: its calendar is what takes long.
    if (!this.#diskWorks || this.#daily.length > 0) return;
    const now = this.#time.clock.now();
    const first = new Date(now + event.inMinutes * 60_000).toISOString();
    const recipients = ['+27850000001', '+27850000002'];
    const { id } = new SqliteRecurrenceStore(this.#database).create(
      {
        accountId: this.#accountIds[event.account] ?? 1,
        recipients,
        body: 'again and again',
        parts: 1,
        encoding: 'gsm-7',
        options: {},
        rule: {
          from: first.slice(0, 10),
          until: null,
          time: first.slice(11, 16),
          zone: 'UTC',
          repeat: { every: 'day', interval: 1 },
        },
        bestBeforeMinutes,
      },
      now,
    );
    this.#daily.push({ id, account: event.account, recipients, time: first.slice(11, 16), activeSince: now });
    this.#recurring.wake();
  }

  // --- texts that the program makes by itself ---

  #adoptAll(): void {
    for (const row of this.#rows()) if (!this.#texts.has(row.client_ref)) this.#adopt(row);
  }

  /** Their references cannot be foretold; what they are for can. Undefined: for nothing that anybody asked for. */
  #adopt(row: Row): Text | undefined {
    const fresh = {
      clientRef: row.client_ref,
      submission: row.submission_id,
      state: 'queued' as const,
      bestBefore: undefined,
      sendAt: undefined,
      undoUntil: undefined,
      override: false,
      cancelRequested: false,
      uncertain: false,
      mayBeSentAgain: false,
      sentAgain: false,
      finalRow: undefined,
    };
    const { parent, list, daily } = this.#originOf(row);
    let text: Text | undefined;
    if (parent !== undefined) {
      rule(parent.mayBeSentAgain, `unexpected: ${parent.clientRef} is sent again, and nobody said so`);
      parent.mayBeSentAgain = false;
      parent.sentAgain = true;
      // What has not passed yet was not decided about: it holds for the new text too.
      const bestBefore = row.best_before ?? undefined;
      rule(
        bestBefore === parent.bestBefore || (bestBefore === undefined && this.#hasPassed(parent.bestBefore)),
        `${row.client_ref} is sent again and makes sense until ${bestBefore}, not ${parent.bestBefore}`,
      );
      const { account, recipient, body } = parent;
      text = { ...fresh, account, recipient, body, bestBefore };
    } else if (list !== undefined) {
      rule(list.sealed, `unexpected: a text of ${row.submission_id}, which nobody said yes to`);
      rule(list.left.delete(row.recipient), `unexpected: a second text of ${row.submission_id}`);
      text = { ...fresh, account: list.account, recipient: row.recipient, body: list.body };
    } else if (daily !== undefined) {
      const { rule: found, day } = daily;
      const at = Date.parse(`${day}T${found.time}:00Z`);
      const made = `${day} ${row.recipient}`;
      rule(found.recipients.includes(row.recipient), `unexpected: a daily text to ${row.recipient}`);
      rule(!this.#madeOfDaily.has(made), `unexpected: a second text of ${day} to ${row.recipient}`);
      rule(at > found.activeSince, `unexpected: a daily text of ${day}, before there was one`);
      this.#madeOfDaily.add(made);
      text = {
        ...fresh,
        account: found.account,
        recipient: row.recipient,
        body: 'again and again',
        sendAt: at,
        bestBefore: at + bestBeforeMinutes * 60_000,
      };
    }
    if (text !== undefined) this.#texts.set(row.client_ref, text);
    return text;
  }

  /** By any clock that was shown so far. */
  #hasPassed(time: number | undefined): boolean {
    return time !== undefined && time <= Math.max(this.#latest, this.#time.clock.now());
  }

  #originOf(row: Row): {
    readonly parent?: Text | undefined;
    readonly list?: List | undefined;
    readonly daily?: { readonly rule: DailyText; readonly day: string } | undefined;
  } {
    if (row.resend_of !== null) {
      const reference = this.#database
        .prepare('SELECT client_ref FROM message WHERE id = ?')
        .pluck()
        .get(row.resend_of) as string;
      return { parent: this.#text(reference) };
    }
    const day = /^recurrence-\d+-(\d{4}-\d{2}-\d{2})/.exec(row.submission_id)?.[1];
    const [found] = this.#daily;
    if (day !== undefined && found !== undefined) return { daily: { rule: found, day } };
    return { list: this.#listsRead.get(row.submission_id) };
  }

  async #decideLate(text: Text, decision: 'send' | 'drop'): Promise<void> {
    const { bestBefore } = text;
    // From now on it may leave at any moment, but for a time that is still to come.
    if (decision === 'send' && bestBefore !== undefined && bestBefore <= this.#time.clock.now())
      text.bestBefore = undefined;
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
    this.#adoptAll();
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
      // Nor when a claim comes by one whose number must not be texted.
      if (row.state === 'cancelled' && text.state === 'queued' && this.#optedOut.has(text.recipient))
        text.state = 'cancelled';
      rule(
        row.recipient === text.recipient && row.body === text.body,
        `${row.client_ref} is for ${row.recipient}: ${row.body}, and has to be for ${text.recipient}: ${text.body}`,
      );
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
    await this.#endDaily();
    this.#time.moveWallClock(Math.max(0, this.#latest - this.#time.clock.now()));
    for (let round = 0; ; round += 1) {
      rule(round < 200, 'the outbox does not come to rest although everything works');
      // Once: from then on it has to come to rest by itself, without anybody who wakes it.
      if (round === 0)
        await this.#soon(Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.resume())));
      for (const dispatcher of this.#dispatchers) {
        const held = await this.#soon(dispatcher.heldBack());
        if (held?.value !== undefined) await this.#soon(dispatcher.sendHeldBack());
      }
      for (const request of this.#requests) {
        if (request.outcomes === undefined && !request.interrupted)
          this.#answer(request, { kind: 'accepted' });
      }
      await settle();
      await this.#compare();
      const open = this.#rows().filter((row) => row.state === 'queued' || row.state === 'sending');
      const unmade =
        this.#rules.crashLosesClaim !== true &&
        [...this.#listsRead.values()].some(({ sealed, left }) => sealed && left.size > 0);
      if (open.length === 0 && !unmade) break;
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

  /** Nothing new after this, or there would be no rest. What was due until now has become texts. */
  async #endDaily(): Promise<void> {
    const [found] = this.#daily;
    if (found === undefined) return;
    this.#recurring.wake();
    await settle();
    if (this.#dead) await this.#crash();
    const now = this.#time.clock.now();
    this.#adoptAll();
    const today = new Date(now).toISOString().slice(0, 10);
    const at = Date.parse(`${today}T${found.time}:00Z`);
    if (at <= now && at > found.activeSince)
      for (const recipient of found.recipients)
        rule(
          this.#madeOfDaily.has(`${today} ${recipient}`),
          `lost: the daily text of ${today} to ${recipient}`,
        );
    new SqliteRecurrenceStore(this.#database).remove(found.id);
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
