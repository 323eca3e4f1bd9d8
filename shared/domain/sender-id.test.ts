import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainDigits } from './decimal-digits.ts';
import { isShortCode, understandSenderId } from './sender-id.ts';

describe('who a text is from', () => {
  it.each([
    ['27821234567', 'number', '27821234567'],
    ['+27 82 123 4567', 'number', '27821234567'],
    ['1856-318-4169', 'number', '18563184169'],
    ['(082) 123.4567', 'number', '0821234567'],
    ['+٢٧٨٢١٢٣٤٥٦٧', 'number', '27821234567'],
    ['\u202a27821234567\u202c', 'number', '27821234567'],
    ['1234567890123456', 'number', '1234567890123456'],
    ['32323', 'short-code', '32323'],
    ['0', 'short-code', '0'],
    ['Acme', 'name', 'Acme'],
    ['ACME24x7', 'name', 'ACME24x7'],
    [' AcmeShop123 ', 'name', 'AcmeShop123'],
  ])('%j is a %s', (input, kind, senderId) => {
    expect(understandSenderId(input)).toEqual({ kind, senderId });
  });

  it.each([
    ['', 'empty'],
    [' \u200e', 'empty'],
    ['12345678901234567', 'too-many-digits'],
    ['AcmeShop1234', 'too-long'],
    ['Acme Shop', 'not-alphanumeric'],
    ['Café', 'not-alphanumeric'],
    ['Ａcme', 'not-alphanumeric'],
    ['+', 'not-alphanumeric'],
    ['+27+82', 'not-alphanumeric'],
    ['-', 'not-alphanumeric'],
  ])('%j is refused: %s', (input, reason) => {
    expect(understandSenderId(input)).toEqual({ kind: 'invalid', reason });
  });

  it('is never more than Clickatell takes, and is understood again as the same', () => {
    const typed = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.stringMatching(/^\+?[0-9 ()-]{0,24}$/),
      fc.stringMatching(/^[A-Za-z0-9]{0,14}$/),
    );
    fc.assert(
      fc.property(typed, (input) => {
        const understood = understandSenderId(input);
        if (understood.kind === 'invalid') return;
        expect(understood.senderId).toMatch(/^(?:\d{1,16}|[A-Za-z0-9]{1,11})$/);
        expect(understandSenderId(understood.senderId)).toEqual(understood);
      }),
      { numRuns: 3000 },
    );
  });

  it('is a short code when it is too short for a number', () => {
    expect(isShortCode('123456')).toBe(true);
    expect(isShortCode('1234567')).toBe(false);
    expect(isShortCode('12a')).toBe(false);
    expect(isShortCode('')).toBe(false);
  });
});

describe('digits of other scripts', () => {
  it('are those that the platform writes', () => {
    // Systems that count otherwise (Roman, Chinese, Hebrew …) have no digits of their own, or not ten in a row.
    const systems = Intl.supportedValuesOf('numberingSystem').filter((system) => {
      const zero = new Intl.NumberFormat('en', { numberingSystem: system }).format(0);
      return /^\p{Nd}$/u.test(zero);
    });
    expect(systems.length).toBeGreaterThan(50);
    for (const system of systems) {
      const format = new Intl.NumberFormat('en', { numberingSystem: system, useGrouping: false });
      expect(plainDigits(format.format(9_876_543_210)), system).toBe('9876543210');
    }
  });

  it('are all there are', () => {
    let found = 0;
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const character = code >= 0xd800 && code <= 0xdfff ? '' : String.fromCodePoint(code);
      if (!/^\p{Nd}$/u.test(character)) continue;
      found += 1;
      expect(plainDigits(character)).toMatch(/^[0-9]$/);
    }
    expect(found % 10).toBe(0);
  });
});
