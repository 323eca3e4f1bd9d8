import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { Output } from '../../../shared/ipc/contract.ts';
import type { FlaggedView, OptOutView } from '../../../shared/ipc/numbers-methods.ts';
import type { Client } from '../../lib/bridge.ts';

/** Waits after the last keystroke of a search, ms. */
const searchDelay = 150;

type Imported = NonNullable<Output<'numbers.importOptOuts'>>;

/** Numbers that must not be texted, and numbers that could not be reached: looked through page by page. */
export class Numbers {
  optOuts = $state.raw<readonly OptOutView[]>([]);
  optOutTotal = $state<number | undefined>(undefined);
  moreOptOuts = $state(false);
  flagged = $state.raw<readonly FlaggedView[]>([]);
  flaggedTotal = $state<number | undefined>(undefined);
  moreFlagged = $state(false);

  /** Numbers to be added, as typed or pasted. */
  typed = $state('');
  /** What was not understood of them, by line. */
  notUnderstood = $state.raw<readonly { readonly line: number; readonly text: string }[]>([]);
  imported = $state.raw<Imported | undefined>(undefined);
  importing = $state(false);
  busy = $state(false);
  good = $state<string | undefined>(undefined);
  bad = $state<string | undefined>(undefined);

  #beginsWith = $state('');
  readonly #client: Client;
  #asked = 0;
  #searchTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  get beginsWith(): string {
    return this.#beginsWith;
  }
  set beginsWith(typed: string) {
    if (typed === this.#beginsWith) return;
    this.#beginsWith = typed;
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => void this.read(), searchDelay);
  }

  stop(): void {
    clearTimeout(this.#searchTimer);
  }

  /** The first page of both. Of several answers under way only the last asked-for counts. */
  async read(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const beginsWith = this.#beginsWith;
    const [optOuts, flagged] = await Promise.all([
      this.#client.call('numbers.optOuts', { beginsWith, before: null }),
      this.#client.call('numbers.flagged', { beginsWith, before: null }),
    ]);
    if (asked !== this.#asked) return;
    if (optOuts.ok) {
      this.optOuts = optOuts.value.rows;
      this.moreOptOuts = optOuts.value.more;
      this.optOutTotal = optOuts.value.total;
    } else this.bad = translateError(optOuts.error);
    if (flagged.ok) {
      this.flagged = flagged.value.rows;
      this.moreFlagged = flagged.value.more;
      this.flaggedTotal = flagged.value.total;
    } else this.bad = translateError(flagged.error);
  }

  async readMoreOptOuts(): Promise<void> {
    const last = this.optOuts.at(-1);
    const asked = this.#asked;
    if (last === undefined) return;
    const { recipient, createdAt } = last;
    const answer = await this.#client.call('numbers.optOuts', {
      beginsWith: this.#beginsWith,
      before: { recipient, createdAt },
    });
    if (asked !== this.#asked || this.optOuts.at(-1) !== last) return;
    if (!answer.ok) {
      this.bad = translateError(answer.error);
      return;
    }
    this.optOuts = [...this.optOuts, ...answer.value.rows];
    this.moreOptOuts = answer.value.more;
  }

  async readMoreFlagged(): Promise<void> {
    const last = this.flagged.at(-1);
    const asked = this.#asked;
    if (last === undefined) return;
    const { recipient, lastFailureAt } = last;
    const answer = await this.#client.call('numbers.flagged', {
      beginsWith: this.#beginsWith,
      before: { recipient, lastFailureAt },
    });
    if (asked !== this.#asked || this.flagged.at(-1) !== last) return;
    if (!answer.ok) {
      this.bad = translateError(answer.error);
      return;
    }
    this.flagged = [...this.flagged, ...answer.value.rows];
    this.moreFlagged = answer.value.more;
  }

  /** Adds what was typed. What is not understood stays in the field, to be mended. */
  async add(): Promise<void> {
    const text = this.typed;
    if (text.trim() === '') {
      this.#begin();
      this.bad = translate('numbers.needsNumber');
      return;
    }
    await this.#do(async () => {
      const answer = await this.#client.call('numbers.optOut', { text });
      if (!answer.ok) {
        this.bad = translateError(answer.error);
        return;
      }
      const { added, already, notUnderstood } = answer.value;
      this.notUnderstood = notUnderstood;
      this.typed = notUnderstood.map((line) => line.text).join('\n');
      if (added + already > 0) this.good = translate('numbers.added', { added, already });
    });
  }

  async import(): Promise<void> {
    await this.#do(async () => {
      this.importing = true;
      const answer = await this.#client.call('numbers.importOptOuts');
      this.importing = false;
      if (!answer.ok) this.bad = translateError(answer.error);
      else this.#tell(answer.value);
    });
  }

  #tell(imported: Output<'numbers.importOptOuts'>): void {
    if (imported === null) return;
    const { fileName: name, added } = imported;
    switch (imported.kind) {
      case 'done':
        this.imported = imported;
        this.good = translate('numbers.imported', {
          name,
          added,
          already: imported.already,
          leftOut: imported.leftOut,
        });
        return;
      case 'stopped':
        this.good = translate('numbers.importStopped', { name, added });
        return;
      case 'failed':
        this.bad = translate('numbers.importFailed', {
          why: translate(`lists.problem.${imported.problem}`, { name }),
          added,
        });
    }
  }

  async stopImport(): Promise<void> {
    await this.#client.call('numbers.stopImport');
  }

  async remove({ recipient, recipientDisplay: number }: OptOutView): Promise<void> {
    await this.#do(async () => {
      const answer = await this.#client.call('numbers.optIn', { recipient });
      if (answer.ok) this.good = translate('numbers.removed', { number });
      else this.bad = translateError(answer.error);
    });
  }

  async clearFlag({ recipient, recipientDisplay: number }: FlaggedView): Promise<void> {
    await this.#do(async () => {
      const answer = await this.#client.call('numbers.clearFlag', { recipient });
      if (answer.ok) this.good = translate('numbers.flagCleared', { number });
      else this.bad = translateError(answer.error);
    });
  }

  #begin(): void {
    this.good = undefined;
    this.bad = undefined;
    this.imported = undefined;
    this.notUnderstood = [];
  }

  async #do(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.#begin();
    await act();
    await this.read();
    this.busy = false;
  }
}
