/**
 * What the table of the world's holidays is asked. It is one and a half megabytes and takes half a second to load, so only a thread
 * of its own ever imports it, when a person chooses a country and once or twice a year after.
 */
import Holidays from 'date-holidays';
import type { Holiday } from '../../shared/domain/holidays.ts';
import type { Job } from '../db/worker/job.ts';

export interface HolidayPlace {
  readonly country: string;
  readonly region: string | null;
}
export type FoundHoliday = Omit<Holiday, 'closed'>;

const millisecondsADay = 24 * 60 * 60 * 1000;
/** Longest name kept. */
const longestName = 120;

/** Days on which offices are closed by law, in their order, each once. Half days are no closed days. */
const find: Job<HolidayPlace & { readonly years: readonly number[] }, FoundHoliday[]> = {
  run({ country, region, years }) {
    const table =
      region === null
        ? new Holidays(country, { languages: ['en'] })
        : new Holidays(country, region, { languages: ['en'] });
    const days = new Map<string, string>();
    for (const year of years) {
      for (const { type, date, start, end, name } of table.getHolidays(year)) {
        if (type !== 'public') continue;
        const length = Math.round((end.getTime() - start.getTime()) / millisecondsADay);
        const noon = Number(date.slice(11, 13)) >= 12;
        if (noon && length <= 1) continue;
        const first = Temporal.PlainDate.from(date.slice(0, 10));
        for (let index = 0; index < length; index += 1) {
          const day = first.add({ days: index }).toString();
          if (!days.has(day)) days.set(day, name.slice(0, longestName));
        }
      }
    }
    return [...days].map(([day, name]) => ({ day, name })).sort((a, b) => a.day.localeCompare(b.day));
  },
};

/** The parts of a country that have holidays of their own; `known`: the table knows the country at all. */
const regions: Job<
  { readonly country: string },
  {
    readonly known: boolean;
    readonly regions: readonly { readonly code: string; readonly name: string }[];
  }
> = {
  run({ country }) {
    const table = new Holidays();
    const named = Object.entries(table.getStates(country, 'en') ?? {});
    return {
      known: table.getCountries()[country] !== undefined,
      regions: named.map(([code, name]) => ({ code, name })).sort((a, b) => a.name.localeCompare(b.name)),
    };
  },
};

export const holidayJobs = { find, regions } as const;
