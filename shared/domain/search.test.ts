import { describe, expect, it } from 'vitest';
import { fold, parseQuery, spansOf } from './search.ts';

function marked(query: string, shown: string): string {
  const parsed = parseQuery(query);
  if (parsed === undefined) return shown;
  let result = '';
  let at = 0;
  for (const { start, end } of spansOf(parsed, shown)) {
    result += `${shown.slice(at, start)}[${shown.slice(start, end)}]`;
    at = end;
  }
  return result + shown.slice(at);
}

describe('spansOf', () => {
  it.each([
    ['mon', 'See you on Monday, Monique', 'See you on [Mon]day, [Mon]ique'],
    ['onda', 'See you on Monday', 'See you on M[onda]y'],
    ['monday you', 'See you on Monday', 'See [you] on [Monday]'],
    ['ecole', 'L’École e\u0301cole', 'L’[École] [e\u0301cole]'],
    ['🙂', 'well 🙂🙂', 'well [🙂🙂]'],
    ['é', 'été', '[é]té'],
    ['0821234567', '+27 82 123 4567', '+27 [82 123 4567]'],
    ['+2782', '+27 82 123 4567', '+[27 82] 123 4567'],
    ['4567', '+27 82 123 4567', '+27 82 123 [4567]'],
    ['کر', 'نص آخر', 'نص آخر'],
    ['ครับ', 'สวัสดีครับ', 'สวัสดี[ครับ]'],
    ['  ', 'nothing', 'nothing'],
  ])('%s in %s', (query, shown, expected) => {
    expect(marked(query, shown)).toBe(expected);
  });
});

describe('fold', () => {
  it('makes capitals small and takes accents from Latin letters, and nothing else', () => {
    expect(fold('ÄÉñØß')).toBe('aenøß');
    expect(fold('Йод ΟΔΟΣ')).toBe('йод οδοσ');
    expect(fold('e\u0301')).toBe('e');
    expect(fold('각 か\u3099')).toBe('각 か\u3099');
  });
});
