/** Files that were put aside, in `kept/` beside the outbox: what was damaged, and what a person replaced. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Why it was put aside. */
export type KeptReason = 'damaged' | 'restored' | 'moved';

export interface KeptFile {
  /** Name of its folder within `kept/`. */
  readonly name: string;
  /** ms UTC. */
  readonly at: number;
  readonly reason: KeptReason;
  readonly bytes: number;
}

/** As `stamp` in `durable-files.ts` makes it, and what was about to happen. */
const pattern = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z(?:-before-(restored|moved))?$/;

export function keptFolder(path: string): string {
  return join(dirname(path), 'kept');
}

/** Newest first; what else is in the folder is not ours to count or to remove. */
export function listKept(path: string): readonly KeptFile[] {
  const folder = keptFolder(path);
  return names(folder)
    .flatMap((name): KeptFile[] => {
      const found = pattern.exec(name);
      if (found === null) return [];
      const [, day, hours, minutes, seconds, reason] = found;
      return [
        {
          name,
          at: Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`),
          reason: (reason as KeptReason | undefined) ?? 'damaged',
          bytes: sizeOf(join(folder, name)),
        },
      ];
    })
    .sort((a, b) => b.at - a.at);
}

/** Nothing happens when there is none of that name. */
export function removeKept(path: string, name: string): void {
  if (pattern.test(name)) rmSync(join(keptFolder(path), name), { recursive: true, force: true });
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return [];
    throw error;
  }
}

/** A few files each; what went away meanwhile counts nothing. */
function sizeOf(folder: string): number {
  return names(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
