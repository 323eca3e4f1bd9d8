import { encodeWindows1252 } from '../../../shared/domain/windows-1252.ts';

/**
 * A value for a query or a form of Developers' Central: bytes of Windows-1252, percent-encoded. What that cannot hold
 * goes as UTF-8; only a user name or a password can get here with such a character, and no source says how those are
 * read. Spaces are `%20`, which is one in queries and forms alike.
 */
export function encodeValue(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  if (/^[\u0000-\u007f]*$/.test(value)) return encodeURIComponent(value);
  const octets = encodeWindows1252(value);
  if (octets === undefined) return encodeURIComponent(value.toWellFormed());
  let encoded = '';
  for (const octet of octets) {
    encoded +=
      octet < 0x80 ? encodeURIComponent(String.fromCharCode(octet)) : `%${octet.toString(16).toUpperCase()}`;
  }
  return encoded;
}
