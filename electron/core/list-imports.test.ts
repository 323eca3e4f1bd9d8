import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { holdCopied } from '../db/care/hold.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../db/open.ts';
import { AccountStore } from '../db/stores/accounts.ts';
import { ListNotFound, SqliteListStore } from '../db/stores/lists.ts';
import { SqliteNumberStore } from '../db/stores/numbers.ts';
import { SqliteOutboxStore } from '../db/stores/outbox.ts';
import { ListImports, type ListYes } from './list-imports.ts';
import type { FindRepeats, ListRecipient, ListReport, ListResult, Log, ReadList, Timers } from './ports.ts';

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const text = { body: 'Hello', parts: 1, encoding: 'gsm-7', bestBefore: undefined } as const;

let directory: string;
let path: string;
let database: WriteDatabase;
let waiting: (() => void)[];
let refs = 0;
const timers: Timers = {
  after(_milliseconds, run) {
    waiting.push(run);
    return () => {
      waiting = waiting.filter((one) => one !== run);
    };
  },
};
const newRef = (): string => {
  refs += 1;
  return String(refs).padStart(26, '0');
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-lists-'));
  path = join(directory, 'outbox.db');
  waiting = [];
  database = openDatabase(path);
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true, force: true });
});

/** Lets everything that waits for its turn have it. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10_000; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    const run = waiting.shift();
    if (run === undefined) return;
    run();
  }
}

interface Reader {
  readonly readList: ReadList;
  report(report: ListReport): void;
  finish(result: ListResult): void;
  fail(error: Error): void;
}

/** A reader that a test leads step by step. */
function reader(): Reader {
  let onReport: ((report: ListReport) => void) | undefined;
  let settled: PromiseWithResolvers<ListResult> = Promise.withResolvers();
  return {
    readList: (_source, report, signal) => {
      onReport = report;
      settled = Promise.withResolvers();
      signal.addEventListener('abort', () => settled.reject(new Error('stopped')));
      return settled.promise;
    },
    report: (report) => onReport?.(report),
    finish: (result) => settled.resolve(result),
    fail: (error) => settled.reject(error),
  };
}

/** A yes to everybody, at once, with no guard but what is asked for. */
function yes(accountId: number, changes: Partial<ListYes> = {}): ListYes {
  return {
    accountId,
    text,
    choice: { flagged: false, sharing: false },
    guard: { since: undefined, answer: undefined },
    undoMilliseconds: 0,
    ...changes,
  };
}

function imports(readList: ReadList, findRepeats: FindRepeats = () => Promise.resolve()): ListImports {
  let ids = 0;
  return new ListImports({
    store: new SqliteListStore(database, () => performance.now()),
    readList,
    findRepeats,
    newId: () => {
      ids += 1;
      return `list-${ids}`;
    },
    newRef,
    clock: { now: () => 1_000, monotonic: () => performance.now() },
    timers,
    log,
    onChanged: () => undefined,
    onMade: () => undefined,
  });
}

const shape = {
  encoding: 'utf-8',
  delimiter: ',',
  columns: [{ name: 'Mobile', sample: '0821234567' }],
  column: 0,
  header: true,
} as const;
const counts = (taken: number, sharing = 0) => ({
  read: taken + sharing,
  taken,
  sharing,
  duplicates: 0,
  leftOut: {},
});
const people = (count: number, from = 0) =>
  Array.from(
    { length: count },
    (_, index) => [from + index + 1, `+2782${String(from + index).padStart(7, '0')}`] as const,
  );
const messages = (): { recipient: string; state: string; priority: number }[] =>
  database.prepare('SELECT recipient, state, priority FROM message ORDER BY id').all() as never;
const rows = (table: string): number =>
  database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
const account = (): number =>
  new AccountStore(database).create({ label: 'Office', family: 'platform' }, 1).id;

/** A list that was read and waits for a yes. */
async function ready(count: number): Promise<{ lists: ListImports; read: Reader }> {
  const read = reader();
  const lists = imports(read.readList);
  lists.read('/clients.csv', 'clients.csv', 'ZA');
  read.report({ kind: 'shape', shape });
  read.report({ kind: 'recipients', recipients: people(count), counts: counts(count), part: 1 });
  read.finish({ counts: counts(count), leftOut: [] });
  await settle();
  return { lists, read };
}

