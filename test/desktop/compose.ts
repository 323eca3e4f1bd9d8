import type { Page } from '@playwright/test';
import { translate } from '../../shared/i18n/translate.ts';
import { expect, openQuickSend } from './fixture.ts';
import type { Application } from './launch.ts';
import { pressKeys, typeText } from './screen.ts';
import type { Tray } from './tray.ts';

/**
 * Writes and sends one text as a person does: tray, number, Tab, text, Ctrl+Enter, with real keys as far as there are keys. Returns once the
 * window says that the text is in the outbox, that is, on disk.
 */
export async function sendText(
  application: Application,
  tray: Tray,
  number: string,
  text: string,
): Promise<Page> {
  const page = await openQuickSend(application, tray);
  await expect(page.getByLabel(translate('quick.to'), { exact: true })).toBeFocused();
  await typeText(number);
  await pressKeys('Tab');
  const message = page.getByLabel(translate('quick.message'), { exact: true });
  await expect(message).toBeFocused();
  // For what the keyboard does not have xdotool changes the keyboard's map, and a program may read the new one too late.
  if (/^[ -~]*$/.test(text)) await typeText(text);
  else await message.fill(text);
  await expect(message).toHaveValue(text);
  await pressKeys('ctrl+Return');
  await expect(page.getByText(translate('quick.done', { count: 1 }))).toBeVisible();
  return page;
}
