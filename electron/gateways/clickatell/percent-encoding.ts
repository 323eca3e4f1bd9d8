import { isGsm } from '../../../shared/domain/gsm-alphabet.ts';
import { decodeWindows1252, encodeWindows1252 } from '../../../shared/domain/windows-1252.ts';

const octets = Array.from({ length: 256 }, (_, octet) => octet);
const characters = octets.map((octet) => decodeWindows1252(Uint8Array.of(octet)));

/** Each octet as it stands in a query. */
const escapes = octets.map((octet) =>
  octet < 0x80 ? encodeURIComponent(String.fromCharCode(octet)) : `%${octet.toString(16).toUpperCase()}`,
);

/** What needs an escape of its own: everything but ASCII. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const beyondAscii = /[^\u0000-\u007f]/g;
const escapeOf: ReadonlyMap<string, string> = new Map(
  octets.map((octet) => [characters[octet] ?? '', escapes[octet] ?? '']),
);

/**
 * A value for a query or a form of Developers' Central: bytes of Windows-1252, percent-encoded. What that cannot hold
 * goes as UTF-8; only a user name or a password can get here with such a character, and no source says how those are
 * read. Spaces are `%20`, which is one in queries and forms alike.
 */
export function encodeValue(value: string): string {
  if (value.search(beyondAscii) === -1) return encodeURIComponent(value);
  if (!isPlainText(value) && encodeWindows1252(value) === undefined)
    return encodeURIComponent(value.toWellFormed());
  return escapeAll(value);
}

function escapeAll(text: string): string {
  let encoded = '';
  let start = 0;
  for (const match of text.matchAll(beyondAscii)) {
    encoded += encodeURIComponent(text.slice(start, match.index)) + (escapeOf.get(match[0]) ?? '');
    start = match.index + 1;
  }
  return encoded + encodeURIComponent(text.slice(start));
}

const plainText = new RegExp(
  `^[${characters
    .filter(isGsm)
    .map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')}]*$`,
);

/** Whether a text arrives as written with `unicode=0`: what `encodeCentralText` decides, at a glance. */
export function isPlainText(text: string): boolean {
  return plainText.test(text);
}

/** Whether a plain text is one part for certain; `countCentralParts` counts when it is not. */
export function isOnePlainPart(text: string): boolean {
  return text.length <= 160 && !/[\f^{}\\[\]~|€]/.test(text);
}
