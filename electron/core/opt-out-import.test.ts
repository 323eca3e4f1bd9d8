import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closeDatabase, openDatabase, type WriteDatabase } from '../db/open.ts';
import { SqliteNumberStore } from '../db/stores/numbers.ts';
import { importOptOuts } from './opt-out-import.ts';
import type { ListReport, ReadList } from './ports.ts';

let directory: string;
let database: WriteDatabase;
let numbers: SqliteNumberStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-opt-outs-'));
  database = openDatabase(join(directory, 'outbox.db'));
  numbers = new SqliteNumberStore(database);
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

const source = { path: '/stop.csv', country: 'ZA', column: null };
const counts = { read: 5, taken: 2, sharing: 1, duplicates: 1, leftOut: { 'too-short': 1 } } as const;
const leftOut = [{ row: 6, value: '082', reason: 'too-short' }] as const;
const recipients: ListReport = {
  kind: 'recipients',
  recipients: [
    [2, '+27820000001'],
    [3, '+27820000002'],
    [4, '+27820000001', true],
  ],
  counts,
  part: 1,
};

test('takes the numbers of a file, with where they come from, and tells what it left out', async () => {
  numbers.optOut(['+27820000002'], 'person', 1);
  const readList: ReadList = async (_source, onReport) => {
    onReport(recipients);
    return { counts, leftOut };
  };
  const parts = { readList, numbers, now: () => 7 };
  expect(await importOptOuts(source, parts, new AbortController().signal)).toEqual({
    kind: 'done',
    added: 1,
    already: 3,
    leftOut: 1,
    rows: leftOut,
  });
  expect(numbers.optOuts({ beginsWith: '', before: undefined, limit: 10 })).toEqual([
    { recipient: '+27820000001', source: 'import', createdAt: 7 },
    { recipient: '+27820000002', source: 'person', createdAt: 1 },
  ]);
});

test.each([
  ['stopped', (controller: AbortController) => controller.abort(), { kind: 'stopped', added: 2 }],
  ['broken', () => undefined, { kind: 'failed', problem: 'quote', added: 2 }],
] as const)('keeps what was read before it was %s', async (_what, end, expected) => {
  const controller = new AbortController();
  const readList: ReadList = async (_source, onReport) => {
    onReport(recipients);
    end(controller);
    throw Object.assign(new Error('no'), { code: 'LIST_QUOTE' });
  };
  expect(await importOptOuts(source, { readList, numbers, now: () => 7 }, controller.signal)).toEqual(
    expected,
  );
  expect(numbers.optOutCount()).toBe(2);
});
