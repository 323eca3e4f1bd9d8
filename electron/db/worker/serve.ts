/** The worker's side: takes messages, runs jobs, answers. Ends itself when told to, after closing its connection. */
import { parentPort, workerData } from 'node:worker_threads';
import { openReadOnly, type ReadDatabase } from '../open.ts';
import { type Job, JobCancelled, type JobContext } from './job.ts';
import type { FromWorker, ToWorker } from './messages.ts';

interface Running {
  cancelled: boolean;
  taken: (() => void) | undefined;
}

/** @param jobs by name. The database file, if there is one, comes with `workerData`. */
export function serveJobs(jobs: Readonly<Record<string, Job<never, unknown, never>>>): void {
  if (parentPort === null) throw new Error('not a worker');
  const port = parentPort;
  const { databaseFile } = workerData as { databaseFile: string | undefined };
  const running = new Map<number, Running>();
  let connection: ReadDatabase | undefined;
  let closing = false;

  function answer(message: FromWorker): void {
    port.postMessage(message);
  }

  async function run(id: number, name: string, input: unknown, stop: Int32Array): Promise<void> {
    const state: Running = { cancelled: false, taken: undefined };
    running.set(id, state);
    const stopIfCancelled = (): void => {
      if (state.cancelled || Atomics.load(stop, 0) !== 0) throw new JobCancelled(name);
    };
    const context: JobContext<unknown> = {
      database: () => {
        if (databaseFile === undefined) throw new Error('this thread has no database');
        connection ??= openReadOnly(databaseFile);
        return connection;
      },
      async breathe() {
        // A macrotask: messages are delivered between those, never between promises.
        await new Promise((resolve) => setImmediate(resolve));
        stopIfCancelled();
      },
      tell(report) {
        stopIfCancelled();
        answer({ kind: 'told', id, report });
      },
      stopIfCancelled,
      async report(report) {
        stopIfCancelled();
        await new Promise<void>((resolve) => {
          state.taken = resolve;
          answer({ kind: 'report', id, report });
        });
        stopIfCancelled();
      },
    };
    try {
      const job = jobs[name] as Job<unknown, unknown, unknown> | undefined;
      if (job === undefined) throw new Error(`no job ${name}`);
      answer({ kind: 'done', id, output: await job.run(input, context) });
    } catch (error) {
      const { name: kind, message } = error instanceof Error ? error : new Error(String(error));
      const code = (error as { code?: unknown } | null)?.code;
      answer({ kind: 'failed', id, name: kind, message, code: typeof code === 'string' ? code : undefined });
    } finally {
      running.delete(id);
      endIfClosing();
    }
  }

  function endIfClosing(): void {
    if (!closing || running.size > 0) return;
    connection?.close();
    connection = undefined;
    // Nothing is left to listen to: the thread ends by itself, which is kinder to an addon than `terminate`.
    port.close();
  }

  port.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'run':
        void run(message.id, message.job, message.input, message.stop);
        break;
      case 'taken':
        running.get(message.id)?.taken?.();
        break;
      case 'cancel':
        cancel(running.get(message.id));
        break;
      case 'close':
        closing = true;
        for (const state of running.values()) cancel(state);
        endIfClosing();
        break;
    }
  });

  function cancel(state: Running | undefined): void {
    if (state === undefined) return;
    state.cancelled = true;
    // One that waits for its report to be taken is woken, so that it notices.
    state.taken?.();
  }
}
