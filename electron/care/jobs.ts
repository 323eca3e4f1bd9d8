/**
 * What a worker does for data care: everything that reads or writes whole files. Each job stands for itself and has its own
 * connection; nothing is shared with the main thread but files.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Incident } from '../../shared/domain/data-care.ts';
import { checkFile, copyWithoutKeys } from '../db/care/copy.ts';
import { rescue } from '../db/care/rescue.ts';
import { incomingFolder, type PreparedRestore, prepareRestore } from '../db/care/restore.ts';
import { type Manifest, readArchive, writeArchive } from './archive.ts';
import { type NumberFormat, writeNumberFile } from './number-file.ts';

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
    readonly output: number;
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

type Performers = { readonly [N in JobName]: (input: JobInput<N>) => JobOutput<N> };

const performers: Performers = {
  'back-up': ({ path, target }) => {
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    copyWithoutKeys(path, target);
  },
  check: ({ path }) => checkFile(path),
  rescue: ({ path, now }) => rescue(path, now),
  'prepare-restore': ({ from, path, now }) => prepareRestore(from, path, 'restored', now),
  'export-number': ({ path, recipient, target, format }) => writeNumberFile(path, recipient, target, format),
  'write-archive': ({ path, passphrase, target, manifest }) => {
    const folder = join(dirname(path), 'outgoing');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      const copy = join(folder, 'outbox.db');
      copyWithoutKeys(path, copy);
      writeArchive(copy, manifest, passphrase, target);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  'read-archive': ({ archive, passphrase, path, now }) => {
    const folder = incomingFolder(path);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      const copy = join(folder, 'outbox.db');
      const { settings } = readArchive(archive, passphrase, copy);
      return { prepared: prepareRestore(copy, path, 'moved', now), settings };
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  },
};

/** @throws whatever went wrong, with its name and code */
export function perform<N extends JobName>(name: N, input: JobInput<N>): JobOutput<N> {
  return performers[name](input);
}
