import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { translate } from '../../shared/i18n/translate.ts';
import { call, succeed } from './bridge.ts';
import { sendText } from './compose.ts';
import { eventually } from './eventually.ts';
import { expect, openMain, openQuickSend, setUpLive, setUpPractice, test } from './fixture.ts';
import { applicationCommand } from './launch.ts';
import { shownNotifications } from './notifications.ts';
import { focusedWindow, pressKeys, typeText } from './screen.ts';
import { findTray } from './tray.ts';

test('a second start shows the window of the first and ends', async ({ start }) => {
  const application = await start({ arguments: ['--hidden'] });
  await findTray(application.pid);
  expect(application.openWindows()).toEqual([]);

  const { program, args } = applicationCommand(application.userData);
  const environment = { ...process.env };
  delete environment.ELECTRON_RUN_AS_NODE;
  const second = spawn(program, args, { env: environment, stdio: 'ignore' });
  const code = await new Promise((resolve) => second.once('exit', resolve));
  expect(code).toBe(0);
  const main = await application.window('main');
  await expect(main.getByRole('heading').first()).toBeVisible();
});

test('closing keeps it running in the tray, and says so once', async ({ start }) => {
  const application = await start();
  const main = await setUpPractice(application);
  const tray = await findTray(application.pid);
  const notices = async (): Promise<number> =>
    (await shownNotifications()).filter(
      (shown) => shown.summary === translate('notification.closeToTray.title'),
    ).length;

  await succeed(main, 'app.hideWindow', undefined);
  await expect.poll(notices).toBe(1);
  await tray.click(translate('tray.open'));
  await expect.poll(async () => (await focusedWindow())?.pid).toBe(application.pid);
  await succeed(await application.window('main'), 'app.hideWindow', undefined);
  await tray.item(translate('tray.newMessage'));
  expect(await notices()).toBe(1);
});

test('what is typed survives the window, a kill and a restart, and is one text in the end', async ({
  gateway,
  start,
}) => {
  const application = await start();
  await setUpLive(application);
  let tray = await findTray(application.pid);
  let quickSend = await openQuickSend(application, tray);
  await typeText('082 123 4567');
  await pressKeys('Tab');
  await typeText('Half a thought');
  await pressKeys('Escape');
  await expect
    .poll(async () => (await succeed(quickSend, 'draft.load', undefined)).body)
    .toBe('Half a thought');

  quickSend = await openQuickSend(application, tray);
  await expect(quickSend.getByLabel(translate('quick.message'), { exact: true })).toHaveValue(
    'Half a thought',
  );
  await application.kill();
  await application.restart();
  tray = await findTray(application.pid);
  quickSend = await openQuickSend(application, tray);
  await expect(quickSend.getByLabel(translate('quick.to'), { exact: true })).toHaveValue('082 123 4567');
  const message = quickSend.getByLabel(translate('quick.message'), { exact: true });
  await expect(message).toHaveValue('Half a thought');
  await message.press('End');
  await typeText(', finished');
  // Pressed twice, as people do.
  await pressKeys('ctrl+Return', 'ctrl+Return');
  await expect
    .poll(async () => (await gateway.taken()).map((text) => text.content))
    .toEqual(['Half a thought, finished']);
  expect(await gateway.sendRequests()).toHaveLength(1);
  await expect.poll(async () => (await succeed(quickSend, 'draft.load', undefined)).body).toBe('');
});

