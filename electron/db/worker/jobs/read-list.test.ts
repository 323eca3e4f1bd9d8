import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ListRecipient, ListReport, ListResult, ListShape } from '../../../core/ports.ts';
import { JobCancelled } from '../job.ts';
import { detectDelimiter } from './list-encoding.ts';
import { readList } from './read-list.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-list-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Read extends ListResult {
  readonly shape: ListShape | undefined;
  readonly recipients: readonly ListRecipient[];
  readonly pieces: number;
}

async function read(
  content: string | Buffer,
  { column = null, stopAfter }: { column?: number | null; stopAfter?: number } = {},
): Promise<Read> {
  const path = join(directory, 'list.csv');
  writeFileSync(path, content);
  const recipients: ListRecipient[] = [];
  let shape: ListShape | undefined;
  let pieces = 0;
  const result = await readList.run(
    { path, country: 'ZA', column },
    {
      database: () => {
        throw new Error('not needed');
      },
      tell() {},
      stopIfCancelled() {},
      breathe: () => Promise.resolve(),
      report: async (report: ListReport) => {
        if (report.kind === 'shape') shape = report.shape;
        else {
          pieces += 1;
          recipients.push(...report.recipients);
          if (pieces === stopAfter) throw new JobCancelled('read-list');
        }
      },
    },
  );
  const leftOut = Object.values(result.counts.leftOut).reduce((sum, count) => sum + count, 0);
  // Every row is accounted for, exactly once.
  expect(result.counts.read).toBe(
    result.counts.taken + result.counts.sharing + result.counts.duplicates + leftOut,
  );
  expect(recipients).toHaveLength(result.counts.taken + result.counts.sharing);
  return { ...result, shape, recipients, pieces };
}

const numbers = (result: Read): string[] => result.recipients.map(([, recipient]) => recipient);
const anna = '+27821234567';
const bert = '+27831234567';

describe('reads', () => {
  test.each<[string, string | Buffer, Partial<ListShape>]>([
    [
      'commas',
      'Name,Mobile\nAnna,0821234567\nBert,083 123 4567\n',
      { delimiter: ',', header: true, column: 1 },
    ],
    ['semicolons', 'Name;Mobile\r\nAnna;0821234567\r\nBert;0831234567\r\n', { delimiter: ';', column: 1 }],
    ['tabs', 'Anna\t0821234567\nBert\t0831234567', { delimiter: '\t', header: false, column: 1 }],
    ['pipes', 'Anna|0821234567\nBert|0831234567', { delimiter: '|' }],
    ['numbers alone', '0821234567\n0831234567\n', { header: false, column: 0 }],
    ['line ends of an old Mac', 'Mobile\r0821234567\r0831234567', { header: true }],
    ['a mark of the byte order', '\ufeffMobile\n0821234567\n0831234567', { encoding: 'utf-8' }],
    [
      'UTF-16 with a mark',
      Buffer.from('\ufeffName,Mobile\nÄnne,0821234567\nBert,0831234567', 'utf16le'),
      { encoding: 'utf-16le' },
    ],
    [
      'UTF-16 without one',
      Buffer.from('Name,Mobile\nAnne,0821234567\nBert,0831234567', 'utf16le'),
      { encoding: 'utf-16le' },
    ],
    [
      'UTF-16, the other way round',
      Buffer.from('\ufeffName,Mobile\nÄnne,0821234567\nBert,0831234567', 'utf16le').swap16(),
      { encoding: 'utf-16be' },
    ],
    [
      'Windows-1252',
      Buffer.from('Naam,Mobile\nAndr\xe9,0821234567\nBert,0831234567', 'latin1'),
      { encoding: 'windows-1252' },
    ],
    [
      'what Excel was told',
      'sep=;\r\nName;Mobile\r\nA, B;0821234567\r\nC;0831234567\r\n',
      { delimiter: ';' },
    ],
    [
      'quotation marks',
      '"Name","Mobile"\n"A ""the"" B,\nsecond line","0821234567"\n"C","0831234567"\n',
      { column: 1 },
    ],
    [
      'quotation marks where none belong',
      'Name,Mobile\n5" pipe,0821234567\nC "x",0831234567\n',
      { column: 1 },
    ],
    ['rows of different lengths', 'Name,Mobile\nAnna,0821234567,x,y\n\nBert,0831234567\n', { column: 1 }],
    [
      'the column whose name says so',
      'Fax,Mobile\n0861111111,0821234567\n0862222222,0831234567\n',
      { column: 1 },
    ],
  ])('%s', async (_what, content, shape) => {
    const result = await read(content);
    expect(result.shape).toMatchObject(shape);
    expect(numbers(result)).toEqual([anna, bert]);
    expect(result.leftOut).toEqual([]);
  });

  test('names in any of these as they are written', async () => {
    const result = await read(Buffer.from('Na\xefve;Mobile\nAndr\xe9 \x80;0821234567', 'latin1'));
    expect(result.shape?.columns[0]).toEqual({ name: 'Naïve', sample: 'André €' });
  });

  test('another column when a person says so', async () => {
    const content = 'Home,Mobile\n0821234567,0831234567\n';
    expect(numbers(await read(content, { column: 0 }))).toEqual([anna]);
  });

  test('with rows and reasons what is left out, and apart what shares a number', async () => {
    const result = await read(
      'Name,Mobile\nAnna,082 123 4567\nBert,\nCarl,n/a\nDora,2.78E+10\nAnna again,+27 82 123 4567\nEve,08212345\n\nFay,083 123 4567 ext 5\nBert,0831234567\n',
    );
    expect(numbers(result)).toEqual([anna, anna, bert]);
    expect(result.counts).toMatchObject({ read: 8, taken: 2, sharing: 1, duplicates: 0 });
    expect(result.leftOut.map(({ row, reason }) => [row, reason])).toEqual([
      [3, 'empty'],
      [4, 'not-a-number'],
      [5, expect.any(String)],
      [7, 'too-short'],
      [9, 'extension'],
    ]);
    // The rows that a spreadsheet shows.
    expect(result.recipients.map(([row]) => row)).toEqual([2, 6, 10]);
  });

  test('rows of one number: written twice, or of several people', async () => {
    const result = await read(
      'Name,Mobile,Town\nAnna,082 123 4567,Durban\n anna ,+27821234567,DURBAN,\nBen,0821234567,Durban\nBEN,0821234567,durban\nAnna,0821234567,Cape Town\nBert,0831234567,Durban\n',
    );
    expect(result.recipients).toEqual([
      [2, anna],
      [4, anna, true],
      [6, anna, true],
      [7, bert],
    ]);
    expect(result.counts).toMatchObject({ read: 6, taken: 2, sharing: 2, duplicates: 2, leftOut: {} });
  });
});

