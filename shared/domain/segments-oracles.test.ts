/**
 * Our part counter against two others, written by other people in other ways, on 100,000 texts: `split-sms`, which keeps
 * surrogate pairs whole, and `sms-segments-calculator` of Twilio, which keeps grapheme clusters whole. Where a count
 * differs, exactly one named rule must predict both numbers; a difference that no rule predicts fails.
 */
import { SegmentedMessage } from 'sms-segments-calculator';
import splitSms from 'split-sms';
import { describe, expect, it } from 'vitest';
import { isGsm } from './gsm-alphabet.ts';
import { countParts } from './segments.ts';

const texts = 100_000;
const batches = 5;
/** Only Unicode texts differ. */
const each = 67;
const single = 70;

interface Rule {
  readonly oracle: 'split-sms' | 'sms-segments-calculator';
  readonly why: string;
  /** What both counters must say for the rule to explain it; undefined when it does not apply. */
  predict(text: string): { readonly ours: number; readonly theirs: number } | undefined;
}

const rules: Readonly<Record<string, Rule>> = {
  'split-sms: nothing is a part': {
    oracle: 'split-sms',
    why: 'An empty text is one part there; here it is none, since it is not sent.',
    predict: (text) => (text === '' ? { ours: 0, theirs: 1 } : undefined),
  },
  'calculator: nothing is a part': {
    oracle: 'sms-segments-calculator',
    why: 'The same.',
    predict: (text) => (text === '' ? { ours: 0, theirs: 1 } : undefined),
  },
  'clusters stay whole': {
    oracle: 'split-sms',
    why: 'It parts the members of a family emoji or a letter from its accent; we count the worse case.',
    predict(text) {
      if (isGsm(text) || !text.isWellFormed()) return undefined;
      return { ours: filled(clusters(text)), theirs: filled(codePoints(text)) };
    },
  },
  'half a pair takes its neighbour along': {
    oracle: 'split-sms',
    why: 'It takes whatever follows the first half of a pair for the second, and adds it even at the end of the text.',
    predict(text) {
      if (text.isWellFormed()) return undefined;
      return { ours: filled(clusters(text)), theirs: filled(pairsOfAnything(text)) };
    },
  },
  'clusters of an older Unicode': {
    oracle: 'sms-segments-calculator',
    why: 'Its tables are of Unicode 10 (grapheme-splitter, 2017): younger emoji and Indic conjuncts fall apart.',
    predict(text) {
      const theirs = theirClusters(text);
      if (isGsm(text) || theirs.some((width) => width > each) || same(theirs, clusters(text)))
        return undefined;
      return { ours: filled(clusters(text)), theirs: filled(theirs) };
    },
  },
  'no part holds it': {
    oracle: 'sms-segments-calculator',
    why: 'A cluster longer than a part stays whole there, in a part that no network carries; we cut it.',
    predict(text) {
      if (!theirClusters(text).some((width) => width > each)) return undefined;
      return { ours: filled(clusters(text)), theirs: overfilled(theirClusters(text)) };
    },
  },
};

describe('parts as others count them', () => {
  const explained = new Map<string, number>();

  it.each(Array.from({ length: batches }, (_, batch) => batch))('batch %i', { timeout: 60_000 }, (batch) => {
    const next = seeded(0x5eed + batch);
    const unexplained: unknown[] = [];
    for (let round = 0; round < texts / batches; round += 1) {
      const text = randomText(next);
      const ours = countParts(text);
      const split = splitSms.split(text, { summary: true });
      const calculated = new SegmentedMessage(text);
      const unicode = ours.encoding === 'ucs-2';
      if (
        (split.characterSet === 'Unicode') !== unicode ||
        (calculated.encodingName === 'UCS-2') !== unicode
      ) {
        unexplained.push({ text, encoding: ours.encoding });
      }
      judge('split-sms', text, ours.parts, split.parts.length);
      judge('sms-segments-calculator', text, ours.parts, calculated.segmentsCount);
    }
    expect(unexplained.slice(0, 3)).toEqual([]);

    function judge(oracle: Rule['oracle'], text: string, ours: number, theirs: number) {
      if (ours === theirs) return;
      const names = Object.entries(rules)
        .filter(([, rule]) => rule.oracle === oracle)
        .filter(([, rule]) => {
          const predicted = rule.predict(text);
          return predicted?.ours === ours && predicted.theirs === theirs;
        })
        .map(([name]) => name);
      const [name] = names;
      if (name === undefined || names.length > 1) unexplained.push({ oracle, text, ours, theirs, names });
      else explained.set(name, (explained.get(name) ?? 0) + 1);
    }
  });

  it('needs every rule, and few of them', () => {
    expect([...explained.keys()].sort()).toEqual(Object.keys(rules).sort());
    const differences = [...explained.values()].reduce((sum, count) => sum + count, 0);
    expect(differences / (2 * texts)).toBeLessThan(0.05);
  });
});

// Widths in UTF-16 units of what a rule keeps whole.

