/**
 * What a disk may do to the real program: full, read-only, in somebody else's hands, gone. Each time a sentence, a safe state,
 * nothing lost that was confirmed, and what was typed still there. The damaged file is in `data-care.test.ts`, the one of a
 * newer version in `lifecycle.test.ts`.
 *
 * A disk of its own (tmpfs) stands for the one that fails: only the administrator may make one.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import Sqlite from 'better-sqlite3';
import { translate, translateError } from '../../shared/i18n/translate.ts';
import { succeed } from './bridge.ts';
import { sendText } from './compose.ts';
import { eventually } from './eventually.ts';
import { expect, openMain, openQuickSend, setUpLive, test } from './fixture.ts';
import { type Application, applicationCommand } from './launch.ts';
import { focusedWindow, pressKeys, typeText } from './screen.ts';
import { findTray } from './tray.ts';

const isAdministrator = process.getuid?.() === 0;

/** Everything a test made, undone in reverse order. */
const undo: (() => void)[] = [];
test.afterEach(() => {
  for (const each of undo.splice(0).reverse()) each();
});

/** Data whose live outbox lies on a small disk of its own. */
function dataOnSmallDisk(): { readonly userData: string; readonly live: string } {
  const userData = mkdtempSync(join(tmpdir(), 'outtray-disk-'));
  const live = join(userData, 'live');
  mkdirSync(live);
  undo.push(() => rmSync(userData, { recursive: true, force: true, maxRetries: 5 }));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', live]);
  // Lazily: the program may not have let go of it yet.
  undo.push(() => execFileSync('umount', ['-l', live]));
  chmodSync(live, 0o700);
  return { userData, live };
}

/** Takes all the room there is. Returns what gives it back. */
function fill(folder: string): () => void {
  const path = join(folder, 'somebody-elses');
  const file = openSync(path, 'w');
  try {
    for (const bytes of [65_536, 512, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(bytes, 1));
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' });
      }
    }
  } finally {
    closeSync(file);
  }
  return () => rmSync(path);
}

/** One text that waits because sending is paused; quitting will not ask. */
async function oneWaiting(application: Application, page: Page): Promise<void> {
  await succeed(page, 'settings.change', { skipQuitNotice: true });
  await succeed(page, 'sending.pause', undefined);
  await sendText(application, await findTray(application.pid), '083 123 4567', 'Still waiting.');
}

/** Types a text without sending it; returns once it is kept. */
async function typeDraft(application: Application): Promise<Page> {
  const page = await openQuickSend(application, await findTray(application.pid));
  await expect(page.getByLabel(translate('quick.to'), { exact: true })).toBeFocused();
  await typeText('082 123 4567');
  await pressKeys('Tab');
  await typeText('Typed before it happened');
  await expect
    .poll(async () => (await succeed(page, 'draft.load', undefined)).body)
    .toBe('Typed before it happened');
  return page;
}

async function waiting(page: Page): Promise<readonly string[]> {
  const { rows } = await succeed(page, 'messages.page', { view: 'outbox', before: null, limit: 50 });
  return rows.map(({ preview }) => preview);
}

/**
 * Starts it once more where it cannot open its file: a dialog says why, Escape ends it.
 * @returns the name of the sentence that was shown
 */