test('options that were set survive a kill and a restart: octets do not come back as a text', async ({
  gateway,
  start,
}) => {
  const application = await start();
  await setUpLive(application);
  let quickSend = await openQuickSend(application, await findTray(application.pid));
  await typeText('082 123 4567');
  await pressKeys('Tab');
  await typeText('04 06 01 AE');
  const height = (): Promise<number> => quickSend.evaluate(() => window.innerHeight);
  const usual = await height();
  const advanced = quickSend.getByRole('button', { name: translate('quick.advanced') });
  await advanced.click();
  // The window makes room for what is opened in it: nothing has to be scrolled for.
  await expect.poll(height).toBeGreaterThan(usual + 150);
  await advanced.click();
  await expect.poll(height).toBe(usual);
  await advanced.click();
  await quickSend.getByLabel(translate('quick.binary')).click();
  await quickSend.getByLabel(translate('quick.header'), { exact: true }).fill('0605040B8423F0');
  const kept = { binary: true, userDataHeader: '0605040B8423F0' };
  await expect.poll(async () => (await succeed(quickSend, 'draft.load', undefined)).options).toEqual(kept);
  await expect.poll(height).toBeGreaterThan(usual + 150);
  await pressKeys('Escape');
  await application.kill();
  await application.restart();
  quickSend = await openQuickSend(application, await findTray(application.pid));
  expect(await height()).toBe(usual);
  await expect(quickSend.getByText(translate('options.binary'))).toBeVisible();
  await pressKeys('ctrl+Return');
  await expect
    .poll(async () => (await gateway.sendRequests()).map(({ body }) => JSON.parse(body) as unknown))
    .toMatchObject([{ content: '040601ae', binary: true, userDataHeader: '0605040b8423f0' }]);
});

test('quitting with texts waiting says so; they are there again after the next start', async ({
  gateway,
  start,
}) => {
  const application = await start();
  await setUpLive(application);
  const tray = await findTray(application.pid);
  await gateway.line('down');
  await sendText(application, tray, '082 123 4567', 'Still waiting.');
  await tray.item(translate('tray.waiting', { count: 1 }));

  // However often it is chosen, it is asked once.
  await tray.click(translate('tray.quit'));
  await tray.click(translate('tray.quit'));
  await expect.poll(async () => (await focusedWindow())?.title).toBe(translate('dialog.quit.title'));
  await pressKeys('Escape');
  await expect.poll(async () => (await focusedWindow())?.title).not.toBe(translate('dialog.quit.title'));
  await tray.item(translate('tray.waiting', { count: 1 }));

  await tray.click(translate('tray.quit'));
  await expect.poll(async () => (await focusedWindow())?.title).toBe(translate('dialog.quit.title'));
  await pressKeys('Return');
  expect(await application.ended()).toBe(0);

  await gateway.line('up');
  await application.restart();
  await expect
    .poll(async () => (await gateway.taken()).map((text) => text.content))
    .toEqual(['Still waiting.']);
  expect(await gateway.sendRequests()).toHaveLength(1);
});

test('a database of a newer version is left alone, and said so', async ({ start }) => {
  const application = await start();
  await setUpPractice(application);
  await application.quit();
  const file = join(application.userData, 'practice', 'outbox.db');
  const database = new Sqlite(file);
  database.pragma('user_version = 99990');
  database.close();

  const { program, args } = applicationCommand(application.userData);
  const environment = { ...process.env };
  delete environment.ELECTRON_RUN_AS_NODE;
  const again = spawn(program, args, { env: environment, stdio: 'ignore' });
  const ended = new Promise((resolve) => again.once('exit', resolve));
  await eventually('the dialog', async () =>
    (await focusedWindow())?.title === translate('dialog.databaseNewer.title') ? true : undefined,
  );
  await pressKeys('Escape');
  expect(await ended).toBe(1);
  const left = new Sqlite(file, { readonly: true });
  expect(left.pragma('user_version', { simple: true })).toBe(99990);
  left.close();
});

