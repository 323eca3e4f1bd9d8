/**
 * What a person can do with the office's data: back up, restore, erase, export, move to another computer. One of these at a
 * time; whole files are worked on in a thread.
 */

import { dirname, join } from 'node:path';
import type { CopyOrigin } from '../../shared/domain/data-care.ts';
import type { CareView, RestoreReport } from '../../shared/ipc/care-methods.ts';
import { readSettings, type Settings, settingsVersion } from '../../shared/settings.ts';
import { countNumber, eraseNumber } from '../core/care/number-data.ts';
import type { Retention } from '../core/care/retention.ts';
import type { BodyEraser, Clock, DataCareService, Log, NumberCount, Timers } from '../core/ports.ts';
import { replaceDatabase, stamp } from '../db/care/durable-files.ts';
import { forgetIncident, readIncident } from '../db/care/incident-file.ts';
import { type PreparedRestore, removeIncoming } from '../db/care/restore.ts';
import type { DailyBackups } from './daily-backups.ts';
import type { RunJob } from './run-job.ts';

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
  #busy = false;

  constructor(parts: DataCareParts) {
    this.#parts = parts;
  }

  view(): CareView {
    const care = this.#parts.workspace()?.care;
    return {
      incident: care === undefined ? null : (readIncident(dirname(care.path)) ?? null),
      backups: care?.backups.list().map(({ name, at, bytes }) => ({ name, at, bytes })) ?? [],
      backupProblem: care?.backups.problem ?? null,
      busy: this.#busy,
    };
  }

  dismissIncident(): void {
    forgetIncident(dirname(this.#care().path));
    this.#parts.onChanged();
  }

  async backUp(): Promise<void> {
    await this.#alone(() => this.#care().backups.makeNow());
  }

  restore(name: string): Promise<RestoreReport> {
    return this.#alone(async () => {
      const from = this.#care().backups.find(name);
      if (from === undefined) throw new BackupGone();
      return this.#restoreFrom(from);
    });
  }

  restoreChosen(): Promise<RestoreReport | undefined> {
    return this.#alone(async () => {
      const from = await this.#parts.chooseFile('backup');
      return from === undefined ? undefined : this.#restoreFrom(from);
    });
  }

  async #restoreFrom(from: string): Promise<RestoreReport> {
    const open = this.#parts.workspace();
    if (open === undefined) throw new NothingOpen();
    const { path } = open.care;
    const now = this.#parts.clock.now();
    const prepared = await this.#parts.runJob('prepare-restore', { from, path, now });
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

  eraseNumber(recipient: string): Promise<{ erased: number; open: number }> {
    return this.#alone(async () => {
      const report = await eraseNumber(this.#numberParts(), recipient);
      this.#parts.log.info('number-erased', { count: report.erased, kept: report.open });
      return report;
    });
  }

  exportNumber(recipient: string, format: 'csv' | 'json'): Promise<number | undefined> {
    return this.#alone(async () => {
      const { path } = this.#care();
      // The name of the file does not give the number away.
      const name = `outtray-number-${stamp(this.#parts.clock.now()).slice(0, 10)}.${format}`;
      const target = await this.#parts.chooseTarget(format, name);
      if (target === undefined) return undefined;
      return this.#parts.runJob('export-number', { path, recipient, target, format });
    });
  }

  exportArchive(passphrase: string, pause: boolean): Promise<boolean> {
    return this.#alone(async () => {
      const { path } = this.#care();
      const now = this.#parts.clock.now();
      const target = await this.#parts.chooseTarget('archive', `outtray-${stamp(now).slice(0, 10)}.outtray`);
      if (target === undefined) return false;
      // Before the copy is made: what waits in the copy must not go out from here afterwards.
      if (pause) await this.#parts.pauseSending();
      await this.#parts.runJob('write-archive', {
        path,
        passphrase,
        target,
        manifest: {
          madeAt: now,
          version: this.#parts.version,
          settings: { version: settingsVersion, values: this.#parts.settings() },
        },
      });
      return true;
    });
  }

  importArchive(passphrase: string): Promise<RestoreReport | undefined> {
    return this.#alone(async () => {
      const archive = await this.#parts.chooseFile('archive');
      if (archive === undefined) return undefined;
      const { livePath: path } = this.#parts;
      const now = this.#parts.clock.now();
      const { prepared, settings } = await this.#parts.runJob('read-archive', {
        archive,
        passphrase,
        path,
        now,
      });
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

  async #alone<T>(act: () => Promise<T>): Promise<T> {
    if (this.#busy) throw new CareBusy();
    this.#busy = true;
    this.#parts.onChanged();
    try {
      return await act();
    } finally {
      this.#busy = false;
      this.#parts.onChanged();
    }
  }
}

function reportOf({ texts, held, inDoubt, stopped }: PreparedRestore): RestoreReport {
  return { texts, held, inDoubt, stopped };
}
