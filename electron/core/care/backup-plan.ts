/** When a backup is due, when there is no room for one, and which old ones go. */

const hour = 3_600_000;
const day = 24 * hour;
/** At a start, a backup that is younger than this is good enough. */
const youngAtStart = 6 * hour;

export const keptDays = 7;
export const keptWeeks = 4;
/** A backup never takes the last of the disk: waiting texts and results need it. Bytes. */
export const reserveBytes = 512 * 1024 * 1024;

export interface Backup {
  readonly name: string;
  /** When it was made, ms UTC. */
  readonly at: number;
}

export function backupIsDue(backups: readonly Backup[], now: number, moment: 'start' | 'running'): boolean {
  // One from the future was made while the clock was wrong: it proves nothing about today.
  const newest = Math.max(-Infinity, ...backups.map(({ at }) => at).filter((at) => at <= now + hour));
  return now - newest >= (moment === 'start' ? youngAtStart : day);
}

export function hasRoom(freeBytes: number, neededBytes: number): boolean {
  return freeBytes - neededBytes >= reserveBytes;
}

/**
 * Backups that are no longer needed: all but the newest of each of the last seven days that have one, and the newest of
 * each of the last four weeks.
 */
export function superfluous(backups: readonly Backup[]): readonly Backup[] {
  const newestFirst = [...backups].sort((a, b) => b.at - a.at);
  const kept = new Set<Backup>();
  for (const [length, count] of [
    [day, keptDays],
    [7 * day, keptWeeks],
  ] as const) {
    const newest = new Map<number, Backup>();
    for (const backup of newestFirst) {
      const span = Math.floor(backup.at / length);
      if (!newest.has(span)) newest.set(span, backup);
    }
    for (const backup of [...newest.values()].slice(0, count)) kept.add(backup);
  }
  return newestFirst.filter((backup) => !kept.has(backup));
}
