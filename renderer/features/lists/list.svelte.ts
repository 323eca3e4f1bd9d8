import { failure, type Result } from '../../../shared/errors.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { AccountView } from '../../../shared/ipc/contract.ts';
import type { ListView } from '../../../shared/ipc/list-methods.ts';
import type { Client } from '../../lib/bridge.ts';
import { OptionsForm } from '../quick-send/options-form.svelte.ts';
import { countFor } from '../quick-send/parts.ts';

/** A list of recipients and the one text for all of them. Main keeps the list; this shows it and asks. */
export class ListForm {
  view = $state.raw<ListView>({ phase: 'none', undone: null });
  body = $state('');
  accountId = $state<number | undefined>(undefined);
  problem = $state<string | undefined>(undefined);
  busy = $state(false);
  readonly options = new OptionsForm();
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async read(): Promise<void> {
    const answer = await this.#client.call('lists.status');
    if (answer.ok) this.view = answer.value;
  }

  choose(): Promise<void> {
    return this.#ask(() => this.#client.call('lists.choose'));
  }

  chooseColumn(column: number): Promise<void> {
    return this.#ask(() => this.#client.call('lists.chooseColumn', { column }));
  }

  stop(): Promise<void> {
    return this.#ask(() => this.#client.call('lists.stop'));
  }

  goOn(): Promise<void> {
    return this.#ask(() => this.#client.call('lists.goOn'));
  }

  /** What the list will cost, in parts; undefined while that is not known. */
  sum(account: AccountView | undefined): { recipients: number; parts: number; total: number } | undefined {
    if (this.view.phase !== 'ready' || this.body === '' || this.options.binary) return undefined;
    const { parts } = countFor(this.body, account?.family);
    const recipients = this.view.counts.taken;
    return { recipients, parts, total: recipients * parts };
  }

  send(account: AccountView | undefined): Promise<void> {
    return this.#ask(async () => {
      if (this.view.phase !== 'ready') return failure('list-gone');
      if (this.body.trim() === '') return failure('body-empty');
      const read = account === undefined ? undefined : this.options.read(account, this.body, Date.now());
      if (read?.kind === 'problem') {
        this.problem = read.sentence;
        return undefined;
      }
      const answer = await this.#client.call('lists.send', {
        id: this.view.id,
        body: this.body,
        ...(account === undefined ? {} : { accountId: account.id }),
        ...(read?.options === undefined ? {} : { options: read.options }),
      });
      if (answer.ok) {
        this.body = '';
        this.options.reset();
      }
      return answer;
    });
  }

  /** One question at a time: what was clicked twice is asked once. */
  async #ask(question: () => Promise<Result<ListView> | undefined>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = undefined;
    const answer = await question();
    this.busy = false;
    if (answer === undefined) return;
    if (answer.ok) this.view = answer.value;
    else this.problem = translateError(answer.error);
  }
}

/** How a column is offered: by its name, or by what stands in it. */
export function columnLabel(column: { name: string | null; sample: string }, index: number): string {
  const { name, sample } = column;
  if (name !== null && name !== '')
    return sample === '' ? name : translate('lists.columnName', { name, sample });
  const number = index + 1;
  return sample === ''
    ? translate('lists.columnEmpty', { number })
    : translate('lists.columnNumber', { number, sample });
}