test('practice mode: no key, a banner, a pretend gateway that answers, its own database', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const main = await setUpPractice(application);
  await expect(main.getByText(translate('app.practiceBanner'))).toBeVisible();
  const tray = await findTray(application.pid);
  await expect
    .poll(() => tray.toolTip())
    .toBe(translate('tray.tooltip.practice', { tooltip: translate('tray.tooltip.idle') }));
  await sendText(application, tray, '082 123 4567', 'Only practising.');
  await expect(main.getByRole('option')).toContainText(translate('state.accepted'));
  const quickSend = await openQuickSend(application, tray);
  await expect(quickSend.getByText(translate('app.practiceBanner'))).toBeVisible();
  // Nothing of it went to the gateway of the live account, and nothing of it is in the live outbox.
  expect(await gateway.sendRequests()).toEqual([]);
  await succeed(main, 'app.setMode', { mode: 'live' });
  expect((await succeed(main, 'messages.page', { view: 'history', before: null, limit: 10 })).rows).toEqual(
    [],
  );
  await succeed(main, 'app.setMode', { mode: 'practice' });
  expect(
    (await succeed(main, 'messages.page', { view: 'history', before: null, limit: 10 })).rows,
  ).toHaveLength(1);
});

test('a login start shows no window', async ({ start }) => {
  const application = await start();
  await setUpPractice(application);
  await application.quit();
  mkdirSync(application.userData, { recursive: true });
  await application.restart({ arguments: ['--hidden', '--', '--trace-startup'] });
  await findTray(application.pid);
  await eventually(
    'the start-up marks',
    () => /startup \{.*"dispatcher"/.test(application.output()) || undefined,
  );
  expect(application.openWindows()).toEqual([]);
  const main = await openMain(application);
  await expect(main.getByRole('navigation')).toBeVisible();
});

test('a wrong key in practice changes nothing: not the mode, not what waits in the live outbox', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const main = await setUpLive(application);
  const tray = await findTray(application.pid);
  await gateway.line('down');
  await sendText(application, tray, '082 123 4567', 'Held back.');
  await tray.item(translate('tray.waiting', { count: 1 }));
  await succeed(main, 'app.setMode', { mode: 'practice' });
  await gateway.line('up');

  const wrong = await call(main, 'credentials.set', { key: 'not-the-right-key==', allowWeakStore: false });
  expect(wrong).toEqual({ ok: false, error: { code: 'key-rejected' } });
  expect((await succeed(main, 'app.status', undefined)).mode).toBe('practice');
  expect(await gateway.sendRequests()).toEqual([]);
  await application.quit();
  await application.restart();
  expect((await succeed(await openMain(application), 'app.status', undefined)).mode).toBe('practice');
  expect(await gateway.sendRequests()).toEqual([]);
});

test('what is typed while practising stays with practice', async ({ gateway, start }) => {
  const application = await start();
  const main = await setUpLive(application);
  await succeed(main, 'app.setMode', { mode: 'practice' });
  const tray = await findTray(application.pid);
  await openQuickSend(application, tray);
  await typeText('082 123 4567');
  await pressKeys('Tab');
  await typeText('Just a joke');
  await succeed(main, 'app.setMode', { mode: 'live' });
  let quickSend = await openQuickSend(application, tray);
  await expect(quickSend.getByLabel(translate('quick.message'), { exact: true })).toHaveValue('');
  await succeed(main, 'app.setMode', { mode: 'practice' });
  quickSend = await openQuickSend(application, tray);
  await expect(quickSend.getByLabel(translate('quick.message'), { exact: true })).toHaveValue('Just a joke');
  expect(await gateway.sendRequests()).toEqual([]);
});

test('nothing of it outlives it, however it ends', async ({ start }) => {
  const application = await start();
  await findTray(application.pid);
  const own = processesBelow(application.pid);
  expect(own.map(({ command }) => command).join('\n')).toContain('gdbus monitor');
  const left = (): string[] =>
    own.filter(({ pid }) => existsSync(`/proc/${pid}`)).map(({ command }) => command);

  await application.kill();
  await expect.poll(left).toEqual([]);
});

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process below this one, at any depth. */
function processesBelow(pid: number): readonly Running[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): Running[] => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), command }];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
  const below = (parent: number): Running[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(pid);
}
