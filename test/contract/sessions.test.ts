/** Sessions of Developers' Central: what a repeat after a session's end rests on, and that nothing else is repeated. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway, GatewayMessage, SendResult } from '../../electron/core/ports.ts';
import { createCentralGateway } from '../../electron/gateways/clickatell/central.ts';
import {
  type PracticeControl,
  type PracticeServer,
  startPracticeServer,
} from '../../electron/practice/server.ts';
import { writeCentralLogin } from '../../shared/domain/central-login.ts';
import { practiceLogin } from './gateway-contract.ts';

const text: GatewayMessage = { clientRef: 'R', recipient: '+27821234567', body: 'Hello' };
const other: GatewayMessage = { ...text, recipient: '+27821234568' };
const over = 'ERR: 003, Session ID expired';
const minute = 60_000;

let server: PracticeServer;
let control: PracticeControl;
let gateway: Gateway;
let clock: number;

beforeEach(async () => {
  server = await startPracticeServer({ control: true, central: practiceLogin });
  if (server.control === undefined) throw new Error('no control');
  control = server.control;
  clock = 0;
  gateway = createCentralGateway({
    baseUrl: server.url,
    login: 'session',
    monotonic: () => clock,
    timeouts: { headers: 500 },
  });
});
afterEach(async () => {
  await gateway.close();
  await server.stop();
});

async function send(
  messages: readonly GatewayMessage[] = [text],
  login = practiceLogin,
  signal = new AbortController().signal,
): Promise<SendResult> {
  return gateway.send(
    { requestRef: 'R', messages },
    { signal, readKey: async () => writeCentralLogin(login) },
  );
}
/** The commands that arrived, in order. */
const asked = (): string[] => control.received().map((request) => request.path.replace('/http/', ''));
const taken = (): string[] => control.taken().map((each) => each.to);

it('logs in once, and sends with the session alone', async () => {
  for (const message of [text, other, text]) {
    expect((await send([message])).outcomes).toMatchObject([{ kind: 'accepted' }]);
  }
  expect(asked()).toEqual(['auth', 'sendmsg', 'sendmsg', 'sendmsg']);
  const bodies = control.received().map((request) => Buffer.from(request.body, 'base64').toString('latin1'));
  expect(bodies[0]).toBe('user=front-desk&password=p%26ss%20w%F6rd%3D1&api_id=3523864');
  for (const body of bodies.slice(1)) {
    expect(body).toMatch(/^session_id=[0-9a-f]{32}&to=/);
    expect(body).not.toMatch(/password|front-desk|3523864/);
  }
});

it('logs in once for many at a time', async () => {
  const results = await Promise.all(Array.from({ length: 20 }, () => send()));
  expect(results.every((result) => result.outcomes[0]?.kind === 'accepted')).toBe(true);
  expect(asked().filter((command) => command === 'auth')).toHaveLength(1);
});

