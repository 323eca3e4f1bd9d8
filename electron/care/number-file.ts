/** Writes what is kept about one number into a file that a person chose. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type NumberRow, readNumber } from '../db/care/number-rows.ts';

export type NumberFormat = 'csv' | 'json';

/**
 * @param path the outbox
 * @returns how many texts were written
 * @throws the disk's error; the file is then not there, or the one from before
 */
export function writeNumberFile(
  path: string,
  recipient: string,
  target: string,
  format: NumberFormat,
): number {
  const temporary = `${target}.part`;
  const file = openSync(temporary, 'w', 0o600);
  let count = 0;
  try {
    try {
      if (format === 'csv') {
        // Without the mark, spreadsheets take UTF-8 for the system's old character set.
        writeSync(file, `\ufeff${csvLine(csvColumns)}`);
        readNumber(path, recipient, (row) => {
          writeSync(file, csvLine(csvCells(row)));
          count += 1;
        });
      } else {
        writeSync(file, `{"number":${JSON.stringify(recipient)},"texts":[`);
        readNumber(path, recipient, (row) => {
          writeSync(file, `${count === 0 ? '' : ','}\n${JSON.stringify(jsonRow(row))}`);
          count += 1;
        });
        writeSync(file, '\n]}\n');
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return count;
}

const csvColumns = [
  'written',
  'number',
  'text',
  'parts',
  'state',
  'since',
  'erased',
  'account',
  'reference',
  'clickatell reference',
  'error',
  'error text',
];

function csvCells(row: NumberRow): readonly string[] {
  return [
    moment(row.createdAt) ?? '',
    row.recipient,
    row.body,
    String(row.parts),
    row.state,
    moment(row.stateAt) ?? '',
    moment(row.erasedAt) ?? '',
    row.account ?? '',
    row.reference,
    row.providerId ?? '',
    row.errorCode ?? '',
    row.errorText ?? '',
  ];
}

function jsonRow(row: NumberRow): unknown {
  return {
    ...row,
    createdAt: moment(row.createdAt),
    stateAt: moment(row.stateAt),
    erasedAt: moment(row.erasedAt),
    attempts: row.attempts.map((attempt) => ({
      ...attempt,
      openedAt: moment(attempt.openedAt),
      closedAt: moment(attempt.closedAt),
    })),
  };
}

function moment(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** https://www.rfc-editor.org/rfc/rfc4180 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Also after white space, and in the full-width forms that some spreadsheets take for the same. */
const formulaStart = /^(\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/;

/**
 * A cell that begins like a formula is run as one by spreadsheets, and a text may come from anybody's file: an apostrophe
 * before it makes it a text again. https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(value: string): string {
  const safe = formulaStart.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
