import { describe, expect, it } from 'vitest';
import { maxBodyUnits } from '../../../shared/domain/message.ts';
import { describeParts } from './parts.ts';

describe('describeParts', () => {
  it('counts characters and parts and says what still fits', () => {
    expect(describeParts('Hello')).toEqual({
      count: '5 characters · 1 part',
      why: '155 more fit this part',
      tooLong: false,
    });
    expect(describeParts('a'.repeat(161)).count).toBe('161 characters · 2 parts');
  });

  it('names the character that makes it Unicode', () => {
    expect(describeParts('We’re late').why).toBe('Unicode because of \u2068’\u2069: 70 characters a part');
    expect(describeParts('two\u00a0words').why).toBe('Unicode because of U+00A0: 70 characters a part');
  });

  it('says by how much it is too long', () => {
    expect(describeParts('a'.repeat(maxBodyUnits + 2))).toMatchObject({
      why: '2 characters too many',
      tooLong: true,
    });
    expect(describeParts('a'.repeat(maxBodyUnits)).tooLong).toBe(false);
  });
});
