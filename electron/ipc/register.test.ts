import fc from 'fast-check';
import * as v from 'valibot';
import { beforeEach, describe, expect, test } from 'vitest';
import { appErrorCodes } from '../../shared/errors.ts';
import { methods } from '../../shared/ipc/channels.ts';
import { contract, type Method, type WindowKind } from '../../shared/ipc/contract.ts';
import { type Handlers, registerAll } from './register.ts';
import type { SenderFacts } from './sender-guard.ts';

const origin = 'app://bundle';
const names = Object.keys(contract) as Method[];

type Listener = (sender: SenderFacts, ...values: unknown[]) => Promise<unknown>;
let listeners: Map<string, Listener>;
let handled: string[];
let windows: Map<number, WindowKind>;
let logged: string[];
let answer: () => unknown;

beforeEach(() => {
  listeners = new Map();
  handled = [];
  logged = [];
  windows = new Map([
    [1, 'main'],
    [2, 'quick-send'],
  ]);
  answer = () => ({ ok: true, value: undefined });
  const log = {
    debug() {},
    info() {},
    warn: (event: string) => logged.push(event),
    error: (event: string) => logged.push(event),
  };
  registerAll({
    host: { handle: (channel, listener) => listeners.set(channel, listener) },
    handlers: Object.fromEntries(
      names.map((name) => [
        name,
        () => {
          handled.push(name);
          return answer();
        },
      ]),
    ) as unknown as Handlers,
    registry: { kindOf: (id) => windows.get(id) },
    origins: [origin],
    log,
    checkOutput: true,
  });
});

const trusted = (method: Method): SenderFacts => ({
  frameUrl: `${origin}/index.html?window=main`,
  isMainFrame: true,
  webContentsId: contract[method].windows.includes('main') ? 1 : 2,
});
const call = async (
  method: string,
  sender: SenderFacts,
  ...values: unknown[]
): Promise<{ ok: boolean; error?: { code: string } }> => {
  const listener = listeners.get(`call:${method}`);
  if (listener === undefined) throw new Error(`not registered: ${method}`);
  return (await listener(sender, ...values)) as { ok: boolean; error?: { code: string } };
};

test('what is registered, what the preload script lets through, and the contract are the same names', () => {
  expect([...methods].sort()).toEqual([...names].sort());
  expect([...listeners.keys()].sort()).toEqual(names.map((name) => `call:${name}`).sort());
});

test('no method returns the key: none has a key, secret or password in what it answers, but the credential state', () => {
  for (const name of names) {
    const shape = JSON.stringify(contract[name].output, (_key, value) =>
      typeof value === 'function' ? undefined : value,
    );
    if (!/"(secret|password|apiKey|api_key|authorization)"/i.test(shape)) continue;
    throw new Error(`${name} answers with something like a secret`);
  }
  expect(names).not.toContain('credentials.get');
});

describe.each(names)('%s', (method) => {
  const valid = (value: unknown): boolean => v.safeParse(contract[method].input, value).success;

  test('junk never reaches the handler', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.anything({
            withBigInt: true,
            withDate: true,
            withMap: true,
            withSet: true,
            withTypedArray: true,
            withNullPrototype: true,
          }),
          fc.object({
            key: fc.constantFrom(
              'id',
              'ids',
              'mode',
              'key',
              'body',
              'to',
              'limit',
              'submissionId',
              '__proto__',
              'constructor',
            ),
          }),
        ),
        async (junk) => {
          if (valid(junk)) return;
          handled = [];
          const result = await call(method, trusted(method), junk);
          expect(result).toEqual({ ok: false, error: { code: 'invalid-input' } });
          expect(handled).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a second argument is refused', async () => {
    expect(await call(method, trusted(method), undefined, 'more')).toEqual({
      ok: false,
      error: { code: 'invalid-input' },
    });
    expect(handled).toEqual([]);
  });

  test.each<[string, Partial<SenderFacts>]>([
    ['a sub-frame', { isMainFrame: false }],
    ['a frame that is gone', { frameUrl: null }],
    ['an empty address', { frameUrl: '' }],
    ['about:blank', { frameUrl: 'about:blank' }],
    ['a foreign site', { frameUrl: 'https://example.com/index.html' }],
    ['a file', { frameUrl: 'file:///bundle/index.html' }],
    ['another host of our scheme', { frameUrl: 'app://bundle.example/index.html' }],
    ['our origin as a user name', { frameUrl: 'https://app:bundle@example.com/' }],
    ['data', { frameUrl: 'data:text/html,app://bundle/' }],
    ['an unknown window', { webContentsId: 99 }],
  ])('refuses %s', async (_name, part) => {
    expect(await call(method, { ...trusted(method), ...part }, undefined)).toEqual({
      ok: false,
      error: { code: 'forbidden' },
    });
    expect(handled).toEqual([]);
  });

  test('refuses a window that was destroyed, and one of a kind it is not meant for', async () => {
    windows.delete(trusted(method).webContentsId);
    expect(await call(method, trusted(method))).toMatchObject({ error: { code: 'forbidden' } });
    for (const [id, kind] of [
      [1, 'main'],
      [2, 'quick-send'],
    ] as const) {
      windows.set(id, kind);
      if ((contract[method].windows as readonly string[]).includes(kind)) continue;
      expect(await call(method, { ...trusted(method), webContentsId: id })).toMatchObject({
        error: { code: 'forbidden' },
      });
    }
    expect(handled).toEqual([]);
  });
});

describe('answers', () => {
  test('an answer outside of the contract does not leave', async () => {
    answer = () => ({ ok: true, value: { key: 'secret' } });
    expect(await call('app.status', trusted('app.status'))).toEqual({
      ok: false,
      error: { code: 'internal' },
    });
    expect(logged).toContain('ipc-invalid-output');
  });

  test.each<[unknown, string]>([
    [Object.assign(new Error('full'), { code: 'SQLITE_FULL' }), 'storage-full'],
    [Object.assign(new Error('no space'), { code: 'ENOSPC' }), 'storage-full'],
    [Object.assign(new Error('io'), { code: 'SQLITE_IOERR_WRITE' }), 'storage-failed'],
    [Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' }), 'storage-locked'],
    [Object.assign(new Error('gone'), { name: 'MessageNotFound' }), 'not-found'],
    [Object.assign(new Error('moved on'), { name: 'StaleTransition' }), 'stale'],
    [new TypeError('a bug'), 'internal'],
    ['a string', 'internal'],
    [undefined, 'internal'],
  ])('a handler that throws %s answers with a value', async (thrown, code) => {
    answer = () => {
      throw thrown;
    };
    expect(await call('app.status', trusted('app.status'))).toEqual({ ok: false, error: { code } });
    expect(appErrorCodes).toContain(code);
  });
});
