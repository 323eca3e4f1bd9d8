import { describe, expect, it } from 'vitest';
import { translate, translateError } from '../../../shared/i18n/translate.ts';
import { createFakeClient, fakeTemplates, makeScenario } from '../../lib/fake-bridge.ts';
import { describeMinutes } from './describe-template.ts';
import { TemplateForm, Templates } from './templates.svelte.ts';

async function open(changes: Parameters<typeof makeScenario>[1] = { templates: fakeTemplates }) {
  const client = createFakeClient(makeScenario('empty', changes));
  const templates = new Templates(client);
  await templates.load();
  return { client, templates };
}
const names = (templates: Templates) => templates.found.map(({ name }) => name);

function filled(changes: Partial<TemplateForm> = {}): TemplateForm {
  const form = new TemplateForm();
  return Object.assign(form, { name: 'Reminder', body: 'See you on ((day)).', ...changes });
}

describe('the form of a template', () => {
  it('reads what stands in it, a slash before the shortcut or not', () => {
    const form = filled({ shortcut: ' /rem', folder: ' Recalls ', bestBeforeHours: '1,5' });
    expect(form.read).toEqual({
      written: {
        name: 'Reminder',
        folder: 'Recalls',
        shortcut: 'rem',
        body: 'See you on ((day)).',
        bestBeforeMinutes: 90,
      },
    });
    expect(form.gaps).toEqual(['day']);
    expect(form.parts).toBe(1);
  });

  it.each([5, 7, 50, 60, 61, 90, 720, 43_200])('keeps %i minutes when they are only looked at', (minutes) => {
    const [template] = fakeTemplates;
    if (template === undefined) throw new Error('no template');
    const view = { id: 1, usedCount: 0, usedAt: null, changedAt: 0, versions: 0, ...template };
    const form = new TemplateForm({ ...view, bestBeforeMinutes: minutes });
    expect(form.read).toMatchObject({ written: { bestBeforeMinutes: minutes } });
  });

  it.each([
    [{ name: ' ' }, 'templates.needName'],
    [{ body: ' \n' }, 'templates.needBody'],
    [{ shortcut: 'two words' }, 'templates.shortcutProblem'],
    [{ shortcut: 'a/b' }, 'templates.shortcutProblem'],
    [{ shortcut: 'a'.repeat(21) }, 'templates.shortcutProblem'],
    [{ bestBeforeHours: '0' }, 'templates.bestBeforeProblem'],
    [{ bestBeforeHours: '721' }, 'templates.bestBeforeProblem'],
    [{ bestBeforeHours: 'soon' }, 'templates.bestBeforeProblem'],
  ] as const)('with %j says what is missing', (changes, key) => {
    expect(filled(changes).read).toEqual({ problem: translate(key) });
  });
});

describe('templates', () => {
  it('are grouped by folder and searched by every word', async () => {
    const { templates } = await open();
    expect(templates.folders.map(({ name, templates: inside }) => [name, inside.length])).toEqual([
      ['Appointments', 2],
      ['', 1],
    ]);
    expect(templates.folderNames).toEqual(['Appointments']);
    templates.query = 'order';
    expect(names(templates)).toEqual(['Order is ready']);
  });

  it('are written, and what was typed stays when main says no', async () => {
    const { client, templates } = await open({});
    templates.write();
    const { form } = templates;
    Object.assign(form ?? {}, filled({ shortcut: 'rem' }));
    client.fail('templates.create', 'shortcut-taken');
    await templates.save();
    expect(templates.bad).toBe(translateError({ code: 'shortcut-taken' }));
    expect(templates.form).toBe(form);
    client.fail('templates.create', undefined);
    await templates.save();
    expect(templates.form).toBeUndefined();
    expect(templates.good).toBe(translate('templates.saved', { name: 'Reminder' }));
    expect(names(templates)).toEqual(['Reminder']);
  });

  it('are changed and made what they were', async () => {
    const { templates } = await open();
    const [first] = templates.found;
    templates.write(first);
    Object.assign(templates.form ?? {}, { body: 'Other words.' });
    await templates.save();
    expect(templates.found[0]).toMatchObject({ body: 'Other words.', versions: 1 });
    templates.write(templates.found[0]);
    await templates.readVersions();
    const [version] = templates.versions ?? [];
    expect(version?.body).toBe(first?.body);
    await templates.restoreVersion(version?.id ?? 0);
    expect(templates.found[0]?.body).toBe(first?.body);
    expect(templates.form).toBeUndefined();
  });

  it('are removed and brought back', async () => {
    const { templates } = await open();
    const [first] = templates.found;
    if (first === undefined) throw new Error('no template');
    await templates.remove(first);
    expect(names(templates)).not.toContain(first.name);
    expect(templates.removed).toEqual(first);
    await templates.bringBack();
    expect(names(templates)).toContain(first.name);
    expect(templates.removed).toBeUndefined();
  });

  it('begin with the examples of a trade, once', async () => {
    const { templates } = await open({});
    await templates.addExamples('garage');
    expect(templates.good).toBe(translate('templates.examplesAdded', { count: 4 }));
    await templates.addExamples('garage');
    expect(templates.good).toBe(translate('templates.examplesAdded', { count: 0 }));
    expect(templates.all).toHaveLength(4);
  });
});

it('says a span in the largest unit that is exact', () => {
  expect([5, 60, 90, 720, 1440, 2880].map(describeMinutes)).toEqual([
    '5 minutes',
    '1 hour',
    '90 minutes',
    '12 hours',
    '1 day',
    '2 days',
  ]);
});
