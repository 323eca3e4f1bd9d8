import { translate } from '../../shared/i18n/translate.ts';
import { expect, liveKey, openQuickSend, setUpLive, test } from './fixture.ts';
import { focusedWindow, pressKeys, typeText } from './screen.ts';
import { findTray } from './tray.ts';

test('a text goes from the tray through the gateway into history', async ({ gateway, start }) => {
  const application = await start();
  const main = await setUpLive(application);
  const tray = await findTray(application.pid);

  const quickSend = await openQuickSend(application, tray);
  await expect(quickSend.getByLabel(translate('quick.to'), { exact: true })).toBeFocused();
  expect((await focusedWindow())?.pid).toBe(application.pid);

  // Real keys from here on: whatever has the focus gets them.
  await typeText('082 123 4567');
  await expect(quickSend.getByText('+27 82 123 4567')).toBeVisible();
  await pressKeys('Tab');
  await expect(quickSend.getByLabel(translate('quick.message'), { exact: true })).toBeFocused();
  await typeText('Your appointment is on Tuesday at 09:30.');
  await pressKeys('ctrl+Return');

  await expect.poll(async () => (await gateway.sendRequests()).length).toBe(1);
  await expect.poll(async () => (await gateway.taken()).length).toBe(1);
  await expect(main.getByRole('option')).toContainText(translate('state.accepted'));
  await main.getByRole('option').click();
  await expect(main.getByText(translate('sentence.accepted'))).toBeVisible();

  const [request, ...others] = await gateway.sendRequests();
  expect(others).toEqual([]);
  expect(request?.headers.get('authorization')).toBe(liveKey);
  expect(request?.headers.get('content-type')).toBe('application/json');
  const [taken] = await gateway.taken();
  expect(request?.body).toBe(
    JSON.stringify({
      content: 'Your appointment is on Tuesday at 09:30.',
      to: ['27821234567'],
      clientMessageId: taken?.clientMessageId,
      charset: 'UTF-8',
    }),
  );
  expect(taken?.clientMessageId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(await tray.toolTip()).toBe(translate('tray.tooltip.idle'));
});
