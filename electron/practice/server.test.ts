import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

    await command('POST', 'reset');
    expect(await (await command('GET', 'received')).json()).toEqual({ requests: [] });
    // The main address takes commands as well, while it is up.
    expect((await fetch(`${url}/_control/taken`)).status).toBe(200);
    expect((await command('POST', 'script', [{ kind: 'nonsense' }])).status).toBe(400);
    expect((await command('POST', 'nonsense')).status).toBe(404);
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
});
