/** What the settings of time say before anybody does anything: drawn without a window. */
import { render } from 'svelte/server';
import { expect, test } from 'vitest';
import '../../../shared/i18n/on-demand.ts';
import { translate } from '../../../shared/i18n/words.ts';
import { Session } from '../../app/session.svelte.ts';
import { createFakeClient, makeScenario, type Scenario } from '../../lib/fake-bridge.ts';
import QuietNote from '../quick-send/QuietNote.svelte';
import TimeSettings from './TimeSettings.svelte';

async function drawn(settings: Scenario['settings'] = {}): Promise<string> {
  const session = new Session(createFakeClient(makeScenario('empty', { settings })));
  await session.readSettings();
  if (session.settings === undefined) throw new Error('no settings');
  return render(TimeSettings, { props: { session, settings: session.settings, onchange() {} } }).body;
}

test('the settings of time show what holds, with a label for everything', async () => {
  const closed = { from: '2026-12-18', to: '2026-12-18', everyYear: true, name: 'Staff party' };
  const week = [[{ from: 0, to: 480 }], [{ from: 0, to: 1440 }], [], [], [], [], []];
  const html = await drawn({ country: 'ZA', undoSeconds: 12, quietHours: { week, closed: [closed] } });
  expect(html).toContain('value="12"');
  expect(html).toContain('value="08:00"');
  expect(html).toContain('Staff party');
  expect(html).toContain(translate('schedule.holidaysOf', { country: 'South Africa' }));
  const fields = [...html.matchAll(/<(?:input|select)\b[^>]*>/g)].map(([tag]) => tag);
  expect(fields.length).toBeGreaterThan(10);
  for (const tag of fields) {
    const id = /\bid="([^"]+)"/.exec(tag)?.[1];
    expect(/aria-label=/.test(tag) || (id !== undefined && html.includes(`for="${id}"`)), tag).toBe(true);
  }
});

test('holidays are listed with those on which the office works unticked', async () => {
  const days = [
    { day: '2099-12-25', name: 'Christmas Day', closed: true },
    { day: '2099-12-26', name: 'Day of Goodwill', closed: false },
  ];
  const publicHolidays = { country: 'ZA', region: null, days, through: '2100-12-31' };
  const html = await drawn({ publicHolidays });
  // A year ahead and no further.
  expect(html).toContain(translate('schedule.holidaysNone'));
  expect(html).toContain(translate('schedule.holidaysOff'));
});

const quiet = { open: false, changesAt: null, closedDay: 'Christmas Day', zone: 'UTC' };
const form = {
  quiet,
  overridesQuiet: false,
  overrideQuiet() {},
  quietReason: '',
  problem: undefined,
  problemField: undefined,
};

test('the note about quiet hours names the day and offers to send all the same; open, it is not there', () => {
  const { body } = render(QuietNote, { props: { form } });
  expect(body).toContain('Christmas Day');
  expect(body).toContain(translate('quick.quietAnyway'));
  expect(body).not.toContain(translate('quick.quietReason'));
  const empty = render(QuietNote, { props: { form: { ...form, quiet: undefined } } }).body;
  expect(empty).not.toContain('Christmas');
});

test('the reason is asked for, with what is wrong about it', () => {
  const problem = translate('quick.quietNeedsReason');
  const overridden = { ...form, overridesQuiet: true, problem, problemField: 'reason' as const };
  const { body } = render(QuietNote, { props: { form: overridden } });
  expect(body).toContain(translate('quick.quietReason'));
  expect(body).toContain(problem);
  expect(body).toContain('aria-invalid="true"');
});
