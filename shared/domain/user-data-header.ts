/**
 * A user data header: what tells a handset that a message is more than its text (3GPP TS 23.040 §9.2.3.24).
 * One octet with the length of the rest, then elements: an identifier, a length, and that many octets.
 */
import { parseHex } from './hex.ts';
import { maxHeaderOctets } from './part-capacity.ts';

export interface HeaderElement {
  readonly identifier: number;
  readonly data: Uint8Array;
}

export type ParsedHeader =
  | {
      readonly kind: 'valid';
      readonly octets: Uint8Array;
      readonly elements: readonly HeaderElement[];
    }
  | {
      readonly kind: 'invalid';
      readonly reason: 'empty' | 'odd-length' | 'not-hex' | 'wrong-length' | 'broken-element' | 'too-long';
    };

/** Lengths that §9.2.3.24.1 to 9.2.3.24.4 and 9.2.3.24.8 fix: numbers of parts, signs of waiting messages, ports. */
const fixedLengths: ReadonlyMap<number, number> = new Map([
  [0x00, 3],
  [0x01, 2],
  [0x04, 2],
  [0x05, 4],
  [0x08, 4],
]);

/**
 * Reads a header as people and documents write it, for instance `0605040B8423F0` (a WAP push).
 * `wrong-length`: the first octet does not say how many follow. `broken-element`: an element runs over the end, or is not as
 * long as elements of its kind are.
 */
export function parseUserDataHeader(hex: string): ParsedHeader {
  const parsed = parseHex(hex);
  if (parsed.kind === 'invalid') return { kind: 'invalid', reason: parsed.reason };
  const { octets } = parsed;
  if (octets.length === 1) return { kind: 'invalid', reason: 'empty' };
  if (octets.length > maxHeaderOctets) return { kind: 'invalid', reason: 'too-long' };
  if (octets[0] !== octets.length - 1) return { kind: 'invalid', reason: 'wrong-length' };
  const elements: HeaderElement[] = [];
  for (let at = 1; at < octets.length; ) {
    const identifier = octets[at] ?? 0;
    const length = octets[at + 1];
    const runsOver = length === undefined || at + 2 + length > octets.length;
    if (runsOver || length !== (fixedLengths.get(identifier) ?? length)) {
      return { kind: 'invalid', reason: 'broken-element' };
    }
    elements.push({ identifier, data: octets.slice(at + 2, at + 2 + length) });
    at += 2 + length;
  }
  return { kind: 'valid', octets, elements };
}
