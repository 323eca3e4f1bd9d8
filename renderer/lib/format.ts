/** Times and counts as people write them. Words come from the catalogue; this file only asks `Intl`. */

/** English words, the person's own way of writing times. */
function dateLocale(): string {
  const languages = typeof navigator === 'undefined' ? [] : navigator.languages;
  return languages.find((language) => language.startsWith('en')) ?? 'en-GB';
}

/** Hours and minutes as this computer writes them: `14:32`, or `2:32 PM`. */
function clockOptions(): Intl.DateTimeFormatOptions {
  const own = typeof navigator === 'undefined' ? 'en-GB' : navigator.language;
  const hourCycle = new Intl.DateTimeFormat(own, { hour: 'numeric' }).resolvedOptions().hourCycle ?? 'h23';
  const hour = hourCycle === 'h11' || hourCycle === 'h12' ? 'numeric' : '2-digit';
  return { hour, minute: '2-digit', hourCycle };
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions, time: number): string {
  let formatter = formats.get(name);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(dateLocale(), options);
    formats.set(name, formatter);
  }
  return formatter.format(time);
}

function sameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}

/** `14:32`. `time` in ms UTC. */
function formatClock(time: number): string {
  return format('clock', clockOptions(), time);
}

/** For a narrow column: the clock today, the day this year, the month before that. Times in ms UTC. */
export function formatShort(time: number, now: number): string {
  const then = new Date(time);
  const today = new Date(now);
  if (sameDay(then, today)) return formatClock(time);
  if (then.getFullYear() === today.getFullYear()) {
    return format('day', { day: 'numeric', month: 'short' }, time);
  }
  return format('month', { month: 'short', year: 'numeric' }, time);
}

/** `Mon, 3 November 2025 at 14:32`. `time` in ms UTC. */
export function formatFull(time: number): string {
  return format(
    'full',
    {
      weekday: 'short',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      ...clockOptions(),
    },
    time,
  );
}

/** The clock today, otherwise day and clock. Times in ms UTC. */
export function formatMoment(time: number, now: number): string {
  if (sameDay(new Date(time), new Date(now))) return formatClock(time);
  return format('moment', { day: 'numeric', month: 'short', ...clockOptions() }, time);
}

/** The clock with seconds: what happened within one send. `time` in ms UTC. */
export function formatClockSeconds(time: number): string {
  return format('seconds', { ...clockOptions(), second: '2-digit' }, time);
}

/** `R 412.50`; a code that `Intl` does not know is written in front as it came. */
export function formatMoney(amount: number, currency: string | null): string {
  if (currency === null) return new Intl.NumberFormat(dateLocale()).format(amount);
  try {
    return new Intl.NumberFormat(dateLocale(), {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
    }).format(amount);
  } catch {
    return `${currency} ${new Intl.NumberFormat(dateLocale()).format(amount)}`;
  }
}

/** `South Africa` for `ZA`. */
export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}

const isMac = typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac');

/** How the shortcut for sending is written on this computer's keys. */
export const sendShortcut = isMac ? '⌘⏎' : 'Ctrl+Enter';
export const undoShortcut = isMac ? '⌘Z' : 'Ctrl+Z';

/** A number inside a sentence: read from left to right and kept apart from the words around it (U+2066, U+2069). */
export function isolateNumber(number: string): string {
  return `\u2066${number}\u2069`;
}

/** Somebody's own words inside a sentence: read in their own direction (U+2068, U+2069). */
export function isolateText(text: string): string {
  return `\u2068${text}\u2069`;
}
