import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRetryAfter } from './retry-after.ts';

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const day = 86_400_000;

describe('readRetryAfter', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['Thu, 15 Jan 2026 12:02:00 GMT', 120_000],
    ['Thursday, 15-Jan-26 12:02:00 GMT', 120_000],
    ['Thu Jan 15 12:02:00 2026', 120_000],
    ['Thu Jan  1 12:02:00 2026', 0],
    ['Wed, 14 Jan 2026 12:00:00 GMT', 0],
    ['99999999999', day],
    ['Fri, 15 Jan 2027 12:00:00 GMT', day],
  ])('reads %j', (value, milliseconds) => {
    expect(readRetryAfter(value, now)).toBe(now + milliseconds);
  });

  it.each([
    undefined,
    '',
    'soon',
    '-1',
    '1.5',
    '1e3',
    '5, 6',
    '2026-01-15T12:02:00Z',
    'x 5',
    'Thu, 99 Foo 2026 12:00:00 GMT',
  ])('ignores %j', (value) => {
    expect(readRetryAfter(value, now)).toBeUndefined();
  });

  it('never allows a request before the time asked for, up to a day', () => {
    fc.assert(
      fc.property(fc.nat(86_400), (seconds) => {
        expect(readRetryAfter(String(seconds), now)).toBe(now + seconds * 1000);
        expect(readRetryAfter(new Date(now + seconds * 1000).toUTCString(), now)).toBe(now + seconds * 1000);
      }),
    );
  });

  it('gives a time between now and tomorrow, or none, for any header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const until = readRetryAfter(value, now);
        expect(until === undefined || (until >= now && until <= now + day)).toBe(true);
      }),
    );
  });
});
