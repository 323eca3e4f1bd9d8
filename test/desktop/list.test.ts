/** One text to a list from a file, in the real program. The file stands for what a person would choose in the dialog. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from './bridge.ts';
import { expect, setUpLive, test } from './fixture.ts';

const undo = translate('lists.undo', { shortcut: 'Ctrl+Z' });

let directory: string;
test.beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-list-file-'));
});
test.afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a list is read, counted, looked at, and sent whole', async ({ gateway, start }) => {
  const file = join(directory, 'clients.csv');
  const rows = Array.from({ length: 40 }, (_, index) => `Client ${index};082 555 ${String(1000 + index)}`);
  writeFileSync(
    file,
    `Name;Mobile\n${rows.join('\n')}\nClient 0;+27825551000\nSister;082 555 1001\nStopped;082 555 2000\nShort;082 55\nNone;\n`,
  );
  const application = await start({ environment: { OUTTRAY_LIST_FILE: file } });
  const page = await setUpLive(application);
  await succeed(page, 'numbers.optOut', { text: '082 555 2000' });
  await succeed(page, 'settings.change', { undoSeconds: 4, repeatGuardHours: 24 });

  await page.getByRole('button', { name: translate('navigation.list') }).click();
  await page.getByRole('button', { name: translate('lists.choose') }).click();
  await expect(
    page.getByText(translate('lists.sum', { read: 45, taken: 40, sharing: 1, duplicates: 1, leftOut: 3 })),
  ).toBeVisible();
  await page.getByText(translate('lists.leftOutTitle', { count: 3 })).click();
  await expect(page.getByRole('row').filter({ hasText: '082 55' })).toContainText('45');
  await expect(page.getByRole('row').filter({ hasText: translate('lists.reason.opted-out') })).toContainText(
    '44',
  );
  expect(await gateway.sendRequests()).toHaveLength(0);

  const send = page.getByRole('button', { name: translate('lists.send', { count: 40 }) });
  await expect(send).toBeDisabled();
  await page.getByLabel(translate('lists.message')).fill('We are closed on Friday.');
  await expect(
    page.getByText(translate('lists.total', { recipients: 40, parts: 1, total: 40 })),
  ).toBeVisible();
  // Taken back in time: nothing goes, and the words are there again.
  await send.click();
  await expect(page.getByRole('button', { name: undo })).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByText(translate('lists.takenBack'))).toBeVisible();
  await expect(page.getByLabel(translate('lists.message'))).toHaveValue('We are closed on Friday.');
  expect(await gateway.sendRequests()).toHaveLength(0);
  await send.click();
  await expect(page.getByRole('button', { name: undo })).toBeVisible();
  await expect(page.getByText(translate('lists.done', { count: 40, name: 'clients.csv' }))).toBeVisible({
    timeout: 15_000,
  });

  const sent = async () =>
    (await gateway.sendRequests()).flatMap((request) => (JSON.parse(request.body) as { to: string[] }).to);
  await expect.poll(async () => (await sent()).length, { timeout: 20_000 }).toBe(40);
  expect(new Set(await sent()).size).toBe(40);

  // The same words to the same people once more: asked about, and they are left out.
  writeFileSync(file, 'Mobile\n082 555 1000\n082 555 1001\n082 555 3000\n');
  await page.getByRole('button', { name: translate('lists.chooseAnother') }).click();
  await page.getByLabel(translate('lists.message')).fill('We are closed on Friday');
  await page.getByRole('button', { name: translate('lists.send', { count: 3 }) }).click();
  await expect(page.getByText(translate('lists.repeats', { count: 2, hours: 24 }))).toBeVisible();
  await page.getByRole('button', { name: translate('lists.repeatsLeaveOut', { count: 2, rest: 1 }) }).click();
  await expect.poll(async () => (await sent()).length, { timeout: 20_000 }).toBe(41);
  expect(await sent()).toContain('27825553000');
});
