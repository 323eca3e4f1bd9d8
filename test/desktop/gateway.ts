/**
 * The practice gateway as a process of its own, the pretend Clickatell of these tests: real sockets, a memory of every
 * request, and faults on demand through its `/_control/` (electron/practice/README.md).
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../../electron/practice/faults.ts';
import type { Point, ReceivedRequest } from '../../electron/practice/observer.ts';
import type { TakenText } from '../../electron/practice/platform-api.ts';
import type { CentralLogin } from '../../shared/domain/central-login.ts';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** A request to send, as it came over the wire. */
export interface SendRequest {
  /** Lower-case name → value. */
  readonly headers: ReadonlyMap<string, string>;
  /** The body's exact bytes, as text. */
  readonly body: string;
  readonly points: readonly Point[];
}

/** A request to Developers' Central, by GET or as a form. */
export interface CentralRequest {
  /** `/http/sendmsg` */
  readonly path: string;
  readonly parameters: URLSearchParams;
}

export interface Gateway {
  /** `http://127.0.0.1:4711` */
  readonly url: string;
  /** The one key it knows. */
  readonly key: string;
  /** The one login of Developers' Central it knows. */
  readonly central: CentralLogin;
  /** Every `POST /messages` that reached it, oldest first, also those it never answered. */
  sendRequests(): Promise<readonly SendRequest[]>;
  /** Every request to Developers' Central that reached it, oldest first. */
  centralRequests(): Promise<readonly CentralRequest[]>;
  /** How many requests of any kind reached it. */
  anyRequests(): Promise<number>;
  /** Every text it accepted for sending. */
  taken(): Promise<readonly TakenText[]>;
  /** Faults for the next requests, one each. */
  script(faults: readonly Fault[]): Promise<void>;
  /** Forgets what reached it, and the faults that were not used. */
  forget(): Promise<void>;
  /** Lets requests go that a `hold` keeps. */
  release(): Promise<void>;
  /** Down: connections are refused, as if nobody listened. */
  line(state: 'up' | 'down'): Promise<void>;
  /** Waits until the nth request to send has come this far; `false` when `timeout` ms pass first. */
  reached(point: Point, options?: { readonly request?: number; readonly timeout?: number }): Promise<boolean>;
  stop(): Promise<void>;
}

export async function startGateway({ key }: { readonly key?: string } = {}): Promise<Gateway> {
  const child = spawn(
    `${root}/script/node`,
    [
      `${root}/electron/practice/command-line.ts`,
      '--port',
      '0',
      '--control',
      ...(key === undefined ? [] : ['--key', key]),
    ],
    // It ends when its input closes: it cannot outlive the test run.
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const exit = new Promise<void>((done) => {
    child.once('exit', () => done());
  });
  const first = await new Promise<string>((done, fail) => {
    const late = setTimeout(() => fail(new Error('the practice gateway did not start within 20 s')), 20_000);
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`the practice gateway ended at once (${code})`)));
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(late);
      done(line);
    });
  });
  const announced = JSON.parse(first) as {
    listening: string;
    key: string;
    central: CentralLogin;
    control: string;
  };

  async function control<Answer>(method: 'GET' | 'POST', command: string, body?: unknown): Promise<Answer> {
    const response = await fetch(new URL(`/_control/${command}`, announced.control), {
      method,
      signal: AbortSignal.timeout(70_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`practice gateway, ${command}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  return {
    url: announced.listening,
    key: announced.key,
    central: announced.central,
    async sendRequests() {
      const { requests } = await control<{ requests: readonly ReceivedRequest[] }>('GET', 'received');
      return requests
        .filter((request) => request.method === 'POST' && request.path.split('?')[0] === '/messages')
        .map((request) => ({
          headers: headerMap(request.rawHeaders),
          body: Buffer.from(request.body, 'base64').toString('utf8'),
          points: request.points,
        }));
    },
    async centralRequests() {
      const { requests } = await control<{ requests: readonly ReceivedRequest[] }>('GET', 'received');
      return requests
        .map((request) => ({ ...request, url: new URL(request.path, announced.listening) }))
        .filter(({ url }) => /^\/(http|utils)\//.test(url.pathname))
        .map(({ url, method, body }) => ({
          path: url.pathname,
          parameters:
            method === 'POST'
              ? new URLSearchParams(Buffer.from(body, 'base64').toString('latin1'))
              : url.searchParams,
        }));
    },
    async anyRequests() {
      return (await control<{ requests: readonly ReceivedRequest[] }>('GET', 'received')).requests.length;
    },
    async taken() {
      return (await control<{ texts: readonly TakenText[] }>('GET', 'taken')).texts;
    },
    async script(faults) {
      await control('POST', 'script', faults);
    },
    async forget() {
      await control('POST', 'reset', {});
    },
    async release() {
      await control('POST', 'release', {});
    },
    async line(state) {
      await control('POST', 'line', { up: state === 'up' });
    },
    async reached(point, { request = 1, timeout = 10_000 } = {}) {
      const query = new URLSearchParams({
        point,
        request: String(request),
        path: '/messages',
        timeout: String(timeout),
      });
      return (await control<{ reached: unknown }>('GET', `wait?${query}`)).reached === true;
    },
    async stop() {
      child.stdin.end();
      await exit;
    },
  };
}

function headerMap(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.set((raw[index] ?? '').toLowerCase(), raw[index + 1] ?? '');
  }
  return headers;
}
