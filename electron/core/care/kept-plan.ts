/** Which of the files that were put aside (damaged, or replaced by a person) go by themselves (docs/adr/0027). */
import type { Backup } from './backup-plan.ts';

const day = 24 * 3_600_000;

/** So many of the newest stay, however old: one of them may hold the only copy of something. */
export const keptNewest = 3;
/** The others go when they are older than this. */
export const keptDays = 180;
/** And none beyond these: a disk that fails damages a file at every start, and each is as large as the outbox. */
export const keptMost = 10;

/** @param now ms UTC */
export function superfluousKept(kept: readonly Backup[], now: number): readonly Backup[] {
  return [...kept]
    .sort((a, b) => b.at - a.at)
    .filter(({ at }, index) => index >= keptNewest && (index >= keptMost || now - at > keptDays * day));
}
