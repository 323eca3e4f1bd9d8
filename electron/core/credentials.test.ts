import { beforeEach, describe, expect, test } from 'vitest';
import { Credentials } from './credentials.ts';
import type { CheckResult, Gateway, SecretBox, StoredSecret, StoreStrength } from './ports.ts';

let check: CheckResult;
let strength: StoreStrength;
let tag: string;
let locked: boolean;
let stored: StoredSecret | undefined;
let origin: string;
let checkedWith: (string | undefined)[];
let credentials: Credentials;

const box: SecretBox = {
  strength: async () => strength,
  encrypt: async (text) => {
    if (locked) throw new Error('locked');
    return { cipher: Buffer.from(text).reverse(), providerTag: tag };
  },
  decrypt: async (cipher) => {
    if (locked) throw new Error('locked');
    return { text: Buffer.from(cipher).reverse().toString(), shouldReEncrypt: false };
  },
};
const gateway: Gateway = {
  id: 'fake',
  capabilities: { maxRecipients: 1, clientRef: 'echo' },
  send: async () => ({ outcomes: [], pause: undefined, httpStatus: undefined }),
  check: async (context) => {
    checkedWith.push(await context.readKey());
    return check;
  },
  close: async () => {},
};
const create = (): Credentials =>
  new Credentials({
    accountId: 1,
    box,
    store: {
      secret: () => stored,
      setSecret: (_id, secret) => {
        stored = secret;
      },
      forgetSecret: () => {
        stored = undefined;
      },
    },
    gateway,
    origin,
    now: () => 0,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    neverLog() {},
  });

beforeEach(() => {
  check = { kind: 'works', balance: 12.5, currency: 'ZAR' };
  strength = 'strong';
  tag = 'v11';
  locked = false;
  stored = undefined;
  origin = 'https://platform.example';
  checkedWith = [];
  credentials = create();
});

describe('setting a key', () => {
  test('is checked without sending, kept in the store, and read back only for the gateway', async () => {
    expect(await credentials.set('good-key==', false)).toEqual({
      ok: true,
      value: { balance: 12.5, currency: 'ZAR' },
    });
    expect(checkedWith).toEqual(['good-key==']);
    expect(credentials.view()).toEqual({ key: 'stored', store: 'strong' });
    expect(await credentials.readKey()).toBe('good-key==');
    expect(Buffer.from(stored?.cipher ?? []).toString()).not.toContain('good-key');
  });

  test.each<[Extract<CheckResult, { kind: 'failed' }>['why'], string]>([
    ['key-rejected', 'key-rejected'],
    ['ip-blocked', 'ip-blocked'],
    ['line', 'no-line'],
    ['certificate', 'certificate'],
    ['proxy', 'proxy'],
    ['unexpected', 'gateway-unexpected'],
  ])('one that fails with %s replaces nothing', async (why, code) => {
    await credentials.set('first-key==', false);
    check = { kind: 'failed', why, text: '' };
    expect(await credentials.set('second-key==', false)).toEqual({ ok: false, error: { code } });
    expect(await credentials.readKey()).toBe('first-key==');
  });

  test('a weak store keeps it only when the person agrees; otherwise it lasts for this run', async () => {
    strength = 'weak';
    tag = 'v10';
    await credentials.set('good-key==', false);
    expect(stored).toBeUndefined();
    expect(credentials.view()).toEqual({ key: 'this-run', store: 'weak' });
    expect(await credentials.readKey()).toBe('good-key==');
    await credentials.set('good-key==', true);
    expect(credentials.view()).toEqual({ key: 'stored', store: 'weak' });
  });

  test('a store that refuses leaves the key for this run, and no older key behind', async () => {
    await credentials.set('first-key==', false);
    locked = true;
    await credentials.set('second-key==', false);
    locked = false;
    expect(stored).toBeUndefined();
    expect(await credentials.readKey()).toBe('second-key==');
  });
});

describe('reading a key', () => {
  test('a locked store gives none, and says locked; unlocked it is there again', async () => {
    await credentials.set('good-key==', false);
    credentials = create();
    locked = true;
    await expect(credentials.readKey()).rejects.toMatchObject({ name: 'SecretStoreLocked' });
    expect(credentials.view().key).toBe('locked');
    expect(await credentials.test()).toEqual({ ok: false, error: { code: 'secrets-locked' } });
    locked = false;
    expect(await credentials.readKey()).toBe('good-key==');
    expect(credentials.view().key).toBe('stored');
  });

  test('a key that was kept badly moves into a keyring that came later', async () => {
    strength = 'weak';
    tag = 'v10';
    await credentials.set('good-key==', true);
    expect(stored?.providerTag).toBe('v10');
    strength = 'strong';
    tag = 'v11';
    credentials = create();
    await credentials.readKey();
    expect(stored?.providerTag).toBe('v11');
    expect(await credentials.readKey()).toBe('good-key==');
  });

  test('a stored key goes to the server it was given for and to no other', async () => {
    await credentials.set('good-key==', false);
    checkedWith = [];
    origin = 'http://127.0.0.1:4711';
    const elsewhere = create();
    expect(await elsewhere.readKey()).toBeUndefined();
    expect(elsewhere.view().key).toBe('none');
    expect(await elsewhere.test()).toEqual({ ok: false, error: { code: 'no-account' } });
    expect(checkedWith).toEqual([]);
    origin = 'https://platform.example';
    expect(await create().readKey()).toBe('good-key==');
  });

  test('a key of this run goes over to another gateway of the same server, and to no other', async () => {
    strength = 'weak';
    await credentials.set('good-key==', false);
    const next = create();
    next.carryOver(credentials);
    expect(await next.readKey()).toBe('good-key==');
    origin = 'https://other.example';
    const elsewhere = create();
    elsewhere.carryOver(credentials);
    expect(await elsewhere.readKey()).toBeUndefined();
    expect(elsewhere.isEmpty()).toBe(true);
  });

  test('an account whose key is for another server is not empty', async () => {
    await credentials.set('good-key==', false);
    origin = 'https://other.example';
    expect(create().view().key).toBe('none');
    expect(create().isEmpty()).toBe(false);
  });

  test('the pretend gateway’s own key is told apart from one that somebody gave', async () => {
    credentials.useForPractice('pretend-key==');
    expect(credentials.view().key).toBe('practice');
    expect(await credentials.readKey()).toBe('pretend-key==');
    expect(stored).toBeUndefined();
  });

  test('forgotten is forgotten', async () => {
    await credentials.set('good-key==', false);
    credentials.forget();
    expect(await credentials.readKey()).toBeUndefined();
    expect(credentials.view().key).toBe('none');
  });
});
