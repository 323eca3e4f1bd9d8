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
import {
  loadedXmlReader,
  loadXmlReader,
  type ReadXml,
  writeXmlRequest,
  xmlObjection,
} from './platform-xml.ts';
import { noVerdict, outcomesOf, sameOutcome } from './same-text.ts';

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
  /** Write numbers as `+27…`, which some documents demand. Absent: `27…`. */
  readonly numbersWithPlus?: boolean | undefined;
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
  const messagesPath = `${base.path}/messages`;
  const bulkPath = `${base.path}/messages/rest/bulk`;
  const doorway = openDoorway({
    origin: base.origin,
    timeouts: options.timeouts,
    connections: options.connections,
    maxAnswerBytes: options.maxAnswerBytes,
    lookup: options.lookup,
    certificateAuthorities: options.certificateAuthorities,
  });

  async function send(batch: GatewayBatch, context: GatewayContext): Promise<SendResult> {
    const { slots, body } = planBatch(batch, limits, now());
    const all = (outcome: Outcome, pause?: Pause, httpStatus?: number): SendResult => ({
      outcomes: sameOutcome(slots(), outcome),
      pause,
      httpStatus,
    });
    if (body.kind === 'nothing') return all(noVerdict);
    const key = await readKey(context, parsePlatformKey);
    if (key.kind === 'stopped') return all({ kind: 'notSent', why: 'aborted', text: key.text });
    if (key.kind === 'unusable') {
      return all({ kind: 'notSent', why: 'account', text: key.pause.text }, key.pause);
    }
    let readXml: ReadXml | undefined;
    if (transport === 'xml') {
      try {
        readXml = loadedXmlReader() ?? (await loadXmlReader());
      } catch {
        return all({ kind: 'notSent', why: 'aborted', text: 'the XML reader could not be loaded' });
      }
    }
    const result = await doorway.request(requestOf(body, key.key, context.signal));
    if (result.kind !== 'answered') {
      return all(outcomeOfFailure(result), undefined, result.kind === 'unknown' ? result.status : undefined);
    }
    const { outcomes, pause } =
      body.kind === 'personal'
        ? decodeBulkAnswer(result, body.requests, now())
        : decodeSendAnswer(result, body.request.to, {
            now: now(),
            senderGiven: body.request.from !== undefined,
            read: readXml,
          });
    return withoutSecrets(
      {
        outcomes: outcomesOf(batch.messages.length, slots, outcomes),
        pause,
        httpStatus: result.status,
      },
      { secrets: [key.key] },
    );
  }

  const written = options.numbersWithPlus === true ? withPlus : asPlanned;

  function requestOf(body: PlannedBody, key: string, signal: AbortSignal): HttpRequest {
    if (body.kind === 'personal') {
      return {
        method: 'POST',
        path: bulkPath,
        headers: jsonHeaders,
        authorization: key,
        body: writeBulkRequest(written === asPlanned ? body.requests : body.requests.map(written)),
        signal,
      };
    }
    const request = written(body.request);
    if (transport === 'http') {
      return {
        method: 'GET',
        path: `${base.path}/messages/http/send?${writeHttpQuery(key, request)}`,
        headers: acceptJson,
        secrets: { secrets: [key] },
        signal,
      };
    }
    const isXml = transport === 'xml';
    return {
      method: 'POST',
      path: messagesPath,
      headers: isXml ? xmlHeaders : jsonHeaders,
      authorization: key,
      body: isXml ? writeXmlRequest(request) : JSON.stringify(request),
      signal,
    };
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
      ? withoutSecrets(decodeStatusAnswer(result, providerId, now()), { secrets: [key.key] })
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

/** Only on its way out: answers are told apart by digits, however they write a number. */
function withPlus(request: SendMessageRequest): SendMessageRequest {
  return { ...request, to: request.to.map((digits) => `+${digits}`) };
}

function asPlanned(request: SendMessageRequest): SendMessageRequest {
  return request;
}

type PlannedBody = Exclude<BatchPlan['body'], { kind: 'nothing' }>;

const jsonHeaders = { 'content-type': 'application/json', accept: 'application/json' };
const xmlHeaders = { 'content-type': 'application/xml', accept: 'application/xml' };
const acceptJson = { accept: 'application/json' };

function question(path: string, key: string, context: GatewayContext): HttpRequest {
  return { method: 'GET', path, headers: acceptJson, authorization: key, signal: context.signal };
}
