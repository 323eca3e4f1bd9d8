import { expect, test } from 'vitest';
import { noQuietHours, type QuietHours } from '../../../shared/domain/quiet-hours.ts';
import { officeCalendar, officeHours } from './calendar.ts';

const hour = 3_600_000;
const midnight = Date.parse('2027-03-01T00:00:00Z');
const mornings: QuietHours = { ...noQuietHours, week: noQuietHours.week.map(() => [{ from: 0, to: 480 }]) };

test('follows the clock both ways, the settings and the zone', () => {
  let hours = mornings;
  let zone = 'UTC';
  const calendar = officeCalendar({ hours: () => hours, zone: () => zone });
  expect(calendar.windowAt(midnight + hour)).toEqual({ open: false, changesAt: midnight + 8 * hour });
  expect(calendar.windowAt(midnight + 9 * hour)).toEqual({ open: true, changesAt: midnight + 24 * hour });
  // A clock that is set back meets what it has met before.
  expect(calendar.windowAt(midnight + hour).open).toBe(false);
  zone = 'Asia/Tokyo';
  expect(calendar.windowAt(midnight + hour)).toEqual({ open: true, changesAt: midnight + 15 * hour });
  zone = 'UTC';
  hours = noQuietHours;
  expect(calendar.windowAt(midnight + hour)).toEqual({ open: true, changesAt: undefined });
});

test('the hours of the office are the same object for as long as nothing changes, and hold its holidays', () => {
  const holiday = { day: '2026-12-25', name: 'Christmas Day', closed: true };
  const publicHolidays = { country: 'ZA', region: null, days: [holiday], through: '2027-12-31' };
  let settings: ReturnType<Parameters<typeof officeHours>[0]> = {
    quietHours: noQuietHours,
    publicHolidays,
  };
  const hours = officeHours(() => settings);
  const first = hours();
  expect(first.closed).toEqual([
    { from: '2026-12-25', to: '2026-12-25', everyYear: false, name: 'Christmas Day' },
  ]);
  settings = { ...settings };
  expect(hours()).toBe(first);
  settings = { ...settings, publicHolidays: null };
  expect(hours()).toBe(noQuietHours);
});
