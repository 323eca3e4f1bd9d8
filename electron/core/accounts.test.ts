import { beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from './accounts.ts';
import type { Credentials } from './credentials.ts';
import type { Dispatcher, SendingState } from './outbox/dispatcher.ts';
import type { Account, AccountDirectory, Gateway } from './ports.ts';

let stored: Account[];
let open: Map<number, number>;
let events: string[];
let states: Map<number, SendingState>;
let accounts: Accounts;

const directory: AccountDirectory = {
  list: () => [...stored].sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || a.id - b.id),
  create: ({ label, family }) => {
    const account: Account = {
      id: stored.length + 1,
      label,
      family,
      transport: 'auto',
      serverAddress: null,
      settings: {},
      ratePerMinute: 600,
      isDefault: stored.length === 0,
    };
    stored.push(account);
    return account;
  },
  change: (id, change) => {
    stored = stored.map((account) => (account.id === id ? { ...account, ...change } : account));
  },
  makeDefault: (id) => {
    stored = stored.map((account) => ({ ...account, isDefault: account.id === id }));
  },
  remove: (id) => {
    stored = stored.filter((account) => account.id !== id);
  },
  openTexts: (id) => open.get(id) ?? 0,
};

beforeEach(() => {
  stored = [];
  open = new Map();
  events = [];
  states = new Map();
  accounts = new Accounts({
    directory,
    now: () => 0,
    firstLabel: 'Clickatell',
    onChanged: () => events.push('changed'),
    build: (account) => {
      if (account.serverAddress?.startsWith('http://') === true) throw new TypeError('not encrypted');
      const name = `${account.id}:${account.transport}`;
      const say = (what: string) => async () => {
        events.push(`${what} ${name}`);
      };
      return {
        account,
        gateway: {
          id: name,
          capabilities: { maxRecipients: 1, clientRef: 'echo' },
          close: say('close'),
        } as unknown as Gateway,
        credentials: {
          forget: () => events.push(`forget ${name}`),
          carryOver: () => events.push(`carry over to ${name}`),
        } as unknown as Credentials,
        dispatcher: {
          start: say('start'),
          stop: say('stop'),
          abandon: () => events.push(`abandon ${name}`),
          readPause: say('read pause'),
          resume: say('resume'),
          pause: say('pause'),
          sending: () => states.get(account.id) ?? { state: 'running' },
        } as unknown as Dispatcher,
      };
    },
  });
});

