/**
 * What a search means: the words of a query, and which texts it finds. Main asks the index (`electron/db/stores/search.ts`),
 * which follows these rules; a window marks with them what was found.
 *
 * A text is found when any of these holds:
 * - every word of the query is the beginning of a word of the text or of its number (words of one letter alone do not count),
 * - the text holds the query, three characters or longer, as it stands,
 * - the query is a number (three digits or more) and the recipient's holds it.
 * One character finds words that begin with it. One or two characters that are no letters or digits, or of a script that is
 * written without spaces, find texts that hold them.
 *
 * Capitals, and accents on Latin letters, make no difference.
 */
import { plainDigits } from './decimal-digits.ts';

/** Longest query, in UTF-16 units. */
export const maxQueryUnits = 200;
/** More words than this, or a longer one, narrow nothing down. */
const maxWords = 12;

/** From how many characters on the index of substrings knows a piece of text: it is one of trigrams. */
export const shortestSubstring = 3;

export interface SearchQuery {
  /** As typed, folded, without the space around it. */
  readonly text: string;
  /** Folded; each is the beginning of a word. */
  readonly words: readonly string[];
  readonly number: NumberQuery | undefined;
  /** The query is too short for a word's beginning to mean anything: texts that hold it are sought. */
  readonly heldAnywhere: boolean;
}

/** `start`: the recipient's number begins with these digits; otherwise it holds them somewhere. */
export interface NumberQuery {
  readonly digits: string;
  readonly start: boolean;
}

/** Undefined when nothing is left to search for. */
export function parseQuery(typed: string): SearchQuery | undefined {
  // NUL ends a string inside SQLite, and half a surrogate pair cannot be stored: neither can be found.
  const plain = typed
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, maxQueryUnits)
    .trim();
  const text = fold(plain);
  if (text === '') return undefined;
  const length = [...text].length;
  const all = [...new Set(wordsOf(text))].slice(0, maxWords);
  // One letter alone is a beginning; a few of them, each alone, are not: "a b" is sought as it stands.
  const words = length === 1 || all.some((word) => [...word].length > 1) ? all : [];
  const heldAnywhere = length < shortestSubstring && !/^[\p{L}\p{N}]+$/u.test(text.replace(unspaced, ' '));
  return { text, words, number: numberOf(plain), heldAnywhere };
}

/** Scripts that put no space between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/gu;

/**
 * The words of a folded text, as the index cuts them: letters, digits and private characters belong to words, everything
 * else stands between them.
 */
export function wordsOf(folded: string): string[] {
  return folded.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];
}

/** The loose accents that SQLite takes away; the others stand between words. */
const marks = /[\u0300-\u0304\u0306-\u030c\u030f\u0311\u031b\u0323-\u0328\u032d\u032e\u0330\u0331]/;
const asciiOnly = /^[\0-\x7f]*$/;
const folded = new Map<string, string>();

/**
 * Capitals become small letters, accents go from Latin letters, the usual loose accents go altogether: what both
 * indexes of the database do, character by character (`unicode61 remove_diacritics 2`, `trigram remove_diacritics 1`). A
 * test compares all of Unicode.
 */
export function fold(text: string): string {
  if (asciiOnly.test(text)) return text.toLowerCase();
  let result = '';
  for (const character of text) result += foldCharacter(character);
  return result;
}

function foldCharacter(character: string): string {
  const known = folded.get(character);
  if (known !== undefined) return known;
  const result = computeFold(character);
  folded.set(character, result);
  return result;
}

function computeFold(character: string): string {
  if (marks.test(character)) return '';
  const special = specialFolds[character];
  if (special !== undefined) return special;
  const lower = character.toLowerCase();
  // İ becomes two characters: it keeps its own.
  const one = [...lower].length === 1 ? lower : character;
  const apart = one.normalize('NFD');
  return /^[a-z][\u0300-\u036f]+$/.test(apart) ? apart.charAt(0) : one;
}

