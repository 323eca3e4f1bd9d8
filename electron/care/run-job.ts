/** Runs a job in a thread of its own, so that neither windows nor sending wait for it. */
import { Worker } from 'node:worker_threads';
import type { JobInput, JobName, JobOutput } from './jobs.ts';

export type WorkerAnswer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly name: string;
      readonly message: string;
      readonly code: string | undefined;
    };

/** What went wrong in the thread, with the name and the code it had there. */
export class JobFailed extends Error {
  readonly code: string | undefined;
  constructor(name: string, message: string, code: string | undefined) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** A million texts take seconds; a slow stick and a large archive take minutes. */
const longestMilliseconds = 60 * 60_000;

export type RunJob = <N extends JobName>(name: N, input: JobInput<N>) => Promise<JobOutput<N>>;

/** @param entry absolute path of `worker.ts`, or of what it became in the bundle */
export function jobRunner(entry: string): RunJob {
  return (name, input) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(entry, { workerData: { name, input } });
      let answered = false;
      const late = setTimeout(() => {
        reject(new JobFailed('JobLate', `${name} did not end`, undefined));
        void worker.terminate();
      }, longestMilliseconds);
      // A job that is under way must not keep the program from ending.
      late.unref();
      worker.once('message', (answer: WorkerAnswer) => {
        answered = true;
        if (answer.ok) resolve(answer.value as JobOutput<typeof name>);
        else reject(new JobFailed(answer.name, answer.message, answer.code));
      });
      worker.once('error', reject);
      worker.once('exit', (status) => {
        clearTimeout(late);
        if (!answered) reject(new JobFailed('JobEnded', `${name} ended with ${status}`, undefined));
      });
    });
}
