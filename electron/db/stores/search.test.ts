import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fold, parseQuery } from '../../../shared/domain/search.ts';
import type { FoundPage, MessageView } from '../../core/ports.ts';
import { migrate } from '../migrate.ts';
import { migrations } from '../migrations/index.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../open.ts';
import { MessageSearch } from './search.ts';
import { SearchIndexBuilder } from './search-index.ts';

let directory: string;
let database: WriteDatabase;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-search-'));
  database = openDatabase(join(directory, 'outbox.db'));
  // Durability is shown elsewhere; here thousands of texts are written.
  database.pragma('synchronous = OFF');
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true, force: true });
});

interface Text {
  readonly recipient: string;
  readonly body: string;
  readonly state?: string;
}

let lastRef = 0;
function add(into: Sqlite.Database, { recipient, body, state = 'accepted' }: Text): number {
  into.exec(`INSERT OR IGNORE INTO account(id, label, family, created_at) VALUES (1, 'a', 'platform', 0);
    INSERT OR IGNORE INTO submission(id, account_id, created_at) VALUES ('s', 1, 0)`);
  lastRef += 1;
  return Number(
    into
      .prepare(
        `INSERT INTO message(client_ref, submission_id, account_id, recipient, body, parts, encoding, state, state_at, created_at)
         VALUES (?, 's', 1, ?, ?, 1, 'gsm-7', ?, 0, 0)`,
      )
      .run(String(lastRef).padStart(26, '0'), recipient, body, state).lastInsertRowid,
  );
}

const still = (): Promise<void> => Promise.resolve();

/** All pages, one after the other. `readNewest` 0: everything by the indexes. */
async function ids(
  query: string,
  view: MessageView = 'history',
  limit = 3,
  readNewest = 0,
): Promise<number[]> {
  const search = new MessageSearch(database as never, readNewest);
  const all: number[] = [];
  let before: number | null = null;
  for (let pages = 0; pages < 1_000; pages += 1) {
    const page: FoundPage = await search.page(query, { view, before, limit }, still);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    all.push(...page.rows.map((row) => row.id));
    if (page.older === null) return all;
    before = page.older;
  }
  throw new Error('search does not end');
}

function checkIndexes(): void {
  for (const table of ['message_words', 'message_trigrams']) {
    database.prepare(`INSERT INTO ${table}(${table}, rank) VALUES ('integrity-check', 1)`).run();
  }
}

const anna = { recipient: '+27821234567', body: 'Dear Anna, your École visit is on Monday at 09:30.' };
const bert = {
  recipient: '+27833334567',
  body: 'Überweisung für Obermüller: 50% off, "no_joke" (NEAR you) 🙂',
};
const arab = { recipient: '+201001234567', body: 'مرحبا بك غدا' };
const thai = { recipient: '+66812345678', body: 'สวัสดีครับพรุ่งนี้' };
const hebrew = { recipient: '+972501234567', body: 'שלום עולם' };

