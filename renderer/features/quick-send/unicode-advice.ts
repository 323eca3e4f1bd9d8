/**
 * What makes a text Unicode, in words, and what one press would save. Fetched with the first such text: the tables behind
 * it are larger than the rest of quick-send's rules.
 */
import { repair } from '../../../shared/domain/repair.ts';
import { explainUnicode } from '../../../shared/domain/unicode-reasons.ts';
import '../../../shared/i18n/on-demand.ts';
import { translate } from '../../../shared/i18n/words.ts';
import type { AccountView } from '../../../shared/ipc/contract.ts';
import { isolateText } from '../../lib/format.ts';
import { countFor, nameCharacter } from './parts.ts';

export interface UnicodeAdvice {
  /** Names the first character, its place and how many more there are; undefined when the text is not Unicode by itself. */
  readonly why: string | undefined;
  readonly offer: RepairOffer | undefined;
}

export interface RepairOffer {
  /** *Replace 3 characters: 3 parts → 1 part* */
  readonly label: string;
  /** Each kind of replacement once: *’ becomes '*. */
  readonly changes: string;
  /** The text afterwards. */
  readonly text: string;
}

/** So many kinds of replacement are named; more would push the message out of the window. */
const namedKinds = 4;

export function adviseOnUnicode(body: string, family: AccountView['family'] | undefined): UnicodeAdvice {
  const reasons = explainUnicode(body);
  const [first] = reasons;
  if (first === undefined) return { why: undefined, offer: undefined };
  const counted = countFor(body, family);
  const why = translate('quick.counterUnicodeNamed', {
    character: nameCharacter(first.character),
    name: translate(`encoding.name.${first.name}`),
    // A person counts what can be seen, not UTF-16 units.
    position: [...body.slice(0, first.index)].length + 1,
    more: reasons.length - 1,
  });
  return { why, offer: offer(body, counted.parts, family) };
}

function offer(
  body: string,
  before: number,
  family: AccountView['family'] | undefined,
): RepairOffer | undefined {
  // Accents only where the rest is not enough: a name is spelt differently without them.
  for (const accents of [false, true]) {
    const { text, changes } = repair(body, { typography: true, accents });
    const after = countFor(text, family).parts;
    if (changes.length === 0 || after >= before) continue;
    const kinds = new Map(changes.map((change) => [`${change.from} ${change.to}`, change]));
    const phrases = [...kinds.values()]
      .slice(0, namedKinds)
      .map(({ from, to, name }) =>
        to === ''
          ? translate('quick.repairDrop', { name: translate(`encoding.name.${name}`) })
          : translate('quick.repairChange', { from: nameCharacter(from), to: written(to) }),
      );
    if (kinds.size > namedKinds) {
      phrases.push(translate('quick.repairMore', { count: kinds.size - namedKinds }));
    }
    return {
      label: translate('quick.repair', { count: changes.length, before, after }),
      changes: phrases.join(', '),
      text,
    };
  }
  return undefined;
}

/** A plain space or line break cannot be seen between words. */
function written(replacement: string): string {
  if (replacement === ' ') return translate('quick.repairSpace');
  if (replacement === '\n') return translate('quick.repairLineBreak');
  return isolateText(replacement);
}
