/** A backup at the start and once a day, off the main thread, and never from the last of the disk. */
import { join } from 'node:path';
import { backupIsDue, hasRoom, superfluous } from '../core/care/backup-plan.ts';
import { superfluousKept } from '../core/care/kept-plan.ts';
import type { Clock, Log, Timers } from '../core/ports.ts';
import { storageProblem } from '../core/storage-problem.ts';
import {
  type BackupFile,
  backupFolder,
  backupName,
  listBackups,
  removeBackups,
  removeUnfinished,
  roomFor,
} from '../db/care/backups.ts';
import { listKept, removeKept } from '../db/care/kept.ts';
import { JobStopped } from '../db/worker/job-thread.ts';
import type { JobWatch, RunJob } from './run-job.ts';

/** After the start, so that windows and waiting texts come first. */
const firstMilliseconds = 5_000;
/** How often it is asked whether one is due; timers may stand still while a machine sleeps. */
const hourMilliseconds = 3_600_000;
/** How long closing waits for one that is being made. */
const patienceMilliseconds = 3_000;

export interface DailyBackupsParts {
  /** The outbox. */
  readonly path: string;
  readonly runJob: RunJob;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly onChanged: () => void;
}

export class NoRoomForBackup extends Error {
  override readonly name = 'NoRoomForBackup';
}

export class DailyBackups {
  readonly #parts: DailyBackupsParts;
  #cancelTimer: (() => void) | undefined;
  #making: Promise<void> | undefined;
  #stopMaking = new AbortController();
  #onProgress: JobWatch['onProgress'];
  #problem: 'no-room' | 'failed' | null = null;

  constructor(parts: DailyBackupsParts) {
    this.#parts = parts;
  }

  /** Why the last one could not be made; null when it could, or none was due. */
  get problem(): 'no-room' | 'failed' | null {
    return this.#problem;
  }

  /** Newest first. */
  list(): readonly BackupFile[] {
    return listBackups(this.#parts.path);
  }

  /** Where a backup is, if there is one of that name. */
  find(name: string): string | undefined {
    const found = this.list().find((backup) => backup.name === name);
    return found === undefined ? undefined : join(backupFolder(this.#parts.path), found.name);
  }

  start(): void {
    removeUnfinished(this.#parts.path);
    this.#next(firstMilliseconds, 'start');
  }

  /**
   * Stops one that is being made, and waits a moment for it. It reads a connection of its own: what comes after does not
   * depend on it.
   */
  async stop(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#stopMaking.abort();
    if (this.#making === undefined) return;
    const enough = new Promise<void>((resolve) => this.#parts.timers.after(patienceMilliseconds, resolve));
    await Promise.race([this.#making.catch(() => undefined), enough]);
  }

  /**
   * Joins one that is being made. What the watch says counts for both.
   * @throws NoRoomForBackup, JobStopped, or what the job throws
   */
  makeNow({ signal, onProgress }: JobWatch = {}): Promise<void> {
    this.#onProgress = onProgress;
    if (this.#making === undefined) {
      this.#stopMaking = new AbortController();
      this.#making = this.#make(this.#stopMaking.signal).finally(() => {
        this.#making = undefined;
        this.#parts.onChanged();
      });
    }
    const stop = this.#stopMaking;
    if (signal?.aborted === true) stop.abort();
    signal?.addEventListener('abort', () => stop.abort(), { once: true });
    return this.#making;
  }

  async #make(signal: AbortSignal): Promise<void> {
    const { path, runJob, clock, log } = this.#parts;
    try {
      const { free, needed } = roomFor(path);
      if (!hasRoom(free, needed)) throw new NoRoomForBackup();
      const target = join(backupFolder(path), backupName(clock.now()));
      const onProgress: JobWatch['onProgress'] = (step, share) => this.#onProgress?.(step, share);
      await runJob('back-up', { path, target }, { signal, onProgress });
      this.#problem = null;
      const old = superfluous(this.list());
      removeBackups(
        path,
        old.map(({ name }) => name),
      );
      // With a sound backup of today there is less that only they could hold.
      const aside = superfluousKept(listKept(path), clock.now());
      for (const { name } of aside) removeKept(path, name);
      log.info('backup-made', { removed: old.length, removedKept: aside.length });
    } catch (error) {
      // Somebody stopped it: nothing is wrong.
      if (error instanceof JobStopped) throw error;
      this.#problem =
        storageProblem(error) === 'full' || error instanceof NoRoomForBackup ? 'no-room' : 'failed';
      log.warn('backup-not-made', { error: String(error) });
      throw error;
    }
  }

  #next(milliseconds: number, moment: 'start' | 'running'): void {
    this.#cancelTimer = this.#parts.timers.after(milliseconds, () => {
      void this.#whenDue(moment).finally(() => {
        if (this.#cancelTimer !== undefined) this.#next(hourMilliseconds, 'running');
      });
    });
  }

  async #whenDue(moment: 'start' | 'running'): Promise<void> {
    try {
      if (backupIsDue(this.list(), this.#parts.clock.now(), moment)) await this.makeNow();
    } catch (error) {
      this.#parts.log.debug('backup-later', { error: String(error) });
    }
  }
}
