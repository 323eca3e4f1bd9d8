/**
 * Reads a list of recipients from a file: finds out how it is written and in which column the numbers stand, understands each, and
 * hands them over in pieces. A list of a hundred thousand goes through in a few seconds and a few megabytes.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse';
import { understandRecipient } from '../../../../shared/domain/phone.ts';
import type {
  LeftOutReason,
  LeftOutRow,
  ListRecipient,
  ListReport,
  ListResult,
  ListShape,
  ListSource,
} from '../../../core/ports.ts';
import type { Job, JobContext } from '../job.ts';
import { detectDelimiter, detectEncoding } from './list-encoding.ts';

/** Rows that tell which column holds the numbers. */
const sampledRows = 200;
/** Recipients handed over at once: a few milliseconds of writing. */
const pieceRows = 500;
/** Rows left out that are shown. The rest is counted. */
const shownLeftOut = 200;
const shownValueUnits = 60;
/** A million numbers with names and addresses. */
const largestFileBytes = 200 * 1024 * 1024;
const mostRows = 1_000_000;
/** A row longer than this is a quotation mark that nobody closed. */
const longestRowUnits = 100_000;
const shownColumns = 50;

/** What is wrong with the file, in `code`. */
export class ListUnreadable extends Error {
  override readonly name = 'ListUnreadable';
  readonly code: 'LIST_TOO_LARGE' | 'LIST_NO_NUMBERS' | 'LIST_QUOTE' | 'LIST_EMPTY';
  constructor(code: ListUnreadable['code']) {
    super(code);
    this.code = code;
  }
}

export const readList: Job<ListSource, ListResult, ListReport> = {
  async run(source, context) {
    const file = await open(source.path, 'r');
    try {
      const { size } = await file.stat();
      if (size > largestFileBytes) throw new ListUnreadable('LIST_TOO_LARGE');
      const encoding = await detectEncoding(file, () => context.breathe());
      return await read(file, size, encoding, source, context);
    } catch (error) {
      if (error instanceof CsvError) throw new ListUnreadable('LIST_QUOTE');
      throw error;
    } finally {
      await file.close();
    }
  },
};

interface Row {
  readonly number: number;
  readonly cells: readonly string[];
}

async function read(
  file: FileHandle,
  size: number,
  encoding: ListShape['encoding'],
  source: ListSource,
  context: JobContext<ListReport>,
): Promise<ListResult> {
  const progress = { bytes: 0 };
  const rows = rowsOf(textOf(file, encoding, progress));
  const start: Row[] = [];
  let delimiter: ListShape['delimiter'] = ',';
  /** What stands beside a number where it stands first, as a hash: a million rows are kept in mind. */
  const taken = new Map<string, number>();
  const others = new Set<string>();
  let sharing = 0;
  const leftOut: Partial<Record<LeftOutReason, number>> = {};
  const leftOutRows: LeftOutRow[] = [];
  let read = 0;
  let duplicates = 0;
  let piece: ListRecipient[] = [];
  let shape: ListShape | undefined;

  const counts = () => ({ read, taken: taken.size, sharing, duplicates, leftOut: { ...leftOut } });
  const handOver = async (): Promise<void> => {
    const recipients = piece;
    piece = [];
    await context.report({
      kind: 'recipients',
      recipients,
      counts: counts(),
      part: size === 0 ? 1 : Math.min(1, progress.bytes / size),
    });
  };
  const takeNumber = (row: Row, column: number, recipient: string): void => {
    const beside = hashBeside(row, column);
    const first = taken.get(recipient);
    if (first === undefined) {
      taken.set(recipient, beside);
      piece.push([row.number, recipient]);
      return;
    }
    const other = `${recipient} ${beside}`;
    if (first === beside || others.has(other)) {
      duplicates += 1;
      return;
    }
    others.add(other);
    sharing += 1;
    piece.push([row.number, recipient, true]);
  };
  const take = async (row: Row, column: number): Promise<void> => {
    // A row without anything in it is the end of a paragraph, not a recipient.
    if (row.cells.every((cell) => cell.trim() === '')) return;
    const value = row.cells[column] ?? '';
    read += 1;
    if (read > mostRows) throw new ListUnreadable('LIST_TOO_LARGE');
    const understood = understandRecipient(value, source.country);
    if (understood.kind === 'invalid') {
      leftOut[understood.reason] = (leftOut[understood.reason] ?? 0) + 1;
      if (leftOutRows.length < shownLeftOut) {
        leftOutRows.push({
          row: row.number,
          value: value.slice(0, shownValueUnits).toWellFormed(),
          reason: understood.reason,
        });
      }
    } else takeNumber(row, column, understood.e164);
    // Also where nothing is taken: somebody watches, and may want to stop.
    if (piece.length >= pieceRows || read % (pieceRows * 4) === 0) await handOver();
  };
  const begin = async (): Promise<ListShape> => {
    const found = shapeOf(start, encoding, delimiter, source);
    await context.report({ kind: 'shape', shape: found });
    for (const row of start.slice(found.header ? 1 : 0)) await take(row, found.column);
    return found;
  };

  for await (const item of rows) {
    if ('delimiter' in item) delimiter = item.delimiter;
    else if (shape !== undefined) await take(item, shape.column);
    else {
      start.push(item);
      if (start.length >= sampledRows) shape = await begin();
    }
  }
  shape ??= await begin();
  await handOver();
  return { counts: counts(), leftOut: leftOutRows };
}

