/** The `text` of `sendmsg`: Windows-1252, hexadecimal UCS-2 with `unicode=1`, hexadecimal octets with a header or `binary=1`. */
import { countParts } from '../../shared/domain/segments.ts';
import { type CentralParameters, textOf } from './central-parameters.ts';
import type { ErrorCode } from './error-table.ts';
import { binaryParts, textParts, ucs2Parts } from './message-parts.ts';
import { fromUcs2 } from './platform-request.ts';
import type { PracticeProfile } from './profile.ts';
import { headerOctets } from './user-data-header.ts';

/**
 * The content as the network gets it, and the parts it takes.
 *
 * Without `unicode=1` the gateway reads bytes as Windows-1252, so that UTF-8 arrives mangled, and what GSM 03.38 does
 * not have is replaced: by the letter without its accent, else by a question mark.
 */
export function readCentralText(
  parameters: CentralParameters,
  profile: PracticeProfile,
): { readonly content: string; readonly parts: number } | { readonly code: ErrorCode } {
  const text = textOf(parameters, 'text') ?? '';
  const header = headerOctets(textOf(parameters, 'udh') ?? '') ?? 0;
  if (textOf(parameters, 'unicode') === '1') {
    // It cannot be both.
    if (textOf(parameters, 'binary') === '1') return { code: 101 };
    const content = fromUcs2(text);
    if (content === undefined) return { code: 116 };
    return { content, parts: ucs2Parts(content, header, profile) };
  }
  if (header > 0 || textOf(parameters, 'binary') === '1') {
    if (!/^([0-9a-fA-F]{2})*$/.test(text)) return { code: 101 };
    return { content: text, parts: binaryParts(text.length / 2, header, profile) };
  }
  const content = [...text].map(toGsm).join('');
  return { content, parts: textParts(content, 0, profile) };
}

function toGsm(character: string): string {
  if (isGsm(character)) return character;
  const [letter = '?'] = character.normalize('NFD');
  return isGsm(letter) ? letter : '?';
}

function isGsm(character: string): boolean {
  return countParts(character).encoding === 'gsm-7';
}
