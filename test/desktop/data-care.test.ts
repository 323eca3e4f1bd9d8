/** The office's data over accidents: damaged files, backups, restoring, and the way to a new computer. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from './bridge.ts';
import { sendText } from './compose.ts';
import { expect, liveKey, openMain, setUpLive, test } from './fixture.ts';
import type { Gateway } from './gateway.ts';
import type { Application } from './launch.ts';
import { focusedWindow, pressKeys, typeText } from './screen.ts';
import { findTray, type Tray } from './tray.ts';

const live = (application: Application, ...rest: string[]): string =>
  join(application.userData, 'live', ...rest);
const backups = (application: Application): string[] =>
  existsSync(live(application, 'backup'))
    ? readdirSync(live(application, 'backup')).filter((name) => name.endsWith('.db'))
    : [];

/** One text that Clickatell took, then one that waits because sending is paused. */
async function oneSentOneWaiting(application: Application, page: Page): Promise<void> {
  const tray = await findTray(application.pid);
  await quitWithoutAsking(page);
  await sendText(application, tray, '082 123 4567', 'Taken long ago.');
  await expect(page.getByRole('option')).toContainText(translate('state.accepted'), { timeout: 30_000 });
  await oneWaiting(application, tray);
}

/** With sending paused, one text that waits. */
async function oneWaiting(application: Application, tray: Tray): Promise<void> {
  await tray.click(translate('tray.pause'));
  await tray.item(translate('tray.resume'));
  await sendText(application, tray, '083 123 4567', 'Still waiting.');
  await tray.item(translate('tray.waiting', { count: 1 }));
}

/** With texts waiting, ending would ask first. */
async function quitWithoutAsking(page: Page): Promise<void> {
  await succeed(page, 'settings.change', { skipQuitNotice: true });
}

/** What is in the outbox, oldest first. */
async function states(page: Page): Promise<string[]> {
  const { rows } = await succeed(page, 'messages.page', { view: 'history', before: null, limit: 50 });
  return rows.map(({ state }) => state).reverse();
}

/** With sending resumed, only a text written now goes out: what waited went out `waited` times before, and not again. */
async function nothingGoesOutByItself(
  application: Application,
  gateway: Gateway,
  page: Page,
  { taken, waited }: { readonly taken: number; readonly waited: number },
): Promise<void> {
  await succeed(page, 'sending.resume', undefined);
  await sendText(application, await findTray(application.pid), '084 123 4567', 'Written now.');
  await expect.poll(async () => (await gateway.taken()).length, { timeout: 30_000 }).toBe(taken + 1);
  const sent = (await gateway.sendRequests()).map(({ body }) => body);
  expect(sent.at(-1)).toContain('Written now.');
  expect(sent.filter((body) => body.includes('Still waiting.'))).toHaveLength(waited);
}

test('R10: a file whose beginning is destroyed is kept, the history is there again, and nothing of it goes out', async ({
  gateway,
  start,
}) => {
  const application = await start();
  await oneSentOneWaiting(application, await setUpLive(application));
  await application.quit();
  const bad = readFileSync(live(application, 'outbox.db'));
  bad.fill(0, 0, 4096);
  writeFileSync(live(application, 'outbox.db'), bad);

  await application.restart();
  const page = await openMain(application);
  await expect(page.getByText(translate('care.incident.salvaged.title'))).toBeVisible();
  expect(await states(page)).toEqual(['accepted', 'needs_decision']);
  const kept = readdirSync(live(application, 'kept'));
  expect(kept).toHaveLength(1);
  expect(readFileSync(live(application, 'kept', kept[0] ?? '', 'outbox.db')).equals(bad)).toBe(true);
  await nothingGoesOutByItself(application, gateway, page, { taken: 1, waited: 0 });

  // The words stay until somebody has read them, and not longer.
  await page.getByRole('button', { name: translate('care.incident.dismiss') }).click();
  await expect(page.getByText(translate('care.incident.salvaged.title'))).toBeHidden();
});

