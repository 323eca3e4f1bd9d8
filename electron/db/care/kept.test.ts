import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listKept, removeKept } from './kept.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-kept-'));
  path = join(directory, 'outbox.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

function keep(name: string, bytes: number): void {
  mkdirSync(join(directory, 'kept', name), { recursive: true });
  writeFileSync(join(directory, 'kept', name, 'outbox.db'), Buffer.alloc(bytes));
  writeFileSync(join(directory, 'kept', name, 'outbox.db-wal'), Buffer.alloc(1));
}

test('nothing was ever put aside', () => {
  expect(listKept(path)).toEqual([]);
});

test('newest first, with reason and size; other things in the folder are left alone', () => {
  keep('2026-11-20T10-00-00Z', 10);
  keep('2026-11-22T10-00-00Z-before-restored', 20);
  keep('2026-11-21T10-00-00Z-before-moved', 30);
  keep('mine', 40);
  expect(listKept(path)).toEqual([
    {
      name: '2026-11-22T10-00-00Z-before-restored',
      at: Date.UTC(2026, 10, 22, 10),
      reason: 'restored',
      bytes: 21,
    },
    { name: '2026-11-21T10-00-00Z-before-moved', at: Date.UTC(2026, 10, 21, 10), reason: 'moved', bytes: 31 },
    { name: '2026-11-20T10-00-00Z', at: Date.UTC(2026, 10, 20, 10), reason: 'damaged', bytes: 11 },
  ]);
  removeKept(path, 'mine');
  removeKept(path, '../kept');
  removeKept(path, '2026-11-21T10-00-00Z-before-moved');
  expect(listKept(path).map(({ name }) => name)).toEqual([
    '2026-11-22T10-00-00Z-before-restored',
    '2026-11-20T10-00-00Z',
  ]);
  expect(existsSync(join(directory, 'kept', 'mine'))).toBe(true);
});
