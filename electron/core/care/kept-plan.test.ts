import { expect, test } from 'vitest';
import { superfluousKept } from './kept-plan.ts';

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 10, 22, 12);
const kept = (...days: number[]) => days.map((age) => ({ name: `${age}`, at: now - age * day }));
const gone = (...days: number[]) => superfluousKept(kept(...days), now).map(({ name }) => Number(name));

test('the newest three stay, however old they are; the only one always does', () => {
  expect(gone(5_000)).toEqual([]);
  expect(gone(5_000, 4_000, 3_000)).toEqual([]);
});

test('older ones go after 180 days', () => {
  expect(gone(1, 2, 3, 179)).toEqual([]);
  expect(gone(181, 1, 2, 3, 500)).toEqual([181, 500]);
  expect(gone(400, 300, 200, 500)).toEqual([500]);
});

test('a disk that damages a file every hour does not fill itself with them', () => {
  const many = Array.from({ length: 50 }, (_, index) => index / 24);
  expect(gone(...many)).toHaveLength(40);
});

test('a clock that was wrong costs none of the newest', () => {
  expect(gone(-400, -300, -200)).toEqual([]);
});