describe('a list', () => {
  test('is no text before somebody says yes, and all of it is one after', async () => {
    const accountId = account();
    const { lists } = await ready(300);
    expect(lists.state).toMatchObject({ phase: 'ready', counts: { taken: 300 } });
    expect(messages()).toEqual([]);
    expect(await lists.send(lists.id ?? '', yes(accountId))).toBe(true);
    expect(lists.state).toMatchObject({ phase: 'making', total: 300 });
    await settle();
    expect(lists.state).toEqual({ phase: 'done', total: 300 });
    expect(messages().map(({ recipient }) => recipient)).toEqual(people(300).map(([, one]) => one));
    expect(messages().every(({ state, priority }) => state === 'queued' && priority === 1)).toBe(true);
    expect([rows('list_import'), rows('list_import_recipient')]).toEqual([0, 0]);
  });

  test('is sent once, however often somebody says yes', async () => {
    const accountId = account();
    const { lists } = await ready(50);
    const id = lists.id ?? '';
    void lists.send(id, yes(accountId));
    expect(await lists.send(id, yes(accountId))).toBe(true);
    await settle();
    expect(await lists.send(id, yes(accountId))).toBe(true);
    await settle();
    expect(messages()).toHaveLength(50);
  });

  test('another one’s yes does not send it', async () => {
    const accountId = account();
    const { lists } = await ready(5);
    expect(await lists.send('another', yes(accountId))).toBe(false);
    await settle();
    expect(messages()).toEqual([]);
  });

  test('stays as it was when the account is gone', async () => {
    const { lists } = await ready(5);
    await expect(lists.send(lists.id ?? '', yes(99))).rejects.toThrow();
    expect(lists.state.phase).toBe('ready');
    await settle();
    expect(messages()).toEqual([]);
  });

  test('stopped in the middle of the file leaves nothing behind', async () => {
    const read = reader();
    const lists = imports(read.readList);
    lists.read('/clients.csv', 'clients.csv', 'ZA');
    read.report({ kind: 'shape', shape });
    read.report({ kind: 'recipients', recipients: people(400), counts: counts(400), part: 0.5 });
    const { id } = lists;
    lists.stop();
    // What was under way when it was stopped comes late.
    read.report({ kind: 'recipients', recipients: people(100, 400), counts: counts(500), part: 0.6 });
    await settle();
    expect(lists.state).toEqual({ phase: 'none' });
    expect([rows('list_import'), rows('list_import_recipient'), rows('message')]).toEqual([0, 0, 0]);
    expect(await lists.send(id ?? '', yes(account()))).toBe(false);
  });

  test('is dropped when another file is chosen, and not while its texts are made', async () => {
    const accountId = account();
    const { lists } = await ready(30);
    const first = lists.id;
    expect(lists.read('/other.csv', 'other.csv', 'ZA')).toBe(true);
    await settle();
    expect(database.prepare('SELECT submission_id FROM list_import').pluck().all()).not.toContain(first);
    const { lists: second } = await ready(30);
    await second.send(second.id ?? '', yes(accountId));
    expect(second.read('/third.csv', 'third.csv', 'ZA')).toBe(false);
    second.stop();
    await settle();
    expect(messages()).toHaveLength(30);
  });

  test.each([
    ['LIST_NO_NUMBERS', 'no-numbers'],
    ['ENOENT', 'unreadable'],
    ['SQLITE_FULL', 'storage'],
    ['', 'failed'],
  ])('that cannot be read (%s) says so and is gone', async (code, problem) => {
    const read = reader();
    const lists = imports(read.readList);
    lists.read('/clients.csv', 'clients.csv', 'ZA');
    read.report({ kind: 'recipients', recipients: people(10), counts: counts(10), part: 0.1 });
    read.fail(Object.assign(new Error('no'), { code }));
    await settle();
    expect(lists.state).toEqual({ phase: 'failed', problem });
    expect([rows('list_import'), rows('list_import_recipient')]).toEqual([0, 0]);
  });

  test('counts as open texts of its account until they are made', async () => {
    const accountId = account();
    const { lists } = await ready(40);
    expect(new AccountStore(database).openTexts(accountId)).toBe(0);
    await lists.send(lists.id ?? '', yes(accountId));
    expect(new AccountStore(database).openTexts(accountId)).toBe(40);
    await settle();
    expect(new AccountStore(database).openTexts(accountId)).toBe(40);
  });
});

