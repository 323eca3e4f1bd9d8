import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askedFor, firstQuestionAt, nextQuestionAt } from './delivery-schedule.ts';

const minute = 60_000;

test('a text is asked about at 1, 5, 30 minutes, 6 hours, then daily, and no more after three days', () => {
  const asked: number[] = [];
  let at: number | undefined = firstQuestionAt(0, 0);
  while (at !== undefined) {
    asked.push(at / minute);
    at = nextQuestionAt(0, at, 0);
  }
  expect(asked).toEqual([1, 5, 30, 360, 1_440, 2_880, 4_320]);
});

test('never sooner than its step, never at the same moment as the one before, at most seven times', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 20, maxLength: 20 }),
      (random) => {
        let at: number | undefined = firstQuestionAt(0, random[0] ?? 0);
        let questions = 0;
        while (at !== undefined) {
          questions += 1;
          const next: number | undefined = nextQuestionAt(0, at, random[questions] ?? 0);
          if (next !== undefined) {
            expect(next).toBeGreaterThan(at);
            expect(next).toBeLessThanOrEqual(askedFor * 1.2);
          }
          at = next;
        }
        expect(questions).toBeLessThanOrEqual(7);
      },
    ),
  );
});
