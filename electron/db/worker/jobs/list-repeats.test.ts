import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RepeatQuery } from '../../../core/ports.ts';
import {
  closeDatabase,
  openDatabase,
  openReadOnly,
  type ReadDatabase,
  type WriteDatabase,
} from '../../open.ts';
import { AccountStore } from '../../stores/accounts.ts';
import { SqliteListStore } from '../../stores/lists.ts';
import { SqliteOutboxStore } from '../../stores/outbox.ts';
import { JobCancelled } from '../job.ts';
import { listRepeats } from './list-repeats.ts';

let directory: string;
let database: WriteDatabase;
let reading: ReadDatabase;
let accountId: number;
let references = 0;
let store: SqliteOutboxStore;
const now = 1_000;
const newRef = (): string => String(++references).padStart(26, '0');
const numberOf = (index: number): string => `+2782${String(index).padStart(7, '0')}`;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-repeats-'));
  const path = join(directory, 'outbox.db');
  database = openDatabase(path);
  reading = openReadOnly(path);
  accountId = new AccountStore(database).create({ label: 'Office', family: 'platform' }, 0).id;
  store = new SqliteOutboxStore(database, { runId: 'run', now: () => now, newRef });
});
afterEach(() => {
  reading.close();
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

async function texted(recipient: string, body: string): Promise<number> {
  const text = {
    clientRef: newRef(),
    recipient,
    body,
    parts: 1,
    encoding: 'gsm-7',
    bestBefore: undefined,
  } as const;
  const { messageIds } = await store.submit({
    id: newRef(),
    accountId,
    messages: [text],
    clearsDraft: undefined,
  });
  return messageIds[0] ?? 0;
}

function list(recipients: readonly (readonly [number, string, true?])[]): void {
  const lists = new SqliteListStore(database, () => performance.now());
  lists.begin('list', 'clients.csv', 1);
  lists.add('list', recipients);
}

async function find(changes: Partial<RepeatQuery> = {}, stopAfter = Number.POSITIVE_INFINITY) {
  const rows: number[] = [];
  let pieces = 0;
  await listRepeats.run(
    {
      listId: 'list',
      body: 'We are closed on Friday.',
      since: 500,
      choice: { flagged: false, sharing: false },
      ...changes,
    },
    {
      tell() {},
      stopIfCancelled() {},
      database: () => reading,
      breathe: () => Promise.resolve(),
      report: async (found: readonly number[]) => {
        rows.push(...found);
        pieces += 1;
        if (pieces >= stopAfter) throw new JobCancelled('list-repeats');
      },
    },
  );
  return rows;
}

test('finds who got nearly the same text, and no other', async () => {
  await texted(numberOf(1), 'we are closed on friday');
  await texted(numberOf(2), 'Your appointment is tomorrow.');
  await store.cancel(await texted(numberOf(3), 'We are closed on Friday.'));
  list([1, 2, 3, 4].map((index) => [index + 1, numberOf(index)] as const));
  expect(await find()).toEqual([2]);
  // Longer ago than the guard looks back.
  expect(await find({ since: 2_000 })).toEqual([]);
});

test('looks only at those who would get a text', async () => {
  await texted(numberOf(1), 'We are closed on Friday.');
  list([
    [2, numberOf(1)],
    [3, numberOf(1), true],
  ]);
  expect(await find()).toEqual([2]);
  expect(await find({ choice: { flagged: false, sharing: true } })).toEqual([2, 3]);
});

test('goes through a long list in pieces, and stops in the middle when it is told to', async () => {
  await texted(numberOf(1_999), 'We are closed on Friday.');
  list(Array.from({ length: 2_000 }, (_, index) => [index + 1, numberOf(index)] as const));
  expect(await find()).toEqual([2_000]);
  await expect(find({}, 2)).rejects.toBeInstanceOf(JobCancelled);
});
