import type { QuietHours } from '../../../shared/domain/quiet-hours.ts';

type QuietIntervals = QuietHours['week'][number];

/** One day of the week as a person sets it: when texts may go out. Minutes of the day, `to` exclusive. */
export type OpenDay =
  | { readonly kind: 'all-day' }
  | { readonly kind: 'not-at-all' }
  | { readonly kind: 'hours'; readonly from: number; readonly to: number }
  /** Quiet in a way that one pair of times does not tell; kept as it is until somebody chooses otherwise. */
  | { readonly kind: 'other'; readonly quiet: QuietIntervals };

const wholeDay = 1_440;
/** Suggested when a day gets hours. */
export const usualHours = { from: 8 * 60, to: 18 * 60 } as const;

/** Stored is when it is quiet; people think of when they work. */
export function openDayOf(quiet: QuietIntervals): OpenDay {
  const open: { from: number; to: number }[] = [];
  let at = 0;
  for (const { from, to } of [...quiet].sort((a, b) => a.from - b.from)) {
    if (from > at) open.push({ from: at, to: from });
    at = Math.max(at, to);
  }
  if (at < wholeDay) open.push({ from: at, to: wholeDay });
  const [first, ...more] = open;
  if (first === undefined) return { kind: 'not-at-all' };
  if (more.length > 0) return { kind: 'other', quiet };
  if (first.from === 0 && first.to === wholeDay) return { kind: 'all-day' };
  return { kind: 'hours', ...first };
}

export function quietOf(day: OpenDay): QuietIntervals {
  switch (day.kind) {
    case 'all-day':
      return [];
    case 'not-at-all':
      return [{ from: 0, to: wholeDay }];
    case 'other':
      return day.quiet;
    case 'hours':
      return [
        ...(day.from > 0 ? [{ from: 0, to: day.from }] : []),
        ...(day.to < wholeDay ? [{ from: day.to, to: wholeDay }] : []),
      ];
  }
}

/** `08:30` as minutes; undefined for anything else. */
export function minutesOf(clock: string): number | undefined {
  const read = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock);
  return read === null ? undefined : Number(read[1]) * 60 + Number(read[2]);
}

/** As a time field takes it: the end of the day is its midnight, `00:00`. */
export function clockOf(minutes: number): string {
  const inDay = minutes % wholeDay;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(inDay / 60))}:${two(inDay % 60)}`;
}

/** The hours of a day from its two fields; midnight as an end is the end of the day. Undefined when they make none. */
export function hoursOf(from: string, to: string): OpenDay | undefined {
  const begin = minutesOf(from);
  const end = minutesOf(to);
  if (begin === undefined || end === undefined) return undefined;
  const last = end === 0 ? wholeDay : end;
  return begin < last ? openDayOf(quietOf({ kind: 'hours', from: begin, to: last })) : undefined;
}
