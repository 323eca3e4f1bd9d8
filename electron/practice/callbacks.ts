/**
 * Delivery callbacks: the pretend Clickatell calls a URL on loopback, and on loopback only, when the status of a text
 * changes. Loaded when a URL is given.
 */
import { type ClientRequest, request as httpRequest } from 'node:http';
import type { PracticeClock } from './clock.ts';
import type { MessageRecord, MessageStore } from './message-store.ts';
import type { PracticeProfile } from './profile.ts';
import { finalStatuses, type StatusCode, statuses, threeDigits } from './statuses.ts';

export interface CallbackTarget {
  /** `http://127.0.0.1:8080/callback`; user and password in it become basic authentication. */
  readonly url: string;
  readonly method: CallbackMethod;
}
export type CallbackMethod = 'get' | 'form' | 'json';

/** One attempt. */
export interface CallbackAttempt {
  readonly apiMessageId: string;
  readonly status: StatusCode;
  /** 1 for the first. */
  readonly attempt: number;
  /** ms UTC, practice time */
  readonly at: number;
  /** HTTP status, or why there was none. */
  readonly outcome: number | 'failed';
}

/** Minutes after each failed attempt: eight more tries, the last after three days. */
const retryMinutes = [2, 4, 8, 16, 32, 64, 128, 3 * 24 * 60] as const;
/** Real time: a receiver that does not answer is a failure. */
const timeoutMilliseconds = 10_000;
const keptAttempts = 10_000;

/** Which statuses each bit of Developers' Central's `callback` asks for. */
const intermediate: ReadonlySet<StatusCode> = new Set([3]);
const final: ReadonlySet<StatusCode> = new Set([4, 5, 7, 9, 10, 12]);
const error: ReadonlySet<StatusCode> = new Set([5, 7, 9, 10, 12]);

/**
 * Checks that a URL is plain HTTP to this machine: what people practise with must reach nobody else.
 *
 * @throws when it is not
 */
export function loopbackUrl(text: string): URL {
  const url = new URL(text);
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'http:' || !isLoopback)
    throw new Error(`not a plain HTTP URL on loopback: ${url.host}`);
  return url;
}

export interface CallbackParts {
  readonly target: CallbackTarget;
  readonly clock: PracticeClock;
  readonly messages: MessageStore;
  readonly apiId: string;
  profile(): PracticeProfile;
}

export class CallbackSender {
  readonly #parts: CallbackParts;
  readonly #url: URL;
  readonly #planned = new Set<() => void>();
  readonly #running = new Map<Promise<void>, ClientRequest>();
  #attempts: CallbackAttempt[] = [];
  #stopped = false;

  /** @throws when the URL is not on loopback */
  constructor(parts: CallbackParts) {
    this.#parts = parts;
    this.#url = loopbackUrl(parts.target.url);
  }

  get attempts(): readonly CallbackAttempt[] {
    return this.#attempts;
  }

  /** Plans the callbacks of a text that was taken just now. */
  plan(record: MessageRecord): void {
    for (const event of record.life) {
      if (isAskedFor(record, event.status)) this.#schedule(event.at, record, event.status, 1);
    }
  }

