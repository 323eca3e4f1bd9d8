import { describe, expect, it } from 'vitest';
import { decodeBalanceAnswer } from './platform-balance.ts';

function answer(status: number, body: string) {
  return decodeBalanceAnswer({ status, headers: {}, bodyText: body });
}

describe('decodeBalanceAnswer', () => {
  it.each([
    ['{"balance":1267.92865,"currency":"ZAR"}', 1267.92865, 'ZAR'],
    ['{"balance":0,"currency":"ZAR"}', 0, 'ZAR'],
    ['{"balance":-1.5}', -1.5, undefined],
    ['{"balance":"300.50","currency":null,"errorCode":null}', 300.5, undefined],
  ])('reads %s', (body, balance, currency) => {
    expect(answer(200, body)).toEqual({ kind: 'works', balance, currency });
  });

  it.each([
    [
      200,
      '{"messages":[],"errorCode":108,"error":"Invalid or missing integration API Key."}',
      'key-rejected',
    ],
    [200, '{"errorCode":7,"error":"IP lockdown"}', 'ip-blocked'],
    [200, '{"messages":[],"error":"Invalid or missing integration API Key."}', 'key-rejected'],
    [400, '{"messages":[],"error":"IP lockdown."}', 'ip-blocked'],
    [401, '{"error":{"code":7,"description":"Originating IP address is not approved"}}', 'ip-blocked'],
    [401, '', 'key-rejected'],
    [401, '<html>', 'key-rejected'],
    [403, '<html>', 'unexpected'],
    [407, '', 'proxy'],
    [511, '<html>', 'proxy'],
    [200, '<html>', 'unexpected'],
    [200, '{}', 'unexpected'],
    [200, '[]', 'unexpected'],
    [200, '{"balance":"lots"}', 'unexpected'],
    [200, '{"balance":NaN}', 'unexpected'],
    [202, '{"balance":1}', 'unexpected'],
    [302, '', 'unexpected'],
    [500, '{"balance":1}', 'unexpected'],
    [200, '{"errorCode":999,"error":"Something else"}', 'unexpected'],
  ])('%i %s: %s', (status, body, why) => {
    expect(answer(status, body)).toMatchObject({ kind: 'failed', why });
  });

  it("keeps the server's own words", () => {
    expect(answer(200, '{"errorCode":999,"error":"Something\\nelse","errorDescription":"entirely"}')).toEqual(
      {
        kind: 'failed',
        why: 'unexpected',
        text: 'Something else entirely',
      },
    );
  });
});
