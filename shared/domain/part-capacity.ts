/**
 * What one part of a message holds.
 *
 * 3GPP TS 23.040 §9.2.3.24: a part carries 140 octets of user data. A user data header comes out of them, and so does
 * what tells a handset how to put the parts of a longer message together again: an element of 5 octets (§9.2.3.24.1,
 * reference number of 8 bits), and one more for the length of the header where there was none before. Septets begin on
 * the next septet boundary after the header, the fill bits in between are lost.
 */

export type PayloadEncoding = 'gsm-7' | 'ucs-2' | '8-bit';

export interface PartCapacity {
  /** Units in a message of one part: septets, UTF-16 code units or octets. */
  readonly single: number;
  /** Units in each part of a message of several. */
  readonly each: number;
}

const partOctets = 140;
const lengthOctet = 1;
const concatenationOctets = 5;

/** Clickatell carries no more (docs.clickatell.com, "SMS concatenation"). */
export const maxParts = 35;

/**
 * Longest header of one's own, its length octet included: 131. A part could hold one of 139 and a single octet, but a
 * message with it could never be longer than that part; this one leaves room for any one character in each of several.
 */
export const maxHeaderOctets = partOctets - concatenationOctets - 4;

/**
 * 160/153, 70/67 and 140/134 without a header of one's own.
 *
 * @param headerOctets of a user data header of one's own, its length octet included; 0 for none
 * @throws {RangeError} for a header that is longer than `maxHeaderOctets`
 */
export function partCapacity(encoding: PayloadEncoding, headerOctets = 0): PartCapacity {
  if (!Number.isInteger(headerOctets) || headerOctets < 0 || headerOctets > maxHeaderOctets) {
    throw new RangeError(`a user data header of ${headerOctets} octets leaves no room`);
  }
  const joined = (headerOctets === 0 ? lengthOctet : headerOctets) + concatenationOctets;
  return {
    single: unitsIn(partOctets - headerOctets, encoding),
    each: unitsIn(partOctets - joined, encoding),
  };
}

function unitsIn(octets: number, encoding: PayloadEncoding): number {
  switch (encoding) {
    case 'gsm-7':
      return Math.floor((octets * 8) / 7);
    case 'ucs-2':
      return Math.floor(octets / 2);
    case '8-bit':
      return octets;
  }
}
