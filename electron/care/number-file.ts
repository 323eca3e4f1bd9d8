/** Writes what is kept about one number into a file that a person chose. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type NumberFacts, type NumberRow, readNumber } from '../db/care/number-rows.ts';
import { type Progress, unwatched } from '../db/care/progress.ts';

export type NumberFormat = 'csv' | 'json';

export interface NumberFileReport {
  /** Texts that were written. */
  readonly texts: number;
  /** Whatever else is kept: that it must not be texted, recurring texts, lists. */
  readonly other: number;
}

/** Between two looks at whether somebody still wants it. */
const textsPerLook = 200;

/**
 * @param path the outbox
 * @throws the disk's error; the file is then not there, or the one from before
 */
export function writeNumberFile(
  path: string,
  recipient: string,
  target: string,
  format: NumberFormat,
  progress: Progress = unwatched,
): NumberFileReport {
  const temporary = `${target}.part`;
  const file = openSync(temporary, 'w', 0o600);
  const write = (words: string): void => void writeSync(file, words);
  const report = { texts: 0, other: 0 };
  const { start, facts, text, end } = format === 'csv' ? csvWriter(recipient) : jsonWriter(recipient);
  try {
    try {
      write(start);
      readNumber(path, recipient, {
        facts(found) {
          report.other =
            Number(found.optedOut !== null) +
            Number(found.notReached !== null) +
            found.recurring.length +
            found.lists.length +
            found.contacts.length;
          write(facts(found));
        },
        text(row) {
          if (report.texts % textsPerLook === 0) progress('writing', null);
          write(text(row, report.texts === 0));
          report.texts += 1;
        },
      });
      write(end);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return report;
}

interface FormatWriter {
  readonly start: string;
  readonly facts: (facts: NumberFacts) => string;
  readonly text: (row: NumberRow, isFirst: boolean) => string;
  readonly end: string;
}

function jsonWriter(number: string): FormatWriter {
  return {
    start: `{"number":${JSON.stringify(number)}`,
    facts: ({ optedOut, notReached, recurring, lists, contacts }) => {
      const besides = {
        optedOut: optedOut === null ? null : { ...optedOut, since: moment(optedOut.since) },
        notReached:
          notReached === null ? null : { ...notReached, lastFailureAt: moment(notReached.lastFailureAt) },
        recurring: recurring.map(({ rule, ...one }) => ({
          ...one,
          rule: JSON.parse(rule) as unknown,
          createdAt: moment(one.createdAt),
          stoppedAt: moment(one.stoppedAt),
        })),
        lists: lists.map((list) => ({ ...list, createdAt: moment(list.createdAt) })),
        contacts: contacts.map((contact) => ({ ...contact, createdAt: moment(contact.createdAt) })),
      };
      return `,${JSON.stringify(besides).slice(1, -1)},"texts":[`;
    },
    text: (row, isFirst) => `${isFirst ? '' : ','}\n${JSON.stringify(jsonRow(row))}`,
    end: '\n]}\n',
  };
}

function jsonRow(row: NumberRow): unknown {
  return {
    ...row,
    options: JSON.parse(row.options) as unknown,
    createdAt: moment(row.createdAt),
    stateAt: moment(row.stateAt),
    sendAt: moment(row.sendAt),
    bestBefore: moment(row.bestBefore),
    erasedAt: moment(row.erasedAt),
    attempts: row.attempts.map((attempt) => ({
      ...attempt,
      openedAt: moment(attempt.openedAt),
      closedAt: moment(attempt.closedAt),
    })),
  };
}

/** One line for each thing that is known: what it is stands first. */
const csvColumns = [
  'what',
  'time',
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
  'details',
] as const;
type CsvCells = Partial<Record<(typeof csvColumns)[number], string | null>>;

function csvWriter(number: string): FormatWriter {
  const line = (cells: CsvCells): string => csvLine(csvColumns.map((column) => cells[column] ?? ''));
  return {
    // Without the mark, spreadsheets take UTF-8 for the system's old character set.
    start: `\ufeff${csvLine(csvColumns)}`,
    facts: ({ optedOut, notReached, recurring, lists, contacts }) =>
      [
        ...(optedOut === null
          ? []
          : [{ what: 'opted out', time: moment(optedOut.since), details: optedOut.source }]),
        ...(notReached === null
          ? []
          : [
              {
                what: 'not reached',
                time: moment(notReached.lastFailureAt),
                details: `${notReached.failures} times`,
              },
            ]),
        ...recurring.map((text) => ({
          what: 'recurring text',
          time: moment(text.createdAt),
          text: text.body,
          state: text.stoppedAt === null ? 'goes on' : 'stopped',
          since: moment(text.stoppedAt),
          account: text.account,
          details: text.rule,
        })),
        ...lists.map((list) => ({ what: 'on a list', time: moment(list.createdAt), details: list.fileName })),
        ...contacts.map(({ name, notes, groups, createdAt }) => ({
          what: 'contact',
          time: moment(createdAt),
          text: name,
          details: [groups, notes].filter((part) => part !== '').join(': '),
        })),
      ]
        .map((cells) => line({ number, ...cells }))
        .join(''),
    text: (row) =>
      [
        {
          what: 'text',
          time: moment(row.createdAt),
          text: row.body,
          parts: String(row.parts),
          state: row.state,
          since: moment(row.stateAt),
          erased: moment(row.erasedAt),
          account: row.account,
          reference: row.reference,
          'clickatell reference': row.providerId,
          error: row.errorCode,
          'error text': row.errorText,
          details: textDetails(row),
        },
        ...row.attempts.map((attempt) => ({
          what: `attempt ${attempt.number}`,
          time: moment(attempt.openedAt),
          state: attempt.outcome ?? 'open',
          since: moment(attempt.closedAt),
          reference: row.reference,
          error: attempt.httpStatus === null ? null : `HTTP ${attempt.httpStatus}`,
          'error text': attempt.text,
        })),
      ]
        .map((cells) => line({ number: row.recipient, ...cells }))
        .join(''),
    end: '',
  };
}

function textDetails({ sendAt, bestBefore, quietOverride, options }: NumberRow): string {
  return [
    ...(sendAt === null ? [] : [`send at ${moment(sendAt)}`]),
    ...(bestBefore === null ? [] : [`best before ${moment(bestBefore)}`]),
    ...(quietOverride === null ? [] : [`in quiet hours because: ${quietOverride}`]),
    ...(options === '{}' ? [] : [options]),
  ].join('; ');
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
