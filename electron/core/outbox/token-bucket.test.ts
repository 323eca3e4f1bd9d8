import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

test('never more than the rate and one burst, whatever is asked when', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60_000 }),
      fc.integer({ min: 1, max: 200 }),
      fc.array(fc.record({ wait: fc.integer({ min: 0, max: 90_000_000 }), batch: fc.boolean() }), {
        maxLength: 60,
      }),
      (rate, size, steps) => {
        let now = 0;
        const bucket = new TokenBucket(rate, () => now);
        const gone: { at: number; texts: number }[] = [];
        for (const { wait, batch } of steps) {
          now += wait % 7 === 0 ? wait : wait % 5_000;
          const available = bucket.available(size);
          const texts = Math.max(0, batch ? available.batch : available.urgent);
          bucket.take(texts);
          gone.push({ at: now, texts });
        }
        for (const [from, first] of gone.entries()) {
          let sum = 0;
          for (const { at, texts } of gone.slice(from)) {
            sum += texts;
            expect(sum).toBeLessThanOrEqual(bucket.capacity + ((at - first.at) * rate) / 60_000 + 1);
          }
        }
      },
    ),
  );
});

test('a batch leaves something for a person, and both get on', () => {
  let now = 0;
  const bucket = new TokenBucket(600, () => now);
  expect(bucket.available(50)).toEqual({ urgent: 100, batch: 80 });
  bucket.take(80);
  expect(bucket.available(50)).toEqual({ urgent: 20, batch: 0 });
  now += bucket.wait(50);
  expect(bucket.available(50).batch).toBe(50);
  bucket.take(70);
  expect(bucket.available(50).urgent).toBe(0);
  now += bucket.wait(50);
  expect(bucket.available(50).urgent).toBe(1);
});

test('a night of sleep brings one burst; a slow rate still lets one text go', () => {
  let now = 0;
  const bucket = new TokenBucket(6, () => now);
  bucket.take(1);
  now += 8 * 3_600_000;
  expect(bucket.available(50)).toEqual({ urgent: 1, batch: 1 });
  bucket.changeRate(60);
  expect(bucket.available(50).urgent).toBe(1);
});
