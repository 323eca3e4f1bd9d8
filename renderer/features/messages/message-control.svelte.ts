import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { MessageDetail, Output } from '../../../shared/ipc/contract.ts';
import type { Client } from '../../lib/bridge.ts';
import { formatFull, formatMoney } from '../../lib/format.ts';

export type Evidence = Output<'control.evidence'>;

/** Editing and moving one text that waits, and what is known about one that may have been sent. One for each text in view. */
export class MessageControl {
  evidence = $state.raw<Evidence | undefined>(undefined);
  editing = $state(false);
  recipient = $state('');
  body = $state('');
  busy = $state(false);
  good = $state<string | undefined>(undefined);
  bad = $state<string | undefined>(undefined);

  readonly #client: Client;
  readonly #id: number;

  constructor(client: Client, id: number) {
    this.#client = client;
    this.#id = id;
  }

  /** Without an answer nothing is shown: it is only a hint. */
  async readEvidence(): Promise<void> {
    const answer = await this.#client.call('control.evidence', { id: this.#id });
    this.evidence = answer.ok ? answer.value : undefined;
  }

  startEditing({ recipient, body }: Pick<MessageDetail, 'recipient' | 'body'>): void {
    this.recipient = recipient;
    this.body = body;
    this.good = undefined;
    this.bad = undefined;
    this.editing = true;
  }

  /** What was typed stays in the form unless it was taken. */
  async save(): Promise<void> {
    await this.#do(async () => {
      const { recipient, body } = this;
      const answer = await this.#client.call('control.edit', { id: this.#id, recipient, body });
      if (!answer.ok) {
        this.bad = translateError(answer.error);
        return;
      }
      if (answer.value.outcome === 'too-late') {
        this.bad = translate('control.editTooLate');
        return;
      }
      this.editing = false;
      this.good = translate('control.edited');
    });
  }

  async move(to: 'first' | 'last'): Promise<void> {
    await this.#do(async () => {
      const answer = await this.#client.call('control.move', { id: this.#id, to });
      if (!answer.ok) this.bad = translateError(answer.error);
      else if (answer.value.outcome === 'too-late') this.bad = translate('control.moveTooLate');
      else this.good = translate(to === 'first' ? 'control.movedFirst' : 'control.movedLast');
    });
  }

  async #do(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.good = undefined;
    this.bad = undefined;
    await act();
    this.busy = false;
  }
}

/** What is known about a request whose answer is missing, each as a sentence. A changed balance is a hint and no more. */
export function evidenceSentences({ openedAt, together, before, after }: Evidence): readonly string[] {
  const sentences: string[] = [];
  if (openedAt !== null) sentences.push(translate('control.evidenceAt', { time: formatFull(openedAt) }));
  if (together > 0) sentences.push(translate('control.evidenceTogether', { count: together }));
  if (before === null && after === null) {
    sentences.push(translate('control.evidenceNoBalance'));
    return sentences;
  }
  if (before !== null) {
    const values = { time: formatFull(before.at), amount: formatMoney(before.balance, before.currency) };
    sentences.push(translate('control.evidenceBefore', values));
  }
  if (after !== null) {
    const values = { time: formatFull(after.at), amount: formatMoney(after.balance, after.currency) };
    sentences.push(translate('control.evidenceAfter', values));
  }
  sentences.push(translate('control.evidenceHint'));
  return sentences;
}
