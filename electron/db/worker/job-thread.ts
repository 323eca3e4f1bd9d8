/**
 * Main's side of one thread: starts it with its first job, hands jobs over, ends it when there was none for a while. The one
 * way in which this program starts threads: for what is read from the database (`workers.ts`) and for whole files
 * (`electron/care/run-job.ts`).
 *
 * Threads, not processes: the same addon is loaded once, a start costs milliseconds, and all of it runs in plain Node.
 * They end themselves after closing their connection; `terminate` is only for one that does not answer any more, since
 * tearing down a thread in the middle of the addon has crashed programs before.
 * https://github.com/WiseLibs/better-sqlite3/issues/1476
 */
import { Worker } from 'node:worker_threads';
import type { Log, Timers } from '../../core/ports.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** The job was stopped by its signal, or because the workspace closes. */
export class JobStopped extends Error {
  override readonly name = 'JobStopped';
}

/** No sign of life within the time allowed. The worker was given up; the next job gets a new one. */
export class JobTimedOut extends Error {
  override readonly name = 'JobTimedOut';
}

/** The worker ended while the job ran. The next job gets a new one. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
}

/** What a job threw in the worker, with the name and the code it had there. */
export class JobFailed extends Error {
  /** SQLite's or the system's, such as `SQLITE_CORRUPT` or `ENOENT`. */
  readonly code: string | undefined;
  constructor(name: string, message: string, code: string | undefined) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

export interface RunOptions<Report> {
  /** Longest silence: from the call to the first report or the end, and between reports. */
  readonly timeoutMilliseconds: number;
  readonly signal?: AbortSignal | undefined;
  /**
   * A stopped job is waited for until it has really ended: it has put away what it had begun, or it was done already and its
   * result counts. Otherwise nobody waits for a job that was stopped.
   */
  readonly awaitStop?: boolean;
  /** Called for each report; the job goes on once it has returned (or its promise has resolved). */
  readonly onReport?: ((report: Report) => void | Promise<void>) | undefined;
}

export interface JobThreadParts {
  /** In the log, and as the thread's name. */
  readonly name: string;
  /** Absolute; a source file where tests run, its bundle in the program. */
  readonly workerFile: string | URL;
  /** The file its jobs read through `context.database()`; undefined: they open files themselves. */
  readonly databaseFile: string | undefined;
  readonly timers: Timers;
  readonly log: Log;
  /** Without work for so long it is ended. */
  readonly idleMilliseconds?: number | undefined;
}

interface Waiting {
  readonly job: string;
  readonly onReport: ((report: unknown) => void | Promise<void>) | undefined;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly alive: () => void;
}

const defaultIdleMilliseconds = 60_000;
/** How long a worker may take to end itself. A statement that runs cannot be interrupted. */
const closeMilliseconds = 3_000;

export class JobThread {
  readonly #parts: JobThreadParts;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;
  #stopIdle: (() => void) | undefined;
  readonly #ending = new Set<Promise<void>>();

  constructor(parts: JobThreadParts) {
    this.#parts = parts;
  }

  run(job: string, input: unknown, options: RunOptions<unknown>): Promise<unknown> {
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(new JobStopped(job));
    const worker = this.#start();
    this.#lastId += 1;
    const id = this.#lastId;
    const stop = new Int32Array(new SharedArrayBuffer(4));
    return new Promise((resolve, reject) => {
      let stopTimer = (): void => {};
      const alive = (): void => {
        stopTimer();
        stopTimer = this.#parts.timers.after(options.timeoutMilliseconds, () =>
          this.#giveUp(worker, id, job),
        );
      };
      const onAbort = (): void => {
        Atomics.store(stop, 0, 1);
        this.#tell(worker, { kind: 'cancel', id });
        if (options.awaitStop === true) return;
        settle();
        reject(new JobStopped(job));
      };
      const settle = (): void => {
        stopTimer();
        signal?.removeEventListener('abort', onAbort);
        this.#waiting.delete(id);
        this.#whenIdle();
      };
      this.#waiting.set(id, {
        job,
        onReport: options.onReport,
        alive,
        resolve: (output) => {
          settle();
          resolve(output);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      alive();
      this.#tell(worker, { kind: 'run', id, job, input, stop });
    });
  }

  async close(): Promise<void> {
    for (const waiting of [...this.#waiting.values()]) waiting.reject(new JobStopped(waiting.job));
    this.#stopIdle?.();
    this.#end();
    await Promise.all(this.#ending);
  }

  #start(): Worker {
    this.#stopIdle?.();
    this.#stopIdle = undefined;
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(this.#parts.workerFile, {
      workerData: { databaseFile: this.#parts.databaseFile },
      name: this.#parts.name,
      // It needs nothing of what our environment may hold.
      env: {},
    });
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => void this.#take(worker, message));
    worker.on('error', (error) => {
      this.#parts.log.error('worker-failed', {
        thread: this.#parts.name,
        error: error.stack ?? String(error),
      });
    });
    worker.on('exit', (code) => this.#lost(worker, code));
    return worker;
  }

  async #take(worker: Worker, message: FromWorker): Promise<void> {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    switch (message.kind) {
      case 'report':
        waiting.alive();
        try {
          await waiting.onReport?.(message.report);
        } catch (error) {
          // Whoever takes the pieces cannot: the job is of no use.
          this.#tell(worker, { kind: 'cancel', id: message.id });
          waiting.reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        waiting.alive();
        this.#tell(worker, { kind: 'taken', id: message.id });
        break;
      case 'told':
        waiting.alive();
        void waiting.onReport?.(message.report);
        break;
      case 'done':
        waiting.resolve(message.output);
        break;
      case 'failed':
        waiting.reject(
          message.name === 'JobCancelled'
            ? new JobStopped(waiting.job)
            : new JobFailed(message.name, message.message, message.code),
        );
        break;
    }
  }

  #giveUp(worker: Worker, id: number, job: string): void {
    this.#parts.log.warn('worker-silent', { thread: this.#parts.name, job });
    this.#waiting.get(id)?.reject(new JobTimedOut(job));
    if (this.#worker === worker) this.#worker = undefined;
    // It may be in the middle of a statement: it is asked to stop, and only then torn down.
    this.#close(worker);
    this.#rejectAll();
  }

  #lost(worker: Worker, code: number): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    if (this.#waiting.size > 0) this.#parts.log.error('worker-lost', { thread: this.#parts.name, code });
    this.#rejectAll();
  }

  #rejectAll(): void {
    for (const waiting of [...this.#waiting.values()]) waiting.reject(new WorkerLost(waiting.job));
  }

  #whenIdle(): void {
    if (this.#waiting.size > 0 || this.#worker === undefined) return;
    this.#stopIdle?.();
    this.#stopIdle = this.#parts.timers.after(
      this.#parts.idleMilliseconds ?? defaultIdleMilliseconds,
      () => this.#waiting.size === 0 && this.#end(),
    );
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker !== undefined) this.#close(worker);
  }

  #close(worker: Worker): void {
    const ended = new Promise<void>((resolve) => {
      const stopTimer = this.#parts.timers.after(closeMilliseconds, () => {
        this.#parts.log.warn('worker-torn-down', { thread: this.#parts.name });
        void worker.terminate().finally(resolve);
      });
      worker.once('exit', () => {
        stopTimer();
        resolve();
      });
    });
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
    this.#tell(worker, { kind: 'close' });
  }

  #tell(worker: Worker, message: ToWorker): void {
    worker.postMessage(message);
  }
}
