import { describe, expect, it } from 'vitest';
import { translateError } from '../../../shared/i18n/translate.ts';
import { Session } from '../../app/session.svelte.ts';
import { createFakeClient, makeScenario } from '../../lib/fake-bridge.ts';
import { Account, checkSentence, keySentence } from './account.svelte.ts';

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
