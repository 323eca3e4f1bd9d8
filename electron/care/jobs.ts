/**
 * What a worker does for data care: everything that reads or writes whole files. Each job stands for itself and has its own
 * connection; nothing is shared with the main thread but files.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CareStep, Incident } from '../../shared/domain/data-care.ts';
import { checkFile, copyWithoutKeys } from '../db/care/copy.ts';
import type { Progress } from '../db/care/progress.ts';
import { rescue } from '../db/care/rescue.ts';
import { incomingFolder, type PreparedRestore, prepareRestore } from '../db/care/restore.ts';
import type { Job } from '../db/worker/job.ts';
import { type Manifest, readArchive, writeArchive } from './archive.ts';
import { type NumberFileReport, type NumberFormat, writeNumberFile } from './number-file.ts';

/** `path` is always the outbox of the workspace, absolute; `now` is ms UTC. */
export interface Jobs {
  'back-up': {
    readonly input: { readonly path: string; readonly target: string };
    readonly output: undefined;
  };
  /** What is wrong with the file; empty when nothing was found. */
  check: { readonly input: { readonly path: string }; readonly output: readonly string[] };
  rescue: { readonly input: { readonly path: string; readonly now: number }; readonly output: Incident };
  'prepare-restore': {
    readonly input: { readonly from: string; readonly path: string; readonly now: number };
    readonly output: PreparedRestore;
  };
  'export-number': {
    readonly input: {
      readonly path: string;
      readonly recipient: string;
      readonly target: string;
      readonly format: NumberFormat;
    };
    readonly output: NumberFileReport;
  };
  'write-archive': {
    readonly input: {
      readonly path: string;
      readonly passphrase: string;
      readonly target: string;
      readonly manifest: Omit<Manifest, 'databaseBytes'>;
    };
    readonly output: undefined;
  };
  'read-archive': {
    readonly input: {
      readonly archive: string;
      readonly passphrase: string;
      readonly path: string;
      readonly now: number;
    };
    readonly output: { readonly prepared: PreparedRestore; readonly settings: unknown };
  };
}
export type JobName = keyof Jobs;
export type JobInput<N extends JobName> = Jobs[N]['input'];
export type JobOutput<N extends JobName> = Jobs[N]['output'];

type Perform<N extends JobName> = (input: JobInput<N>, progress: Progress) => JobOutput<N>;

const performers: { readonly [N in JobName]: Perform<N> } = {
  'back-up': ({ path, target }, progress) => {
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    copyWithoutKeys(path, target, { progress });
  },
  check: ({ path }, progress) => checkFile(path, progress),
  rescue: ({ path, now }, progress) => rescue(path, now, progress),
  'prepare-restore': ({ from, path, now }, progress) => prepareRestore(from, path, 'restored', now, progress),
  'export-number': ({ path, recipient, target, format }, progress) =>
    writeNumberFile(path, recipient, target, format, progress),
  'write-archive': ({ path, passphrase, target, manifest }, progress) => {
    const folder = join(dirname(path), 'outgoing');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      const copy = join(folder, 'outbox.db');
      copyWithoutKeys(path, copy, { progress });
      writeArchive(copy, manifest, passphrase, target, { progress });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  'read-archive': ({ archive, passphrase, path, now }, progress) => {
    const folder = incomingFolder(path);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      const copy = join(folder, 'outbox.db');
      const { settings } = readArchive(archive, passphrase, copy, progress);
      return { prepared: prepareRestore(copy, path, 'moved', now, progress), settings };
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  },
};

/** What a job tells while it runs. `growing` as for `Progress` in `../db/care/progress.ts`. */
export interface CareReport {
  readonly step: CareStep;
  readonly share: number | null;
  readonly growing: { readonly path: string; readonly bytes: number } | undefined;
}

/** A job says how far it is no more often than this, milliseconds. It hears at every step that it should stop. */
const quietMilliseconds = 100;

function careJob<N extends JobName>(perform: Perform<N>): Job<JobInput<N>, JobOutput<N>, CareReport> {
  return {
    run(input, context) {
      let told = { step: '', at: -Infinity };
      return perform(input, (step, share, growing) => {
        context.stopIfCancelled();
        const at = performance.now();
        if (step === told.step && at - told.at < quietMilliseconds) return;
        told = { step, at };
        context.tell({ step, share, growing });
      });
    },
  };
}

/** Every job by name, as a thread serves them. Whatever goes wrong comes back with its name and its code. */
export const careJobs = {
  'back-up': careJob(performers['back-up']),
  check: careJob(performers.check),
  rescue: careJob(performers.rescue),
  'prepare-restore': careJob(performers['prepare-restore']),
  'export-number': careJob(performers['export-number']),
  'write-archive': careJob(performers['write-archive']),
  'read-archive': careJob(performers['read-archive']),
} as const;
