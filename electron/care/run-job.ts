/**
 * Runs a job on whole files in a thread of its own, so that neither windows nor sending wait for it. The thread lives for
 * one job: it works while no outbox is open, and what it does to files must not wait for another.
 */
import { statSync } from 'node:fs';
import type { CareStep } from '../../shared/domain/data-care.ts';
import type { Log, Timers } from '../core/ports.ts';
import { JobThread } from '../db/worker/job-thread.ts';
import type { CareReport, JobInput, JobName, JobOutput } from './jobs.ts';

export interface JobWatch {
  /**
   * Stops the job at its next step. It is waited for: what it had begun is put away then. SQLite cannot be interrupted, so
   * copying a million texts goes on for its seconds.
   */
  readonly signal?: AbortSignal | undefined;
  /** @param share of this step, 0 to 1; null: nobody knows */
  readonly onProgress?: ((step: CareStep, share: number | null) => void) | undefined;
}

/** @throws JobStopped when it was stopped, otherwise what went wrong, with the name and the code it had there */
export type RunJob = <N extends JobName>(
  name: N,
  input: JobInput<N>,
  watch?: JobWatch,
) => Promise<JobOutput<N>>;

export interface JobRunnerParts {
  /** Absolute path of `worker.ts`, or of what it became in the bundle. */
  readonly workerFile: string | URL;
  readonly timers: Timers;
  readonly log: Log;
}

/** A million texts take seconds; a slow stick and a large archive take minutes. */
const longestSilenceMilliseconds = 60 * 60_000;
/** How often a growing file is looked at. */
const lookMilliseconds = 250;

export function jobRunner(parts: JobRunnerParts): RunJob {
  return async (name, input, { signal, onProgress } = {}) => {
    const thread = new JobThread({ ...parts, name: `care-${name}`, databaseFile: undefined });
    let stopLooking = (): void => {};
    const look = ({ step, growing }: CareReport): void => {
      stopLooking = parts.timers.after(lookMilliseconds, () => {
        if (growing === undefined) return;
        const size = statSync(growing.path, { throwIfNoEntry: false })?.size ?? 0;
        onProgress?.(step, Math.min(1, size / Math.max(1, growing.bytes)));
        look({ step, share: null, growing });
      });
    };
    const onReport = (report: CareReport): void => {
      stopLooking();
      onProgress?.(report.step, report.share);
      if (report.growing !== undefined) look(report);
    };
    try {
      return (await thread.run(name, input, {
        timeoutMilliseconds: longestSilenceMilliseconds,
        signal,
        awaitStop: true,
        onReport: (report) => onReport(report as CareReport),
      })) as JobOutput<typeof name>;
    } finally {
      stopLooking();
      void thread.close();
    }
  };
}
