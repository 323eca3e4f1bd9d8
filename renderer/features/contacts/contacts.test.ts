import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { translate, translateError } from '../../../shared/i18n/translate.ts';
import { createFakeClient, fakeContact, makeScenario } from '../../lib/fake-bridge.ts';
import { ContactForm, Contacts, splitGroups } from './contacts.svelte.ts';

const people = [
  fakeContact(1, 'Ana Silva', { groups: ['Year 3'] }),
  fakeContact(2, 'Éva Novák', { groups: ['Choir', 'Year 3'] }),
  fakeContact(3, 'Rui Silva'),
];

async function open() {
  const client = createFakeClient(makeScenario('empty', { contacts: people }));
  const contacts = new Contacts(client);
  await contacts.load();
  return { client, contacts };
}
const names = (contacts: Contacts) => contacts.rows?.map(({ name }) => name);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('contacts', () => {
  it('are searched while typing, once the keys rest, and by group', async () => {
    const { client, contacts } = await open();
    const asked = () => client.calls.filter(({ method }) => method === 'contacts.page').length;
    const before = asked();
    contacts.query = 's';
    contacts.query = 'si';
    expect(asked()).toBe(before);
    await vi.runAllTimersAsync();
    expect(asked()).toBe(before + 1);
    expect(names(contacts)).toEqual(['Ana Silva', 'Rui Silva']);
    contacts.query = '';
    contacts.group = 'Choir';
    await vi.runAllTimersAsync();
    expect(names(contacts)).toEqual(['Éva Novák']);
    expect(contacts.groups).toEqual([
      { name: 'Choir', members: 1 },
      { name: 'Year 3', members: 2 },
    ]);
  });

  it('are written down, and what was typed stays when main says no', async () => {
    const { contacts } = await open();
    contacts.write();
    const form = contacts.form ?? new ContactForm();
    await contacts.save();
    expect(contacts.bad).toBe(translate('contacts.needName'));
    form.name = ' Bea ';
    await contacts.save();
    expect(contacts.bad).toBe(translate('contacts.needNumber'));
    form.number = '12';
    await contacts.save();
    expect(contacts.bad).toBe(translateError({ code: 'contact-number' }));
    expect(contacts.form).toBe(form);
    form.number = '082 555 0101';
    form.groups = 'Year 3; Band';
    await contacts.save();
    expect(contacts.form).toBeUndefined();
    expect(contacts.rows?.find(({ name }) => name === 'Bea')?.groups).toEqual(['Year 3', 'Band']);
  });

  it('are changed with everything that was there', async () => {
    const { client, contacts } = await open();
    const [, eva] = contacts.rows ?? [];
    contacts.write(eva);
    await contacts.save();
    expect(client.calls.findLast(({ method }) => method === 'contacts.save')?.input).toEqual({
      id: 2,
      name: 'Éva Novák',
      number: eva?.display,
      notes: '',
      groups: ['Choir', 'Year 3'],
    });
  });

  it('are removed and brought back', async () => {
    const { contacts } = await open();
    const [ana] = contacts.rows ?? [];
    if (ana === undefined) throw new Error('nobody');
    await contacts.remove(ana);
    expect(names(contacts)).not.toContain('Ana Silva');
    await contacts.bringBack();
    expect(names(contacts)).toContain('Ana Silva');
    expect(contacts.removed).toBeUndefined();
  });

  it('are pasted; the lines that were not taken stay to be corrected', async () => {
    const { contacts } = await open();
    contacts.paste();
    await contacts.takePasted();
    expect(contacts.bad).toBe(translate('contacts.pasteEmpty'));
    contacts.pasted = 'Bea Lee\t082 555 0101\nnobody\n\nJo Roe, 082 555 0102';
    await contacts.takePasted();
    expect(contacts.good).toBe(translate('contacts.pasted', { added: 2, already: 0 }));
    expect(contacts.notUnderstood).toEqual([{ line: 2, text: 'nobody' }]);
    expect(contacts).toMatchObject({ pasted: 'nobody', pasting: true });
    contacts.pasted = 'Nobody Else 082 555 0103';
    await contacts.takePasted();
    expect(contacts).toMatchObject({ pasted: '', pasting: false });
  });
});

it('reads groups with any comma between them', () => {
  expect(splitGroups(' Year 3, Choir;;كورال، ')).toEqual(['Year 3', 'Choir', 'كورال']);
});
