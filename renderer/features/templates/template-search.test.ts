import { describe, expect, it } from 'vitest';
import type { TemplateView } from '../../../shared/ipc/template-methods.ts';
import { slashAt } from './slash.ts';
import { findTemplates, searchTemplates } from './template-search.ts';

function template(name: string, changes: Partial<TemplateView> = {}): TemplateView {
  return {
    id: 1,
    name,
    folder: '',
    shortcut: null,
    body: 'words',
    bestBeforeMinutes: null,
    usedCount: 0,
    usedAt: null,
    changedAt: 0,
    versions: 0,
    ...changes,
  };
}
const names = (templates: readonly TemplateView[]): string[] => templates.map(({ name }) => name);

describe('slashAt', () => {
  it.each([
    ['/', 1, { from: 0, to: 1, query: '' }],
    ['/rem', 4, { from: 0, to: 4, query: 'rem' }],
    ['/rem', 2, { from: 0, to: 2, query: 'r' }],
    ['Hello /rém', 10, { from: 6, to: 10, query: 'rém' }],
    ['a\n/x', 4, { from: 2, to: 4, query: 'x' }],
  ])('%j at %i', (text, caret, slash) => {
    expect(slashAt(text, caret)).toEqual(slash);
  });

  it.each([
    ['1/2', 3],
    ['and/or', 6],
    ['https://example.org', 12],
    ['// x', 2],
    ['/rem ', 5],
    ['', 0],
    [`/${'a'.repeat(21)}`, 22],
  ])('is not in %j at %i', (text, caret) => {
    expect(slashAt(text, caret)).toBeUndefined();
  });
});

describe('findTemplates', () => {
  const all = [
    template('Late today', { usedCount: 9 }),
    template('Rappel été', { shortcut: 'rap' }),
    template('We are late', { shortcut: 'late' }),
    template('Plate is ready'),
  ];

  it('puts the shortcut first, then the beginning of the name, of a word, and what is inside', () => {
    expect(names(findTemplates(all, 'late'))).toEqual(['We are late', 'Late today', 'Plate is ready']);
  });

  it('sees no accents and no capitals', () => {
    expect(names(findTemplates(all, 'ETE'))).toEqual(['Rappel été']);
    expect(names(findTemplates(all, 'RAP'))).toEqual(['Rappel été']);
  });

  it('without letters offers all, the most used first', () => {
    expect(names(findTemplates(all, ''))[0]).toBe('Late today');
    expect(findTemplates(all, '')).toHaveLength(4);
  });

  it('finds nothing where nothing is meant', () => {
    expect(findTemplates(all, 'xyz')).toEqual([]);
  });
});

describe('searchTemplates', () => {
  it('wants every word, wherever it stands, in any order', () => {
    const all = [
      template('Reminder', { folder: 'Appointments', body: 'See you on Tuesday' }),
      template('Bill', { folder: 'Bills', shortcut: 'pay', body: 'Please pay until Tuesday' }),
    ];
    expect(names(searchTemplates(all, 'tuesday appoint'))).toEqual(['Reminder']);
    expect(names(searchTemplates(all, 'tuesday'))).toEqual(['Reminder', 'Bill']);
    expect(names(searchTemplates(all, ' '))).toEqual(['Reminder', 'Bill']);
    expect(names(searchTemplates(all, 'pay friday'))).toEqual([]);
  });
});
