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

  it('counts as Developers’ Central sends it', () => {
    expect(describeParts('Δ').why).toBe('159 more fit this part');
    expect(describeParts('Δ', { family: 'central' }).why).toContain('Unicode because of \u2068Δ\u2069');
  });

  it('counts octets and says which digit is none', () => {
    expect(describeParts('01 02 a0', { binary: true })).toEqual({
      count: '3 octets · 1 part',
      why: '137 more fit this part',
      tooLong: false,
    });
    expect(describeParts('00'.repeat(141), { binary: true }).count).toBe('141 octets · 2 parts');
    expect(describeParts('00'.repeat(134), { binary: true, headerOctets: 7 }).count).toBe(
      '134 octets · 2 parts',
    );
    expect(describeParts('0g', { binary: true })).toMatchObject({
      why: 'Character 2 is not a hexadecimal digit.',
      tooLong: true,
    });
    expect(describeParts('012', { binary: true })).toMatchObject({ tooLong: false });
  });

  it('counts the room that a header takes from a text', () => {
    expect(describeParts('a'.repeat(152), { headerOctets: 7 })).toMatchObject({
      count: '152 characters · 1 part',
      why: '0 more fit this part',
    });
    expect(describeParts('a'.repeat(153), { headerOctets: 7 }).count).toBe('153 characters · 2 parts');
  });

  it('refuses more parts than Clickatell carries', () => {
    expect(describeParts('ж'.repeat(67 * 35)).tooLong).toBe(false);
    expect(describeParts('ж'.repeat(67 * 35 + 1)).tooLong).toBe(true);
  });

  it('says by how much it is too long', () => {
    expect(describeParts('a'.repeat(maxBodyUnits + 2))).toMatchObject({
      why: '2 characters too many',
      tooLong: true,
    });
    expect(describeParts('a'.repeat(maxBodyUnits)).tooLong).toBe(false);
  });
});
