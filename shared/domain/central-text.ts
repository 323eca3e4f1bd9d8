/**
 * How Developers' Central takes a text: Windows-1252 with `unicode=0`, hexadecimal UTF-16 with `unicode=1`.
 *
 * Only what is in both GSM-7 and Windows-1252 arrives unchanged with `unicode=0`. Clickatell puts something similar or a
 * question mark where a handset's alphabet lacks a character (’ or ç), and ten Greek capitals of GSM-7 (ΔΦΓΛΩΠΨΣΘΞ) are
 * not in Windows-1252: with one of them the text has to go as Unicode, and is charged as Unicode, although GSM-7 has it.
 */
import { isGsm } from './gsm-alphabet.ts';
import { countParts, type PartCount, type PartOptions } from './segments.ts';
import { encodeUcs2Hex } from './ucs2-hex.ts';
import { encodeWindows1252 } from './windows-1252.ts';

export type CentralText =
  | { readonly unicode: false; readonly octets: Uint8Array }
  | { readonly unicode: true; readonly hex: string };

/** The form in which every character of the text survives; the cheaper one where both do. */
export function encodeCentralText(text: string): CentralText {
  const octets = isGsm(text) ? encodeWindows1252(text) : undefined;
  return octets === undefined ? { unicode: true, hex: encodeUcs2Hex(text) } : { unicode: false, octets };
}

/** The parts of a text sent through Developers' Central. */
export function countCentralParts(text: string, options: Pick<PartOptions, 'headerOctets'> = {}): PartCount {
  return countParts(text, encodeCentralText(text).unicode ? { ...options, encoding: 'ucs-2' } : options);
}