test('R10: pages that are destroyed after kill -9 are found before anything is sent', async ({
  gateway,
  start,
}) => {
  const application = await start();
  await oneSentOneWaiting(application, await setUpLive(application));
  await application.quit();
  // A file that opens well: the table of contents is whole, tables behind it are not.
  const bad = readFileSync(live(application, 'outbox.db'));
  const at = bad.indexOf('Taken long ago.');
  expect(at).toBeGreaterThan(4096);
  const leaf = Math.floor(at / 4096) * 4096;
  bad.fill(0, leaf, leaf + 16);
  writeFileSync(live(application, 'outbox.db'), bad);
  writeFileSync(live(application, 'last-end'), 'opening  . . .\n');

  await application.restart();
  const page = await openMain(application);
  await expect(page.getByText(translate('care.incident.salvaged.title'))).toBeVisible({ timeout: 30_000 });
  expect(readdirSync(live(application, 'kept'))).not.toEqual([]);
  await expect.poll(() => states(page).catch(() => [])).not.toContain('queued');
  await nothingGoesOutByItself(application, gateway, page, { taken: 1, waited: 0 });
});

test('an older copy of the file that was put back by hand does not send its texts again', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const page = await setUpLive(application);
  await quitWithoutAsking(page);
  const tray = await findTray(application.pid);
  await oneWaiting(application, tray);
  await application.quit();
  const copy = readFileSync(live(application, 'outbox.db'));
  await application.restart();
  const again = await openMain(application);
  await succeed(again, 'sending.resume', undefined);
  await expect.poll(async () => (await gateway.taken()).length, { timeout: 30_000 }).toBe(1);
  await expect.poll(() => states(again)).toEqual(['accepted']);
  await application.quit();
  expect(page.isClosed()).toBe(true);

  writeFileSync(live(application, 'outbox.db'), copy);
  await application.restart();
  const third = await openMain(application);
  await expect(third.getByText(translate('care.incident.older-file.title'))).toBeVisible();
  expect(await states(third)).toEqual(['needs_decision']);
  await nothingGoesOutByItself(application, gateway, third, { taken: 1, waited: 1 });
});

test('a backup is made after the start; restored, its waiting text waits for a decision and the key still works', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const page = await setUpLive(application);
  await expect.poll(() => backups(application).length, { timeout: 30_000 }).toBe(1);
  const [first] = backups(application);
  await oneSentOneWaiting(application, page);

  await page.getByRole('button', { name: translate('navigation.settings') }).click();
  await page.getByRole('button', { name: translate('care.backupNow') }).click();
  await expect(page.getByText(translate('care.backupDone'))).toBeVisible();
  // Of one day the newest is kept.
  expect(backups(application)).toHaveLength(1);
  expect(backups(application)).not.toContain(first);
  for (const name of backups(application)) {
    expect(statSync(live(application, 'backup', name)).mode & 0o077).toBe(0);
  }

  // Meanwhile it goes out after all, and another one is written.
  await succeed(page, 'sending.resume', undefined);
  await expect.poll(async () => (await gateway.taken()).length, { timeout: 30_000 }).toBe(2);
  await expect.poll(() => states(page)).toEqual(['accepted', 'accepted']);

  await page
    .getByRole('button', { name: /^Restore the backup of/ })
    .first()
    .click();
  await page.getByRole('button', { name: translate('care.restoreConfirm'), exact: true }).click();
  await expect(page.getByText(translate('care.restored', { texts: 2, held: 1 }))).toBeVisible({
    timeout: 30_000,
  });
  expect(await states(page)).toEqual(['accepted', 'needs_decision']);
  expect(readdirSync(live(application, 'kept'))).toHaveLength(1);
  await nothingGoesOutByItself(application, gateway, page, { taken: 2, waited: 1 });

  // What was there before is put aside, and goes when a person says so.
  await page.getByRole('button', { name: /^Delete what was put aside/ }).click();
  await page.getByRole('button', { name: translate('care.keptDeleteConfirm'), exact: true }).click();
  await expect(page.getByText(translate('care.keptDeleted'))).toBeVisible();
  expect(readdirSync(live(application, 'kept'))).toEqual([]);
});

test('one number: erased with its words after asking, while a text to it that still waits is kept', async ({
  start,
}) => {
  const application = await start();
  const page = await setUpLive(application);
  await oneSentOneWaiting(application, page);
  await page.getByRole('button', { name: translate('navigation.settings') }).click();
  await page.getByRole('textbox', { name: translate('care.numberLabel') }).fill('083 123 4567');
  await page.getByRole('button', { name: translate('care.erase') }).click();
  await expect(page.getByText(translate('care.eraseNothing', { open: 1 }))).toBeVisible();

  await page.getByRole('textbox', { name: translate('care.numberLabel') }).fill('082 123 4567');
  await page.getByRole('button', { name: translate('care.erase') }).click();
  await page.getByRole('button', { name: translate('care.eraseConfirm', { count: 1 }) }).click();
  await expect(page.getByText(translate('care.erased', { count: 1, open: 0 }))).toBeVisible();
  await page.getByRole('button', { name: translate('navigation.history') }).click();
  await expect(page.getByText(translate('list.erasedNumber'))).toBeVisible();
  await application.quit();
  for (const name of readdirSync(live(application))) {
    if (!name.startsWith('outbox.db')) continue;
    const content = readFileSync(live(application, name));
    expect(content.includes('Taken long ago.')).toBe(false);
    expect(content.includes('Still waiting.')).toBe(true);
  }
});

