/**
 * What a person can do with the office's data: back up, restore, erase, export, move to another computer. One of these at a
 * time; whole files are worked on in a thread.
 */

import { dirname, join } from 'node:path';
import type { CareJobKind, CareStep, CopyOrigin } from '../../shared/domain/data-care.ts';
import type { CareJobView, CareView, RestoreReport } from '../../shared/ipc/care-methods.ts';
import { readSettings, type Settings, settingsVersion } from '../../shared/settings.ts';
import { countNumber, eraseNumber } from '../core/care/number-data.ts';
import type { Retention } from '../core/care/retention.ts';
import type {
  BodyEraser,
  Clock,
  DataCareService,
  ErasedNumber,
  ExportedNumber,
  Log,
  NumberCount,
  Timers,
} from '../core/ports.ts';
import { replaceDatabase, stamp } from '../db/care/durable-files.ts';
import { forgetIncident, readIncident } from '../db/care/incident-file.ts';
import { listKept, removeKept } from '../db/care/kept.ts';
import { type PreparedRestore, removeIncoming } from '../db/care/restore.ts';
import { JobStopped } from '../db/worker/job-thread.ts';
import type { DailyBackups } from './daily-backups.ts';
import type { JobWatch, RunJob } from './run-job.ts';

/** How often windows hear how far something is. */
const tellMilliseconds = 250;
/** Of what was put aside; more are not kept, but somebody may have put them there. */
const mostShown = 50;
/** How long closing waits for what is under way. */
const patienceMilliseconds = 3_000;

/** What every open workspace brings along for this. */
export interface WorkspaceCare {
  /** The outbox, absolute. */
  readonly path: string;
  readonly eraser: BodyEraser;
  readonly retention: Retention;
  readonly backups: DailyBackups;
}

export interface DataCareParts {
  readonly runJob: RunJob;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Of the program. */
  readonly version: string;
  /** The outbox of live, whether it is open or not. */
  readonly livePath: string;
  readonly workspace: () => { readonly mode: 'practice' | 'live'; readonly care: WorkspaceCare } | undefined;
  /** Pauses every account, as a person does; resolves when that is on disk. */
  readonly pauseSending: () => Promise<void>;
  /** Closes what is open in this mode, calls `swap`, and opens again. Whatever goes wrong, something is open afterwards. */
  readonly replace: (mode: 'practice' | 'live', swap: () => void) => Promise<void>;
  readonly settings: () => Settings;
  readonly takeSettings: (settings: Settings) => Promise<void>;
  /** Native dialogs; undefined: called off. */
  readonly chooseFile: (kind: 'backup' | 'archive') => Promise<string | undefined>;
  readonly chooseTarget: (kind: 'csv' | 'json' | 'archive', name: string) => Promise<string | undefined>;
  readonly onMessagesChanged: (ids: readonly number[]) => void;
  readonly onChanged: () => void;
}

/** What was under way was stopped by a person. Everything is as it was before. */
export class CareStopped extends Error {
  override readonly name = 'CareStopped';
}
/** Something of this kind is under way. */
export class CareBusy extends Error {
  override readonly name = 'CareBusy';
}
export class NothingOpen extends Error {
  override readonly name = 'NothingOpen';
}
export class BackupGone extends Error {
  override readonly name = 'BackupGone';
}

export class DataCare implements DataCareService {
  readonly #parts: DataCareParts;
  /** What is under way, and how it is stopped. */
  #current:
    | { job: CareJobView | undefined; readonly stop: AbortController; readonly ended: Promise<void> }
    | undefined;
  #lastToldAt = -Infinity;

  constructor(parts: DataCareParts) {
    this.#parts = parts;
  }

  view(): CareView {
    const care = this.#parts.workspace()?.care;
    return {
      incident: care === undefined ? null : (readIncident(dirname(care.path)) ?? null),
      backups: care?.backups.list().map(({ name, at, bytes }) => ({ name, at, bytes })) ?? [],
      kept: care === undefined ? [] : listKept(care.path).slice(0, mostShown),
      backupProblem: care?.backups.problem ?? null,
      busy: this.#current !== undefined,
      job: this.#current?.job ?? null,
    };
  }

