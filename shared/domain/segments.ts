/**
 * How a text is cut into SMS parts.
 *
 * We hand over whole texts and Clickatell cuts them, and it does not say where. Its numbers are known (160/153 and
 * 70/67, an escaped character is two; docs.clickatell.com, "SMS concatenation"), its care is not: a gateway may cut
 * plainly at unit 67, or not between the halves of a surrogate pair, or not inside what a person sees as one character
 * (a family emoji of eleven units; grapheme cluster, Unicode UAX #29). Each of these rules allows fewer cuts than the
 * one before, and filling part after part as far as a rule allows takes the fewest parts the rule allows; so a stricter
 * rule never needs fewer parts. **We count by the strictest.** The number shown is therefore never below what is
 * charged, whichever rule Clickatell follows, and above it only where a cluster happens to stand on a cut. It is also
 * what Twilio was seen to charge (TwilioDevEd/message-segment-calculator#66).
 *
 * Not a cluster here: CR LF, which UAX #29 keeps together. Nobody sees a line break that was cut in two.
 */
import { septetsOf } from './gsm-alphabet.ts';
import { maxParts, partCapacity } from './part-capacity.ts';

export type SmsEncoding = 'gsm-7' | 'ucs-2';

export interface PartCount {
  readonly encoding: SmsEncoding;
  /** Septets (an extension character takes two) or UTF-16 code units. */
  readonly units: number;
  /** 0 for an empty text. */
  readonly parts: number;
  /** What one part of this text holds: 160 or 153, 70 or 67; less with a header of one's own. */
  readonly unitsPerPart: number;
  /** Units that still fit into the last part. */
  readonly remainingInPart: number;
  /** More parts than Clickatell carries. */
  readonly tooManyParts: boolean;
  /** The characters outside GSM-7, each with its UTF-16 index. One is enough to make the whole text Unicode. */
  readonly forcing: readonly ForcingCharacter[];
}

export interface ForcingCharacter {
  /** One code point. `explainUnicode` says what it is and puts together what a person sees as one character. */
  readonly character: string;
  readonly index: number;
}

export interface PartOptions {
  /** Counts as UCS-2 although GSM-7 would do: for a gateway whose character set lacks some of GSM-7. */
  readonly encoding?: 'ucs-2';
  /** Octets of a user data header of one's own, its length octet included (`parseUserDataHeader`). */
  readonly headerOctets?: number;
}

export interface Part {
  /** UTF-16 index in the whole text. */
  readonly start: number;
  readonly text: string;
  readonly units: number;
}

interface Cut {
  readonly encoding: SmsEncoding;
  readonly forcing: readonly ForcingCharacter[];
  readonly units: number;
  readonly unitsPerPart: number;
  readonly parts: readonly Part[];
}

/**
 * Counts the parts of a text. What must stay together (an escape with its character, the halves of a surrogate pair, a
 * grapheme cluster) moves to the next part as a whole when only its beginning would fit, and leaves units empty: the
 * count is not the length divided by 153. A cluster longer than a part is cut all the same.
 *
 * Line breaks count as they stand: CR LF is two units.
 *
 * @throws {RangeError} for a header longer than `maxHeaderOctets`
 */
export function countParts(text: string, options: PartOptions = {}): PartCount {
  const { parts, unitsPerPart, ...counted } = cut(text, options);
  const last = parts.at(-1);
  return {
    ...counted,
    parts: parts.length,
    unitsPerPart,
    remainingInPart: unitsPerPart - (last?.units ?? 0),
    tooManyParts: parts.length > maxParts,
  };
}

/**
 * The parts themselves, as `countParts` counts them; joined they are the text. Clickatell may cut a little later (see
 * above), so these are for showing, not for sending one by one.
 *
 * @throws {RangeError} for a header longer than `maxHeaderOctets`
 */
export function splitParts(text: string, options: PartOptions = {}): readonly Part[] {
  return cut(text, options).parts;
}

function cut(text: string, options: PartOptions): Cut {
  const forcing: ForcingCharacter[] = [];
  let septets = 0;
  let index = 0;
  for (const character of text) {
    const width = septetsOf(character);
    if (width === undefined) forcing.push({ character, index });
    else septets += width;
    index += character.length;
  }
  const encoding = options.encoding ?? (forcing.length === 0 ? 'gsm-7' : 'ucs-2');
  const units = encoding === 'gsm-7' ? septets : text.length;
  const { single, each } = partCapacity(encoding, options.headerOctets);
  if (units <= single) {
    const parts = units === 0 ? [] : [{ start: 0, text, units }];
    return { encoding, forcing, units, unitsPerPart: single, parts };
  }
  const endOf = encoding === 'gsm-7' ? septetCut : clusterCut;
  const parts: Part[] = [];
  for (let start = 0; start < text.length; ) {
    const { end, units: taken } = endOf(text, start, each);
    parts.push({ start, text: text.slice(start, end), units: taken });
    start = end;
  }
  return { encoding, forcing, units, unitsPerPart: each, parts };
}

interface CutAt {
  readonly end: number;
  readonly units: number;
}

function septetCut(text: string, start: number, room: number): CutAt {
  let units = 0;
  let end = start;
  // Every GSM-7 character is one UTF-16 unit.
  for (; end < text.length; end += 1) {
    const width = septetsOf(text.charAt(end)) ?? 1;
    if (units + width > room) break;
    units += width;
  }
  return { end, units };
}

let segmenter: Intl.Segmenter | undefined;

function clusterCut(text: string, start: number, room: number): CutAt {
  let end = start + room;
  if (end >= text.length) return { end: text.length, units: text.length - start };
  if (text[end - 1] !== '\r' || text[end] !== '\n') {
    // Clusters do not depend on the language. Made once, on the first long Unicode text: it takes a few milliseconds.
    segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
    const cluster = segmenter.segment(text).containing(end)?.index ?? end;
    if (cluster > start) end = cluster;
    else if (isLow(text, end) && isHigh(text, end - 1)) end -= 1;
  }
  return { end, units: end - start };
}

function isHigh(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800;
}

function isLow(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xdc00;
}
