/**
 * R15: what the program says and does about a text that may have gone out. It never says that it was not sent, and sends it
 * again only after a person has been told what that may mean, as a second text of its own.
 */
import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from './bridge.ts';
import { expect, setUpLive, test } from './fixture.ts';

/** Words that would make a person press *again* without a thought. */
const claimsUnsent = /\b(not sent|unsent|wasn.t sent|sending failed|failed to send|try again|retry)\b/i;

/** What a window says that may not be said of a text in doubt. */
function saysTooMuch(words: string): string | undefined {
  // These say what the program will not do; they do not say that it was not sent.
  const denials = [translate('sentence.in_doubt'), translate('sentence.in_doubtInterrupted')];
  const rest = denials.reduce((text, denial) => text.replaceAll(denial, ''), words);
  return claimsUnsent.exec(rest)?.[0];
}

async function openDoubtful(main: Page): Promise<void> {
  await main.getByRole('option').first().click();
  await expect(main.getByRole('button', { name: translate('action.sendAgain') })).toBeVisible();
}

test('a lost answer is told as "Maybe sent", and goes again only as a confirmed second text', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const main = await setUpLive(application);
  await gateway.script([{ kind: 'drop-answer' }]);
  await succeed(main, 'sending.submit', {
    submissionId: randomUUID(),
    recipients: ['+27821234567'],
    body: 'Did this arrive?',
  });
  await expect(main.getByRole('option').first()).toContainText(translate('state.in_doubt'));
  await openDoubtful(main);
  expect(saysTooMuch((await main.locator('body').innerText()) ?? '')).toBeUndefined();
  expect(await gateway.sendRequests()).toHaveLength(1);

  // Asked first, with the reason; *Not now* sends nothing.
  await main.getByRole('button', { name: translate('action.sendAgain') }).click();
  await expect(main.getByText(translate('confirm.sendAgain.body'))).toBeVisible();
  expect(await gateway.sendRequests()).toHaveLength(1);
  await main.getByRole('button', { name: translate('confirm.sendAgain.cancel') }).click();
  await expect(main.getByText(translate('confirm.sendAgain.body'))).toBeHidden();
  expect(await gateway.sendRequests()).toHaveLength(1);

  await main.getByRole('button', { name: translate('action.sendAgain') }).click();
  await main.getByRole('button', { name: translate('confirm.sendAgain.confirm') }).click();
  await expect.poll(async () => (await gateway.sendRequests()).length).toBe(2);
  const { rows } = await succeed(main, 'messages.page', { view: 'history', before: null, limit: 10 });
  expect(rows.map(({ state }) => state)).toEqual(['accepted', 'abandoned']);
  const details = await Promise.all(rows.map(({ id }) => succeed(main, 'messages.detail', { id })));
  expect(details[0]?.resendOf).toBe(rows[1]?.id);
  expect(details[0]?.clientRef).not.toBe(details[1]?.clientRef);
});

test('control: words that say too much are noticed', () => {
  for (const words of ['Not sent. Touch to try again', 'Sending failed', 'This text was not sent.']) {
    expect(saysTooMuch(words)).toBeDefined();
  }
});
