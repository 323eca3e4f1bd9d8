import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCentralParts, encodeCentralText } from './central-text.ts';
import { isGsm } from './gsm-alphabet.ts';
import { countParts } from './segments.ts';
import { decodeUcs2Hex, encodeUcs2Hex } from './ucs2-hex.ts';
import { decodeWindows1252, encodeWindows1252 } from './windows-1252.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'abcé€äΔΩ’{}\n'), maxLength: 200 }),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
);

describe('UTF-16 as hexadecimal digits', () => {
  it.each([
    ['', ''],
    ['Aä€', '004100e420ac'],
    ['😀', 'd83dde00'],
  ])('%j is %s', (text, hex) => {
    expect(encodeUcs2Hex(text)).toBe(hex);
    expect(decodeUcs2Hex(hex)).toBe(text);
    expect(decodeUcs2Hex(hex.toUpperCase())).toBe(text);
  });

  it.each(['004', '00410', '0041ff', 'zz'])('%s is no text', (hex) => {
    expect(decodeUcs2Hex(hex)).toBeUndefined();
  });

  it('comes back as the same text, four digits for each unit', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const hex = encodeUcs2Hex(text);
        expect(hex).toHaveLength(text.length * 4);
        expect(hex).toBe([...Buffer.from(text, 'utf16le').swap16()].map(twoDigits).join(''));
        expect(decodeUcs2Hex(hex)).toBe(text);
      }),
    );
  });

  function twoDigits(octet: number): string {
    return octet.toString(16).padStart(2, '0');
  }
});

describe('Windows-1252', () => {
  it('is what the platform says it is, octet for octet', () => {
    const all = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    const text = decodeWindows1252(all);
    expect(text).toBe(new TextDecoder('windows-1252').decode(all));
    expect(encodeWindows1252(text)).toEqual(all);
  });

  it('comes back as the same text, or is refused as a whole', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const octets = encodeWindows1252(text);
        if (octets === undefined) expect(text).toMatch(/[^\0-\x7f\xa0-\xff]/);
        else expect(decodeWindows1252(octets)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('never is UTF-8', () => {
    expect(encodeWindows1252('ä€é')).toEqual(Uint8Array.of(0xe4, 0x80, 0xe9));
  });
});

describe("a text for Developers' Central", () => {
  it.each([
    ['Grüße für 5 €', false],
    ['a\r\nb{}', false],
    ['', false],
    // In GSM-7, not in Windows-1252.
    ['Δt', true],
    ['Ω', true],
    // In Windows-1252, not in GSM-7: something similar would arrive.
    ['don’t', true],
    ['garçon', true],
    ['привет', true],
  ])('%j as Unicode: %s', (text, unicode) => {
    expect(encodeCentralText(text).unicode).toBe(unicode);
  });

  it('arrives as it was written', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodeCentralText(text);
        expect(encoded.unicode ? decodeUcs2Hex(encoded.hex) : decodeWindows1252(encoded.octets)).toBe(text);
        if (!encoded.unicode) expect(isGsm(text)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is counted as what it goes as', () => {
    const heading = 'Δ'.repeat(71);
    expect(countParts(heading)).toMatchObject({ encoding: 'gsm-7', parts: 1 });
    expect(countCentralParts(heading)).toMatchObject({ encoding: 'ucs-2', parts: 2 });
    fc.assert(
      fc.property(anyText, (text) => {
        expect(countCentralParts(text).parts).toBeGreaterThanOrEqual(countParts(text).parts);
        expect(countCentralParts(text).encoding === 'ucs-2').toBe(encodeCentralText(text).unicode);
      }),
      { numRuns: 1000 },
    );
  });
});
