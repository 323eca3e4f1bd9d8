import type { JobName } from './jobs/index.ts';

/**
 * Two workers, so that a search never waits for a backup. `quick`: answers while a person types. `long`: everything with
 * a progress bar.
 */
export type Lane = 'quick' | 'long';

export const lanes: Readonly<Record<JobName, Lane>> = {
  'read-list': 'long',
  'list-repeats': 'long',
  search: 'quick',
};
