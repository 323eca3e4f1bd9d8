import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { translate } from '../../shared/i18n/translate.ts';
import { methods } from '../../shared/ipc/channels.ts';
import { succeed } from './bridge.ts';
import { sendText } from './compose.ts';
import { expect, liveKey, openMain, setUpLive, test } from './fixture.ts';
import { storedSecrets } from './keyring.ts';
import { findTray } from './tray.ts';

/** Files below `directory` in whose bytes `text` stands, in UTF-8 or in the UTF-16 that browsers also write. */
function filesContaining(directory: string, text: string): readonly string[] {
  const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return needles.some((needle) => bytes.includes(needle));
    });
}

/** Everything on the page's JavaScript heap, strings included, after a garbage collection. */
async function heapSnapshot(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return chunks.join('');
}

test('the key goes one way: into the keyring, and nowhere else', async ({ gateway, start }) => {
  const application = await start();
  const main = await setUpLive(application);
  const tray = await findTray(application.pid);
  await sendText(application, tray, '082 123 4567', 'Sent with the key.');
  await expect.poll(async () => (await gateway.taken()).length).toBe(1);
  // The gateway got it, so it was in use and not just lost.
  expect((await gateway.sendRequests())[0]?.headers.get('authorization')).toBe(liveKey);

  // What the window can be told: every method that takes nothing or little, asked from the page itself.
  const answers = await main.evaluate(
    async (names) => {
      const bridge = (
        window as unknown as { outtray: { call(name: string, input: unknown): Promise<unknown> } }
      ).outtray;
      const told: unknown[] = [];
      for (const name of names) told.push(await bridge.call(name, undefined));
      return JSON.stringify(told);
    },
    methods.filter((name) =>
      /^(app\.(status|window)|settings\.read|credentials\.test|draft\.load)$/.test(name),
    ),
  );
  expect(answers).toContain('"ok":true');
  expect(answers).not.toContain(liveKey);
  expect(answers).toContain('"key":"stored"');
  expect(methods.filter((name) => name.startsWith('credentials.'))).not.toContain('credentials.get');

  // What the windows hold, once this one shows the text.
  await expect(main.getByRole('option')).toContainText('Sent with the key.');
  const heap = await heapSnapshot(main);
  // It does show what the page knows.
  expect(heap).toContain('Sent with the key.');
  expect(heap).not.toContain(liveKey);
  expect(await heapSnapshot(await application.window('quick-send'))).not.toContain(liveKey);

  // What lies on the disk, while running and afterwards, and what was printed.
  expect(filesContaining(application.userData, liveKey)).toEqual([]);
  await application.quit();
  expect(filesContaining(application.userData, liveKey)).toEqual([]);
  expect(application.output()).not.toContain(liveKey);

  // The keyring of the session holds what protects it.
  expect((await storedSecrets()).map((secret) => secret.attributes.application)).toContain('Outtray');

  // And it is still of use after a restart.
  await application.restart();
  const again = await openMain(application);
  await again.getByRole('button', { name: translate('navigation.settings'), exact: true }).click();
  await again.getByRole('button', { name: translate('settings.keyTest') }).click();
  await expect(again.getByText(/^The key works/)).toBeVisible();
});

test('without a keyring the key is kept for this run only, unless the person agrees', async ({ start }) => {
  const application = await start({ passwordStore: 'basic' });
  await setUpLive(application);
  await application.quit();
  expect(filesContaining(application.userData, liveKey)).toEqual([]);
  await application.restart();
  const again = await openMain(application);
  await expect
    .poll(async () => (await succeed(again, 'app.status', undefined)).credential)
    .toEqual({ key: 'none', store: 'weak' });
});
