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
import { SqliteOutboxStore } from '../db/stores/outbox.ts';
import { ListImports } from './list-imports.ts';
import type { ListReport, ListResult, Log, ReadList, Timers } from './ports.ts';

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

function imports(readList: ReadList): ListImports {
  let ids = 0;
  return new ListImports({
    store: new SqliteListStore(database, () => performance.now()),
    readList,
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
const counts = (taken: number) => ({ read: taken, taken, duplicates: 0, leftOut: {} });
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
    expect(lists.send(lists.id ?? '', accountId, text)).toBe(300);
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
    lists.send(id, accountId, text);
    expect(lists.send(id, accountId, text)).toBe(50);
    await settle();
    expect(lists.send(id, accountId, text)).toBe(50);
    await settle();
    expect(messages()).toHaveLength(50);
  });

  test('another one’s yes does not send it', async () => {
    const accountId = account();
    const { lists } = await ready(5);
    expect(lists.send('another', accountId, text)).toBeUndefined();
    await settle();
    expect(messages()).toEqual([]);
  });

  test('stays as it was when the account is gone', async () => {
    const { lists } = await ready(5);
    expect(() => lists.send(lists.id ?? '', 99, text)).toThrow();
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
    expect(lists.send(id ?? '', account(), text)).toBeUndefined();
  });

  test('is dropped when another file is chosen, and not while its texts are made', async () => {
    const accountId = account();
    const { lists } = await ready(30);
    const first = lists.id;
    expect(lists.read('/other.csv', 'other.csv', 'ZA')).toBe(true);
    await settle();
    expect(database.prepare('SELECT submission_id FROM list_import').pluck().all()).not.toContain(first);
    const { lists: second } = await ready(30);
    second.send(second.id ?? '', accountId, text);
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
    lists.send(lists.id ?? '', accountId, text);
    expect(new AccountStore(database).openTexts(accountId)).toBe(40);
    await settle();
    expect(new AccountStore(database).openTexts(accountId)).toBe(40);
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
  lists.send(lists.id ?? '', accountId, text);
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
  store.seal('list', account(), text, 1);
  expect(() => store.add('list', people(1, 5))).toThrow(ListNotFound);
  expect(store.dropSlice('list', 5)).toBe(false);
  expect(rows('list_import_recipient')).toBe(1);
});
