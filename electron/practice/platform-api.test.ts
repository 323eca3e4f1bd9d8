import { describe, expect, it } from 'vitest';
import { SpeedClock } from './clock.ts';
import { magicNumbers } from './magic-numbers.ts';
import { judgePlatform } from './platform-api.ts';
import { practiceProfile } from './profile.ts';
import { defaultAccount, type PracticeAccount, PracticeState } from './state.ts';

const key = 'c29tZSBwcmFjdGljZSE==';
const id = 'c5d7a69898ef43348e9b3cd7ce7a5096';
const start = Date.UTC(2026, 0, 15, 12);
const headers = { authorization: key, 'content-type': 'application/json', accept: 'application/json' };

interface Circumstances {
  readonly profiles?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
  readonly account?: Partial<PracticeAccount>;
}

function stateOf({ profiles = [], options = {}, account = {} }: Circumstances = {}): PracticeState {
  return new PracticeState({
    key,
    central: { user: 'u', password: 'p', apiId: '1' },
    profile: practiceProfile(profiles, options),
    account: { ...defaultAccount, ...account },
    // Stands still: only the tests move it.
    clock: new SpeedClock({ speed: 0, start }),
    newId: () => id,
    capacity: 100,
  });
}

interface Sent {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly state?: PracticeState;
}

async function post(document: unknown, sent: Sent = {}) {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const body = document instanceof Buffer ? document : Buffer.from(text);
  const judged = await judgePlatform(
    {
      method: 'POST',
      path: sent.path ?? '/messages',
      query: '',
      headers: { ...headers, ...sent.headers },
      body,
    },
    sent.state ?? stateOf(),
  );
  return {
    ...judged,
    texts: judged.taken.map(({ text: taken }) => taken),
    document: readDocument(judged.answer.body),
  };
}

function readDocument(body: string): Record<string, unknown> {
  return body.startsWith('{') || body.startsWith('[') ? JSON.parse(body) : {};
}

async function get(path: string, query = '', sent: Sent = {}) {
  const request = {
    method: 'GET',
    path,
    query,
    headers: { ...headers, ...sent.headers },
    body: Buffer.alloc(0),
  };
  const judged = await judgePlatform(request, sent.state ?? stateOf());
  return {
    ...judged,
    status: judged.answer.status,
    body: judged.answer.body,
    document: readDocument(judged.answer.body),
  };
}

const right = { content: 'Hello', to: ['27821234567'] };

