import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import english from '../i18n/en-on-demand.json' with { type: 'json' };
import { isGsm } from './gsm-alphabet.ts';
import { countParts } from './segments.ts';
import { explainUnicode, unicodeReasonNames } from './unicode-reasons.ts';

/** Name, kind of repair and replacement of the only reason in a text. */
function reasonFor(character: string) {
  const reasons = explainUnicode(`ab${character}cd`);
  expect(reasons, character).toHaveLength(1);
  const [reason] = reasons;
  expect(reason).toMatchObject({ index: reason?.character === character ? 2 : 1 });
  return [reason?.name, reason?.repair?.kind ?? null, reason?.repair?.replacement ?? null];
}

describe('what a character is, and what could stand there', () => {
  it.each([
    ['‘', 'curly-quote', "'"],
    ['’', 'curly-quote', "'"],
    ['“', 'curly-quote', '"'],
    ['„', 'curly-quote', '"'],
    ['\u0092', 'curly-quote', "'"],
    ['«', 'angle-quote', '"'],
    ['`', 'backtick', "'"],
    ['´', 'backtick', "'"],
    ['′', 'prime', "'"],
    ['″', 'prime', '"'],
    ['ʼ', 'apostrophe', "'"],
    ['–', 'dash', '-'],
    ['—', 'dash', '-'],
    ['\u2011', 'hyphen', '-'],
    ['−', 'minus', '-'],
    ['…', 'ellipsis', '...'],
    ['•', 'bullet', '-'],
    ['·', 'bullet', '-'],
    ['\t', 'tab', ' '],
    ['\u2028', 'line-separator', '\n'],
    ['\u00a0', 'no-break-space', ' '],
    ['\u202f', 'no-break-space', ' '],
    ['\u2009', 'wide-space', ' '],
    ['\u3000', 'wide-space', ' '],
    ['\u1680', 'wide-space', ' '],
    ['\u200b', 'invisible', ''],
    ['\ufeff', 'invisible', ''],
    ['\u200e', 'invisible', ''],
    ['\u00ad', 'soft-hyphen', ''],
    ['\u0000', 'control', ''],
    ['\u001b', 'control', ''],
    ['⁄', 'slash', '/'],
    ['→', 'arrow', '->'],
    ['™', 'trademark', '(TM)'],
    ['©️', 'trademark', '(c)'],
    ['×', 'mathematical-sign', 'x'],
    ['≥', 'mathematical-sign', '>='],
    ['‼', 'doubled-mark', '!!'],
    ['№', 'abbreviation', 'No.'],
    ['\u212b', 'look-alike', 'Å'],
    ['\u2126', 'look-alike', 'Ω'],
    ['\u037e', 'look-alike', ';'],
    ['∆', 'look-alike', 'Δ'],
    ['ﬁ', 'ligature', 'fi'],
    ['ﬄ', 'ligature', 'ffl'],
    ['ﬅ', 'ligature', 'st'],
    ['œ', 'ligature', 'oe'],
    ['ŉ', 'ligature', "'n"],
    ['½', 'fraction', '1/2'],
    ['⅝', 'fraction', '5/8'],
    ['Ａ', 'full-width', 'A'],
    ['！', 'full-width', '!'],
    ['￥', 'full-width', '¥'],
    ['𝐀', 'styled-letter', 'A'],
    ['𝟗', 'styled-letter', '9'],
    ['Ⅷ', 'styled-letter', 'VIII'],
    ['e\u0301', 'decomposed-letter', 'é'],
    ['A\u030a', 'decomposed-letter', 'Å'],
  ])('%j is %s and reads the same as %j', (character, name, replacement) => {
    expect(reasonFor(character)).toEqual([name, 'typography', replacement]);
  });

  it.each([
    ['á', 'a'],
    ['ç', 'c'],
    ['Ê', 'E'],
    ['ő', 'o'],
    ['ế', 'e'],
    ['n\u030c', 'n'],
    ['ł', 'l'],
    ['Đ', 'D'],
    ['ẞ', 'ß'],
    ['þ', 'th'],
  ])('%j loses its accent as %j', (character, replacement) => {
    expect(reasonFor(character)).toEqual(['accented-letter', 'accent', replacement]);
  });

  it.each([
    ['😀', 'emoji'],
    ['👨‍👩‍👧‍👦', 'emoji'],
    ['👍🏽', 'emoji'],
    ['🇿🇦', 'emoji'],
    ['🏴󠁧󠁢󠁷󠁬󠁳󠁿', 'emoji'],
    ['❤️', 'emoji'],
    ['°', 'symbol'],
    ['²', 'superscript'],
    ['₹', 'currency'],
    ['¢', 'currency'],
    ['α', 'greek'],
    ['ё', 'cyrillic'],
    ['ש', 'other-script'],
    ['م', 'other-script'],
    ['中', 'other-script'],
    ['३', 'other-script'],
    ['ǆ', 'letter'],
    ['\ud83d', 'half-character'],
    ['\udc00', 'half-character'],
    ['\ue000', 'unknown'],
  ])('%j is %s and nothing says the same', (character, name) => {
    expect(reasonFor(character)).toEqual([name, null, null]);
  });

  it('names a keycap by all that belongs to it', () => {
    expect(explainUnicode('press 1️⃣ now')).toEqual([
      { index: 6, character: '1️⃣', name: 'emoji', repair: null },
    ]);
  });

  it('keeps one and a half from becoming eleven halves', () => {
    expect(explainUnicode('1½')[0]?.repair?.replacement).toBe(' 1/2');
    expect(explainUnicode('１½')[1]?.repair?.replacement).toBe(' 1/2');
    expect(explainUnicode('a½')[0]?.repair?.replacement).toBe('1/2');
  });

  it.each([
    ['می\u200cخواهم', 'a joiner inside a Persian word'],
    ['שלום\u200f!', 'a direction mark behind Hebrew'],
    ['ก\u200bข', 'a word boundary in Thai'],
    ['👩\u200b\u200e👩', 'between two emoji'],
  ])('leaves %j alone: %s', (text) => {
    for (const { repair } of explainUnicode(text)) expect(repair).toBeNull();
  });

  it('has words for every reason', () => {
    const words = new Set<string>(Object.keys(english).filter((key) => key.startsWith('encoding.name.')));
    expect(words).toEqual(new Set(unicodeReasonNames.map((name) => `encoding.name.${name}`)));
  });
});

describe('any text', () => {
  it('has a reason for every character outside GSM-7, and no other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const reasons = explainUnicode(text);
        const covered = new Set<number>();
        for (const { index, character, repair } of reasons) {
          expect(text.startsWith(character, index)).toBe(true);
          expect(isGsm(character)).toBe(false);
          if (repair !== null) expect(isGsm(repair.replacement)).toBe(true);
          for (let at = index; at < index + character.length; at += 1) covered.add(at);
        }
        for (const { index } of countParts(text).forcing) expect(covered.has(index)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
