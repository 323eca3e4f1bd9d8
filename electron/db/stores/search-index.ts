/**
 * Brings texts that were there before the index into it, newest first: those are sought most. Each slice is one
 * transaction of about the time it is given, so that a history of a million texts is indexed beside everything else.
 */
import type { WriteDatabase } from '../open.ts';

/** Texts of the first slice, before it is known how long one takes. */
const firstSlice = 100;
const largestSlice = 5_000;

export class SearchIndexBuilder {
  readonly #database: WriteDatabase;
  readonly #now: () => number;
  readonly #state;
  readonly #statements;
  #size = firstSlice;

  /** @param monotonic a clock that only runs forward, in milliseconds */
  constructor(database: WriteDatabase, monotonic: () => number) {
    this.#database = database;
    this.#now = monotonic;
    this.#state = database.prepare('SELECT pending_to FROM search_index').pluck();
    const add = (table: string) =>
      database.prepare(
        `INSERT INTO ${table}(rowid, recipient, body)
         SELECT id, recipient, body FROM message WHERE id > :after AND id <= :upTo ORDER BY id`,
      );
    this.#statements = {
      start: database
        .prepare('SELECT min(id) FROM (SELECT id FROM message WHERE id <= ? ORDER BY id DESC LIMIT ?)')
        .pluck(),
      words: add('message_words'),
      trigrams: add('message_trigrams'),
      keep: database.prepare('UPDATE search_index SET pending_to = ?'),
    };
  }

  /** Texts up to this id are still to be added; 0: none. */
  get pendingTo(): number {
    return this.#state.get() as number;
  }

  /** Adds as many texts as fit into the time. Returns whether more are to be added. */
  slice(milliseconds: number): boolean {
    const upTo = this.pendingTo;
    if (upTo === 0) return false;
    const began = this.#now();
    const left = this.#database
      .transaction(() => {
        const first = this.#statements.start.get(upTo, this.#size) as number | null;
        const after = first === null ? 0 : first - 1;
        this.#statements.words.run({ after, upTo });
        this.#statements.trigrams.run({ after, upTo });
        this.#statements.keep.run(after);
        return after;
      })
      .immediate();
    const taken = Math.max(0.1, this.#now() - began);
    this.#size = Math.round(
      Math.min(largestSlice, Math.max(20, this.#size * Math.min(2, milliseconds / taken))),
    );
    return left > 0;
  }
}