describe('POST /messages', () => {
  it('answers as the documentation shows it: 202, all six keys, numbers without +', async () => {
    const { answer, texts } = await post({
      content: 'Hello',
      to: ['+27821234567'],
      clientMessageId: 'R',
      charset: 'UTF-8',
    });
    expect(answer).toEqual({
      status: 202,
      headers: { 'content-type': 'application/json;charset=UTF-8' },
      body: `{"messages":[{"apiMessageId":"${id}","accepted":true,"to":"27821234567","errorCode":null,"error":null,"errorDescription":null}],"errorCode":null,"error":null,"errorDescription":null}`,
    });
    expect(texts).toEqual([
      { to: '27821234567', content: 'Hello', clientMessageId: 'R', apiMessageId: id, errorCode: null },
    ]);
  });

  it('gives every recipient a verdict', async () => {
    const { document } = await post({ content: 'Hello', to: ['27821234567', '12', '447700900122'] });
    expect(document.messages).toMatchObject([
      { accepted: true, errorCode: null },
      {
        accepted: false,
        apiMessageId: null,
        to: '12',
        errorCode: 105,
        error: 'Invalid destination address.',
      },
      { accepted: false, apiMessageId: null, to: '447700900122', errorCode: 122 },
    ]);
  });

  it.each([undefined, '', 'wrong', `Bearer ${key}`, `${key} `])(
    'refuses the key %j as the real API does',
    async (authorization) => {
      const { answer, texts } = await post(
        { content: 'Hello', to: ['27821234567'] },
        { headers: { authorization } },
      );
      expect(answer.status).toBe(200);
      expect(answer.body).toBe(
        '{"messages":[],"errorCode":108,"error":"Invalid or missing integration API Key.","errorDescription":"The integration API key is either incorrect or has not been included in the API call."}',
      );
      expect(texts).toEqual([]);
    },
  );

  it.each([
    ['not JSON', '{"content":', 400, 100],
    ['a list', [right], 400, 100],
    ['an unknown field', { ...right, text: 'Hello' }, 400, 101],
    ['a field in the wrong case', { ...right, Content: 'Hello' }, 400, 101],
    ['no content', { to: right.to }, 400, 101],
    ['content that is no text', { ...right, content: 5 }, 400, 101],
    ['empty content', { ...right, content: '' }, 200, 107],
    ['no recipients', { content: 'Hello' }, 400, 101],
    ['an empty list', { ...right, to: [] }, 400, 101],
    ['one number instead of a list', { ...right, to: '27821234567' }, 400, 101],
    ['numbers that are numbers', { ...right, to: [27821234567] }, 400, 101],
    ['the same number twice', { ...right, to: ['27821234567', '+27821234567'] }, 400, 101],
    [
      'too many numbers',
      { ...right, to: Array.from({ length: 201 }, (_, index) => `2782${1_000_000 + index}`) },
      400,
      101,
    ],
    [
      '200 numbers',
      { ...right, to: Array.from({ length: 200 }, (_, index) => `2782${1_000_000 + index}`) },
      202,
      null,
    ],
    ['a sender', { ...right, from: '27820000000' }, 200, 607],
    ['binary that is no truth value', { ...right, binary: 'true' }, 400, 101],
    ['an empty header', { ...right, userDataHeader: '' }, 400, 101],
    ['a validity that is no whole number', { ...right, validityPeriod: 1.5 }, 400, 101],
    ['a validity', { ...right, validityPeriod: 60 }, 202, null],
    ['an unknown charset', { ...right, charset: 'utf8' }, 400, 101],
    ['a charset that is no text', { ...right, charset: ['UTF-8'] }, 400, 101],
    ['a sender of ours', { ...right, from: '447700900600' }, 202, null],
    ['a sender of ours with dashes', { ...right, from: '+4477-009-00600' }, 202, null],
    ['a sender of ours among letters', { ...right, from: 'x447700900600' }, 200, 607],
    ['36 parts', { ...right, content: 'a'.repeat(5356) }, 200, 113],
    ['half a character', '{"content":"a\\ud83d","to":["27821234567"]}', 400, 101],
    ['both halves of a character', '{"content":"a\\ud83d\\ude00","to":["27821234567"]}', 202, null],
    ['half a character in a number', '{"content":"a","to":["27821234567\\udc00"]}', 400, 101],
    ['a member twice', '{"content":"a","to":["27821234567"],"to":["27821234568"]}', 400, 100],
    [
      'a member twice, written in another way',
      '{"content":"a","to":["27821234567"],"t\\u006f":[]}',
      400,
      100,
    ],
    ['a text like a member', '{"content":"\\"to\\":{\\"to\\":1","to":["27821234567"]}', 202, null],
  ])('judges %s', async (_name, document, status, errorCode) => {
    const judged = await post(document);
    expect([judged.answer.status, judged.document.errorCode]).toEqual([status, errorCode]);
    if (errorCode !== null) expect(judged.texts).toEqual([]);
  });

  it.each([
    ['POST', '/messages', 'x=1', 400, 101],
    ['POST', '/messages', '', 202, null],
    ['POST', '/messages/rest/bulk', 'x=1', 400, 101],
    ['GET', '/public-client/balance', 'x=1', 400, 101],
    ['GET', '/public-client/message/status', 'messageId=a&x=1', 400, 101],
    ['GET', '/public-client/message/status', 'messageId=a&messageId=b', 400, 101],
    ['GET', '/public-client/message/status', 'messageId=a', 200, 103],
  ])('%s %s?%s: a query that is not documented', async (method, path, query, status, code) => {
    const body = Buffer.from(method === 'POST' ? JSON.stringify(right) : '');
    const { answer } = await judgePlatform({ method, path, query, headers, body }, stateOf());
    expect([answer.status, readDocument(answer.body).errorCode]).toEqual([status, code]);
  });

  it('answers a GET in JSON, whatever it says of the body it does not have', async () => {
    const query = `apiKey=${encodeURIComponent(key)}&to=27821234567&content=Hi`;
    const xml = { 'content-type': 'application/xml', accept: undefined };
    const { answer } = await get('/messages/http/send', query, { headers: xml });
    expect(answer.headers['content-type']).toContain('json');
  });

  it('refuses bytes that are not UTF-8', async () => {
    const { answer } = await post(Buffer.from('{"content":"\xe4","to":["27821234567"]}', 'latin1'));
    expect(answer.status).toBe(400);
  });

  it.each([
    [{ 'content-type': 'text/plain' }, 415, 167],
    [{ 'content-type': undefined }, 415, 167],
    [{ 'content-type': 'application/json; charset=utf-8' }, 202, null],
    [{ 'content-type': 'Application/JSON;Charset="UTF-8"' }, 202, null],
    [{ 'content-type': 'application/json; charset=iso-8859-1' }, 415, 167],
    [{ 'content-type': 'application/json; charset=utf-16' }, 415, 167],
    [{ 'content-type': 'application/xml; charset=iso-8859-1' }, 415, 167],
    [{ accept: 'text/html' }, 406, 166],
    [{ accept: 'application/json;q=0' }, 406, 166],
    [{ accept: 'text/html, application/json;q=0.5' }, 202, null],
    [{ accept: undefined }, 202, null],
    [{ accept: '*/*' }, 202, null],
  ])('minds the headers %j', async (changed, status, errorCode) => {
    const judged = await post(right, { headers: changed });
    expect([judged.answer.status, judged.document.errorCode]).toEqual([status, errorCode]);
  });

  it.each(magicNumbers.map((magic) => [magic.number, magic] as const))(
    'does with %s what its table says',
    async (number, magic) => {
      const judged = await post({ ...right, to: ['27821234567', number] });
      const { behaviour } = magic;
      switch (behaviour.kind) {
        case 'refuse-recipient':
          expect(judged.document.messages).toMatchObject([{ accepted: true }, { errorCode: behaviour.code }]);
          break;
        case 'refuse-request':
          expect(judged.document).toMatchObject({ messages: [], errorCode: behaviour.code });
          expect(judged.answer.status).toBe(behaviour.code === 7 ? 401 : 200);
          break;
        case 'rate-limit':
          expect(judged.answer).toMatchObject({
            status: 429,
            headers: { 'retry-after': String(behaviour.seconds) },
          });
          break;
        case 'busy':
          expect(judged.answer).toMatchObject({
            status: 503,
            headers: { 'retry-after': String(behaviour.seconds) },
          });
          break;
        case 'slow':
          expect(judged).toMatchObject({
            delayMilliseconds: behaviour.seconds * 1_000,
            texts: [{ errorCode: null }, { errorCode: null }],
          });
          break;
        case 'ends':
        case 'switched-off':
        case 'sender':
          expect(judged.document.messages).toMatchObject([{ accepted: true }, { accepted: true }]);
          break;
        case 'drop-answer':
          expect(judged).toMatchObject({
            dropAnswer: true,
            texts: [{ errorCode: null }, { errorCode: null }],
          });
          break;
      }
    },
  );
});

