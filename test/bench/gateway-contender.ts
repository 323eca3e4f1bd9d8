/**
 * One contender of `gateway.ts`, in a process of its own: what the others do to undici's code paths and to the heap is
 * not its business. Told over IPC what to send and then how often; answers how long that took.
 */
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import {
  adapters,
  body,
  type ContenderName,
  inFlight,
  key,
  numberAt,
  type RecordedRequest,
  send,
} from './gateway-cases.ts';

/** To the process: first what to send, then, as often as wanted, how many requests. */
export type Order =
  | {
      readonly kind: 'open';
      readonly name: ContenderName;
      readonly adapter: string;
      readonly origin: string;
      readonly recorded: RecordedRequest;
    }
  | { readonly kind: 'run'; readonly requests: number };

/** From it, once for each `run`. */
export interface Measure {
  readonly seconds: number;
  /** Of this process, all its threads, µs. */
  readonly cpu: number;
}

type Once = () => Promise<void>;

async function open({
  name,
  adapter: adapterName,
  origin,
  recorded,
}: Extract<Order, { kind: 'open' }>): Promise<Once> {
  const adapter = adapters.find((each) => each.name === adapterName);
  if (adapter === undefined) throw new Error(`no adapter ${adapterName}`);
  const { method, path, headers } = recorded;
  const requestBody = recorded.body ?? null;
  const url = `${origin}${path}`;
  switch (name) {
    case 'adapter': {
      const gateway = adapter.open(`${origin}${adapter.path}`);
      return () => send(gateway, adapter);
    }
    case 'undici, written and read by hand': {
      const { Pool } = await import('undici');
      const pool = new Pool(origin, { connections: inFlight, pipelining: 1 });
      const [target = ''] = path.split('?');
      return async () => {
        const written = adapter.byHand();
        const { body: answer } = await pool.request(
          method === 'GET'
            ? { method, path: `${target}?${written}`, headers }
            : { method, path, headers, body: written },
        );
        if (!adapter.readByHand(await answer.text())) throw new Error('not taken');
      };
    }
    case 'undici, prepared and unread': {
      const { Pool } = await import('undici');
      const pool = new Pool(origin, { connections: inFlight, pipelining: 1 });
      return async () => {
        const { body: answer } = await pool.request({ method, path, headers, body: requestBody });
        await answer.text();
      };
    }
    case 'fetch':
      return async () => {
        const answer = await fetch(url, { method, headers, body: requestBody });
        await answer.text();
      };
    case 'axios': {
      const { default: axios } = await import('axios');
      const httpAgent = new Agent({ keepAlive: true, maxSockets: inFlight });
      return async () => {
        await axios.request({
          url,
          method,
          headers,
          data: recorded.body,
          httpAgent,
          responseType: 'text',
          transformResponse: (text: unknown) => text,
        });
      };
    }
    case 'clickatell-platform':
      return clickatellPlatform(url);
  }
}

/**
 * The published client sends to a fixed address and tells its result to the console alone. `request`, which it sits on,
 * is told another address and when it is done; the console is silenced.
 */
function clickatellPlatform(url: string): Once {
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
    request({ ...options, url }, (...result) => {
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
  return () =>
    new Promise((resolve) => {
      done = resolve;
      client.sendMessage(body, [numberAt(0)], key);
    });
}

async function measure(once: Once, requests: number): Promise<Measure> {
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started < requests) {
      started += 1;
      await once();
    }
  };
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - begin) / 1000;
  const used = process.cpuUsage(cpu);
  return { seconds, cpu: used.user + used.system };
}

let once: Promise<Once> | undefined;
process.on('message', (order: Order) => {
  if (order.kind === 'open') once = open(order);
  else if (once !== undefined)
    void once.then((opened) => measure(opened, order.requests)).then((taken) => process.send?.(taken));
});
process.on('disconnect', () => process.exit(0));
process.on('unhandledRejection', (error) => {
  console.error(error);
  process.exit(1);
});
