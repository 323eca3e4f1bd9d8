/** Every job by name. To add one: a file here, a line below, and its lane in `../lanes.ts`. */
import { search } from './search.ts';

export const jobs = {
  search,
} as const;

export type Jobs = typeof jobs;
export type JobName = keyof Jobs;
