/** Draws a window into `docs/screens/`, in its looks. For `screens.ts` and `screens-outbox.ts`. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Locator, type Page } from '@playwright/test';
import { translate } from '../../shared/i18n/translate.ts';
import { resizeFocusedWindow } from './screen.ts';

export const directory = fileURLToPath(new URL('../../docs/screens', import.meta.url));
export const sizes = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
] as const;
export const themes = ['light', 'dark'] as const;

/** Until fonts are there and nothing moves any more. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
  });
}

export async function picture(page: Page, name: string): Promise<void> {
  await settle(page);
  await page.screenshot({ path: join(directory, `${name}.png`), animations: 'disabled' });
}

/** The window in the foreground is resized by the window manager, as by its corner. */
export async function resize(
  page: Page,
  { width, height }: { width: number; height: number },
): Promise<void> {
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(true);
  await resizeFocusedWindow(width, height);
  await expect
    .poll(() => page.evaluate(() => [window.innerWidth, window.innerHeight]))
    .toEqual([width, height]);
}

/** @param top brought to the top of what scrolls, for views that are longer than a window */
export async function everyLook(page: Page, name: string, top?: Locator): Promise<void> {
  for (const size of sizes) {
    await resize(page, size);
    await top?.evaluate((element) => element.scrollIntoView({ block: 'start' }));
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme });
      await picture(page, `${name}-${theme}-${size.width}x${size.height}`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
}

/** Three looks that show each thing once: light and wide, dark and narrow, mirrored and narrow. */
export async function threeLooks(page: Page, name: string, top?: Locator): Promise<void> {
  const [wide, narrow] = sizes;
  const looks = [
    { size: wide, theme: 'light', direction: 'ltr' },
    { size: narrow, theme: 'dark', direction: 'ltr' },
    { size: narrow, theme: 'light', direction: 'rtl' },
  ] as const;
  for (const { size, theme, direction } of looks) {
    await resize(page, size);
    await page.evaluate((dir) => document.documentElement.setAttribute('dir', dir), direction);
    await top?.evaluate((element) => element.scrollIntoView({ block: 'start' }));
    await page.emulateMedia({ colorScheme: theme });
    const mirrored = direction === 'rtl' ? '-mirrored' : '';
    await picture(page, `${name}-${theme}-${size.width}x${size.height}${mirrored}`);
  }
  await page.evaluate(() => document.documentElement.removeAttribute('dir'));
  await page.emulateMedia({ colorScheme: null });
}

/** Goes to a section as a person does. */
export async function show(
  page: Page,
  section: 'history' | 'outbox' | 'list' | 'recurring' | 'numbers' | 'settings',
): Promise<void> {
  // The number of waiting texts is part of the button's name.
  await page
    .getByRole('navigation')
    .getByRole('button', { name: new RegExp(`^${translate(`navigation.${section}`)}`) })
    .click();
}
