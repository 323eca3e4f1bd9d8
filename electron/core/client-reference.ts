/**
 * References of our own for texts: 128 random bits in Crockford base32, 26 characters. Fits the shortest field of the
 * API families (`climsgid`: 32 alphanumeric characters, no spaces).
 */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** @param bytes sixteen random bytes */
export function clientReference(bytes: Uint8Array): string {
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let text = '';
  for (let digit = 0; digit < 26; digit += 1) {
    text = `${alphabet[Number(value & 31n)]}${text}`;
    value >>= 5n;
  }
  return text;
}
