import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { Input } from '../../../shared/ipc/contract.ts';
import type { Client } from '../../lib/bridge.ts';

export type DoubtDecision = Input<'control.resolveDoubts'>['decision'];

/** `maxResolvedAtOnce` of the contract, which a test compares. */
export const mostResolved = 500;
const pageSize = 200;
/** So many pages of the outbox are looked through, at most: 20,000 texts. */
const mostPages = 100;
/** Failed texts that are offered to be sent again are no older. */
export const failedDays = 7;
/** Failed texts are counted again so long after a change, ms. */
const countDelay = 1_000;
const day = 86_400_000;

type Question =
  | { readonly kind: 'doubts'; readonly ids: readonly number[]; readonly decision: DoubtDecision }
  | { readonly kind: 'failed'; readonly count: number; readonly atOnce: number };

/** One answer for several texts. Before anything is done the number of texts is told, and it is those that get it. */
export class Several {
  failed = $state.raw<{ readonly count: number; readonly atOnce: number } | undefined>(undefined);
  asking = $state.raw<Question | undefined>(undefined);
  busy = $state(false);
  good = $state<string | undefined>(undefined);
  bad = $state<string | undefined>(undefined);

  readonly #client: Client;
  #reading: Promise<void> | undefined;
  #again = false;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  #since(): number {
    return Date.now() - failedDays * day;
  }

  /** Texts changed: counts again after a moment, once for all that changes until then. */
  changed(): void {
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      void this.readFailed();
    }, countDelay);
  }

  stop(): void {
    clearTimeout(this.#later);
  }

  /** Hints that come while one count is under way lead to one more. */
  readFailed(): Promise<void> {
    this.#again = true;
    this.#reading ??= (async () => {
      while (this.#again) {
        this.#again = false;
        const answer = await this.#client.call('control.failed', { since: this.#since() });
        if (answer.ok) this.failed = answer.value;
      }
      this.#reading = undefined;
    })();
    return this.#reading;
  }

  /** Finds the texts first, so that the question can tell how many they are. */
  async askDoubts(decision: DoubtDecision): Promise<void> {
    if (this.busy) return;
    this.#begin();
    const ids: number[] = [];
    let before: number | null = null;
    for (let pages = 0; pages < mostPages && ids.length < mostResolved; pages += 1) {
      const answer = await this.#page(before);
      if (!answer.ok) {
        this.busy = false;
        this.bad = translateError(answer.error);
        return;
      }
      ids.push(...answer.value.rows.filter(({ state }) => state === 'in_doubt').map(({ id }) => id));
      before = answer.value.older;
      if (before === null) break;
    }
    this.busy = false;
    if (ids.length === 0) this.good = translate('control.doubtsNone');
    else this.asking = { kind: 'doubts', ids: ids.slice(0, mostResolved), decision };
  }

  #page(before: number | null) {
    return this.#client.call('messages.page', { view: 'outbox', before, limit: pageSize });
  }

  async askFailed(): Promise<void> {
    if (this.busy) return;
    this.#begin();
    await this.readFailed();
    this.busy = false;
    if (this.failed !== undefined && this.failed.count > 0) this.asking = { kind: 'failed', ...this.failed };
  }

  dismiss(): void {
    this.asking = undefined;
  }

  async confirm(): Promise<void> {
    const question = this.asking;
    if (question === undefined || this.busy) return;
    this.asking = undefined;
    this.#begin();
    if (question.kind === 'doubts') await this.#resolve(question.ids, question.decision);
    else await this.#retry();
    this.busy = false;
    await this.readFailed();
  }

  async #resolve(ids: readonly number[], decision: DoubtDecision): Promise<void> {
    const answer = await this.#client.call('control.resolveDoubts', { ids: [...ids], decision });
    if (!answer.ok) this.bad = translateError(answer.error);
    else {
      const count = answer.value.resolved;
      this.good = translate('control.doubtsDone', { count, others: ids.length - count });
    }
  }

  async #retry(): Promise<void> {
    const answer = await this.#client.call('control.retryFailed', { since: this.#since() });
    if (!answer.ok) this.bad = translateError(answer.error);
    else this.good = translate('control.retryDone', { count: answer.value.made, left: answer.value.left });
  }

  #begin(): void {
    this.busy = true;
    this.good = undefined;
    this.bad = undefined;
  }
}