describe('who is not simply taken', () => {
  const [first, second, third, fourth] = people(4).map(([, recipient]) => recipient) as [
    string,
    string,
    string,
    string,
  ];
  const sent = (): string[] => messages().map(({ recipient }) => recipient);

  /** Rows 1 to 4 with a number each, and 5 to 8 with the same numbers and something else beside them. */
  async function families(findRepeats?: FindRepeats): Promise<ListImports> {
    const read = reader();
    const lists = imports(read.readList, findRepeats);
    lists.read('/clients.csv', 'clients.csv', 'ZA');
    read.report({ kind: 'shape', shape });
    const again = people(4).map(([row, recipient]): ListRecipient => [row + 4, recipient, true]);
    read.report({ kind: 'recipients', recipients: [...people(4), ...again], counts: counts(4, 4), part: 1 });
    read.finish({ counts: counts(4, 4), leftOut: [{ row: 9, value: 'x', reason: 'not-a-number' }] });
    await settle();
    return lists;
  }

  /** The second number asked for no more texts; the third could not be reached twice. */
  function known(): void {
    const numbers = new SqliteNumberStore(database);
    numbers.optOut([second], 'person', 1);
    numbers.note(third, 'unreachable', 1);
    numbers.note(third, 'unreachable', 2);
    // Once is a phone that was off.
    numbers.note(fourth, 'unreachable', 2);
  }

  test('is counted by reason before the yes, and the sum holds', async () => {
    known();
    const { state } = await families();
    expect(state).toMatchObject({
      phase: 'ready',
      counts: {
        read: 8,
        taken: 2,
        sharing: 2,
        flagged: 1,
        flaggedSharing: 1,
        duplicates: 0,
        leftOut: { 'opted-out': 2 },
      },
    });
    expect(state.phase === 'ready' && state.leftOut.map(({ row, reason }) => [row, reason])).toEqual([
      [2, 'opted-out'],
      [3, 'flagged'],
      [6, 'opted-out'],
      [7, 'flagged'],
      [9, 'not-a-number'],
    ]);
  });

  test.each([
    [{ flagged: false, sharing: false }, [first, fourth]],
    [{ flagged: true, sharing: false }, [first, third, fourth]],
    [{ flagged: false, sharing: true }, [first, fourth, first, fourth]],
    [{ flagged: true, sharing: true }, [first, third, fourth, first, third, fourth]],
  ])(
    'goes or stays as the person says (%j); who asked for no more texts never goes',
    async (choice, expected) => {
      known();
      const accountId = account();
      const lists = await families();
      expect(await lists.send(lists.id ?? '', yes(accountId, { choice }))).toBe(true);
      expect(lists.state).toMatchObject({ total: expected.length });
      await settle();
      expect(sent()).toEqual(expected);
      expect(lists.state).toEqual({ phase: 'done', total: expected.length });
      expect([rows('list_import'), rows('list_import_recipient')]).toEqual([0, 0]);
    },
  );

  test('who got the same text lately is asked about once, for these words and these recipients', async () => {
    const accountId = account();
    const asked: string[] = [];
    const lists = await families((query, onReport) => {
      asked.push(query.body);
      onReport([1]);
      onReport([3]);
      return Promise.resolve();
    });
    const id = lists.id ?? '';
    const guard = { since: 500, answer: undefined };
    expect(await lists.send(id, yes(accountId, { guard }))).toBe(true);
    expect(lists.state).toMatchObject({ phase: 'ready', repeats: 2 });
    // Other words than those that were asked about: asked anew, whatever the answer says.
    const other = { ...text, body: 'Other words' };
    await lists.send(id, yes(accountId, { text: other, guard: { ...guard, answer: 'send' } }));
    expect(lists.state).toMatchObject({ phase: 'ready', repeats: 2 });
    await lists.send(id, yes(accountId, { text: other, guard: { ...guard, answer: 'leave-out' } }));
    expect(asked).toEqual(['Hello', 'Other words']);
    await settle();
    expect(sent()).toEqual([second, fourth]);
    expect(rows('list_import_recipient')).toBe(0);
  });

  test('all of them go when the person says so', async () => {
    const accountId = account();
    const lists = await families((_query, onReport) => Promise.resolve(onReport([1, 2])));
    const id = lists.id ?? '';
    await lists.send(id, yes(accountId, { guard: { since: 500, answer: undefined } }));
    await lists.send(id, yes(accountId, { guard: { since: 500, answer: 'send' } }));
    await settle();
    expect(sent()).toHaveLength(4);
  });

  test('stopped while that is looked up, nothing is sent', async () => {
    const accountId = account();
    const looking = Promise.withResolvers<void>();
    const lists = await families((_query, _onReport, signal) => {
      signal.addEventListener('abort', () => looking.reject(new Error('stopped')));
      return looking.promise;
    });
    const guard = { since: 500, answer: undefined };
    const sending = lists.send(lists.id ?? '', yes(accountId, { guard }));
    lists.stop();
    expect(await sending).toBe(false);
    await settle();
    expect([lists.state.phase, rows('message'), rows('list_import')]).toEqual(['none', 0, 0]);
  });
});

