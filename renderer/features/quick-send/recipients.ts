/** How *To* is read as several recipients. What each one means is decided in main (`recipients.understand`). */

/** As many as one submission takes; `maxRecipientsPerSubmission` of the contract, which a test compares. */
export const maxRecipients = 100;
/** Longer than any number: the contract takes no more for one recipient. */
export const maxRecipientUnits = 200;

export interface TypedName {
  /** Offsets in UTF-16 units of the piece of *To* that the caret stands in. */
  readonly from: number;
  readonly to: number;
  readonly query: string;
}

/** The name that is being typed where the caret is; undefined where a number is, or nothing. */
export function nameAt(to: string, caret: number): TypedName | undefined {
  const before = to.slice(0, caret);
  const start = Math.max(
    ...[...before.matchAll(separator)].map(({ index, 0: found }) => index + found.length),
    0,
  );
  const piece = before.slice(start);
  const query = piece.trim();
  // One letter finds everybody; x and # stand in extensions, which come after digits.
  if (!/^\p{L}/u.test(query) || query.length < 2) return undefined;
  return { from: start + piece.length - piece.trimStart().length, to: caret, query: query.slice(0, 80) };
}

const separator = /[,;\n\r،؛，；、]+/gu;

/** Splits at commas, semicolons and line breaks (those of other scripts too); empty pieces do not count. */
export function splitRecipients(to: string): readonly string[] {
  return to
    .split(separator)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
}
