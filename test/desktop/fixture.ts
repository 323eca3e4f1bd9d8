/** What every desktop test starts from: a gateway, the application as a process, and the tray. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, expect, type Page, type TestInfo } from '@playwright/test';
import { translate } from '../../shared/i18n/translate.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { type Application, type LaunchOptions, launch } from './launch.ts';
import { pictureOfDesktop } from './screen.ts';
import { findTray, type Tray } from './tray.ts';

/** Looks like a key and occurs nowhere else, so that it can be searched for. */
export const liveKey = 'q7Zt-desktop-key-Vh3mXw==';

interface Fixtures {
  /** The pretend Clickatell, in a process of its own; it knows `liveKey` alone. */
  readonly gateway: Gateway;
  /** Starts the application on new data, its live account pointed at `gateway`. Ended after the test. */
  readonly start: (options?: LaunchOptions) => Promise<Application>;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern
  gateway: async ({}, use) => {
    const gateway = await startGateway({ key: liveKey });
    await use(gateway);
    await gateway.stop();
  },
  start: async ({ gateway }, use, testInfo) => {
    const started: Application[] = [];
    await use(async (options = {}) => {
      const application = await launch({
        ...options,
        arguments: [`--gateway=${gateway.url}`, ...(options.arguments ?? [])],
      });
      started.push(application);
      return application;
    });
    try {
      if (testInfo.status !== testInfo.expectedStatus) await keepEvidence(testInfo, started);
    } finally {
      for (const application of started) await application.dispose();
    }
    for (const application of started) {
      // A violation of the content security policy or an uncaught error fails the test, whatever else it shows.
      expect(application.problems()).toEqual([]);
    }
  },
});

export { expect } from '@playwright/test';

async function keepEvidence(testInfo: TestInfo, started: readonly Application[]): Promise<void> {
  const picture = testInfo.outputPath('desktop.png');
  await pictureOfDesktop(picture).catch(() => undefined);
  await testInfo.attach('desktop', { path: picture, contentType: 'image/png' }).catch(() => undefined);
  for (const application of started) {
    await testInfo.attach('output', { body: application.output(), contentType: 'text/plain' });
    const logs = join(application.userData, 'logs');
    for (const name of existsSync(logs) ? readdirSync(logs) : []) {
      await testInfo.attach(name, { path: join(logs, name), contentType: 'text/plain' });
    }
  }
}

/**
 * First start, as a person goes through it: pastes the key, confirms the country. Leaves the main window on History.
 * Opens the window through the tray if it was started hidden.
 */
export async function setUpLive(application: Application, country = 'ZA'): Promise<Page> {
  const page = await openMain(application);
  await page.getByLabel(translate('welcome.keyLabel')).fill(liveKey);
  await page.getByRole('button', { name: translate('settings.keySave') }).click();
  await confirmCountry(page, country);
  return page;
}

/** First start without a key: practice mode, on the gateway inside the application. */
export async function setUpPractice(application: Application, country = 'ZA'): Promise<Page> {
  const page = await openMain(application);
  await page.getByRole('button', { name: translate('welcome.practiceButton') }).click();
  await confirmCountry(page, country);
  return page;
}

async function confirmCountry(page: Page, country: string): Promise<void> {
  await page.getByLabel(translate('welcome.countryLabel')).selectOption(country);
  const name = new Intl.DisplayNames(['en'], { type: 'region' }).of(country) ?? country;
  await page.getByRole('button', { name: translate('welcome.countryButton', { country: name }) }).click();
  await expect(page.getByRole('navigation')).toBeVisible();
}

/** The main window, opened through the tray when it is not there. */
export async function openMain(application: Application): Promise<Page> {
  if (!application.openWindows().includes('main')) {
    const tray = await findTray(application.pid);
    await tray.click(translate('tray.open'));
  }
  return await application.window('main');
}

/** Clicks *New message…* in the tray and waits until the window has the keyboard. */
export async function openQuickSend(application: Application, tray: Tray): Promise<Page> {
  await tray.click(translate('tray.newMessage'));
  const page = await application.window('quick-send');
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(true);
  return page;
}
