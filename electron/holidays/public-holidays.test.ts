import { expect, test } from 'vitest';
import { publicHolidays } from './public-holidays.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const timers = {
  after(milliseconds: number, run: () => void) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};
const finder = publicHolidays({ workerFile: new URL('./worker.ts', import.meta.url), timers, log });

test('finds the days on which offices are closed, from today on', async () => {
  const found = await finder.find({ country: 'ZA', region: null }, '2026-11-22', null);
  expect(found).toMatchObject({ country: 'ZA', region: null, through: '2027-12-31' });
  expect(found.days.slice(0, 3)).toEqual([
    { day: '2026-12-16', name: 'Day of Reconciliation', closed: true },
    { day: '2026-12-25', name: 'Christmas Day', closed: true },
    { day: '2026-12-26', name: 'Day of Goodwill', closed: true },
  ]);
  // 21 March 2027 is a Sunday: the Monday after it is a holiday as well.
  expect(found.days.map(({ day }) => day)).toContain('2027-03-22');
  expect(found.days.some(({ name }) => name.includes('Mother'))).toBe(false);
  expect(new Set(found.days.map(({ day }) => day)).size).toBe(found.days.length);
});

test('a holiday of several days is each of them, half a day is none', async () => {
  const saudi = await finder.find({ country: 'SA', region: null }, '2027-01-01', null);
  const eid = saudi.days.filter(({ name, day }) => name.includes('Ramadan') && day < '2028');
  expect(eid.map(({ day }) => day)).toEqual(['2027-03-09', '2027-03-10', '2027-03-11', '2027-03-12']);
  const china = await finder.find({ country: 'CN', region: null }, '2027-01-01', null);
  expect(china.days.map(({ day }) => day)).not.toContain('2027-03-08');
});

test('keeps what a person said about a day, for that place alone', async () => {
  const first = await finder.find({ country: 'DE', region: 'BY' }, '2026-12-01', null);
  const worked = first.days.map((day) => ({ ...day, closed: !day.name.startsWith('Good Friday') }));
  const place = { country: 'DE', region: 'BY' };
  const later = await finder.find(place, '2027-01-02', { ...first, days: worked });
  expect(later.days.filter(({ closed }) => !closed).map(({ day }) => day)).toEqual([
    '2027-03-26',
    '2028-04-14',
  ]);
  const elsewhere = await finder.find({ country: 'DE', region: 'BE' }, '2027-01-02', {
    ...first,
    days: worked,
  });
  expect(elsewhere.days.every(({ closed }) => closed)).toBe(true);
  // All Saints is a holiday in one of them.
  expect(first.days.map(({ day }) => day)).toContain('2027-11-01');
  expect(elsewhere.days.map(({ day }) => day)).not.toContain('2027-11-01');
});

test('names the parts of a country, and says where it knows nothing', async () => {
  const germany = await finder.regions('DE');
  expect(germany.regions.find(({ code }) => code === 'BY')).toBeDefined();
  expect(await finder.regions('ZA')).toEqual({ known: true, regions: [] });
  expect((await finder.regions('AQ')).known).toBe(false);
});
