/** The longest sentence of a server that is kept, in characters. */
export const maxServerWords = 300;

/**
 * A server's own words, made safe to store and to show: one line, no control or direction-changing characters,
 * bounded. The wording itself stays as it came.
 */
export function serverWords(text: string): string {
  const words = oneLine(text);
  const characters = [...words];
  return characters.length <= maxServerWords ? words : `${characters.slice(0, maxServerWords - 1).join('')}…`;
}

/**
 * The same before it is shortened, for words that a secret has still to be cut out of: of a secret that is shortened half
 * would be left over.
 */
export function oneLine(text: string): string {
  return text
    .slice(0, maxServerWords * 8)
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .trim();
}
