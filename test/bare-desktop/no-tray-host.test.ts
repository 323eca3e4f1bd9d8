/** A desktop that shows no tray icons and keeps no secrets: plain window managers, GNOME without the extension. */
import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from '../desktop/bridge.ts';
import { expect, liveKey, test } from '../desktop/fixture.ts';
import { windowStates } from '../desktop/screen.ts';

test('a window that is closed is minimised, not lost', async ({ start }) => {
  const application = await start();
  const main = await application.window('main');
  await succeed(main, 'app.setMode', { mode: 'practice' });
  await expect.poll(async () => (await succeed(main, 'app.status', undefined)).tray).toBe('absent');
  await succeed(main, 'app.hideWindow', undefined);
  await expect.poll(() => windowStates(translate('app.name'))).toEqual(['minimised']);
  expect(application.openWindows()).toEqual(['main']);
});

test('started hidden it shows itself, since nothing else could', async ({ start }) => {
  const application = await start({ arguments: ['--hidden'] });
  await application.window('main');
  await expect.poll(() => windowStates(translate('app.name'))).toEqual(['shown']);
});

test('without a secret store the key is kept for this run only, and the window says so', async ({
  start,
}) => {
  const application = await start();
  const main = await application.window('main');
  const set = await succeed(main, 'credentials.set', { key: liveKey, allowWeakStore: false });
  expect(set.credential.key).toBe('this-run');
  expect(['weak', 'unavailable']).toContain(set.credential.store);
  await application.quit();
  await application.restart();
  const again = await application.window('main');
  expect((await succeed(again, 'app.status', undefined)).credential.key).toBe('none');
});
