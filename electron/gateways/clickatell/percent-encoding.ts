import { isGsm } from '../../../shared/domain/gsm-alphabet.ts';
import { decodeWindows1252 } from '../../../shared/domain/windows-1252.ts';

const characters = Array.from({ length: 256 }, (_, octet) => decodeWindows1252(Uint8Array.of(octet)));

/** By UTF-16 unit, the octet of Windows-1252; 0 where it has none, and for NUL. The last it has is ™. */
const octets = new Uint8Array(0x2123);
for (const [octet, character] of characters.entries()) octets[character.charCodeAt(0)] = octet;

/** By octet, whether it stands in a query as it is: what `encodeURIComponent` spares. */
const spared = new Uint8Array(256);
for (let octet = 0; octet < 0x80; octet += 1) {
  const character = String.fromCharCode(octet);
  spared[octet] = encodeURIComponent(character) === character ? 1 : 0;
}
const percent = 0x25;
const hexDigits = Buffer.from('0123456789ABCDEF');

/** Used again and again, since a buffer of its own for each value would cost more than filling it. */
const shared = Buffer.alloc(16_384);

/**
 * A value for a query or a form of Developers' Central: bytes of Windows-1252, percent-encoded. What that cannot hold
 * goes as UTF-8; only a user name or a password can get here with such a character, and no source says how those are
 * read. Spaces are `%20`, which is one in queries and forms alike.
 */
export function encodeValue(value: string): string {
  const longest = value.length * 3;
  const into = longest <= shared.length ? shared : Buffer.alloc(longest);
  const length = writeOctets(value, into);
  const encoded = length === undefined ? undefined : into.toString('latin1', 0, length);
  // It may be a password: nothing of it stays. (`Buffer` has a `fill` of its own, which takes longer than all the rest.)
  Uint8Array.prototype.fill.call(into, 0, 0, length ?? longest);
  return encoded ?? encodeURIComponent(value.toWellFormed());
}

/** Writes a value and says how many octets that took. Undefined when Windows-1252 cannot hold it. */
function writeOctets(value: string, into: Buffer): number | undefined {
  let length = 0;
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index);
    const octet = unit < octets.length ? (octets[unit] ?? 0) : 0;
    if (octet === 0 && unit !== 0) return undefined;
    if (spared[octet] === 1) {
      into[length] = octet;
      length += 1;
    } else {
      into[length] = percent;
      into[length + 1] = hexDigits[octet >> 4] ?? 0;
      into[length + 2] = hexDigits[octet & 15] ?? 0;
      length += 3;
    }
  }
  return length;
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
