/**
 * Finds texts, newest first. Never `ORDER BY rank`: at a million texts the commonest word takes a second to rank and a tenth
 * of a millisecond to list by age. What is common is found by reading the newest texts; an index is asked for what
 * is not, so that its lists are short. SQLite cannot be interrupted: rows are taken one by one, and time is looked at.
 *
 * Whatever a person types reaches FTS5 only as strings in quotes, cut into words and trigrams here: none of its syntax
 * is ever theirs.
 */

import type { Statement } from 'better-sqlite3';
import { openStates } from '../../../shared/domain/message.ts';
import {
  finds,
  fold,
  holdsNumber,
  holdsText,
  holdsWords,
  parseQuery,
  type SearchQuery,
  shortestSubstring,
} from '../../../shared/domain/search.ts';
import type { FoundPage, MessageView, StoredRow } from '../../core/ports.ts';
import type { ReadDatabase } from '../open.ts';
import { rowColumns } from './messages.ts';

/** Ids at the new end whose texts are read without asking an index. Whatever is common fills its page here. */
const readFirst = 1_000;
/** The same where so much of a number was typed that few people have it: what is rare is not found by reading. */
const readFirstOfNumber = 50;
const digitsOfFew = 5;
/** Of those, how many tell which trigrams are rare. */
const sampled = 500;
/** Trigrams asked of the index for one piece of text, the rarest. More would narrow it down little and cost a list each. */
const askedTrigrams = 3;
/** A word of one letter is in no index: it is looked for in the texts that the others find. */
const shortestIndexedWord = 2;
/** Between two looks at the clock. */
const rowsBetweenLooks = 32;

/** A stretch is cut off after so long, and whoever types on is listened to. */
const stretchMilliseconds = 40;
/** After so long a page is handed over even if it is not full. */
const pageMilliseconds = 150;

/** One way to be found: what the index is asked, and what of its answer holds. */
interface Arm {
  readonly table: 'message_words' | 'message_trigrams';
  readonly match: string;
  readonly holds: ((row: Candidate) => boolean) | undefined;
}

interface Candidate {
  readonly id: number;
  readonly recipient: string;
  readonly body: string;
}

interface SearchStretch {
  /** Newest first. */
  readonly ids: readonly number[];
  /** Everything from here on upwards was looked at. */
  readonly reached: number;
}

export class MessageSearch {
  readonly #database: ReadDatabase;
  readonly #readFirst: number;
  readonly #row;
  readonly #state;
  readonly #statements = new Map<string, Statement>();

  /** @param readNewest how many ids at the new end are read without asking an index; tests ask it at once */
  constructor(database: ReadDatabase, readNewest = readFirst) {
    this.#database = database;
    this.#readFirst = readNewest;
    this.#row = database.prepare(`SELECT ${rowColumns} FROM message WHERE id = ?`);
    this.#state = database.prepare(
      'SELECT pending_to AS pendingTo, (SELECT coalesce(max(id), 0) FROM message) AS newest FROM search_index',
    );
  }

  /**
   * A page: ends when it is full or has taken long enough; `older` tells where to go on.
   * @param breathe lets messages in between two stretches; what it throws ends the search
   */
  async page(
    typed: string,
    { view, before, limit }: { view: MessageView; before: number | null; limit: number },
    breathe: () => Promise<void>,
  ): Promise<FoundPage> {
    const { pendingTo, newest } = this.#readState();
    const complete = pendingTo === 0;
    const query = parseQuery(typed);
    if (query === undefined) return { rows: [], older: null, complete };
    const oldest = this.#oldest(view);
    const began = performance.now();
    const ids: number[] = [];
    let reached = Math.min(before ?? Number.MAX_SAFE_INTEGER, newest + 1);
    while (reached > oldest && ids.length <= limit && performance.now() - began < pageMilliseconds) {
      const stretchBegan = performance.now();
      const found = this.#stretch(
        query,
        view,
        { from: oldest, before: reached, limit: limit + 1 - ids.length },
        (firstRow) =>
          // What an index needs before its first row is needed each time anew: cut off soon after, nothing would get on.
          performance.now() > Math.max(stretchBegan + stretchMilliseconds, firstRow + stretchMilliseconds),
      );
      ids.push(...found.ids);
      reached = found.reached;
      await breathe();
    }
    const older = ids.length > limit ? (ids[limit - 1] ?? null) : reached > oldest ? reached : null;
    return { rows: this.#rows(ids.slice(0, limit)), older, complete };
  }

  /** Ids up to `pendingTo` are not in the index yet. */
  #readState(): { readonly pendingTo: number; readonly newest: number } {
    return this.#state.get() as { pendingTo: number; newest: number };
  }

  /** Below this id the view has no text. */
  #oldest(view: MessageView): number {
    const where = view === 'history' ? '' : `WHERE state IN (${open})`;
    const row = this.#database.prepare(`SELECT min(id) AS id FROM message ${where}`).get() as {
      id: number | null;
    };
    return row.id ?? Number.MAX_SAFE_INTEGER;
  }

  #rows(ids: readonly number[]): StoredRow[] {
    return ids.flatMap((id) => (this.#row.get(id) as StoredRow | undefined) ?? []);
  }

  /**
   * The newest texts with `from` ≤ id < `before`, at most `limit`.
   * @param enough looked at now and then; true ends the search early, which `reached` tells
   */
  #stretch(
    query: SearchQuery,
    view: MessageView,
    range: { readonly from: number; readonly before: number; readonly limit: number },
    enough: (firstRow: number) => boolean,
  ): SearchStretch {
    const { from, before, limit } = range;
    const indexed = isIndexed(query);
    const isOfFew = (query.number?.digits.length ?? 0) >= digitsOfFew;
    const readNewest = isOfFew ? Math.min(readFirstOfNumber, this.#readFirst) : this.#readFirst;
    const readTo = indexed ? Math.max(from, before - readNewest) : from;
    const sample: string[] = [];
    const read = this.#take(
      this.#texts(view).iterate({ from: readTo, before }),
      (row) => {
        if (sample.length < sampled) sample.push(`${row.recipient} ${fold(row.body)}`);
        return finds(query, row.recipient, row.body);
      },
      { from: readTo, before, limit },
      enough,
    );
    if (!indexed || read.reached > readTo || read.ids.length >= limit || readTo === from) return read;

    const found = new Set<number>();
    let reached = from;
    for (const arm of armsOf(query, sample)) {
      // What an arm before this one did not reach would be dropped anyway.
      const stretch = { from: reached, before: readTo, limit: limit - read.ids.length };
      const result = this.#take(
        this.#indexed(arm, view).iterate({ match: arm.match, from: stretch.from, before: stretch.before }),
        arm.holds,
        stretch,
        enough,
      );
      reached = Math.max(reached, result.reached);
      for (const id of result.ids) found.add(id);
    }
    const older = [...found].filter((id) => id >= reached).sort((a, b) => b - a);
    return { ids: [...read.ids, ...older].slice(0, limit), reached };
  }

  #take(
    rows: IterableIterator<unknown>,
    holds: ((row: Candidate) => boolean) | undefined,
    { from, limit }: { from: number; before: number; limit: number },
    enough: (firstRow: number) => boolean,
  ): SearchStretch {
    const ids: number[] = [];
    let seen = 0;
    let firstRow = 0;
    for (const row of rows) {
      if (seen === 0) firstRow = performance.now();
      const candidate = row as Candidate;
      if (holds === undefined || holds(candidate)) {
        ids.push(candidate.id);
        if (ids.length >= limit) break;
      }
      seen += 1;
      if (seen % rowsBetweenLooks === 0 && enough(firstRow)) return { ids, reached: candidate.id };
    }
    return { ids, reached: from };
  }

  #texts(view: MessageView) {
    return this.#prepared(
      `SELECT id, recipient, body FROM message WHERE id >= :from AND id < :before ${stateOf(view)} ORDER BY id DESC`,
    );
  }

  #indexed({ table, holds }: Arm, view: MessageView) {
    // The index alone answers, unless its answer has to be looked at.
    const sql =
      view === 'history' && holds === undefined
        ? `SELECT rowid AS id FROM ${table}
           WHERE ${table} MATCH :match AND rowid >= :from AND rowid < :before ORDER BY rowid DESC`
        : `SELECT message.id, message.recipient, message.body
           FROM ${table} CROSS JOIN message ON message.id = ${table}.rowid
           WHERE ${table} MATCH :match AND ${table}.rowid >= :from AND ${table}.rowid < :before ${stateOf(view)}
           ORDER BY ${table}.rowid DESC`;
    return this.#prepared(sql);
  }

  #prepared(sql: string): Statement {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}