describe('finds', () => {
  let at: Record<'anna' | 'bert' | 'arab' | 'thai' | 'hebrew', number>;
  beforeEach(() => {
    at = {
      anna: add(database, anna),
      bert: add(database, bert),
      arab: add(database, arab),
      thai: add(database, thai),
      hebrew: add(database, hebrew),
    };
  });

  test.each([
    ['a word', 'monday', ['anna']],
    ['the beginning of a word', 'mon', ['anna']],
    ['two letters a word begins with', 'mo', ['anna']],
    ['one letter a word begins with', 'e', ['anna']],
    ['several words in any order', 'monday anna', ['anna']],
    ['a word without its accent', 'ecole', ['anna']],
    ['a word with an accent too many', 'mónday', ['anna']],
    ['something inside a word', 'ermüll', ['bert']],
    ['that, without the accent and in capitals', 'ERMULL', ['bert']],
    ['signs as they stand', '50%', ['bert']],
    ['a quotation mark', '"no', ['bert']],
    ['an underscore, which is no wildcard', 'no_joke', ['bert']],
    ['an underscore for itself alone', 'Mon_ay', []],
    ['a percent sign for itself alone', 'Mon%ay', []],
    ['words that are operators elsewhere', '(NEAR you)', ['bert']],
    ['one emoji', '🙂', ['bert']],
    ['the whole of a number', '+27 82 123 4567', ['anna']],
    ['a number without its plus', '27821234567', ['anna']],
    ['a number with 00', '0027 82 123 4567', ['anna']],
    ['a national number', '082 123-4567', ['anna']],
    ['the end of a number', '4567', ['hebrew', 'thai', 'arab', 'bert', 'anna']],
    ['the beginning of a number', '+2783', ['bert']],
    ['a number in Arabic digits', '٠٨٢١٢٣٤٥٦٧', ['anna']],
    ['Arabic, from the beginning of a word', 'مرح', ['arab']],
    ['Arabic, inside a word', 'رحبا', ['arab']],
    ['Hebrew', 'עולם', ['hebrew']],
    ['Thai inside a row of words without spaces', 'พรุ่งนี้', ['thai']],
    ['two Thai characters', 'คร', ['thai']],
    ['nothing that is not there', 'tuesday', []],
  ] as const)('%s: %s', async (_what, query, expected) => {
    expect(await ids(query)).toEqual(expected.map((name) => at[name]));
  });

  test('in the outbox only what still needs somebody', async () => {
    const open = add(database, { ...anna, state: 'in_doubt' });
    expect(await ids('monday', 'outbox')).toEqual([open]);
    expect(await ids('4567', 'outbox')).toEqual([open]);
    expect(await ids('e', 'outbox')).toEqual([open]);
    expect(await ids('monday')).toEqual([open, at.anna]);
  });

  test('what a text says now, not what it said', async () => {
    database.prepare('UPDATE message SET body = ? WHERE id = ?').run('moved to Friday', at.anna);
    expect(await ids('monday')).toEqual([]);
    expect(await ids('onda')).toEqual([]);
    expect(await ids('friday')).toEqual([at.anna]);
    database.prepare('DELETE FROM message WHERE id = ?').run(at.anna);
    expect(await ids('friday')).toEqual([]);
    checkIndexes();
  });

  test('in the file, no trace of a text that was erased', () => {
    const secret = add(database, { ...anna, body: 'The secret is qzyxw' });
    const traces = (table: string) =>
      database
        .prepare(`SELECT count(*) FROM ${table}_data WHERE instr(block, CAST(? AS BLOB)) > 0`)
        .pluck()
        .get(table === 'message_words' ? 'zyxw' : 'zyx');
    expect([traces('message_words'), traces('message_trigrams')]).toEqual([1, 1]);
    database.prepare("UPDATE message SET body = '' WHERE id = ?").run(secret);
    expect([traces('message_words'), traces('message_trigrams')]).toEqual([0, 0]);
  });
});

test.each([
  '"',
  '""',
  '" OR "1',
  '*',
  'a*',
  'NEAR(a b)',
  'a NEAR b',
  'a AND',
  'OR',
  'NOT a',
  '-a',
  '- a',
  '^a',
  'body:a',
  '{body recipient}: a',
  '(',
  ')',
  '(((a',
  'a + b',
  "'; DROP TABLE message; --",
  'a\0b',
  '\0',
  '\ud83d',
  '%%%',
  '___',
  '🙂*"',
  '"🙂"',
  'שלום"',
  '\\',
  '?1',
  ':match',
  '   ',
  'a'.repeat(5_000),
  '"'.repeat(200),
  'a b c d e f g h i j k l m n o p q r s t u v w x y z',
])('%j is text to look for and nothing else', async (query) => {
  add(database, anna);
  await expect(ids(query)).resolves.toBeInstanceOf(Array);
  await expect(ids(query, 'outbox')).resolves.toEqual([]);
});

