/** The usual race at login: the panel comes up after the programs that want to be in it. And panels crash. */
import { type ChildProcess, spawn } from 'node:child_process';
import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from '../desktop/bridge.ts';
import { expect, test } from '../desktop/fixture.ts';
import { windowStates } from '../desktop/screen.ts';
import { findTray } from '../desktop/tray.ts';

const startPanel = (): ChildProcess =>
  spawn('xfce4-panel', ['--disable-wm-check', '--sm-client-disable'], { stdio: 'ignore' });

test('a tray host that comes late gets the icon; when it goes, windows stay within reach', async ({
  start,
}) => {
  test.setTimeout(120_000);
  const application = await start();
  const main = await application.window('main');
  await succeed(main, 'app.setMode', { mode: 'practice' });
  const trayIs = async (): Promise<string> => (await succeed(main, 'app.status', undefined)).tray;
  await expect.poll(trayIs).toBe('absent');

  const panel = startPanel();
  try {
    await expect.poll(trayIs, { timeout: 30_000 }).toBe('present');
    const tray = await findTray(application.pid, { timeout: 20_000 });
    expect(await tray.toolTip()).toContain(translate('tray.tooltip.idle'));
    await succeed(main, 'app.hideWindow', undefined);
    await expect.poll(() => windowStates(translate('app.name'))).toEqual([]);
    await tray.click(translate('tray.open'));
    await expect.poll(() => windowStates(translate('app.name'))).toEqual(['shown']);
  } finally {
    panel.kill('SIGKILL');
  }
  await expect.poll(trayIs, { timeout: 20_000 }).toBe('absent');
  await succeed(main, 'app.hideWindow', undefined);
  await expect.poll(() => windowStates(translate('app.name'))).toEqual(['minimised']);
});