  /** What was put aside; nothing happens when it is gone already. */
  deleteKept(name: string): void {
    if (this.#current !== undefined) throw new CareBusy();
    removeKept(this.#care().path, name);
    this.#parts.log.info('kept-deleted');
    this.#parts.onChanged();
  }

  stop(): void {
    const { job, stop } = this.#current ?? {};
    if (job === undefined || stop === undefined || !job.stoppable) return;
    this.#show({ ...job, stopping: true, stoppable: false });
    stop.abort();
  }

  /** The program ends: stops whatever is under way, and waits a moment for it to put away what it had begun. */
  async end(): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    current.stop.abort();
    const enough = new Promise<void>((resolve) => this.#parts.timers.after(patienceMilliseconds, resolve));
    await Promise.race([current.ended, enough]);
  }

  /** Shows work that the program began by itself. While a person's own is under way, that is what is shown. */
  async follow<T>(kind: CareJobKind, act: (watch: JobWatch) => Promise<T>): Promise<T> {
    return this.#current === undefined ? this.#alone(kind, act) : act({});
  }

  dismissIncident(): void {
    forgetIncident(dirname(this.#care().path));
    this.#parts.onChanged();
  }

  async backUp(): Promise<void> {
    await this.#alone('back-up', (watch) => this.#care().backups.makeNow(watch));
  }

  restore(name: string): Promise<RestoreReport> {
    return this.#alone('restore', async (watch) => {
      const from = this.#care().backups.find(name);
      if (from === undefined) throw new BackupGone();
      return this.#restoreFrom(from, watch);
    });
  }

  restoreChosen(): Promise<RestoreReport | undefined> {
    return this.#alone('restore', async (watch) => {
      const from = await this.#parts.chooseFile('backup');
      return from === undefined ? undefined : this.#restoreFrom(from, watch);
    });
  }

