/**
 * Every adapter with every transport it can be forced to, in the words of its own family: how it is opened, how its
 * server accepts and refuses, and the bytes of one request, written out from the specification.
 */
import { createCentralGateway } from '../../electron/gateways/clickatell/central.ts';
import { createPlatformGateway } from '../../electron/gateways/clickatell/platform.ts';
import { writeCentralLogin } from '../../shared/domain/central-login.ts';
import {
  type AdapterUnderTest,
  practiceKey,
  practiceLogin,
  type ScriptedAnswer,
} from './gateway-contract.ts';

const messageId = 'c5d7a69898ef43348e9b3cd7ce7a5096';

function json(status: number, document: unknown): ScriptedAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(document),
  };
}

function xml(status: number, content: string): ScriptedAnswer {
  return {
    status,
    headers: { 'content-type': 'application/xml;charset=UTF-8' },
    body: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><SendMessagesResponse>${content}</SendMessagesResponse>`,
  };
}

function lines(body: string): ScriptedAnswer {
  return { status: 200, headers: { 'content-type': 'text/plain; charset=ISO-8859-1' }, body };
}

/** The octets of a text as a test writes them: one request, headers in the order they are sent. */
function request(target: string, headers: readonly string[], body?: string): string {
  const length = body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  return [target, ...headers, ...length, '', body ?? ''].join('\r\n');
}

const difficultText = 'Grüße, 1 € – “ok” 😀\n"\\\u0000\u2028';

const platform = {
  family: 'platform',
  key: practiceKey,
  wrongKey: 'another-key-0123456789==',
  secrets: [practiceKey],
  balancePath: '/public-client/balance',
  acceptedStatus: 202,
  currency: 'ZAR',
  balance: 1267.92865,
  several: true,
  mostNumbers: 200,
  carriesPersonalTexts: false,
  carries: () => true,
  difficultText,
} as const;

const platformJson: AdapterUnderTest = {
  ...platform,
  name: 'Platform, JSON',
  carriesPersonalTexts: true,
  open: (options) => createPlatformGateway({ ...options, transport: 'json' }),
  sendPath: '/messages',
  accepting: (number) => json(202, { messages: [{ apiMessageId: messageId, accepted: true, to: number }] }),
  refusingWhole: (errorCode, error) => json(200, { messages: [], errorCode, error, errorDescription: null }),
  exactRequest({ host, key, message }) {
    const body = `{"content":${JSON.stringify(message.body)},"to":["${message.recipient.slice(1)}"],"clientMessageId":"${message.clientRef}","charset":"UTF-8"}`;
    return request(
      'POST /messages HTTP/1.1',
      [
        `host: ${host}`,
        'connection: keep-alive',
        `authorization: ${key}`,
        'content-type: application/json',
        'accept: application/json',
      ],
      body,
    );
  },
};

const platformBulk: AdapterUnderTest = {
  ...platformJson,
  name: 'Platform, personal texts',
  open: (options) => createPlatformGateway({ ...options, transport: 'bulk' }),
  sendPath: '/messages/rest/bulk',
  mostNumbers: 100,
  accepting: (number) => json(202, [{ messages: [{ apiMessageId: messageId, accepted: true, to: number }] }]),
  exactRequest({ host, key, message }) {
    const body = `{"messageList":[{"content":${JSON.stringify(message.body)},"to":["${message.recipient.slice(1)}"],"clientMessageId":"${message.clientRef}","charset":"UTF-8"}]}`;
    return request(
      'POST /messages/rest/bulk HTTP/1.1',
      [
        `host: ${host}`,
        'connection: keep-alive',
        `authorization: ${key}`,
        'content-type: application/json',
        'accept: application/json',
      ],
      body,
    );
  },
};

const platformXml: AdapterUnderTest = {
  ...platform,
  name: 'Platform, XML',
  open: (options) => createPlatformGateway({ ...options, transport: 'xml' }),
  sendPath: '/messages',
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML cannot hold
  carries: (body) => !/[\u0000-\u0008\f]/.test(body),
  difficultText: 'Grüße, 1 € – “ok” 😀\r\n"\\<&>\u2028',
  accepting: (number) =>
    xml(
      202,
      `<Messages><Message><ApiMessageId>${messageId}</ApiMessageId><Accepted>true</Accepted><To>${number}</To></Message></Messages>`,
    ),
  refusingWhole: (code, words) =>
    xml(
      200,
      `<Messages/><ErrorCode>${code}</ErrorCode><Error>${words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</Error>`,
    ),
  exactRequest({ host, key, message }) {
    const content = 'Grüße, 1 € – “ok” 😀&#13;\n"\\&lt;&amp;&gt;\u2028';
    const body = `<?xml version="1.0" encoding="UTF-8"?><SendMessageRequest><Content>${content}</Content><To>${message.recipient.slice(1)}</To><ClientMessageId>${message.clientRef}</ClientMessageId><Charset>UTF-8</Charset></SendMessageRequest>`;
    return request(
      'POST /messages HTTP/1.1',
      [
        `host: ${host}`,
        'connection: keep-alive',
        `authorization: ${key}`,
        'content-type: application/xml',
        'accept: application/xml',
      ],
      body,
    );
  },
};

const platformHttp: AdapterUnderTest = {
  ...platformJson,
  name: 'Platform, HTTP GET',
  open: (options) => createPlatformGateway({ ...options, transport: 'http' }),
  sendPath: '/messages/http/send',
  several: false,
  mostNumbers: 1,
  carriesPersonalTexts: false,
  carries: (body) => encodeURIComponent(body).length < 7_000,
  exactRequest({ host, key, message }) {
    const text =
      'Gr%C3%BC%C3%9Fe%2C%201%20%E2%82%AC%20%E2%80%93%20%E2%80%9Cok%E2%80%9D%20%F0%9F%98%80%0A%22%5C%00%E2%80%A8';
    return request(
      `GET /messages/http/send?apiKey=${encodeURIComponent(key)}&to=${message.recipient.slice(1)}&content=${text}&clientMessageId=${message.clientRef} HTTP/1.1`,
      [`host: ${host}`, 'connection: keep-alive', 'accept: application/json'],
    );
  },
};

const login = writeCentralLogin(practiceLogin);
const loginParameters = 'user=front-desk&password=p%26ss%20w%F6rd%3D1&api_id=3523864';
/** Of `difficultText`. */
const hexText =
  '0047007200fc00df0065002c00200031002020ac00202013002020' + '1c006f006b201d0020d83dde00000a0022005c00002028';

const central = {
  family: 'central',
  key: login,
  wrongKey: writeCentralLogin({ ...practiceLogin, password: 'another word' }),
  secrets: [practiceLogin.password],
  sendPath: '/http/sendmsg',
  balancePath: '/http/getbalance',
  acceptedStatus: 200,
  currency: undefined,
  balance: 1267.93,
  several: true,
  mostNumbers: 600,
  carriesPersonalTexts: false,
  difficultText,
  accepting: () => lines(`ID: ${messageId}`),
  refusingWhole: (code: number, words: string, numbers: readonly string[] = []) => {
    const line = `ERR: ${String(code).padStart(3, '0')}, ${words}`;
    return lines(numbers.length > 1 ? numbers.map((number) => `${line} To: ${number}`).join('\n') : line);
  },
} as const;

const centralPost: AdapterUnderTest = {
  ...central,
  name: 'Developers’ Central, POST',
  open: (options) => createCentralGateway({ ...options, transport: 'post' }),
  carries: () => true,
  exactRequest: ({ host, message }) =>
    request(
      'POST /http/sendmsg HTTP/1.1',
      [`host: ${host}`, 'connection: keep-alive', 'content-type: application/x-www-form-urlencoded'],
      `${loginParameters}&to=${message.recipient.slice(1)}&text=${hexText}&unicode=1&climsgid=${message.clientRef}`,
    ),
};

const centralGet: AdapterUnderTest = {
  ...central,
  name: 'Developers’ Central, GET',
  mostNumbers: 300,
  open: (options) => createCentralGateway({ ...options, transport: 'get' }),
  carries: (body) => body.length < 2_000 || /^a*$/.test(body),
  exactRequest: ({ host, message }) =>
    request(
      `GET /http/sendmsg?${loginParameters}&to=${message.recipient.slice(1)}&text=${hexText}&unicode=1&climsgid=${message.clientRef} HTTP/1.1`,
      [`host: ${host}`, 'connection: keep-alive'],
    ),
};

/** For suites that speak to the practice server alone: a session has to be opened before anything else. */
export const centralSession: AdapterUnderTest = {
  ...centralPost,
  name: 'Developers’ Central, session',
  opensSession: true,
  open: (options) => createCentralGateway({ ...options, login: 'session' }),
};

export const adaptersUnderTest: readonly AdapterUnderTest[] = [
  platformJson,
  platformBulk,
  platformXml,
  platformHttp,
  centralPost,
  centralGet,
];
