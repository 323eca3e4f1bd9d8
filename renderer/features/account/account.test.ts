import { describe, expect, it } from 'vitest';
import { translate, translateError } from '../../../shared/i18n/translate.ts';
import { Session } from '../../app/session.svelte.ts';
import { createFakeClient, fakeAccount, makeScenario, paused } from '../../lib/fake-bridge.ts';
import { Account, checkSentence, keySentence } from './account.svelte.ts';
import { Accounts, accountState, isServerAddress } from './accounts.svelte.ts';

const key = 'not-a-real-key-1234567890==';

function open(name: Parameters<typeof makeScenario>[0]) {
  const client = createFakeClient(makeScenario(name));
  const session = new Session(client);
  return { client, session, account: new Account(session) };
}

describe('Account', () => {
  it('passes a key on, trimmed, and keeps nothing of it', async () => {
    const { client, session, account } = open('welcome');
    expect(await account.set(`  ${key}\n`, false)).toBe(true);
    expect(client.calls[0]?.input).toEqual({ key, allowWeakStore: false });
    expect(account.good).toContain('The key works');
    expect(session.status?.credential.key).toBe('stored');
    const kept = JSON.stringify(
      [Object.values({ ...account }), account.good, account.bad, session.status],
      (name, value) =>
        // The pretend main process writes down what it was told; that is the other side.
        name === 'client' ? undefined : value,
    );
    expect(kept).not.toContain(key);
  });

  it('keeps a key for this run only where the store is weak and nobody agreed', async () => {
    const weak = open('welcome-weak');
    await weak.account.set(key, false);
    expect(weak.session.status?.credential.key).toBe('this-run');
    const agreed = open('welcome-weak');
    await agreed.account.set(key, true);
    expect(agreed.session.status?.credential.key).toBe('stored');
  });

  it('says one exact sentence when the key does not work', async () => {
    const { account } = open('key-rejected');
    expect(await account.set(key, false)).toBe(false);
    expect(account.bad).toBe(translateError({ code: 'key-rejected' }));
    expect(account.busy).toBeUndefined();
  });

  it('does one thing at a time', async () => {
    const { client, account } = open('empty');
    await Promise.all([account.test(), account.test(), account.forget()]);
    expect(client.calls.filter((call) => call.method.startsWith('credentials.'))).toHaveLength(1);
  });
});

const login = { user: 'practice', password: 'a password & more', apiId: '3456789' };

describe('a login of Developers’ Central', () => {
  it('is passed on for its account, and nothing of it is kept', async () => {
    const { client, session } = open('central');
    const account = new Account(session, { id: 1, family: 'central' });
    expect(await account.setLogin(login, false)).toBe(true);
    expect(client.calls[0]).toEqual({
      method: 'credentials.setLogin',
      input: { ...login, allowWeakStore: false, accountId: 1 },
    });
    expect(account.good).toContain('The login works');
    expect(JSON.stringify([Object.values({ ...account }), account.good, account.bad])).not.toContain(
      login.password,
    );
  });

  it('is spoken of as a login, not as a key', async () => {
    const { client, session } = open('central');
    const account = new Account(session, { id: 1, family: 'central' });
    client.fail('credentials.setLogin', 'key-rejected');
    expect(await account.setLogin(login, false)).toBe(false);
    expect(account.bad).toBe(translate('settings.loginRejected'));
    expect(keySentence({ key: 'none', store: 'strong' }, 'central')).toBe('No login yet');
  });

  it('takes the place of the empty account at the first start', async () => {
    const { session, account } = open('welcome');
    expect(await account.setFirstLogin(login, false)).toBe(true);
    expect(session.accounts).toMatchObject([{ family: 'central', isDefault: true, label: 'Clickatell' }]);
    expect(session.status).toMatchObject({ mode: 'live', credential: { key: 'stored' } });
  });

  it('leaves nothing behind at the first start when it does not work', async () => {
    const { client, session, account } = open('welcome');
    client.fail('credentials.setLogin', 'key-rejected');
    expect(await account.setFirstLogin(login, false)).toBe(false);
    // Practice, or the first start, goes on as it was.
    const status = await client.call('app.status');
    expect(status.ok && status.value.mode).toBe('unset');
    expect(session.accounts).toEqual([]);
    expect(account.bad).toBe(translate('settings.loginRejected'));
    expect(account.busy).toBeUndefined();
  });
});

describe('Accounts', () => {
  it('adds an account, makes it the default and removes the other', async () => {
    const { session } = open('empty');
    const accounts = new Accounts(session);
    const added = await accounts.create('Recalls', 'central');
    expect(added).toMatchObject({ label: 'Recalls', family: 'central', isDefault: false });
    expect(session.accounts).toHaveLength(2);
    await accounts.change({ id: added?.id ?? 0, isDefault: true });
    expect(session.accounts[0]?.label).toBe('Recalls');
    expect(await accounts.remove({ id: 1, label: 'Clickatell' })).toBe(true);
    expect(session.accounts).toHaveLength(1);
    expect(accounts.good).toBe('Clickatell is removed.');
  });

  it('keeps the last one, and says so', async () => {
    const { session } = open('empty');
    const accounts = new Accounts(session);
    expect(await accounts.remove({ id: 1, label: 'Clickatell' })).toBe(false);
    expect(accounts.bad).toBe(translateError({ code: 'last-account' }));
  });

  it('asks main about an address only when a key may go there', async () => {
    const { client, session } = open('empty');
    const accounts = new Accounts(session);
    expect(await accounts.setAddress(1, 'http://example.com')).toBe(
      translateError({ code: 'server-address-invalid' }),
    );
    expect(client.calls).toEqual([]);
    expect(await accounts.setAddress(1, ' https://gateway.example ')).toBeUndefined();
    expect(client.calls[0]?.input).toEqual({ id: 1, serverAddress: 'https://gateway.example' });
    expect(await accounts.setAddress(1, '  ')).toBeUndefined();
    expect(session.accounts[0]?.serverAddress).toBeNull();
  });

  it.each([
    ['https://platform.clickatell.com', true],
    ['http://127.0.0.1:8080', true],
    ['http://localhost:8080', true],
    ['http://[::1]:8080', true],
    ['http://localhost.example', false],
    ['http://127.0.0.1.example', false],
    ['ftp://127.0.0.1', false],
    ['platform.clickatell.com', false],
  ])('%s may be asked for: %s', (address, allowed) => {
    expect(isServerAddress(address)).toBe(allowed);
  });

  it('says first what keeps an account from sending', () => {
    const none = { key: 'none', store: 'strong' } as const;
    expect(accountState(fakeAccount(1, { credential: none, sending: paused('key-missing') })).text).toBe(
      'No key yet',
    );
    expect(accountState(fakeAccount(1, { sending: paused('no-credit') })).icon).toBe('warning');
    expect(accountState(fakeAccount(1)).icon).toBeUndefined();
  });
});

describe('sentences', () => {
  it('names the balance where there is one', () => {
    expect(checkSentence({ balance: null, currency: null })).toBe('The key works.');
    expect(checkSentence({ balance: 412.5, currency: 'ZAR' })).toContain('412.50');
    expect(checkSentence({ balance: 12, currency: 'CREDITS' })).toContain('CREDITS');
  });

  it('says where the key is', () => {
    expect(keySentence({ key: 'stored', store: 'weak' })).not.toBe(
      keySentence({ key: 'stored', store: 'strong' }),
    );
  });
});
