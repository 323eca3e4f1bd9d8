import { translate } from '../../shared/i18n/translate.ts';
import { sendText } from './compose.ts';
import { expect, liveKey, openMain, setUpLive, test } from './fixture.ts';
import { findTray } from './tray.ts';

test('a text written while the gateway is down survives kill -9 and goes out exactly once', async ({
  gateway,
  start,
}) => {
  const application = await start();
  await setUpLive(application);
  let tray = await findTray(application.pid);
  const idleIcon = await tray.icon();

  await gateway.line('down');
  await sendText(application, tray, '082 123 4567', 'The line is down.');
  await expect.poll(() => tray.toolTip()).toBe(translate('tray.tooltip.offline', { count: 1 }));
  await tray.item(translate('tray.waiting', { count: 1 }));
  expect((await tray.icon()).fingerprint).not.toBe(idleIcon.fingerprint);

  await application.kill();
  await application.restart();
  tray = await findTray(application.pid);
  await tray.item(translate('tray.waiting', { count: 1 }));
  expect(await gateway.sendRequests()).toEqual([]);

  await gateway.line('up');
  const main = await openMain(application);
  await expect(main.getByRole('option')).toContainText(translate('state.accepted'), { timeout: 40_000 });
  const requests = await gateway.sendRequests();
  expect(requests).toHaveLength(1);
  expect(requests[0]?.headers.get('authorization')).toBe(liveKey);
  expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
    content: 'The line is down.',
    to: ['27821234567'],
  });
  await expect.poll(() => tray.toolTip()).toBe(translate('tray.tooltip.idle'));
});

test('a text paused by the person waits through a restart and goes out on resume', async ({
  gateway,
  start,
}) => {
  const application = await start();
  await setUpLive(application);
  let tray = await findTray(application.pid);
  await tray.click(translate('tray.pause'));
  await tray.item(translate('tray.resume'));
  await sendText(application, tray, '082 123 4567', 'Paused by hand.');
  await tray.item(translate('tray.waiting', { count: 1 }));

  await application.kill();
  await application.restart({ arguments: [`--gateway=${gateway.url}`, '--hidden'] });
  tray = await findTray(application.pid);
  await expect.poll(() => tray.toolTip()).toBe(translate('tray.tooltip.paused', { count: 1 }));
  expect(await gateway.sendRequests()).toEqual([]);

  await tray.click(translate('tray.resume'));
  await expect.poll(async () => (await gateway.taken()).length).toBe(1);
  expect(await gateway.sendRequests()).toHaveLength(1);
});