/** Written without the product's own rules, so that both would have to be wrong in the same way. */
function naive(texts: readonly (Text & { id: number })[], asTyped: string): number[] {
  // A line break, or anything else that cannot be seen, stands for a space.
  const typed = asTyped.replace(/\p{Cc}/gu, ' ');
  const plain = (text: string) =>
    [...text]
      .map((c) => c.toLowerCase().replaceAll('ς', 'σ'))
      .map((c) => (/^[a-z]/.test(c.normalize('NFD')) ? (c.normalize('NFD')[0] ?? '') : c))
      .join('');
  const words = (text: string) =>
    plain(text)
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== '');
  const query = plain(typed.trim());
  const length = [...query].length;
  const digits = typed.replace(/\D/g, '');
  const numeric = /^[+\d ()-]+$/.test(typed.trim());
  const unspaced = /[\u0e00-\u0e7f]/;
  const asked = words(query);
  return texts
    .filter(({ recipient, body }) => {
      if (length === 0) return false;
      const short = length <= 2 && (/[^\p{L}\p{N}]/u.test(query) || unspaced.test(query));
      if (short) return plain(body).includes(query);
      if (length >= 3 && plain(body).includes(query)) return true;
      const useful = length === 1 || asked.some((word) => [...word].length > 1);
      const there = [...words(body), ...words(recipient)];
      if (useful && asked.length > 0 && asked.every((word) => there.some((one) => one.startsWith(word))))
        return true;
      if (!numeric) return false;
      if (/^\(?\+/.test(typed.trim())) return digits.length >= 2 && recipient.startsWith(`+${digits}`);
      if (digits.startsWith('00')) return digits.length >= 4 && recipient.startsWith(`+${digits.slice(2)}`);
      const national = digits.replace(/^0/, '');
      return national.length >= 3 && recipient.includes(national);
    })
    .map(({ id }) => id)
    .reverse();
}

// Of Unicode 6.1, as SQLite's tables: a newer emoji counts as a letter there, see the test below.
const pieces = [
  'a',
  'b',
  'ab',
  'Ä',
  'é',
  'ñ',
  'E',
  'Д',
  'д',
  'Σ',
  'ς',
  '7',
  '12',
  '5',
  ' ',
  ' ',
  '.',
  '"',
  '*',
  '-',
  '%',
  '_',
  '(',
  'สวัส',
  'ดี',
  'سلا',
  'م',
  'של',
  '😀',
  '👍',
  '\n',
] as const;
const words = fc.array(fc.constantFrom(...pieces), { maxLength: 9 }).map((list) => list.join(''));
const recipients = fc.constantFrom('+27821212567', '+27831275550', '+4412755', '+12125551275');
const queries = fc.oneof(
  fc.array(fc.constantFrom(...pieces, '\0'), { minLength: 1, maxLength: 5 }).map((list) => list.join('')),
  fc.constantFrom(
    '275',
    '+27',
    '+2782',
    '0821212567',
    '082 121',
    '0027 82',
    '(082) 121-2567',
    '+1 212',
    '127',
    '27',
    '2',
    '00',
    '0',
    '1275',
    '+',
  ),
);

test('finds exactly what reading every text would find, for any texts and any query', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ recipient: recipients, body: words }), { maxLength: 12 }),
      fc.array(queries, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 4 }),
      // By the indexes alone, by reading alone, and one after the other.
      fc.constantFrom(0, 3, 1_000),
      async (texts, asked, limit, readNewest) => {
        database.exec('DELETE FROM message');
        const stored = texts.map((text) => ({ ...text, id: add(database, text) }));
        for (const query of asked) {
          expect({ query, ids: await ids(query, 'history', limit, readNewest) }).toEqual({
            query,
            ids: naive(stored, query),
          });
        }
      },
    ),
    { numRuns: 200 },
  );
  checkIndexes();
});

test('an emoji newer than SQLite’s tables hides two letters that are glued to it, and no more: a known limit', async () => {
  database.exec('DELETE FROM message');
  const newer = add(database, { ...anna, body: '🙂sun' });
  const known = add(database, { ...anna, body: '😀sun' });
  const found = (query: string) => ids(query, 'history', 50, 0);
  expect(await found('su')).toEqual([known]);
  expect(await found('sun')).toEqual([known, newer]);
});

test('what becomes of a text never touches the index', () => {
  const id = add(database, { ...anna, state: 'queued' });
  const size = () =>
    database.prepare('SELECT count(*), sum(length(block)) FROM message_trigrams_data').raw().get();
  const before = size();
  const changes = () => database.prepare('SELECT total_changes()').pluck().get() as number;
  const start = changes();
  database
    .prepare(
      "UPDATE message SET state = 'sending', state_at = 1, attempt_no = 1, error_text = 'x' WHERE id = ?",
    )
    .run(id);
  // The row, and the two counters of its trigger. An index that followed would make it a dozen.
  expect(changes() - start).toBe(3);
  expect(size()).toEqual(before);
});

