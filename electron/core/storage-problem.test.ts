import { expect, test } from 'vitest';
import { storageProblem } from './storage-problem.ts';

test.each([
  ['SQLITE_FULL', 'full'],
  ['SQLITE_IOERR_SHMSIZE', 'full'],
  ['ENOSPC', 'full'],
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_BUSY_SNAPSHOT', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['SQLITE_READONLY_DIRECTORY', 'read-only'],
  ['SQLITE_CANTOPEN', 'read-only'],
  ['EROFS', 'read-only'],
  ['SQLITE_IOERR_WRITE', 'failed'],
  ['EIO', 'failed'],
  ['LIST_EMPTY', undefined],
  ['', undefined],
])('%s means %s', (code, problem) => {
  expect(storageProblem(Object.assign(new Error('refused'), { code }))).toBe(problem);
});

test('what is no error at all is none of the disk’s', () => {
  for (const thrown of [undefined, null, 'full', new TypeError('a bug')])
    expect(storageProblem(thrown)).toBeUndefined();
});