const open = openStates.map((state) => `'${state}'`).join(', ');

function stateOf(view: MessageView): string {
  return view === 'history' ? '' : `AND message.state IN (${open})`;
}

/** Whether an index knows what is asked. What is too short for both is read for, newest first: it is found soon. */
function isIndexed({ text, words, heldAnywhere }: SearchQuery): boolean {
  if (heldAnywhere) return false;
  return (
    [...text].length >= shortestSubstring || words.some((word) => [...word].length >= shortestIndexedWord)
  );
}

/** The ways of `shared/domain/search.ts`, each by the index that knows it. */
function armsOf(query: SearchQuery, sample: readonly string[]): readonly Arm[] {
  const { text, words, number } = query;
  const known = words.filter((word) => [...word].length >= shortestIndexedWord);
  const arms: Arm[] = [];
  if (known.length > 0) {
    arms.push({
      table: 'message_words',
      match: known.map((word) => `${quoted(word)}*`).join(' AND '),
      holds: known.length === words.length ? undefined : (row) => holdsWords(query, row.recipient, row.body),
    });
  }
  if ([...text].length >= shortestSubstring) {
    arms.push({
      table: 'message_trigrams',
      match: rarest(trigramsOf(text), sample),
      holds: (row) => holdsText(query, row.body),
    });
  }
  if (number !== undefined) {
    arms.push(
      number.start
        ? {
            table: 'message_words',
            match: `${quoted(number.digits)}*`,
            holds: (row) => holdsNumber(query, row.recipient),
          }
        : {
            table: 'message_trigrams',
            // The end of a number tells people apart; its beginning is the country's.
            match: rarest(trigramsOf(number.digits.slice(1 - askedTrigrams - shortestSubstring)), []),
            holds: (row) => holdsNumber(query, row.recipient),
          },
    );
  }
  return arms;
}

/** A string of FTS5: nothing in it is syntax. https://www.sqlite.org/fts5.html#fts5_strings */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function trigramsOf(text: string): readonly string[] {
  const characters = [...text];
  return characters.slice(0, 1 - shortestSubstring).map((_, at) => characters.slice(at, at + 3).join(''));
}

/** A search costs as much as its lists are long: the trigrams that a sample of texts holds least are asked for. */
function rarest(trigrams: readonly string[], sample: readonly string[]): string {
  return [...new Set(trigrams)]
    .map((trigram) => ({
      trigram,
      held: sample.reduce((sum, text) => sum + (text.includes(trigram) ? 1 : 0), 0),
    }))
    .sort((a, b) => a.held - b.held)
    .slice(0, askedTrigrams)
    .map(({ trigram }) => quoted(trigram))
    .join(' AND ');
}