describe('refuses', () => {
  test.each([
    ['an empty file', '', 'LIST_EMPTY'],
    ['a file of blanks', ' \n\n ,, \n', 'LIST_EMPTY'],
    ['a file without numbers', 'Name,Town\nAnna,Durban\n', 'LIST_NO_NUMBERS'],
    [
      'a quotation mark that is never closed',
      `Name,Mobile\nAnna,0821234567\n"Bert,0831234567\n${'x,y\n'.repeat(60_000)}`,
      'LIST_QUOTE',
    ],
  ])('%s', async (_what, content, code) => {
    await expect(read(content)).rejects.toMatchObject({ code });
  });

  test('a file that is not there, with the system’s own code', async () => {
    const gone = { path: join(directory, 'gone.csv'), country: null, column: null };
    await expect(readList.run(gone, {} as never)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('a long list comes in pieces, and stops in the middle when it is told to', async () => {
  const rows = Array.from({ length: 5_000 }, (_, index) => `08212${String(index).padStart(5, '0')}`);
  const content = `Mobile\n${rows.join('\n')}\n`;
  const result = await read(content);
  expect(result.counts).toMatchObject({ read: 5_000, taken: 5_000 });
  expect(result.pieces).toBeGreaterThan(5);
  await expect(read(content, { stopAfter: 3 })).rejects.toBeInstanceOf(JobCancelled);
});

test('whatever is in a file: it ends, and every row is accounted for', async () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '0821234567',
      '+27 82 123 4567',
      '083',
      '',
      '"',
      '""',
      '"a,b"',
      'x\0y',
      '\ufeff',
      'é',
      '🙂',
      '=1+1',
      "'0821234567",
    ),
    fc.string({ maxLength: 8 }),
  );
  const file = fc
    .array(
      fc.array(cell, { maxLength: 4 }).map((cells) => cells.join(',')),
      { maxLength: 12 },
    )
    .chain((lines) => fc.constantFrom('\n', '\r\n', '\r').map((end) => lines.join(end)));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        file,
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      ),
      async (content) => {
        try {
          await read(content, { column: 0 });
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^LIST_/) });
        }
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  ['a;b\n1,5;2\n2,5;3', ';'],
  ['a,b\n"x;y;z",2', ','],
  ['one column\nonly', ','],
])('detectDelimiter %j', (start, expected) => {
  expect(detectDelimiter(start)).toBe(expected);
});
