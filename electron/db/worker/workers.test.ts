import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log, Timers } from '../../core/ports.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../open.ts';
import { JobStopped, JobTimedOut, WorkerLost } from './job-thread.ts';
import { DatabaseWorkers } from './workers.ts';

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Timers that fire when the test says so. */
class HandTimers implements Timers {
  readonly #set = new Set<{ milliseconds: number; run: () => void }>();
  after(milliseconds: number, run: () => void): () => void {
    const timer = { milliseconds, run };
    this.#set.add(timer);
    return () => this.#set.delete(timer);
  }
  fire(milliseconds: number): void {
    for (const timer of [...this.#set].filter((set) => set.milliseconds === milliseconds)) {
      this.#set.delete(timer);
      timer.run();
    }
  }
  has(milliseconds: number): boolean {
    return [...this.#set].some((set) => set.milliseconds === milliseconds);
  }
}

let directory: string;
let databaseFile: string;
let database: WriteDatabase;
let timers: HandTimers;
let open: DatabaseWorkers[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-worker-'));
  databaseFile = join(directory, 'outbox.db');
  database = openDatabase(databaseFile);
  timers = new HandTimers();
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((workers) => workers.close()));
  closeDatabase(database);
  rmSync(directory, { recursive: true, force: true });
});

function workersOn(file: string): DatabaseWorkers {
  const workers = new DatabaseWorkers({
    workerFile: new URL(file, import.meta.url),
    databaseFile,
    timers,
    log,
    idleMilliseconds: 60_000,
  });
  open.push(workers);
  return workers;
}

/** Jobs of `jobs-for-tests.ts`, which the types of the program do not know. */
function testJobs(): {
  run(job: string, input: unknown, options?: object): Promise<unknown>;
  close(): Promise<void>;
} {
  const workers = workersOn('./jobs-for-tests.ts');
  return {
    run: (_job, input, options) =>
      // The quick lane whatever the name: names of the program stand for those of the test.
      workers.run('search', input as never, { timeoutMilliseconds: 5_000, ...options }),
    close: () => workers.close(),
  };
}

describe('the program’s own jobs', () => {
  test('read what was committed, and nothing else', async () => {
    const input = { query: 'anything', view: 'history', before: null, limit: 10 } as const;
    const found = await workersOn('./entry.ts').run('search', input, { timeoutMilliseconds: 5_000 });
    expect(found).toEqual({ rows: [], older: null, complete: true });
  });
});

describe('a job', () => {
  test('cannot write', async () => {
    await expect(testJobs().run('', { do: 'write' })).rejects.toMatchObject({
      name: 'SqliteError',
      code: 'SQLITE_READONLY',
    });
  });

  test('that throws fails alone; the worker goes on', async () => {
    const jobs = testJobs();
    await expect(jobs.run('', { do: 'throw' })).rejects.toMatchObject({
      name: 'RangeError',
      message: 'no such thing',
    });
    await expect(jobs.run('', { do: 'answer', with: 7 })).resolves.toBe(7);
  });

  test('waits with each report until the last one was taken', async () => {
    const seen: number[] = [];
    let busy = 0;
    const most = await testJobs().run(
      '',
      { do: 'report', times: 20 },
      {
        onReport: async (report: number) => {
          busy += 1;
          expect(busy).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          busy -= 1;
          seen.push(report);
        },
      },
    );
    expect(most).toBe(20);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  test('whose reports cannot be taken ends with that reason', async () => {
    const onReport = (): Promise<void> => Promise.reject(new Error('disk full'));
    const jobs = testJobs();
    await expect(jobs.run('', { do: 'report', times: 20 }, { onReport })).rejects.toThrow('disk full');
    await expect(jobs.run('', { do: 'answer', with: 1 })).resolves.toBe(1);
  });

  test('stops when it is told to, and the worker is free for the next one', async () => {
    const jobs = testJobs();
    const controller = new AbortController();
    const endless = jobs.run(
      '',
      { do: 'breathe' },
      { signal: controller.signal, onReport: () => controller.abort() },
    );
    await expect(endless).rejects.toBeInstanceOf(JobStopped);
    // Answers although the other one would never have ended: 1 job runs, this one.
    await expect(jobs.run('', { do: 'count-running' })).resolves.toBe(0);
  });

  test('that hears no messages is stopped in its middle, and can be waited for until it has really ended', async () => {
    const jobs = testJobs();
    const controller = new AbortController();
    const deaf = jobs.run(
      '',
      { do: 'work-without-a-pause' },
      { signal: controller.signal, awaitStop: true, onReport: () => controller.abort() },
    );
    await expect(deaf).rejects.toBeInstanceOf(JobStopped);
    await expect(jobs.run('', { do: 'count-put-away' })).resolves.toBe(1);
  });

  test('that was done before it heard of it counts as done', async () => {
    const jobs = testJobs();
    const controller = new AbortController();
    const options = { signal: controller.signal, awaitStop: true, onReport: () => controller.abort() };
    await expect(jobs.run('', { do: 'tell-and-end' }, options)).resolves.toBe('done');
  });

  test('that was stopped before it began does not start', async () => {
    const signal = AbortSignal.abort();
    await expect(testJobs().run('', { do: 'answer' }, { signal })).rejects.toBeInstanceOf(JobStopped);
  });
});

describe('a worker', () => {
  test('that dies takes its jobs along, and the next job gets a new one', async () => {
    const jobs = testJobs();
    await expect(jobs.run('', { do: 'die' })).rejects.toBeInstanceOf(WorkerLost);
    await expect(jobs.run('', { do: 'answer', with: 2 })).resolves.toBe(2);
  });

  test('that says nothing for too long is given up, and the next job gets a new one', async () => {
    const jobs = testJobs();
    const silent = jobs.run('', { do: 'hang' }, { onReport: () => setImmediate(() => timers.fire(5_000)) });
    await expect(silent).rejects.toBeInstanceOf(JobTimedOut);
    await expect(jobs.run('', { do: 'answer', with: 3 })).resolves.toBe(3);
    // What did not end by itself is torn down.
    timers.fire(3_000);
  });

  test('without work is ended, and started again for the next job', async () => {
    const jobs = testJobs();
    const first = await jobs.run('', { do: 'thread' });
    expect(timers.has(60_000)).toBe(true);
    timers.fire(60_000);
    expect(await jobs.run('', { do: 'thread' })).not.toBe(first);
  });

  test('is gone after close, and nothing runs any more', async () => {
    const jobs = testJobs();
    const endless = jobs.run('', { do: 'breathe' });
    const stopped = expect(endless).rejects.toBeInstanceOf(JobStopped);
    await jobs.close();
    await stopped;
    await expect(jobs.run('', { do: 'answer' })).rejects.toBeInstanceOf(JobStopped);
    // No reader is left that would keep the log from being moved into the file.
    expect(database.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
  });
});
