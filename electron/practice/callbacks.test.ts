import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CallbackMethod, loopbackUrl } from './callbacks.ts';
import { SpeedClock } from './clock.ts';
import { practiceProfile } from './profile.ts';
import { type PracticeServer, startPracticeServer } from './server.ts';

const start = Date.UTC(2026, 0, 15, 12);
const minute = 60_000;

interface Call {
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let receiver: Server;
let url: string;
let calls: Call[];
/** What the receiver answers, in turn; 200 when there is nothing left. */
let statuses: number[];
let heard: (() => void) | undefined;
let clock: SpeedClock;
const servers: PracticeServer[] = [];

beforeEach(async () => {
  calls = [];
  statuses = [];
  clock = new SpeedClock({ speed: 0, start });
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    calls.push({ method: request.method, path: request.url ?? '', headers: request.headers, body });
    response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end();
    response.once('close', () => heard?.());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/callback`;
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  receiver.close();
  receiver.closeAllConnections();
});

async function open(method: CallbackMethod, options: Readonly<Record<string, string>> = {}, target = url) {
  const server = await startPracticeServer({
    control: true,
    clock,
    profile: practiceProfile([], options),
    central: { user: 'u', password: 'p', apiId: '42' },
    account: { queueSeconds: 1, handsetSeconds: 4 },
    callbacks: { url: target, method },
  });
  servers.push(server);
  return server;
}

/** Moves time forward and waits until so many attempts are over. */
async function advance(server: PracticeServer, milliseconds: number, attempts: number): Promise<void> {
  clock.advance(milliseconds);
  const over = () => (server.control?.callbacks().length ?? 0) >= attempts;
  const deadline = Date.now() + 10_000;
  while (!over()) {
    if (Date.now() > deadline) throw new Error('the callback did not come');
    await new Promise<void>((resolve) => {
      heard = resolve;
      setImmediate(resolve);
    });
  }
}

async function send(server: PracticeServer, to = '27821234567', more: object = {}): Promise<string> {
  const response = await fetch(`${server.url}/messages`, {
    method: 'POST',
    headers: { authorization: server.key, 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'Hello', to: [to], ...more }),
  });
  const { messages } = (await response.json()) as { messages: { apiMessageId: string }[] };
  return messages[0]?.apiMessageId ?? '';
}
async function sendCentral(server: PracticeServer, parameters: string): Promise<string> {
  const query = `user=u&password=p&api_id=42&to=2799900001&text=xxxx&${parameters}`;
  const response = await fetch(`${server.url}/http/sendmsg?${query}`);
  return (await response.text()).slice('ID: '.length);
}

describe('callbacks of the Platform', () => {
  it('tell both changes as JSON', async () => {
    const server = await open('json');
    const id = await send(server, '27821234567', { clientMessageId: 'R 1', from: '447700900600' });
    await advance(server, 1_000, 1);
    await advance(server, 4_000, 2);
    expect(calls.map(({ method, path, headers }) => [method, path, headers['content-type']])).toEqual([
      ['POST', '/callback', 'application/json'],
      ['POST', '/callback', 'application/json'],
    ]);
    const common = {
      integrationName: 'Practice',
      messageId: id,
      requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
      clientMessageId: 'R 1',
      to: '27821234567',
      from: '447700900600',
    };
    expect(calls.map(({ body }) => JSON.parse(body))).toEqual([
      {
        ...common,
        statusCode: 3,
        status: 'DELIVERED_TO_GATEWAY',
        statusDescription: 'Delivered to gateway',
        timestamp: start + 1_000,
      },
      {
        ...common,
        statusCode: 4,
        status: 'RECEIVED_BY_RECIPIENT',
        statusDescription: 'Received by recipient',
        timestamp: start + 5_000,
      },
    ]);
    expect(server.control?.callbacks()).toEqual([
      { apiMessageId: id, status: 3, attempt: 1, at: start + 1_000, outcome: 200 },
      { apiMessageId: id, status: 4, attempt: 1, at: start + 5_000, outcome: 200 },
    ]);
  });

  it('come as a query, with basic authentication', async () => {
    const server = await open(
      'get',
      {},
      url.replace('http://', 'http://me:it%20is@').replace('/callback', '/c?a=b'),
    );
    const id = await send(server, '447700900009');
    await advance(server, 1_000, 1);
    const [call] = calls;
    expect([call?.method, call?.body]).toEqual(['GET', '']);
    expect(call?.headers.authorization).toBe(`Basic ${Buffer.from('me:it is').toString('base64')}`);
    const { searchParams } = new URL(call?.path ?? '', 'http://127.0.0.1');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      a: 'b',
      messageId: id,
      clientMessageId: '',
      statusCode: '9',
      status: 'ROUTING_ERROR',
    });
  });

  it('may have the shape of 2017, a time in text, and come twice', async () => {
    const server = await open('json', {
      callbackShape: '2017',
      callbackTime: 'text',
      callbackRepeats: 'twice',
    });
    await send(server);
    await advance(server, 1_000, 2);
    const [first, second] = calls.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(first).toEqual(second);
    expect(first).not.toHaveProperty('statusCode');
    expect(first).not.toHaveProperty('integrationName');
    expect(first).toMatchObject({ apiKey: 'practice', timestamp: String(start + 1_000) });
    expect(JSON.stringify(calls)).not.toContain(server.key);
  });
});

describe("callbacks of Developers' Central", () => {
  it('are a form with its own fields', async () => {
    const server = await open('form');
    const id = await sendCentral(server, 'callback=7&climsgid=R1&from=123456789');
    await advance(server, 5_000, 2);
    expect(calls.map(({ method, headers }) => [method, headers['content-type']])).toEqual([
      ['POST', 'application/x-www-form-urlencoded'],
      ['POST', 'application/x-www-form-urlencoded'],
    ]);
    // Both became due in one step, so they may arrive in any order.
    expect(calls.map(({ body }) => body).sort()).toEqual([
      `api_id=42&apiMsgId=${id}&cliMsgId=R1&to=2799900001&timestamp=${start / 1_000 + 1}&from=123456789&status=003&charge=1`,
      `api_id=42&apiMsgId=${id}&cliMsgId=R1&to=2799900001&timestamp=${start / 1_000 + 5}&from=123456789&status=004&charge=1`,
    ]);
  });

  it.each([
    ['', '2799900001', []],
    ['callback=0', '2799900001', []],
    ['callback=1', '2799900001', [3]],
    ['callback=2', '2799900001', [4]],
    ['callback=3', '2799900001', [3, 4]],
    ['callback=4', '2799900001', []],
    ['callback=4', '447700900007', [7]],
    ['callback=2', '447700900007', [7]],
    ['callback=7', '447700900014', [3]],
  ])('%s to %s tells %j', async (parameters, to, told) => {
    const server = await open('json');
    await fetch(`${server.url}/http/sendmsg?user=u&password=p&api_id=42&to=${to}&text=xxxx&${parameters}`);
    await advance(server, 10_000, told.length);
    expect(
      server.control
        ?.callbacks()
        .map(({ status }) => status)
        .sort(),
    ).toEqual(told);
  });

  it('do not tell of a text that was stopped', async () => {
    const server = await open('json');
    const id = await sendCentral(server, 'callback=7&deliv_time=10');
    const stopped = await fetch(`${server.url}/http/delmsg?user=u&password=p&api_id=42&apimsgid=${id}`);
    expect(await stopped.text()).toBe(`ID: ${id} Status: 006`);
    clock.advance(60 * minute);
    expect(server.control?.callbacks()).toEqual([]);
  });
});

describe('a callback that fails', () => {
  it('is tried eight more times: after 2, 4, 8, 16, 32, 64, 128 minutes and three days', async () => {
    const server = await open('json');
    await send(server, '447700900003');
    statuses = [500, 404, 302, 301, 503, 400, 500, 500, 500];
    await advance(server, 1_000, 1);
    const after = [2, 4, 8, 16, 32, 64, 128, 3 * 24 * 60];
    for (const [index, minutes] of after.entries()) {
      clock.advance(minutes * minute - 1);
      expect(calls).toHaveLength(index + 1);
      await advance(server, 1, index + 2);
    }
    clock.advance(30 * 24 * 60 * minute);
    expect(server.control?.callbacks().map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 500],
      [2, 404],
      [3, 302],
      [4, 301],
      [5, 503],
      [6, 400],
      [7, 500],
      [8, 500],
      [9, 500],
    ]);
    // Redirects are not followed.
    expect(calls.every(({ path }) => path === '/callback')).toBe(true);
  });

  it('ends when it succeeds, and counts nobody listening as failing', async () => {
    receiver.close();
    const server = await open('json');
    await send(server, '447700900003');
    await advance(server, 1_000, 1);
    expect(server.control?.callbacks()).toMatchObject([{ attempt: 1, outcome: 'failed' }]);
    await server.control?.sendCallbacks(undefined);
    clock.advance(60 * minute);
    expect(server.control?.callbacks()).toEqual([]);
  });
});

describe('where callbacks may go', () => {
  it.each(['http://127.0.0.1:1/', 'http://localhost/', 'http://[::1]:8080/x', 'http://127.9.9.9/'])(
    '%s',
    (text) => {
      expect(loopbackUrl(text).href).toContain('http://');
    },
  );

  it.each([
    'http://example.com/',
    'https://127.0.0.1/',
    'http://127.0.0.1.example.com/',
    'http://0.0.0.0/',
    'http://192.168.0.1/',
    'http://[::]/',
    'http://localhost.example.com/',
    'http://example.com@elsewhere/',
    'file:///etc/passwd',
    'nonsense',
  ])('not %s', async (text) => {
    expect(() => loopbackUrl(text)).toThrow();
    await expect(startPracticeServer({ callbacks: { url: text, method: 'get' } })).rejects.toThrow();
  });
});
