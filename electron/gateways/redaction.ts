/** Cuts secrets out of whatever a server or an error says, before anything else sees it. */

export type Redact = (text: string) => string;

/** Only for secrets this long does plain replacing never make holes in words, numbers or message ids. */
const surelyUnlikeWords = 16;
/** A shorter secret cannot be told from ordinary text at all. */
const shortest = 4;

/**
 * A function that replaces every secret, in every spelling a server might echo it in, by `[key]`: as it is, as URL and
 * form encoding in either case of the hexadecimal digits, as JSON, as base64. The replacement has no character that
 * JSON, XML or a query would trip over, so that an echoing answer can still be read.
 *
 * Keys and sessions are cut out wherever they occur. A password may be as short as four characters and could stand
 * inside a phone number or an id by chance: it is cut out where it stands by itself.
 */
export function redactor(secrets: readonly string[]): Redact {
  let cut: Redact | undefined;
  const traces = secrets.filter((secret) => secret.length >= shortest).flatMap(tracesOf);
  return (text) => {
    // Spelling a secret out in every way costs more than sending it; hardly any answer has a trace of one.
    if (!traces.some((trace) => text.includes(trace))) return text;
    cut ??= cutter(secrets);
    return cut(text);
  };
}

/** What stands in a text whenever a spelling of the secret does: its longest plain piece, and the start of its base64. */
function tracesOf(secret: string): readonly string[] {
  let from = 0;
  let to = 0;
  for (let start = 0, index = 0; index <= secret.length; index += 1) {
    if (index < secret.length && isPlain(secret.charCodeAt(index))) continue;
    if (index - start > to - from) {
      from = start;
      to = index;
    }
    start = index + 1;
  }
  return [secret.slice(from, to), base64Start(secret)];
}

/** ASCII letters and digits: no spelling changes them. */
function isPlain(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
}

/** The first three octets decide the first four digits, and three characters have at least as many. */
function base64Start(secret: string): string {
  const start = secret.slice(0, 3);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  return /^[\u0000-\u007f]*$/.test(start) ? btoa(start) : Buffer.from(start).toString('base64').slice(0, 4);
}

function cutter(secrets: readonly string[]): Redact {
  const plain = new Set<string>();
  const alone = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < shortest) continue;
    const into = secret.length >= surelyUnlikeWords ? plain : alone;
    for (const spelling of spellingsOf(secret)) into.add(spelling);
  }
  const standingAlone = [...alone].map(
    (spelling) => new RegExp(`(?<![A-Za-z0-9])${escaped(spelling)}(?![A-Za-z0-9])`, 'g'),
  );
  return (text) => {
    let clean = text;
    for (const spelling of plain) clean = clean.replaceAll(spelling, '[key]');
    for (const pattern of standingAlone) clean = clean.replaceAll(pattern, '[key]');
    return clean;
  };
}

/** The longer spellings first, so that no half of one is left over. */
function spellingsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const xml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const url = encodeURIComponent(secret.toWellFormed());
  const form = new URLSearchParams([['', secret]]).toString().slice(1);
  const spellings = [
    Buffer.from(secret).toString('base64'),
    url,
    lowerCaseEscapes(url),
    form,
    lowerCaseEscapes(form),
    json,
    json.replaceAll('/', '\\/'),
    xml,
    secret,
  ];
  return spellings;
}

function lowerCaseEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
