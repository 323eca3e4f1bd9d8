/** Latin letters without their accents. Something is lost by it: é is in GSM-7 and stays, ê becomes e. */

/** Letters that Unicode does not build from a plain letter and an accent. */
const strokes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ đ: 'd', Đ: 'D', ð: 'd', Ð: 'D', ħ: 'h', Ħ: 'H', ı: 'i', ł: 'l', Ł: 'L', ŋ: 'n', Ŋ: 'N' },
    ...{ ŧ: 't', Ŧ: 'T', þ: 'th', Þ: 'Th', ƒ: 'f', ĸ: 'k', ſ: 's', ẞ: 'ß', ə: 'e', Ə: 'E' },
  }),
);

/**
 * A letter of the Latin script without accents and strokes; whatever else comes back as it is.
 *
 * @param letter one grapheme cluster, composed or not
 */
export function withoutAccents(letter: string): string {
  if (!/^\p{Script=Latin}/u.test(letter)) return letter;
  const base = letter.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  return strokes.get(base) ?? base;
}
