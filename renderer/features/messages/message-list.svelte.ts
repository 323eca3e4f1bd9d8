import { type MessageState, openStates } from '../../../shared/domain/message.ts';
import { parseQuery, type SearchQuery } from '../../../shared/domain/search.ts';
import type { AppError, Result } from '../../../shared/errors.ts';
import type { Input, MessagePage, MessageRow } from '../../../shared/ipc/contract.ts';
import type { Client } from '../../lib/bridge.ts';

export type View = Input<'messages.page'>['view'];

const firstPage = 100;
/** `maxPageSize` of the contract, which a test compares. */
export const page = 200;
/** Older rows are asked for when so few are left below the view. */
const ahead = 60;

/** Whether a text in this state is listed here. History files everything. */
function belongs(view: View, state: MessageState): boolean {
  return view === 'history' || (openStates as readonly MessageState[]).includes(state);
}

/** Puts newer versions of rows in place of the old; rows that no longer belong go. Order is kept. */
export function replaceRows(
  rows: readonly MessageRow[],
  updates: readonly MessageRow[],
  view: View,
): readonly MessageRow[] {
  const byId = new Map(updates.map((row) => [row.id, row]));
  return rows.flatMap((row) => {
    const newer = byId.get(row.id) ?? row;
    return belongs(view, newer.state) ? [newer] : [];
  });
}

/**
 * Joins the newest page to what is loaded below it. The page says everything about its own span of ids; rows below
 * it stay. Undefined when there is a hole between the two: then only the page may be shown.
 */
export function joinNewest(
  rows: readonly MessageRow[],
  newest: MessagePage,
): readonly MessageRow[] | undefined {
  const oldest = newest.rows.at(-1);
  if (oldest === undefined) return [];
  if (newest.older === null) return newest.rows;
  const below = rows.filter((row) => row.id < oldest.id);
  const touches = rows.some((row) => row.id >= oldest.id);
  if (!touches) return undefined;
  return [...newest.rows, ...below];
}

/**
 * The rows of one list, newest first, read in pages and kept true by hints from main. Arrays are replaced, never
 * changed, so that they need no deep proxies.
 */
export class MessageList {
  rows = $state.raw<readonly MessageRow[]>([]);
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state.raw<AppError | undefined>(undefined);
  loadingOlder = $state(false);
  /** What is searched for; undefined: everything is shown. */
  query = $state.raw<SearchQuery | undefined>(undefined);
  /** The first page of a search is not full yet. */
  searching = $state(false);
  /** False while older texts cannot be found yet. */
  indexComplete = $state(true);

  readonly view: View;
  readonly #client: Client;
  #older: number | null = null;
  #typed = '';
  /** Rows that may have changed while nobody looked. */
  #stale = new Set<number>();
  /** Grows with every whole reading, so that an answer to an earlier one is dropped. */
  #reading = 0;
  #newestUnderWay: Promise<void> | undefined;
  #newestAgain = false;

  constructor(client: Client, view: View) {
    this.#client = client;
    this.view = view;
  }

  get complete(): boolean {
    return this.phase === 'ready' && this.#older === null;
  }

  async load(): Promise<void> {
    this.#reading += 1;
    const reading = this.#reading;
    this.loadingOlder = false;
    if (this.phase === 'failed') this.phase = 'loading';
    const answer = await this.#ask(null, firstPage);
    if (reading !== this.#reading) return;
    if (!answer.ok) {
      this.error = answer.error;
      this.phase = 'failed';
      this.searching = false;
      return;
    }
    this.#show(answer.value.rows, answer.value.older);
    await this.#fill(reading);
  }

  /** Shows what a query finds; an empty one shows everything again. */
  async search(typed: string): Promise<void> {
    if (typed.trim() === this.#typed) return;
    this.#typed = typed.trim();
    this.query = parseQuery(typed);
    this.searching = this.query !== undefined;
    this.indexComplete = true;
    this.loadingOlder = false;
    await this.load();
  }

  /** A search hands over pages before they are full, so that nobody waits: it goes on until the first one is. */
  async #fill(reading: number): Promise<void> {
    if (this.query === undefined) return;
    while (reading === this.#reading && this.#older !== null && this.rows.length < firstPage) {
      if (!(await this.loadOlder())) break;
    }
    if (reading === this.#reading) this.searching = false;
  }

  async #ask(before: number | null, limit: number): Promise<Result<MessagePage>> {
    if (this.query === undefined)
      return this.#client.call('messages.page', { view: this.view, before, limit });
    const reading = this.#reading;
    const answer = await this.#client.call('messages.search', {
      query: this.#typed,
      view: this.view,
      before,
      limit,
    });
    if (answer.ok && reading === this.#reading) this.indexComplete = answer.value.complete;
    return answer;
  }

