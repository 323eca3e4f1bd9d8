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
  ['\u0080', '%C2%80'],
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

it('encodes values of any length, and nothing of one gets into the next', () => {
  const long = 'Grüße, 1 € '.repeat(1_000);
  expect(encodeValue(long)).toBe('Gr%FC%DFe%2C%201%20%80%20'.repeat(1_000));
  expect(encodeValue('geheim ключ')).toBe('geheim%20%D0%BA%D0%BB%D1%8E%D1%87');
  expect(encodeValue('')).toBe('');
  expect(encodeValue('\u0000a')).toBe('%00a');
});

it('writes ASCII as every other program does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      expect(encodeValue(text)).toBe(encodeURIComponent(text));
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
