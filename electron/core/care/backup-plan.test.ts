import { describe, expect, test } from 'vitest';
import { backupIsDue, hasRoom, reserveBytes, superfluous } from './backup-plan.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 22, 12);
const backup = (at: number) => ({ name: new Date(at).toISOString(), at });

describe('a backup is due', () => {
  test('when there is none, or none of the last hours at a start, of the last day while running', () => {
    expect(backupIsDue([], now, 'running')).toBe(true);
    expect(backupIsDue([backup(now - 5 * hour)], now, 'start')).toBe(false);
    expect(backupIsDue([backup(now - 7 * hour)], now, 'start')).toBe(true);
    expect(backupIsDue([backup(now - 7 * hour)], now, 'running')).toBe(false);
    expect(backupIsDue([backup(now - day)], now, 'running')).toBe(true);
  });

  test('one from the future, made while the clock was wrong, puts nothing off', () => {
    expect(backupIsDue([backup(now + 365 * day)], now, 'start')).toBe(true);
  });
});

test('the last of the disk is left alone', () => {
  expect(hasRoom(reserveBytes + 100, 100)).toBe(true);
  expect(hasRoom(reserveBytes + 100, 101)).toBe(false);
});

describe('old ones go', () => {
  test('after a year of a backup every eight hours: seven days and four weeks are left', () => {
    let kept: ReturnType<typeof backup>[] = [];
    for (let at = now - 365 * day; at <= now; at += 8 * hour) {
      kept.push(backup(at));
      const gone = superfluous(kept);
      kept = kept.filter((one) => !gone.includes(one));
      expect(kept.length).toBeLessThanOrEqual(11);
    }
    const ages = kept.map(({ at }) => Math.round((now - at) / day)).sort((a, b) => a - b);
    expect(ages.slice(0, 7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(ages.at(-1)).toBeGreaterThanOrEqual(15);
  });

  test('after a long pause the last ones stay: they are not counted by today', () => {
    const old = [backup(now - 200 * day), backup(now - 201 * day)];
    expect(superfluous(old)).toEqual([]);
  });
});