async function startInVain(userData: string): Promise<string> {
  const { program, args } = applicationCommand(userData);
  const environment = { ...process.env };
  delete environment.ELECTRON_RUN_AS_NODE;
  const child = spawn(program, args, { env: environment, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await eventually('the dialog', async () =>
      (await focusedWindow())?.title === translate('dialog.databaseFailed.title') ? true : undefined,
    );
    await pressKeys('Escape');
    expect(await ended).toBe(1);
  } finally {
    child.kill('SIGKILL');
  }
  const log = readFileSync(join(userData, 'logs', 'outtray.log'), 'utf8');
  return /"said":"([\w.]+)"/.exec(log.slice(log.lastIndexOf('database-not-opened')))?.[1] ?? log;
}

/** Another program that holds the file, until it is told to let go. */
async function hold(path: string): Promise<() => void> {
  const other = new Sqlite(path);
  other.exec('BEGIN EXCLUSIVE');
  const letGo = (): void => {
    if (other.open) other.close();
  };
  undo.push(letGo);
  return letGo;
}

test('a disk that fills up: said, nothing sent, nothing lost, and what was typed goes once there is room', async ({
  gateway,
  start,
}) => {
  test.skip(!isAdministrator, 'needs a disk of its own');
  const { userData, live } = dataOnSmallDisk();
  const application = await start({ userData });
  const main = await setUpLive(application);
  await oneWaiting(application, main);
  const quickSend = await typeDraft(application);
  const free = fill(live);

  await pressKeys('ctrl+Return');
  await expect(quickSend.getByText(translateError({ code: 'storage-full' }))).toBeVisible();
  await expect(quickSend.getByLabel(translate('quick.message'), { exact: true })).toHaveValue(
    'Typed before it happened',
  );
  expect(await waiting(main)).toEqual(['Still waiting.']);

  // It dies there, and there is room again at the next start: what was confirmed and what was typed are there.
  await application.kill();
  free();
  await application.restart();
  const again = await openMain(application);
  expect(await waiting(again)).toEqual(['Still waiting.']);
  const draft = await openQuickSend(application, await findTray(application.pid));
  await expect(draft.getByLabel(translate('quick.message'), { exact: true })).toHaveValue(
    'Typed before it happened',
  );
  await pressKeys('ctrl+Return');
  await expect(draft.getByText(translate('quick.done', { count: 1 }))).toBeVisible();
  await succeed(again, 'sending.resume', undefined);
  await expect.poll(async () => (await gateway.taken()).length, { timeout: 30_000 }).toBe(2);
  expect(await gateway.sendRequests()).toHaveLength(2);
  // Before its disk goes.
  await application.kill();
});

test('a disk that is full or read-only at the start: a dialog says so, and all of it is there afterwards', async ({
  start,
}) => {
  test.skip(!isAdministrator, 'needs a disk of its own');
  const { userData, live } = dataOnSmallDisk();
  const application = await start({ userData });
  await oneWaiting(application, await setUpLive(application));
  await typeDraft(application);
  await application.quit();

  const free = fill(live);
  expect(await startInVain(userData)).toBe('dialog.databaseFull.detail');
  free();
  execFileSync('mount', ['-o', 'remount,ro', live]);
  expect(await startInVain(userData)).toBe('dialog.databaseReadOnly.detail');
  execFileSync('mount', ['-o', 'remount,rw', live]);

  await application.restart();
  expect(await waiting(await openMain(application))).toEqual(['Still waiting.']);
  const draft = await openQuickSend(application, await findTray(application.pid));
  await expect(draft.getByLabel(translate('quick.message'), { exact: true })).toHaveValue(
    'Typed before it happened',
  );
  await application.kill();
});

test('a file in the hands of another program: said while running and at the start, and sent once it lets go', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const main = await setUpLive(application);
  await oneWaiting(application, main);
  const file = join(application.userData, 'live', 'outbox.db');
  const quickSend = await typeDraft(application);
  let letGo = await hold(file);
  await pressKeys('ctrl+Return');
  await expect(quickSend.getByText(translateError({ code: 'storage-locked' }))).toBeVisible({
    timeout: 10_000,
  });
  letGo();
  await pressKeys('ctrl+Return');
  await expect(quickSend.getByText(translate('quick.done', { count: 1 }))).toBeVisible();
  await application.quit();

  letGo = await hold(file);
  expect(await startInVain(application.userData)).toBe('dialog.databaseLocked.detail');
  letGo();
  await application.restart();
  const again = await openMain(application);
  expect(await waiting(again)).toEqual(
    expect.arrayContaining(['Still waiting.', 'Typed before it happened']),
  );
  expect(await gateway.sendRequests()).toEqual([]);
});

test('a folder that is not there: an empty outbox, said; put back, what waited waits for a decision', async ({
  gateway,
  start,
}) => {
  const application = await start();
  await oneWaiting(application, await setUpLive(application));
  await application.quit();
  const live = join(application.userData, 'live');
  renameSync(live, `${live}-on-another-drive`);

  await application.restart();
  const empty = await openMain(application);
  await expect(empty.getByText(translate('care.incident.missing.title'))).toBeVisible();
  expect(await waiting(empty)).toEqual([]);
  await application.quit();

  rmSync(live, { recursive: true });
  renameSync(`${live}-on-another-drive`, live);
  await application.restart();
  const back = await openMain(application);
  expect(await waiting(back)).toEqual(['Still waiting.']);
  expect(await gateway.sendRequests()).toEqual([]);
});

test('a rescue that takes long is said before there is a window, and the program opens by itself after it', async ({
  start,
}) => {
  test.skip(process.platform === 'win32', 'needs a named pipe in a folder');
  const application = await start();
  await oneWaiting(application, await setUpLive(application));
  await application.quit();
  const live = join(application.userData, 'live');
  const bad = readFileSync(join(live, 'outbox.db'));
  writeFileSync(join(live, 'outbox.db'), bad.fill(0, 0, 4096));
  // A backup that cannot be read to its end until somebody writes to it: a slow disk, to the second.
  mkdirSync(join(live, 'backup'), { recursive: true });
  const slow = join(live, 'backup', 'outbox-2099-01-01T00-00-00Z.db');
  execFileSync('mkfifo', [slow]);

  const restarted = application.restart();
  restarted.catch(() => undefined);
  await eventually('the dialog', async () =>
    (await focusedWindow())?.title === translate('dialog.opening.title') ? true : undefined,
  );
  expect(existsSync(join(live, 'kept'))).toBe(true);
  closeSync(openSync(slow, 'w'));
  await restarted;
  const page = await openMain(application);
  await expect(page.getByText(translate('care.incident.salvaged.title'))).toBeVisible();
  rmSync(slow);
});
