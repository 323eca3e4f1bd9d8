import * as v from 'valibot';

/** A day of the calendar, `2027-01-31`, that exists. */
export const calendarDaySchema = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}$/),
  v.check(isDay, 'is no day of the calendar'),
);

function isDay(written: string): boolean {
  try {
    return Temporal.PlainDate.from(written, { overflow: 'reject' }).toString() === written;
  } catch {
    return false;
  }
}
