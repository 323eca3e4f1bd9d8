/**
 * How many texts a second each adapter sends, and what a text costs, beside others doing the same requests:
 *
 *   npm run bench:gateway [-- --rounds 5 --requests 6000 --only json]
 *
 * "The same requests" is meant literally: what an adapter writes is recorded once, and `fetch`, axios and bare `undici`
 * (*prepared and unread*) then send exactly that and do not look at the answer: the ceiling, which no program that
 * sends texts can reach. *Written and read by hand* is bare `undici` building each request from number and text and
 * looking whether it was taken, without any of the checks. The adapter builds, reads the key, and judges every answer.
 * Ratios are taken within a round, in thin slices in turn, and the median of the rounds is shown; absolute rates say
 * more about the machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import { Pool } from 'undici';
import type { Gateway, GatewayMessage } from '../../electron/core/ports.ts';
import { createCentralGateway } from '../../electron/gateways/clickatell/central.ts';
import { createPlatformGateway } from '../../electron/gateways/clickatell/platform.ts';
import { maxPersonalTexts, maxRecipients } from '../../electron/gateways/clickatell/platform-encode.ts';
import { writeCentralLogin } from '../../shared/domain/central-login.ts';
import { countRequests, startRawServer } from '../contract/raw-server.ts';

const inFlight = 32;
const slices = 10;
const { rounds, requests, only } = readArguments(process.argv.slice(2));

const key = 'AbCdEfGhIjKlMnOpQrStUv==';
const login = writeCentralLogin({ user: 'front-desk', password: 'a password', apiId: '3523864' });
/** One for all, as the dispatcher has it. */
const notStopped = new AbortController().signal;
const reference = '01J0000000000000000000000A';
const body =
  'Your appointment is on Tuesday at 10:30. Please call 555 0100 if you cannot come. Praxis Dr. Grün';
const id = 'c5d7a69898ef43348e9b3cd7ce7a5096';

interface Adapter {
  readonly name: string;
  readonly key: string;
  readonly messages: readonly GatewayMessage[];
  open(baseUrl: string): Gateway;
  readonly path: string;
  readonly answer: string;
  /** The same request as somebody would write it by hand, query or body, and the least that tells whether it was taken. */
  byHand(): string;
  readByHand(answer: string): boolean;
}

const jsonByHand = {
  byHand: () =>
    JSON.stringify({ content: body, to: [numberAt(0)], clientMessageId: reference, charset: 'UTF-8' }),
  readByHand: (answer: string) =>
    (JSON.parse(answer) as { messages: { accepted: boolean }[] }).messages.every((each) => each.accepted),
};
const formByHand = {
  byHand: () =>
    new URLSearchParams({
      user: 'front-desk',
      password: 'a password',
      api_id: '3523864',
      to: numberAt(0),
      text: body,
      climsgid: reference,
    }).toString(),
  readByHand: (answer: string) => answer.startsWith('ID:'),
};

function numberAt(index: number): string {
  return String(27_820_000_000 + index);
}
function messages(count: number, personal = false): readonly GatewayMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    clientRef: reference,
    recipient: `+${numberAt(index)}`,
    body: personal ? `${body} ${index}` : body,
  }));
}
function http(status: string, type: string, text: string): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}
function verdict(index: number): Readonly<Record<string, unknown>> {
  const apiMessageId = (index + 1).toString(16).padStart(32, '0');
  return {
    apiMessageId,
    accepted: true,
    to: numberAt(index),
    errorCode: null,
    error: null,
    errorDescription: null,
  };
}
const verdicts = (count: number): readonly unknown[] =>
  Array.from({ length: count }, (_, index) => verdict(index));
const none = { errorCode: null, error: null, errorDescription: null };
const json = (document: unknown): string =>
  http('202 Accepted', 'application/json', JSON.stringify(document));
