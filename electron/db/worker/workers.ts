/**
 * Main's side of the threads that read the database: two, so that a search never waits for what takes long
 * (docs/adr/0020-database-workers.md).
 */
import type { Log, Timers } from '../../core/ports.ts';
import type { InputOf, OutputOf, ReportOf } from './job.ts';
import { JobStopped, JobThread, type RunOptions } from './job-thread.ts';
import type { JobName, Jobs } from './jobs/index.ts';
import { type Lane, lanes } from './lanes.ts';

export interface DatabaseWorkersParts {
  /** Absolute; `entry.ts` where tests run, its bundle in the program. */
  readonly workerFile: string | URL;
  readonly databaseFile: string;
  readonly timers: Timers;
  readonly log: Log;
  /** A worker without work for so long is ended. */
  readonly idleMilliseconds?: number;
}

export class DatabaseWorkers {
  readonly #parts: DatabaseWorkersParts;
  readonly #lanes: Record<Lane, JobThread>;
  #closed = false;

  constructor(parts: DatabaseWorkersParts) {
    this.#parts = parts;
    const thread = (lane: Lane): JobThread => new JobThread({ ...parts, name: `database-${lane}` });
    this.#lanes = { quick: thread('quick'), long: thread('long') };
  }

  /**
   * Runs a job off the main thread.
   * @throws JobStopped, JobTimedOut, WorkerLost, or JobFailed with what the job threw
   */
  run<N extends JobName>(
    job: N,
    input: InputOf<Jobs[N]>,
    options: RunOptions<ReportOf<Jobs[N]>>,
  ): Promise<OutputOf<Jobs[N]>> {
    if (this.#closed) return Promise.reject(new JobStopped(job));
    return this.#lanes[lanes[job]].run(job, input, options as RunOptions<unknown>) as Promise<
      OutputOf<Jobs[N]>
    >;
  }

  /** Stops what runs and waits for the workers to end, so that the database can be closed after. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.close()));
    this.#parts.log.debug('workers-closed');
  }
}
