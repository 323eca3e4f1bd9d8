import { translate } from '../../shared/i18n/translate.ts';
import { call, succeed } from './bridge.ts';
import { expect, openQuickSend, setUpLive, test } from './fixture.ts';
import { pressKeys, typeText } from './screen.ts';
import { findTray } from './tray.ts';

test('people are pasted, found in quick-send by name and by group, and get their text; who opted out does not', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const main = await setUpLive(application);
  const tray = await findTray(application.pid);
  await main.getByRole('button', { name: translate('navigation.contacts') }).click();
  await main.getByRole('button', { name: translate('contacts.pasteOpen') }).click();
  await main
    .getByLabel(translate('contacts.pasteLabel'))
    .fill('Éva Novák\t082 123 4567\nAna Silva;083 555 0142\nJo Roe 083 555 0143\nnobody');
  await main.getByLabel(translate('contacts.groups')).fill('Choir');
  await main.getByRole('button', { name: translate('contacts.pasteTake') }).click();
  await expect(main.getByText(translate('contacts.pasted', { added: 3, already: 0 }))).toBeVisible();
  await expect(main.getByText(translate('contacts.notUnderstood', { count: 1 }))).toBeVisible();
  expect(await call(main, 'numbers.optOut', { text: '083 555 0143' })).toMatchObject({ ok: true });

  const quickSend = await openQuickSend(application, tray);
  await typeText('nova');
  await expect(quickSend.getByRole('option', { name: /Éva Novák/ })).toHaveAttribute('aria-selected', 'true');
  await pressKeys('Return');
  const to = quickSend.getByLabel(translate('quick.to'), { exact: true });
  await expect(to).toHaveValue('+27 82 123 4567, ');
  await expect(quickSend.getByText('Éva Novák')).toBeVisible();
  // The group brings its other member; the number that is there already gets one text.
  await typeText('choi');
  await expect(quickSend.getByRole('option', { name: /Choir/ })).toBeVisible();
  await pressKeys('Return');
  await expect(quickSend.getByText('Ana Silva')).toBeVisible();
  await expect(to).not.toHaveValue(/0143/);
  await pressKeys('Tab');
  await typeText('Rehearsal is at six.');
  await pressKeys('ctrl+Return');
  await expect.poll(async () => (await gateway.taken()).length).toBe(2);
  const { rows } = await succeed(main, 'contacts.page', { query: '', group: 'choir', after: null });
  expect(rows.map(({ name, optedOut, textedAt }) => [name, optedOut, textedAt !== null])).toEqual([
    ['Ana Silva', false, true],
    ['Éva Novák', false, true],
    ['Jo Roe', true, false],
  ]);
});
