/** Every job by name. To add one: a file here, a line below, and its lane in `../lanes.ts`. */
import { measureFile } from './measure-file.ts';

export const jobs = {
  'measure-file': measureFile,
} as const;

export type Jobs = typeof jobs;
export type JobName = keyof Jobs;
