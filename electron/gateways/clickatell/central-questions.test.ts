import { describe, expect, it } from 'vitest';
import { decodeBalance, decodeCharge, decodeCoverage, decodeStatus } from './central-questions.ts';

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const id = 'f6b9af2a2c9e5b18ee2d257e3def5d66';

function answer(bodyText: string, status = 200) {
  return { status, headers: {}, bodyText };
}

describe('the balance', () => {
  it.each([
    ['Credit: 12.50', 12.5],
    ['Credits: 123.00\n', 123],
    ['credit:-0.8', -0.8],
  ])('%j', (body, balance) => {
    expect(decodeBalance(answer(body))).toEqual({ kind: 'works', balance, currency: undefined });
  });
  it.each([
    ['ERR: 001, Authentication failed', 200, 'key-rejected'],
    ['ERR: 101, Authentication failed', 200, 'key-rejected'],
    ['ERR: 108, Invalid or missing API ID', 200, 'key-rejected'],
    ['ERR: 007, IP Lockdown violation', 200, 'ip-blocked'],
    ['ERR: 301, No credit left', 200, 'unexpected'],
    ['', 401, 'key-rejected'],
    ['<html>', 407, 'proxy'],
    ['<html>', 511, 'proxy'],
    ['<html>', 200, 'unexpected'],
    ['Credit: lots', 200, 'unexpected'],
    ['Credit: 1', 500, 'unexpected'],
  ])('%j with %i: %s', (body, status, why) => {
    expect(decodeBalance(answer(body, status))).toMatchObject({ kind: 'failed', why });
  });
});

describe('the status', () => {
  it.each([
    [`ID: ${id} Status: 004`, 'delivered', '004'],
    [`ID: ${id.toUpperCase()} status:003\n`, 'at-gateway', '003'],
    [`001\nID: ${id} Status: 001, Message unknown`, 'waiting', '001'],
    [`apiMsgId: ${id} charge: 1 status: 008`, 'waiting', '008'],
    [`ID: ${id} Status: 006`, 'stopped', '006'],
    ['ERR: 103, Unknown API message ID', 'gone', '103'],
  ])('%j: %s', (body, meaning, code) => {
    expect(decodeStatus(answer(body), id, now)).toEqual({ kind: 'status', meaning, code });
  });
  it.each([
    [`ID: ${'0'.repeat(32)} Status: 004`, 200],
    [`ID: ${id} Status: 099`, 200],
    [`ID: ${id}`, 200],
    [`ID: ${id} Status: 004`, 500],
    ['<html>', 200],
    ['', 302],
  ])('%j with %i is no answer', (body, status) => {
    expect(decodeStatus(answer(body, status), id, now)).toMatchObject({ kind: 'no-answer' });
  });
  it('pauses when the account is refused', () => {
    expect(decodeStatus(answer('ERR: 001, Authentication failed'), id, now)).toMatchObject({
      kind: 'no-answer',
      pause: { reason: 'key-rejected' },
    });
  });
});

describe('the charge', () => {
  it.each([
    [`apiMsgId: ${id} charge: 1 status: 002`, 1, '002'],
    [`ID: ${id} Charge: 0.8 Status: 004`, 0.8, '004'],
    [`ID: ${id} Charge: 2`, 2, ''],
  ])('%j', (body, credits, code) => {
    expect(decodeCharge(answer(body), id, now)).toEqual({ kind: 'charge', credits, code });
  });
  it.each([`ID: ${'0'.repeat(32)} charge: 1`, `ID: ${id} charge: x`, '', 'ERR: 103, Unknown API message ID'])(
    '%j is no answer',
    (body) => {
      expect(decodeCharge(answer(body), id, now)).toMatchObject({ kind: 'no-answer' });
    },
  );
});

describe('coverage', () => {
  it('is there, with its charge and a line break behind', () => {
    const words =
      'This prefix is currently supported. Messages sent to this prefix will be routed. Charge: 1';
    expect(decodeCoverage(answer(`OK: ${words}\n`), now)).toEqual({
      kind: 'coverage',
      covered: true,
      credits: 1,
      text: words,
    });
  });
  it('is not there when an error without a number says so', () => {
    const words =
      'This prefix is not currently supported. Messages sent to this prefix will fail. Please contact support for assistance.';
    expect(decodeCoverage(answer(`ERR: ${words}`), now)).toEqual({
      kind: 'coverage',
      covered: false,
      credits: undefined,
      text: words,
    });
  });
  it.each(['ERR: 001, Authentication failed', 'OK:', '<html>', ''])('is not known from %j', (body) => {
    expect(decodeCoverage(answer(body), now)).toMatchObject({ kind: 'no-answer' });
  });
});
