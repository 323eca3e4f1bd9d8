/**
 * Every example of both specification documents, byte for byte, on our side of it: what stands in them as a URL or a
 * body is what arrives at the server, and what stands in them as an answer is read for what it says.
 *
 * Two things the examples leave out and we always send, at the end: `climsgid` of Developers' Central, our own reference
 * for the text; and nothing else. `xxxx` is what the documents write for a value.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Gateway, GatewayMessage, SendResult } from '../../electron/core/ports.ts';
import { type CentralOptions, createCentralGateway } from '../../electron/gateways/clickatell/central.ts';
import { decodeSendmsg } from '../../electron/gateways/clickatell/central-decode.ts';
import {
  createPlatformGateway,
  type PlatformTransport,
} from '../../electron/gateways/clickatell/platform.ts';
import { writeCentralLogin } from '../../shared/domain/central-login.ts';
import type { MessageOptions } from '../../shared/domain/message-options.ts';
import { countRequests, type RawServer, startRawServer } from './raw-server.ts';

const now = Date.UTC(2017, 1, 27, 12, 0, 0);
const reference = '01J0000000000000000000000A';
const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(cleanUp.splice(0).map((run) => run()));
});

/** A server that answers every request alike. */
async function answering(status: number, type: string, body: string): Promise<RawServer> {
  const server = await startRawServer({
    onData: ({ socket, received }) => {
      if (countRequests(received) === 0) return;
      socket.write(
        `HTTP/1.1 ${status} X\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    },
  });
  cleanUp.push(() => server.close());
  return server;
}

interface Exchange {
  readonly result: SendResult;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function exchange(
  open: (baseUrl: string) => Gateway,
  key: string,
  messages: readonly GatewayMessage[],
  answer: readonly [status: number, type: string, body: string],
): Promise<Exchange> {
  const server = await answering(...answer);
  const gateway = open(`http://127.0.0.1:${server.port}`);
  cleanUp.push(() => gateway.close());
  const result = await gateway.send(
    { requestRef: reference, messages },
    { signal: new AbortController().signal, readKey: async () => key },
  );
  const received = Buffer.from(server.connections[0]?.received ?? '', 'latin1').toString('utf8');
  const [head = '', body = ''] = received.split('\r\n\r\n');
  const [target = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2) as [string, string]));
  return { result, target, headers, body };
}

describe('sendmsg of Developers’ Central', () => {
  const key = writeCentralLogin({ user: 'xxxx', password: 'xxxx', apiId: 'xxxx' });
  const login = 'user=xxxx&password=xxxx&api_id=xxxx';
  const id = 'f7012c1edff2509a19ce1667c7f52b18';

  function example(
    to: readonly string[],
    body: string,
    options?: MessageOptions,
    gateway: CentralOptions = {},
  ): Promise<{ get: Exchange; post: Exchange }> {
    const messages = to.map((number) => ({
      clientRef: reference,
      recipient: `+${number}`,
      body,
      options,
    }));
    const run = (transport: 'get' | 'post'): Promise<Exchange> =>
      exchange(
        (baseUrl) => createCentralGateway({ ...gateway, baseUrl, transport, now: () => now }),
        key,
        messages,
        [200, 'text/plain', `ID: ${id}`],
      );
    return Promise.all([run('get'), run('post')]).then(([get, post]) => ({ get, post }));
  }

  const one = ['2799900001'];
  it.each<[string, string, () => Promise<{ get: Exchange; post: Exchange }>]>([
    ['the command, with one number', `${login}&to=2799900001&text=xxxx`, () => example(one, 'xxxx')],
    [
      'two mobile numbers',
      `${login}&to=2799900001,2799900002&text=xxxx`,
      () => example(['2799900001', '2799900002'], 'xxxx'),
    ],
    [
      'three numbers',
      `${login}&to=2799900001,2799900002,2799900003&text=xxxx`,
      () => example(['2799900001', '2799900002', '2799900003'], 'xxxx'),
    ],
    [
      'a flash message',
      `${login}&to=2799900001&text=xxxx&msg_type=SMS_FLASH`,
      () => example(one, 'xxxx', { flash: true }),
    ],
    [
      'a binary message',
      `${login}&to=2799900001&text=040601AE02056A0045C60C037368008503656B732E636F6D0008010374657374000101&udh=0605040B8423F0`,
      () =>
        example(one, '040601AE02056A0045C60C037368008503656B732E636F6D0008010374657374000101', {
          binary: true,
          userDataHeader: '0605040B8423F0',
        }),
    ],
    [
      'callback and sender id',
      `${login}&to=2799900001&text=xxxx&callback=2&from=123456789`,
      () => example(one, 'xxxx', { senderId: '123456789' }, { settings: { callback: 2 } }),
    ],
    [
      'a text with a space, as in the samples of code (a plus sign there, which a form reads the same)',
      `${login}&to=2799900001&text=Test%20Message`,
      () => example(one, 'Test Message'),
    ],
  ])('%s', async (_name, parameters, run) => {
    const { get, post } = await run();
    expect(get.target).toBe(`GET /http/sendmsg?${parameters}&climsgid=${reference} HTTP/1.1`);
    expect(get.body).toBe('');
    expect(post.target).toBe('POST /http/sendmsg HTTP/1.1');
    expect(post.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(post.body).toBe(`${parameters}&climsgid=${reference}`);
  });

  it('a Unicode message', async () => {
    // What the hexadecimal of the example says is plain GSM, which we send plainly; one character more and it is theirs.
    const hex =
      '005400680069007300200069007300200061002000730061006d0070006c00650020006d006500730073006100670065002000730065006e007400200061007300200055006e00690063006f0064006500200064006100740061002e';
    const said = 'This is a sample message sent as Unicode data.';
    expect(Buffer.from(said, 'utf16le').swap16().toString('hex')).toBe(hex);
    const { get } = await example(one, `${said}\u2713`);
    expect(get.target).toBe(
      `GET /http/sendmsg?${login}&to=2799900001&text=${hex}2713&unicode=1&climsgid=${reference} HTTP/1.1`,
    );
  });

  it('a number is written without plus sign and leading zeros; a two-way number with mo', async () => {
    const { post } = await example(one, 'xxxx', { senderId: '+123456789' }, { settings: { twoWay: true } });
    expect(post.body).toBe(`${login}&to=2799900001&text=xxxx&from=123456789&mo=1&climsgid=${reference}`);
  });

  it('300 numbers by GET, 600 by POST', () => {
    const most = (transport: 'get' | 'post' | 'auto'): number =>
      createCentralGateway({ transport }).capabilities.maxRecipients;
    expect([most('get'), most('post'), most('auto')]).toEqual([300, 600, 600]);
  });

  describe('answers', () => {
    const numbers = ['2799900001', '2799900002', '2799900003'];
    function read(example: string, to: readonly string[]) {
      const bodyText = example.replace(
        /<number (\d)>/g,
        (_whole, digit: string) => numbers[Number(digit) - 1] ?? '',
      );
      const { outcomes, pause } = decodeSendmsg({ status: 200, headers: {}, bodyText }, to, { now });
      return { outcomes: [...outcomes.values()], pause };
    }
    const authentication = { kind: 'notSent', why: 'account', text: 'Authentication failed' };
    const pause = { reason: 'key-rejected', until: undefined, text: 'Authentication failed' };

    it('single, successful', () => {
      expect(read('ID: f7012c1edff2509a19ce1667c7f52b18', ['2799900001'])).toEqual({
        outcomes: [{ kind: 'accepted', providerId: id }],
        pause: undefined,
      });
    });
    it('single, error', () => {
      expect(read('ERR: 101, Authentication failed', ['2799900001'])).toEqual({
        outcomes: [authentication],
        pause,
      });
    });
    it('multiple, successful', () => {
      expect(
        read(
          'ID: f6b9af2a2c9e5b18ee2d257e3def5d66 To: <number 1> ID: 3e3ca2485ff340185e4af50851422943 To: <number 2> ID: 48e783af2f1e918f544d389310317369 To: <number 3>',
          numbers,
        ).outcomes,
      ).toEqual([
        { kind: 'accepted', providerId: 'f6b9af2a2c9e5b18ee2d257e3def5d66' },
        { kind: 'accepted', providerId: '3e3ca2485ff340185e4af50851422943' },
        { kind: 'accepted', providerId: '48e783af2f1e918f544d389310317369' },
      ]);
    });
    it('multiple, error', () => {
      expect(
        read(
          'ERR: 001, Authentication failed To: <number 1> ERR: 001, Authentication failed To: <number 2> ERR: 001, Authentication failed To: <number 3>',
          numbers,
        ),
      ).toEqual({ outcomes: [authentication, authentication, authentication], pause });
    });
    it('formats', () => {
      const placeholder = { id: '<message ID>', code: '<error code>, <error description>' };
      const filled = (line: string): string =>
        line
          // "A unique identifier for each message."
          .replaceAll(placeholder.id, (_whole, at: number) => String(at).padEnd(32, '0'))
          .replaceAll(placeholder.code, '114, Cannot route message');
      const refused = { kind: 'rejected', code: '114', text: 'Cannot route message' };
      expect(read(filled('ID: <message ID>'), ['2799900001']).outcomes).toMatchObject([{ kind: 'accepted' }]);
      expect(read(filled('ERR: <error code>, <error description>'), ['2799900001']).outcomes).toEqual([
        refused,
      ]);
      expect(
        read(
          filled(
            'ID: <message ID> To: <number 1> ID: <message ID> To: <number 2> ID: <message ID> To: <number 3>',
          ),
          numbers,
        ).outcomes,
      ).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }, { kind: 'accepted' }]);
      expect(
        read(
          filled(
            'ERR: <error code>, <error description> To: <number 1> ERR: <error code>, <error description> To: <number 2> ERR: <error code>, <error description> To: <number 3>',
          ),
          numbers,
        ).outcomes,
      ).toEqual([refused, refused, refused]);
    });
  });
});

