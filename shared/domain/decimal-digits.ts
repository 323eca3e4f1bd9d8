/** Decimal digits of every script as 0 to 9. */

/**
 * Replaces decimal digits (Unicode category Nd: Arabic, Persian, Devanagari, full-width …) by 0 to 9. Unicode gives
 * every set of ten consecutive code points in ascending order (The Unicode Standard, §4.6), so the value is the distance
 * from the beginning of the set, or of several sets in a row.
 */
export function plainDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let first = code;
    while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) first -= 1;
    return String((code - first) % 10);
  });
}
