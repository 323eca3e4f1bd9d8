import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpeedClock } from './clock.ts';
import type { Fault } from './faults.ts';
import { type PracticeOptions, type PracticeServer, startPracticeServer } from './server.ts';

let directory: string;
const servers: PracticeServer[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'practice-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await rm(directory, { recursive: true, force: true });
});

async function start(options: PracticeOptions = {}): Promise<PracticeServer> {
  const server = await startPracticeServer(options);
  servers.push(server);
  return server;
}

async function post(url: string, key: string, to = '27821234567', content = 'Hello'): Promise<Response> {
  return fetch(`${url}/messages`, {
    method: 'POST',
    headers: { authorization: key, 'content-type': 'application/json' },
    body: JSON.stringify({ content, to: [to] }),
    redirect: 'manual',
  });
}

describe('the practice server', () => {
  it('listens on loopback only, with a key of its own', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(one.key).not.toBe(two.key);
    expect(one.key).toMatch(/^[\w-]{22}==$/);
    expect((await post(one.url, one.key)).status).toBe(202);
    expect(await (await post(one.url, two.key)).json()).toMatchObject({ errorCode: 108 });
  });

  it('has no remote control unless asked for one', async () => {
    const server = await start();
    expect(server.control).toBeUndefined();
    for (const path of ['received', 'taken', 'script']) {
      expect((await fetch(`${server.url}/_control/${path}`)).status).toBe(404);
    }
  });

  it('gives ids of 32 lower-case hexadecimal digits and knows them again', async () => {
    const { url, key } = await start();
    const { messages } = (await (await post(url, key)).json()) as { messages: { apiMessageId: string }[] };
    const id = messages[0]?.apiMessageId ?? '';
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const status = await fetch(`${url}/public-client/message/status?messageId=${id}`, {
      headers: { authorization: key },
    });
    expect(await status.json()).toMatchObject({ status: 'DELIVERED_TO_GATEWAY' });
  });

  it('does not answer requests that are too large', async () => {
    const { url, key } = await start();
    await expect(post(url, key, '27821234567', 'a'.repeat(2_000_000))).rejects.toThrow();
    expect((await post(url, key)).status).toBe(202);
  });

  it('survives bytes that are not HTTP', async () => {
    const { url, key } = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.end('\u0000\u0001 not http\r\n\r\n').resume();
    await once(socket, 'close');
    expect((await post(url, key)).status).toBe(202);
  });

  it('refuses to start on a port that is taken', async () => {
    const { url } = await start();
    await expect(start({ port: Number(new URL(url).port) })).rejects.toThrow('EADDRINUSE');
  });
});

describe('the journal', () => {
  it('holds what was answered, across starts and a torn last line, and never the key', async () => {
    const journalFile = join(directory, 'received.jsonl');
    const one = await start({ journalFile, control: true });
    const { messages } = (await (await post(one.url, one.key)).json()) as {
      messages: { apiMessageId: string }[];
    };
    expect(await readFile(journalFile, 'utf8')).toContain(messages[0]?.apiMessageId);
    await one.stop();
    await appendFile(journalFile, '{"at":1,"texts":[{"to":"27');

    const two = await start({ journalFile, control: true });
    expect(two.control?.taken()).toMatchObject([
      { to: '27821234567', apiMessageId: messages[0]?.apiMessageId },
    ]);
    await post(two.url, two.key, '27821234568');
    await two.stop();
    const three = await start({ journalFile, control: true });
    expect(three.control?.taken().map((text) => text.to)).toEqual(['27821234567', '27821234568']);
    const text = await readFile(journalFile, 'utf8');
    for (const { key } of [one, two, three]) expect(text).not.toContain(key);
  });

  it('is written before the answer', async () => {
    const journalFile = join(directory, 'received.jsonl');
    const { url, key, control } = await start({ journalFile, control: true });
    control?.script([{ kind: 'drop-answer' }]);
    await expect(post(url, key)).rejects.toThrow();
    expect((await readFile(journalFile, 'utf8')).trim().split('\n')).toHaveLength(1);
  });
});

