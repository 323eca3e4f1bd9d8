/**
 * How a text is cut into SMS parts.
 *
 * 3GPP TS 23.038 (alphabets) and TS 23.040 (concatenation): a part carries 140 octets, that is 160 septets or 70
 * UCS-2 units; each part of a longer text gives 6 octets to the concatenation header, which leaves 153 and 67.
 * Clickatell counts the same way (docs.clickatell.com, "SMS concatenation").
 */

export type SmsEncoding = 'gsm-7' | 'ucs-2';

export interface PartCount {
  readonly encoding: SmsEncoding;
  /** Septets (an extension character takes two) or UTF-16 code units. */
  readonly units: number;
  /** 0 for an empty text. */
  readonly parts: number;
  /** What one part of this text holds: 160 or 153, 70 or 67. */
  readonly unitsPerPart: number;
  /** Units that still fit into the last part. */
  readonly remainingInPart: number;
  /** The characters outside GSM-7 that make the text Unicode, each with its UTF-16 index. Empty for `gsm-7`. */
  readonly forcing: readonly ForcingCharacter[];
}

export interface ForcingCharacter {
  readonly character: string;
  readonly index: number;
}

/** TS 23.038 §6.2.1 in table order, without the escape code. */
const basicAlphabet =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** TS 23.038 §6.2.1.1: an escape and a second septet. */
const extensionAlphabet = '\f^{}\\[~]|€';

const septets: ReadonlyMap<string, 1 | 2> = new Map([
  ...[...basicAlphabet].map((character) => [character, 1] as const),
  ...[...extensionAlphabet].map((character) => [character, 2] as const),
]);

const limits = {
  'gsm-7': { single: 160, each: 153 },
  'ucs-2': { single: 70, each: 67 },
} as const;

/**
 * Counts the parts of a text. A pair (an escape with its character, the two halves of a surrogate pair) is never cut
 * in two: when only its first half would fit, it moves to the next part and leaves a unit empty. The count is
 * therefore not the length divided by 153.
 *
 * Line breaks count as they stand: CR LF is two units.
 */
export function countParts(text: string): PartCount {
  const characters = [...text];
  const forcing: ForcingCharacter[] = [];
  let index = 0;
  for (const character of characters) {
    if (!septets.has(character)) forcing.push({ character, index });
    index += character.length;
  }
  const encoding: SmsEncoding = forcing.length === 0 ? 'gsm-7' : 'ucs-2';
  const widths = characters.map((character) =>
    encoding === 'gsm-7' ? (septets.get(character) ?? 1) : character.length,
  );
  const units = widths.reduce((sum, width) => sum + width, 0);
  const { single, each } = limits[encoding];
  if (units <= single) {
    const parts = units === 0 ? 0 : 1;
    return { encoding, units, parts, unitsPerPart: single, remainingInPart: single - units, forcing };
  }
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > each) {
      parts += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding, units, parts, unitsPerPart: each, remainingInPart: each - used, forcing };
}