  #show(rows: readonly MessageRow[], older: number | null): void {
    this.rows = rows;
    this.#older = older;
    this.#stale.clear();
    this.error = undefined;
    this.phase = 'ready';
  }

  /** The view draws rows `first` to `end`: reads on when the end is near, reads again what may have changed. */
  async looking(first: number, end: number): Promise<void> {
    if (this.phase !== 'ready') return;
    if (end > this.rows.length - ahead) void this.loadOlder();
    if (this.#stale.size === 0) return;
    const ids = this.rows
      .slice(first, end)
      .map((row) => row.id)
      .filter((id) => this.#stale.has(id));
    await this.#readRows(ids);
  }

  /** @returns whether older rows, or at least the place to go on from, came */
  async loadOlder(): Promise<boolean> {
    if (this.loadingOlder || this.#older === null) return false;
    this.loadingOlder = true;
    const reading = this.#reading;
    const before = this.#older;
    const answer = await this.#ask(before, page);
    if (reading === this.#reading) this.loadingOlder = false;
    // The newest page may have grown over this place meanwhile.
    if (reading !== this.#reading || before !== this.#older || !answer.ok) return false;
    this.rows = [...this.rows, ...answer.value.rows];
    this.#older = answer.value.older;
    return true;
  }

  /** A hint from main: these texts changed, `more` of them than are named. */
  async changed(ids: readonly number[], more: boolean): Promise<void> {
    if (this.phase === 'failed') return;
    const known = new Set(this.rows.map((row) => row.id));
    if (more) for (const id of known) this.#stale.add(id);
    const loaded = ids.filter((id) => known.has(id));
    const oldest = this.rows.at(-1)?.id ?? 0;
    // What was found stays as it is while somebody looks at it; what became of it is shown.
    if (this.query !== undefined) {
      await this.#readRows(loaded.slice(0, page));
      return;
    }
    const fresh = ids.some((id) => !known.has(id) && (id > oldest || this.#older === null));
    if (fresh || more) await this.#readNewest();
    else await this.#readRows(loaded.slice(0, page));
  }

  async #readRows(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    for (const id of ids) this.#stale.delete(id);
    const reading = this.#reading;
    const answer = await this.#client.call('messages.rows', { ids: [...ids] });
    if (reading !== this.#reading) return;
    if (answer.ok) this.rows = replaceRows(this.rows, answer.value, this.view);
    else for (const id of ids) this.#stale.add(id);
  }

  /** Hints that come while one reading is under way lead to one more afterwards, not to one each. */
  #readNewest(): Promise<void> {
    this.#newestAgain = true;
    this.#newestUnderWay ??= (async () => {
      while (this.#newestAgain) {
        this.#newestAgain = false;
        await this.#readNewestOnce();
      }
      this.#newestUnderWay = undefined;
    })();
    return this.#newestUnderWay;
  }

  async #readNewestOnce(): Promise<void> {
    const reading = this.#reading;
    const limit = Math.min(page, Math.max(firstPage, this.rows.length));
    const answer = await this.#client.call('messages.page', { view: this.view, before: null, limit });
    if (reading !== this.#reading || !answer.ok) return;
    const joined = joinNewest(this.rows, answer.value);
    if (joined === undefined || answer.value.older === null) {
      this.#reading += 1;
      this.#show(joined ?? answer.value.rows, answer.value.older);
      return;
    }
    for (const row of answer.value.rows) this.#stale.delete(row.id);
    const grewDown = joined.length > answer.value.rows.length;
    this.rows = joined;
    if (!grewDown) this.#older = answer.value.older;
  }
}
