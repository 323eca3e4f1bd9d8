/** One text to a list from a file, in the real program. The file stands for what a person would choose in the dialog. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { translate } from '../../shared/i18n/translate.ts';
import { expect, setUpLive, test } from './fixture.ts';

let directory: string;
test.beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-list-file-'));
});
test.afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a list is read, counted, looked at, and sent whole', async ({ gateway, start }) => {
  const file = join(directory, 'clients.csv');
  const rows = Array.from({ length: 40 }, (_, index) => `Client ${index};082 555 ${String(1000 + index)}`);
  writeFileSync(file, `Name;Mobile\n${rows.join('\n')}\nTwice;+27825551000\nShort;082 55\nNone;\n`);
  const application = await start({ environment: { OUTTRAY_LIST_FILE: file } });
  const page = await setUpLive(application);

  await page.getByRole('button', { name: translate('navigation.list') }).click();
  await page.getByRole('button', { name: translate('lists.choose') }).click();
  await expect(
    page.getByText(translate('lists.sum', { read: 43, taken: 40, duplicates: 1, leftOut: 2 })),
  ).toBeVisible();
  await page.getByText(translate('lists.leftOutTitle', { count: 2 })).click();
  await expect(page.getByRole('row').filter({ hasText: '082 55' })).toContainText('43');
  expect(await gateway.sendRequests()).toHaveLength(0);

  const send = page.getByRole('button', { name: translate('lists.send', { count: 40 }) });
  await expect(send).toBeDisabled();
  await page.getByLabel(translate('lists.message')).fill('We are closed on Friday.');
  await expect(
    page.getByText(translate('lists.total', { recipients: 40, parts: 1, total: 40 })),
  ).toBeVisible();
  await send.click();
  await expect(page.getByText(translate('lists.done', { count: 40, name: 'clients.csv' }))).toBeVisible();

  const sent = async () =>
    (await gateway.sendRequests()).flatMap((request) => (JSON.parse(request.body) as { to: string[] }).to);
  await expect.poll(async () => (await sent()).length, { timeout: 20_000 }).toBe(40);
  expect(new Set(await sent()).size).toBe(40);
});
