import { describe, expect, it } from 'vitest';
import { centralError, centralErrors, sessionErrors } from './central-errors.ts';

describe('the error table of Developers’ Central', () => {
  it('names a pause exactly where the account is meant, and retries accordingly', () => {
    const retryOf = {
      account: 'waits',
      sender: 'never',
      recipient: 'never',
      text: 'never',
      server: 'ask',
    } as const;
    for (const [code, row] of Object.entries(centralErrors)) {
      expect([code, row.pause !== undefined]).toEqual([
        code,
        row.scope === 'account' || row.scope === 'sender',
      ]);
      expect([code, row.retry]).toEqual([code, retryOf[row.scope]]);
    }
  });

  it('has every number of the documents', () => {
    const documented = [
      1, 2, 3, 4, 5, 7, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 120,
      121, 122, 123, 128, 130, 201, 202, 301, 302, 901,
    ];
    for (const code of documented)
      expect(centralError(String(code).padStart(3, '0')), String(code)).toBeDefined();
  });

  it('reads 101 by its words where they say that the login failed', () => {
    expect(centralError('101', 'Authentication Failed')?.meaning).toBe('login-wrong');
    expect(centralError('101', 'Invalid or missing parameters')?.meaning).toBe('invalid-parameter');
  });

  it('means the login where it renews a session', () => {
    for (const code of sessionErrors) expect(centralErrors[code]?.scope).toBe('account');
  });
});
