/** The user data header of a message (3GPP TS 23.040 §9.2.3.24), judged apart from how the client reads one. */

/** What one SMS carries. */
const octetsOfPart = 140;

/** Lengths that §9.2.3.24.1 to 9.2.3.24.4 and 9.2.3.24.8 fix: numbers of parts, signs of waiting messages, ports. */
const fixedLengths: ReadonlyMap<number, number> = new Map([
  [0x00, 3],
  [0x01, 2],
  [0x04, 2],
  [0x05, 4],
  [0x08, 4],
]);

/**
 * How many octets a header takes. Its first one says how many follow; those are elements, each an identifier, a length and
 * as many octets, and there is one at least. Undefined when it is no such header.
 *
 * @param hexadecimal without separators
 */
export function headerOctets(hexadecimal: string): number | undefined {
  if (!/^([0-9a-fA-F]{2})+$/.test(hexadecimal)) return undefined;
  const octets = Buffer.from(hexadecimal, 'hex');
  if (octets[0] !== octets.length - 1 || octets.length < 3 || octets.length > octetsOfPart) return undefined;
  let at = 1;
  while (at < octets.length) {
    const length = octets[at + 1] ?? Number.POSITIVE_INFINITY;
    if (length !== (fixedLengths.get(octets[at] ?? 0) ?? length)) return undefined;
    at += 2 + length;
  }
  return at === octets.length ? octets.length : undefined;
}
