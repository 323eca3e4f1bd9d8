/**
 * When an office does not want its texts to go out: hours of the week, and days on which it is closed. Pure: the time zone
 * and the moment are given.
 */
import * as v from 'valibot';
import { calendarDaySchema } from './calendar-day.ts';

const minute = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_440));
/** Minutes of the day, `from` inclusive, `to` exclusive; what goes over midnight is two of them. */
const interval = v.pipe(
  v.strictObject({ from: minute, to: minute }),
  v.check(({ from, to }) => from < to, 'ends before it begins'),
);

export const closedDaySchema = v.pipe(
  v.strictObject({
    /** `2026-12-24` */
    from: calendarDaySchema,
    /** The last day, inclusive. */
    to: calendarDaySchema,
    /** The same days of every year, whatever year `from` names. */
    everyYear: v.boolean(),
    name: v.pipe(v.string(), v.maxLength(80)),
  }),
  v.check(({ from, to }) => from <= to, 'ends before it begins'),
);
export type ClosedDay = v.InferOutput<typeof closedDaySchema>;

export const quietHoursSchema = v.strictObject({
  /** Monday first: intervals of that day in which nothing goes out. */
  week: v.pipe(v.array(v.pipe(v.array(interval), v.maxLength(12))), v.length(7)),
  closed: v.pipe(v.array(closedDaySchema), v.maxLength(400)),
});
export type QuietHours = v.InferOutput<typeof quietHoursSchema>;

/** Nothing is quiet: texts go out around the clock. */
export const noQuietHours: QuietHours = { week: [[], [], [], [], [], [], []], closed: [] };

export interface SendingWindow {
  readonly open: boolean;
  /** When that changes, ms UTC; undefined when it never does. */
  readonly changesAt: number | undefined;
}

/** So far a change is looked for: a year of closed days and a bit. */
const daysAhead = 400;

/**
 * Whether texts may go out at a moment, and until when that holds.
 * @param now milliseconds UTC
 * @param zone an IANA name, such as `Africa/Johannesburg`
 */
export function sendingWindow(hours: QuietHours, now: number, zone: string): SendingWindow {
  const isEmpty = hours.closed.length === 0 && hours.week.every((day) => day.length === 0);
  if (isEmpty) return { open: true, changesAt: undefined };
  const here = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  const open = !isQuiet(hours, here);
  // A day at a time, the boundaries of that day alone: most changes are found within two.
  let transition = here.getTimeZoneTransition('next');
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
    const day = here.toPlainDate().add({ days: ahead });
    const moments: number[] = [];
    for (const minutes of boundaries(hours, day)) {
      const local = day.toPlainDateTime().add({ minutes });
      // Where clocks go back a local time comes twice, and quiet may begin, or end, at both.
      for (const disambiguation of ['earlier', 'later'] as const) {
        moments.push(local.toZonedDateTime(zone, { disambiguation }).epochMilliseconds);
      }
    }
    // Where clocks go forward a boundary may lie in the hour that does not exist.
    if (transition !== null && !Temporal.PlainDate.compare(transition.toPlainDate(), day)) {
      moments.push(transition.epochMilliseconds);
      transition = transition.getTimeZoneTransition('next');
    }
    for (const moment of moments.sort((a, b) => a - b)) {
      if (moment <= now) continue;
      const then = Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone);
      if (isQuiet(hours, then) === open) return { open, changesAt: moment };
    }
  }
  return { open, changesAt: undefined };
}

/** The closed day that a moment falls on, for telling why nothing goes out. */
export function closedDayAt(hours: QuietHours, now: number, zone: string): ClosedDay | undefined {
  const day = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  return hours.closed.find((closed) => falls(closed, day));
}

function isQuiet(hours: QuietHours, at: Temporal.ZonedDateTime): boolean {
  const minutes = at.hour * 60 + at.minute;
  const today = hours.week[at.dayOfWeek - 1] ?? [];
  if (today.some(({ from, to }) => minutes >= from && minutes < to)) return true;
  const day = at.toPlainDate();
  return hours.closed.some((closed) => falls(closed, day));
}

function falls({ from, to, everyYear }: ClosedDay, day: Temporal.PlainDate): boolean {
  const written = day.toString();
  if (!everyYear) return written >= from && written <= to;
  const monthAndDay = written.slice(5);
  const [first, last] = [from.slice(5), to.slice(5)];
  // From one year into the next: a few days before and a few after its turn.
  if (from.slice(0, 4) !== to.slice(0, 4)) return monthAndDay >= first || monthAndDay <= last;
  return monthAndDay >= first && monthAndDay <= last;
}

/** Minutes of a day at which quiet may begin or end. Midnight always: closed days change there. */
function boundaries(hours: QuietHours, day: Temporal.PlainDate): readonly number[] {
  const today = hours.week[day.dayOfWeek - 1] ?? [];
  return [0, ...today.flatMap(({ from, to }) => [from, to])];
}
