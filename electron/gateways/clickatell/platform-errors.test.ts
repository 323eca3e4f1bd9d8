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

  it.each([undefined, '', '-1', '7.0', '1e2', '9999', 'toString', '__proto__'])(
    'does not find %j',
    (code) => {
      expect(platformError(code)).toBeUndefined();
    },
  );
});
