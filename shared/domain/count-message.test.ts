import { describe, expect, test } from 'vitest';
import { countMessage } from './count-message.ts';

describe('countMessage', () => {
  test('a text, with and without a header', () => {
    expect(countMessage('a'.repeat(160), {})).toEqual({ encoding: 'gsm-7', parts: 1 });
    expect(countMessage('a'.repeat(152), { userDataHeader: '0605040B8423F0' })).toEqual({
      encoding: 'gsm-7',
      parts: 1,
    });
  });

  test('octets', () => {
    expect(countMessage('00'.repeat(140), { binary: true })).toEqual({ encoding: '8-bit', parts: 1 });
    expect(countMessage('00'.repeat(141), { binary: true })).toEqual({ encoding: '8-bit', parts: 2 });
    expect(countMessage('0', { binary: true })).toBeUndefined();
    expect(countMessage('hello', { binary: true })).toBeUndefined();
  });

  test('a header that is none, and one on a message of several parts', () => {
    expect(countMessage('hello', { userDataHeader: '06' })).toBeUndefined();
    for (const userDataHeader of ['050003010201', '0605040B8423F0']) {
      expect(countMessage('hello', { userDataHeader })).toEqual({ encoding: 'gsm-7', parts: 1 });
      expect(countMessage('a'.repeat(154), { userDataHeader })).toBeUndefined();
      expect(countMessage('00'.repeat(135), { binary: true, userDataHeader })).toBeUndefined();
      expect(countMessage('00'.repeat(135), { binary: true, userDataHeader }, 'central')).toBeUndefined();
    }
  });

  test('the Central gateway counts Greek capitals as Unicode', () => {
    const text = 'Ω'.repeat(80);
    expect(countMessage(text, {}, 'platform')).toEqual({ encoding: 'gsm-7', parts: 1 });
    expect(countMessage(text, {}, 'central')).toEqual({ encoding: 'ucs-2', parts: 2 });
  });

  test('a header makes a message of the Central gateway one of octets', () => {
    const userDataHeader = '0605040B8423F0';
    expect(countMessage('hello', { userDataHeader }, 'platform')).toEqual({ encoding: 'gsm-7', parts: 1 });
    expect(countMessage('hello', { userDataHeader }, 'central')).toBeUndefined();
    expect(countMessage('040601', { binary: true, userDataHeader }, 'central')?.parts).toBe(1);
  });
});
