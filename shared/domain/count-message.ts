/** Parts and encoding of a message as it will be sent: text, or octets, with or without a header of its own. */
import { countBinaryParts } from './binary-parts.ts';
import { parseHex } from './hex.ts';
import type { MessageOptions } from './message-options.ts';
import { countParts } from './segments.ts';
import { parseUserDataHeader } from './user-data-header.ts';

export interface MessageCount {
  readonly encoding: 'gsm-7' | 'ucs-2' | '8-bit';
  readonly parts: number;
}

/** Undefined when body and options do not fit together: hexadecimal that is none, or a header that is none. */
export function countMessage(body: string, options: MessageOptions): MessageCount | undefined {
  let headerOctets = 0;
  if (options.userDataHeader !== undefined) {
    const header = parseUserDataHeader(options.userDataHeader);
    if (header.kind === 'invalid') return undefined;
    headerOctets = header.octets.length;
  }
  if (options.binary === true) {
    const parsed = parseHex(body);
    if (parsed.kind === 'invalid') return undefined;
    return { encoding: '8-bit', parts: countBinaryParts(parsed.octets.length, headerOctets).parts };
  }
  const { encoding, parts } = countParts(body, { headerOctets });
  return { encoding, parts };
}
