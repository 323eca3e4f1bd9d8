/** A person may stop a job at any of its steps: whatever it had begun is gone then, and nothing else has changed. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fill } from '../db/care/care-test-file.ts';
import { closeDatabase } from '../db/open.ts';
import { JobCancelled, type JobContext } from '../db/worker/job.ts';
import { type CareReport, careJobs, type JobInput, type JobName } from './jobs.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-stop-'));
  mkdirSync(join(directory, 'live', 'backup'), { recursive: true });
  path = join(directory, 'live', 'outbox.db');
  closeDatabase(fill(path, { accepted: 20 }));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the job in this thread. It is told to stop when it asks for the n-th time. */
async function run<N extends JobName>(name: N, input: JobInput<N>, stopAt = Infinity): Promise<boolean> {
  let asked = 0;
  const context: JobContext<CareReport> = {
    database: () => {
      throw new Error('has none');
    },
    breathe: () => Promise.resolve(),
    report: () => Promise.resolve(),
    tell() {},
    stopIfCancelled() {
      asked += 1;
      if (asked >= stopAt) throw new JobCancelled(name);
    },
  };
  const job = careJobs[name] as { run(input: JobInput<N>, context: JobContext<CareReport>): unknown };
  try {
    await job.run(input, context);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(JobCancelled);
    return false;
  }
}

/** Every file with its content, but what SQLite leaves beside a file that somebody read. */
function everything(): Record<string, string> {
  const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  return Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && !/-(shm|wal)$/.test(one.name))
      .map(({ parentPath, name }) => [join(parentPath, name), digest(join(parentPath, name))]),
  );
}

/** @returns at how many places it was stopped */
async function stopEverywhere<N extends JobName>(name: N, input: JobInput<N>): Promise<number> {
  const before = everything();
  for (let stopAt = 1; ; stopAt += 1) {
    if (await run(name, input, stopAt)) {
      expect(everything()).not.toEqual(before);
      return stopAt - 1;
    }
    expect(everything(), `${name}, stopped at its step ${stopAt}`).toEqual(before);
  }
}

const passphrase = 'the office opens at eight';
const manifest = { madeAt: 1, version: '0.1.0', settings: {} };

test('a backup', async () => {
  const target = join(directory, 'live', 'backup', 'one.db');
  expect(await stopEverywhere('back-up', { path, target })).toBe(3);
});

test('restoring one', async () => {
  const from = join(directory, 'copy.db');
  await run('back-up', { path, target: from });
  expect(await stopEverywhere('prepare-restore', { from, path, now: 1 })).toBeGreaterThanOrEqual(4);
});

test('the file for another computer, made and opened: each is stopped once, since a passphrase takes its time', async () => {
  const target = join(directory, 'office.outtray');
  const before = everything();
  // The fourth question comes with the first segment.
  expect(await run('write-archive', { path, passphrase, target, manifest }, 4)).toBe(false);
  expect(everything()).toEqual(before);
  await run('write-archive', { path, passphrase, target, manifest });
  const made = everything();
  expect(Object.keys(made).length).toBe(Object.keys(before).length + 1);
  expect(await run('read-archive', { archive: target, passphrase, path, now: 1 }, 3)).toBe(false);
  expect(everything()).toEqual(made);
});

test('the file about one number', async () => {
  const target = join(directory, 'number.csv');
  const input = { path, recipient: '+27821230007', target, format: 'csv' } as const;
  expect(await stopEverywhere('export-number', input)).toBeGreaterThanOrEqual(1);
});

test('rescuing a damaged file: it stays where it was, and the next try begins anew', async () => {
  const bad = readFileSync(path);
  bad.fill(0, 4096, 4112);
  writeFileSync(path, bad);
  expect(await stopEverywhere('rescue', { path, now: 1 })).toBeGreaterThanOrEqual(5);
});
