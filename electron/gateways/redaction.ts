/**
 * Cuts secrets out of whatever a server or an error says, before anybody else sees it.
 *
 * An answer is read first and its words are redacted afterwards. The other way round, a secret in JSON's or XML's own
 * spelling would come out of the reading whole, and a user name that is also a number, or the word `Credit`, would
 * make an answer unreadable. Since nothing is cut out of an acceptance, a request that went well costs nothing.
 */
import { decodeWindows1252, encodeWindows1252 } from '../../shared/domain/windows-1252.ts';
import { serverWords } from './server-words.ts';

export type Redact = (text: string) => string;

export interface Secrets {
  /** Keys, passwords, sessions: cut out wherever they stand, inside other words too. */
  readonly secrets: readonly string[];
  /** What only names the account, and may be a word or a number like any other: cut out where it stands by itself. */
  readonly names?: readonly string[];
}

/** Shorter than this, a secret cannot be told from ordinary text at all. */
const shortest = 4;
/** From this length on, the beginning alone gives a secret away and is unlike any word. */
const unlikeWords = 16;
const telling = 8;
/** What is left when its beginning is missing is told from a word only when it is longer. */
const tellingPiece = 12;

/**
 * A function that replaces every secret, in every spelling a server might repeat it in, by `[key]`: character by
 * character as it is or encoded for a URL, a form, JSON or XML, even several times over, in either letter case, in
 * UTF-8 or the Windows-1252 that Developers' Central is sent, or in base64 as a whole. Of a long one also what is left
 * when its end is missing, and, as it is, when its beginning is.
 */
export function redactor({ secrets, names = [] }: Secrets): Redact {
  let pattern: RegExp | undefined;
  return (text) => {
    // Spelling a secret out in every way costs more than sending it; most answers have no words at all.
    pattern ??= patternOf(secrets, names);
    return withoutPieces(text.replace(pattern, '[key]'), secrets);
  };
}

/**
 * The same result with every secret cut out of everything in it that a server may have worded. Our own words (`kind`,
 * `why`, `reason`, `meaning`) stay.
 */
export function withoutSecrets<Result extends object>(result: Result, secrets: Secrets): Result {
  if (isPlainSuccess(result, secrets)) return result;
  const redact = redactor(secrets);
  const clean = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return ownWords.has(name) ? value : serverWords(redact(value));
    if (Array.isArray(value)) return value.map((each) => clean(each, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([member, held]) => [
        member,
        member === 'providerId' ? providerIdOf(held, secrets) : clean(held, member),
      ]),
    );
  };
  return clean(result, '') as Result;
}

const ownWords: ReadonlySet<string> = new Set(['kind', 'why', 'reason', 'meaning']);

/** Whether all that a server said is yes. */
function isPlainSuccess(result: object, secrets: Secrets): boolean {
  if (!('outcomes' in result) || !Array.isArray(result.outcomes)) return false;
  if ('pause' in result && result.pause !== undefined) return false;
  for (const outcome of result.outcomes as readonly { kind: string; providerId?: string }[]) {
    const { kind, providerId } = outcome;
    if (kind !== 'accepted' || providerIdOf(providerId, secrets) !== providerId) return false;
  }
  return true;
}

/** An id is looked up later, so it stays as it is or goes altogether. */
function providerIdOf(id: unknown, { secrets }: Secrets): string | undefined {
  if (typeof id !== 'string' || id.length < telling) return typeof id === 'string' ? id : undefined;
  for (const secret of secrets) {
    if (secret.length >= unlikeWords && id.includes(secret.slice(0, telling))) return undefined;
    // Hardly any gets further than its first letter: this is done for every text.
    if ((secret.charCodeAt(0) | 32) !== (id.charCodeAt(0) | 32) || secret.length < unlikeWords) continue;
    if (id.toLowerCase().startsWith(secret.slice(0, telling).toLowerCase())) return undefined;
  }
  return id;
}

function withoutPieces(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < unlikeWords) continue;
    const whole = inSmallLetters(secret);
    let said = inSmallLetters(clean);
    for (let start = 0; start + tellingPiece <= clean.length; start += 1) {
      let end = start + tellingPiece;
      if (!whole.includes(said.slice(start, end))) continue;
      while (end < said.length && whole.includes(said.slice(start, end + 1))) end += 1;
      clean = `${clean.slice(0, start)}[key]${clean.slice(end)}`;
      said = inSmallLetters(clean);
    }
  }
  return clean;
}

