/**
 * Why a text is Unicode: every character outside GSM-7, where it stands, what it is, and what could stand there instead.
 *
 * Works on what a person sees as one character (grapheme cluster), so that a family emoji is one reason and not seven.
 * Larger than the counter and needed only once a text is Unicode: import it then.
 */
import { withoutAccents } from './accents.ts';
import { isGsm } from './gsm-alphabet.ts';
import { plainTypography } from './typography.ts';

/** The words for these are `encoding.name.*` in the catalogue. */
export const unicodeReasonNames = [
  'curly-quote',
  'angle-quote',
  'backtick',
  'prime',
  'apostrophe',
  'dash',
  'hyphen',
  'minus',
  'ellipsis',
  'bullet',
  'tab',
  'line-separator',
  'slash',
  'arrow',
  'trademark',
  'mathematical-sign',
  'doubled-mark',
  'abbreviation',
  'look-alike',
  'ligature',
  'no-break-space',
  'wide-space',
  'invisible',
  'soft-hyphen',
  'control',
  'fraction',
  'full-width',
  'styled-letter',
  'decomposed-letter',
  'accented-letter',
  'superscript',
  'currency',
  'letter',
  'greek',
  'cyrillic',
  'other-script',
  'emoji',
  'symbol',
  'half-character',
  'unknown',
] as const;
export type UnicodeReasonName = (typeof unicodeReasonNames)[number];

export interface UnicodeReason {
  /** UTF-16 index in the text. */
  readonly index: number;
  /** One grapheme cluster as it stands there; it may hold plain characters too (`e` with a combining accent). */
  readonly character: string;
  readonly name: UnicodeReasonName;
  /** What can stand there instead; null where nothing says the same. */
  readonly repair: Repair | null;
}

export interface Repair {
  /** `typography`: reads the same. `accent`: the letter loses its accent. */
  readonly kind: 'typography' | 'accent';
  /** GSM-7; empty where the character is simply dropped. */
  readonly replacement: string;
}

type Classified = Omit<UnicodeReason, 'index' | 'character'>;

interface Cluster {
  readonly index: number;
  readonly text: string;
  /** Undefined for a cluster in GSM-7. */
  readonly reason: Classified | undefined;
}

let segmenter: Intl.Segmenter | undefined;

/** All reasons in the order of the text; none for a text that is GSM-7. */
export function explainUnicode(text: string): readonly UnicodeReason[] {
  if (isGsm(text)) return [];
  const clusters = clustersOf(text).map(({ index, segment }) => ({
    index,
    text: segment,
    reason: isGsm(segment) ? undefined : classify(segment),
  }));
  return clusters.flatMap(({ index, text: character, reason }, at) =>
    reason === undefined ? [] : [{ index, character, ...inContext(reason, clusters, at) }],
  );
}

/**
 * Grapheme clusters, and one thing more: what hangs on the character before it stays with it even if that is a control
 * character (a tab, a zero-width space). UAX #29 parts the two, and they would come together once that is replaced.
 */
function clustersOf(text: string): { index: number; segment: string }[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const clusters: { index: number; segment: string }[] = [];
  for (const { segment, index } of segmenter.segment(text)) {
    const before = clusters.at(-1);
    if (
      before !== undefined &&
      !isGsm(before.segment) &&
      /^[\p{M}\p{Grapheme_Extend}\u200d]/u.test(segment)
    ) {
      before.segment += segment;
    } else {
      clusters.push({ segment, index });
    }
  }
  return clusters;
}

function classify(cluster: string): Classified {
  if (!cluster.isWellFormed()) return { name: 'half-character', repair: null };
  const composed = cluster.normalize('NFC');
  if (isGsm(composed)) {
    return typography(/\p{M}/u.test(cluster) ? 'decomposed-letter' : 'look-alike', composed);
  }
  const known = plainTypography(cluster);
  if (known !== undefined) return typography(known.name, known.replacement);

  const visible = cluster.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  if (visible === '') return typography(cluster === '\u00ad' ? 'soft-hyphen' : 'invisible', '');
  if (visible !== cluster) {
    // A joiner or a variation selector behind something plain: as if it were not there.
    if (isGsm(visible)) return typography('invisible', visible);
    const inner = classify(visible);
    if (inner.repair !== null) return inner;
  }
  if (/^\p{Cc}$/u.test(cluster)) return typography('control', '');
  return compatible(cluster) ?? accented(cluster) ?? { name: nameWithoutRepair(cluster), repair: null };
}

