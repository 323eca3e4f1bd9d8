/** How *To* is read as several recipients. What each one means is decided in main (`recipients.understand`). */

/** As many as one submission takes; `maxRecipientsPerSubmission` of the contract, which a test compares. */
export const maxRecipients = 100;
/** Longer than any number: the contract takes no more for one recipient. */
export const maxRecipientUnits = 200;

/** Splits at commas, semicolons and line breaks (those of other scripts too); empty pieces do not count. */
export function splitRecipients(to: string): readonly string[] {
  return to
    .split(/[,;\n\r،؛，；、]+/u)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
}
