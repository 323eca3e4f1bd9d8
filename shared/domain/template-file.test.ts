import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTemplateFile, writeTemplateFile } from './template-file.ts';

const reminder = {
  name: 'Reminder',
  folder: 'Appointments',
  shortcut: 'rem',
  body: 'See you on ((day)).\nThe team 🦷',
  bestBeforeMinutes: 60,
};
const plain = { name: 'Plain', folder: '', shortcut: null, body: 'Hello', bestBeforeMinutes: null };

it('reads what it wrote, also with a byte order mark before it', () => {
  const text = writeTemplateFile([reminder, plain]);
  expect(readTemplateFile(text)).toEqual([reminder, plain]);
  expect(readTemplateFile(`\uFEFF${text}`)).toEqual([reminder, plain]);
});

it.each([
  ['nothing', ''],
  ['half of one', writeTemplateFile([reminder]).slice(0, -20)],
  ['another file', '{"templates":[]}'],
  ['a later version', '{"kind":"outtray-templates","version":2,"templates":[]}'],
  ['one template without words', writeTemplateFile([{ ...reminder, body: '  ' }])],
  ['a shortcut with a space', writeTemplateFile([{ ...reminder, shortcut: 'a b' }])],
  ['a name on two lines', writeTemplateFile([{ ...reminder, name: 'a\nb' }])],
  ['too many', writeTemplateFile(Array.from({ length: 501 }, () => plain))],
])('takes nothing from %s', (_, text) => {
  expect(readTemplateFile(text)).toBeUndefined();
});

it('never throws, whatever a file holds', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(readTemplateFile(text)).toBeUndefined();
    }),
  );
});
