/** Platform SMS API: `POST /messages` as JSON or XML, `/messages/rest/bulk`, `GET /messages/http/send`. */
import type { LookupFunction } from 'node:net';
import type {
  CheckResult,
  Gateway,
  GatewayBatch,
  GatewayCapabilities,
  GatewayContext,
  Outcome,
  Pause,
  SendResult,
  StatusResult,
} from '../../core/ports.ts';
import { parsePlatformKey, readKey } from '../account-key.ts';
import type { Answer } from '../answer.ts';
import { readBaseUrl } from '../base-url.ts';
import { checkOfFailure, noAnswerOfFailure, outcomeOfFailure } from '../failure.ts';
import { type HttpRequest, type HttpTimeouts, openDoorway } from '../http.ts';
import { withoutSecrets } from '../redaction.ts';
import { decodeBalanceAnswer } from './platform-balance.ts';
import { decodeBulkAnswer, writeBulkRequest } from './platform-bulk.ts';
import { decodeSendAnswer } from './platform-decode.ts';
import {
  type BatchPlan,
  maxPersonalTexts,
  maxRecipients,
  planBatch,
  type TransportLimits,
} from './platform-encode.ts';
import { httpObjection, writeHttpQuery } from './platform-http.ts';
import type { SendMessageRequest } from './platform-request.ts';
import { decodeStatusAnswer, isMessageId } from './platform-status.ts';
import { loadXmlReader, type ReadXml, writeXmlRequest, xmlObjection } from './platform-xml.ts';
import { outcomesOf } from './same-text.ts';

export const platformBaseUrl = 'https://platform.clickatell.com';

/**
 * - `auto`, `json`  `POST /messages` for one text to one or many, `/messages/rest/bulk` for personal texts. `auto` is
 *   the same today, and free to change.
 * - `xml`           `POST /messages`; there is no bulk in XML, so personal texts go one by one
 * - `http`          `GET /messages/http/send`, one recipient
 * - `bulk`          every text as an entry of `/messages/rest/bulk`, even a single one
 */
export type PlatformTransport = 'auto' | 'json' | 'xml' | 'http' | 'bulk';