describe('taking a list back', () => {
  test('in time, nothing of it is a text, and it can be sent again', async () => {
    const accountId = account();
    const { lists } = await ready(30);
    const id = lists.id ?? '';
    await lists.send(id, yes(accountId, { undoMilliseconds: 8_000 }));
    expect(lists.state).toEqual({ phase: 'sealed', total: 30, until: 9_000 });
    // What is sealed is somebody's word: another file does not take its place.
    expect(lists.read('/other.csv', 'other.csv', 'ZA')).toBe(false);
    lists.stop();
    expect(lists.undo()).toBe(true);
    expect(lists.state).toMatchObject({ phase: 'ready', counts: { taken: 30 }, takenBack: 'Hello' });
    expect([rows('message'), rows('submission')]).toEqual([0, 0]);
    await settle();
    expect(rows('message')).toBe(0);
    await lists.send(id, yes(accountId));
    await settle();
    expect(messages()).toHaveLength(30);
  });

  test('once its time is over it is made, and cannot be taken back', async () => {
    const { lists } = await ready(30);
    await lists.send(lists.id ?? '', yes(account(), { undoMilliseconds: 8_000 }));
    await settle();
    expect(lists.undo()).toBe(false);
    expect(lists.state).toEqual({ phase: 'done', total: 30 });
    expect(messages()).toHaveLength(30);
  });

  test('ended meanwhile, it is made at the next start: the yes is on disk', async () => {
    const { lists } = await ready(30);
    await lists.send(lists.id ?? '', yes(account(), { undoMilliseconds: 8_000 }));
    lists.close();
    expect(waiting).toEqual([]);
    const after = imports(reader().readList);
    after.resume();
    await settle();
    expect(messages()).toHaveLength(30);
  });
});

describe('killed', () => {
  const script = fileURLToPath(
    new URL('../../test/reliability/list-killed-in-the-middle.ts', import.meta.url),
  );

  function killed(moment: string): void {
    closeDatabase(database);
    rmSync(path);
    const { signal } = spawnSync(process.execPath, [script, path, moment], { timeout: 15_000 });
    expect(signal).toBe('SIGKILL');
    database = openDatabase(path);
  }

  test('while it was read: nothing of it is sent, nothing is left, and it is told', async () => {
    killed('reading');
    expect(rows('list_import_recipient')).toBe(700);
    const lists = imports(reader().readList);
    lists.resume();
    expect(lists.undone).toBe('clients.csv');
    await settle();
    expect([rows('message'), rows('list_import'), rows('list_import_recipient')]).toEqual([0, 0, 0]);
  });

  test.each(['sealed', 'making'])(
    'after the yes (%s): every text is made, and none twice',
    async (moment) => {
      killed(moment);
      const before = rows('message');
      expect(before + rows('list_import_recipient')).toBe(1_000);
      if (moment === 'making') expect(before).toBeGreaterThan(0);
      const lists = imports(reader().readList);
      lists.resume();
      expect(lists.state).toMatchObject({ phase: 'making', total: 1_000 });
      await settle();
      expect(lists.state).toEqual({ phase: 'done', total: 1_000 });
      expect(new Set(messages().map(({ recipient }) => recipient)).size).toBe(1_000);
      expect(messages()).toHaveLength(1_000);
    },
  );
});

test('from a copy, the rest of a list waits for another yes', async () => {
  const accountId = account();
  const { lists } = await ready(60);
  await lists.send(lists.id ?? '', yes(accountId));
  // One slice, and then the copy is made.
  waiting.shift()?.();
  lists.close();
  const made = messages().length;
  expect(made).toBeGreaterThan(0);
  holdCopied(database, 'restored', 5_000);
  const copied = imports(reader().readList);
  waiting = [];
  copied.resume();
  await settle();
  expect(copied.state).toEqual({ phase: 'held', made, total: 60 });
  expect(copied.read('/other.csv', 'other.csv', 'ZA')).toBe(false);
  expect(messages().filter(({ state }) => state === 'queued')).toEqual([]);
  expect(copied.goOn()).toBe(true);
  await settle();
  expect(copied.state).toEqual({ phase: 'done', total: 60 });
  expect(messages()).toHaveLength(60);
  expect(messages().filter(({ state }) => state === 'queued')).toHaveLength(60 - made);
});

test('nothing that is not sealed can be claimed', async () => {
  const accountId = account();
  const outbox = new SqliteOutboxStore(database, { runId: 'run', now: () => 1_000, newRef });
  await ready(20);
  const claim = { accountId, now: 2_000, maxAttempts: 10, maxRecipients: 10 };
  expect(await outbox.claim(claim)).toEqual([]);
});

test('a list that is gone, or sealed, takes no more recipients', () => {
  const store = new SqliteListStore(database, () => performance.now());
  expect(() => store.add('none', people(1))).toThrow(ListNotFound);
  store.begin('list', 'x', 1);
  store.add('list', people(1));
  store.seal('list', account(), text, { flagged: false, sharing: false }, 1);
  expect(() => store.add('list', people(1, 5))).toThrow(ListNotFound);
  expect(store.dropSlice('list', 5)).toBe(false);
  expect(rows('list_import_recipient')).toBe(1);
});
