import { expect, test } from 'vitest';
import { noQuietHours, type QuietHours } from '../../../shared/domain/quiet-hours.ts';
import { officeCalendar } from './calendar.ts';

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
