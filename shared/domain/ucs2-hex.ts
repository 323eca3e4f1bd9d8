/**
 * A text as hexadecimal UTF-16, high octet first: how Developers' Central takes a text with `unicode=1`.
 * (UCS-2 in its documentation; handsets read it as UTF-16, so an emoji is two units.)
 */
import { parseHex } from './hex.ts';

/** Four lower-case digits for each UTF-16 code unit; lone halves of a pair too. */
export function encodeUcs2Hex(text: string): string {
  let hex = '';
  for (let index = 0; index < text.length; index += 1) {
    hex += text.charCodeAt(index).toString(16).padStart(4, '0');
  }
  return hex;
}

/** The text again; undefined when it is not hexadecimal or ends in the middle of a unit. */
export function decodeUcs2Hex(hex: string): string | undefined {
  if (hex === '') return '';
  const parsed = parseHex(hex);
  if (parsed.kind === 'invalid' || parsed.octets.length % 2 !== 0) return undefined;
  const { octets } = parsed;
  let text = '';
  for (let at = 0; at < octets.length; at += 2) {
    text += String.fromCharCode(((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0));
  }
  return text;
}