const xmlAnswer = http(
  '202 Accepted',
  'application/xml',
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><SendMessagesResponse><Messages><Message><ApiMessageId>${id}</ApiMessageId><Accepted>true</Accepted><To>${numberAt(0)}</To></Message></Messages></SendMessagesResponse>`,
);
const lines = (count: number): string =>
  http(
    '200 OK',
    'text/plain',
    count === 1
      ? `ID: ${id}`
      : Array.from(
          { length: count },
          (_, index) => `ID: ${(index + 1).toString(16).padStart(32, '0')} To: ${numberAt(index)}`,
        ).join('\n'),
  );

/** The same server takes each adapter below a path of its own, so that answers can be fixed. */
const adapters: readonly Adapter[] = [
  {
    name: 'Platform, JSON',
    key,
    messages: messages(1),
    open: (baseUrl) => createPlatformGateway({ baseUrl, transport: 'json', connections: inFlight }),
    ...jsonByHand,
    path: '/json',
    answer: json({ messages: verdicts(1), ...none }),
  },
  {
    name: 'Platform, XML',
    key,
    messages: messages(1),
    open: (baseUrl) => createPlatformGateway({ baseUrl, transport: 'xml', connections: inFlight }),
    byHand: () =>
      `<?xml version="1.0" encoding="UTF-8"?><SendMessageRequest><Content>${body.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</Content><To>${numberAt(0)}</To><ClientMessageId>${reference}</ClientMessageId><Charset>UTF-8</Charset></SendMessageRequest>`,
    readByHand: (answer) => /<Accepted>true<\/Accepted>/.test(answer),
    path: '/xml',
    answer: xmlAnswer,
  },
  {
    name: 'Platform, HTTP GET',
    key,
    messages: messages(1),
    open: (baseUrl) => createPlatformGateway({ baseUrl, transport: 'http', connections: inFlight }),
    ...jsonByHand,
    byHand: () =>
      new URLSearchParams({
        apiKey: key,
        to: numberAt(0),
        content: body,
        clientMessageId: reference,
      }).toString(),
    path: '/http',
    answer: json({ messages: verdicts(1) }),
  },
  {
    name: 'Central, POST',
    key: login,
    messages: messages(1),
    open: (baseUrl) => createCentralGateway({ baseUrl, transport: 'post', connections: inFlight }),
    ...formByHand,
    path: '/post',
    answer: lines(1),
  },
  {
    name: 'Central, GET',
    key: login,
    messages: messages(1),
    open: (baseUrl) => createCentralGateway({ baseUrl, transport: 'get', connections: inFlight }),
    ...formByHand,
    path: '/get',
    answer: lines(1),
  },
  {
    name: `Platform, JSON, ${maxRecipients} numbers`,
    key,
    messages: messages(maxRecipients),
    open: (baseUrl) => createPlatformGateway({ baseUrl, transport: 'json', connections: inFlight }),
    ...jsonByHand,
    byHand: () =>
      JSON.stringify({
        content: body,
        to: messages(maxRecipients).map(({ recipient }) => recipient.slice(1)),
        clientMessageId: reference,
        charset: 'UTF-8',
      }),
    path: '/many',
    answer: json({ messages: verdicts(maxRecipients), ...none }),
  },
  {
    name: `Platform, ${maxPersonalTexts} personal texts`,
    key,
    messages: messages(maxPersonalTexts, true),
    open: (baseUrl) => createPlatformGateway({ baseUrl, transport: 'auto', connections: inFlight }),
    byHand: () =>
      JSON.stringify({
        messageList: messages(maxPersonalTexts, true).map(({ recipient, body: content, clientRef }) => ({
          content,
          to: [recipient.slice(1)],
          clientMessageId: clientRef,
          charset: 'UTF-8',
        })),
      }),
    readByHand: (answer) =>
      (JSON.parse(answer) as { messages: { accepted: boolean }[] }[]).every(
        (each) => each.messages[0]?.accepted === true,
      ),
    path: '/personal',
    answer: json(
      Array.from({ length: maxPersonalTexts }, (_, index) => ({ messages: [verdict(index)], ...none })),
    ),
  },
  {
    name: 'Central, POST, 600 numbers',
    key: login,
    messages: messages(600),
    open: (baseUrl) => createCentralGateway({ baseUrl, transport: 'post', connections: inFlight }),
    byHand: () =>
      `user=front-desk&password=a+password&api_id=3523864&to=${messages(600)
        .map(({ recipient }) => recipient.slice(1))
        .join(',')}&${new URLSearchParams({ text: body, climsgid: reference }).toString()}`,
    readByHand: (answer) => answer.split('\n').every((line) => line.startsWith('ID:')),
    path: '/list',
    answer: lines(600),
  },
];

interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What an adapter writes, taken off the wire. */
async function record(adapter: Adapter): Promise<RecordedRequest> {
  const server = await startRawServer({
    onData: ({ socket, received }) => {
      if (countRequests(received) === 1) socket.end(adapter.answer);
    },
  });
  const gateway = adapter.open(`http://127.0.0.1:${server.port}${adapter.path}`);
  await send(gateway, adapter);
  const text = Buffer.from(server.connections[0]?.received ?? '', 'latin1').toString('utf8');
  await gateway.close();
  await server.close();
  const [head = '', requestBody = ''] = text.split('\r\n\r\n');
  const [target = '', ...headerLines] = head.split('\r\n');
  const [method = '', path = ''] = target.split(' ');
  const headers = Object.fromEntries(headerLines.map((line) => line.split(': ', 2) as [string, string]));
  for (const own of ['host', 'connection', 'content-length']) delete headers[own];
  return { method, path, headers, body: requestBody === '' ? undefined : requestBody };
}

async function send(gateway: Gateway, adapter: Adapter): Promise<void> {
  const { outcomes } = await gateway.send(
    { requestRef: reference, messages: adapter.messages },
    { signal: notStopped, readKey: async () => adapter.key },
  );
  for (const outcome of outcomes) if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
}

interface Contender {
  readonly name: string;
  once(): Promise<void>;
  close(): Promise<void>;
  /** Slow ones do not have to be measured as long. */
  readonly share: number;
}

function contenders(adapter: Adapter, recorded: RecordedRequest, origin: string): readonly Contender[] {
  const { method, path, headers } = recorded;
  const gateway = adapter.open(`${origin}${adapter.path}`);
  const pool = new Pool(origin, { connections: inFlight, pipelining: 1 });
  const [target = ''] = path.split('?');
  const list: Contender[] = [
    { name: 'adapter', share: 1, once: () => send(gateway, adapter), close: () => gateway.close() },
    {
      name: 'undici, written and read by hand',
      share: 1,
      async once() {
        const written = adapter.byHand();
        const { body: answer } = await pool.request(
          method === 'GET'
            ? { method, path: `${target}?${written}`, headers }
            : { method, path, headers, body: written },
        );
        if (!adapter.readByHand(await answer.text())) throw new Error('not taken');
      },
      close: async () => undefined,
    },
    {
      name: 'undici, prepared and unread',
      share: 1,
      async once() {
        const { body: answer } = await pool.request({ method, path, headers, body: recorded.body ?? null });
        await answer.text();
      },
      close: () => pool.close(),
    },
  ];
  if (adapter.messages.length > 1) return list;
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  list.push(
    {
      name: 'fetch',
      share: 0.4,
      async once() {
        const answer = await fetch(`${origin}${path}`, {
          method,
          headers,
          ...(recorded.body === undefined ? {} : { body: recorded.body }),
        });
        await answer.text();
      },
      close: async () => undefined,
    },
    {
      name: 'axios',
      share: 0.4,
      async once() {
        await axios.request({
          url: `${origin}${path}`,
          method,
          headers,
          data: recorded.body,
          httpAgent: agent,
          responseType: 'text',
          transformResponse: (text: unknown) => text,
        });
      },
      close: async () => agent.destroy(),
    },
  );
  if (adapter.path === '/json') list.push(clickatellPlatform(origin, adapter.path));
  return list;
}

/**
 * The published client sends to a fixed address and tells its result to the console alone. `request`, which it sits on,
 * is told another address and when it is done; the console is silenced.
 */
function clickatellPlatform(origin: string, path: string): Contender {
  type Callback = (error: unknown, response: unknown, body: unknown) => void;
  type Request = (options: Readonly<Record<string, unknown>>, callback: Callback) => void;
  const require = createRequire(import.meta.url);
  const file = require.resolve('request', { paths: [require.resolve('clickatell-platform')] });
  const request = require(file) as Request;
  let done: (() => void) | undefined;
  const cached = require.cache[file];
  if (cached === undefined) throw new Error('request is not loaded');
  cached.exports = (options: Readonly<Record<string, unknown>>, callback: Callback) => {
    const finish = done;
    request({ ...options, url: `${origin}${path}/messages` }, (...result) => {
      const { log } = console;
      console.log = () => undefined;
      callback(...result);
      console.log = log;
      finish?.();
    });
  };
  const Rest = require('clickatell-platform/api/rest.js') as new () => {
    sendMessage(content: string, to: readonly string[], apiKey: string): void;
  };
  const client = new Rest();
  return {
    name: 'clickatell-platform',
    share: 0.4,
    once: () =>
      new Promise((resolve) => {
        done = resolve;
        client.sendMessage(body, [numberAt(0)], key);
      }),
    close: async () => undefined,
  };
}

interface Measure {
  readonly textsPerSecond: number;
  readonly cpuPerText: number;
}

async function measure(contender: Contender, count: number, texts: number): Promise<Measure> {
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      await contender.once();
    }
  };
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - begin) / 1000;
  const used = process.cpuUsage(cpu);
  return {
    textsPerSecond: (count * texts) / seconds,
    cpuPerText: (used.user + used.system) / (count * texts),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function startServer(): Promise<{ readonly child: ChildProcess; readonly origin: string }> {
  const sendPaths = {
    '/json': '/messages',
    '/xml': '/messages',
    '/many': '/messages',
    '/http': '/messages/http/send',
    '/personal': '/messages/rest/bulk',
    '/post': '/http/sendmsg',
    '/get': '/http/sendmsg',
    '/list': '/http/sendmsg',
  } as const;
  const answers = Object.fromEntries(
    adapters.map(({ path, answer }) => [path + sendPaths[path as keyof typeof sendPaths], answer]),
  );
  const file = fileURLToPath(new URL('answering-server.ts', import.meta.url));
  const child = spawn(process.execPath, [file, JSON.stringify(answers)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: process.env,
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, origin: `http://127.0.0.1:${port}` };
}

function readArguments(given: readonly string[]) {
  const value = (name: string): string | undefined => {
    const at = given.indexOf(`--${name}`);
    return at === -1 ? undefined : given[at + 1];
  };
  return {
    rounds: Number(value('rounds') ?? 5),
    requests: Number(value('requests') ?? 6_000),
    only: value('only'),
  };
}

async function run(): Promise<void> {
  const { child, origin } = await startServer();
  const rows: string[][] = [];
  try {
    for (const adapter of adapters) {
      if (only !== undefined && !adapter.path.includes(only)) continue;
      const texts = adapter.messages.length;
      const list = contenders(adapter, await record(adapter), origin);
      const measures = new Map(list.map(({ name }) => [name, [] as Measure[]]));
      const count = texts === 1 ? requests : Math.max(inFlight * 4, Math.ceil((requests * 8) / texts));
      for (let round = -1; round < rounds; round += 1) {
        // Round -1 warms up. In thin slices, in turn: whatever else the machine does meanwhile, it does to all of them.
        const parts = list.map(() => [] as Measure[]);
        for (let slice = 0; slice < slices; slice += 1) {
          for (const [index, contender] of list.entries()) {
            const part = Math.ceil((count * contender.share) / slices);
            parts[index]?.push(await measure(contender, part, texts));
          }
        }
        if (round < 0) continue;
        for (const [index, { name }] of list.entries()) {
          const of = parts[index] ?? [];
          measures.get(name)?.push({
            textsPerSecond: slices / of.reduce((sum, each) => sum + 1 / each.textsPerSecond, 0),
            cpuPerText: of.reduce((sum, each) => sum + each.cpuPerText, 0) / slices,
          });
        }
      }
      for (const contender of list) await contender.close();
      const own = measures.get('adapter') ?? [];
      for (const { name } of list) {
        const of = measures.get(name) ?? [];
        const ratio = median(
          own.map((each, round) => each.textsPerSecond / (of[round]?.textsPerSecond ?? 1)),
        );
        const cpuRatio = median(own.map((each, round) => (of[round]?.cpuPerText ?? 0) / each.cpuPerText));
        rows.push([
          name === 'adapter' ? adapter.name : `  ${name}`,
          Math.round(median(of.map((each) => each.textsPerSecond))).toLocaleString('en'),
          median(of.map((each) => each.cpuPerText)).toFixed(texts > 1 ? 2 : 1),
          name === 'adapter' ? '' : `${ratio.toFixed(2)} ×`,
          name === 'adapter' ? '' : `${cpuRatio.toFixed(2)} ×`,
        ]);
      }
    }
  } finally {
    child.disconnect();
  }
  print(['one text a request, 32 in flight', 'texts/s', 'CPU µs/text', 'adapter is', 'by CPU'], rows);
}

function print(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  for (const row of [head, ...rows]) {
    console.log(
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('   '),
    );
  }
}

await run();
