import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxHeaderOctets, partCapacity } from './part-capacity.ts';
import { countParts, splitParts } from './segments.ts';

const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extension = '\f^{}\\[~]|€';

describe('the alphabets of 3GPP TS 23.038', () => {
  it('has 127 basic and 10 extension characters', () => {
    expect([...basic]).toHaveLength(127);
    expect(countParts(basic)).toMatchObject({ encoding: 'gsm-7', units: 127 });
    expect(countParts(extension)).toMatchObject({ encoding: 'gsm-7', units: 20 });
  });

  it.each(['`', 'ç', 'á', '’', '“', '–', '…', '\u00a0', '\t', '😀', 'ё', 'Α', 'ł'])(
    '%j forces Unicode',
    (character) => {
      const counted = countParts(`ab${character}c`);
      expect(counted.encoding).toBe('ucs-2');
      expect(counted.forcing).toEqual([{ character, index: 2 }]);
    },
  );
});

describe('the number of parts', () => {
  it.each([
    ['', 'gsm-7', 0, 0, 160],
    ['a', 'gsm-7', 1, 1, 159],
    ['a'.repeat(160), 'gsm-7', 160, 1, 0],
    ['a'.repeat(161), 'gsm-7', 161, 2, 145],
    ['a'.repeat(306), 'gsm-7', 306, 2, 0],
    ['a'.repeat(307), 'gsm-7', 307, 3, 152],
    ['a'.repeat(459), 'gsm-7', 459, 3, 0],
    ['a'.repeat(5355), 'gsm-7', 5355, 35, 0],
    ['€'.repeat(80), 'gsm-7', 160, 1, 0],
    // 76 pairs fill 152 of 153 septets: the 77th does not fit, although 162 is less than 306.
    ['€'.repeat(81), 'gsm-7', 162, 2, 143],
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'gsm-7', 306, 3, 152],
    ['ё'.repeat(70), 'ucs-2', 70, 1, 0],
    ['ё'.repeat(71), 'ucs-2', 71, 2, 63],
    ['ё'.repeat(134), 'ucs-2', 134, 2, 0],
    ['ё'.repeat(135), 'ucs-2', 135, 3, 66],
    ['😀'.repeat(35), 'ucs-2', 70, 1, 0],
    // 33 pairs fill 66 of 67 units.
    ['😀'.repeat(36), 'ucs-2', 72, 2, 61],
    [`${'ё'.repeat(66)}😀${'ё'.repeat(66)}`, 'ucs-2', 134, 3, 66],
    ['a\r\nb', 'gsm-7', 4, 1, 156],
  ] as const)('%#', (text, encoding, units, parts, remainingInPart) => {
    expect(countParts(text)).toMatchObject({ encoding, units, parts, remainingInPart });
  });

  it('keeps what a person sees as one character in one part', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(family).toHaveLength(11);
    const text = `${'ё'.repeat(60)}${family}${'ё'.repeat(63)}`;
    // 134 units, which a gateway that parts the family carries in two.
    expect(countParts(text)).toMatchObject({ units: 134, parts: 3 });
    expect(splitParts(text).map((part) => part.text)).toEqual([
      'ё'.repeat(60),
      `${family}${'ё'.repeat(56)}`,
      'ё'.repeat(7),
    ]);
    expect(countParts(`${'ё'.repeat(66)}e\u0301${'ё'.repeat(66)}`)).toMatchObject({ units: 134, parts: 3 });
  });

  it('cuts a line break of two characters like any other two', () => {
    expect(splitParts(`${'ё'.repeat(66)}\r\n${'ё'.repeat(66)}`).map(({ units }) => units)).toEqual([67, 67]);
    expect(splitParts(`${'a'.repeat(152)}\r\n${'a'.repeat(152)}`).map(({ units }) => units)).toEqual([
      153, 153,
    ]);
  });

  it('cuts one character that is longer than a part', () => {
    const tower = `e${'\u0301'.repeat(99)}`;
    expect(splitParts(`ab${tower}`).map(({ units }) => units)).toEqual([2, 67, 33]);
    const wide = `😀${'\u{e0067}'.repeat(60)}`;
    expect(splitParts(wide).map(({ units }) => units)).toEqual([66, 56]);
  });

  it('says when there are more parts than Clickatell carries', () => {
    expect(countParts('a'.repeat(35 * 153))).toMatchObject({ parts: 35, tooManyParts: false });
    expect(countParts('a'.repeat(35 * 153 + 1))).toMatchObject({ parts: 36, tooManyParts: true });
    expect(countParts('ё'.repeat(35 * 67))).toMatchObject({ parts: 35, tooManyParts: false });
    expect(countParts('ё'.repeat(35 * 67 + 1))).toMatchObject({ parts: 36, tooManyParts: true });
  });

  it('can be asked for Unicode although GSM-7 would do', () => {
    expect(countParts('Δ'.repeat(71), { encoding: 'ucs-2' })).toMatchObject({
      encoding: 'ucs-2',
      units: 71,
      parts: 2,
      forcing: [],
    });
  });

  it('counts a lone half of a surrogate pair as one unit', () => {
    expect(countParts('a\ud83d')).toMatchObject({ encoding: 'ucs-2', units: 2, parts: 1 });
  });

  it('gives the index in UTF-16 units', () => {
    expect(countParts('😀ё').forcing).toEqual([
      { character: '😀', index: 0 },
      { character: 'ё', index: 2 },
    ]);
  });
});

