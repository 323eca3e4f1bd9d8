import { countBinaryParts } from '../../../shared/domain/binary-parts.ts';
import { countCentralParts } from '../../../shared/domain/central-text.ts';
import { parseHex } from '../../../shared/domain/hex.ts';
import { maxBodyUnits } from '../../../shared/domain/message.ts';
import { maxParts } from '../../../shared/domain/part-capacity.ts';
import { countParts, type PartCount } from '../../../shared/domain/segments.ts';
import { encodeWindows1252 } from '../../../shared/domain/windows-1252.ts';
import { translate } from '../../../shared/i18n/words.ts';
import type { AccountView } from '../../../shared/ipc/contract.ts';
import { isolateText } from '../../lib/format.ts';
import { hexProblem } from './options-form.svelte.ts';

export interface PartsView {
  /** Characters and parts. */
  readonly count: string;
  /** What makes it cost more, or how much still fits. */
  readonly why: string | undefined;
  /** It cannot go like this. */
  readonly tooLong: boolean;
}

/** How the text will be sent, as far as its length depends on it. */
export interface PartsContext {
  /** Developers' Central lacks some characters of the standard alphabet. */
  readonly family?: AccountView['family'] | undefined;
  /** The text is octets in hexadecimal. */
  readonly binary?: boolean;
  readonly headerOctets?: number;
}

/** Counts a text as the family sends it. */
export function countFor(
  body: string,
  family: AccountView['family'] | undefined,
  headerOctets = 0,
): PartCount {
  return family === 'central'
    ? countCentralParts(body, { headerOctets })
    : countParts(body, { headerOctets });
}

/** What is said under the message about its length. */
export function describeParts(body: string, context: PartsContext = {}): PartsView {
  if (context.binary === true) return describeOctets(body, context.headerOctets ?? 0);
  if (body === '') return { count: translate('quick.counterEmpty'), why: undefined, tooLong: false };
  const counted = countFor(body, context.family, context.headerOctets);
  const count = translate('quick.counter', { units: counted.units, parts: counted.parts });
  const excess = body.length - maxBodyUnits;
  if (excess > 0) return { count, why: translate('quick.counterTooLong', { count: excess }), tooLong: true };
  if (counted.tooManyParts) {
    return { count, why: translate('quick.counterTooManyParts', { count: maxParts }), tooLong: true };
  }
  const why =
    counted.encoding === 'gsm-7'
      ? translate('quick.counterRemaining', { count: counted.remainingInPart })
      : translate('quick.counterUnicode', {
          character: nameCharacter(firstForcing(body, counted)),
          units: counted.unitsPerPart,
        });
  return { count, why, tooLong: false };
}

function describeOctets(body: string, headerOctets: number): PartsView {
  const parsed = parseHex(body);
  if (parsed.kind === 'invalid') {
    // An octet is half typed most of the time; only what can never become one is loud.
    const tooLong = parsed.reason === 'not-hex';
    return { count: translate('quick.counterOctetsEmpty'), why: hexProblem(body), tooLong };
  }
  const counted = countBinaryParts(parsed.octets.length, headerOctets);
  const count = translate('quick.counterOctets', { octets: counted.octets, parts: counted.parts });
  return counted.tooManyParts
    ? { count, why: translate('quick.counterTooManyParts', { count: maxParts }), tooLong: true }
    : {
        count,
        why: translate('quick.counterRemaining', { count: counted.remainingInPart }),
        tooLong: false,
      };
}

/** The character that makes a text Unicode: outside GSM-7, or in it and missing from what Central takes. */
function firstForcing(body: string, { forcing }: PartCount): string {
  return (
    forcing[0]?.character ?? [...body].find((character) => encodeWindows1252(character) === undefined) ?? ''
  );
}

/** The character itself where it can be seen, its code where it cannot (a no-break space, a joiner). */
export function nameCharacter(character: string): string {
  // Isolated, so that a character of a right-to-left script does not turn the sentence around.
  if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)) return isolateText(character);
  // What a person sees as one character may be several code points: an emoji with its skin tone.
  if (/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(character)) return character;
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
