import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewTemplate } from '../../core/ports.ts';
import { closeDatabase, openDatabase, type WriteDatabase } from '../open.ts';
import { AccountStore } from './accounts.ts';
import { SqliteOutboxStore } from './outbox.ts';
import { ShortcutTaken, SqliteTemplateStore } from './templates.ts';

let directory: string;
let database: WriteDatabase;
let store: SqliteTemplateStore;
const day = 24 * 3_600_000;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-templates-'));
  database = openDatabase(join(directory, 'outbox.db'));
  store = new SqliteTemplateStore(database);
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

function template(changes: Partial<NewTemplate> = {}): NewTemplate {
  return {
    name: 'Reminder',
    folder: '',
    shortcut: undefined,
    body: 'See you on ((day)).',
    bestBeforeMinutes: undefined,
    ...changes,
  };
}

test('what is in folders comes first, by folder and name', () => {
  for (const [folder, name] of [
    ['', 'A'],
    ['Recalls', 'C'],
    ['Bills', 'D'],
    ['Recalls', 'B'],
  ] as const) {
    store.create(template({ folder, name }), 1);
  }
  expect(store.list().map(({ folder, name }) => `${folder}/${name}`)).toEqual([
    'Bills/D',
    'Recalls/B',
    'Recalls/C',
    '/A',
  ]);
  expect(store.count()).toBe(4);
});

test('a change keeps what was, the same again keeps nothing, and what was can be had back', () => {
  const { id } = store.create(template(), 1);
  expect(store.change(id, template({ body: 'Two' }), 2)).toMatchObject({ body: 'Two', versions: 1 });
  expect(store.change(id, template({ body: 'Two' }), 3)).toMatchObject({ versions: 1 });
  const [version] = store.versions(id);
  expect(version).toMatchObject({ body: 'See you on ((day)).', savedAt: 2 });
  expect(store.restoreVersion(id, version?.id ?? 0, 4)).toMatchObject({
    body: 'See you on ((day)).',
    versions: 2,
  });
  expect(store.versions(id).map(({ body }) => body)).toEqual(['Two', 'See you on ((day)).']);
});

test('a version of another template, or of none, is not had back', () => {
  const one = store.create(template(), 1);
  const other = store.create(template({ name: 'Other' }), 1);
  store.change(one.id, template({ body: 'Two' }), 2);
  const [version] = store.versions(one.id);
  expect(store.restoreVersion(other.id, version?.id ?? 0, 3)).toBeUndefined();
  expect(store.restoreVersion(99, version?.id ?? 0, 3)).toBeUndefined();
  expect(store.change(99, template(), 3)).toBeUndefined();
});

test('of many changes the last twenty are kept', () => {
  const { id } = store.create(template({ body: '0' }), 0);
  for (let change = 1; change <= 25; change += 1)
    store.change(id, template({ body: String(change) }), change);
  expect(store.versions(id).map(({ body }) => body)).toEqual(
    Array.from({ length: 20 }, (_, index) => String(24 - index)),
  );
});

test('a shortcut belongs to one template, whatever its case; one that was removed gives it back', () => {
  const first = store.create(template({ shortcut: 'rem' }), 1);
  expect(() => store.create(template({ shortcut: 'REM' }), 1)).toThrow(ShortcutTaken);
  const second = store.create(template({ name: 'Second' }), 1);
  expect(() => store.change(second.id, template({ name: 'Second', shortcut: 'rem' }), 2)).toThrow(
    ShortcutTaken,
  );
  expect(store.list()).toHaveLength(2);
  store.remove(first.id, 3);
  expect(store.change(second.id, template({ name: 'Second', shortcut: 'rem' }), 4)?.shortcut).toBe('rem');
  // Taken by now: it comes back without.
  expect(store.bringBack(first.id)).toMatchObject({ name: 'Reminder', shortcut: undefined });
});

test('what was removed comes back as it was, for thirty days', () => {
  const { id } = store.create(template({ shortcut: 'rem' }), 1);
  store.remove(id, 10);
  expect(store.list()).toEqual([]);
  store.create(template({ name: 'New' }), 10 + 30 * day);
  expect(store.bringBack(id)).toMatchObject({ shortcut: 'rem' });
  store.remove(id, 10);
  store.create(template({ name: 'Newer' }), 11 + 30 * day);
  expect(store.bringBack(id)).toBeUndefined();
});

test('adding several leaves out what is there, and a shortcut that is taken', () => {
  store.create(template({ shortcut: 'rem' }), 1);
  expect(store.add([template(), template({ name: 'Late', shortcut: 'rem', body: 'We are late.' })], 2)).toBe(
    1,
  );
  expect(store.list().map(({ name, shortcut }) => [name, shortcut])).toEqual([
    ['Late', undefined],
    ['Reminder', 'rem'],
  ]);
});

test('a text that was written from it counts once, also when it is submitted twice', async () => {
  const { id } = store.create(template(), 1);
  const accountId = new AccountStore(database).create({ label: 'A', family: 'platform' }, 1).id;
  let references = 0;
  const newRef = (): string => String(++references).padStart(26, '0');
  const outbox = new SqliteOutboxStore(database, { runId: 'r', now: () => 5, newRef });
  const submission = {
    id: 's',
    accountId,
    messages: [
      {
        clientRef: newRef(),
        recipient: '+27821234567',
        body: 'See you.',
        parts: 1,
        encoding: 'gsm-7' as const,
        bestBefore: undefined,
      },
    ],
    clearsDraft: undefined,
    templateId: id,
  };
  await outbox.submit(submission);
  await outbox.submit(submission);
  expect(store.list()[0]).toMatchObject({ usedCount: 1, usedAt: 5 });
});