  async #restoreFrom(from: string, watch: JobWatch): Promise<RestoreReport> {
    const open = this.#parts.workspace();
    if (open === undefined) throw new NothingOpen();
    const { path } = open.care;
    const now = this.#parts.clock.now();
    const prepared = await this.#parts.runJob('prepare-restore', { from, path, now }, watch);
    await this.#putIn(open.mode, path, prepared, now, 'restored');
    return reportOf(prepared);
  }

  async #putIn(
    mode: 'practice' | 'live',
    path: string,
    prepared: PreparedRestore,
    now: number,
    origin: CopyOrigin,
  ): Promise<void> {
    // From here on it is quick, and has to come to its end.
    this.#show({ kind: 'restore', step: 'replacing', share: null, stoppable: false, stopping: false });
    try {
      const aside = join(dirname(path), 'kept', `${stamp(now)}-before-${origin}`);
      await this.#parts.replace(mode, () => replaceDatabase(prepared.fresh, path, aside));
      this.#parts.log.info('outbox-replaced', { origin, texts: prepared.texts, held: prepared.held });
    } finally {
      removeIncoming(path);
    }
  }

  async countNumber(recipient: string): Promise<NumberCount> {
    return countNumber(this.#numberParts(), recipient);
  }

  eraseNumber(recipient: string): Promise<ErasedNumber> {
    return this.#alone('erase-number', async ({ signal, onProgress }) => {
      const onShare = (share: number): void => onProgress?.('erasing', share);
      const report = await eraseNumber({ ...this.#numberParts(), signal, onShare }, recipient);
      this.#parts.log.info('number-erased', { count: report.erased, kept: report.open });
      return report;
    });
  }

  exportNumber(recipient: string, format: 'csv' | 'json'): Promise<ExportedNumber | undefined> {
    return this.#alone('export-number', async (watch) => {
      const { path } = this.#care();
      // The name of the file does not give the number away.
      const name = `outtray-number-${stamp(this.#parts.clock.now()).slice(0, 10)}.${format}`;
      const target = await this.#parts.chooseTarget(format, name);
      if (target === undefined) return undefined;
      return this.#parts.runJob('export-number', { path, recipient, target, format }, watch);
    });
  }

  exportArchive(passphrase: string, pause: boolean): Promise<boolean> {
    return this.#alone('write-archive', async (watch) => {
      const { path } = this.#care();
      const now = this.#parts.clock.now();
      const target = await this.#parts.chooseTarget('archive', `outtray-${stamp(now).slice(0, 10)}.outtray`);
      if (target === undefined) return false;
      // Before the copy is made: what waits in the copy must not go out from here afterwards.
      if (pause) await this.#parts.pauseSending();
      const settings = { version: settingsVersion, values: this.#parts.settings() };
      const manifest = { madeAt: now, version: this.#parts.version, settings };
      await this.#parts.runJob('write-archive', { path, passphrase, target, manifest }, watch);
      return true;
    });
  }

  importArchive(passphrase: string): Promise<RestoreReport | undefined> {
    return this.#alone('read-archive', async (watch) => {
      const archive = await this.#parts.chooseFile('archive');
      if (archive === undefined) return undefined;
      const { livePath: path } = this.#parts;
      const now = this.#parts.clock.now();
      const input = { archive, passphrase, path, now };
      const { prepared, settings } = await this.#parts.runJob('read-archive', input, watch);
      await this.#putIn('live', path, prepared, now, 'moved');
      const read = readSettings(settings);
      // Starting with the computer is this computer's own matter.
      const { startAtLogin, seenTrayNotice } = this.#parts.settings();
      await this.#parts.takeSettings({ ...read.settings, startAtLogin, seenTrayNotice });
      return reportOf(prepared);
    });
  }

  #numberParts() {
    const { clock, timers, onMessagesChanged } = this.#parts;
    return { eraser: this.#care().eraser, clock, timers, onMessagesChanged };
  }

  #care(): WorkspaceCare {
    const open = this.#parts.workspace();
    if (open === undefined) throw new NothingOpen();
    return open.care;
  }

  async #alone<T>(kind: CareJobKind, act: (watch: JobWatch) => Promise<T>): Promise<T> {
    if (this.#current !== undefined) throw new CareBusy();
    const stop = new AbortController();
    // Shown from its first step on: before that, the person may still be choosing a file.
    const { promise: ended, resolve: markEnded } = Promise.withResolvers<void>();
    this.#current = { job: undefined, stop, ended };
    this.#parts.onChanged();
    const onProgress = (step: CareStep, share: number | null): void => {
      const { job } = this.#current ?? {};
      this.#show({
        kind,
        step,
        share,
        // What is looked through before anything is sent, and what puts a damaged file right, has to come to its end.
        stoppable: kind !== 'check' && kind !== 'rescue' && !stop.signal.aborted,
        stopping: job?.stopping ?? false,
      });
    };
    try {
      return await act({ signal: stop.signal, onProgress });
    } catch (error) {
      throw error instanceof JobStopped && stop.signal.aborted ? new CareStopped() : error;
    } finally {
      this.#current = undefined;
      markEnded();
      this.#parts.onChanged();
    }
  }

  #show(job: CareJobView): void {
    if (this.#current === undefined) return;
    const before = this.#current.job;
    this.#current.job = job;
    const now = this.#parts.clock.monotonic();
    // Windows read all of it again: a new step at once, the rest a few times a second.
    const isNews = before?.step !== job.step || before.stopping !== job.stopping;
    if (!isNews && now - this.#lastToldAt < tellMilliseconds) return;
    this.#lastToldAt = now;
    this.#parts.onChanged();
  }
}

function reportOf({ texts, held, inDoubt, stopped }: PreparedRestore): RestoreReport {
  return { texts, held, inDoubt, stopped };
}
