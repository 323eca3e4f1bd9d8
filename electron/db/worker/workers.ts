/**
 * Main's side: starts workers when there is work, hands jobs over, ends the workers when there was none for a while.
 *
 * Threads, not processes: the same addon is loaded once, a start costs milliseconds, and all of it runs in plain Node.
 * They end themselves after closing their connection; `terminate` is only for one that does not answer any more, since
 * tearing down a thread in the middle of the addon has crashed programs before.
 * https://github.com/WiseLibs/better-sqlite3/issues/1476
 */
import { Worker } from 'node:worker_threads';
import type { Log, Timers } from '../../core/ports.ts';
import type { InputOf, OutputOf, ReportOf } from './job.ts';
import type { JobName, Jobs } from './jobs/index.ts';
import { type Lane, lanes } from './lanes.ts';
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

/** What a job threw in the worker. */
export class JobFailed extends Error {
  override readonly name = 'JobFailed';
  /** SQLite's or the system's, such as `SQLITE_CORRUPT` or `ENOENT`. */
  readonly code: string | undefined;
  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

export interface RunOptions<Report> {
  /** Longest silence: from the call to the first report or the end, and between reports. */
  readonly timeoutMilliseconds: number;
  readonly signal?: AbortSignal;
  /** Called for each report; the job goes on once it has returned (or its promise has resolved). */
  readonly onReport?: (report: Report) => void | Promise<void>;
}

export interface DatabaseWorkersParts {
  /** Absolute; `entry.ts` where tests run, its bundle in the program. */
  readonly workerFile: string | URL;
  readonly databaseFile: string;
  readonly timers: Timers;
  readonly log: Log;
  /** A worker without work for so long is ended. */
  readonly idleMilliseconds?: number;
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

export class DatabaseWorkers {
  readonly #parts: DatabaseWorkersParts;
  readonly #lanes: Record<Lane, WorkerLane>;
  #closed = false;

  constructor(parts: DatabaseWorkersParts) {
    this.#parts = parts;
    this.#lanes = { quick: new WorkerLane('quick', parts), long: new WorkerLane('long', parts) };
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

class WorkerLane {
  readonly #name: Lane;
  readonly #parts: DatabaseWorkersParts;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;
  #stopIdle: (() => void) | undefined;
  readonly #ending = new Set<Promise<void>>();

  constructor(name: Lane, parts: DatabaseWorkersParts) {
    this.#name = name;
    this.#parts = parts;
  }

  run(job: string, input: unknown, options: RunOptions<unknown>): Promise<unknown> {
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(new JobStopped(job));
    const worker = this.#start();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      let stopTimer = (): void => {};
      const alive = (): void => {
        stopTimer();
        stopTimer = this.#parts.timers.after(options.timeoutMilliseconds, () =>
          this.#giveUp(worker, id, job),
        );
      };
      const onAbort = (): void => {
        this.#tell(worker, { kind: 'cancel', id });
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
      this.#tell(worker, { kind: 'run', id, job, input });
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
      name: `database-${this.#name}`,
      // The worker reads one file. It needs nothing of what our environment may hold.
      env: {},
    });
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => void this.#take(worker, message));
    worker.on('error', (error) => {
      this.#parts.log.error('worker-failed', { lane: this.#name, error: error.stack ?? String(error) });
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
      case 'done':
        waiting.resolve(message.output);
        break;
      case 'failed':
        waiting.reject(new JobFailed(`${message.name}: ${message.message}`, message.code));
        break;
    }
  }

  #giveUp(worker: Worker, id: number, job: string): void {
    this.#parts.log.warn('worker-silent', { lane: this.#name, job });
    this.#waiting.get(id)?.reject(new JobTimedOut(job));
    if (this.#worker === worker) this.#worker = undefined;
    // It may be in the middle of a statement: it is asked to stop, and only then torn down.
    this.#close(worker);
    this.#rejectAll();
  }

  #lost(worker: Worker, code: number): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    if (this.#waiting.size > 0) this.#parts.log.error('worker-lost', { lane: this.#name, code });
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
        this.#parts.log.warn('worker-torn-down', { lane: this.#name });
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
