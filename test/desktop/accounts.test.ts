import { randomUUID } from 'node:crypto';
import { translate } from '../../shared/i18n/translate.ts';
import { call, succeed } from './bridge.ts';
import { expect, liveKey, setUpLive, test } from './fixture.ts';

test('one office, two accounts: Platform and Developers’ Central, each through its own gateway', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const main = await setUpLive(application);
  const central = await succeed(main, 'accounts.create', { label: 'Old account', family: 'central' });
  const set = await succeed(main, 'credentials.setLogin', {
    ...gateway.central,
    allowWeakStore: false,
    accountId: central.id,
  });
  expect(set.credential.key).toBe('stored');

  const send = (accountId: number | undefined, body: string, options = {}): Promise<unknown> =>
    succeed(main, 'sending.submit', {
      submissionId: randomUUID(),
      recipients: ['082 123 4567', '083 555 0142'],
      body,
      ...(accountId === undefined ? {} : { accountId }),
      options,
    });
  await send(undefined, 'Through the platform');
  await send(central.id, 'Through Central, with an ä and a €', { flash: true });
  await expect
    .poll(async () => (await gateway.taken()).map((text) => text.content).sort())
    .toEqual([
      'Through Central, with an ä and a €',
      'Through Central, with an ä and a €',
      'Through the platform',
      'Through the platform',
    ]);
  const { rows } = await succeed(main, 'messages.page', { view: 'history', before: null, limit: 10 });
  expect(rows.map((row) => row.state)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
  const detail = await succeed(main, 'messages.detail', { id: rows[0]?.id ?? 0 });
  expect(detail).toMatchObject({ account: { label: 'Old account' }, options: { flash: true } });
  await expect(main.getByRole('option').first()).toContainText(translate('state.accepted'));

  // Forced to XML, the same account speaks XML.
  const [platform] = await succeed(main, 'accounts.list', undefined);
  await succeed(main, 'accounts.change', { id: platform?.id ?? 0, transport: 'xml' });
  await send(platform?.id, 'As XML');
  await expect
    .poll(async () => (await gateway.sendRequests()).map((request) => request.headers.get('content-type')))
    .toContain('application/xml');
  expect(
    (await gateway.sendRequests()).every((request) => request.headers.get('authorization') === liveKey),
  ).toBe(true);
});

test('a login of Developers’ Central at the first start: a wrong one leaves everything as it was', async ({
  gateway,
  start,
}) => {
  const application = await start();
  const main = await application.window('main');
  const wrong = await call(main, 'credentials.setLogin', {
    ...gateway.central,
    password: 'wrong',
    allowWeakStore: false,
  });
  expect(wrong).toEqual({ ok: false, error: { code: 'key-rejected' } });
  expect((await succeed(main, 'app.status', undefined)).mode).toBe('unset');

  const right = await succeed(main, 'credentials.setLogin', { ...gateway.central, allowWeakStore: false });
  expect(right.credential.key).toBe('stored');
  expect((await succeed(main, 'app.status', undefined)).mode).toBe('live');
  expect(await succeed(main, 'accounts.list', undefined)).toMatchObject([
    { family: 'central', isDefault: true },
  ]);
});
