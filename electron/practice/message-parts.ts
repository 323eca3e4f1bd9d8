/**
 * How many parts a message takes: what it is charged by, and why it may be too long. Where nobody knows how Clickatell
 * counts, the profile says.
 */
import { countParts } from '../../shared/domain/segments.ts';
import type { PracticeProfile } from './profile.ts';

/** The longest concatenation Clickatell carries. */
export const maxParts = 35;

/** More parts than any allow. */
const tooLong = Number.POSITIVE_INFINITY;
/** What one SMS carries. */
const octetsOfPart = 140;
/** Which part of how many this is, in an element of its own beside a header of the sender's. */
const octetsOfNumbering = 5;

/** The parts of an 8-bit message beside a header of so many octets. */
export function binaryParts(octets: number, header: number, profile: PracticeProfile): number {
  return inParts(
    Array.from({ length: octets }, () => 1),
    (room) => room,
    header,
    profile,
  );
}

/** The parts of a text: septets where GSM 03.38 has every character, else as Unicode. */
export function textParts(text: string, header: number, profile: PracticeProfile): number {
  if (countParts(text).encoding === 'ucs-2') return ucs2Parts(text, header, profile);
  const widths = Array.from(text, (character) => (/[\f^{}\\[~\]|€]/.test(character) ? 2 : 1));
  const asOctets = header > 0 && profile.textBesideHeader === 'octets';
  return inParts(widths, (room) => (asOctets ? room : Math.floor((room * 8) / 7)), header, profile);
}

/** The parts of what goes as Unicode, also where GSM 03.38 would do. */
export function ucs2Parts(text: string, header: number, profile: PracticeProfile): number {
  const widths = Array.from(text, (character) => character.length);
  return inParts(widths, (room) => Math.floor(room / 2), header, profile);
}

/**
 * @param widths of each character, which is never cut
 * @param unitsIn how many units so many octets hold
 */
function inParts(
  widths: readonly number[],
  unitsIn: (octets: number) => number,
  header: number,
  profile: PracticeProfile,
): number {
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= unitsIn(octetsOfPart - header)) return Math.min(units, 1);
  if (header > 0 && profile.ownHeaderParts === 'one') return tooLong;
  const ofPartHeader = profile.partHeader === '7-octets' ? 7 : 6;
  const room = unitsIn(octetsOfPart - (header === 0 ? ofPartHeader : header + octetsOfNumbering));
  if (room < 2) return tooLong;
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > room) {
      parts += 1;
      used = 0;
    }
    used += width;
  }
  return parts;
}
