/**
 * Windows-1252: what Developers' Central reads `text` as with `unicode=0` (Latin-1 with letters, quotes and the euro
 * sign in 80 to 9F). Sent as UTF-8, an ä arrives as two characters.
 *
 * The five octets without a character (81, 8D, 8F, 90, 9D) stand for the control characters of the same number, as in
 * https://encoding.spec.whatwg.org/#windows-1252, so that every octet has its character and back.
 */

const from80To9f = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f' + '\u0090‘’“”•–—˜™š›œ\u009džŸ';

const octetOf: ReadonlyMap<string, number> = new Map(
  [...from80To9f].map((character, at) => [character, 0x80 + at] as const),
);

/** The octets of a text, one for each character; undefined when a character is not in the set. */
export function encodeWindows1252(text: string): Uint8Array | undefined {
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const octet = windows1252Octet(text.charAt(index));
    if (octet === undefined) return undefined;
    octets[index] = octet;
  }
  return octets;
}

/** Every sequence of octets is a text. */
export function decodeWindows1252(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) {
    text += octet >= 0x80 && octet <= 0x9f ? from80To9f.charAt(octet - 0x80) : String.fromCharCode(octet);
  }
  return text;
}

function windows1252Octet(unit: string): number | undefined {
  const code = unit.charCodeAt(0);
  return code < 0x80 || (code >= 0xa0 && code <= 0xff) ? code : octetOf.get(unit);
}
