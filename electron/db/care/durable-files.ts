/** Files that are on the disk before anything relies on them. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Beside a database in WAL mode. They belong to that very file and to no other. */
export const companions = ['-wal', '-shm'] as const;

/** Flushes a file's content. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes names that came or went durable. Windows cannot open a directory, and does not need it. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Readable by the user alone from the first byte on; SQLite fills an empty file as if it had made it. */
export function createPrivate(path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
}

/** Content first, then the name: afterwards there is the old file or the new one, whole. */
export function putInPlace(temporary: string, path: string): void {
  syncFile(temporary);
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/**
 * Copies a database with its companions into a folder, for looking at it later. Must not be called while this process has
 * the file open: closing a copy would drop SQLite's locks. https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 * @returns the path of the copied database
 */
export function copyAside(path: string, directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const copy = join(directory, basename(path));
  for (const suffix of ['', ...companions]) {
    if (!existsSync(`${path}${suffix}`)) continue;
    copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
    chmodSync(`${copy}${suffix}`, 0o600);
    syncFile(`${copy}${suffix}`);
  }
  syncDirectory(directory);
  return copy;
}

/**
 * Puts a finished, closed database in the place of another one that nobody has open. The other one is kept in `aside`.
 */
export function replaceDatabase(fresh: string, path: string, aside: string): void {
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  if (existsSync(path)) {
    try {
      linkSync(path, join(aside, basename(path)));
    } catch {
      // A file system without links, or one that is kept already.
      if (!existsSync(join(aside, basename(path)))) copyAside(path, aside);
    }
  }
  // A log of the old file would be played into the new one.
  for (const suffix of companions) {
    if (!existsSync(`${path}${suffix}`)) continue;
    const kept = join(aside, `${basename(path)}${suffix}`);
    if (existsSync(kept)) rmSync(`${path}${suffix}`);
    else renameSync(`${path}${suffix}`, kept);
  }
  syncDirectory(aside);
  putInPlace(fresh, path);
}

/** `2026-11-22T10-15-03Z`: sorts by time and is a file name everywhere. */
export function stamp(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
}