describe('the remote control', () => {
  it('scripts faults, shows requests verbatim and waits for points', async () => {
    const { url, key, control } = await start({ control: true });
    const command = async (method: 'GET' | 'POST', path: string, body?: unknown) =>
      (await fetch(`${control?.url}/_control/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })) as Response;

    const waiting = command('GET', 'wait?point=body&request=1&timeout=5000');
    expect((await command('POST', 'script', [{ kind: 'hold' }, { kind: 'html' }])).status).toBe(200);
    const sending = post(url, key);
    expect(await (await waiting).json()).toEqual({ reached: true });
    expect(await (await command('GET', 'wait?point=answered&timeout=0')).json()).toEqual({ reached: false });
    await command('POST', 'release');
    expect((await sending).status).toBe(202);
    expect((await post(url, key)).headers.get('content-type')).toContain('text/html');

    const { requests } = (await (await command('GET', 'received')).json()) as {
      requests: { method: string; path: string; rawHeaders: string[]; body: string; number: number }[];
    };
    expect(requests).toMatchObject([
      { number: 1, method: 'POST', path: '/messages' },
      { number: 2, method: 'POST', path: '/messages' },
    ]);
    expect(requests[0]?.rawHeaders).toContain(key);
    expect(Buffer.from(requests[0]?.body ?? '', 'base64').toString()).toBe(
      '{"content":"Hello","to":["27821234567"]}',
    );
    expect(await (await command('GET', 'taken')).json()).toMatchObject({ texts: [{ to: '27821234567' }] });

    await command('POST', 'line', { up: false });
    await expect(post(url, key)).rejects.toThrow();
    await command('POST', 'line', { up: true });
    expect((await post(url, key)).status).toBe(202);

    await command('POST', 'profile', { names: ['answers-with-plus'], options: { topLevelErrors: 'absent' } });
    expect(await (await post(url, key)).text()).toMatch(/"to":"\+27821234567".*\]}$/);
    await command('POST', 'account', { credit: 1, pricePerPart: 2 });
    expect(await (await post(url, key)).json()).toMatchObject({ messages: [], errorCode: 301 });
    const before = (await (await command('POST', 'clock', { speed: 0 })).json()) as { now: number };
    const after = (await (await command('POST', 'clock', { advance: 60_000 })).json()) as { now: number };
    expect(after.now - before.now).toBe(60_000);
    const { messages } = (await (await command('GET', 'messages')).json()) as {
      messages: { status: number }[];
    };
    expect(messages.map(({ status }) => status)).toEqual(messages.map(() => 4));
    expect((await command('POST', 'sessions')).status).toBe(200);
    expect((await command('POST', 'callbacks', { url: 'http://127.0.0.1:9/', method: 'get' })).status).toBe(
      200,
    );
    expect(await (await command('GET', 'callbacks')).json()).toEqual({ attempts: [] });
    for (const [wrong, body] of [
      ['profile', { names: ['nonsense'] }],
      ['profile', { options: { bearer: 'perhaps' } }],
      ['account', { nonsense: 1 }],
      ['clock', { speed: -1 }],
      ['callbacks', { url: 'http://example.com/', method: 'get' }],
    ] as const)
      expect((await command('POST', wrong, body)).status).toBe(400);

    await command('POST', 'reset');
    expect(await (await command('GET', 'received')).json()).toEqual({ requests: [] });
    // The main address takes commands as well, while it is up.
    expect((await fetch(`${url}/_control/taken`)).status).toBe(200);
    expect((await command('POST', 'script', [{ kind: 'nonsense' }])).status).toBe(400);
    expect((await command('POST', 'nonsense')).status).toBe(404);
  });
});

describe('faults', () => {
  /** Everything that comes back on one connection until it ends, or until there is enough. */
  async function exchange(
    server: PracticeServer,
    { body = '{"content":"Hello","to":["27821234567"]}', enough = Number.POSITIVE_INFINITY } = {},
  ): Promise<{ bytes: Buffer; error: string | undefined }> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const pieces: Buffer[] = [];
    let error: string | undefined;
    socket.on('error', (problem: NodeJS.ErrnoException) => {
      error = problem.code;
    });
    socket.on('data', (piece) => {
      pieces.push(piece);
      if (Buffer.concat(pieces).length >= enough) socket.destroy();
    });
    socket.write(
      `POST /messages HTTP/1.1\r\nhost: x\r\nauthorization: ${server.key}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    // Not once(), which an error would end.
    await new Promise((resolve) => socket.once('close', resolve));
    return { bytes: Buffer.concat(pieces), error };
  }
  const bodyOf = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);

  it.each<[string, Fault, { taken: number; ends: string; length?: number }]>([
    ['a reset at a byte', { kind: 'reset-at-byte', byte: 10 }, { taken: 0, ends: 'ECONNRESET', length: 0 }],
    [
      'a reset beyond the body',
      { kind: 'reset-at-byte', byte: 9_999 },
      { taken: 0, ends: 'ECONNRESET', length: 0 },
    ],
    ['an answer lost', { kind: 'drop-answer' }, { taken: 1, ends: 'end', length: 0 }],
    [
      'an answer cut in its headers',
      { kind: 'cut-answer', byte: 20, end: 'close' },
      { taken: 1, ends: 'end', length: 20 },
    ],
    [
      'an answer cut at a byte',
      { kind: 'cut-answer', byte: 100, end: 'close' },
      { taken: 1, ends: 'end', length: 100 },
    ],
  ])('%s', async (_name, fault, { taken, ends, length }) => {
    const server = await start({ control: true });
    server.control?.script([fault]);
    const { bytes, error } = await exchange(server);
    expect([server.control?.taken().length, error ?? 'end', bytes.length]).toEqual([taken, ends, length]);
    expect((await post(server.url, server.key)).status).toBe(202);
  });

  it('cuts an answer with a reset when told so', async () => {
    const server = await start({ control: true });
    server.control?.script([{ kind: 'cut-answer', byte: 100 }]);
    // libuv may tell a reset that comes together with data as an orderly end.
    expect((await exchange(server)).bytes.length).toBeLessThanOrEqual(100);
    expect(server.control?.taken()).toHaveLength(1);
  });

  it('truncates, and sends garbage, in complete HTTP', async () => {
    const server = await start({ control: true });
    server.control?.script([
      { kind: 'truncate' },
      { kind: 'truncate', bytes: 5 },
      { kind: 'garbage', bytes: 64 },
    ]);
    const half = await (await post(server.url, server.key)).text();
    expect(half).toMatch(/^{"messages":\[{"apiMessageId"/);
    expect(() => JSON.parse(half)).toThrow();
    expect(await (await post(server.url, server.key)).text()).toBe('{"mes');
    const garbage = await post(server.url, server.key);
    expect(garbage.status).toBe(202);
    const bytes = Buffer.from(await garbage.arrayBuffer());
    expect(bytes).toHaveLength(64);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
    expect(server.control?.taken()).toHaveLength(3);
  });

  it('sends a body byte by byte, and closes what it had promised to keep', async () => {
    const server = await start({ control: true });
    server.control?.script([{ kind: 'slow-body', everyMilliseconds: 0 }, { kind: 'close-after-answer' }]);
    const slow = JSON.parse(bodyOf((await exchange(server)).bytes).toString()) as object;
    expect(slow).toHaveProperty('messages');
    const { bytes, error } = await exchange(server);
    expect(bytes.toString()).not.toMatch(/connection: close/i);
    expect(JSON.parse(bodyOf(bytes).toString())).toHaveProperty('messages');
    expect(error).toBeUndefined();
  });

  it.each([
    [429, '20'],
    [503, 'Thu, 15 Jan 2026 12:00:00 GMT'],
    [503, undefined],
  ] as const)('is busy: %i, Retry-After %s', async (status, retryAfter) => {
    const server = await start({ control: true });
    server.control?.script([{ kind: 'busy', status, ...(retryAfter === undefined ? {} : { retryAfter }) }]);
    const response = await post(server.url, server.key);
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter ?? null]);
    expect(server.control?.taken()).toEqual([]);
  });

  it('wait for a text by whatever way, or for what they are on', async () => {
    const server = await start({ control: true });
    const { user, password, apiId } = server.central;
    const login = `user=${user}&password=${password}&api_id=${apiId}`;
    const ask = async (path: string, init: RequestInit = {}) =>
      (await fetch(server.url + path, { headers: { authorization: server.key }, ...init })).status;
    const sends: (() => Promise<number>)[] = [
      async () => (await post(server.url, server.key)).status,
      () =>
        ask('/messages/rest/bulk', {
          method: 'POST',
          headers: { authorization: server.key, 'content-type': 'application/json' },
          body: JSON.stringify({ messageList: [{ content: 'Hi', to: ['27821234567'] }] }),
        }),
      () => ask(`/messages/http/send?apiKey=${encodeURIComponent(server.key)}&to=27821234567&content=Hi`),
      () => ask(`/http/sendmsg?${login}&to=2799900001&text=xxxx`),
      () => ask(`/http/sendmsg.php?${login}&to=2799900001&text=xxxx`),
    ];
    for (const send of sends) {
      server.control?.script([{ kind: 'answer', status: 418 }]);
      expect(await ask('/public-client/balance')).toBe(200);
      expect(await ask(`/http/getbalance?${login}`)).toBe(200);
      expect(await send()).toBe(418);
      expect(await send()).toBeLessThan(300);
    }
    server.control?.script([
      { kind: 'answer', status: 418, on: '/http/auth' },
      { kind: 'answer', status: 419, on: 'balance' },
      { kind: 'answer', status: 420, on: 'messages' },
    ]);
    expect(await ask(`/http/sendmsg?${login}&to=2799900001&text=xxxx`)).toBe(200);
    expect(await ask(`/http/auth?${login}`)).toBe(418);
    expect(await ask('/public-client/balance')).toBe(419);
    expect((await post(server.url, server.key)).status).toBe(420);
  });

  it('tell verdicts in another way in every form', async () => {
    const server = await start({ control: true });
    const { user, password, apiId } = server.central;
    server.control?.script([
      { kind: 'verdicts', change: 'reverse' },
      { kind: 'verdicts', change: 'contradict-first' },
    ]);
    const xml = await fetch(`${server.url}/messages`, {
      method: 'POST',
      headers: { authorization: server.key, 'content-type': 'application/xml' },
      body: '<SendMessageRequest><Content>Hi</Content><To>27821234567</To><To>27821234568</To></SendMessageRequest>',
    });
    expect((await xml.text()).match(/(?<=<To>)\d+/g)).toEqual(['27821234568', '27821234567']);
    const lines = await fetch(
      `${server.url}/http/sendmsg?user=${user}&password=${password}&api_id=${apiId}&to=2799900001,2799900002&text=xxxx`,
    );
    expect((await lines.text()).replace(/[0-9a-f]{32}/g, 'ID').split('\n')).toEqual([
      'ID: ID To: 2799900001',
      'ID: ID To: 2799900002',
      'ERR: 105, Invalid destination address To: 2799900001',
    ]);
  });
});

describe('time', () => {
  it('lets texts of earlier runs go on living', async () => {
    const journalFile = join(directory, 'received.jsonl');
    const options = { journalFile, control: true };
    const one = await start({ ...options, clock: new SpeedClock({ speed: 0, start: 1_000_000 }) });
    await post(one.url, one.key);
    expect(one.control?.messages()).toMatchObject([{ status: 3 }]);
    await one.stop();
    const two = await start({ ...options, clock: new SpeedClock({ speed: 0, start: 9_000_000 }) });
    expect(two.control?.messages()).toMatchObject([{ to: '27821234567', status: 4 }]);
  });
});

describe('starting', () => {
  it('loads neither the other family nor XML nor callbacks', async () => {
    const program = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
      const { startPracticeServer } = await import(${JSON.stringify(new URL('server.ts', import.meta.url).href)});
      const server = await startPracticeServer();
      const send = (type, body) => fetch(server.url + '/messages', {
        method: 'POST', headers: { authorization: server.key, 'content-type': type }, body,
      });
      const lazy = () => ['central-api', 'xml', 'fast-xml-parser', 'callbacks'].filter((name) =>
        loaded.some((url) => url.includes('/' + name)));
      await send('application/json', '{"content":"Hi","to":["27821234567"]}');
      const first = lazy();
      await send('application/xml', '<x/>');
      await fetch(server.url + '/http/ping');
      console.log(JSON.stringify([first, lazy()]));
      await server.stop();
    `;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program],
      {
        timeout: 15_000,
      },
    );
    expect(JSON.parse(stdout)).toEqual([[], ['central-api', 'xml', 'fast-xml-parser']]);
  });
});

describe('the command line', () => {
  const program = fileURLToPath(new URL('command-line.ts', import.meta.url));

  async function run(...options: string[]) {
    const child = spawn(process.execPath, [program, ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return { child, address: JSON.parse(line) as { listening: string; key: string; control?: string } };
  }

  it.each<[string, (child: ReturnType<typeof spawn>) => void]>([
    ['SIGTERM', (child) => child.kill('SIGTERM')],
    ['the end of its input', (child) => child.stdin?.end()],
  ])('prints where it listens, serves, and ends on %s', async (_name, end) => {
    const journalFile = join(directory, 'received.jsonl');
    const { child, address } = await run('--port', '0', '--key', 'a-key-for-tests', '--journal', journalFile);
    expect(address).toEqual({
      listening: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      key: 'a-key-for-tests',
      central: { user: 'practice', password: expect.stringMatching(/^[\w-]{12}$/), apiId: '3600000' },
    });
    expect((await post(address.listening, 'a-key-for-tests')).status).toBe(202);
    const exited = once(child, 'exit');
    end(child);
    expect(await exited).toEqual([0, null]);
    expect((await readFile(journalFile, 'utf8')).trim().split('\n')).toHaveLength(1);
  });

  it('takes profiles, options, circumstances and a login', async () => {
    const { child, address } = await run(
      ...['--profile', 'credits-plural', '--profile', 'one-line', '--option', 'bearer=accepted'],
      ...['--user', 'u', '--password', 'p', '--api-id', '1', '--key', 'k', '--credit', '2', '--speed', '0'],
      ...['--rate-limit', '9/1', '--opted-out', '+27 82 123 4567', '--two-way-number', '27820000000'],
      ...['--queue-seconds', '1', '--handset-seconds', '2', '--callback-url', 'http://127.0.0.1:9/'],
    );
    const { listening } = address;
    const central = async (command: string) =>
      (await fetch(`${listening}/http/${command}user=u&password=p&api_id=1`)).text();
    expect(await central('getbalance?')).toBe('Credits: 2.00');
    const sent = await post(listening, 'Bearer k');
    expect(await sent.json()).toMatchObject({ messages: [{ accepted: false, errorCode: 122 }] });
    expect(await central('sendmsg?text=xxxx&to=2799900001,2799900002,2799900003&')).toMatch(
      /^ID: .* To: 2799900001 ID: .* To: 2799900002 ERR: 301, No credit left To: 2799900003$/,
    );
    const exited = once(child, 'exit');
    child.stdin.end();
    expect(await exited).toEqual([0, null]);
  });

  it.each([
    ['--profile', 'nonsense'],
    ['--option', 'bearer=perhaps'],
    ['--speed', 'fast'],
    ['--callback-url', 'http://example.com/'],
    ['--port', '70000'],
  ])('does not start with %s %s', async (...options) => {
    const child = spawn(process.execPath, [program, ...options], { stdio: ['pipe', 'ignore', 'ignore'] });
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).not.toBe(0);
  });
});