/** What Unicode folds and `toLowerCase` does not. */
const specialFolds: Readonly<Record<string, string>> = { ς: 'σ', µ: 'μ', ſ: 's', İ: 'i' };

/** Everything a person writes in a number, and nothing else. */
function numberOf(plain: string): NumberQuery | undefined {
  const typed = plainDigits(plain.normalize('NFKC')).replace(/\p{Cf}/gu, '');
  if (!/^[+\d\s().\-/]+$/.test(typed)) return undefined;
  const digits = typed.replace(/\D/g, '');
  if (/^\s*\(?\+/.test(typed)) return digits.length >= 2 ? { digits, start: true } : undefined;
  // 00 is the way out of most countries, a single 0 the one out of the town: neither is part of a number in full.
  if (digits.startsWith('00')) {
    return digits.length >= 4 ? { digits: digits.slice(2), start: true } : undefined;
  }
  const national = digits.startsWith('0') ? digits.slice(1) : digits;
  return national.length >= shortestSubstring ? { digits: national, start: false } : undefined;
}

/** Whether this text is one that the query finds. `recipient` in E.164. */
export function finds(query: SearchQuery, recipient: string, body: string): boolean {
  return holdsWords(query, recipient, body) || holdsText(query, body) || holdsNumber(query, recipient);
}

export function holdsText(query: SearchQuery, body: string): boolean {
  const { text } = query;
  if (!query.heldAnywhere && [...text].length < shortestSubstring) return false;
  return fold(body).includes(text);
}

export function holdsNumber({ number }: SearchQuery, recipient: string): boolean {
  if (number === undefined) return false;
  return number.start ? recipient.startsWith(`+${number.digits}`) : recipient.includes(number.digits);
}

export function holdsWords({ words, heldAnywhere }: SearchQuery, recipient: string, body: string): boolean {
  if (heldAnywhere || words.length === 0) return false;
  const held = [...wordsOf(fold(body)), ...wordsOf(recipient)];
  return words.every((word) => held.some((one) => one.startsWith(word)));
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * What of a text or a number made the query find it, as spans of UTF-16 units in ascending order, apart from each other. For
 * marking: of a text that is cut off, what stands behind the cut is not known.
 */
export function spansOf(query: SearchQuery, shown: string): readonly Span[] {
  const { text, starts } = foldWithStarts(shown);
  const spans: Span[] = [];
  const add = (start: number, end: number): void => {
    spans.push({ start: starts[start] ?? shown.length, end: starts[end] ?? shown.length });
  };
  if (query.heldAnywhere || [...query.text].length >= shortestSubstring) {
    for (let at = text.indexOf(query.text); at >= 0; at = text.indexOf(query.text, at + query.text.length)) {
      add(at, at + query.text.length);
    }
  }
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}\p{Co}]+/gu)) {
    const longest = query.words
      .filter((one) => word.startsWith(one))
      .reduce((most, one) => Math.max(most, one.length), 0);
    if (longest > 0) add(index, index + longest);
  }
  if (query.number !== undefined) {
    // Written in groups: the digits alone are compared.
    const at = [...text.matchAll(/\d/g)].map(({ index }) => index);
    const digits = at.map((index) => text[index]).join('');
    const found = digits.indexOf(query.number.digits);
    const first = at[found];
    const last = at[found + query.number.digits.length - 1];
    if (found >= 0 && first !== undefined && last !== undefined) add(first, last + 1);
  }
  return joined(spans);
}

/** The folded text, and where each of its units comes from. */
function foldWithStarts(shown: string): { text: string; starts: readonly number[] } {
  let text = '';
  const starts: number[] = [];
  let at = 0;
  for (const character of shown) {
    const one = fold(character);
    for (let unit = 0; unit < one.length; unit += 1) starts.push(at);
    text += one;
    at += character.length;
  }
  return { text, starts };
}

function joined(spans: readonly Span[]): readonly Span[] {
  const result: { start: number; end: number }[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else result.push({ ...span });
  }
  return result;
}