describe('accounts', () => {
  test('there is always one', () => {
    expect(accounts.list().map(({ account }) => account.label)).toEqual(['Clickatell']);
    expect(accounts.get(undefined)?.account.isDefault).toBe(true);
    expect(accounts.get(99)).toBeUndefined();
  });

  test('another transport: the old gateway ends what it began before the new one begins', async () => {
    await accounts.start();
    events = [];
    const changed = await accounts.change(1, { transport: 'xml' });
    expect(changed.ok && changed.value.account.transport).toBe('xml');
    expect(events).toEqual([
      'close 1:xml',
      'stop 1:auto',
      'close 1:auto',
      'carry over to 1:xml',
      'start 1:xml',
      'changed',
    ]);
  });

  test('two changes at once wait for each other, and no dispatcher is left behind', async () => {
    await accounts.start();
    events = [];
    await Promise.all([accounts.change(1, { transport: 'xml' }), accounts.change(1, { transport: 'json' })]);
    const running = new Set<string>(['1:auto']);
    for (const event of events) {
      if (event.startsWith('start ')) running.add(event.slice(6));
      if (event.startsWith('stop ')) running.delete(event.slice(5));
    }
    expect([...running]).toEqual(['1:json']);
    expect(accounts.get(1)?.account.transport).toBe('json');
  });

  test('another setting is another gateway, the same ones are not', async () => {
    const central = accounts.create('Old', 'central').account.id;
    await accounts.start();
    events = [];
    const settings = { login: 'session', twoWay: true } as const;
    const changed = await accounts.change(central, { settings });
    expect(changed.ok && changed.value.account.settings).toEqual(settings);
    expect(events).toEqual([
      `close ${central}:auto`,
      `stop ${central}:auto`,
      `close ${central}:auto`,
      `carry over to ${central}:auto`,
      `start ${central}:auto`,
      'changed',
    ]);
    events = [];
    await accounts.change(central, { settings: { twoWay: true, login: 'session' } });
    await accounts.change(central, { label: 'Older' });
    expect(events).toEqual(['changed', 'changed']);
    expect(accounts.get(central)?.account).toMatchObject({ label: 'Older', settings });
  });

  test('what a family does not have is not taken', async () => {
    expect(await accounts.change(1, { settings: { queue: 1 }, label: 'Reception' })).toEqual({
      ok: false,
      error: { code: 'setting-not-offered' },
    });
    expect(stored[0]).toMatchObject({ settings: {}, label: 'Clickatell' });
    expect(events).toEqual([]);
  });

  test('a text that comes in while its account is removed keeps the account', async () => {
    const second = accounts.create('Second', 'platform').account.id;
    await accounts.start();
    events = [];
    let asked = 0;
    const openTexts = directory.openTexts;
    directory.openTexts = () => {
      asked += 1;
      return asked === 1 ? 0 : 1;
    };
    try {
      expect(await accounts.remove(second)).toMatchObject({ error: { code: 'account-busy' } });
    } finally {
      directory.openTexts = openTexts;
    }
    expect(accounts.list().map(({ account }) => account.id)).toContain(second);
    expect(events.at(-1)).toBe(`start ${second}:auto`);
    expect(events).not.toContain(`forget ${second}:auto`);
  });

  test('a new name interrupts nothing', async () => {
    await accounts.start();
    events = [];
    await accounts.change(1, { label: 'Reception' });
    expect(events).toEqual(['changed']);
    expect(accounts.get(1)?.account.label).toBe('Reception');
  });

  test('an address that no key may go to changes nothing', async () => {
    expect(await accounts.change(1, { serverAddress: 'http://example.invalid' })).toEqual({
      ok: false,
      error: { code: 'server-address-invalid' },
    });
    expect(stored[0]?.serverAddress).toBeNull();
    expect(events).toEqual([]);
  });

  test('the last one stays, and one whose texts wait', async () => {
    expect(await accounts.remove(1)).toMatchObject({ error: { code: 'last-account' } });
    const second = accounts.create('Second', 'central').account.id;
    open.set(second, 2);
    expect(await accounts.remove(second)).toMatchObject({ error: { code: 'account-busy' } });
    open.clear();
    expect(await accounts.remove(second)).toEqual({ ok: true, value: undefined });
    expect(events).toContain(`forget ${second}:auto`);
    expect(accounts.list()).toHaveLength(1);
  });

  test('the account that needs a person most speaks for all', () => {
    accounts.create('Second', 'platform');
    states.set(2, { state: 'offline', nextTry: 5, trouble: 'strange' });
    expect(accounts.sending()).toMatchObject({ state: 'offline', nextTry: 5, trouble: 'strange' });
    states.set(1, { state: 'paused', reason: 'person', until: undefined, text: '' });
    expect(accounts.sending()).toMatchObject({ state: 'paused', pauseReason: 'person' });
    states.set(2, { state: 'paused', reason: 'no-credit', until: undefined, text: 'empty' });
    expect(accounts.sending()).toMatchObject({ pauseReason: 'no-credit', pauseText: 'empty' });
  });

  test('what is added while everything is paused is paused, too', async () => {
    await accounts.start();
    events = [];
    states.set(1, { state: 'paused', reason: 'person', until: undefined, text: '' });
    accounts.create('Second', 'platform');
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toEqual(['pause 2:auto', 'changed', 'start 2:auto']);
  });

  test('a new key ends the pause of the old one, not a person’s', async () => {
    states.set(1, { state: 'paused', reason: 'person', until: undefined, text: '' });
    await accounts.keyChanged(1);
    expect(events).toEqual([]);
    states.set(1, { state: 'paused', reason: 'key-rejected', until: undefined, text: '' });
    await accounts.keyChanged(1);
    expect(events).toEqual(['resume 1:auto']);
  });
});
