import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { nextOccurrence, type Recurrence, type Repeat, recurrenceSchema, upcoming } from './recurrence.ts';

const base = { from: '2027-01-01', until: null, time: '09:00', zone: 'Europe/Berlin' } as const;
const rule = (repeat: Repeat, rest: Partial<Recurrence> = {}): Recurrence => ({ ...base, repeat, ...rest });

function days(recurrence: Recurrence, count: number): string[] {
  const found: string[] = [];
  let next = nextOccurrence(recurrence, undefined);
  while (next !== undefined && found.length < count) {
    found.push(next.day);
    next = nextOccurrence(recurrence, next.day);
  }
  return found;
}
const local = (recurrence: Recurrence, after: string) => {
  const next = nextOccurrence(recurrence, after);
  return next === undefined
    ? undefined
    : Temporal.Instant.fromEpochMilliseconds(next.at)
        .toZonedDateTimeISO(recurrence.zone)
        .toString({ smallestUnit: 'minute', timeZoneName: 'never' });
};

describe('the days of a rule', () => {
  it.each([
    ['every third day', rule({ every: 'day', interval: 3 }), ['2027-01-01', '2027-01-04', '2027-01-07']],
    [
      'Mondays and Fridays',
      rule({ every: 'week', interval: 1, days: [5, 1] }),
      ['2027-01-01', '2027-01-04', '2027-01-08', '2027-01-11'],
    ],
    [
      'every second week, counted from the week it starts in',
      rule({ every: 'week', interval: 2, days: [1] }),
      ['2027-01-11', '2027-01-25', '2027-02-08'],
    ],
    [
      'the 31st, or the last day a month has',
      rule({ every: 'month', interval: 1, day: 31 }),
      ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30'],
    ],
    [
      'the 29th in a leap year',
      rule({ every: 'month', interval: 1, day: 29 }, { from: '2028-02-01' }),
      ['2028-02-29', '2028-03-29'],
    ],
    [
      'the second Tuesday',
      rule({ every: 'month-weekday', interval: 1, weekday: 2, nth: 2 }),
      ['2027-01-12', '2027-02-09', '2027-03-09'],
    ],
    [
      'the last Friday',
      rule({ every: 'month-weekday', interval: 1, weekday: 5, nth: -1 }),
      ['2027-01-29', '2027-02-26', '2027-03-26'],
    ],
    [
      'the fifth Monday, where there is one',
      rule({ every: 'month-weekday', interval: 1, weekday: 1, nth: 5 }),
      ['2027-03-29', '2027-05-31', '2027-08-30'],
    ],
    [
      'every quarter',
      rule({ every: 'month', interval: 3, day: 15 }, { from: '2027-01-20' }),
      ['2027-04-15', '2027-07-15'],
    ],
    [
      'until its end',
      rule({ every: 'day', interval: 1 }, { until: '2027-01-02' }),
      ['2027-01-01', '2027-01-02'],
    ],
  ])('%s', (_, recurrence, expected) => {
    expect(days(recurrence, expected.length)).toEqual(expected);
    if (recurrence.until !== null) expect(days(recurrence, 99)).toEqual(expected);
  });
});

describe('the moment', () => {
  it('stays at the local time when clocks change', () => {
    const daily = rule({ every: 'day', interval: 1 });
    expect(local(daily, '2027-03-26')).toBe('2027-03-27T09:00+01:00');
    expect(local(daily, '2027-03-27')).toBe('2027-03-28T09:00+02:00');
    expect(local(daily, '2027-10-30')).toBe('2027-10-31T09:00+01:00');
  });
  it('moves on by the hour that a day does not have, and is there once where an hour comes twice', () => {
    const early = rule({ every: 'day', interval: 1 }, { time: '02:30' });
    expect(local(early, '2027-03-27')).toBe('2027-03-28T03:30+02:00');
    expect(local(early, '2027-03-28')).toBe('2027-03-29T02:30+02:00');
    expect(local(early, '2027-10-30')).toBe('2027-10-31T02:30+02:00');
    expect(local(early, '2027-10-31')).toBe('2027-11-01T02:30+01:00');
  });
});

