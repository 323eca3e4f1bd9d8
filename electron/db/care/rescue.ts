/**
 * Puts a sound file in the place of one that is damaged or gone: what can be read of it, completed from the newest backup
 * that can be read. The bad file is kept as it was found, with its log, in `kept/` beside it (docs/adr/0027).
 * Runs in a worker, while nobody has the file open.
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Incident } from '../../../shared/domain/data-care.ts';
import { backupFolder, listBackups } from './backups.ts';
import { checkFile } from './copy.ts';
import { copyAside, replaceDatabase, stamp } from './durable-files.ts';
import { type Progress, unwatched } from './progress.ts';
import { rebuild, type Source } from './rebuild.ts';

/**
 * @param now ms UTC
 * @throws the file system's or SQLite's error when there is no room or no permission; everything is then as it was
 */
export function rescue(path: string, now: number, progress: Progress = unwatched): Incident {
  const directory = dirname(path);
  const name = stamp(now);
  const aside = join(directory, 'kept', name);
  const work = join(directory, 'rescue');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true, mode: 0o700 });
  let isSecondCopy = false;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    const sources: Source[] = [];
    if (found?.isFile() === true) {
      progress('copying', 0);
      isSecondCopy = true;
      copyAside(path, aside);
      progress('copying', 0.5);
      sources.push({ path: copyAside(path, join(work, 'bad')), origin: 'salvaged' });
    }
    const backup = newestSoundBackup(path, progress);
    if (backup !== undefined) {
      const copy = join(work, 'backup.db');
      copyFileSync(backup, copy);
      sources.push({ path: copy, origin: 'restored' });
    }
    const fresh = join(work, 'outbox.db');
    const report = rebuild(fresh, sources, now, progress);
    chmodSync(fresh, 0o600);
    // From here on it may be the only one.
    isSecondCopy = false;
    if (found !== undefined && !found.isFile()) {
      mkdirSync(aside, { recursive: true, mode: 0o700 });
      renameSync(path, join(aside, basename(path)));
    }
    replaceDatabase(fresh, path, aside);
    return {
      kind: found === undefined || (found.isFile() && found.size === 0) ? 'missing' : 'salvaged',
      at: now,
      ...report,
      fromBackup: backup !== undefined,
      kept: found === undefined ? null : name,
    };
  } catch (error) {
    // The next try makes its own.
    if (isSecondCopy) rmSync(aside, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function newestSoundBackup(path: string, progress: Progress): string | undefined {
  return listBackups(path)
    .map(({ name }) => join(backupFolder(path), name))
    .find((backup) => {
      progress('checking', null);
      try {
        return existsSync(backup) && checkFile(backup).length === 0;
      } catch {
        return false;
      }
    });
}