/**
 * What stands beside the number of a row, without case and spaces that tell nothing, in 32 bits (FNV-1a). Two rows of one
 * number that differ and meet here all the same, once in four thousand million, count as one row written twice.
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */
function hashBeside({ cells }: Row, column: number): number {
  let hash = 0x811c9dc5;
  for (const [index, cell] of cells.entries()) {
    const plain = index === column ? '' : cell.trim().replaceAll(/\s+/gu, ' ').toLowerCase();
    // Empty columns at the end of a row tell nothing either.
    if (plain === '') continue;
    for (const unit of `${index}\u001f${plain}\u001f`) {
      hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
    }
  }
  return hash >>> 0;
}

/** The file as text, in pieces. */
async function* textOf(
  file: FileHandle,
  encoding: ListShape['encoding'],
  progress: { bytes: number },
): AsyncGenerator<string> {
  // Takes a byte order mark away by itself.
  const decoder = new TextDecoder(encoding);
  const buffer = Buffer.alloc(64 * 1024);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, progress.bytes);
    progress.bytes += bytesRead;
    const text = decoder.decode(buffer.subarray(0, bytesRead), { stream: bytesRead > 0 });
    // NUL is in no cell; half a UTF-16 file read as something else would be full of them.
    if (text !== '') yield text.replaceAll('\0', '');
    if (bytesRead === 0) return;
  }
}

/** First what separates the columns, then row after row. */
async function* rowsOf(
  pieces: AsyncGenerator<string>,
): AsyncGenerator<Row | { readonly delimiter: ListShape['delimiter'] }> {
  const first = await pieces.next();
  const start = first.done === true ? '' : first.value;
  // Excel writes down what separates the columns when it is told to.
  const told = /^sep=(.)\r?\n/i.exec(start);
  const given = told?.[1];
  const delimiter =
    given === ',' || given === ';' || given === '\t' || given === '|' ? given : detectDelimiter(start);
  yield { delimiter };
  const parser = parse({
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: false,
    max_record_size: longestRowUnits,
  });
  const feeding = (async () => {
    try {
      for (let piece = start; ; ) {
        if (!parser.write(piece)) await new Promise<void>((resolve) => parser.once('drain', resolve));
        const next = await pieces.next();
        if (next.done === true) break;
        piece = next.value;
      }
      parser.end();
    } catch (error) {
      parser.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  })();
  let number = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      number += 1;
      if (number === 1 && told !== null) continue;
      yield { number, cells };
    }
    await feeding;
  } finally {
    parser.destroy();
  }
}

/** @throws ListUnreadable when no column holds a number */
function shapeOf(
  start: readonly Row[],
  encoding: ListShape['encoding'],
  delimiter: ListShape['delimiter'],
  source: ListSource,
): ListShape {
  if (start.every(({ cells }) => cells.every((cell) => cell.trim() === ''))) {
    throw new ListUnreadable('LIST_EMPTY');
  }
  const isNumber = (cell: string): boolean => understandRecipient(cell, source.country).kind === 'valid';
  const width = Math.min(shownColumns, Math.max(...start.map(({ cells }) => cells.length)));
  const first = start[0]?.cells ?? [];
  const header = !first.some(isNumber) && first.some((cell) => /\p{L}/u.test(cell));
  const rows = header ? start.slice(1) : start;
  const numbers = Array.from(
    { length: width },
    (_, column) => rows.filter(({ cells }) => isNumber(cells[column] ?? '')).length,
  );
  const most = Math.max(...numbers);
  const named = (column: number): boolean =>
    header && /mobile|cell|handy|phone|tel|number|nummer|recipient|\bto\b|sms/i.test(first[column] ?? '');
  // Of columns with as many numbers, the one whose name says so.
  const likeliest = numbers.findIndex((count, column) => count === most && named(column));
  const column = source.column ?? (likeliest >= 0 ? likeliest : numbers.indexOf(most));
  if (source.column === null && most === 0) throw new ListUnreadable('LIST_NO_NUMBERS');
  return {
    encoding,
    delimiter,
    header,
    column: Math.min(column, width - 1),
    columns: Array.from({ length: width }, (_, index) => ({
      name: header ? (first[index] ?? '').trim().slice(0, shownValueUnits).toWellFormed() : null,
      sample: (rows.find(({ cells }) => (cells[index] ?? '').trim() !== '')?.cells[index] ?? '')
        .trim()
        .slice(0, shownValueUnits)
        .toWellFormed(),
    })),
  };
}
