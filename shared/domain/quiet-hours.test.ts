import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  closedDayAt,
  noQuietHours,
  type QuietHours,
  quietHoursSchema,
  sendingWindow,
} from './quiet-hours.ts';

const nights: QuietHours = {
  week: [0, 1, 2, 3, 4, 5, 6].map(() => [
    { from: 0, to: 8 * 60 },
    { from: 20 * 60, to: 24 * 60 },
  ]),
  closed: [],
};
const at = (local: string) => Temporal.ZonedDateTime.from(local).epochMilliseconds;
const berlin = 'Europe/Berlin';

function told(hours: QuietHours, local: string) {
  const zoned = Temporal.ZonedDateTime.from(local);
  const { open, changesAt } = sendingWindow(hours, zoned.epochMilliseconds, zoned.timeZoneId);
  const changes =
    changesAt === undefined
      ? undefined
      : Temporal.Instant.fromEpochMilliseconds(changesAt)
          .toZonedDateTimeISO(zoned.timeZoneId)
          .toString({ smallestUnit: 'minute', timeZoneName: 'never' });
  return { open, changes };
}

describe('when texts may go out', () => {
  it.each([
    ['always, when nothing is quiet', noQuietHours, '2027-03-01T03:00[Europe/Berlin]', true, undefined],
    ['by day', nights, '2027-03-01T12:00[Europe/Berlin]', true, '2027-03-01T20:00+01:00'],
    [
      'not from the minute on that is quiet',
      nights,
      '2027-03-01T20:00[Europe/Berlin]',
      false,
      '2027-03-02T08:00+01:00',
    ],
    [
      'again from the minute on that ends it',
      nights,
      '2027-03-02T08:00[Europe/Berlin]',
      true,
      '2027-03-02T20:00+01:00',
    ],
    ['over midnight in one go', nights, '2027-03-01T23:59[Europe/Berlin]', false, '2027-03-02T08:00+01:00'],
    [
      'the night clocks go forward',
      nights,
      '2027-03-28T01:00[Europe/Berlin]',
      false,
      '2027-03-28T08:00+02:00',
    ],
    ['the night clocks go back', nights, '2027-10-30T22:00[Europe/Berlin]', false, '2027-10-31T08:00+01:00'],
  ])('%s', (_, hours, local, open, changes) => {
    expect(told(hours, local)).toEqual({ open, changes });
  });

  it('begins where clocks jump, when quiet begins in the hour that does not exist', () => {
    const hours = { ...noQuietHours, week: [[], [], [], [], [], [], [{ from: 150, to: 240 }]] } as QuietHours;
    expect(told(hours, '2027-03-28T01:30[Europe/Berlin]')).toEqual({
      open: true,
      changes: '2027-03-28T03:00+02:00',
    });
  });

  it('is quiet twice, when an hour comes twice', () => {
    const hours = { ...noQuietHours, week: [[], [], [], [], [], [], [{ from: 120, to: 150 }]] } as QuietHours;
    expect(told(hours, '2027-10-31T02:10+02:00[Europe/Berlin]')).toEqual({
      open: false,
      changes: '2027-10-31T02:30+02:00',
    });
    expect(told(hours, '2027-10-31T02:40+02:00[Europe/Berlin]')).toEqual({
      open: true,
      changes: '2027-10-31T02:00+01:00',
    });
  });

  it('never changes when every hour of the week is quiet', () => {
    const hours: QuietHours = { week: noQuietHours.week.map(() => [{ from: 0, to: 1_440 }]), closed: [] };
    expect(told(hours, '2027-03-01T12:00[Europe/Berlin]')).toEqual({ open: false, changes: undefined });
  });

  it('keeps closed days, runs of them, and those of every year', () => {
    const hours: QuietHours = {
      ...noQuietHours,
      closed: [
        { from: '2027-07-05', to: '2027-07-25', everyYear: false, name: 'Summer' },
        { from: '2020-12-24', to: '2021-01-02', everyYear: true, name: 'Turn of the year' },
      ],
    };
    expect(told(hours, '2027-07-04T23:00[Europe/Berlin]')).toEqual({
      open: true,
      changes: '2027-07-05T00:00+02:00',
    });
    expect(told(hours, '2027-07-10T12:00[Europe/Berlin]')).toEqual({
      open: false,
      changes: '2027-07-26T00:00+02:00',
    });
    expect(told(hours, '2028-07-10T12:00[Europe/Berlin]')).toEqual({
      open: true,
      changes: '2028-12-24T00:00+01:00',
    });
    expect(told(hours, '2029-12-30T12:00[Europe/Berlin]')).toEqual({
      open: false,
      changes: '2030-01-03T00:00+01:00',
    });
    expect(closedDayAt(hours, at('2027-07-10T12:00[Europe/Berlin]'), berlin)?.name).toBe('Summer');
  });

  it('is what looking at every minute finds', () => {
    const day = fc.uniqueArray(fc.integer({ min: 0, max: 24 }), { maxLength: 4 }).map((hours) => {
      const sorted = [...hours].sort((a, b) => a - b);
      const found = [];
      for (let index = 0; index + 1 < sorted.length; index += 2)
        found.push({ from: (sorted[index] ?? 0) * 60, to: (sorted[index + 1] ?? 0) * 60 });
      return found;
    });
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'Africa/Johannesburg',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    );
    // Around both changes of Berlin, St. John's and Lord Howe.
    const moments = fc
      .constantFrom('2027-03-28', '2027-10-31', '2027-03-14', '2027-11-07', '2027-04-04', '2027-10-03')
      .chain((start) =>
        fc.integer({ min: -36 * 60, max: 36 * 60 }).map((minutes) => Date.parse(start) + minutes * 60_000),
      );
    fc.assert(
      fc.property(fc.array(day, { minLength: 7, maxLength: 7 }), zones, moments, (week, zone, now) => {
        const hours: QuietHours = { week, closed: [] };
        const { open, changesAt } = sendingWindow(hours, now, zone);
        const quietAt = (moment: number) => {
          const local = Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone);
          const minutes = local.hour * 60 + local.minute;
          return (week[local.dayOfWeek - 1] ?? []).some(({ from, to }) => minutes >= from && minutes < to);
        };
        expect(open).toBe(!quietAt(now));
        let moment = now;
        const end = Math.min(changesAt ?? Number.POSITIVE_INFINITY, now + 2 * 86_400_000);
        while (moment < end) {
          expect(quietAt(moment)).toBe(!open);
          moment += 30 * 60_000;
        }
        if (changesAt !== undefined) expect(quietAt(changesAt)).toBe(open);
      }),
      { numRuns: 150 },
    );
  });
});

describe('what is stored', () => {
  it.each([
    [{ ...noQuietHours, week: [[]] }],
    [{ ...noQuietHours, week: noQuietHours.week.map(() => [{ from: 60, to: 60 }]) }],
    [{ ...noQuietHours, closed: [{ from: '2027-02-29', to: '2027-03-01', everyYear: false, name: '' }] }],
    [{ ...noQuietHours, closed: [{ from: '2027-03-02', to: '2027-03-01', everyYear: false, name: '' }] }],
  ])('does not take %j', (hours) => {
    expect(v.safeParse(quietHoursSchema, hours).success).toBe(false);
  });
});
