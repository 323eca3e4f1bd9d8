/**
 * How the program ended the last time, in a small file beside the database, and whether the database is the one that was
 * left behind. SQLite cannot tell: a lost log, an old copy put back or a swapped file open without an error, and texts that
 * went out long ago wait in them as if nothing had happened.
 *
 * Written in place and flushed; anything unreadable counts as an end that was not clean.
 */
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `none`: nothing ever ran here. `opening`: stopped while opening; the run named is the one before. `closing`: stopped
 * while closing. `clean`: closed, with the size (bytes) and the time of change (ms) that the file had then.
 */
export type LastEnd =
  | { readonly kind: 'none' }
  | { readonly kind: 'opening' | 'running' | 'closing'; readonly runId: string }
  | { readonly kind: 'clean'; readonly runId: string; readonly size: number; readonly changedAt: number };

const fileName = 'last-end';

export function readLastEnd(directory: string): LastEnd {
  let content: string;
  try {
    content = readFileSync(join(directory, fileName), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'none' };
    return { kind: 'opening', runId: '' };
  }
  const [kind, runId = '', size, changedAt, end] = content.split(' ');
  if (kind === 'clean' && end === '.\n')
    return { kind, runId, size: Number(size), changedAt: Number(changedAt) };
  if (kind === 'opening' || kind === 'running' || kind === 'closing') return { kind, runId };
  return { kind: 'opening', runId: '' };
}

function write(directory: string, content: string): void {
  const file = openSync(join(directory, fileName), 'w', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Before the database is opened: from here on its size and time change. */
export function markOpening(directory: string, last: LastEnd): void {
  write(directory, `opening ${last.kind === 'none' ? '' : last.runId} . . .\n`);
}

/** Once the row of this run is committed. */
export function markRunning(directory: string, runId: string): void {
  write(directory, `running ${runId} . . .\n`);
}

/** Before the log is moved into the file: from here on it may be gone. */
export function markClosing(directory: string, runId: string): void {
  write(directory, `closing ${runId} . . .\n`);
}

/**
 * After closing. While something else still reads (a backup that is under way at the end), the log stays and holds commits:
 * then the end is not called clean.
 */
export function markClean(directory: string, runId: string, path: string): void {
  if ((sizeOf(`${path}-wal`) ?? 0) > 0) return;
  const { size, mtimeMs } = statSync(path);
  write(directory, `clean ${runId} ${size} ${mtimeMs} .\n`);
}

/**
 * Looks at the file before it is opened.
 * - `new`      nothing ever ran here, and there is no file
 * - `as-left`  ended cleanly, and nobody has written to it since
 * - `unclean`  not ended cleanly: opened, and looked through off the main thread
 * - `changed`  is not what was left behind, although it opens: nothing in it goes out by itself
 * - `gone`     there is nothing to open where a file was left: missing, empty, or a folder
 */
export type FileFinding = 'new' | 'as-left' | 'unclean' | 'changed' | 'gone';

export function inspectFile(
  path: string,
  last: LastEnd,
  logIsBroken: (path: string) => boolean,
): FileFinding {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true) return found === undefined && last.kind === 'none' ? 'new' : 'gone';
  // One that is empty was left by somebody who only read.
  const logSize = sizeOf(`${path}-wal`);
  const hasLog = logSize !== undefined && logSize > 0;
  if (found.size === 0) return last.kind === 'none' && !hasLog ? 'new' : 'gone';
  switch (last.kind) {
    case 'clean':
      return found.size === last.size && found.mtimeMs === last.changedAt && !hasLog ? 'as-left' : 'changed';
    case 'running':
      // The log is there from the first write until the file is closed.
      return logSize !== undefined && !logIsBroken(`${path}-wal`) ? 'unclean' : 'changed';
    case 'opening':
    case 'closing':
    case 'none':
      return hasLog && logIsBroken(`${path}-wal`) ? 'changed' : 'unclean';
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
