import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxServerWords, serverWords } from './server-words.ts';

describe('serverWords', () => {
  it.each([
    ['Invalid FROM number.', 'Invalid FROM number.'],
    ['  two\r\n lines\t', 'two lines'],
    ['a\u0000b\u001b[31mc', 'a b [31mc'],
    ['a\u202eb\u2066c', 'abc'],
    ['half \ud83d', 'half'],
    ['✓ déjà vu 😀', '✓ déjà vu 😀'],
  ])('%j', (text, expected) => {
    expect(serverWords(text)).toBe(expected);
  });

  it('is one bounded line of visible characters, whatever a server says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const words = serverWords(text);
        expect([...words].length).toBeLessThanOrEqual(maxServerWords);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the point
        expect(words).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
        expect(words.isWellFormed()).toBe(true);
        expect(serverWords(words)).toBe(words);
      }),
    );
  });
});