describe('answers of the documentation and of captures, byte for byte', () => {
  const refused108 =
    '{"messages":[],"errorCode":108,"error":"Invalid or missing integration API Key.","errorDescription":"The integration API key is either incorrect or has not been included in the API call."}';
  const query = `apiKey=${encodeURIComponent(key)}&to=8801821742285&content=Test+Message`;

  it('a success of the GET interface, captured in 2020', async () => {
    const state = stateOf({ options: { topLevelErrors: 'absent' } });
    expect(await get('/messages/http/send', query, { state })).toMatchObject({
      status: 202,
      body: '{"messages":[{"apiMessageId":"c5d7a69898ef43348e9b3cd7ce7a5096","accepted":true,"to":"8801821742285","errorCode":null,"error":null,"errorDescription":null}]}',
    });
  });

  it('a wrong key, by both ways', async () => {
    const { answer } = await post(right, { headers: { authorization: 'wrong' } });
    expect([answer.status, answer.body]).toEqual([200, refused108]);
    const { status, body } = await get('/messages/http/send', 'apiKey=wrong&to=27821234567&content=Hi');
    expect([status, body]).toEqual([200, refused108]);
  });

  it('a sender on a one-way integration, and a foreign one on a two-way integration', async () => {
    expect((await get('/messages/http/send', `${query}&from=27820000000`)).body).toBe(
      '{"messages":[],"errorCode":607,"error":"Invalid FROM number.","errorDescription":"User specified FROM number, but integration isn\'t two-way."}',
    );
    const state = stateOf({ profiles: ['two-way'] });
    const { answer } = await post({ ...right, from: '27820000000' }, { state });
    expect(answer.body).toBe(
      '{"messages":[],"errorCode":106,"error":"Invalid FROM number.","errorDescription":"You should specify correct FROM number."}',
    );
  });

  it('the shape of 2017', async () => {
    const state = stateOf({ profiles: ['errors-older'] });
    const { answer } = await post({ content: 'Hello', to: ['0271111111'] }, { state });
    expect([answer.status, answer.body]).toEqual([
      202,
      '{"messages":[{"apiMessageId":null,"accepted":false,"to":"0271111111","error":"Invalid destination address."}],"error":null}',
    ]);
  });

  const xmlRequest =
    '<?xml version="1.0" encoding="UTF-8"?>\n<SendMessageRequest>\n  <Content>Test Message Text</Content>\n  <To>+380685555555</To>\n</SendMessageRequest>';
  const xml = { 'content-type': 'application/xml', accept: 'application/xml' };

  it('XML in and out', async () => {
    const { answer, texts } = await post(xmlRequest, { headers: xml });
    expect(answer).toEqual({
      status: 202,
      headers: { 'content-type': 'application/xml;charset=UTF-8' },
      body: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><SendMessagesResponse><Messages><Message><ApiMessageId>${id}</ApiMessageId><Accepted>true</Accepted><To>380685555555</To></Message></Messages></SendMessagesResponse>`,
    });
    expect(texts).toMatchObject([{ to: '380685555555', content: 'Test Message Text' }]);
  });

  it('XML refused, whole and for one number', async () => {
    const prolog = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
    const whole = await post(xmlRequest, { headers: { ...xml, authorization: 'wrong' } });
    expect([whole.answer.status, whole.answer.body]).toEqual([
      200,
      `${prolog}<SendMessagesResponse><Messages></Messages><ErrorCode>108</ErrorCode><Error>Invalid or missing integration API Key.</Error><ErrorDescription>The integration API key is either incorrect or has not been included in the API call.</ErrorDescription></SendMessagesResponse>`,
    ]);
    const one = await post(xmlRequest.replace('+380685555555', '447700900122'), { headers: xml });
    expect(one.answer.body).toBe(
      `${prolog}<SendMessagesResponse><Messages><Message><Accepted>false</Accepted><To>447700900122</To><ErrorCode>122</ErrorCode><Error>Destination mobile opted out.</Error><ErrorDescription>The owner of this number does not want messages.</ErrorDescription></Message></Messages></SendMessagesResponse>`,
    );
  });

  it.each([
    ['application/json', 'json'],
    ['application/xml', 'xml'],
    ['application/json;q=0.1, application/xml', 'xml'],
    ['*/*', 'xml'],
    [undefined, 'xml'],
  ])('lets Accept %s choose %s for a request in XML', async (accept, form) => {
    const { answer } = await post(xmlRequest, { headers: { ...xml, accept } });
    expect(answer.headers['content-type']).toBe(`application/${form};charset=UTF-8`);
  });
});

describe('XML requests', () => {
  const document = (inner: string): string => `<SendMessageRequest>${inner}</SendMessageRequest>`;
  const send = async (body: string) => {
    const sent = await post(body, { headers: { 'content-type': 'application/xml' } });
    return { status: sent.answer.status, code: sent.document.errorCode, texts: sent.texts };
  };

  it('may have every field', async () => {
    const { texts } = await send(
      document(
        '<Content>a &lt; b &amp; &#x1F600;<![CDATA[ <c>&amp;]]></Content><To>27821234567</To><To>+27821234568</To><From>447700900600</From>' +
          '<Binary>false</Binary><ClientMessageId>R</ClientMessageId><ScheduledDeliveryTime>2026-01-15T16:30:00+0200</ScheduledDeliveryTime>' +
          '<UserDataHeader>0605040B8423F0</UserDataHeader><ValidityPeriod>60</ValidityPeriod><Charset>UTF-8</Charset>',
      ),
    );
    const content = 'a < b & 😀 <c>&amp;';
    const options = {
      from: '447700900600',
      binary: false,
      userDataHeader: '0605040B8423F0',
      validity: 60,
      deliverAt: Date.UTC(2026, 0, 15, 14, 30),
    };
    expect(texts).toMatchObject([
      { to: '27821234567', content, clientMessageId: 'R', options },
      { to: '27821234568', content, clientMessageId: 'R', options },
    ]);
  });

  const fields = '<Content>Hi</Content><To>27821234567</To>';
  it.each([
    ['a document type', `<!DOCTYPE x>${document(fields)}`, 100],
    [
      'an entity of its own',
      `<!DOCTYPE x [<!ENTITY y "z">]>${document('<Content>&y;</Content><To>27821234567</To>')}`,
      100,
    ],
    ['an unknown entity', document('<Content>&nbsp;</Content><To>27821234567</To>'), 100],
    ['another root', '<sendMessageRequest/>', 100],
    ['two roots', document(fields) + document(fields), 100],
    ['text around elements', document(`x${fields}`), 100],
    ['an attribute', document('<Content a="b">Hi</Content><To>27821234567</To>'), 100],
    ['an element within a field', document('<Content><b>Hi</b></Content><To>27821234567</To>'), 100],
    ['a processing instruction', document(`${fields}<?php echo 1 ?>`), 100],
    ['what is not closed', '<SendMessageRequest><Content>Hi', 100],
    [
      'what is closed in another order',
      '<SendMessageRequest><Content>Hi</SendMessageRequest></Content>',
      100,
    ],
    ['comments that do not end', `<SendMessageRequest>${'<!--'.repeat(100_000)}</SendMessageRequest>`, 100],
    ['a character that XML does not have', document('<Content>\u0001</Content><To>27821234567</To>'), 100],
    ['the same by number', document('<Content>&#1;</Content><To>27821234567</To>'), 100],
    ['another encoding', `<?xml version="1.0" encoding="ISO-8859-1"?>${document(fields)}`, 100],
    ['an unknown field', document(`${fields}<Text>Hi</Text>`), 101],
    ['a field in the wrong case', document('<content>Hi</content><To>27821234567</To>'), 101],
    ['a field twice', document(`${fields}<Content>Hi</Content>`), 101],
    ['a truth that is none', document(`${fields}<Binary>yes</Binary>`), 101],
    ['a number that is none', document(`${fields}<ValidityPeriod>1.5</ValidityPeriod>`), 101],
    ['a number too large', document(`${fields}<ValidityPeriod>2147483648</ValidityPeriod>`), 101],
    ['names from elsewhere', document(`${fields}<ToString>1</ToString>`), 101],
    ['names that look like refusals', document('<Code>1</Code><Kind>refused</Kind>'), 101],
    ['no number', document('<Content>Hi</Content>'), 101],
  ])('are refused with %s', async (_name, body, code) => {
    expect(await send(body)).toEqual({ status: 400, code, texts: [] });
  });

  it('may have comments and white space', async () => {
    expect((await send(document(`<!-- <!DOCTYPE --> \n ${fields}\t`))).status).toBe(202);
  });
});

describe('what only some requests have', () => {
  const binary = '040601AE02056A0045C60C037368008503656B732E636F6D0008010374657374000101';
  it.each([
    ['a binary text', { content: binary, binary: true, userDataHeader: '0605040B8423F0' }, 202, null],
    ['binary that is not hexadecimal', { content: 'Hello', binary: true }, 400, 101],
    ['binary with half an octet', { content: 'ABC', binary: true }, 400, 101],
    [
      'binary too long beside a header',
      { content: 'AB'.repeat(134), binary: true, userDataHeader: '0605040B8423F0' },
      200,
      113,
    ],
    ['35 binary parts', { content: 'AB'.repeat(134 * 35), binary: true }, 202, null],
    ['36 binary parts', { content: 'AB'.repeat(134 * 35 + 1), binary: true }, 200, 113],
    ['a header that is not hexadecimal', { userDataHeader: 'xx' }, 200, 102],
    ['a header of the wrong length', { userDataHeader: '0505040B8423F0' }, 200, 102],
    ['a header with a broken element', { userDataHeader: '0600040B8423F0' }, 200, 102],
    ['a header with half an element', { userDataHeader: '0100' }, 200, 102],
    ['a header of two elements', { userDataHeader: '0B05040B8423F00003AB0101' }, 202, null],
    ['a header without elements', { userDataHeader: '00' }, 200, 102],
    [
      'text too long beside a header',
      { content: 'a'.repeat(153), userDataHeader: '0605040B8423F0' },
      200,
      113,
    ],
    ['text that just fits', { content: 'a'.repeat(152), userDataHeader: '0605040B8423F0' }, 202, null],
    ['a time with a colon', { scheduledDeliveryTime: '2026-01-15T16:30:00+02:00' }, 400, 101],
    ['a time that is none', { scheduledDeliveryTime: '2026-13-15T16:30:00+0200' }, 400, 101],
    ['a day that is none', { scheduledDeliveryTime: '2031-02-30T14:30:00+0200' }, 400, 101],
    ['an hour that is none', { scheduledDeliveryTime: '2031-02-20T24:00:00+0200' }, 400, 101],
    ['a leap second', { scheduledDeliveryTime: '2031-12-31T23:59:60+0000' }, 400, 101],
    ['an offset that is none', { scheduledDeliveryTime: '2031-02-20T14:30:00+0260' }, 400, 101],
    ['an offset of more than any', { scheduledDeliveryTime: '2031-02-20T14:30:00+1900' }, 400, 101],
    [
      'the 29th of February where there is one',
      { scheduledDeliveryTime: '2028-02-29T14:30:00+0200' },
      202,
      null,
    ],
    ['a time past', { scheduledDeliveryTime: '2017-02-27T14:30:00+0200' }, 200, 101],
    ['a validity of nothing', { validityPeriod: 0 }, 200, 101],
    ['characters that are not ASCII', { content: 'ä', charset: 'ASCII' }, 400, 101],
    ['Windows-1252', { content: '€ä', charset: 'Windows-1252' }, 202, null],
    ['characters that are not Windows-1252', { content: 'я', charset: 'Windows-1252' }, 400, 101],
  ])('judges %s', async (_name, fields, status, code) => {
    const judged = await post({ ...right, ...fields });
    expect([judged.answer.status, judged.document.errorCode]).toEqual([status, code]);
  });

  it.each([
    ['no key', 'to=27821234567&content=Hi', 200, 108],
    ['no number', 'content=Hi', 400, 101],
    ['no content', 'to=27821234567', 400, 101],
    ['empty content', 'to=27821234567&content=', 200, 107],
    ['a parameter twice', 'to=27821234567&to=27821234568&content=Hi', 400, 101],
    ['an unknown parameter', 'to=27821234567&content=Hi&text=Hi', 400, 101],
    ['bytes that are not UTF-8', 'to=27821234567&content=%E4', 400, 100],
    ['a lonely percent sign', 'to=27821234567&content=100%', 200, 108],
    ['two numbers', 'to=27821234567,27821234568&content=Hi', 202, null],
    [
      'everything',
      'to=%2B27821234567&content=Gr%C3%BC%C3%9Fe+%2B&from=447700900600&clientMessageId=R',
      202,
      null,
    ],
  ])('GET with %s', async (name, query, status, code) => {
    const authorised = name === 'no key' ? query : `${query}&apiKey=${encodeURIComponent(key)}`;
    const judged = await get('/messages/http/send', authorised, { headers: { authorization: undefined } });
    expect([judged.status, judged.document.errorCode]).toEqual([status, code]);
  });

  it('decodes a query as UTF-8', async () => {
    const query = `apiKey=${encodeURIComponent(key)}&to=%2B27821234567&content=Gr%C3%BC%C3%9Fe+%2B%26+1%20%E2%82%AC`;
    const { taken } = await get('/messages/http/send', query);
    expect(taken.map(({ text }) => text)).toMatchObject([{ to: '27821234567', content: 'Grüße +& 1 €' }]);
  });
});

describe('POST /messages/rest/bulk', () => {
  const bulk = (messageList: unknown, state = stateOf(), headers_ = {}) =>
    post({ messageList }, { path: '/messages/rest/bulk', state, headers: headers_ });

  it('answers an array of one list for each entry, in order', async () => {
    const { answer, texts } = await bulk([
      { content: 'One', to: ['+27821234567'], clientMessageId: 'A' },
      { content: 'Two', to: ['447700900122'], clientMessageId: 'B' },
      { content: '', to: ['27821234567'] },
      { content: 'Four', to: ['27821234567'], text: 'x' },
      'five',
      { content: 'Six', to: ['27821234567', '447700900301'] },
    ]);
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.body)).toMatchObject([
      {
        messages: [{ apiMessageId: id, accepted: true, to: '27821234567', errorCode: null }],
        errorCode: null,
      },
      { messages: [{ apiMessageId: null, accepted: false, to: '447700900122', errorCode: 122 }] },
      { messages: [], errorCode: 107 },
      { messages: [], errorCode: 101 },
      { messages: [], errorCode: 100 },
      { messages: [], errorCode: 301 },
    ]);
    expect(
      texts.map(({ content, clientMessageId, errorCode }) => [content, clientMessageId, errorCode]),
    ).toEqual([
      ['One', 'A', null],
      ['Two', 'B', 122],
    ]);
  });

  it.each([
    ['no list', undefined, 400, 100],
    ['an empty list', [], 400, 100],
    ['what is no list', {}, 400, 100],
  ])('refuses %s', async (_name, list, status, code) => {
    const judged = await bulk(list);
    expect([judged.answer.status, judged.document.errorCode]).toEqual([status, code]);
  });

  it('is JSON only', async () => {
    const xml = await bulk([right], stateOf(), { 'content-type': 'application/xml' });
    expect(xml.answer.status).toBe(415);
    expect((await bulk([right], stateOf(), { accept: 'application/xml' })).answer.status).toBe(406);
  });

  it('is told in other ways list by list', async () => {
    const { tell } = await bulk([right, { ...right, to: ['27821234568'] }]);
    const numbers = (change: Parameters<NonNullable<typeof tell>>[0]) =>
      (JSON.parse(tell?.(change).body ?? '[]') as { messages: { to: string }[] }[]).map(
        ({ messages }) => messages[0]?.to,
      );
    expect(numbers('reverse')).toEqual(['27821234568', '27821234567']);
    expect(numbers('omit-last')).toEqual(['27821234567']);
    expect(numbers('repeat-first')).toEqual(['27821234567', '27821234568', '27821234567']);
    expect(numbers('add-stranger')).toEqual(['15005550006', '27821234567', '27821234568']);
    expect(numbers('with-plus')).toEqual(['+27821234567', '+27821234568']);
  });
});

describe('an account', () => {
  it('runs out of credit within a request, and then refuses whole ones', async () => {
    const state = stateOf({ account: { credit: 3, pricePerPart: 1 } });
    const two = { content: 'a'.repeat(200), to: ['27821234567'] };
    expect((await post(two, { state })).document.messages).toMatchObject([{ accepted: true }]);
    const rest = await post({ content: 'Hi', to: ['27821234568', '27821234569'] }, { state });
    expect(rest.document.messages).toMatchObject([{ accepted: true }, { accepted: false, errorCode: 301 }]);
    expect((await post(right, { state })).document).toMatchObject({ messages: [], errorCode: 301 });
    expect((await get('/public-client/balance', '', { state })).body).toBe('{"balance":0,"currency":"ZAR"}');
  });

  it('can be locked, know who opted out or is blocked, and own numbers', async () => {
    const locked = await post(right, { state: stateOf({ account: { ipLocked: true } }) });
    expect([locked.answer.status, locked.document.errorCode]).toEqual([401, 7]);
    const state = stateOf({
      account: { optedOut: ['27821234567'], blocked: ['27821234568'], twoWayNumbers: ['27820000000'] },
    });
    const { document } = await post(
      { content: 'Hi', to: ['27821234567', '+27821234568', '27821234569'], from: '+27820000000' },
      { state },
    );
    expect(document.messages).toMatchObject([{ errorCode: 122 }, { errorCode: 121 }, { accepted: true }]);
  });

  it('has a rate limit that ends', async () => {
    const state = stateOf({ account: { rateLimit: { requests: 2, seconds: 10 } } });
    const statusNow = async () => (await post(right, { state })).answer.status;
    expect([await statusNow(), await statusNow(), await statusNow()]).toEqual([202, 202, 429]);
    (state.clock as SpeedClock).advance(4_000);
    expect((await post(right, { state })).answer.headers['retry-after']).toBe('6');
    (state.clock as SpeedClock).advance(6_000);
    expect(await statusNow()).toBe(202);
  });
});

describe('the other endpoints', () => {
  it('tells the balance', async () => {
    expect((await get('/public-client/balance')).body).toBe('{"balance":1267.92865,"currency":"ZAR"}');
  });

  it('tells the status of a message it took', async () => {
    const state = stateOf();
    const { taken } = await post({ content: 'Hello', to: ['27821234567'] }, { state });
    for (const { record } of taken) if (record !== undefined) state.messages.add(record);
    expect((await get('/public-client/message/status', `messageId=${id}`, { state })).document).toEqual({
      messageId: id,
      status: 'DELIVERED_TO_GATEWAY',
    });
    const unknown = await get('/public-client/message/status', 'messageId=x', { state });
    expect(unknown.document).toMatchObject({ errorCode: 103 });
  });

  it.each([
    ['/messages', 405],
    ['/messages/rest/bulk', 405],
    ['/', 404],
    ['/v1/message', 404],
    ['/_control/received', 404],
    ['/toString', 404],
    ['/__proto__', 404],
  ])('GET %s: %i', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });
});
