import type { Result } from '../../../shared/errors.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { CareJobView, NumberView, RestoreReport } from '../../../shared/ipc/care-methods.ts';
import type { Output } from '../../../shared/ipc/contract.ts';
import type { Client } from '../../lib/bridge.ts';
import { isolateNumber } from '../../lib/format.ts';

/** Where something was done: what came of it is said there. */
export type Place = 'backups' | 'kept' | 'number' | 'move';

const places: Readonly<Record<CareJobView['kind'], Place | undefined>> = {
  'back-up': 'backups',
  restore: 'backups',
  'erase-number': 'number',
  'export-number': 'number',
  'write-archive': 'move',
  'read-archive': 'move',
  check: undefined,
  rescue: undefined,
};

/** Backups, one number's data and the file for another computer, as one window sees them. */
export class DataCare {
  view = $state.raw<Output<'care.read'> | undefined>(undefined);
  /** What came of the last thing the person did here. */
  good = $state<string | undefined>(undefined);
  bad = $state<string | undefined>(undefined);
  stopped = $state<string | undefined>(undefined);
  place = $state<Place>('backups');
  /** Typed number whose texts are to be erased, with what would go and what would stay. */
  erasing = $state.raw<(NumberView & { readonly number: string }) | undefined>(undefined);
  /** Backup that is to be restored: its name, or `'chosen'` for a file. */
  restoring = $state<string | undefined>(undefined);
  /** What was put aside and is to be deleted. */
  deleting = $state.raw<Output<'care.read'>['kept'][number] | undefined>(undefined);
  #acting = $state(false);
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Where what is under way was begun; undefined when the program began it by itself. */
  get jobPlace(): Place | undefined {
    const kind = this.view?.job?.kind;
    return kind === undefined ? undefined : places[kind];
  }

  get busy(): boolean {
    return this.#acting || this.view?.busy === true;
  }

  /** Reads and listens. Returns the function that stops listening. */
  start(): () => void {
    const stop = this.#client.subscribe((push) => {
      if (push.kind === 'care-changed' || push.kind === 'window-shown') void this.read();
    });
    void this.read();
    return stop;
  }

  async read(): Promise<void> {
    const answer = await this.#client.call('care.read');
    if (answer.ok) this.view = answer.value;
  }

  async dismissIncident(): Promise<void> {
    const answer = await this.#client.call('care.dismissIncident');
    if (answer.ok) this.view = answer.value;
  }

  /** Stops what is under way. What comes of that is said where it was begun. */
  async stop(): Promise<void> {
    const answer = await this.#client.call('care.stop');
    if (answer.ok) this.view = answer.value;
  }

  backUp(): Promise<boolean> {
    return this.#act(
      'backups',
      () => this.#client.call('care.backUp'),
      (view) => {
        this.view = view;
        return translate('care.backupDone');
      },
    );
  }

  restore(): Promise<boolean> {
    const name = this.restoring;
    this.restoring = undefined;
    if (name === undefined) return Promise.resolve(false);
    return this.#act<RestoreReport | null>(
      'backups',
      () =>
        name === 'chosen'
          ? this.#client.call('care.restoreChosen')
          : this.#client.call('care.restore', { name }),
      restoredSentence,
    );
  }

  deleteKept(): Promise<boolean> {
    const file = this.deleting;
    this.deleting = undefined;
    if (file === undefined) return Promise.resolve(false);
    return this.#act(
      'kept',
      () => this.#client.call('care.deleteKept', { name: file.name }),
      (view) => {
        this.view = view;
        return translate('care.keptDeleted');
      },
    );
  }

  /** Asks before anything is erased, with the numbers that it is about. */
  askToErase(number: string): Promise<boolean> {
    return this.#act(
      'number',
      () => this.#client.call('care.countNumber', { number }),
      (found) => {
        if (found.erasable === 0 && found.contacts === 0)
          return translate('care.eraseNothing', { open: found.open });
        this.erasing = { number, ...found, display: isolateNumber(found.display) };
        return undefined;
      },
    );
  }

  erase(): Promise<boolean> {
    const asked = this.erasing;
    this.erasing = undefined;
    if (asked === undefined) return Promise.resolve(false);
    return this.#act(
      'number',
      () => this.#client.call('care.eraseNumber', { number: asked.number }),
      ({ erased, open, complete }) =>
        translate(complete ? 'care.erased' : 'care.erasedInPart', { count: erased, open }),
    );
  }

  exportNumber(number: string, format: 'csv' | 'json'): Promise<boolean> {
    return this.#act(
      'number',
      () => this.#client.call('care.exportNumber', { number, format }),
      (saved) =>
        saved === null ? undefined : translate('care.exported', { count: saved.texts, other: saved.other }),
    );
  }

  exportArchive(passphrase: string, pause: boolean): Promise<boolean> {
    return this.#act(
      'move',
      () => this.#client.call('care.exportArchive', { passphrase, pause }),
      ({ saved }) => (saved ? translate('care.archiveSaved', { paused: pause ? 'yes' : 'no' }) : undefined),
    );
  }

  importArchive(passphrase: string): Promise<boolean> {
    return this.#act('move', () => this.#client.call('care.importArchive', { passphrase }), restoredSentence);
  }

  /** One thing at a time; a second click while it runs does nothing. */
  async #act<T>(
    place: Place,
    ask: () => Promise<Result<T>>,
    tell: (value: T) => string | undefined,
  ): Promise<boolean> {
    if (this.busy) return false;
    this.#acting = true;
    this.place = place;
    this.good = undefined;
    this.bad = undefined;
    this.stopped = undefined;
    try {
      const answer = await ask();
      if (answer.ok) this.good = tell(answer.value);
      else if (answer.error.code === 'care-stopped') this.stopped = translateError(answer.error);
      else this.bad = translateError(answer.error);
      return answer.ok;
    } finally {
      this.#acting = false;
      void this.read();
    }
  }
}

function restoredSentence(report: RestoreReport | null): string | undefined {
  if (report === null) return undefined;
  const back = translate('care.restored', { texts: report.texts, held: report.held + report.inDoubt });
  if (report.stopped === 0) return back;
  return `${back} ${translate('care.incident.stopped', { count: report.stopped })}`;
}
