import { describe, expect, it } from 'vitest';
import { statuses } from '../../practice/statuses.ts';
import { decodeStatusAnswer, isMessageId } from './platform-status.ts';
import { meaningOfStatus, meaningOfStatusWord } from './status-codes.ts';

const id = 'c5d7a69898ef43348e9b3cd7ce7a5096';
const now = Date.UTC(2026, 0, 15, 12, 0, 0);

function decode(status: number, body: string, headers: Record<string, string> = {}) {
  return decodeStatusAnswer({ status, headers, bodyText: body }, id, now);
}

describe('message status of the Platform', () => {
  it.each([
    ['{"status":"DELIVERED_TO_GATEWAY"}', 'at-gateway', 'DELIVERED_TO_GATEWAY'],
    [`{"status":"RECEIVED_BY_RECIPIENT","messageId":"${id}"}`, 'delivered', 'RECEIVED_BY_RECIPIENT'],
    [
      `{"status":"RECEIVED_BY_RECIPIENT","apiMessageId":"${id.toUpperCase()}"}`,
      'delivered',
      'RECEIVED_BY_RECIPIENT',
    ],
    ['{"statusCode":7,"status":"WHATEVER"}', 'undelivered', 'WHATEVER'],
    ['{"statusCode":"010"}', 'expired', '010'],
    ['{"errorCode":103,"error":"Unknown API message ID"}', 'gone', '103'],
  ])('%s: %s', (body, meaning, code) => {
    expect(decode(200, body)).toEqual({ kind: 'status', meaning, code });
  });

  it.each(['messageId', 'apiMessageId'])('is not believed of another text: %s', (name) => {
    const body = JSON.stringify({ status: 'RECEIVED_BY_RECIPIENT', [name]: id.replace('c', 'd') });
    expect(decode(200, body)).toMatchObject({ kind: 'no-answer' });
  });

  it('reads the word where there is no number, and the number where they differ', () => {
    expect(decode(200, '{"status":"MESSAGE_QUEUED"}')).toMatchObject({ meaning: 'waiting' });
    expect(decode(200, '{"status":"Queued for later delivery"}')).toMatchObject({ meaning: 'waiting' });
    expect(decode(200, '{"status":"MESSAGE_EXPIRED","statusCode":4}')).toMatchObject({
      meaning: 'delivered',
    });
    for (const word of ['constructor', '', '___', 'DELIVERED']) {
      expect(decode(200, JSON.stringify({ status: word }))).toMatchObject({ kind: 'no-answer' });
    }
  });

  it('means by a word what the practice gateway means by its number', () => {
    for (const [number, { name, description }] of Object.entries(statuses)) {
      const meaning = meaningOfStatus(number);
      expect(meaning).toBeDefined();
      expect([name, meaningOfStatusWord(name)]).toEqual([name, meaning]);
      expect([description, meaningOfStatusWord(description)]).toEqual([description, meaning]);
    }
  });

  it('does not guess at a word nobody has described', () => {
    expect(decode(200, '{"status":"ON_ITS_WAY"}')).toEqual({ kind: 'no-answer', text: 'status ON_ITS_WAY' });
  });

  it.each([
    [401, '', 'key-rejected'],
    [200, '{"errorCode":108,"error":"x"}', 'key-rejected'],
    [200, '{"messages":[],"errorCode":7,"error":"x"}', 'ip-blocked'],
    [429, '', 'rate-limited'],
  ])('%i %s pauses: %s', (status, body, reason) => {
    expect(decode(status, body)).toMatchObject({ kind: 'no-answer', pause: { reason } });
  });

  it.each([
    [200, ''],
    [200, '<html>'],
    [200, '{}'],
    [500, '{"status":"RECEIVED_BY_RECIPIENT"}'],
    [302, ''],
  ])('%i %s is no answer', (status, body) => {
    expect(decode(status, body)).toMatchObject({ kind: 'no-answer', pause: undefined });
  });

  it('asks about ids only', () => {
    expect(isMessageId('c5d7a69898ef43348e9b3cd7ce7a5096')).toBe(true);
    expect(isMessageId('a&apiKey=b')).toBe(false);
  });
});

describe('status numbers', () => {
  it.each([
    ['001', 'waiting'],
    ['002', 'waiting'],
    ['003', 'at-gateway'],
    ['004', 'delivered'],
    ['005', 'undelivered'],
    ['006', 'stopped'],
    ['007', 'undelivered'],
    ['008', 'waiting'],
    ['8', 'waiting'],
    ['009', 'undelivered'],
    ['010', 'expired'],
    ['10', 'expired'],
    ['011', 'waiting'],
    ['012', 'undelivered'],
    ['013', 'stopped'],
    ['014', 'undelivered'],
    ['015', undefined],
    ['000', undefined],
    ['0x4', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s: %s', (code, meaning) => {
    expect(meaningOfStatus(code)).toBe(meaning);
  });
});
