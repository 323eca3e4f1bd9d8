import { randomUUID } from 'node:crypto';
import type { Locator, Page } from '@playwright/test';
import type { MessageOptions } from '../../shared/domain/message-options.ts';
import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from './bridge.ts';
import { expect, setUpLive, setUpPractice, test } from './fixture.ts';
import type { Gateway } from './gateway.ts';

/** A two-way number of the practice account: refused as a sender without `mo=1` (electron/practice/magic-numbers.ts). */
const twoWayNumber = '447700900600';

async function addCentral(main: Page, gateway: Gateway): Promise<number> {
  const { id } = await succeed(main, 'accounts.create', { label: 'Old account', family: 'central' });
  await succeed(main, 'credentials.setLogin', { ...gateway.central, allowWeakStore: false, accountId: id });
  return id;
}

/** Settings, the line of the account, *Advanced*. */
async function openAdvanced(main: Page, label: string): Promise<Locator> {
  await main.getByRole('button', { name: translate('navigation.settings'), exact: true }).click();
  await main.getByRole('button', { name: label }).click();
  const account = main.getByRole('listitem').filter({ hasText: label });
  await account.getByRole('button', { name: translate('account.advanced'), exact: true }).click();
  return account;
}

async function send(
  main: Page,
  accountId: number,
  body: string,
  options: MessageOptions = {},
): Promise<number> {
  const { messageIds } = await succeed(main, 'sending.submit', {
    submissionId: randomUUID(),
    recipients: ['082 123 4567'],
    body,
    accountId,
    options,
  });
  const id = messageIds[0] ?? 0;
  await expect
    .poll(async () => (await succeed(main, 'messages.detail', { id })).state, { timeout: 15_000 })
    .toBe('accepted');
  return id;
}

const sendmsg = async (gateway: Gateway) =>
  (await gateway.centralRequests()).filter(({ path }) => path === '/http/sendmsg').at(-1)?.parameters;

test('what is set for an account in the window is what Clickatell gets', async ({ gateway, start }) => {
  const application = await start();
  const main = await setUpLive(application);
  const id = await addCentral(main, gateway);
  const settings = async () =>
    (await succeed(main, 'accounts.list', undefined)).find((account) => account.id === id)?.settings;

  await send(main, id, 'As it comes');
  const plain = await sendmsg(gateway);
  expect(plain?.get('user')).toBe(gateway.central.user);
  const asked = ['session_id', 'mo', 'deliv_ack', 'queue', 'max_credits', 'escalate', 'req_feat', 'callback'];
  expect(asked.filter((name) => plain?.has(name))).toEqual([]);

  const account = await openAdvanced(main, 'Old account');
  await account.getByRole('radio', { name: translate('account.login.session') }).check();
  await account.getByRole('checkbox', { name: translate('account.twoWay') }).check();
  await account.getByRole('button', { name: translate('account.routes') }).click();
  await account.getByRole('radio', { name: translate('account.queue.1') }).check();
  const credits = account.getByLabel(translate('account.maxCredits'));
  await credits.fill('a lot');
  await credits.blur();
  await expect(account.getByText(translate('account.maxCreditsWrong'))).toBeVisible();
  await credits.fill('1.5');
  await credits.press('Enter');
  await account.getByRole('checkbox', { name: translate('account.feature.senderNumber') }).check();
  await expect.poll(settings).toEqual({
    login: 'session',
    twoWay: true,
    queue: 1,
    maxCredits: 1.5,
    requiredFeatures: 32,
  });

  await send(main, id, 'From our number', { senderId: twoWayNumber });
  const after = await gateway.centralRequests();
  expect(after.at(-2)?.path).toBe('/http/auth');
  expect(after.at(-2)?.parameters.get('password')).toBe(gateway.central.password);
  const asSet = await sendmsg(gateway);
  expect(asSet?.get('session_id')).toMatch(/^[0-9a-f]{32}$/);
  expect(['user', 'password', 'api_id'].filter((name) => asSet?.has(name))).toEqual([]);
  expect(
    Object.fromEntries(
      ['from', 'mo', 'queue', 'max_credits', 'req_feat'].map((name) => [name, asSet?.get(name)]),
    ),
  ).toEqual({ from: twoWayNumber, mo: '1', queue: '1', max_credits: '1.5', req_feat: '32' });

  // Folded away it still says what is set; and it is there after a restart.
  await account.getByRole('button', { name: translate('account.advanced'), exact: true }).click();
  await expect(account.getByText(translate('account.set.session'))).toBeVisible();

  const field = translate('coverage.label');
  await account.getByRole('button', { name: translate('account.advanced'), exact: true }).click();
  await account.getByLabel(field).fill('082 123 4567');
  await account.getByLabel(field).press('Enter');
  await expect(account.getByText(translate('coverage.unknown'))).toBeVisible();
  await application.quit();
  await application.restart();
  const again = await application.window('main');
  expect((await succeed(again, 'accounts.list', undefined)).at(-1)?.settings).toMatchObject({
    login: 'session',
    maxCredits: 1.5,
  });
});

