/**
 * A thread for one job. It ends by itself when the job is done: ending a thread from outside while SQLite works in it is how
 * addons crash.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type JobInput, type JobName, perform } from './jobs.ts';
import type { WorkerAnswer } from './run-job.ts';

const { name, input } = workerData as { name: JobName; input: JobInput<JobName> };
let answer: WorkerAnswer;
try {
  answer = { ok: true, value: perform(name, input as never) };
} catch (error) {
  const { message, code } = error as { message?: unknown; code?: unknown };
  answer = {
    ok: false,
    name: error instanceof Error ? error.name : 'Error',
    message: String(message ?? error),
    code: code === undefined ? undefined : String(code),
  };
}
parentPort?.postMessage(answer);
