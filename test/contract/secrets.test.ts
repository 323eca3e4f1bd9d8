/**
 * The key goes one way: whatever a server repeats of it, in whatever spelling its own format has, no result of any call
 * holds it. And it is not at the price of reading: a login that looks like something else makes no answer unreadable.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway, GatewayContext, GatewayMessage } from '../../electron/core/ports.ts';
import { createCentralGateway } from '../../electron/gateways/clickatell/central.ts';
import { encodeValue } from '../../electron/gateways/clickatell/percent-encoding.ts';
import {
  type PracticeControl,
  type PracticeServer,
  startPracticeServer,
} from '../../electron/practice/server.ts';
import { writeCentralLogin } from '../../shared/domain/central-login.ts';
import { adaptersUnderTest, centralSession } from './adapters.ts';
import { practiceKey, practiceLogin } from './gateway-contract.ts';

const recipient = '27821234567';
const text: GatewayMessage = {
  clientRef: '01J0000000000000000000000A',
  recipient: `+${recipient}`,
  body: 'Hello',
};

/** A character of a secret by its number, as this format has it. */
const byNumber = {
  json: (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  xml: (character) => `&#${character.charCodeAt(0)};`,
  text: (character) => character,
} satisfies Readonly<Record<string, (character: string) => string>>;

type Format = keyof typeof byNumber;

/** As it is, but for what the format itself needs. */
function plain(secret: string, format: Format): string {
  return secret.replace(/[&<"]/g, byNumber[format]);
}

const spellings: readonly (readonly [string, (secret: string, format: Format) => string])[] = [
  ['as it is', plain],
  ['its signs by number', (secret, format) => secret.replace(/[^A-Za-z0-9]/g, byNumber[format])],
  ['all of it by number', (secret, format) => secret.replace(/./gu, byNumber[format])],
  ['in a query', (secret) => encodeURIComponent(secret)],
  ['in a query, twice', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['in the query of Developers’ Central', (secret) => encodeValue(secret)],
  ['the same in small digits', (secret) => encodeValue(secret).replace(/%../g, (code) => code.toLowerCase())],
  ['with signs that cannot be seen in it', (secret, format) => plain([...secret].join('\u200b'), format)],
  ['as bytes that are not UTF-8', (secret, format) => plain(secret.replace(/\P{ASCII}/gu, '\ufffd'), format)],
];

let server: PracticeServer;
let control: PracticeControl;
let gateway: Gateway | undefined;

beforeEach(async () => {
  server = await startPracticeServer({ control: true, key: practiceKey, central: practiceLogin });
  if (server.control === undefined) throw new Error('no control');
  control = server.control;
});
afterEach(async () => {
  await gateway?.close();
  await server.stop();
});

function contextOf(key: string): GatewayContext {
  return { signal: new AbortController().signal, readKey: async () => key };
}

describe.each([...adaptersUnderTest, centralSession])('$name', (adapter) => {
  const formatOf = (body: string): Format =>
    body.startsWith('{') ? 'json' : body.startsWith('<') ? 'xml' : 'text';

  it.each(spellings)('says nothing of a secret that is repeated %s', async (_name, spell) => {
    gateway = adapter.open({ baseUrl: server.url });
    const context = contextOf(adapter.key);
    for (const secret of adapter.secrets) {
      const marked = adapter.refusingWhole(999, 'No such key: MARK.');
      const body = marked.body.replaceAll('MARK', spell(secret, formatOf(marked.body)));
      const answers = [
        { ...marked, body },
        { ...marked, body, status: 429 },
        { ...marked, status: 202, body: body.replace('999', '301') },
      ];
      // What comes back of a secret is never more than a few characters by chance.
      const trace = secret.replace(/\P{ASCII}/gu, '').slice(1, 6);
      const traces = [secret.slice(0, 6), trace, encodeURIComponent(secret).slice(0, 6)];
      const expectNothing = (said: unknown): void => {
        const words = JSON.stringify(said ?? 'not offered');
        for (const each of traces) expect(words).not.toContain(each);
        expect(words).not.toMatch(/\\u003d|&#61;|%3d/i);
      };
      for (const answer of answers) {
        control.script([{ ...answer, kind: 'answer' }]);
        const result = await gateway.send({ requestRef: text.clientRef, messages: [text] }, context);
        expect(JSON.stringify(result)).toContain('[key]');
        expectNothing(result);

        control.script([{ ...answer, kind: 'answer', on: adapter.balancePath as `/${string}` }]);
        expectNothing(await gateway.check(context));

        control.script([{ ...answer, kind: 'answer', on: 'any' }]);
        expectNothing(await gateway.status?.('a'.repeat(32), context));
        control.script([{ ...answer, kind: 'answer', on: 'any' }]);
        expectNothing(await gateway.charge?.('a'.repeat(32), context));
        control.script([{ ...answer, kind: 'answer', on: 'any' }]);
        expectNothing(await gateway.coverage?.(`+${recipient}`, context));
        control.script([]);
      }
    }
  });
});

it('says nothing of a login that is refused with the login in its words', async () => {
  gateway = createCentralGateway({ baseUrl: server.url, login: 'session' });
  const body = `ERR: 001, Authentication failed for ${encodeValue(practiceLogin.password)}`;
  control.script([{ kind: 'answer', status: 200, body, on: '/http/auth' }]);
  const context = contextOf(writeCentralLogin(practiceLogin));
  const result = await gateway.send({ requestRef: 'R', messages: [text] }, context);
  expect(result).toMatchObject({
    outcomes: [{ kind: 'notSent', why: 'account', text: 'Authentication failed for [key]' }],
    pause: { reason: 'key-rejected', text: 'Authentication failed for [key]' },
  });
});

it('does not give the id of a session out as that of a text', async () => {
  gateway = createCentralGateway({ baseUrl: server.url, login: 'session' });
  const session = 'abcdef0123456789'.repeat(2);
  control.script([
    { kind: 'answer', status: 200, body: `OK: ${session}`, on: '/http/auth' },
    { kind: 'answer', status: 200, body: `ID: ${session}`, on: '/http/sendmsg' },
  ]);
  const context = contextOf(writeCentralLogin(practiceLogin));
  expect((await gateway.send({ requestRef: 'R', messages: [text] }, context)).outcomes).toEqual([
    { kind: 'accepted', providerId: undefined },
  ]);
});

describe('a login that looks like something else', () => {
  it.each([recipient, 'Credit', 'Status', 'accepted', 'ERR:', 'ID:'])('%j', async (user) => {
    await server.stop();
    const login = { ...practiceLogin, user, password: 'charge', apiId: 'sent' };
    server = await startPracticeServer({ control: true, key: practiceKey, central: login });
    gateway = createCentralGateway({ baseUrl: server.url });
    const context = contextOf(writeCentralLogin(login));
    const other = { ...text, recipient: '+27821234568' };
    const result = await gateway.send({ requestRef: 'R', messages: [text, other] }, context);
    expect(result.outcomes).toMatchObject([
      { kind: 'accepted', providerId: expect.stringMatching(/^[0-9a-f]{32}$/) },
      { kind: 'accepted', providerId: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
    const [taken] = result.outcomes;
    const id = taken?.kind === 'accepted' ? (taken.providerId ?? '') : '';
    expect(await gateway.check(context)).toMatchObject({ kind: 'works' });
    expect(await gateway.status?.(id, context)).toMatchObject({ kind: 'status' });
    expect(await gateway.charge?.(id, context)).toMatchObject({ kind: 'charge' });
  });
});