describe('what comes next', () => {
  it('begins after now, in any zone, and has as many as asked for', () => {
    const apia = rule({ every: 'day', interval: 1 }, { zone: 'Pacific/Apia', time: '00:00' });
    const now = Temporal.ZonedDateTime.from('2027-06-01T00:00[Pacific/Apia]').epochMilliseconds;
    expect(upcoming(apia, now, 2).map(({ day }) => day)).toEqual(['2027-06-02', '2027-06-03']);
    expect(upcoming(apia, now - 1, 1).map(({ day }) => day)).toEqual(['2027-06-01']);
    expect(
      upcoming(
        rule({ every: 'day', interval: 1 }, { until: '2027-01-03' }),
        Date.parse('2027-01-02T12:00Z'),
        9,
      ),
    ).toHaveLength(1);
  });
});

const date = fc
  .integer({ min: 0, max: 4_000 })
  .map((n) => Temporal.PlainDate.from('2024-01-01').add({ days: n }).toString());
const repeats: fc.Arbitrary<Repeat> = fc.oneof(
  fc.record({ every: fc.constant('day' as const), interval: fc.integer({ min: 1, max: 99 }) }),
  fc.record({
    every: fc.constant('week' as const),
    interval: fc.integer({ min: 1, max: 9 }),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
  }),
  fc.record({
    every: fc.constant('month' as const),
    interval: fc.integer({ min: 1, max: 14 }),
    day: fc.integer({ min: 1, max: 31 }),
  }),
  fc.record({
    every: fc.constant('month-weekday' as const),
    interval: fc.integer({ min: 1, max: 5 }),
    weekday: fc.integer({ min: 1, max: 7 }),
    nth: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, 5 as const, -1 as const),
  }),
);

/** Whether a rule names a day, said without looking for it. */
function named(repeat: Repeat, start: Temporal.PlainDate, day: Temporal.PlainDate): boolean {
  const months = (day.year - start.year) * 12 + day.month - start.month;
  switch (repeat.every) {
    case 'day':
      return start.until(day, { largestUnit: 'days' }).days % repeat.interval === 0;
    case 'week': {
      const monday = start.subtract({ days: start.dayOfWeek - 1 });
      const weeks = Math.floor(monday.until(day, { largestUnit: 'days' }).days / 7);
      return weeks % repeat.interval === 0 && repeat.days.includes(day.dayOfWeek);
    }
    case 'month':
      return (
        months % repeat.interval === 0 &&
        (day.day === repeat.day || (day.day === day.daysInMonth && repeat.day > day.day))
      );
    case 'month-weekday': {
      const isNth = repeat.nth === -1 ? day.day + 7 > day.daysInMonth : Math.ceil(day.day / 7) === repeat.nth;
      return months % repeat.interval === 0 && day.dayOfWeek === repeat.weekday && isNth;
    }
  }
}

describe('any rule', () => {
  it('has the days that counting finds, each once and in order, whatever day is asked from', () => {
    fc.assert(
      fc.property(repeats, date, fc.integer({ min: -50, max: 400 }), (repeat, from, skip) => {
        const start = Temporal.PlainDate.from(from);
        const after = start.add({ days: skip });
        const next = nextOccurrence(rule(repeat, { from }), after.toString());
        let day = Temporal.PlainDate.compare(after, start) < 0 ? start : after.add({ days: 1 });
        for (let looked = 0; looked < 3_000; looked += 1) {
          if (named(repeat, start, day)) {
            expect(next?.day).toBe(day.toString());
            return;
          }
          day = day.add({ days: 1 });
        }
      }),
      { numRuns: 400 },
    );
  });
  it('is stored only when it makes sense', () => {
    expect(v.safeParse(recurrenceSchema, rule({ every: 'day', interval: 1 })).success).toBe(true);
    for (const wrong of [
      { time: '24:00' },
      { zone: 'Mars/Olympus' },
      { from: '2027-02-30' },
      { repeat: { every: 'week', interval: 1, days: [] } },
    ])
      expect(
        v.safeParse(recurrenceSchema, { ...rule({ every: 'day', interval: 1 }), ...wrong }).success,
      ).toBe(false);
  });
});
