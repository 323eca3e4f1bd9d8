import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countBinaryParts } from './binary-parts.ts';
import { formatHex, parseHex } from './hex.ts';
import { parseUserDataHeader } from './user-data-header.ts';

const octets = fc.uint8Array({ maxLength: 200 });

describe('hexadecimal octets', () => {
  it.each([
    ['0605040B8423F0', '0605040b8423f0'],
    ['06 05 04\n0b:84:23:f0', '0605040b8423f0'],
    [' ff ', 'ff'],
  ])('%j are %s', (written, plain) => {
    const parsed = parseHex(written);
    expect(parsed.kind === 'octets' && formatHex(parsed.octets)).toBe(plain);
  });

  it.each([
    ['', { kind: 'invalid', reason: 'empty' }],
    [' \n', { kind: 'invalid', reason: 'empty' }],
    ['abc', { kind: 'invalid', reason: 'odd-length' }],
    ['ab cg', { kind: 'invalid', reason: 'not-hex', index: 4 }],
    ['0x0605', { kind: 'invalid', reason: 'not-hex', index: 1 }],
    ['０６', { kind: 'invalid', reason: 'not-hex', index: 0 }],
  ])('%j is refused', (written, answer) => {
    expect(parseHex(written)).toEqual(answer);
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(octets, (some) => {
        fc.pre(some.length > 0);
        expect(parseHex(formatHex(some))).toEqual({ kind: 'octets', octets: some });
        expect(parseHex(formatHex(some).toUpperCase())).toEqual({ kind: 'octets', octets: some });
      }),
    );
  });
});

describe('parts of a binary message', () => {
  it.each([
    // octets, header, parts, octets a part, remaining
    [0, 0, 0, 140, 140],
    [1, 0, 1, 140, 139],
    [140, 0, 1, 140, 0],
    [141, 0, 2, 134, 127],
    [268, 0, 2, 134, 0],
    [269, 0, 3, 134, 133],
    // A sample of Clickatell's: 35 octets behind a header of 7.
    [35, 7, 1, 133, 98],
    [133, 7, 1, 133, 0],
    [134, 7, 2, 128, 122],
  ])('%i octets behind a header of %i: %i', (count, header, parts, octetsPerPart, remainingInPart) => {
    expect(countBinaryParts(count, header)).toEqual({
      octets: count,
      parts,
      octetsPerPart,
      remainingInPart,
      tooManyParts: false,
    });
  });

  it('says when there are more than Clickatell carries', () => {
    expect(countBinaryParts(35 * 134)).toMatchObject({ parts: 35, tooManyParts: false });
    expect(countBinaryParts(35 * 134 + 1)).toMatchObject({ parts: 36, tooManyParts: true });
  });
});

describe('a user data header', () => {
  it('is read into its elements', () => {
    expect(parseUserDataHeader('0605040B8423F0')).toEqual({
      kind: 'valid',
      octets: Uint8Array.of(6, 5, 4, 0x0b, 0x84, 0x23, 0xf0),
      elements: [{ identifier: 5, data: Uint8Array.of(0x0b, 0x84, 0x23, 0xf0) }],
    });
  });

  it.each(['050003CC0201', '06080412340201', '0b0504158200000003cc0201', '06050415820000'])(
    '%s holds',
    (hex) => {
      expect(parseUserDataHeader(hex)).toMatchObject({ kind: 'valid' });
    },
  );

  it.each([
    ['', 'empty'],
    ['00', 'empty'],
    ['060', 'odd-length'],
    ['hello', 'not-hex'],
    ['0705040B8423F0', 'wrong-length'],
    ['0605050B8423F0', 'broken-element'],
    ['0600040B8423F0', 'broken-element'],
    ['0105', 'broken-element'],
    [`8f05${'8d'}${'00'.repeat(141)}`, 'too-long'],
  ])('%s is refused: %s', (hex, reason) => {
    expect(parseUserDataHeader(hex)).toEqual({ kind: 'invalid', reason });
  });

  it('is answered whatever is typed', () => {
    const typed = fc.oneof(fc.string(), octets.map(formatHex), wellFormed().map(formatHex));
    fc.assert(
      fc.property(typed, (hex) => {
        const header = parseUserDataHeader(hex);
        if (header.kind === 'invalid') return;
        const written = header.elements.flatMap(({ identifier, data }) => [identifier, data.length, ...data]);
        expect([written.length, ...written]).toEqual([...header.octets]);
      }),
      { numRuns: 2000 },
    );
  });

  it('is understood when it is well formed', () => {
    fc.assert(
      fc.property(wellFormed(), (some) => {
        expect(parseUserDataHeader(formatHex(some))).toMatchObject({ kind: 'valid', octets: some });
      }),
    );
  });

  function wellFormed(): fc.Arbitrary<Uint8Array> {
    // Below 9 are those whose length is fixed.
    const element = fc.tuple(fc.integer({ min: 9, max: 255 }), fc.uint8Array({ maxLength: 20 }));
    return fc.array(element, { minLength: 1, maxLength: 4 }).map((elements) => {
      const written = elements.flatMap(([identifier, data]) => [identifier, data.length, ...data]);
      return Uint8Array.from([written.length, ...written]);
    });
  }
});
