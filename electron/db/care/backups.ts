/** The backups of one outbox, in a folder beside it. */
import { readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stamp } from './durable-files.ts';

export interface BackupFile {
  /** Name within the folder. */
  readonly name: string;
  /** ms UTC. */
  readonly at: number;
  readonly bytes: number;
}

const pattern = /^outbox-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z\.db$/;

export function backupFolder(path: string): string {
  return join(dirname(path), 'backup');
}

export function backupName(now: number): string {
  return `outbox-${stamp(now)}.db`;
}

/** Newest first; other files in the folder are not ours to count or to remove. */
export function listBackups(path: string): readonly BackupFile[] {
  let names: string[];
  try {
    names = readdirSync(backupFolder(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .flatMap((name) => {
      const found = pattern.exec(name);
      const about =
        found === null ? undefined : statSync(join(backupFolder(path), name), { throwIfNoEntry: false });
      if (found === null || about === undefined) return [];
      return [
        { name, at: Date.parse(`${found[1]}T${found[2]}:${found[3]}:${found[4]}Z`), bytes: about.size },
      ];
    })
    .sort((a, b) => b.at - a.at);
}

export function removeBackups(path: string, names: readonly string[]): void {
  for (const name of names) if (pattern.test(name)) rmSync(join(backupFolder(path), name), { force: true });
}

/** What was left of backups when the program was ended in the middle. */
export function removeUnfinished(path: string): void {
  try {
    for (const name of readdirSync(backupFolder(path)))
      if (/\.db\.new(-journal)?$/.test(name)) rmSync(join(backupFolder(path), name), { force: true });
  } catch {
    // No folder, or no permission: then there is nothing that could be removed.
  }
}

/** What a copy would take at most, and what the disk has free for us, bytes. */
export function roomFor(path: string): { readonly free: number; readonly needed: number } {
  const { bavail, bsize } = statfsSync(dirname(path));
  const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return { free: bavail * bsize, needed: size(path) + size(`${path}-wal`) };
}