describe('the Platform SMS API', () => {
  const key = 'AbCdEfGhIjKlMnOpQrStUv==';
  const id = '174319bc027f45d989728093cc170107';
  const number = '380685555555';
  const everything: GatewayMessage = {
    clientRef: 'own-reference',
    recipient: `+${number}`,
    body: '040601AE',
    options: {
      senderId: '18563184169',
      binary: true,
      deliverAt: Date.UTC(2017, 1, 27, 12, 30, 0),
      userDataHeader: '0605040B8423F0',
      validityMinutes: 1440,
    },
  };
  const plain: GatewayMessage = { clientRef: 'own-reference', recipient: `+${number}`, body: 'Test' };

  function run(
    transport: PlatformTransport,
    messages: readonly GatewayMessage[],
    answer: readonly [number, string, string],
  ): Promise<Exchange> {
    return exchange(
      (baseUrl) => createPlatformGateway({ baseUrl, transport, now: () => now }),
      key,
      messages,
      answer,
    );
  }
  const acceptedJson = [
    202,
    'application/json',
    JSON.stringify({
      messages: [
        {
          apiMessageId: id,
          accepted: true,
          to: number,
          errorCode: null,
          error: null,
          errorDescription: null,
        },
      ],
      errorCode: null,
      error: null,
      errorDescription: null,
    }),
  ] as const;

  it('POST /messages, application/json: every member of SendMessageRequest, in its order', async () => {
    const { target, headers, body, result } = await run('json', [everything], acceptedJson);
    expect(target).toBe('POST /messages HTTP/1.1');
    expect(headers).toMatchObject({
      authorization: key,
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect(body).toBe(
      `{"content":"040601AE","to":["${number}"],"from":"18563184169","binary":true,"clientMessageId":"${reference}",` +
        '"scheduledDeliveryTime":"2017-02-27T12:30:00+0000","userDataHeader":"0605040B8423F0","validityPeriod":1440}',
    );
    expect(result.outcomes).toEqual([{ kind: 'accepted', providerId: id }]);
    const text = await run('json', [plain], acceptedJson);
    expect(text.body).toBe(
      `{"content":"Test","to":["${number}"],"clientMessageId":"${reference}","charset":"UTF-8"}`,
    );
  });

  it('POST /messages, application/xml: the names of the schema, the list of numbers not wrapped', async () => {
    const answer =
      '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><SendMessagesResponse><Messages><Message><ApiMessageId>174319bc027f45d989728093cc170107</ApiMessageId><Accepted>true</Accepted><To>380685555555</To></Message></Messages></SendMessagesResponse>';
    const { target, headers, body, result } = await run(
      'xml',
      [everything],
      [202, 'application/xml', answer],
    );
    expect(target).toBe('POST /messages HTTP/1.1');
    expect(headers).toMatchObject({
      authorization: key,
      'content-type': 'application/xml',
      accept: 'application/xml',
    });
    expect(body).toBe(
      `<?xml version="1.0" encoding="UTF-8"?><SendMessageRequest><Content>040601AE</Content><To>${number}</To>` +
        `<From>18563184169</From><Binary>true</Binary><ClientMessageId>${reference}</ClientMessageId>` +
        '<ScheduledDeliveryTime>2017-02-27T12:30:00+0000</ScheduledDeliveryTime>' +
        '<UserDataHeader>0605040B8423F0</UserDataHeader><ValidityPeriod>1440</ValidityPeriod></SendMessageRequest>',
    );
    expect(result.outcomes).toEqual([{ kind: 'accepted', providerId: id }]);
    const several = await run(
      'xml',
      [plain, { ...plain, recipient: '+380685555556' }],
      [202, 'application/xml', answer],
    );
    expect(several.body).toContain('<To>380685555555</To><To>380685555556</To>');
    expect(several.result.outcomes).toMatchObject([{ kind: 'accepted' }, { kind: 'unknown' }]);
  });

  it('POST /messages/rest/bulk: messageList, and an array back', async () => {
    const { target, headers, body, result } = await run(
      'auto',
      [plain, { ...plain, clientRef: 'another', recipient: '+380685555556', body: 'Other' }],
      [
        202,
        'application/json',
        JSON.stringify([
          { messages: [{ apiMessageId: id, accepted: true, to: number }] },
          {
            messages: [
              { accepted: false, to: '380685555556', errorCode: 105, error: 'Invalid destination address.' },
            ],
          },
        ]),
      ],
    );
    expect(target).toBe('POST /messages/rest/bulk HTTP/1.1');
    expect(headers).toMatchObject({ authorization: key, 'content-type': 'application/json' });
    expect(body).toBe(
      `{"messageList":[{"content":"Test","to":["${number}"],"clientMessageId":"own-reference","charset":"UTF-8"},` +
        '{"content":"Other","to":["380685555556"],"clientMessageId":"another","charset":"UTF-8"}]}',
    );
    expect(result.outcomes).toEqual([
      { kind: 'accepted', providerId: id },
      { kind: 'rejected', code: '105', text: 'Invalid destination address.' },
    ]);
  });

  it('GET /messages/http/send: apiKey, to, from, content, clientMessageId', async () => {
    const { target, headers, result } = await run(
      'http',
      [{ ...plain, body: 'Test & more', options: { senderId: '18563184169' } }],
      acceptedJson,
    );
    expect(target).toBe(
      `GET /messages/http/send?apiKey=AbCdEfGhIjKlMnOpQrStUv%3D%3D&to=${number}&from=18563184169&content=Test%20%26%20more&clientMessageId=${reference} HTTP/1.1`,
    );
    expect(headers).not.toHaveProperty('authorization');
    expect(result.outcomes).toEqual([{ kind: 'accepted', providerId: id }]);
  });
});
