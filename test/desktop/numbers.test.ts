/** Numbers that must not be texted, with the keyboard alone. */
import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from './bridge.ts';
import { expect, setUpLive, test } from './fixture.ts';
import { pressKeys, typeText } from './screen.ts';

test('a number is put on the list and taken off it with the keyboard alone', async ({ gateway, start }) => {
  const application = await start();
  const page = await setUpLive(application);
  // It waits when its number comes onto the list.
  const { messageIds } = await succeed(page, 'sending.submit', {
    submissionId: crypto.randomUUID(),
    recipients: ['082 123 4567'],
    body: 'Please come on Tuesday.',
    sendAt: Date.now() + 3_600_000,
  });

  await pressKeys('ctrl+7');
  const field = page.getByLabel(translate('numbers.addLabel'));
  await expect(field).toBeVisible();
  for (let tabs = 0; tabs < 30; tabs += 1) {
    if (await field.evaluate((element) => element === document.activeElement)) break;
    await pressKeys('Tab');
  }
  await expect(field).toBeFocused();
  await typeText('082 123 4567');
  await pressKeys('Tab', 'Return');
  await expect(page.getByText(translate('numbers.added', { added: 1, already: 0 }))).toBeVisible();
  const remove = page.getByRole('button', { name: /\+27 82 123 4567/ });
  await expect(remove).toBeVisible();
  const refused = await page.evaluate(
    (id) =>
      (
        window as unknown as { outtray: { call(name: string, input: unknown): Promise<{ ok: boolean }> } }
      ).outtray.call('sending.submit', {
        submissionId: id,
        recipients: ['082 123 4567'],
        body: 'Another text.',
      }),
    crypto.randomUUID(),
  );
  expect(refused).toMatchObject({ ok: false, error: { code: 'opted-out' } });

  // Asked first; Escape leaves it there, and the focus where it was.
  for (let tabs = 0; tabs < 30; tabs += 1) {
    if (await remove.evaluate((element) => element === document.activeElement)) break;
    await pressKeys('Tab');
  }
  await pressKeys('Return');
  await expect(page.getByRole('dialog')).toBeVisible();
  await pressKeys('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(remove).toBeFocused();
  await pressKeys('Return');
  await expect(page.getByRole('dialog')).toBeVisible();
  await pressKeys('Tab', 'Return');
  await expect(remove).toBeHidden();
  await expect(
    page.getByRole('heading', { name: translate('numbers.listTitle', { count: 0 }) }),
  ).toBeFocused();
  expect(messageIds).toHaveLength(1);
  expect(await gateway.sendRequests()).toEqual([]);
});
