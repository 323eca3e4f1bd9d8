import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countParts } from './segments.ts';

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
  const gsmText = fc
    .array(fc.constantFrom(...basic, ...extension), { maxLength: 700 })
    .map((characters) => characters.join(''));
  const anyText = fc.oneof(
    gsmText,
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ maxLength: 700 }),
  );

  it('is cut as the code units themselves are cut', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const counted = countParts(text);
        expect(counted.parts).toBe(cut(text, counted.encoding).length);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes exactly what is said to remain', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const before = countParts(text);
        fc.pre(before.parts > 0);
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

  /** Another way to the same: write out the units, escapes included, and cut without parting a pair. */
  function cut(text: string, encoding: 'gsm-7' | 'ucs-2'): number[][] {
    const escapeCode = 0x1b;
    const units: number[] = [];
    if (encoding === 'gsm-7') {
      for (const character of text) {
        if (extension.includes(character)) units.push(escapeCode);
        units.push(character.codePointAt(0) ?? 0);
      }
    } else {
      for (let index = 0; index < text.length; index += 1) units.push(text.charCodeAt(index));
    }
    const [single, each] = encoding === 'gsm-7' ? [160, 153] : [70, 67];
    if (units.length === 0) return [];
    if (units.length <= single) return [units];
    const parts: number[][] = [];
    let start = 0;
    while (start < units.length) {
      let end = Math.min(start + each, units.length);
      const last = units[end - 1] ?? 0;
      const next = units[end];
      const parted =
        encoding === 'gsm-7'
          ? last === escapeCode
          : last >= 0xd800 && last < 0xdc00 && next !== undefined && next >= 0xdc00 && next < 0xe000;
      if (end < units.length && parted) end -= 1;
      parts.push(units.slice(start, end));
      start = end;
    }
    return parts;
  }
});
