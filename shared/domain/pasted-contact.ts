/** A line of a list of people, as it is pasted from a spreadsheet or typed: which part is the number, which the name. */
import { plainDigits } from './decimal-digits.ts';

export interface PastedContact {
  readonly name: string;
  /** As it stands there. */
  readonly number: string;
}

/** At least so many digits: a house number is none. */
const fewestDigits = 6;

/**
 * Columns are apart by tabs, semicolons or commas; a line without any is cut where the number begins or ends. Undefined: there is no
 * name, or no number.
 */
export function readPastedContact(line: string): PastedContact | undefined {
  const columns = line.split(/[\t;,،؛]/u).map((column) =>
    column
      .trim()
      .replace(/^"(.*)"$/u, '$1')
      .trim(),
  );
  const numberAt = columns.findIndex(isNumber);
  if (numberAt !== -1) {
    const name = columns
      .filter((column, at) => at !== numberAt && column !== '' && !isNumber(column))
      .join(' ');
    return name === '' ? undefined : { name, number: columns[numberAt] ?? '' };
  }
  // Brackets stand around an area code, never at one side of it.
  const match =
    /^(?<before>.*?)(?<number>\+?(?:\(\p{Nd}{1,5}\)|\p{Nd})(?:[\s.\-/]|\p{Nd}|\(\p{Nd}{1,5}\))*)(?<after>[^\p{Nd}]*)$/u.exec(
      line.trim(),
    );
  const { before = '', number = '', after = '' } = match?.groups ?? {};
  const name = `${before} ${after}`
    .replace(/[<>:|]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return name === '' || !isNumber(number) ? undefined : { name, number: number.trim() };
}

function isNumber(text: string): boolean {
  const plain = plainDigits(text.normalize('NFKC'));
  return /^[+\d\s().\-/]+$/.test(plain) && plain.replace(/\D/g, '').length >= fewestDigits;
}
