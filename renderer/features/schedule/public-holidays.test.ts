import { expect, it } from 'vitest';
import '../../../shared/i18n/on-demand.ts';
import { translate } from '../../../shared/i18n/words.ts';
import { Session } from '../../app/session.svelte.ts';
import { createFakeClient, makeScenario } from '../../lib/fake-bridge.ts';
import { HolidayChoice, upcoming } from './public-holidays.svelte.ts';

async function open() {
  const session = new Session(createFakeClient(makeScenario('empty')));
  await session.readSettings();
  return { session, choice: new HolidayChoice(session) };
}

it('keeps the holidays of a country, and none once they are off', async () => {
  const { session, choice } = await open();
  await choice.choose('DE', null);
  expect(session.settings?.publicHolidays).toMatchObject({ country: 'DE', region: null });
  await choice.readRegions('DE');
  expect(choice.regions.map(({ code }) => code)).toEqual(['BY']);
  await choice.choose('DE', 'BY');
  expect(session.settings?.publicHolidays?.region).toBe('BY');
  await choice.choose(null, null);
  expect(session.settings?.publicHolidays).toBeNull();
  await choice.choose(null, null);
  expect(choice.asksCountry).toBe(true);
});

it('says so where the holidays of a country are not known, and changes nothing', async () => {
  const { session, choice } = await open();
  await choice.choose('AQ', null);
  expect(choice.problem).toBe(translate('schedule.holidaysUnknown'));
  expect(session.settings?.publicHolidays).toBeNull();
});

it('shows those of the next twelve months', () => {
  const holiday = (day: string) => ({ day, name: day, closed: true });
  const days = ['2026-11-21', '2026-11-22', '2027-11-21', '2027-11-22'].map(holiday);
  expect(upcoming(days, '2026-11-22').map(({ day }) => day)).toEqual(['2026-11-22', '2027-11-21']);
});
