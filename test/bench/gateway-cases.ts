/** What `gateway.ts` measures: each adapter, the texts it sends, and the one answer it is given to each request. */
import type { Gateway, GatewayMessage } from '../../electron/core/ports.ts';
import { createCentralGateway } from '../../electron/gateways/clickatell/central.ts';
import { createPlatformGateway } from '../../electron/gateways/clickatell/platform.ts';
import { maxPersonalTexts, maxRecipients } from '../../electron/gateways/clickatell/platform-encode.ts';
import { writeCentralLogin } from '../../shared/domain/central-login.ts';

export const inFlight = 32;

export const key = 'AbCdEfGhIjKlMnOpQrStUv==';
const login = writeCentralLogin({ user: 'front-desk', password: 'a password', apiId: '3523864' });
export const reference = '01J0000000000000000000000A';
export const body =
  'Your appointment is on Tuesday at 10:30. Please call 555 0100 if you cannot come. Praxis Dr. Grün';
const id = 'c5d7a69898ef43348e9b3cd7ce7a5096';

export interface Adapter {
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

export function numberAt(index: number): string {
  return String(27_820_000_000 + index);
}
function messages(count: number, personal = false): readonly GatewayMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    clientRef: reference,
    recipient: `+${numberAt(index)}`,
    body: personal ? `${body} ${index}` : body,
  }));
}
const toMany = messages(maxRecipients);
const toMost = messages(600);
const personalTexts = messages(maxPersonalTexts, true);

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
export const adapters: readonly Adapter[] = [
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
    messages: toMany,
    open: (baseUrl) => createPlatformGateway({ baseUrl, transport: 'json', connections: inFlight }),
    ...jsonByHand,
    byHand: () =>
      JSON.stringify({
        content: body,
        to: toMany.map(({ recipient }) => recipient.slice(1)),
        clientMessageId: reference,
        charset: 'UTF-8',
      }),
    path: '/many',
    answer: json({ messages: verdicts(maxRecipients), ...none }),
  },
  {
    name: `Platform, ${maxPersonalTexts} personal texts`,
    key,
    messages: personalTexts,
    open: (baseUrl) => createPlatformGateway({ baseUrl, transport: 'auto', connections: inFlight }),
    byHand: () =>
      JSON.stringify({
        messageList: personalTexts.map(({ recipient, body: content, clientRef }) => ({
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
    messages: toMost,
    open: (baseUrl) => createCentralGateway({ baseUrl, transport: 'post', connections: inFlight }),
    byHand: () =>
      `user=front-desk&password=a+password&api_id=3523864&to=${toMost
        .map(({ recipient }) => recipient.slice(1))
        .join(',')}&${new URLSearchParams({ text: body, climsgid: reference }).toString()}`,
    readByHand: (answer) => answer.split('\n').every((line) => line.startsWith('ID:')),
    path: '/list',
    answer: lines(600),
  },
];

/** One for all, as the dispatcher has it. */
const notStopped = new AbortController().signal;

/** @throws {Error} when not every text was taken */
export async function send(gateway: Gateway, adapter: Adapter): Promise<void> {
  const { outcomes } = await gateway.send(
    { requestRef: reference, messages: adapter.messages },
    { signal: notStopped, readKey: async () => adapter.key },
  );
  for (const outcome of outcomes) if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export const contenderNames = [
  'adapter',
  'undici, written and read by hand',
  'undici, prepared and unread',
  'fetch',
  'axios',
  'clickatell-platform',
] as const;
export type ContenderName = (typeof contenderNames)[number];