/** Forms that Unicode keeps for other character sets only (NFKC), as far as they read the same. */
const compatibleForms: readonly (readonly [UnicodeReasonName, RegExp])[] = [
  ['no-break-space', /^[\u00a0\u202f]$/],
  ['wide-space', /^\p{Zs}$/u],
  ['ligature', /^[\ufb00-\ufb06\u0132\u0133]$/],
  ['fraction', /^[\u00bc-\u00be\u2150-\u215f\u2189]$/],
  ['full-width', /^[\uff01-\uff5e\uffe0-\uffe6]/],
  ['styled-letter', /^[\u2102-\u2139\u2160-\u217f\u{1d400}-\u{1d7ff}]/u],
];

function compatible(cluster: string): Classified | undefined {
  const form = compatibleForms.find(([, pattern]) => pattern.test(cluster));
  if (form === undefined) return undefined;
  const [name] = form;
  const plain =
    name === 'wide-space'
      ? ' '
      : cluster.normalize('NFKC').replaceAll('\u2044', '/').replaceAll('\u2212', '-');
  return isGsm(plain) ? typography(name, plain) : undefined;
}

function accented(cluster: string): Classified | undefined {
  const replacement = withoutAccents(cluster);
  return isGsm(replacement)
    ? { name: 'accented-letter', repair: { kind: 'accent', replacement } }
    : undefined;
}

function nameWithoutRepair(cluster: string): UnicodeReasonName {
  if (/[\p{Emoji_Presentation}\p{Extended_Pictographic}\p{Regional_Indicator}]|\u20e3/u.test(cluster))
    return 'emoji';
  if (/^[\u00b2\u00b3\u00b9\u2070-\u209f]/.test(cluster)) return 'superscript';
  if (/^\p{Sc}/u.test(cluster)) return 'currency';
  if (/^\p{Script=Greek}/u.test(cluster)) return 'greek';
  if (/^\p{Script=Cyrillic}/u.test(cluster)) return 'cyrillic';
  if (/^\p{Script=Latin}/u.test(cluster)) return 'letter';
  if (/^[\p{S}\p{P}\p{Script=Inherited}]/u.test(cluster)) return 'symbol';
  if (/^[\p{L}\p{M}\p{N}]/u.test(cluster)) return 'other-script';
  return 'unknown';
}

function typography(name: UnicodeReasonName, replacement: string): Classified {
  return { name, repair: { kind: 'typography', replacement } };
}

function inContext(reason: Classified, clusters: readonly Cluster[], at: number): Classified {
  // 1½ is one and a half, 11/2 is not.
  if (reason.name === 'fraction' && reason.repair !== null && /\d$/.test(plainText(clusters[at - 1]))) {
    return typography('fraction', ` ${reason.repair.replacement}`);
  }
  // Beside an emoji, or in a script that joins its letters, what cannot be seen still has a meaning.
  if (isDropped(reason) && [-1, 1].some((step) => hasMeaningBeside(clusters, at, step))) {
    return { name: reason.name, repair: null };
  }
  return reason;
}

function hasMeaningBeside(clusters: readonly Cluster[], at: number, step: number): boolean {
  let beside = clusters[at + step];
  for (let distance = 2; beside?.reason !== undefined && isDropped(beside.reason); distance += 1) {
    beside = clusters[at + distance * step];
  }
  const name = beside?.reason?.repair === null ? beside.reason.name : undefined;
  return name === 'emoji' || name === 'other-script' || name === 'greek' || name === 'cyrillic';
}

function isDropped({ repair }: Classified): boolean {
  return repair?.replacement === '';
}

function plainText(cluster: Cluster | undefined): string {
  return cluster?.reason?.repair?.replacement ?? cluster?.text ?? '';
}
