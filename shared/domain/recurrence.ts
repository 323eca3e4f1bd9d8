/**
 * Texts that go out again and again. An occurrence is a *day of the calendar*; its moment is worked out from the day, the
 * local time and the zone, never from the occurrence before, so that nothing drifts across months, leap years or
 * daylight-saving changes.
 */
import * as v from 'valibot';
import { calendarDaySchema } from './calendar-day.ts';

/** Monday is 1, Sunday 7, as in ISO 8601. */
const weekday = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(7));
const interval = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99));

export const repeatSchema = v.variant('every', [
  v.strictObject({ every: v.literal('day'), interval }),
  v.strictObject({
    every: v.literal('week'),
    interval,
    days: v.pipe(v.array(weekday), v.minLength(1), v.maxLength(7)),
  }),
  /** A day that a month does not have is its last one: the 31st of April is the 30th. */
  v.strictObject({
    every: v.literal('month'),
    interval,
    day: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(31)),
  }),
  /** The n-th weekday of the month; -1 is the last one. A month without a fifth is passed over. */
  v.strictObject({
    every: v.literal('month-weekday'),
    interval,
    weekday,
    nth: v.picklist([1, 2, 3, 4, 5, -1]),
  }),
]);
export type Repeat = v.InferOutput<typeof repeatSchema>;

export const recurrenceSchema = v.strictObject({
  /** The first day that may have an occurrence. */
  from: calendarDaySchema,
  /** The last one, inclusive; null: without an end. */
  until: v.nullable(calendarDaySchema),
  /** Local time: `08:30`. */
  time: v.pipe(v.string(), v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)),
  /** IANA name. Kept with the rule: a laptop that travels does not move the office's hours. */
  zone: v.pipe(v.string(), v.check(isZone, 'is no time zone')),
  repeat: repeatSchema,
});
export type Recurrence = v.InferOutput<typeof recurrenceSchema>;

export interface Occurrence {
  /** `2027-01-31`: names the occurrence. */
  readonly day: string;
  /** Milliseconds UTC. */
  readonly at: number;
}

/** Weeks, months or days that are looked through for the next occurrence: rules of every 99 months included. */
const mostPeriods = 500;

/**
 * The first occurrence on a day later than `after` (`2027-01-31`; undefined: any from the start on). A local time that a
 * day does not have, because clocks go forward, is moved on by the hour that is missing; one that it has twice is the first.
 * @returns undefined when the rule has ended
 */
export function nextOccurrence(rule: Recurrence, after: string | undefined): Occurrence | undefined {
  const start = Temporal.PlainDate.from(rule.from);
  const from = after === undefined ? start : later(start, Temporal.PlainDate.from(after).add({ days: 1 }));
  const day = nextDay(rule.repeat, start, from);
  if (day === undefined || (rule.until !== null && day.toString() > rule.until)) return undefined;
  const at = day.toZonedDateTime({
    timeZone: rule.zone,
    plainTime: Temporal.PlainTime.from(rule.time),
  }).epochMilliseconds;
  return { day: day.toString(), at };
}

/**
 * The next few occurrences whose moment is later than `now`, for showing.
 * @param now milliseconds UTC
 */
export function upcoming(rule: Recurrence, now: number, count: number): readonly Occurrence[] {
  const found: Occurrence[] = [];
  // Two days before today begin everywhere on earth before now, so that none is passed over.
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(rule.zone).toPlainDate();
  let occurrence = nextOccurrence(rule, today.subtract({ days: 2 }).toString());
  while (occurrence !== undefined && found.length < count) {
    if (occurrence.at > now) found.push(occurrence);
    occurrence = nextOccurrence(rule, occurrence.day);
  }
  return found;
}

function nextDay(
  repeat: Repeat,
  start: Temporal.PlainDate,
  from: Temporal.PlainDate,
): Temporal.PlainDate | undefined {
  switch (repeat.every) {
    case 'day': {
      const passed = start.until(from, { largestUnit: 'days' }).days;
      return start.add({ days: Math.ceil(passed / repeat.interval) * repeat.interval });
    }
    case 'week': {
      // Counted in weeks from the week of the start, Monday first.
      const first = start.subtract({ days: start.dayOfWeek - 1 });
      const weeks = Math.floor(first.until(from, { largestUnit: 'days' }).days / 7);
      for (let period = Math.floor(weeks / repeat.interval); period <= weeks + mostPeriods; period += 1) {
        const monday = first.add({ days: period * repeat.interval * 7 });
        for (const weekday of [...repeat.days].sort((a, b) => a - b)) {
          const day = monday.add({ days: weekday - 1 });
          if (Temporal.PlainDate.compare(day, from) >= 0 && Temporal.PlainDate.compare(day, start) >= 0)
            return day;
        }
      }
      return undefined;
    }
    case 'month':
    case 'month-weekday': {
      const months = (from.year - start.year) * 12 + from.month - start.month;
      const first = Math.floor(months / repeat.interval);
      for (let period = first; period <= first + mostPeriods; period += 1) {
        const month = start.toPlainYearMonth().add({ months: period * repeat.interval });
        const day = dayOfMonth(repeat, month);
        if (day !== undefined && Temporal.PlainDate.compare(day, from) >= 0) return day;
      }
      return undefined;
    }
  }
}

function dayOfMonth(
  repeat: Extract<Repeat, { every: 'month' | 'month-weekday' }>,
  month: Temporal.PlainYearMonth,
): Temporal.PlainDate | undefined {
  if (repeat.every === 'month') return month.toPlainDate({ day: Math.min(repeat.day, month.daysInMonth) });
  const first = month.toPlainDate({ day: 1 });
  const firstOfThem = 1 + ((repeat.weekday - first.dayOfWeek + 7) % 7);
  const last = firstOfThem + Math.floor((month.daysInMonth - firstOfThem) / 7) * 7;
  const day = repeat.nth === -1 ? last : firstOfThem + (repeat.nth - 1) * 7;
  return day > month.daysInMonth ? undefined : month.toPlainDate({ day });
}

function later(one: Temporal.PlainDate, other: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(one, other) >= 0 ? one : other;
}

function isZone(written: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: written });
    return true;
  } catch {
    return false;
  }
}
