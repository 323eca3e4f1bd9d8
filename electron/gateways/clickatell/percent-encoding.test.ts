import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeCentralText } from '../../../shared/domain/central-text.ts';
import { countParts } from '../../../shared/domain/segments.ts';
import { decodeWindows1252, encodeWindows1252 } from '../../../shared/domain/windows-1252.ts';
import { encodeValue, isOnePlainPart, isPlainText } from './percent-encoding.ts';

it.each([
  ['abc 1&2=3+4%', 'abc%201%262%3D3%2B4%25'],
  ['Grüße, 1 €', 'Gr%FC%DFe%2C%201%20%80'],
  ['pässwörd', 'p%E4ssw%F6rd'],
  ['ключ', '%D0%BA%D0%BB%D1%8E%D1%87'],
  ['\ud800', '%EF%BF%BD'],
])('%j', (value, encoded) => {
  expect(encodeValue(value)).toBe(encoded);
});

it('never writes UTF-8 for what Windows-1252 has', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (octets) => {
      const text = decodeWindows1252(octets);
      const bytes = Buffer.from(
        encodeValue(text).replace(/%([0-9A-F]{2})/g, (_whole, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        ),
        'latin1',
      );
      expect(Buffer.compare(bytes, encodeWindows1252(text) ?? Buffer.alloc(0))).toBe(0);
    }),
  );
});

it('sees at a glance what is decided character by character', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        'a',
        'ä',
        '€',
        '{',
        '\\',
        ']',
        '\f',
        'ç',
        '\u001b',
        '`',
        'Ω',
        '\n',
        '“',
        '^',
        '~',
        '|',
      ),
    }),
  );
  fc.assert(
    fc.property(text, (value) => {
      const encoded = encodeCentralText(value);
      expect(isPlainText(value)).toBe(!encoded.unicode);
      if (encoded.unicode) return;
      if (isOnePlainPart(value)) expect(countParts(value).parts).toBeLessThanOrEqual(1);
    }),
    { numRuns: 5000 },
  );
});