describe('a history from before the index', () => {
  /** A file of the schema before, with texts in it, brought to this one. */
  function grown(count: number): WriteDatabase {
    const path = join(directory, `old-${count}.db`);
    const old = new Sqlite(path);
    migrate(
      old,
      () => undefined,
      migrations.filter(({ version }) => version < 90),
    );
    old.transaction(() => {
      for (let index = 0; index < count; index += 1) {
        add(old, { recipient: '+27820000000', body: `number${index} of many` });
      }
    })();
    old.close();
    return openDatabase(path);
  }

  test('is indexed in slices, newest first, while texts are added, changed and deleted', async () => {
    closeDatabase(database);
    database = grown(500);
    let clock = 0;
    // Every look at the clock is a millisecond on: slices stay small.
    const builder = new SearchIndexBuilder(database, () => {
      clock += 1;
      return clock;
    });
    expect(builder.pendingTo).toBe(500);
    expect(await ids('number499')).toEqual([]);
    expect(builder.slice(1)).toBe(true);
    expect(await ids('number499')).toEqual([500]);
    expect(await ids('number0')).toEqual([]);
    const added = add(database, { recipient: '+27820000000', body: 'number9999 came meanwhile' });
    database.prepare("UPDATE message SET body = 'early change' WHERE id = 3").run();
    database.prepare("UPDATE message SET body = 'late change' WHERE id = 499").run();
    database.prepare('DELETE FROM message WHERE id IN (5, 498)').run();
    let slices = 1;
    while (builder.slice(1)) slices += 1;
    expect(slices).toBeGreaterThan(3);
    expect(await ids('number9999')).toEqual([added]);
    expect(await ids('change')).toEqual([499, 3]);
    expect(await ids('number4')).toHaveLength(111 - 3);
    expect(await ids('number0')).toEqual([1]);
    expect(builder.slice(1)).toBe(false);
    checkIndexes();
  });

  test('says that older texts are missing until it is done', async () => {
    closeDatabase(database);
    database = grown(3);
    const page = () =>
      new MessageSearch(database as never, 0).page(
        'many',
        { view: 'history', before: null, limit: 10 },
        still,
      );
    expect(await page()).toMatchObject({ complete: false, rows: [] });
    new SearchIndexBuilder(database, () => 0).slice(8);
    expect(await page()).toMatchObject({ complete: true, rows: [{ id: 3 }, { id: 2 }, { id: 1 }] });
  });
});

test('our folding is that of both indexes, for every character of Unicode that they know', () => {
  const memory = new Sqlite(':memory:');
  memory.exec(`CREATE VIRTUAL TABLE one USING fts5(body, tokenize='trigram remove_diacritics 1');
    CREATE VIRTUAL TABLE seen USING fts5vocab(one, instance)`);
  const insert = memory.prepare('INSERT INTO one(rowid, body) VALUES (?, ?)');
  const known: number[] = [];
  for (let code = 0x20; code < 0xfffe; code += 1) if (code < 0xd800 || code > 0xdfff) known.push(code);
  memory.transaction(() => {
    for (const code of known) insert.run(code, `12${String.fromCodePoint(code)}34`);
  })();
  const terms = new Map(
    memory.prepare('SELECT doc, term FROM seen WHERE offset = 1').raw().all() as [number, string][],
  );
  const different = known.filter(
    (code) => terms.get(code) !== fold(`12${String.fromCodePoint(code)}34`).slice(1, 4),
  );
  memory.close();
  // Letters younger than SQLite's tables (Cherokee and Georgian capitals and the like), and variants of Greek ones.
  const letters = different.filter(
    (code) => !/^[\p{Script=Cherokee}\p{Script=Georgian}]$/u.test(String.fromCodePoint(code)),
  );
  expect(letters.filter((code) => code < 0x370).map((code) => code.toString(16))).toEqual([
    '1e0',
    '1e1',
    '345',
  ]);
  expect(letters.length).toBeLessThan(120);
});

test('a query is bounded whatever is typed', () => {
  expect(parseQuery('')).toBeUndefined();
  expect(parseQuery(' \0\n ')).toBeUndefined();
  const long = parseQuery('word '.repeat(1_000));
  expect(long?.text.length).toBeLessThanOrEqual(200);
  expect(
    parseQuery(Array.from({ length: 60 }, (_, index) => `w${index}`).join(' '))?.words.length,
  ).toBeLessThanOrEqual(12);
});
