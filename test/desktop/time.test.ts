import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from './bridge.ts';
import { expect, openQuickSend, setUpLive, test } from './fixture.ts';
import { pressKeys } from './screen.ts';
import { findTray } from './tray.ts';

test('a text that was just sent is taken back, and one that was not goes out', async ({ gateway, start }) => {
  const userData = mkdtempSync(join(tmpdir(), 'outtray-time-'));
  try {
    const values = { undoSeconds: 8 };
    writeFileSync(join(userData, 'settings.json'), JSON.stringify({ version: 1, mode: 'unset', values }));
    const application = await start({ userData });
    const main = await setUpLive(application);
    const tray = await findTray(application.pid);

    const quickSend = await openQuickSend(application, tray);
    const to = quickSend.getByLabel(translate('quick.to'), { exact: true });
    const message = quickSend.getByLabel(translate('quick.message'), { exact: true });
    await to.fill('082 123 4567, 083 555 0142');
    await message.fill('Please come on Tuesday.');
    await expect(quickSend.getByText('+27 83 555 0142')).toBeVisible();
    await pressKeys('ctrl+Return');
    await expect(quickSend.getByRole('button', { name: translate('quick.undo') })).toBeVisible();
    await expect(to).toHaveValue('');
    await pressKeys('ctrl+z');
    await expect(to).toHaveValue('082 123 4567, 083 555 0142');
    await expect(message).toHaveValue('Please come on Tuesday.');
    await expect(quickSend.getByText(translate('quick.undone', { count: 2, tooLate: 0 }))).toBeVisible();
    await expect(main.getByText(translate('state.cancelled'), { exact: true })).toHaveCount(2);

    // Sent again it leaves once, and what was taken back never does.
    await to.fill('082 123 4567');
    await expect(quickSend.getByText('+27 83 555 0142')).toBeHidden();
    await pressKeys('ctrl+Return');
    await expect(quickSend.getByRole('button', { name: translate('quick.undo') })).toBeVisible();
    expect(await gateway.sendRequests()).toEqual([]);
    await expect.poll(async () => (await gateway.taken()).length, { timeout: 20_000 }).toBe(1);
    await expect(main.getByText(translate('state.accepted'))).toHaveCount(1);
    expect(await gateway.sendRequests()).toHaveLength(1);
  } finally {
    rmSync(userData, { recursive: true, force: true });
  }
});

test('on a public holiday texts wait, unless the office works on it', async ({ gateway, start }) => {
  const application = await start();
  const main = await setUpLive(application);
  await succeed(main, 'settings.change', { country: 'ZA' });
  await main.getByRole('button', { name: translate('navigation.settings') }).click();
  await main
    .getByRole('button', { name: translate('schedule.holidaysOf', { country: 'South Africa' }) })
    .click();
  // The table of the world's holidays is loaded in a thread of its own.
  await expect(main.getByLabel(/Christmas Day/)).toBeChecked({ timeout: 20_000 });
  const { publicHolidays } = await succeed(main, 'settings.read', undefined);
  expect(publicHolidays?.country).toBe('ZA');

  // Today is a holiday, as it were.
  const today = new Date().toLocaleDateString('en-CA');
  const days = [{ day: today, name: 'Founders’ Day', closed: true }];
  if (publicHolidays === null) throw new Error('no holidays');
  await succeed(main, 'settings.change', { publicHolidays: { ...publicHolidays, days } });
  const { heldUntil } = await succeed(main, 'sending.submit', {
    submissionId: crypto.randomUUID(),
    recipients: ['082 123 4567'],
    body: 'Please come on Tuesday.',
  });
  expect(heldUntil).toBeGreaterThan(Date.now());
  expect((await succeed(main, 'schedule.window', undefined)).closedDay).toBe('Founders’ Day');
  expect(await gateway.sendRequests()).toEqual([]);
  await main.getByLabel(/Founders’ Day/).uncheck();
  await expect.poll(async () => (await gateway.taken()).length, { timeout: 20_000 }).toBe(1);
});
