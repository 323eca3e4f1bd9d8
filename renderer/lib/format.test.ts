import { describe, expect, it } from 'vitest';
import { countryName, formatMoment, formatMoney, formatShort, isolateNumber } from './format.ts';

const at = (text: string) => new Date(text).getTime();

describe('formatShort', () => {
  const now = at('2025-11-22T12:00:00');

  it('gives the clock today, the day this year, the month before that', () => {
    expect(formatShort(at('2025-11-22T09:05:00'), now)).toMatch(/^0?9:05/);
    expect(formatShort(at('2025-11-03T09:05:00'), now)).toMatch(/Nov/);
    expect(formatShort(at('2025-11-03T09:05:00'), now)).not.toMatch(/2025|:/);
    expect(formatShort(at('2023-11-03T09:05:00'), now)).toMatch(/2023/);
  });

  it('names the day when a moment is not today', () => {
    expect(formatMoment(at('2025-11-23T09:05:00'), now)).toMatch(/23/);
  });
});

describe('words for other things', () => {
  it('writes money, known currency or not', () => {
    expect(formatMoney(412.5, 'ZAR')).toContain('412.50');
    expect(formatMoney(3, null)).toBe('3');
    expect(formatMoney(3, 'not a currency')).toBe('not a currency 3');
  });

  it('names countries and leaves unknown codes alone', () => {
    expect(countryName('ZA')).toBe('South Africa');
    expect(countryName('?')).toBe('?');
  });

  it('isolates numbers', () => {
    expect([...isolateNumber('1')].map((character) => character.codePointAt(0)?.toString(16))).toEqual([
      '2066',
      '31',
      '2069',
    ]);
  });
});
