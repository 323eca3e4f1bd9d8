/** How many parts a binary message takes: ring tones, settings, anything that is octets and not text. */
import { maxParts, partCapacity } from './part-capacity.ts';

export interface BinaryPartCount {
  /** Octets of content, the header not counted. */
  readonly octets: number;
  /** 0 when there is neither content nor a header. */
  readonly parts: number;
  /** 140 or 134; less with a header of one's own. */
  readonly octetsPerPart: number;
  readonly remainingInPart: number;
  readonly tooManyParts: boolean;
}

/**
 * Octets can be cut anywhere, so this is plain division.
 *
 * @param headerOctets of a user data header of one's own, its length octet included
 * @throws {RangeError} for a header longer than `maxHeaderOctets`
 */
export function countBinaryParts(octets: number, headerOctets = 0): BinaryPartCount {
  const { single, each } = partCapacity('8-bit', headerOctets);
  if (octets <= single) {
    const parts = octets + headerOctets === 0 ? 0 : 1;
    return { octets, parts, octetsPerPart: single, remainingInPart: single - octets, tooManyParts: false };
  }
  const parts = Math.ceil(octets / each);
  return {
    octets,
    parts,
    octetsPerPart: each,
    remainingInPart: parts * each - octets,
    tooManyParts: parts > maxParts,
  };
}
