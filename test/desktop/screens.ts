/**
 * Takes the pictures in docs/screens/: every view, light and dark, at 1280×800 and 900×600, from the real application
 * with a gateway that takes, refuses and loses texts. `npm run screens`; look at them afterwards.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from './bridge.ts';
import { liveKey, openMain, openQuickSend, setUpLive } from './fixture.ts';
import { startGateway } from './gateway.ts';
import { launch } from './launch.ts';
import { directory, everyLook, picture, settle, show, themes } from './pictures.ts';
import { pictureOfDesktop, resizeFocusedWindow } from './screen.ts';
import { findTray } from './tray.ts';

/** Numbers of the practice gateway that behave badly on purpose: electron/practice/magic-numbers.ts. */
const texts: readonly { readonly to: string; readonly body: string }[] = [
  {
    to: '082 123 4567',
    body: 'Your appointment is on Tuesday at 09:30. Reply by phone if that does not suit.',
  },
  { to: '083 555 0142', body: 'Die Elternsprechstunde beginnt um 18 Uhr im Raum 12. Bis dann!' },
  { to: '+44 7700 900105', body: 'Your car is ready to be collected.' },
  {
    to: '072 555 0199',
    body: 'Reminder: fasting from 22:00 tonight, blood test tomorrow at 07:45. '.repeat(4),
  },
  { to: '+44 7700 900999', body: 'Your prescription can be collected until Friday.' },
  { to: '+44 7700 900003', body: 'Your new glasses can be collected from Thursday.' },
  { to: '084 555 0123', body: 'We are closed on Monday. Happy holidays from all of us. 🌻' },
];

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
const gateway = await startGateway({ key: liveKey });
const application = await launch({ arguments: [`--gateway=${gateway.url}`] });
try {
  const first = await openMain(application);
  await everyLook(first, 'welcome');
  await first.getByLabel(translate('welcome.keyLabel')).fill('not-the-right-key==');
  await first.getByRole('button', { name: translate('settings.keySave') }).click();
  await expect(first.getByRole('alert').first()).toBeVisible();
  await everyLook(first, 'welcome-wrong-key');
  const main = await setUpLive(application);
  const tray = await findTray(application.pid);
  await show(main, 'history');
  await everyLook(main, 'history-empty');

  for (const text of texts) {
    await succeed(main, 'sending.submit', {
      submissionId: randomUUID(),
      recipients: [text.to],
      body: text.body,
    });
  }
  await expect(main.getByRole('option')).toHaveCount(texts.length);
  await expect(main.getByText(translate('state.rejected'))).toBeVisible();
  await expect(main.getByText(translate('state.accepted'))).toHaveCount(texts.length - 2);
  await everyLook(main, 'history');
  await main.getByText(translate('state.rejected')).click();
  await expect(main.getByText(translate('detail.story'))).toBeVisible();
  await everyLook(main, 'history-detail');
  await main.keyboard.press('Escape');
  await main.getByText(translate('state.in_doubt')).click();
  await expect(main.getByText(translate('detail.story'))).toBeVisible();
  await everyLook(main, 'history-maybe-sent');
  await main.keyboard.press('Escape');
  await main.getByText('Your new glasses').click();
  // The network has it after a moment, and never says more.
  await expect(async () => {
    await main.getByRole('button', { name: translate('detail.ask') }).click();
    await expect(main.getByText(translate('told.at-gateway'))).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await everyLook(main, 'history-asked');
  await main.keyboard.press('Escape');

  const quickSend = await openQuickSend(application, tray);
  await quickSend.getByLabel(translate('quick.to'), { exact: true }).fill('082 123 4567, 083 555 0142');
  await quickSend.keyboard.press('Enter');
  await quickSend
    .getByLabel(translate('quick.message'), { exact: true })
    .fill('Your appointment is on Tuesday at 09:30. Please bring the blue form.');
  await expect(quickSend.getByText('+27 82 123 4567')).toBeVisible();
  for (const theme of themes) {
    await quickSend.emulateMedia({ colorScheme: theme });
    await picture(quickSend, `quick-send-${theme}`);
  }
  await quickSend.emulateMedia({ colorScheme: null });
  await settle(quickSend);
  await quickSend.keyboard.press('Escape');
  await tray.click(translate('tray.open'));

  await gateway.line('down');
  for (const to of ['082 555 0171', '082 555 0172', '082 555 0173']) {
    await succeed(main, 'sending.submit', {
      submissionId: randomUUID(),
      recipients: [to],
      body: 'The practice is closed this afternoon. We call you back tomorrow.',
    });
  }
  await expect.poll(async () => (await succeed(main, 'app.status', undefined)).sending.state).toBe('offline');
  await show(main, 'outbox');
  await expect(main.getByText(translate('state.queued'), { exact: true })).toHaveCount(3);
  await everyLook(main, 'outbox-offline');
  await succeed(main, 'sending.pause', undefined);
  await everyLook(main, 'outbox-paused');
  await show(main, 'settings');
  await everyLook(main, 'settings');
  await succeed(main, 'accounts.create', { label: 'Recalls', family: 'central' });
  await everyLook(main, 'settings-accounts');
  await main.getByRole('button', { name: 'Recalls' }).click();
  const recalls = main.getByRole('listitem').filter({ hasText: 'Recalls' });
  await recalls.getByRole('button', { name: translate('account.advanced'), exact: true }).click();
  await recalls.getByRole('radio', { name: translate('account.login.session') }).check();
  await everyLook(
    main,
    'settings-central',
    recalls.getByText(translate('account.transport'), { exact: true }),
  );
  await recalls.getByRole('button', { name: translate('account.routes') }).click();
  await recalls.getByRole('radio', { name: translate('account.queue.2') }).check();
  await recalls.getByLabel(translate('account.maxCredits')).fill('a lot');
  await recalls.getByLabel(translate('account.maxCredits')).blur();
  await everyLook(main, 'settings-central-routes', recalls.getByText(translate('account.routes')));
  await main.getByRole('button', { name: 'Recalls' }).click();

  await openQuickSend(application, tray);
  await settle(quickSend);
  await pictureOfDesktop(join(directory, 'desktop.png'));
  await quickSend.getByText(translate('quick.advanced')).click();
  await expect(quickSend.getByLabel(translate('quick.senderId'))).toBeVisible();
  await resizeFocusedWindow(420, 640);
  for (const theme of themes) {
    await quickSend.emulateMedia({ colorScheme: theme });
    await picture(quickSend, `quick-send-advanced-${theme}`);
  }

  await succeed(main, 'app.setMode', { mode: 'practice' });
  await tray.click(translate('tray.open'));
  await show(main, 'history');
  await succeed(main, 'sending.submit', {
    submissionId: randomUUID(),
    recipients: ['082 123 4567'],
    body: 'Only practising.',
  });
  await expect(main.getByText(translate('state.accepted'))).toBeVisible();
  await everyLook(main, 'practice');
  await show(main, 'settings');
  await everyLook(main, 'practice-settings');
} finally {
  await application.dispose();
  await gateway.stop();
}
if (application.problems().length > 0) {
  console.error(application.problems().join('\n'));
  process.exit(1);
}
process.exit(0);
