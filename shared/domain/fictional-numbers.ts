/**
 * Numbers that nobody has, kept for films and drama: +44 7700 900000 to 900999 (Ofcom, "Telephone numbers for use in TV and radio
 * drama programmes"). Tables of numbers do not know them as valid; the practice gateway's own lie here.
 */
export function isFictional(e164: string): boolean {
  return /^\+447700900\d{3}$/.test(e164);
}
