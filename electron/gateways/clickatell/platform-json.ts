/** Platform SMS API, `POST /messages` as JSON (help.clickatell.com, "SMS API"). */
import type { LookupFunction } from 'node:net';
import { assertNever } from '../../../shared/errors.ts';
import type {
  CheckResult,
  Gateway,
  GatewayBatch,
  GatewayContext,
  Outcome,
  Pause,
  SendResult,
} from '../../core/ports.ts';
import { readBaseUrl } from '../base-url.ts';
import { type HttpDoorway, type HttpResult, type HttpTimeouts, openDoorway } from '../http.ts';
import { serverWords } from '../server-words.ts';
import { decodeBalanceAnswer } from './platform-balance.ts';
import { decodeSendAnswer } from './platform-decode.ts';
import { encodeBatch, maxRecipients } from './platform-encode.ts';

export const platformBaseUrl = 'https://platform.clickatell.com';

export interface PlatformOptions {
  /** `https:`, or `http:` to loopback. */
  readonly baseUrl?: string | undefined;
  readonly timeouts?: Partial<HttpTimeouts> | undefined;
  /** Wall clock, ms UTC. */
  readonly now?: (() => number) | undefined;
  /** See `DoorwayOptions`. */
  readonly connections?: number | undefined;
  readonly maxAnswerBytes?: number | undefined;
  readonly lookup?: LookupFunction | undefined;
  readonly certificateAuthorities?: string | undefined;
}

/** How long the secret store may take. It may be asking the person for a password meanwhile. */
const readKeyWithin = 60_000;

/**
 * @throws {TypeError} when the base URL would carry the key unencrypted over a network, see `readBaseUrl`
 */
export function createPlatformJsonGateway(options: PlatformOptions = {}): Gateway {
  const base = readBaseUrl(options.baseUrl ?? platformBaseUrl);
  const now = options.now ?? Date.now;
  const doorway: HttpDoorway = openDoorway({
    origin: base.origin,
    timeouts: options.timeouts,
    connections: options.connections,
    maxAnswerBytes: options.maxAnswerBytes,
    lookup: options.lookup,
    certificateAuthorities: options.certificateAuthorities,
  });

  async function send(batch: GatewayBatch, context: GatewayContext): Promise<SendResult> {
    const encoded = encodeBatch(batch);
    if (encoded.body === undefined) return sameForAll(batch, leftOut);
    const key = await readKey(context);
    if (key.kind === 'stopped') return sameForAll(batch, { kind: 'notSent', why: 'aborted', text: key.text });
    if (key.kind === 'unusable') {
      return sameForAll(batch, { kind: 'notSent', why: 'account', text: key.pause.text }, key.pause);
    }
    const result = await doorway.request({
      method: 'POST',
      path: `${base.path}/messages`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      authorization: key.key,
      body: encoded.body,
      signal: context.signal,
    });
    if (result.kind !== 'answered') {
      const outcome = outcomeOfFailure(result);
      return {
        outcomes: encoded.numbers.map((number) => (number === undefined ? leftOut : outcome)),
        pause: undefined,
        httpStatus: result.kind === 'unknown' ? result.status : undefined,
      };
    }
    const numbers = encoded.numbers.filter((number) => number !== undefined);
    const decoded = decodeSendAnswer(result, numbers, now());
    return {
      outcomes: encoded.numbers.map((number) =>
        number === undefined ? leftOut : (decoded.outcomes.get(number) ?? noVerdict),
      ),
      pause: decoded.pause,
      httpStatus: result.status,
    };
  }

  async function check(context: GatewayContext): Promise<CheckResult> {
    const key = await readKey(context);
    if (key.kind === 'stopped') return { kind: 'failed', why: 'unexpected', text: key.text };
    if (key.kind === 'unusable') return { kind: 'failed', why: 'key-rejected', text: key.pause.text };
    const result = await doorway.request({
      method: 'GET',
      path: `${base.path}/public-client/balance`,
      headers: { accept: 'application/json' },
      authorization: key.key,
      signal: context.signal,
    });
    return result.kind === 'answered' ? decodeBalanceAnswer(result) : checkOfFailure(result);
  }

  return {
    id: 'clickatell-platform-json',
    capabilities: { maxRecipients, clientRef: 'echo' },
    send,
    check,
    close: () => doorway.close(),
  };
}

const leftOut: Outcome = { kind: 'notSent', why: 'aborted', text: 'left out of this request' };
const noVerdict: Outcome = { kind: 'unknown', why: 'no-verdict', text: 'no verdict' };

function sameForAll(batch: GatewayBatch, outcome: Outcome, pause?: Pause): SendResult {
  return { outcomes: batch.messages.map(() => outcome), pause, httpStatus: undefined };
}

type KeyRead =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'unusable'; readonly pause: Pause }
  | { readonly kind: 'stopped'; readonly text: string };

/** Reads the key at the last moment. Never rejects, and never waits without end. */
async function readKey(context: GatewayContext): Promise<KeyRead> {
  if (context.signal.aborted) return { kind: 'stopped', text: 'stopped by us' };
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const stopped = new Promise<KeyRead>((resolve) => {
    onAbort = () => resolve({ kind: 'stopped', text: 'stopped by us' });
    context.signal.addEventListener('abort', onAbort, { once: true });
    timer = setTimeout(() => resolve(unusable('key-missing', 'the key store did not answer')), readKeyWithin);
  });
  try {
    return await Promise.race([stopped, Promise.resolve(context.readKey()).then(judgeKey)]);
  } catch {
    // The reason stays with the secret store, which reports it itself: its message is not ours to repeat.
    return unusable('key-missing', 'the key could not be read');
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) context.signal.removeEventListener('abort', onAbort);
  }
}

/** A header carries visible ASCII only; a key with anything else cannot be one of Clickatell's. */
function judgeKey(key: string | undefined): KeyRead {
  if (key === undefined || key === '') return unusable('key-missing', 'there is no key');
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) return unusable('key-rejected', 'the key has characters no key has');
  return { kind: 'key', key };
}

function unusable(reason: Pause['reason'], text: string): KeyRead {
  return { kind: 'unusable', pause: { reason, until: undefined, text } };
}

type Failure = Exclude<HttpResult, { kind: 'answered' }>;

function outcomeOfFailure(failure: Failure): Outcome {
  const text = serverWords(failure.text);
  if (failure.kind === 'unknown') return { kind: 'unknown', why: failure.code, text };
  switch (failure.why) {
    case 'dns':
    case 'connect':
    case 'tls':
    case 'certificate':
    case 'timeout':
      return { kind: 'notSent', why: 'line', text };
    case 'aborted':
    case 'invalid':
      return { kind: 'notSent', why: 'aborted', text };
    default:
      return assertNever(failure.why);
  }
}

function checkOfFailure(failure: Failure): CheckResult {
  const text = serverWords(failure.text);
  if (failure.kind === 'unknown') return { kind: 'failed', why: 'line', text };
  switch (failure.why) {
    case 'certificate':
      return { kind: 'failed', why: 'certificate', text };
    case 'dns':
    case 'connect':
    case 'tls':
    case 'timeout':
      return { kind: 'failed', why: 'line', text };
    case 'aborted':
    case 'invalid':
      return { kind: 'failed', why: 'unexpected', text };
    default:
      return assertNever(failure.why);
  }
}
