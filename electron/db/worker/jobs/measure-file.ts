/** How large the database is, in bytes, and how much of that is free to be used again. */
import type { Job } from '../job.ts';

export interface FileMeasure {
  readonly bytes: number;
  readonly freeBytes: number;
  readonly schemaVersion: number;
}

export const measureFile: Job<null, FileMeasure> = {
  run(_input, context) {
    const database = context.database();
    const read = (name: string): number => database.pragma(name, { simple: true }) as number;
    const pageSize = read('page_size');
    return {
      bytes: pageSize * read('page_count'),
      freeBytes: pageSize * read('freelist_count'),
      schemaVersion: read('user_version'),
    };
  },
};
