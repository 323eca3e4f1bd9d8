import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff, backoffCapMilliseconds, backoffFloorMilliseconds } from './backoff.ts';

test('stays between the floor and the ceiling of its step', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      (failures, random) => {
        const wait = backoff(failures, random);
        expect(Number.isFinite(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(backoffFloorMilliseconds);
        expect(wait).toBeLessThanOrEqual(
          Math.min(backoffCapMilliseconds, 2_000 * 2 ** Math.min(failures - 1, 30)),
        );
      },
    ),
  );
});

test('spreads: two programs that lost the line together do not come back together', () => {
  expect(backoff(8, 0.1)).not.toBe(backoff(8, 0.9));
});
