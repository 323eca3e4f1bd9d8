import { describe, expect, it } from 'vitest';
import { translate } from '../../../shared/i18n/translate.ts';
import { createFakeClient, makeScenario } from '../../lib/fake-bridge.ts';
import { describeRule } from './describe-rule.ts';
import { RecurringForm, RecurringTexts } from './recurring.svelte.ts';

function filled(): RecurringForm {
  const form = new RecurringForm('Africa/Johannesburg', '2027-01-04');
  form.to = '082 555 0101; 083 555 0102';
  form.body = 'Please water the plants.';
  return form;
}

describe('the form of a repeating text', () => {
  it('says every kind of rule', () => {
    const form = filled();
    form.toggleDay(4);
    expect(form.rule?.repeat).toEqual({ every: 'week', interval: 1, days: [1, 4] });
    form.every = 'day';
    form.interval = '3';
    expect(form.rule?.repeat).toEqual({ every: 'day', interval: 3 });
    form.every = 'month';
    form.day = '31';
    expect(form.rule?.repeat).toEqual({ every: 'month', interval: 3, day: 31 });
    form.every = 'month-weekday';
    form.nth = '-1';
    form.weekday = '5';
    expect(form.rule?.repeat).toEqual({ every: 'month-weekday', interval: 3, weekday: 5, nth: -1 });
    const { rule } = form;
    if (rule !== undefined) expect(describeRule(rule)).toBe('Every 3 months on the last Friday at 08:00');
  });

  it.each([
    [{ to: ' ' }, 'quick.needTo'],
    [{ body: ' ' }, 'quick.needMessage'],
    [{ interval: '0' }, 'recurring.ruleProblem'],
    [{ until: '2027-01-03' }, 'recurring.ruleProblem'],
    [{ days: [] }, 'recurring.ruleProblem'],
    [{ bestBeforeHours: '0' }, 'recurring.bestBeforeProblem'],
    [{ bestBeforeHours: 'long' }, 'recurring.bestBeforeProblem'],
  ] as const)('with %j says what is missing', (changes, key) => {
    expect(Object.assign(filled(), changes).read).toEqual({ problem: translate(key) });
  });
});

describe('repeating texts', () => {
  it('are made, changed, stopped and removed', async () => {
    const client = createFakeClient(makeScenario('empty'));
    const recurring = new RecurringTexts(client);
    await recurring.load();
    recurring.write('2027-01-04');
    Object.assign(recurring.form ?? {}, { to: '082 555 0101', body: 'Plants' });
    await recurring.save();
    const [first] = recurring.texts ?? [];
    expect(first).toMatchObject({ body: 'Plants', bestBeforeMinutes: 240 });
    recurring.write('2027-02-01', first);
    expect(recurring.form).toMatchObject({ from: '2027-01-04', to: '082 555 0101' });
    Object.assign(recurring.form ?? {}, { body: 'Flowers' });
    await recurring.save();
    expect(recurring.texts).toMatchObject([{ id: 1, body: 'Flowers' }]);
    await recurring.act('stop', 1);
    expect(recurring.texts?.[0]?.stopped).toBe(true);
    await recurring.act('remove', 1);
    expect(recurring.texts).toEqual([]);
  });

  it('are stopped, resumed and removed several at a time', async () => {
    const client = createFakeClient(makeScenario('empty'));
    const recurring = new RecurringTexts(client);
    for (const body of ['Plants', 'Windows', 'Bins']) {
      recurring.write('2027-01-04');
      Object.assign(recurring.form ?? {}, { to: '082 555 0101', body });
      await recurring.save();
    }
    recurring.chooseAll(true);
    recurring.choose(2, false);
    expect(recurring.chosenFor('stop')).toEqual([1, 3]);
    expect(recurring.chosenFor('resume')).toEqual([]);
    await recurring.actSeveral('stop', recurring.chosenFor('stop'));
    expect(recurring.texts?.map(({ stopped }) => stopped)).toEqual([true, false, true]);
    expect(recurring.good).toBe(translate('recurring.doneSeveral.stop', { count: 2 }));
    recurring.chooseAll(true);
    expect([recurring.chosenFor('stop'), recurring.chosenFor('resume')]).toEqual([[2], [1, 3]]);
    client.fail('recurring.remove', 'storage-full');
    await recurring.actSeveral('remove', recurring.chosenFor('remove'));
    expect(recurring.texts).toHaveLength(3);
    expect([recurring.good, recurring.bad === undefined, recurring.chosen.size]).toEqual([
      undefined,
      false,
      3,
    ]);
    client.fail('recurring.remove', undefined);
    await recurring.actSeveral('remove', recurring.chosenFor('remove'));
    expect(recurring.texts).toEqual([]);
    expect(recurring.chosen.size).toBe(0);
  });

  it('keep what was typed when main says no', async () => {
    const client = createFakeClient(makeScenario('empty', { failing: { 'recurring.create': 'too-many' } }));
    const recurring = new RecurringTexts(client);
    recurring.write('2027-01-04');
    Object.assign(recurring.form ?? {}, { to: '082 555 0101', body: 'Plants' });
    await recurring.save();
    expect(recurring.form?.body).toBe('Plants');
    expect(recurring.bad).toBeDefined();
  });
});
