/** Octets written as hexadecimal digits, two for each. */

export type ParsedHex =
  | { readonly kind: 'octets'; readonly octets: Uint8Array }
  | { readonly kind: 'invalid'; readonly reason: 'empty' | 'odd-length' }
  /** `index`: UTF-16 index of the first character that is not a hexadecimal digit. */
  | { readonly kind: 'invalid'; readonly reason: 'not-hex'; readonly index: number };

/**
 * Reads hexadecimal digits of either case. Spaces, line breaks and colons between them are passed over: documents print
 * `06 05 04` and `06:05:04`.
 */
export function parseHex(text: string): ParsedHex {
  const index = text.search(/[^0-9a-f\s:]/i);
  if (index !== -1) return { kind: 'invalid', reason: 'not-hex', index };
  const digits = text.replace(/[\s:]/g, '');
  if (digits === '') return { kind: 'invalid', reason: 'empty' };
  if (digits.length % 2 !== 0) return { kind: 'invalid', reason: 'odd-length' };
  const octets = new Uint8Array(digits.length / 2);
  for (let at = 0; at < octets.length; at += 1) {
    octets[at] = Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16);
  }
  return { kind: 'octets', octets };
}

/** Two lower-case digits for each octet. */
export function formatHex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