/** Of ASCII only, so that every character keeps its place. */
function inSmallLetters(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function patternOf(secrets: readonly string[], names: readonly string[]): RegExp {
  const patterns = secrets
    .filter((secret) => secret.length >= shortest)
    // The longer first, so that no half of one is left over.
    .sort((one, other) => other.length - one.length)
    .flatMap((secret) => [...base64Of(secret), spelledOut(secret)]);
  const alone = names
    .filter((name) => name.length >= shortest)
    .flatMap((name) => [...base64Of(name), spelledOut(name)])
    .map((pattern) => `(?<![A-Za-z0-9])${pattern}(?![A-Za-z0-9])`);
  // Nothing to cut out is a pattern that fits nowhere.
  return new RegExp([...patterns, ...alone].join('|') || '(?!)', 'gi');
}

function base64Of(secret: string): readonly string[] {
  const standard = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const forUrls = standard.replaceAll('+', '-').replaceAll('/', '_');
  return [...new Set([standard, forUrls])].map((text) => `${escaped(text)}=*`);
}

function spelledOut(secret: string): string {
  const pieces = (secret.toWellFormed().match(/[^\p{ASCII}]+|\\+|\p{ASCII}/gu) ?? []).map((piece) => {
    const characters = [...piece].map(spellingsOf).join('');
    // Doubled as a run, since one by one there would be too many ways to share a long run out.
    if (piece.startsWith('\\')) return `(?:\\\\{${piece.length},${piece.length * 8}}|${characters})`;
    // Those beyond ASCII may be lost together, when one encoding is read as another.
    return isAscii(piece) ? characters : `(?:${characters}|\ufffd+)`;
  });
  if (secret.length < unlikeWords) return pieces.join('');
  const optional = pieces.slice(telling).reduceRight((rest, piece) => `(?:${piece}${rest})?`, '');
  return `${pieces.slice(0, telling).join('')}${optional}`;
}

/** All of ASCII at once: which of it stands in a secret is not to be seen from what is kept here. */
let asciiSpellings: readonly string[] | undefined;

/** One character in every spelling. */
function spellingsOf(character: string): string {
  asciiSpellings ??= Array.from({ length: 128 }, (_, code) => spell(String.fromCharCode(code)));
  return asciiSpellings[character.codePointAt(0) ?? 0] ?? spell(character);
}

function spell(character: string): string {
  const units = [...Array(character.length).keys()].map((index) => character.charCodeAt(index));
  const point = character.codePointAt(0) ?? 0;
  const octets = [...Buffer.from(character)];
  const spellings = [
    percent(octets),
    units.map((unit) => `\\\\{1,8}u${unit.toString(16).padStart(4, '0')}`).join(''),
    `${ampersand}#0*${point};?`,
    `${ampersand}#x0*${point.toString(16)};?`,
  ];
  // JSON may write a backslash in front, as often as it is written again.
  if (character !== '\\') {
    spellings.push(`\\\\{0,7}${character === '&' ? ampersand : escaped(character)}`);
  }
  const entity = entities[character];
  if (entity !== undefined) spellings.push(`${ampersand}${entity};`);
  if (character === ' ') spellings.push('\\+');
  if (point > 127) {
    const windows1252 = encodeWindows1252(character);
    if (windows1252 !== undefined) spellings.push(percent([...windows1252]));
    const latin1 = Buffer.from(octets).toString('latin1');
    spellings.push(escaped(latin1), escaped(decodeWindows1252(Buffer.from(octets))));
  }
  return `(?:${spellings.join('|')})`;
}

/** `&`, and as itself written in XML, however often. */
const ampersand = '&(?:amp;|#0*38;|#x0*26;)*';
const entities: Readonly<Record<string, string>> = { '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** `%C3%A4`, `%25C3%25A4` and so on. */
function percent(octets: readonly number[]): string {
  return octets.map((octet) => `%(?:25)*${octet.toString(16).padStart(2, '0')}`).join('');
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  return /^[\u0000-\u007f]*$/.test(text);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
