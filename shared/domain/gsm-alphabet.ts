/**
 * The GSM 7-bit default alphabet (3GPP TS 23.038, formerly GSM 03.38) and its extension table.
 *
 * National language tables are left out: the sender has to announce them, and Clickatell does not offer it.
 */

/** TS 23.038 §6.2.1 in table order, without the escape code. */
const basicAlphabet =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** TS 23.038 §6.2.1.1: an escape and a second septet. */
const extensionAlphabet = '\f^{}\\[~]|€';

const septets: ReadonlyMap<string, 1 | 2> = new Map([
  ...[...basicAlphabet].map((character) => [character, 1] as const),
  ...[...extensionAlphabet].map((character) => [character, 2] as const),
]);

/** Septets one character takes; undefined when the alphabet does not have it. */
export function septetsOf(character: string): 1 | 2 | undefined {
  return septets.get(character);
}

/** Whether every character of a text is in the alphabet. True for an empty text. */
export function isGsm(text: string): boolean {
  for (const character of text) if (!septets.has(character)) return false;
  return true;
}
