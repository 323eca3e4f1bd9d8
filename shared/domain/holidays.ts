/** Public holidays on which an office is closed. Worked out beforehand and kept with the settings: nothing is looked up when texts are due. */
import * as v from 'valibot';
import { calendarDaySchema } from './calendar-day.ts';
import type { QuietHours } from './quiet-hours.ts';

export const holidaySchema = v.strictObject({
  day: calendarDaySchema,
  name: v.pipe(v.string(), v.maxLength(120)),
  /** False: the office works on it all the same. */
  closed: v.boolean(),
});
export type Holiday = v.InferOutput<typeof holidaySchema>;

export const publicHolidaysSchema = v.strictObject({
  /** ISO 3166-1 alpha-2. */
  country: v.pipe(v.string(), v.regex(/^[A-Z]{2}$/)),
  /** As the list of holidays names the parts of a country; null: what holds in all of it. */
  region: v.nullable(v.pipe(v.string(), v.maxLength(20))),
  /** In their order, without those that are over for long. */
  days: v.pipe(v.array(holidaySchema), v.maxLength(300)),
  /** The last day for which they are known. */
  through: calendarDaySchema,
});
export type PublicHolidays = v.InferOutput<typeof publicHolidaysSchema>;

/** Less than this ahead, and the next year is looked up. */
const enoughDays = 200;

/** The office's quiet hours with the holidays on which it is closed. */
export function withHolidays(hours: QuietHours, holidays: PublicHolidays | null): QuietHours {
  if (holidays === null) return hours;
  const closed = holidays.days
    .filter((holiday) => holiday.closed)
    .map(({ day, name }) => ({ from: day, to: day, everyYear: false, name }));
  return closed.length === 0 ? hours : { ...hours, closed: [...hours.closed, ...closed] };
}

/** @param today `2027-01-31` */
export function needsNewHolidays({ through }: PublicHolidays, today: string): boolean {
  return Temporal.PlainDate.from(today).until(through, { largestUnit: 'days' }).days < enoughDays;
}

/**
 * What a person said about a day holds on, also where the holiday falls on another day next year: by the day, otherwise by
 * its name.
 */
export function keepWorkingDays(
  found: readonly Omit<Holiday, 'closed'>[],
  before: readonly Holiday[],
): Holiday[] {
  const byDay = new Map(before.map(({ day, name, closed }) => [`${day} ${name}`, closed]));
  const byName = new Map<string, boolean>();
  for (const { name, closed } of before) byName.set(name, closed && byName.get(name) !== false);
  return found.map(({ day, name }) => ({
    day,
    name,
    closed: byDay.get(`${day} ${name}`) ?? byName.get(name) ?? true,
  }));
}
