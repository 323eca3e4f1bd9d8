/**
 * Hints to the windows, at most every 100 ms. They carry ids, not data: a window reads again what it shows, and one
 * that was destroyed misses nothing.
 */
import type { Push } from '../../shared/ipc/contract.ts';
import type { Timers } from '../core/ports.ts';

const coalesceMilliseconds = 100;
const mostIds = 100;

export class PushFeed {
  readonly #send: (push: Push) => void;
  readonly #timers: Timers;
  readonly #ids = new Set<number>();
  #more = false;
  #status = false;
  #settings = false;
  #list = false;
  #scheduled = false;

  constructor(send: (push: Push) => void, timers: Timers) {
    this.#send = send;
    this.#timers = timers;
  }

  /** An empty list says that something changed without saying what. */
  messagesChanged(ids: readonly number[]): void {
    if (ids.length === 0) this.#more = true;
    for (const id of ids) {
      if (this.#ids.size < mostIds) this.#ids.add(id);
      else this.#more = true;
    }
    this.#status = true;
    this.#schedule();
  }

  statusChanged(): void {
    this.#status = true;
    this.#schedule();
  }

  settingsChanged(): void {
    this.#settings = true;
    this.#schedule();
  }

  listChanged(): void {
    this.#list = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#timers.after(coalesceMilliseconds, () => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#ids.size > 0 || this.#more) {
      this.#send({ kind: 'messages-changed', ids: [...this.#ids], more: this.#more });
    }
    if (this.#status) this.#send({ kind: 'status-changed' });
    if (this.#settings) this.#send({ kind: 'settings-changed' });
    if (this.#list) this.#send({ kind: 'list-changed' });
    this.#list = false;
    this.#ids.clear();
    this.#more = false;
    this.#status = false;
    this.#settings = false;
  }
}
