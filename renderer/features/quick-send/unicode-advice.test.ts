import { describe, expect, it } from 'vitest';
import { adviseOnUnicode } from './unicode-advice.ts';

describe('adviseOnUnicode', () => {
  it('has nothing to say about standard characters', () => {
    expect(adviseOnUnicode('Hello', 'platform')).toEqual({ why: undefined, offer: undefined });
  });

  it('names the first character, its place and the others', () => {
    expect(adviseOnUnicode('We’re late – sorry', 'platform').why).toBe(
      'Unicode because of \u2068’\u2069 (curly quotation mark, at 3) and 1 more',
    );
  });

  it('offers what makes fewer parts, naming each kind of change once', () => {
    const { offer } = adviseOnUnicode(`We’re late – it’s ${'x'.repeat(80)}`, 'platform');
    expect(offer?.label).toBe('Replace 3 characters: 2 parts → 1 part');
    expect(offer?.changes).toBe("\u2068’\u2069 becomes \u2068'\u2069, \u2068–\u2069 becomes \u2068-\u2069");
    expect(offer?.text).toBe(`We're late - it's ${'x'.repeat(80)}`);
  });

  it('offers nothing that saves nothing', () => {
    expect(adviseOnUnicode('We’re late', 'platform').offer).toBeUndefined();
    expect(adviseOnUnicode(`It’s 🌻 ${'x'.repeat(80)}`, 'platform').offer).toBeUndefined();
  });

  it('takes accents away only where nothing else is enough', () => {
    expect(adviseOnUnicode(`Zoë’s ${'x'.repeat(80)}`, 'platform').offer?.text).toBe(
      `Zoe's ${'x'.repeat(80)}`,
    );
  });
});
