import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from './bridge.ts';
import { expect, openQuickSend, setUpLive, test } from './fixture.ts';
import { pressKeys, typeText } from './screen.ts';
import { findTray } from './tray.ts';

test('examples are taken, one is changed, and by a slash and the keyboard alone its text goes out with what belongs in it', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const main = await setUpLive(application);
  const tray = await findTray(application.pid);
  await main.getByRole('button', { name: translate('navigation.templates') }).click();
  await expect(main.getByText(translate('templates.none'))).toBeVisible();
  await main.getByRole('button', { name: translate('templates.addExamples') }).click();
  await expect(main.getByText(translate('templates.examplesAdded', { count: 4 }))).toBeVisible();

  // A change is kept as a version.
  await main.getByRole('button', { name: /Edit .*We are closed/ }).click();
  await main.getByLabel(translate('templates.body')).fill('Closed on ((day)). Call ((who|us)).');
  await main.getByRole('button', { name: translate('templates.save') }).click();
  await expect(main.getByText(translate('templates.saved', { name: 'We are closed' }))).toBeVisible();
  const [changed] = (await succeed(main, 'templates.list', undefined)).filter(
    ({ shortcut }) => shortcut === 'closed',
  );
  expect(changed).toMatchObject({ versions: 1, usedCount: 0 });

  const quickSend = await openQuickSend(application, tray);
  await typeText('082 123 4567');
  await pressKeys('Return');
  await typeText('/clo');
  await expect(quickSend.getByRole('option', { name: /We are closed/ })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await pressKeys('Return');
  const message = quickSend.getByLabel(translate('quick.message'), { exact: true });
  await expect(message).toHaveValue('Closed on ((day)). Call us.');

  // Not with a gap in it.
  await pressKeys('ctrl+Return');
  await expect(quickSend.getByText(translate('quick.gapLeft', { count: 1, names: 'day' }))).toBeVisible();
  expect(await gateway.sendRequests()).toEqual([]);
  await pressKeys('ctrl+Home');
  await pressKeys('Tab');
  await typeText('Friday');
  await expect(message).toHaveValue('Closed on Friday. Call us.');
  await pressKeys('ctrl+Return');
  await expect.poll(async () => (await gateway.taken()).length).toBe(1);
  const [request] = await gateway.sendRequests();
  expect(JSON.stringify(request)).toContain('Closed on Friday. Call us.');
  await expect
    .poll(async () =>
      (await succeed(main, 'templates.list', undefined)).find(({ shortcut }) => shortcut === 'closed'),
    )
    .toMatchObject({ usedCount: 1 });
});