test('numbers go with + where the window says so for an account of the Platform', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const main = await setUpLive(application);
  const [account] = await succeed(main, 'accounts.list', undefined);
  const numbers = async () =>
    (await gateway.sendRequests()).map(({ body }) => (JSON.parse(body) as { to: unknown }).to);
  await send(main, account?.id ?? 0, 'As it comes');
  await main.getByRole('button', { name: translate('navigation.settings'), exact: true }).click();
  await main.getByRole('button', { name: translate('account.advanced'), exact: true }).click();
  await main.getByRole('checkbox', { name: translate('account.numbersWithPlus') }).check();
  await expect
    .poll(async () => (await succeed(main, 'accounts.list', undefined))[0]?.settings)
    .toEqual({ numbersWithPlus: true });
  await send(main, account?.id ?? 0, 'With a plus');
  expect(await numbers()).toEqual([['27821234567'], ['+27821234567']]);
});

test('Clickatell is asked about a text, and one for later is stopped there', async ({ gateway, start }) => {
  const application = await start();
  const main = await setUpLive(application);
  const id = await addCentral(main, gateway);
  const deliverAt = Date.now() + 2 * 3_600_000;
  const later = await send(main, id, 'For later', { deliverAt });
  await main.getByRole('button', { name: translate('navigation.history'), exact: true }).click();

  await main.getByRole('option').filter({ hasText: 'For later' }).click();
  await main.getByRole('button', { name: translate('detail.ask') }).click();
  await expect(main.getByText(translate('told.waiting'))).toBeVisible();
  expect((await succeed(main, 'messages.detail', { id: later })).state).toBe('accepted');
  await main.getByRole('button', { name: translate('detail.stop') }).click();
  await expect(main.getByText(translate('told.stopped'))).toBeVisible();
  await expect(main.getByText(translate('sentence.undeliveredStopped'))).toBeVisible();
  expect(await succeed(main, 'messages.detail', { id: later })).toMatchObject({
    state: 'undelivered',
    errorCode: 'stopped',
  });
  await expect(main.getByRole('button', { name: translate('detail.ask') })).toHaveCount(0);
  const paths = (await gateway.centralRequests()).map(({ path }) => path);
  expect(paths.filter((path) => path === '/http/delmsg')).toHaveLength(1);
  expect(paths.filter((path) => path === '/http/getmsgcharge')).toHaveLength(1);

  // No line: a sentence, and nothing changed.
  const other = await send(main, id, 'A second one');
  await main.getByRole('option').filter({ hasText: 'A second one' }).click();
  await gateway.line('down');
  await main.getByRole('button', { name: translate('detail.ask') }).click();
  await expect(main.getByText(translate('error.no-line'))).toBeVisible();
  expect((await succeed(main, 'messages.detail', { id: other })).state).toBe('accepted');
});

test('practice: accounts are managed as in life, and nothing leads nowhere', async ({ start }) => {
  const application = await start();
  const main = await setUpPractice(application);
  await main.getByRole('button', { name: translate('navigation.settings'), exact: true }).click();
  await expect(main.getByText(translate('settings.keyPractice'))).toBeVisible();
  for (const name of ['settings.keyForget', 'settings.keyChange'] as const) {
    await expect(main.getByRole('button', { name: translate(name) })).toHaveCount(0);
  }
  await main.getByRole('button', { name: translate('settings.keyTest') }).click();
  await expect(main.getByText(/^The key works/)).toBeVisible();

  await main.getByRole('button', { name: translate('account.add') }).click();
  await main.getByRole('textbox', { name: translate('account.name') }).fill('Old account');
  await main.getByRole('radio', { name: translate('account.family.central') }).check();
  await main.getByRole('button', { name: translate('account.addConfirm') }).click();
  // No key is asked for: it signs in to the pretend gateway by itself.
  const account = main.getByRole('listitem').filter({ hasText: 'Old account' });
  await expect(account.getByText(translate('settings.keyPractice'))).toBeVisible();
  await account.getByRole('button', { name: translate('account.advanced'), exact: true }).click();
  await expect(account.getByLabel(translate('account.address'))).toHaveCount(0);
  await account.getByRole('radio', { name: translate('account.login.session') }).check();
  await account.getByRole('button', { name: translate('settings.loginTest') }).click();
  await expect(account.getByText(/^The login works/)).toBeVisible();
  const central = (await succeed(main, 'accounts.list', undefined)).find(
    ({ family }) => family === 'central',
  );
  expect(central?.settings).toEqual({ login: 'session' });
  await send(main, central?.id ?? 0, 'Practising with the old account');
});
