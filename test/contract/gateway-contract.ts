/**
 * What every gateway adapter must do, whatever it speaks: run against real sockets, and for each thing that can go
 * wrong both the outcome and the number of requests that arrived are asserted. Accepting an outcome that allows a
 * second try where the request may have arrived is what sends a text twice.
 */
import type { LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway, GatewayContext, GatewayMessage, SendResult } from '../../electron/core/ports.ts';
import type { Fault } from '../../electron/practice/faults.ts';
import {
  type PracticeControl,
  type PracticeServer,
  startPracticeServer,
} from '../../electron/practice/server.ts';
import { refusedHere } from '../../shared/domain/message.ts';
import { certificate, privateKey } from './certificate.ts';
import { countRequests, type RawServer, startRawServer } from './raw-server.ts';

export interface AdapterOptions {
  readonly baseUrl: string;
  readonly timeouts?: {
    readonly connect?: number;
    readonly headers?: number;
    readonly body?: number;
    readonly overall?: number;
  };
  readonly connections?: number;
  readonly maxAnswerBytes?: number;
  readonly lookup?: LookupFunction;
  readonly certificateAuthorities?: string;
  readonly now?: () => number;
  /** Runs forward only, ms; for sessions. */
  readonly monotonic?: () => number;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AdapterUnderTest {
  readonly family: 'platform' | 'central';
  readonly name: string;
  open(options: AdapterOptions): Gateway;
  /** What `readKey` gives, one the practice server does not know, and what of the first must never come back. */
  readonly key: string;
  readonly wrongKey: string;
  readonly secrets: readonly string[];
  /** Where texts go, and the balance comes from. */
  readonly sendPath: string;
  readonly balancePath: string;
  /** With which the family takes texts: 202 or 200. */
  readonly acceptedStatus: number;
  /** Of the practice server. */
  readonly currency: string | undefined;
  readonly balance: number;
  /** Whether one request carries more than one recipient. */
  readonly several: boolean;
  /** Logs in before it does anything else. */
  readonly opensSession?: true;
  /** Whether one request carries texts that differ. */
  readonly carriesPersonalTexts: boolean;
  /** How many it carries at most. */
  readonly mostNumbers: number;
  /** Whether a text can go this way at all; otherwise it is refused before anything leaves. */
  carries(body: string): boolean;
  /** A text for the exact bytes, with as much in it as the family's encoding can be wrong about. */
  readonly difficultText: string;
  /** Answers of the family, as its server gives them. */
  accepting(number: string): ScriptedAnswer;
  /** `numbers`: of the request. An error of Developers' Central stands once for each of several. */
  refusingWhole(code: number, words: string, numbers?: readonly string[]): ScriptedAnswer;
  /** The bytes of one request, `host` being what stands in the header of that name. */
  exactRequest(parts: {
    readonly host: string;
    readonly key: string;
    readonly message: GatewayMessage;
  }): string;
}

/** What the practice server of every suite knows. */
export const practiceKey = 'Zm9yIHRlc3Rz-_secret0==';
export const practiceLogin = { user: 'front-desk', password: 'p&ss wörd=1', apiId: '3523864' };
/** Short enough to wait for, long enough for a busy machine to answer in. */
const short = { connect: 500, headers: 300, body: 300, overall: 1_000 };
const now = Date.UTC(2026, 0, 15, 12, 0, 0);

function message(recipient: string, body = 'Hello'): GatewayMessage {
  return { clientRef: '01J0000000000000000000000A', recipient, body };
}
const first = message('+27821234567');
const second = message('+27821234568');
const third = message('+27821234569');

export function describeGatewayContract(adapter: AdapterUnderTest): void {
  describe(`${adapter.name} keeps the gateway contract`, () => {
    const { key } = adapter;
    /** Two recipients where one request carries them. */
    const pair = adapter.several ? [first, second] : [first];
    let server: PracticeServer;
    let control: PracticeControl;
    const gateways: Gateway[] = [];
    const rawServers: RawServer[] = [];
    /** Everything any call has returned. */
    let said: string[] = [];

    beforeEach(async () => {
      said = [];
      server = await startPracticeServer({ control: true, key: practiceKey, central: practiceLogin });
      if (server.control === undefined) throw new Error('no control');
      control = server.control;
    });
    afterEach(async () => {
      await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
      await Promise.all(rawServers.splice(0).map((raw) => raw.close()));
      await server.stop();
      // The key goes one way.
      for (const text of said) {
        for (const secret of adapter.secrets) expect(text).not.toContain(secret);
      }
    });

    function open(options: Partial<AdapterOptions> = {}): Gateway {
      const gateway = adapter.open({ baseUrl: server.url, now: () => now, ...options });
      gateways.push(gateway);
      return gateway;
    }
    async function startRaw(behaviour: Parameters<typeof startRawServer>[0]): Promise<RawServer> {
      const raw = await startRawServer(behaviour);
      rawServers.push(raw);
      return raw;
    }
    function context(signal = new AbortController().signal): GatewayContext {
      return { signal, readKey: async () => key };
    }
    async function send(
      gateway: Gateway,
      messages: readonly GatewayMessage[],
      signal?: AbortSignal,
    ): Promise<SendResult> {
      const result = await gateway.send(
        { requestRef: '01J0000000000000000000000A', messages },
        context(signal),
      );
      said.push(JSON.stringify(result));
      expect(result.outcomes).toHaveLength(messages.length);
      return result;
    }
    const arrivals = (): number =>
      control.received().filter((request) => request.path.split('?')[0] === adapter.sendPath).length;

    describe('when all is well', () => {
      it('is accepted once, with the id of the gateway', async () => {
        const result = await send(open(), [first]);
        expect(result).toMatchObject({
          outcomes: [{ kind: 'accepted' }],
          pause: undefined,
          httpStatus: adapter.acceptedStatus,
        });
        expect(result.outcomes[0]).toHaveProperty('providerId', control.taken()[0]?.apiMessageId);
        expect(arrivals()).toBe(1);
      });

      it('writes exactly the bytes of the specification', async () => {
        const raw = await startRaw({
          onData: ({ socket, received }) => {
            if (countRequests(received) === 1) socket.end(httpText(adapter.accepting('27821234567')));
          },
        });
        const gateway = open({ baseUrl: `http://127.0.0.1:${raw.port}` });
        const text = message('+27821234567', adapter.difficultText);
        expect((await send(gateway, [text])).outcomes).toMatchObject([{ kind: 'accepted' }]);
        const expected = adapter.exactRequest({ host: `127.0.0.1:${raw.port}`, key, message: text });
        expect(Buffer.from(raw.connections[0]?.received ?? '', 'latin1').toString('utf8')).toBe(expected);
      });

      it.each([
        ['Unicode', 'Ψωμί, хлеб, パン, 🥖\u200d🧈 e\u0301'],
        ['thirty-five parts', 'a'.repeat(5355)],
        ['thirty-five Unicode parts', 'я'.repeat(2345)],
        ['quotes and controls', '"\\/\b\f\n\r\t\u0001<&>\u2028'],
      ])('carries %s unchanged', async (_name, body) => {
        const result = await send(open(), [message('+27821234567', body)]);
        if (!adapter.carries(body)) {
          expect(result).toMatchObject({
            outcomes: [{ kind: 'rejected', code: refusedHere }],
            pause: undefined,
          });
          expect(arrivals()).toBe(0);
          return;
        }
        expect(result.outcomes).toMatchObject([{ kind: 'accepted' }]);
        expect(control.taken().map((text) => text.content)).toEqual([body]);
      });

      it('uses a connection again, one request at a time', async () => {
        const gateway = open({ connections: 1 });
        control.script([{ kind: 'hold' }]);
        const one = send(gateway, [first]);
        expect(await control.waitFor('body', { path: adapter.sendPath })).toBe(true);
        const two = send(gateway, [second]);
        for (let turn = 0; turn < 50; turn += 1) await nextTurn();
        // Nothing of the second request may be on a connection that still owes an answer.
        expect(arrivals()).toBe(1);
        control.release();
        expect((await one).outcomes).toMatchObject([{ kind: 'accepted' }]);
        expect((await two).outcomes).toMatchObject([{ kind: 'accepted' }]);
        expect(control.received().map((request) => request.connection)).toEqual([1, 1]);
      });

      it('opens no more connections than allowed', async () => {
        const gateway = open({ connections: 4 });
        const results = await Promise.all(
          Array.from({ length: 40 }, (_, index) => send(gateway, [message(`+2782${1_000_000 + index}`)])),
        );
        expect(results.every((result) => result.outcomes[0]?.kind === 'accepted')).toBe(true);
        expect(arrivals()).toBe(40);
        expect(new Set(control.received().map((request) => request.connection)).size).toBeLessThanOrEqual(4);
      });

      it('works again after its connections were dropped', async () => {
        const gateway = open();
        await send(gateway, [first]);
        await gateway.close();
        expect((await send(gateway, [second])).outcomes).toMatchObject([{ kind: 'accepted' }]);
        expect(arrivals()).toBe(2);
      });
    });

    // What takes one number has nothing to prove here: tests that are only there to be skipped would say so each time.
    const describeSeveral = adapter.several ? describe : () => {};
    describeSeveral('with several recipients', () => {
      const batch = [first, second, third];

      it('tells a partly refused batch apart', async () => {
        const result = await send(open(), [first, message('+447700900105'), third]);
        expect(result.outcomes).toMatchObject([
          { kind: 'accepted' },
          { kind: 'rejected', code: '105' },
          { kind: 'accepted' },
        ]);
        expect(arrivals()).toBe(1);
      });

      it.each(['reverse', 'with-plus', 'without-nulls', 'add-stranger'] as const)(
        'reads answers that are told in another way: %s',
        async (change) => {
          control.script([{ kind: 'verdicts', change }]);
          const result = await send(open(), batch);
          const idOf = new Map(control.taken().map((text) => [`+${text.to}`, text.apiMessageId]));
          expect(result.outcomes).toEqual(
            batch.map(({ recipient }) => ({ kind: 'accepted', providerId: idOf.get(recipient) })),
          );
        },
      );

      it.each([
        ['omit-last', 2],
        ['repeat-first', 0],
        ['contradict-first', 0],
      ] as const)('leaves open what an answer does not settle: %s', async (change, open_) => {
        control.script([{ kind: 'verdicts', change }]);
        const kinds = (await send(open(), batch)).outcomes.map((outcome) => outcome.kind);
        expect(kinds).toEqual(batch.map((_, index) => (index === open_ ? 'unknown' : 'accepted')));
        expect(arrivals()).toBe(1);
      });

      it('leaves every one open when the connection breaks', async () => {
        control.script([{ kind: 'reset-after-body', taken: true }]);
        expect((await send(open(), batch)).outcomes.map((outcome) => outcome.kind)).toEqual([
          'unknown',
          'unknown',
          'unknown',
        ]);
        expect(arrivals()).toBe(1);
      });

      it('never writes a number twice into one request', async () => {
        const result = await send(open(), [first, first, second]);
        expect(result.outcomes).toMatchObject([
          { kind: 'accepted' },
          { kind: 'notSent', why: 'aborted' },
          { kind: 'accepted' },
        ]);
        expect(control.taken().map((text) => text.to)).toEqual(['27821234567', '27821234568']);
      });
    });

    describe('when the request never left', () => {
      it('says so when the connection is refused', async () => {
        const gateway = open();
        await control.line(false);
        const result = await send(gateway, pair);
        expect(result).toMatchObject({
          outcomes: pair.map(() => ({ kind: 'notSent', why: 'line' })),
          pause: undefined,
          httpStatus: undefined,
        });
        await control.line(true);
        expect((await send(gateway, [first])).outcomes).toMatchObject([{ kind: 'accepted' }]);
        expect(arrivals()).toBe(1);
      });

      it('says so when the name is not known', async () => {
        // RFC 6761: `.invalid` exists nowhere. A resolver that does not answer runs into the time-out instead.
        const gateway = open({ baseUrl: 'https://gateway.invalid', timeouts: short });
        expect((await send(gateway, [first])).outcomes).toMatchObject([{ kind: 'notSent', why: 'line' }]);
      });

      it('says so when the resolver fails, or never answers', async () => {
        const failing: LookupFunction = (_name, _options, callback) =>
          callback(Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' }), '', 4);
        const silent: LookupFunction = () => undefined;
        for (const lookup of [failing, silent]) {
          const gateway = open({ baseUrl: 'https://gateway.test', lookup, timeouts: short });
          expect((await send(gateway, [first])).outcomes).toMatchObject([{ kind: 'notSent', why: 'line' }]);
        }
      });

      it.each([
        ['before', true],
        ['while waiting for a connection', false],
      ])('says so when it was stopped %s', async (_name, before) => {
        const stop = new AbortController();
        const raw = await startRaw({});
        const gateway = open({ baseUrl: `https://127.0.0.1:${raw.port}` });
        if (before) stop.abort();
        const sending = send(gateway, [first], stop.signal);
        if (!before) {
          await until(() => raw.connections[0]?.received !== undefined && raw.connections[0].received !== '');
          stop.abort();
        }
        expect((await sending).outcomes).toMatchObject([{ kind: 'notSent', why: 'aborted' }]);
        if (before) expect(raw.connections).toHaveLength(0);
      });

      it('says so when it was stopped behind another request, and never writes it later', async () => {
        const gateway = open({ connections: 1 });
        control.script([{ kind: 'hold' }]);
        const holding = send(gateway, [first]);
        expect(await control.waitFor('body', { path: adapter.sendPath })).toBe(true);
        const stop = new AbortController();
        const stopped = send(gateway, [second], stop.signal);
        for (let turn = 0; turn < 10; turn += 1) await nextTurn();
        stop.abort();
        expect((await stopped).outcomes).toMatchObject([{ kind: 'notSent', why: 'aborted' }]);
        control.release();
        expect((await holding).outcomes).toMatchObject([{ kind: 'accepted' }]);
        // Whatever still waited would go out before this one.
        expect((await send(gateway, [third])).outcomes).toMatchObject([{ kind: 'accepted' }]);
        expect(control.taken().map((text) => text.to)).toEqual(['27821234567', '27821234569']);
        expect(arrivals()).toBe(2);
      });

      it('says so when no connection came free in time, and never writes it later', async () => {
        const gateway = open({ connections: 1, timeouts: { overall: 400, headers: 5_000 } });
        control.script([{ kind: 'hang' }]);
        const one = send(gateway, [first]);
        expect(await control.waitFor('body', { path: adapter.sendPath })).toBe(true);
        const two = send(gateway, [second]);
        expect((await one).outcomes).toMatchObject([{ kind: 'unknown' }]);
        // The connection comes free as the time of the first ends, a moment before that of the second does: it may just be
        // written. What counts is that a text of which we say that it never left has never arrived.
        const ofTheSecond = (await two).outcomes[0]?.kind;
        expect((await send(gateway, [third])).outcomes).toMatchObject([{ kind: 'accepted' }]);
        const arrived = control.taken().map((text) => text.to);
        expect(arrived).toContain('27821234569');
        if (ofTheSecond === 'notSent') expect(arrived).not.toContain('27821234568');
        if (ofTheSecond === 'accepted') expect(arrived).toContain('27821234568');
        expect(ofTheSecond).not.toBe('rejected');
      });

      it('says so when there is no key, a broken key, or the key cannot be read', async () => {
        const gateway = open();
        const cases: [() => Promise<string | undefined>, string | RegExp][] = [
          [async () => undefined, 'key-missing'],
          [async () => '', 'key-missing'],
          [async () => 'with a space', 'key-rejected'],
          [async () => 'line\r\nbreak: 1', 'key-rejected'],
          [async () => 'ключ', 'key-rejected'],
          [() => Promise.reject(new Error(`secrets: ${key}`)), /key-(missing|locked)/],
          [
            () => {
              throw new Error(key);
            },
            /key-(missing|locked)/,
          ],
        ];
        for (const [readKey, reason] of cases) {
          const result = await gateway.send(
            { requestRef: 'R', messages: [first] },
            { signal: new AbortController().signal, readKey },
          );
          said.push(JSON.stringify(result));
          expect(result).toMatchObject({
            outcomes: [{ kind: 'notSent', why: 'account' }],
            pause: { reason: expect.stringMatching(reason) },
          });
        }
        expect(arrivals()).toBe(0);
      });

      it('does not wait for a key once stopped', async () => {
        const stop = new AbortController();
        const sending = open().send(
          { requestRef: 'R', messages: [first] },
          { signal: stop.signal, readKey: () => new Promise(() => undefined) },
        );
        stop.abort();
        expect((await sending).outcomes).toMatchObject([{ kind: 'notSent', why: 'aborted' }]);
      });
    });

    describe('over TLS', () => {
      const toLoopback: LookupFunction = (_name, options, callback) => {
        if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
        else callback(null, '127.0.0.1', 4);
      };
      async function startTls(): Promise<{ raw: RawServer; baseUrl: string }> {
        const raw = await startRaw({
          tls: { key: privateKey, cert: certificate },
          onData: ({ socket, received }) => {
            if (countRequests(received) === 1) socket.write(httpText(adapter.accepting('27821234567')));
          },
        });
        return { raw, baseUrl: `https://gateway.test:${raw.port}` };
      }
      const requests = (raw: RawServer): number =>
        raw.connections.reduce((sum, { received }) => sum + countRequests(received), 0);

      it('sends to a server whose certificate it trusts', async () => {
        const { raw, baseUrl } = await startTls();
        const gateway = open({ baseUrl, lookup: toLoopback, certificateAuthorities: certificate });
        expect((await send(gateway, [first])).outcomes).toMatchObject([{ kind: 'accepted' }]);
        expect(requests(raw)).toBe(1);
      });

      it('does not send to one it does not trust, even when the environment says not to check', async () => {
        const { raw, baseUrl } = await startTls();
        const environment = 'NODE_TLS_REJECT_UNAUTHORIZED';
        const before = process.env[environment];
        for (const value of [undefined, '0']) {
          setEnvironment(environment, value);
          const gateway = open({ baseUrl, lookup: toLoopback });
          expect((await send(gateway, [first])).outcomes).toMatchObject([{ kind: 'notSent', why: 'line' }]);
          expect(await gateway.check(context())).toMatchObject({ kind: 'failed', why: 'certificate' });
        }
        setEnvironment(environment, before);
        expect(requests(raw)).toBe(0);
      });

      it('does not send to one with another name', async () => {
        const { raw } = await startTls();
        const gateway = open({
          baseUrl: `https://127.0.0.1:${raw.port}`,
          certificateAuthorities: certificate,
        });
        expect((await send(gateway, [first])).outcomes).toMatchObject([{ kind: 'notSent', why: 'line' }]);
        expect(await gateway.check(context())).toMatchObject({ kind: 'failed', why: 'certificate' });
        expect(requests(raw)).toBe(0);
      });

      it.each<[string, (socket: RawServer['connections'][number]['socket']) => void]>([
        ['speaks plain HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
        ['closes in the handshake', (socket) => socket.end()],
        ['resets in the handshake', (socket) => socket.resetAndDestroy()],
        ['never shakes hands', () => undefined],
      ])('has not sent to one that %s', async (_name, behave) => {
        const raw = await startRaw({ onData: ({ socket }) => behave(socket) });
        const gateway = open({ baseUrl: `https://127.0.0.1:${raw.port}`, timeouts: short });
        expect((await send(gateway, [first])).outcomes).toMatchObject([{ kind: 'notSent', why: 'line' }]);
        expect(raw.connections.map(({ received }) => received).join('')).not.toContain(adapter.secrets[0]);
      });

      it('leaves open what was cut after the request', async () => {
        const raw = await startRaw({
          tls: { key: privateKey, cert: certificate },
          onData: ({ socket, received }) => {
            if (countRequests(received) === 1) socket.destroy();
          },
        });
        const gateway = open({
          baseUrl: `https://gateway.test:${raw.port}`,
          lookup: toLoopback,
          certificateAuthorities: certificate,
        });
        expect((await send(gateway, [first])).outcomes).toMatchObject([{ kind: 'unknown' }]);
        expect(requests(raw)).toBe(1);
      });
    });

    describe('when the answer is lost', () => {
      const cases: readonly [string, Fault][] = [
        ['reset before the body', { kind: 'reset-before-body' }],
        ['reset after the body', { kind: 'reset-after-body' }],
        ['reset after it was taken', { kind: 'reset-after-body', taken: true }],
        ['connection closed without an answer', { kind: 'drop-answer' }],
        ['half an answer, then closed', { kind: 'half-answer' }],
        ['half an answer, then reset', { kind: 'half-answer', end: 'reset' }],
        ['headers without a body', { kind: 'half-answer', bytes: 0 }],
        ['not HTTP', { kind: 'raw', pieces: [{ text: 'SSH-2.0-OpenSSH_9.9\r\n' }], taken: true }],
        ['half a status line', { kind: 'raw', pieces: [{ text: 'HTTP/1.1 2' }], taken: true }],
        [
          'a chunked body cut off',
          {
            kind: 'raw',
            pieces: [{ text: 'HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"mes' }],
            taken: true,
          },
        ],
        [
          '100 Continue, which nobody asked for',
          { kind: 'raw', pieces: [{ text: 'HTTP/1.1 100 Continue\r\n\r\n' }], taken: true },
        ],
        [
          '100 Continue, and then that it was taken',
          {
            kind: 'raw',
            pieces: [
              { text: 'HTTP/1.1 100 Continue\r\n\r\n' },
              { text: httpText(adapter.accepting('27821234567')), afterMilliseconds: 10 },
            ],
            taken: true,
          },
        ],
        [
          'a change of protocol',
          {
            kind: 'raw',
            pieces: [
              { text: 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n' },
            ],
            taken: true,
          },
        ],
        [
          'an answer too large',
          {
            ...adapter.accepting('27821234567'),
            kind: 'answer',
            body: adapter.accepting('27821234567').body + ' '.repeat(70_000),
            taken: true,
          },
        ],
      ];
      it.each(cases)('%s: unknown, and one arrival', async (_name, fault) => {
        control.script([fault]);
        const gateway = open({ timeouts: short, maxAnswerBytes: 65_536 });
        const result = await send(gateway, [first]);
        expect(result.outcomes).toMatchObject([{ kind: 'unknown' }]);
        expect(result.pause).toBeUndefined();
        // The gateway goes on working, and what was lost is not written again.
        expect((await send(gateway, [second])).outcomes).toMatchObject([{ kind: 'accepted' }]);
        expect(arrivals()).toBe(2);
      });

      const patient = { headers: 100, body: 100, overall: 60_000 };
      const silences: readonly [string, Fault, AdapterOptions['timeouts']][] = [
        ['no answer at all', { kind: 'hang', taken: true }, short],
        ['half an answer, then silence', { kind: 'half-answer', end: 'keep' }, short],
        ['headers one by one without end', { kind: 'slow-headers', everyMilliseconds: 50 }, short],
        [
          'a body one byte at a time without end',
          {
            kind: 'raw',
            pieces: [
              { text: 'HTTP/1.1 202 Accepted\r\ncontent-length: 1000\r\n\r\n' },
              ...Array.from({ length: 900 }, () => ({ text: ' ', afterMilliseconds: 100 })),
            ],
            taken: true,
          },
          short,
        ],
        [
          'an informational answer that never ends',
          { kind: 'raw', pieces: early(900, 100), taken: true },
          short,
        ],
        ['no headers, long before the overall time is over', { kind: 'hang' }, patient],
        ['no body, long before the overall time is over', { kind: 'half-answer', end: 'keep' }, patient],
      ];
      it('silence of any kind: unknown, and one arrival', async () => {
        // Each lasts a second, so all at once, each with a server of its own.
        await Promise.all(
          silences.map(async ([name, fault, timeouts = {}]) => {
            const own = await startPracticeServer({
              control: true,
              key: practiceKey,
              central: practiceLogin,
            });
            try {
              own.control?.script([fault]);
              const gateway = open({ baseUrl: own.url, timeouts });
              const result = await send(gateway, [first]);
              expect([name, result]).toMatchObject([name, { outcomes: [{ kind: 'unknown' }] }]);
              expect([name, result.pause]).toEqual([name, undefined]);
              // The gateway goes on working, and what was lost is not written again.
              const next = await send(gateway, [second]);
              expect([name, next]).toMatchObject([name, { outcomes: [{ kind: 'accepted' }] }]);
              expect([name, own.control?.received().length]).toEqual([name, 2]);
            } finally {
              await own.stop();
            }
          }),
        );
      });

      it('stopped in the middle: unknown', async () => {
        control.script([{ kind: 'hold' }]);
        const stop = new AbortController();
        const gateway = open();
        const sending = send(gateway, [first], stop.signal);
        expect(await control.waitFor('body', { path: adapter.sendPath })).toBe(true);
        stop.abort();
        expect((await sending).outcomes).toMatchObject([{ kind: 'unknown', why: 'ABORTED' }]);
        control.release();
        expect(arrivals()).toBe(1);
      });

      it('connections dropped in the middle: unknown', async () => {
        control.script([{ kind: 'hold' }]);
        const gateway = open();
        const sending = send(gateway, [first]);
        expect(await control.waitFor('body', { path: adapter.sendPath })).toBe(true);
        await gateway.close();
        expect((await sending).outcomes).toMatchObject([{ kind: 'unknown' }]);
        expect(arrivals()).toBe(1);
      });

      it('many at once: each unknown one arrived at most once, and nothing arrives twice', async () => {
        const gateway = open();
        control.script(
          Array.from({ length: 60 }, (_, index): Fault => {
            const kinds: Fault[] = [
              { kind: 'none' },
              { kind: 'reset-after-body', taken: true },
              { kind: 'drop-answer' },
              { kind: 'reset-before-body' },
            ];
            return kinds[index % kinds.length] ?? { kind: 'none' };
          }),
        );
        const messages = Array.from({ length: 60 }, (_, index) => message(`+2782${1_000_000 + index}`));
        const results = await Promise.all(messages.map((each) => send(gateway, [each])));
        const kinds = results.map((result) => result.outcomes[0]?.kind);
        const timesTaken = new Map<string, number>();
        for (const { to } of control.taken()) timesTaken.set(to, (timesTaken.get(to) ?? 0) + 1);
        expect(arrivals()).toBe(60);
        messages.forEach(({ recipient }, index) => {
          const times = timesTaken.get(recipient.slice(1)) ?? 0;
          if (kinds[index] === 'accepted') expect(times).toBe(1);
          else expect([kinds[index], times <= 1]).toEqual(['unknown', true]);
        });
        expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(15);
      });
    });

    describe('when the server closes a connection that is kept', () => {
      it('notices an end that has arrived', async () => {
        const gateway = open();
        for (let round = 0; round < 20; round += 1) {
          expect((await send(gateway, [first])).outcomes).toMatchObject([{ kind: 'accepted' }]);
          await control.line(false);
          expect((await send(gateway, [second])).outcomes).toMatchObject([{ kind: 'notSent', why: 'line' }]);
          await control.line(true);
        }
        expect(arrivals()).toBe(20);
      });

      it('never writes a request again when the end crosses it on the way', async () => {
        let round = 0;
        const raw = await startRaw({
          onData: (connection) => {
            const { socket, received } = connection;
            if (countRequests(received) === 0) return;
            connection.received = '';
            seen.push(received);
            socket.write(httpText(adapter.accepting('27821234567')));
            round += 1;
            let turns = round % 8;
            const close = (): void => {
              turns -= 1;
              if (turns < 0) socket.destroy();
              else setImmediate(close);
            };
            close();
          },
        });
        const seen: string[] = [];
        const gateway = open({ baseUrl: `http://127.0.0.1:${raw.port}`, connections: 1 });
        for (let index = 0; index < 200; index += 1) {
          const text = `text${String(index).padStart(4, '0')}`;
          const kind = (await send(gateway, [message('+27821234567', text)])).outcomes[0]?.kind;
          const times = seen.filter((request) => request.includes(text)).length;
          if (kind === 'accepted') expect(times).toBe(1);
          else expect([kind, times <= 1]).toEqual(['unknown', true]);
        }
      });
    });

    describe('when something else answers', () => {
      const open_ = { kind: 'unknown' } as const;
      const cases: readonly [string, Fault][] = [
        ['a web page with status 200', { kind: 'html' }],
        [
          'a web page with status 202',
          { kind: 'answer', status: 202, headers: { 'content-type': 'text/html' }, body: '<p>' },
        ],
        ['an empty 200', { kind: 'answer', status: 200 }],
        ['an empty 202', { kind: 'answer', status: 202 }],
        ['204', { kind: 'raw', pieces: [{ text: 'HTTP/1.1 204 No Content\r\n\r\n' }] }],
        ['cut JSON', { kind: 'answer', status: 202, body: '{"messages":[{"apiMess' }],
        ['JSON of another kind', { kind: 'answer', status: 202, body: '{"status":"ok"}' }],
        ['400 without an error', { kind: 'answer', status: 400, body: '<h1>Bad Request</h1>' }],
        ['500', { kind: 'answer', status: 500, body: '' }],
        ['502', { kind: 'answer', status: 502, body: '<h1>Bad Gateway</h1>' }],
        ['503', { kind: 'answer', status: 503, body: '<h1>Service Unavailable</h1>' }],
        ['504', { kind: 'answer', status: 504, body: '<h1>Gateway Timeout</h1>' }],
      ];
      it.each(cases)('%s: unknown, and one arrival', async (_name, fault) => {
        control.script([fault]);
        const result = await send(open(), pair);
        expect(result).toMatchObject({ outcomes: pair.map(() => open_), pause: undefined });
        expect(arrivals()).toBe(1);
      });

      it('passes over informational answers before the real one', async () => {
        const answer = httpText(adapter.accepting('27821234567'));
        control.script([{ kind: 'raw', pieces: [...early(3, 0), { text: answer }] }]);
        expect((await send(open(), [first])).outcomes).toMatchObject([{ kind: 'accepted' }]);
      });

      it('reads an answer whatever its content type says', async () => {
        const answer = adapter.accepting('27821234567');
        control.script([{ ...answer, kind: 'answer', headers: { 'content-type': 'text/html' } }]);
        expect((await send(open(), [first])).outcomes).toMatchObject([{ kind: 'accepted' }]);
      });

      it.each([301, 302, 303, 307, 308])('does not follow a redirect with status %i', async (status) => {
        const elsewhere = await startRaw({});
        for (const location of [`http://127.0.0.1:${elsewhere.port}/`, `${server.url}${adapter.sendPath}`]) {
          control.script([{ kind: 'redirect', location, status }]);
          expect((await send(open(), [first])).outcomes).toMatchObject([{ kind: 'unknown' }]);
        }
        expect(elsewhere.connections).toHaveLength(0);
        expect(arrivals()).toBe(2);
      });

      it('cuts the key out of an answer that repeats it', async () => {
        const [secret = ''] = adapter.secrets;
        const echo = adapter.refusingWhole(999, `no such key: ${secret} ${encodeURIComponent(secret)}`);
        control.script([{ ...echo, kind: 'answer' }]);
        const result = await send(open(), [first]);
        expect(result.outcomes).toMatchObject([
          { kind: 'rejected', code: '999', text: 'no such key: [key] [key]' },
        ]);
      });
    });

    describe('when the whole request is turned away', () => {
      it.each([
        [108, 'key-rejected'],
        [7, 'ip-blocked'],
        [301, 'no-credit'],
      ])('error %i pauses the account and keeps the texts', async (code, reason) => {
        const numbers = pair.map(({ recipient }) => recipient.slice(1));
        control.script([{ ...adapter.refusingWhole(code, 'Their words.', numbers), kind: 'answer' }]);
        expect(await send(open(), pair)).toMatchObject({
          outcomes: pair.map(() => ({ kind: 'notSent', why: 'account', text: 'Their words.' })),
          pause: { reason, until: undefined, text: 'Their words.' },
        });
        expect(arrivals()).toBe(1);
      });

      it('a text that cannot be sent is refused', async () => {
        control.script([{ ...adapter.refusingWhole(113, 'Too long.'), kind: 'answer' }]);
        expect(await send(open(), [first])).toMatchObject({
          outcomes: [{ kind: 'rejected', code: '113', text: 'Too long.' }],
          pause: undefined,
        });
      });

      it.each([
        [401, 'key-rejected', 'account'],
        [402, 'no-credit', 'account'],
        [403, 'account-problem', 'turned-away'],
      ])('status %i pauses without a body as well', async (status, reason, why) => {
        control.script([{ kind: 'answer', status, body: '<html>' }]);
        expect(await send(open(), [first])).toMatchObject({
          outcomes: [{ kind: 'notSent', why }],
          pause: { reason },
          httpStatus: status,
        });
        expect(arrivals()).toBe(1);
      });

      it.each([
        ['120', 120_000],
        ['Thu, 15 Jan 2026 12:02:00 GMT', 120_000],
        [undefined, 60_000],
      ])('429 with Retry-After %s waits that long', async (retryAfter, milliseconds) => {
        const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
        control.script([{ kind: 'answer', status: 429, headers }]);
        expect(await send(open(), [first])).toMatchObject({
          outcomes: [{ kind: 'notSent', why: 'account' }],
          pause: { reason: 'rate-limited', until: now + milliseconds },
        });
        expect(arrivals()).toBe(1);
      });

      it('503 with Retry-After is a refusal in the words of the API, and open in any others', async () => {
        const headers = { 'retry-after': '30' };
        control.script([
          { kind: 'answer', status: 503, headers, body: adapter.refusingWhole(130, 'Busy.').body },
          { kind: 'answer', status: 503, headers, body: '<h1>Backend fetch failed</h1>' },
        ]);
        const gateway = open();
        const pause = { reason: 'rate-limited', until: now + 30_000 };
        expect(await send(gateway, [first])).toMatchObject({
          outcomes: [{ kind: 'notSent', why: 'account' }],
          pause,
        });
        expect(await send(gateway, [first])).toMatchObject({ outcomes: [{ kind: 'unknown' }], pause });
        expect(arrivals()).toBe(2);
      });
    });

    describe('checking the key', () => {
      it('works without sending anything', async () => {
        const check = await open().check(context());
        expect(check).toEqual({ kind: 'works', balance: adapter.balance, currency: adapter.currency });
        expect(arrivals()).toBe(0);
      });

      it('tells a wrong key from no line', async () => {
        const wrong = { ...context(), readKey: async () => adapter.wrongKey };
        expect(await open().check(wrong)).toMatchObject({ kind: 'failed', why: 'key-rejected' });
        await control.line(false);
        expect(await open().check(context())).toMatchObject({ kind: 'failed', why: 'line' });
      });

      it.each<[Fault, string]>([
        [{ kind: 'hang' }, 'line'],
        [{ kind: 'reset-before-body' }, 'line'],
        [{ kind: 'html' }, 'unexpected'],
        [{ kind: 'redirect', location: '/elsewhere' }, 'unexpected'],
        [{ kind: 'answer', status: 407 }, 'proxy'],
        [{ kind: 'answer', status: 500 }, 'unexpected'],
      ])('%j: %s', async (fault, why) => {
        control.script([{ ...fault, on: adapter.balancePath as `/${string}` }]);
        const check = await open({ timeouts: short }).check(context());
        said.push(JSON.stringify(check));
        expect(check).toMatchObject({ kind: 'failed', why });
        expect(control.received()).toHaveLength(1);
      });
    });

    it('refuses an address that would carry the key in the open', () => {
      for (const baseUrl of ['http://gateway.example', 'http://192.168.0.1', 'ftp://127.0.0.1', 'nonsense']) {
        expect(() => adapter.open({ baseUrl })).toThrow(TypeError);
      }
    });
  });
}

function httpText(answer: ScriptedAnswer): string {
  const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${answer.status} X\r\n${headers.join('')}content-length: ${Buffer.byteLength(answer.body)}\r\n\r\n${answer.body}`;
}

function early(count: number, afterMilliseconds: number): { text: string; afterMilliseconds: number }[] {
  return Array.from({ length: count }, () => ({
    text: 'HTTP/1.1 103 Early Hints\r\n\r\n',
    afterMilliseconds,
  }));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function until(condition: () => boolean, milliseconds = 5_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > end) throw new Error('did not come about');
    await nextTurn();
  }
}

function setEnvironment(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
