import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ContactPlace, NewContact } from '../../core/ports.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../open.ts';
import { AccountStore } from './accounts.ts';
import { SqliteContactStore } from './contacts.ts';
import { SqliteOutboxStore } from './outbox.ts';

let directory: string;
let database: WriteDatabase;
let store: SqliteContactStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-contacts-'));
  database = openDatabase(join(directory, 'outbox.db'));
  store = new SqliteContactStore(database);
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

let numbers = 0;
function person(name: string, changes: Partial<NewContact> = {}): NewContact {
  numbers += 1;
  return { name, number: `+27820000${String(numbers).padStart(3, '0')}`, notes: '', groups: [], ...changes };
}
const everybody = { words: [], digits: undefined, group: undefined, after: undefined, limit: 100 };
const names = (found: readonly { readonly name: string }[]): string[] => found.map(({ name }) => name);

test('a page goes on where the one before ended, by name, whatever accents and capitals', () => {
  for (const name of ['Zoë', 'ana', 'Éva', 'Bea', 'Ana']) store.create(person(name), 1);
  const pages: string[][] = [];
  let after: ContactPlace | undefined;
  do {
    const page = store.page({ ...everybody, after, limit: 2 });
    pages.push(names(page.contacts));
    after = page.next;
  } while (after !== undefined);
  expect(pages).toEqual([['ana', 'Ana'], ['Bea', 'Éva'], ['Zoë']]);
  expect(store.count()).toBe(5);
  expect(names(store.all())).toEqual(['Zoë', 'ana', 'Éva', 'Bea', 'Ana']);
});

test('is found by the beginnings of words in any order, and by a piece of the number', () => {
  store.create(person('José María da Silva', { number: '+351912345678' }), 1);
  store.create(person('Maria Santos', { number: '+27821234567' }), 1);
  const find = (words: string[], digits?: string) =>
    names(store.page({ ...everybody, words, digits }).contacts);
  expect(find(['maria'])).toEqual(['José María da Silva', 'Maria Santos']);
  expect(find(['sil', 'jo'])).toEqual(['José María da Silva']);
  expect(find(['ilva'])).toEqual([]);
  expect(find(['nobody'], '2345')).toEqual(['José María da Silva', 'Maria Santos']);
  expect(find(['nobody'], '8212')).toEqual(['Maria Santos']);
});

test('the same name with the same number is one person; another name with it is another', () => {
  const ana = person('Ana Silva');
  expect(store.create(ana, 1)).toMatchObject({ name: 'Ana Silva' });
  expect(store.create({ ...ana, name: 'ANA  SILVA' }, 1)).toBeUndefined();
  const rui = store.create({ ...ana, name: 'Rui Silva' }, 1);
  expect(store.namesOf(ana.number)).toEqual(['Ana Silva', 'Rui Silva']);
  expect(store.change(rui?.id ?? 0, { ...ana, name: 'ana silva' }, 2)).toBe('present');
  expect(store.change(99, ana, 2)).toBe('gone');
  expect(store.change(rui?.id ?? 0, { ...ana, name: 'Rui da Silva', notes: 'Left' }, 2)).toMatchObject({
    name: 'Rui da Silva',
    notes: 'Left',
  });
});

test('groups come and go with their members; capitals make no other group', () => {
  const ana = store.create(person('Ana', { groups: ['Year 3', 'Choir'] }), 1);
  store.create(person('Bea', { groups: ['year 3'] }), 1);
  expect(store.groups()).toEqual([
    { name: 'Choir', members: 1 },
    { name: 'Year 3', members: 2 },
  ]);
  expect(names(store.page({ ...everybody, group: 'YEAR 3' }).contacts)).toEqual(['Ana', 'Bea']);
  expect(store.suggestGroups(['ye'], 5)).toEqual([{ name: 'Year 3', members: 2 }]);
  store.remove(ana?.id ?? 0);
  expect(store.groups()).toEqual([{ name: 'Year 3', members: 1 }]);
});

test('a group tells each number once', () => {
  const mother = person('Child one', { groups: ['Parents'] });
  store.create(mother, 1);
  store.create({ ...mother, name: 'Child two' }, 1);
  store.create(person('Child three', { groups: ['Parents'] }), 1);
  expect(store.numbersOf('parents', 10)).toHaveLength(2);
  expect(store.numbersOf('parents', 1)).toHaveLength(1);
  expect(store.numbersOf('nobody', 10)).toEqual([]);
});

test('who was texted last is suggested first', async () => {
  const old = person('Ana Old');
  const late = person('Ana Zoe');
  for (const one of [old, late, person('Ana Never')]) store.create(one, 1);
  let now = 10;
  let references = 0;
  const newRef = (): string => String(++references).padStart(26, '0');
  const outbox = new SqliteOutboxStore(database, { runId: 'r', now: () => now, newRef });
  const accountId = new AccountStore(database).create({ label: 'A', family: 'platform' }, 1).id;
  for (const { number } of [old, late]) {
    now += 10;
    const message = {
      clientRef: newRef(),
      recipient: number,
      body: 'Hi',
      parts: 1,
      encoding: 'gsm-7' as const,
      bestBefore: undefined,
    };
    await outbox.submit({ id: `s${now}`, accountId, messages: [message], clearsDraft: undefined });
  }
  const found = store.suggest(['ana'], undefined, 10);
  expect(names(found)).toEqual(['Ana Zoe', 'Ana Old', 'Ana Never']);
  expect(found.map(({ textedAt }) => textedAt)).toEqual([30, 20, undefined]);
  expect(names(store.suggest([], undefined, 2))).toEqual(['Ana Zoe', 'Ana Old']);
});

test('several are added at once, those that are there left as they are; erasing a number forgets all its people', () => {
  const ana = person('Ana', { notes: 'Prefers mornings' });
  store.create(ana, 1);
  expect(store.add([{ ...ana, notes: '' }, person('Bea', { groups: ['Choir'] })], 2)).toBe(1);
  expect(store.page(everybody).contacts[0]).toMatchObject({ notes: 'Prefers mornings' });
  store.create({ ...ana, name: 'Rui' }, 3);
  expect(store.eraseNumber(ana.number)).toBe(2);
  expect(names(store.page(everybody).contacts)).toEqual(['Bea']);
});

test('a name without a letter, or with what GLOB would take for its own, is kept and found by its number', () => {
  const odd = person('☎ *[a-z]?', { number: '+27830001111' });
  expect(store.create(odd, 1)).toMatchObject({ name: '☎ *[a-z]?' });
  expect(store.create(person('☎'), 1)).toMatchObject({ name: '☎' });
  expect(names(store.page({ ...everybody, words: ['a', 'z'] }).contacts)).toEqual(['☎ *[a-z]?']);
});
