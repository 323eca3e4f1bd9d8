/**
 * Whether two texts are the same to somebody who gets both: the same words, or so nearly that the second looks like a
 * mistake.
 */

/** Of pairs of neighbouring characters in common; two texts that differ by a name or a typing error are above it. */
const alike = 0.9;

/** Case, accents, spaces and punctuation tell nothing. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[\s\p{P}\p{S}]+/gu, ' ')
    .trim();
}

/** Digits are what a text is about: another time, another day, another amount is another text. */
function digits(text: string): string {
  return text.replace(/[^\p{Nd}]+/gu, ' ').trim();
}

export function nearlySame(one: string, other: string): boolean {
  const [a, b] = [plain(one), plain(other)];
  if (a === b) return true;
  if (digits(a) !== digits(b)) return false;
  return likeness(a, b) >= alike;
}

/** Dice's coefficient of character pairs, 0 to 1. https://en.wikipedia.org/wiki/Dice-S%C3%B8rensen_coefficient */
function likeness(a: string, b: string): number {
  const pairs = new Map<string, number>();
  for (let index = 0; index + 1 < a.length; index += 1) {
    const pair = a.slice(index, index + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let common = 0;
  for (let index = 0; index + 1 < b.length; index += 1) {
    const pair = b.slice(index, index + 2);
    const left = pairs.get(pair) ?? 0;
    if (left === 0) continue;
    pairs.set(pair, left - 1);
    common += 1;
  }
  const total = Math.max(0, a.length - 1) + Math.max(0, b.length - 1);
  return total === 0 ? 0 : (2 * common) / total;
}
