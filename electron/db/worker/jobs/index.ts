/** Every job by name. To add one: a file here, a line below, and its lane in `../lanes.ts`. */
import type { ListReport, ListResult, ListSource, RepeatQuery } from '../../../core/ports.ts';
import { deferred } from '../job.ts';
import { search } from './search.ts';

export const jobs = {
  // With it come the number rules of the world and a parser: a search does without them.
  'read-list': deferred<ListSource, ListResult, ListReport>(() =>
    import('./read-list.ts').then((loaded) => loaded.readList),
  ),
  'list-repeats': deferred<RepeatQuery, undefined, readonly number[]>(() =>
    import('./list-repeats.ts').then((loaded) => loaded.listRepeats),
  ),
  search,
} as const;

export type Jobs = typeof jobs;
export type JobName = keyof Jobs;
