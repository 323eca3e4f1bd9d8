import { describe, expect, it } from 'vitest';
import { platformError, platformErrors } from './platform-errors.ts';

describe('the error table', () => {
  it('names a pause exactly where the account is meant, and retries accordingly', () => {
    const retryOf = {
      account: 'waits',
      sender: 'never',
      recipient: 'never',
      text: 'never',
      server: 'ask',
    } as const;
    for (const [code, row] of Object.entries(platformErrors)) {
      expect([code, row.pause !== undefined]).toEqual([
        code,
        row.scope === 'account' || row.scope === 'sender',
      ]);
      expect([code, row.retry]).toEqual([code, retryOf[row.scope]]);
    }
  });

  it.each([
    ['7', 'ip-locked'],
    ['007', 'ip-locked'],
    ['001', 'key-invalid'],
    ['108', 'key-invalid'],
  ])('finds %s', (code, meaning) => {
    expect(platformError(code)?.meaning).toBe(meaning);
  });

  it.each([
    ['Invalid or missing integration API Key.', 'key-invalid'],
    ['IP lockdown. The originating IP address is not allowed to use this account.', 'ip-locked'],
    ['IP Lockdown violation', 'ip-locked'],
    ['NO CREDIT LEFT', 'no-credit'],
    ['Maximum MT limit exceeded until 1765000000', 'volume-limit'],
    ['Two-Way integration error - From number is not related to integration', 'sender-not-ours'],
    ['Internal error - please retry.', 'internal-error'],
  ])('finds %j by its words, where there is no number', (words, meaning) => {
    expect(platformError(undefined, words)?.meaning).toBe(meaning);
    expect(platformError('9999', words)).toBeUndefined();
  });

  it.each(['', 'Internal errors', 'Account frozenness', 'No', 'constructor', 'Gateway Timeout'])(
    'does not find the words %j',
    (words) => {
      expect(platformError(undefined, words)).toBeUndefined();
    },
  );

  it.each([undefined, '', '-1', '7.0', '1e2', '9999', 'toString', '__proto__'])(
    'does not find %j',
    (code) => {
      expect(platformError(code)).toBeUndefined();
    },
  );
});
