import { maxBodyUnits } from '../../../shared/domain/message.ts';
import { countParts } from '../../../shared/domain/segments.ts';
import { translate } from '../../../shared/i18n/translate.ts';

export interface PartsView {
  /** Characters and parts. */
  readonly count: string;
  /** What makes it cost more, or how much still fits. */
  readonly why: string | undefined;
  readonly tooLong: boolean;
}

/** What is said under the message about its length. */
export function describeParts(body: string): PartsView {
  if (body === '') return { count: translate('quick.counterEmpty'), why: undefined, tooLong: false };
  const counted = countParts(body);
  const count = translate('quick.counter', { units: counted.units, parts: counted.parts });
  const excess = body.length - maxBodyUnits;
  if (excess > 0) return { count, why: translate('quick.counterTooLong', { count: excess }), tooLong: true };
  const [forcing] = counted.forcing;
  const why =
    forcing === undefined
      ? translate('quick.counterRemaining', { count: counted.remainingInPart })
      : translate('quick.counterUnicode', {
          character: nameCharacter(forcing.character),
          units: counted.unitsPerPart,
        });
  return { count, why, tooLong: false };
}

/** The character itself where it can be seen, its code where it cannot (a no-break space, a joiner). */
function nameCharacter(character: string): string {
  // Isolated, so that a character of a right-to-left script does not turn the sentence around.
  if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)) return `\u2068${character}\u2069`;
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
