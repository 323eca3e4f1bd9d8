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

  const right = { content: 'Hello', to: ['27821234567'] };
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
    ['36 parts', { ...right, content: 'a'.repeat(5356) }, 200, 113],
  ])('judges %s', async (_name, document, status, errorCode) => {
    const judged = await post(document);
    expect([judged.answer.status, judged.document.errorCode]).toEqual([status, errorCode]);
    if (errorCode !== null) expect(judged.texts).toEqual([]);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const { answer } = await post(Buffer.from('{"content":"\xe4","to":["27821234567"]}', 'latin1'));
    expect(answer.status).toBe(400);
  });

  it.each([
    [{ 'content-type': 'text/plain' }, 415, 167],
    [{ 'content-type': undefined }, 415, 167],
    [{ 'content-type': 'application/json; charset=utf-8' }, 202, null],
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