export interface GatewayConnection {
  /** `https:`, or `http:` to loopback. Absent: Clickatell's own address. */
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

export interface PlatformOptions extends GatewayConnection {
  readonly transport?: PlatformTransport | undefined;
}

const restOptions = ['senderId', 'validityMinutes', 'deliverAt', 'binary', 'userDataHeader'] as const;

const transports: Readonly<
  Record<PlatformTransport, { readonly capabilities: GatewayCapabilities; readonly limits: TransportLimits }>
> = {
  auto: json(),
  json: json(),
  bulk: {
    capabilities: { ...json().capabilities, maxRecipients: maxPersonalTexts },
    limits: { ...json().limits, alwaysPersonal: true },
  },
  xml: {
    capabilities: { maxRecipients, options: restOptions, clientRef: 'echo' },
    limits: { maxRecipients, personalTexts: 1, objection: ({ body }) => xmlObjection(body) },
  },
  http: {
    capabilities: { maxRecipients: 1, options: ['senderId'], clientRef: 'echo' },
    limits: { maxRecipients: 1, personalTexts: 1, objection: httpObjection },
  },
};

function json(): { readonly capabilities: GatewayCapabilities; readonly limits: TransportLimits } {
  return {
    capabilities: {
      maxRecipients,
      personalTexts: maxPersonalTexts,
      options: restOptions,
      clientRef: 'echo',
    },
    limits: { maxRecipients, personalTexts: maxPersonalTexts },
  };
}

/**
 * @throws {TypeError} when the base URL would carry the key unencrypted over a network, see `readBaseUrl`
 */
export function createPlatformGateway(options: PlatformOptions = {}): Gateway {
  const base = readBaseUrl(options.baseUrl ?? platformBaseUrl);
  const now = options.now ?? Date.now;
  const transport = options.transport ?? 'auto';
  const { capabilities, limits } = transports[transport];
  const doorway = openDoorway({
    origin: base.origin,
    timeouts: options.timeouts,
    connections: options.connections,
    maxAnswerBytes: options.maxAnswerBytes,
    lookup: options.lookup,
    certificateAuthorities: options.certificateAuthorities,
  });

  async function send(batch: GatewayBatch, context: GatewayContext): Promise<SendResult> {
    const plan = planBatch(batch, limits, now());
    if (plan.body.kind === 'nothing') return fill(plan, () => noVerdict);
    const key = await readKey(context, parsePlatformKey);
    if (key.kind === 'stopped') {
      return fill(plan, () => ({ kind: 'notSent', why: 'aborted', text: key.text }));
    }
    if (key.kind === 'unusable') {
      return fill(plan, () => ({ kind: 'notSent', why: 'account', text: key.pause.text }), key.pause);
    }
    let readXml: ReadXml | undefined;
    if (transport === 'xml') {
      try {
        readXml = await loadXmlReader();
      } catch {
        const text = 'the XML reader could not be loaded';
        return fill(plan, () => ({ kind: 'notSent', why: 'aborted', text }));
      }
    }
    const result = await doorway.request({
      ...requestOf(plan.body, transport, base.path, key.key),
      signal: context.signal,
    });
    if (result.kind !== 'answered') {
      const outcome = outcomeOfFailure(result);
      return fill(plan, () => outcome, undefined, result.kind === 'unknown' ? result.status : undefined);
    }
    const decoded = decode(result, plan.body, readXml, now());
    return withoutSecrets(fill(plan, decoded.outcomeOf, decoded.pause, result.status), {
      secrets: [key.key],
    });
  }

  async function check(context: GatewayContext): Promise<CheckResult> {
    const key = await readKey(context, parsePlatformKey);
    if (key.kind === 'stopped') return { kind: 'failed', why: 'unexpected', text: key.text };
    if (key.kind === 'unusable') return { kind: 'failed', why: 'key-rejected', text: key.pause.text };
    const result = await doorway.request(question(`${base.path}/public-client/balance`, key.key, context));
    return result.kind === 'answered'
      ? withoutSecrets(decodeBalanceAnswer(result), { secrets: [key.key] })
      : checkOfFailure(result);
  }

  async function status(providerId: string, context: GatewayContext): Promise<StatusResult> {
    if (!isMessageId(providerId))
      return { kind: 'no-answer', why: 'question-not-offered', text: 'not an id of this gateway' };
    const key = await readKey(context, parsePlatformKey);
    if (key.kind === 'stopped') return { kind: 'no-answer', why: 'no-line', text: key.text };
    if (key.kind === 'unusable') return { kind: 'no-answer', text: key.pause.text, pause: key.pause };
    const path = `${base.path}/public-client/message/status?messageId=${providerId}`;
    const result = await doorway.request(question(path, key.key, context));
    return result.kind === 'answered'
      ? withoutSecrets(decodeStatusAnswer(result, now()), { secrets: [key.key] })
      : noAnswerOfFailure(result);
  }

  return {
    id: `clickatell-platform-${transport}`,
    capabilities,
    send,
    check,
    status,
    close: () => doorway.close(),
  };
}

type PlannedBody = Exclude<BatchPlan['body'], { kind: 'nothing' }>;

const jsonHeaders = { 'content-type': 'application/json', accept: 'application/json' };
const xmlHeaders = { 'content-type': 'application/xml', accept: 'application/xml' };
const acceptJson = { accept: 'application/json' };

function requestOf(
  body: PlannedBody,
  transport: PlatformTransport,
  basePath: string,
  key: string,
): Omit<HttpRequest, 'signal'> {
  if (body.kind === 'personal') {
    return {
      method: 'POST',
      path: `${basePath}/messages/rest/bulk`,
      headers: jsonHeaders,
      authorization: key,
      body: writeBulkRequest(body.requests),
    };
  }
  if (transport === 'http') {
    return {
      method: 'GET',
      path: `${basePath}/messages/http/send?${writeHttpQuery(key, body.request)}`,
      headers: acceptJson,
      secrets: { secrets: [key] },
    };
  }
  const path = `${basePath}/messages`;
  return transport === 'xml'
    ? {
        method: 'POST',
        path,
        headers: xmlHeaders,
        authorization: key,
        body: writeXmlRequest(body.request),
      }
    : {
        method: 'POST',
        path,
        headers: jsonHeaders,
        authorization: key,
        body: JSON.stringify(body.request),
      };
}

interface Decoded {
  /** Of the message that goes at this position among those that go. */
  readonly outcomeOf: (number: string, position: number) => Outcome;
  readonly pause: Pause | undefined;
}

function decode(answer: Answer, body: PlannedBody, readXml: ReadXml | undefined, now: number): Decoded {
  if (body.kind === 'personal') {
    const { outcomes, pause } = decodeBulkAnswer(answer, body.requests, now);
    return { outcomeOf: (_number, position) => outcomes[position] ?? noVerdict, pause };
  }
  const { outcomes, pause } = decodeSendAnswer(answer, body.request.to, {
    now,
    senderGiven: hasSender(body.request),
    ...(readXml === undefined ? {} : { read: readXml }),
  });
  return { outcomeOf: (number) => outcomes.get(number) ?? noVerdict, pause };
}

function hasSender(request: SendMessageRequest): boolean {
  return request.from !== undefined;
}

const noVerdict: Outcome = { kind: 'unknown', why: 'no-verdict', text: 'no verdict' };

function fill(
  plan: BatchPlan,
  outcomeOf: (number: string, position: number) => Outcome,
  pause?: Pause,
  httpStatus?: number,
): SendResult {
  return { outcomes: outcomesOf(plan.slots, outcomeOf), pause, httpStatus };
}

function question(path: string, key: string, context: GatewayContext): HttpRequest {
  return { method: 'GET', path, headers: acceptJson, authorization: key, signal: context.signal };
}