describe('a session that has ended', () => {
  it('is renewed once, and the refused request is the only other one', async () => {
    await send();
    control.reset();
    control.expireSessions();
    expect((await send([text, other])).outcomes).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }]);
    expect(asked()).toEqual(['sendmsg', 'auth', 'sendmsg']);
    expect(taken()).toEqual(['27821234567', '27821234568']);
  });

  it('is renewed once for many that meet it together', async () => {
    await send();
    control.reset();
    control.expireSessions();
    const results = await Promise.all(Array.from({ length: 8 }, () => send()));
    expect(results.every((result) => result.outcomes[0]?.kind === 'accepted')).toBe(true);
    expect(taken()).toHaveLength(8);
    expect(asked().filter((command) => command === 'auth')).toHaveLength(1);
  });

  it('is not renewed a second time for one request', async () => {
    await send();
    control.reset();
    control.script([
      { kind: 'answer', status: 200, body: over },
      { kind: 'answer', status: 200, body: over },
    ]);
    expect(await send()).toMatchObject({
      outcomes: [{ kind: 'notSent', why: 'account' }],
      pause: { reason: 'account-problem' },
    });
    expect(asked()).toEqual(['sendmsg', 'auth', 'sendmsg']);
    expect(taken()).toEqual([]);
  });

  it.each([
    ['only some of it says so', `ID: ${'a'.repeat(32)} To: 27821234567\n${over} To: 27821234568`],
    ['it says something else too', `${over} To: 27821234567\nERR: 105, x To: 27821234568`],
    ['it is not the gateway that says so', `<html>${over}</html>`],
    ['it speaks of one alone', `ERR: 001, Authentication failed To: 27821234567`],
    ['it breaks off', `${over} To: 27821234567\n${over} To:`],
    ['it breaks off before its first number', `${over} To:`],
  ])('is not taken for one when %s', async (_name, body) => {
    await send();
    control.reset();
    control.script([{ kind: 'answer', status: 200, body }]);
    await send([text, other]);
    expect(asked()).toEqual(['sendmsg']);
  });

  it.each([
    { kind: 'drop-answer' },
    { kind: 'reset-after-body', taken: true },
    { kind: 'hang', taken: true },
    { kind: 'truncate', bytes: 0 },
    { kind: 'answer', status: 500, body: over, taken: true },
  ] as const)('is not taken for one after %j: nothing is repeated', async (fault) => {
    await send();
    control.reset();
    control.script([fault]);
    expect((await send()).outcomes).toMatchObject([{ kind: 'unknown' }]);
    expect(asked()).toEqual(['sendmsg']);
    expect(taken()).toEqual(['27821234567']);
  });

  it('does not come up while it is known to be fresh, is asked for when old, and not tried when too old', async () => {
    await send();
    clock += 11 * minute;
    await send();
    clock += 13 * minute;
    await send();
    clock += 15 * minute;
    await send();
    expect(asked()).toEqual(['auth', 'sendmsg', 'sendmsg', 'ping', 'sendmsg', 'auth', 'sendmsg']);
    control.reset();
    clock += 13 * minute;
    control.expireSessions();
    expect((await send()).outcomes).toMatchObject([{ kind: 'accepted' }]);
    expect(asked()).toEqual(['ping', 'auth', 'sendmsg']);
  });

  it('is renewed for a question as well', async () => {
    const context = {
      signal: new AbortController().signal,
      readKey: async () => writeCentralLogin(practiceLogin),
    };
    expect(await gateway.check(context)).toMatchObject({ kind: 'works' });
    control.expireSessions();
    expect(await gateway.check(context)).toMatchObject({ kind: 'works' });
    expect(asked()).toEqual(['auth', 'getbalance', 'getbalance', 'auth', 'getbalance']);
  });
});

describe('when there is no session to be had', () => {
  it('a wrong login pauses the account and nothing is sent', async () => {
    expect(await send([text], { ...practiceLogin, password: 'another word' })).toMatchObject({
      outcomes: [{ kind: 'notSent', why: 'account' }],
      pause: { reason: 'key-rejected' },
    });
    expect(asked()).toEqual(['auth']);
  });

  it.each([
    { kind: 'hang', on: '/http/auth' },
    { kind: 'reset-after-body', on: '/http/auth' },
    { kind: 'drop-answer', on: '/http/auth' },
  ] as const)('%j: nothing was sent, whatever became of the log-in', async (fault) => {
    control.script([fault]);
    expect(await send()).toMatchObject({ outcomes: [{ kind: 'notSent', why: 'line' }], pause: undefined });
    expect(asked()).toEqual(['auth']);
    expect((await send()).outcomes).toMatchObject([{ kind: 'accepted' }]);
  });

  it('another login does not use the session of the first', async () => {
    await send();
    control.reset();
    expect((await send([text], { ...practiceLogin, user: 'somebody' })).outcomes).toMatchObject([
      { kind: 'notSent' },
    ]);
    expect(asked()).toEqual(['auth']);
  });

  it('one that is stopped does not stop the log-in for the others', async () => {
    control.script([{ kind: 'hold', on: '/http/auth' }]);
    const stop = new AbortController();
    const stopped = send([text], practiceLogin, stop.signal);
    expect(await control.waitFor('body', { path: '/http/auth' })).toBe(true);
    const waiting = send([other]);
    stop.abort();
    expect((await stopped).outcomes).toMatchObject([{ kind: 'notSent', why: 'aborted' }]);
    control.release();
    expect((await waiting).outcomes).toMatchObject([{ kind: 'accepted' }]);
    expect(taken()).toEqual(['27821234568']);
  });
});