  /** Calls everything off. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#planned) cancel();
    for (const request of this.#running.values()) request.destroy();
    await Promise.all(this.#running.keys());
  }

  #schedule(at: number, record: MessageRecord, status: StatusCode, attempt: number): void {
    const cancel = this.#parts.clock.at(at, () => {
      this.#planned.delete(cancel);
      // A text that was stopped in time has no further life.
      if (this.#stopped || this.#parts.messages.statusOf(record, at) === 6) return;
      const times = this.#parts.profile().callbackRepeats === 'twice' ? 2 : 1;
      for (let time = 0; time < times; time += 1) this.#send(record, status, attempt, at);
    });
    this.#planned.add(cancel);
  }

  #send(record: MessageRecord, status: StatusCode, attempt: number, at: number): void {
    const { clock } = this.#parts;
    let request: ClientRequest | undefined;
    const sending = new Promise<number | 'failed'>((resolve) => {
      request = this.#request(record, status, at, resolve);
    }).then((outcome) => {
      this.#running.delete(sending);
      this.#attempts.push({ apiMessageId: record.apiMessageId, status, attempt, at: clock.now(), outcome });
      if (this.#attempts.length > keptAttempts) this.#attempts.shift();
      const delivered = outcome !== 'failed' && outcome >= 200 && outcome < 300;
      const minutes = retryMinutes[attempt - 1];
      if (!delivered && minutes !== undefined && !this.#stopped)
        this.#schedule(clock.now() + minutes * 60_000, record, status, attempt + 1);
    });
    if (request !== undefined) this.#running.set(sending, request);
  }

  #request(
    record: MessageRecord,
    status: StatusCode,
    at: number,
    resolve: (outcome: number | 'failed') => void,
  ): ClientRequest {
    const { target, messages, apiId } = this.#parts;
    const profile = this.#parts.profile();
    const fields =
      record.family === 'central'
        ? centralFields(record, status, at, apiId, messages.chargeOf(record, at))
        : platformFields(record, status, at, profile);
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) query.set(name, value === null ? '' : String(value));
    const body = { get: '', form: query.toString(), json: JSON.stringify(fields) }[target.method];
    const separator = this.#url.search === '' ? '?' : '&';
    const path = this.#url.pathname + this.#url.search + (target.method === 'get' ? separator + query : '');
    const { username, password, hostname, port } = this.#url;
    const request = httpRequest(
      {
        // Never asked of a resolver, which could say something else.
        host: hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, ''),
        port: port === '' ? 80 : Number(port),
        path,
        method: target.method === 'get' ? 'GET' : 'POST',
        agent: false,
        ...(username === ''
          ? {}
          : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
        headers: {
          host: this.#url.host,
          'user-agent': 'Clickatell MT Callback',
          ...(target.method === 'form' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
          ...(target.method === 'json' ? { 'content-type': 'application/json' } : {}),
          ...(target.method === 'get' ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
        signal: AbortSignal.timeout(timeoutMilliseconds),
      },
      (response) => {
        response.resume();
        response.once('close', () => resolve(response.statusCode ?? 'failed'));
      },
    );
    request.once('error', () => resolve('failed'));
    request.end(body);
    return request;
  }
}

function isAskedFor(record: MessageRecord, status: StatusCode): boolean {
  // The Platform tells of everything that happens after taking; what has not happened yet is no news.
  if (record.family === 'platform') return status === 3 || finalStatuses.has(status);
  const mask = record.callbackMask;
  return (
    ((mask & 1) !== 0 && intermediate.has(status)) ||
    ((mask & 2) !== 0 && final.has(status)) ||
    ((mask & 4) !== 0 && error.has(status))
  );
}

type Fields = Readonly<Record<string, string | number | null>>;

function platformFields(
  record: MessageRecord,
  status: StatusCode,
  at: number,
  profile: PracticeProfile,
): Fields {
  const { name, description } = statuses[status];
  const older = profile.callbackShape === '2017';
  return {
    // The older shape held the key; a practice server has no reason to send one around.
    ...(older ? { apiKey: 'practice' } : { integrationName: 'Practice' }),
    messageId: record.apiMessageId,
    requestId: record.requestId,
    clientMessageId: record.clientMessageId ?? null,
    to: record.to,
    from: record.from ?? null,
    ...(older ? {} : { statusCode: status }),
    status: name,
    statusDescription: description,
    timestamp: profile.callbackTime === 'text' ? String(at) : at,
  };
}

function centralFields(
  record: MessageRecord,
  status: StatusCode,
  at: number,
  apiId: string,
  charge: number,
): Fields {
  return {
    api_id: apiId,
    apiMsgId: record.apiMessageId,
    cliMsgId: record.clientMessageId ?? null,
    to: record.to,
    timestamp: Math.floor(at / 1_000),
    from: record.from ?? null,
    status: threeDigits(status),
    charge,
  };
}
