/** Parts and encoding of a message as it will be sent: text, or octets, with or without a header of its own. */
import { countBinaryParts } from './binary-parts.ts';
import { countCentralParts } from './central-text.ts';
import { parseHex } from './hex.ts';
import type { MessageOptions } from './message-options.ts';
import { countParts } from './segments.ts';
import { parseUserDataHeader } from './user-data-header.ts';

export interface MessageCount {
  readonly encoding: 'gsm-7' | 'ucs-2' | '8-bit';
  readonly parts: number;
}

/**
 * Undefined when body and options do not fit together: hexadecimal that is none, a header that is none, one on a message that
 * does not fit one part (docs/adr/0019), or one on a text of Developers' Central.
 * @param family Developers' Central takes fewer characters as they are than GSM-7 has, so it counts some texts longer
 */
export function countMessage(
  body: string,
  options: MessageOptions,
  family: 'platform' | 'central' = 'platform',
): MessageCount | undefined {
  const header =
    options.userDataHeader === undefined ? undefined : parseUserDataHeader(options.userDataHeader);
  if (header?.kind === 'invalid') return undefined;
  // `udh` is for octets; the Platform's `userDataHeader` goes with any content.
  if (family === 'central' && header !== undefined && options.binary !== true) return undefined;
  const count = countBody(body, options.binary === true, header?.octets.length ?? 0, family);
  return count !== undefined && count.parts > 1 && header !== undefined ? undefined : count;
}

function countBody(
  body: string,
  binary: boolean,
  headerOctets: number,
  family: 'platform' | 'central',
): MessageCount | undefined {
  if (binary) {
    const parsed = parseHex(body);
    if (parsed.kind === 'invalid') return undefined;
    return { encoding: '8-bit', parts: countBinaryParts(parsed.octets.length, headerOctets).parts };
  }
  const count = family === 'central' ? countCentralParts : countParts;
  const { encoding, parts } = count(body, { headerOctets });
  return { encoding, parts };
}
