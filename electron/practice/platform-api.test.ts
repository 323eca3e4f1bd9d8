import { describe, expect, it } from 'vitest';
import { magicNumbers } from './magic-numbers.ts';
import { type ApiState, judge } from './platform-api.ts';

const key = 'c29tZSBwcmFjdGljZSE==';
const id = 'c5d7a69898ef43348e9b3cd7ce7a5096';
const state: ApiState = {
  key,
  balance: 1267.92865,
  currency: 'ZAR',
  newMessageId: () => id,
  isKnownMessage: (asked) => asked === id,
};
const headers = { authorization: key, 'content-type': 'application/json', accept: 'application/json' };

function post(document: unknown, changed: Readonly<Record<string, string | undefined>> = {}) {
  const body = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  const judged = judge(
    {
      method: 'POST',
      path: '/messages',
      query: new URLSearchParams(),
      headers: { ...headers, ...changed },
      body,
    },
    state,
  );
  return { ...judged, document: JSON.parse(judged.answer.body) as Record<string, unknown> };
}

function get(path: string, query = '') {
  const request = { method: 'GET', path, query: new URLSearchParams(query), headers, body: Buffer.alloc(0) };
  const { answer } = judge(request, state);
  return { status: answer.status, document: JSON.parse(answer.body) as Record<string, unknown> };
}

describe('POST /messages', () => {
  it('answers as the documentation shows it: 202, all six keys, numbers without +', () => {
    const { answer, texts } = post({
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

  it('gives every recipient a verdict', () => {
    const { document } = post({ content: 'Hello', to: ['27821234567', '12', '447700900122'] });
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
    (authorization) => {
      const { answer, texts } = post({ content: 'Hello', to: ['27821234567'] }, { authorization });
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
    ['a sender', { ...right, from: '27820000000' }, 400, 607],
    ['binary that is no truth value', { ...right, binary: 'true' }, 400, 101],
    ['an empty header', { ...right, userDataHeader: '' }, 400, 101],
    ['a validity that is no whole number', { ...right, validityPeriod: 1.5 }, 400, 101],
    ['a validity', { ...right, validityPeriod: 60 }, 202, null],
    ['an unknown charset', { ...right, charset: 'utf8' }, 400, 101],
    ['36 parts', { ...right, content: 'a'.repeat(5356) }, 200, 113],
  ])('judges %s', (_name, document, status, errorCode) => {
    const judged = post(document);
    expect([judged.answer.status, judged.document.errorCode]).toEqual([status, errorCode]);
    if (errorCode !== null) expect(judged.texts).toEqual([]);
  });

  it('refuses bytes that are not UTF-8', () => {
    const body = Buffer.from('{"content":"\xe4","to":["27821234567"]}', 'latin1');
    const request = { method: 'POST', path: '/messages', query: new URLSearchParams(), headers, body };
    expect(judge(request, state).answer.status).toBe(400);
  });

  it.each([
    [{ 'content-type': 'text/plain' }, 415, 167],
    [{ 'content-type': undefined }, 415, 167],
    [{ 'content-type': 'application/json; charset=utf-8' }, 202, null],
    [{ accept: 'application/xml' }, 406, 166],
    [{ accept: undefined }, 202, null],
    [{ accept: '*/*' }, 202, null],
  ])('minds the headers %j', (changed, status, errorCode) => {
    const judged = post(right, changed);
    expect([judged.answer.status, judged.document.errorCode]).toEqual([status, errorCode]);
  });

  it.each(magicNumbers.map((magic) => [magic.number, magic] as const))(
    'does with %s what its table says',
    (number, magic) => {
      const judged = post({ ...right, to: ['27821234567', number] });
      const { behaviour } = magic;
      switch (behaviour.kind) {
        case 'refuse-recipient':
          expect(judged.document.messages).toMatchObject([{ accepted: true }, { errorCode: behaviour.code }]);
          break;
        case 'refuse-request':
          expect(judged.document).toMatchObject({ messages: [], errorCode: behaviour.code });
          expect(judged.answer.status).toBe(200);
          break;
        case 'rate-limit':
          expect(judged.answer).toMatchObject({
            status: 429,
            headers: { 'retry-after': String(behaviour.seconds) },
          });
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
  it('tells the balance', () => {
    expect(get('/public-client/balance')).toEqual({
      status: 200,
      document: { balance: 1267.92865, currency: 'ZAR' },
    });
  });

  it('tells the status of a message it took', () => {
    expect(get('/public-client/message/status', `messageId=${id}`).document).toEqual({
      messageId: id,
      status: 'DELIVERED_TO_GATEWAY',
    });
    expect(get('/public-client/message/status', 'messageId=x').document).toMatchObject({ errorCode: 103 });
  });

  it.each([
    ['/messages', 405],
    ['/', 404],
    ['/v1/message', 404],
    ['/_control/received', 404],
    ['/toString', 404],
    ['/__proto__', 404],
  ])('GET %s: %i', (path, status) => {
    expect(get(path).status).toBe(status);
  });
});