function clusters(text: string): number[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  return [...segmenter.segment(text)].flatMap(({ segment }) =>
    segment === '\r\n' ? [1, 1] : [segment.length],
  );
}

function theirClusters(text: string): number[] {
  return new SegmentedMessage(text).graphemes.map((grapheme) => grapheme.length);
}

function codePoints(text: string): number[] {
  return [...text].map((character) => character.length);
}

function pairsOfAnything(text: string): number[] {
  const widths: number[] = [];
  for (let index = 0; index < text.length; ) {
    const width = (text.charCodeAt(index) & 0xfc00) === 0xd800 ? 2 : 1;
    widths.push(width);
    index += width;
  }
  return widths;
}

/** Parts when each is filled as far as it goes; what is longer than a part begins a new one and is cut. */
function filled(widths: readonly number[]): number {
  if (sum(widths) <= single) return 1;
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > each && used > 0) {
      parts += 1;
      used = 0;
    }
    for (used += width; used > each; used -= each) parts += 1;
  }
  return parts;
}

/**
 * As the calculator does it: the second part begins with what the header pushed out of the first and the next cluster,
 * whatever their length; later a cluster longer than a part gets one of its own.
 */
function overfilled(widths: readonly number[]): number {
  if (sum(widths) <= single) return 1;
  const first: number[] = [];
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > (parts === 1 ? single : each)) {
      parts += 1;
      used = 0;
      if (parts === 2) while (sum(first) > each) used += first.pop() ?? 0;
    }
    if (parts === 1) first.push(width);
    used += width;
  }
  return parts;
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}

function same(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((width, at) => width === others[at]);
}

// Random texts, the same in every run. (fast-check shrinks, which takes too long for this many.)

/** Numbers from 0 to below 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pieces = {
  words: [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789      .,:;!?-()/'],
  european: [...'éèùìòàäöüñåøæßÇÉÄÖÜÑÅØÆ£¥§¿¡¤@$_ΔΦΓΛΩΠΨΣΘΞ'],
  extension: [...'^{}\\[]~|€\f'],
  lines: ['\n', '\r\n', '\r'],
  typography: [...'‘’“”–—…\u00a0\u2009\u200b•½ﬁœ™´`'],
  accents: [...'çáâêôşłÿ', 'e\u0301', 'a\u0308\u0323'],
  emoji: [...'😀🎉👍🐳🧾', '❤️', '👍🏽', '🇿🇦', '1️⃣'],
  joined: ['👨‍👩‍👧‍👦', '👩🏽‍💻', '🏳️‍🌈', '🧑🏿‍🤝‍🧑🏻', '🏴󠁧󠁢󠁷󠁬󠁳󠁿', '🫱🏼‍🫲🏿'],
  scripts: [...'привет中文字あいう', ...'שלום', 'مرحبا', 'ไม่', 'क्ष', 'স্ত্র', '\u1112\u1161\u11ab'],
  halves: ['\ud83d', '\ude00'],
} as const;
type Kind = keyof typeof pieces;

const mixtures: readonly (readonly Kind[])[] = [
  ['words'],
  ['words', 'words', 'european', 'lines'],
  ['words', 'extension'],
  ['extension'],
  ['words', 'words', 'extension', 'european', 'lines'],
  ['words', 'words', 'words', 'typography', 'lines'],
  ['words', 'accents', 'typography'],
  ['words', 'words', 'emoji'],
  ['emoji'],
  ['joined', 'words'],
  ['joined', 'emoji', 'lines'],
  ['scripts'],
  ['scripts', 'words', 'emoji', 'lines'],
  ['words', 'accents', 'extension', 'emoji', 'joined', 'scripts', 'typography', 'lines'],
];
const gsmKinds: readonly Kind[] = ['words', 'european', 'extension', 'lines'];

/** Many are short and few are long: the calculator takes a millisecond for 200 characters. */
function randomText(next: () => number): string {
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <T>(list: readonly T[], otherwise: T): T => list[below(list.length)] ?? otherwise;
  const mixture = pick(mixtures, ['words']);
  const isUnicode = !mixture.every((kind) => gsmKinds.includes(kind));
  // Around the lengths at which a part is full (80 and 77 of the extension characters alone), or any length.
  const full = isUnicode ? pick([70, 70, 134, 134, 201], 70) : pick([77, 80, 153, 160, 306], 160);
  const kind = next();
  let target = below(60);
  if (kind < (isUnicode ? 0.4 : 0.2)) target = full - 8 + below(16);
  else if (kind > 0.95) target = below(250);
  if (kind > 0.997) target = below(1000);
  const halves = next() < 0.01;
  let text = '';
  while (text.length < target) {
    text += pick(pieces[pick(mixture, 'words')], 'a');
    if (halves && next() < 0.1) text += pick(pieces.halves, '\ud83d');
  }
  // One character higher than a part is long.
  if (next() < 0.002) text += `o${'\u0308'.repeat(60 + below(100))}${text.slice(0, below(60))}`;
  return text;
}