test('to a new computer: the file opens there with the passphrase, the waiting text goes out from neither by itself', async ({
  gateway,
  start,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'outtray-moving-'));
  const archive = join(folder, 'office.outtray');
  const passphrase = 'the office opens at eight';
  try {
    const old = await start();
    const page = await setUpLive(old);
    await oneSentOneWaiting(old, page);
    await succeed(page, 'sending.resume', undefined);
    await gateway.line('down');
    const tray = await findTray(old.pid);
    await sendText(old, tray, '085 123 4567', 'Waits on both.');
    await page.getByRole('button', { name: translate('navigation.settings') }).click();
    await page.getByLabel(translate('care.passphrase')).fill(passphrase);
    await page.getByRole('button', { name: translate('care.exportArchive') }).click();
    await chooseFile(translate('care.choose.target'), archive, 'alt+s');
    await expect(page.getByText(translate('care.archiveSaved', { paused: 'yes' }))).toBeVisible({
      timeout: 60_000,
    });
    const before = (await gateway.sendRequests()).length;
    await gateway.line('up');

    // The other computer, on its very first page.
    const fresh = await start();
    const there = await openMain(fresh);
    await there.getByRole('button', { name: translate('welcome.move') }).click();
    await there.getByLabel(translate('care.passphrase')).fill('not the passphrase');
    await there.getByRole('button', { name: translate('care.importArchive') }).click();
    await chooseFile(translate('care.choose.archive'), archive, 'alt+o');
    await expect(there.getByText(translate('error.archive-unreadable'))).toBeVisible({ timeout: 60_000 });
    expect(existsSync(live(fresh, 'outbox.db'))).toBe(false);
    expect((await succeed(there, 'app.status', undefined)).mode).toBe('unset');

    await there.getByLabel(translate('care.passphrase')).fill(passphrase);
    await there.getByRole('button', { name: translate('care.importArchive') }).click();
    await chooseFile(translate('care.choose.archive'), archive, 'alt+o');
    await expect
      .poll(async () => (await succeed(there, 'app.status', undefined)).mode, { timeout: 60_000 })
      .toBe('live');
    expect(await states(there)).toEqual(expect.arrayContaining(['accepted', 'needs_decision']));
    expect(await states(there)).not.toContain('queued');
    expect((await succeed(there, 'app.status', undefined)).credential.key).toBe('none');
    await expect(there.getByText(translate('welcome.moved'))).toBeVisible();
    // The country came along: it is only confirmed.
    await there.getByLabel(translate('welcome.keyLabel')).fill(liveKey);
    await there.getByRole('button', { name: translate('settings.keySave') }).click();
    await there
      .getByRole('button', { name: translate('welcome.countryButton', { country: 'South Africa' }) })
      .click();
    await expect(there.getByRole('option')).toHaveCount(3);

    const here = await succeed(page, 'app.status', undefined);
    expect(here.sending).toMatchObject({ state: 'paused', pauseReason: 'person' });
    expect((await gateway.sendRequests()).length).toBe(before);
    // The file tells nothing without the passphrase.
    expect(readFileSync(archive).includes('Waits on both.')).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Types a path into the system's dialog, as a person may. */
async function chooseFile(title: string, path: string, accept: 'alt+s' | 'alt+o'): Promise<void> {
  await expect.poll(async () => (await focusedWindow())?.title, { timeout: 20_000 }).toBe(title);
  // Where a path is typed is there at once in one dialog, and asked for in the other.
  await pressKeys(accept === 'alt+o' ? 'ctrl+l' : 'ctrl+a');
  await pressKeys('ctrl+a');
  await typeText(path);
  // The button's own letter: Return only takes up what the dialog completes.
  await pressKeys(accept);
  await expect.poll(async () => (await focusedWindow())?.title, { timeout: 20_000 }).not.toBe(title);
}
