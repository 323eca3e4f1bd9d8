/**
 * What may never be read in a log: keys, phone numbers, texts. Values that are known to be one are wrapped at their
 * source (`maskedNumber`, `maskedText`); on top of that every line is swept, so that a forgotten wrap, or a server's error
 * text that repeats the number, still does not leak.
 */

/** `+27•••••1234`: enough to recognise, not enough to call. */
export function maskedNumber(number: string): string {
  const digits = number.replaceAll(/\D/g, '');
  if (digits.length < 7) return '•••';
  return `+${digits.slice(0, 2)}${'•'.repeat(Math.max(1, digits.length - 6))}${digits.slice(-4)}`;
}

/** A text is its length and nothing else. */
export function maskedText(text: string): string {
  return `[${text.length} characters]`;
}

const secrets = new Set<string>();

/** From now on this string is replaced wherever it would be logged. Returns the function that forgets it. */
export function neverLog(secret: string): () => void {
  if (secret.length < 6) return () => {};
  secrets.add(secret);
  return () => secrets.delete(secret);
}

/** Seven digits or more in a row, with the separators people write: too long for a count, long enough for a number. */
const numberLike = /\+?\d(?:[\s().-]?\d){6,}/g;
/** `Authorization: …`, `apiKey=…`, `password=…`, in headers, queries and JSON. */
const credentialLike = /((?:authorization|api_?key|password|session_id)["']?\s*[:=]\s*["']?)[^\s"'&,}]+/gi;
const timeLike = /^\d{13}$/;

/** Sweeps one string. */
export function sweep(text: string): string {
  let swept = text;
  for (const secret of secrets) swept = swept.replaceAll(secret, '[key]');
  return swept
    .replaceAll(credentialLike, '$1[key]')
    .replaceAll(numberLike, (found) => (timeLike.test(found) ? found : maskedNumber(found)));
}