describe('any text', () => {
  const segmenter = new Intl.Segmenter('de', { granularity: 'grapheme' });
  const gsmText = fc
    .array(fc.constantFrom(...basic, ...extension), { maxLength: 700, size: 'max' })
    .map((characters) => characters.join(''));
  // Long enough for several parts: by itself fast-check keeps to a dozen, whatever the maximum.
  const anyText = fc.oneof(
    gsmText,
    fc.string({ unit: 'binary', maxLength: 400, size: 'max' }),
    fc.string({ unit: 'grapheme', maxLength: 300, size: 'max' }),
    fc.string({
      unit: fc.constantFrom('ё', '\r\n', '😀', '👨‍👩‍👧‍👦', 'e\u0301', '🇿🇦'),
      maxLength: 150,
      size: 'max',
    }),
    fc.string({ maxLength: 700, size: 'max' }),
  );

  const anyHeader = fc.constantFrom(0, 0, 3, 7, 12, 50, maxHeaderOctets);

  it('is cut where a rule that cuts less would not take fewer parts', () => {
    fc.assert(
      fc.property(anyText, anyHeader, (text, headerOctets) => {
        const { encoding, parts } = countParts(text, { headerOctets });
        const capacity = partCapacity(encoding, headerOctets);
        const byUnit = greedy(capacity, units(text, encoding));
        const byCodePoint = greedy(capacity, codePoints(text, encoding));
        expect(parts).toBeGreaterThanOrEqual(byCodePoint);
        if (encoding === 'ucs-2') expect(byCodePoint).toBeGreaterThanOrEqual(byUnit);
        else expect(parts).toBe(byCodePoint);
        const whole = clusters(text, encoding);
        if (whole.every((width) => width <= capacity.each)) expect(parts).toBe(greedy(capacity, whole));
      }),
      { numRuns: 1500 },
    );
  });

  it('is what its parts say, each whole and none too long', () => {
    fc.assert(
      fc.property(anyText, anyHeader, (text, headerOctets) => {
        const counted = countParts(text, { headerOctets });
        const parts = splitParts(text, { headerOctets });
        expect(parts).toHaveLength(counted.parts);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        expect(parts.reduce((sum, part) => sum + part.units, 0)).toBe(counted.units);
        for (const part of parts) {
          expect(text.startsWith(part.text, part.start)).toBe(true);
          expect(part.units).toBeLessThanOrEqual(counted.unitsPerPart);
          expect(part.units).toBe(sum(units(part.text, counted.encoding)));
          if (text.isWellFormed()) expect(part.text.isWellFormed()).toBe(true);
          const parted = clusterCutAt(text, part.start);
          if (parted !== '' && parted !== '\r\n') expect(parted.length).toBeGreaterThan(counted.unitsPerPart);
        }
      }),
      { numRuns: 600 },
    );
  });

  it('takes exactly what is said to remain', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const before = countParts(text);
        fc.pre(before.parts > 0);
        // Latin text and Cyrillic text: neither grows together with what stands before it.
        const filler = before.encoding === 'gsm-7' ? 'a' : 'ё';
        const filled = countParts(text + filler.repeat(before.remainingInPart));
        expect(filled).toMatchObject({ parts: before.parts, remainingInPart: 0 });
        expect(countParts(text + filler.repeat(before.remainingInPart + 1)).parts).toBeGreaterThan(
          before.parts,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('names every character outside GSM-7 where it stands', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { forcing, encoding } = countParts(text);
        expect(encoding).toBe(forcing.length === 0 ? 'gsm-7' : 'ucs-2');
        for (const { character, index } of forcing) {
          expect(text.startsWith(character, index)).toBe(true);
          expect(basic.includes(character) || extension.includes(character)).toBe(false);
        }
      }),
    );
  });

  // Another way to the same: a list of widths that must stay whole, put into parts one after the other.

  function greedy({ single, each }: { single: number; each: number }, widths: readonly number[]): number {
    const total = sum(widths);
    if (total <= single) return total === 0 ? 0 : 1;
    let parts = 1;
    let used = 0;
    for (const width of widths) {
      if (used + width > each) {
        parts += 1;
        used = 0;
      }
      used += width;
    }
    return parts;
  }

  /** The cluster that a cut at an index goes through; empty when it goes through none. */
  function clusterCutAt(text: string, index: number): string {
    if (index === 0) return '';
    const cluster = segmenter.segment(text).containing(index);
    return cluster === undefined || cluster.index === index ? '' : cluster.segment;
  }

  function sum(widths: readonly number[]): number {
    return widths.reduce((total, width) => total + width, 0);
  }

  /** For GSM-7 a septet with its escape is one unit: an escape alone is nothing. */
  function units(text: string, encoding: 'gsm-7' | 'ucs-2'): number[] {
    if (encoding === 'gsm-7') return [...text].map((character) => (extension.includes(character) ? 2 : 1));
    return Array.from({ length: text.length }, () => 1);
  }

  function codePoints(text: string, encoding: 'gsm-7' | 'ucs-2'): number[] {
    return encoding === 'gsm-7' ? units(text, encoding) : [...text].map((character) => character.length);
  }

  function clusters(text: string, encoding: 'gsm-7' | 'ucs-2'): number[] {
    if (encoding === 'gsm-7') return units(text, encoding);
    return [...segmenter.segment(text)].flatMap(({ segment }) =>
      segment === '\r\n' ? [1, 1] : [segment.length],
    );
  }
});
