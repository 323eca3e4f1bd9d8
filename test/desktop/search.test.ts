/** Searching, in the real program: by word, by a piece of one, by number, from the keyboard. */
import { translate } from '../../shared/i18n/translate.ts';
import { sendText } from './compose.ts';
import { expect, setUpPractice, test } from './fixture.ts';
import { findTray } from './tray.ts';

test('what was sent is found by words, pieces and numbers', async ({ start }) => {
  const application = await start();
  const page = await setUpPractice(application);
  const tray = await findTray(application.pid);
  await sendText(application, tray, '082 123 4567', 'Your école visit is on Monday.');
  const rows = page.getByRole('option');
  await expect(rows).toContainText(translate('state.accepted'));
  await sendText(application, tray, '083 765 4321', 'The bicycle is ready.');
  await expect(rows).toHaveCount(2);

  // The slash goes to the field from anywhere.
  await page.keyboard.press('/');
  const field = page.getByLabel(translate('search.label'));
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('');

  for (const [query, found] of [
    ['Écol', 'école'],
    ['mond', 'Monday'],
    ['cycl', 'bicycle'],
    ['0837654321', 'bicycle'],
    ['4321', 'bicycle'],
  ] as const) {
    await field.fill(query);
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText(found);
    await expect(page.locator('mark').first()).toBeVisible();
  }
  await expect(
    page.getByRole('status').filter({ hasText: translate('search.found', { count: 1 }) }),
  ).toBeVisible();

  // What looks like a question to the database is text.
  await field.fill('" OR "*');
  await expect(page.getByRole('heading', { name: translate('search.nothing.title') })).toBeVisible();

  await page.keyboard.press('Escape');
  await expect(rows).toHaveCount(2);
  await page.keyboard.press('Control+f');
  await expect(field).toBeFocused();
  await field.fill('bicy');
  await expect(rows).toHaveCount(1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary')).toContainText('The bicycle is ready.');
});
