/** The public holidays of a country, worked out in a thread that ends afterwards. */
import { keepWorkingDays, type PublicHolidays } from '../../shared/domain/holidays.ts';
import type { Log, Timers } from '../core/ports.ts';
import type { InputOf, OutputOf } from '../db/worker/job.ts';
import { JobThread } from '../db/worker/job-thread.ts';
import type { HolidayPlace, holidayJobs } from './jobs.ts';

export interface PublicHolidayFinder {
  /**
   * Of this year and the next.
   * @param today `2027-01-31`
   * @param before what a person said about days
   * @throws JobTimedOut, WorkerLost, JobFailed
   */
  find(place: HolidayPlace, today: string, before: PublicHolidays | null): Promise<PublicHolidays>;
  regions(country: string): Promise<OutputOf<(typeof holidayJobs)['regions']>>;
}

/** Loading takes half a second, on a slow computer several. */
const longestMilliseconds = 60_000;

export function publicHolidays(parts: {
  /** Absolute path of `worker.ts`, or of what it became in the bundle. */
  readonly workerFile: string | URL;
  readonly timers: Timers;
  readonly log: Log;
}): PublicHolidayFinder {
  async function run<N extends keyof typeof holidayJobs>(
    name: N,
    input: InputOf<(typeof holidayJobs)[N]>,
  ): Promise<OutputOf<(typeof holidayJobs)[N]>> {
    const thread = new JobThread({ ...parts, name: `holidays-${name}`, databaseFile: undefined });
    try {
      return (await thread.run(name, input, { timeoutMilliseconds: longestMilliseconds })) as OutputOf<
        (typeof holidayJobs)[N]
      >;
    } finally {
      void thread.close();
    }
  }
  return {
    async find({ country, region }, today, before) {
      const year = Temporal.PlainDate.from(today).year;
      const found = await run('find', { country, region, years: [year, year + 1] });
      const ahead = found.filter(({ day }) => day >= today);
      // Somewhere else, other days: what was said about the old ones says nothing.
      const same = before !== null && before.country === country && before.region === region;
      const days = keepWorkingDays(ahead, same ? before.days : []);
      return { country, region, days, through: `${year + 1}-12-31` };
    },
    regions: (country) => run('regions', { country }),
  };
}
