/** Puts plain characters where a text needs Unicode without need. Nothing is repaired unasked: a person sees the list. */
import { explainUnicode, type UnicodeReasonName } from './unicode-reasons.ts';

export interface RepairOptions {
  /** What reads the same afterwards: quotes, dashes, spaces, ligatures. */
  readonly typography: boolean;
  /** Letters lose accents that GSM-7 does not have. Off unless asked for: a name is spelt differently afterwards. */
  readonly accents?: boolean;
}

export interface Repaired {
  readonly text: string;
  /** In the order of the text. */
  readonly changes: readonly Change[];
}

export interface Change {
  /** UTF-16 index in the text as it was. */
  readonly index: number;
  readonly from: string;
  /** Empty where something invisible was dropped. */
  readonly to: string;
  readonly name: UnicodeReasonName;
}

/**
 * Repairs what can be repaired and leaves the rest. A text in GSM-7 is never changed, and repairing twice changes
 * nothing more.
 *
 * It makes a text shorter in parts only when nothing outside GSM-7 is left, and `…` takes three characters afterwards:
 * compare `countParts` before and after, and offer it when that is less.
 */
export function repair(text: string, { typography, accents = false }: RepairOptions): Repaired {
  const changes: Change[] = [];
  let repaired = '';
  let end = 0;
  for (const { index, character, name, repair: possible } of explainUnicode(text)) {
    if (possible === null || !(possible.kind === 'accent' ? accents : typography)) continue;
    changes.push({ index, from: character, to: possible.replacement, name });
    repaired += text.slice(end, index) + possible.replacement;
    end = index + character.length;
  }
  return { text: repaired + text.slice(end), changes };
}
