import { expect, test } from 'vitest';
import { keepWorkingDays, needsNewHolidays, type PublicHolidays, withHolidays } from './holidays.ts';
import { closedDayAt, noQuietHours, sendingWindow } from './quiet-hours.ts';

const zone = 'Africa/Johannesburg';
const holidays: PublicHolidays = {
  country: 'ZA',
  region: null,
  days: [
    { day: '2026-12-16', name: 'Day of Reconciliation', closed: false },
    { day: '2026-12-25', name: 'Christmas Day', closed: true },
  ],
  through: '2027-12-31',
};
const at = (local: string): number =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;

test('nothing goes out on a holiday, unless the office works on it', () => {
  const hours = withHolidays(noQuietHours, holidays);
  const christmas = at('2026-12-25T09:00');
  expect(sendingWindow(hours, christmas, zone)).toEqual({ open: false, changesAt: at('2026-12-26T00:00') });
  expect(closedDayAt(hours, christmas, zone)?.name).toBe('Christmas Day');
  expect(sendingWindow(hours, at('2026-12-16T09:00'), zone).open).toBe(true);
  expect(withHolidays(noQuietHours, null)).toBe(noQuietHours);
});

test('they are looked up again long before they run out', () => {
  expect(needsNewHolidays(holidays, '2026-12-01')).toBe(false);
  expect(needsNewHolidays(holidays, '2027-07-01')).toBe(true);
});

test('a day on which the office works stays one, also where it moves', () => {
  const before = [
    { day: '2026-04-03', name: 'Good Friday', closed: false },
    { day: '2026-12-25', name: 'Christmas Day', closed: true },
  ];
  const found = [
    { day: '2026-04-03', name: 'Good Friday' },
    { day: '2027-03-26', name: 'Good Friday' },
    { day: '2027-12-25', name: 'Christmas Day' },
    { day: '2027-12-27', name: 'Public Holiday' },
  ];
  expect(keepWorkingDays(found, before).map(({ closed }) => closed)).toEqual([false, false, true, true]);
});
