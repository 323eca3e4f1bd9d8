/**
 * What may never be read in a log: keys, phone numbers, texts. Facts whose names say that they are texts become their
 * length (`logger.ts`); every other string is swept here, so that a server's error text that repeats the number, or a
 * path that holds one, does not leak either. Numbers that are numbers stay.
 */

/** `+27•••••1234`: enough to recognise, not enough to call. */
export function maskedNumber(number: string): string {
  const digits = number.replaceAll(/\D/g, '');
  if (digits.length < 7) return '•••';
  return `+${digits.slice(0, 2)}${'•'.repeat(Math.max(1, digits.length - 6))}${digits.slice(-4)}`;
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

/** Sweeps one string. */
export function sweep(text: string): string {
  let swept = text;
  for (const secret of secrets) swept = swept.replaceAll(secret, '[key]');
  return swept.replaceAll(credentialLike, '$1[key]').replaceAll(numberLike, maskedNumber);
}
