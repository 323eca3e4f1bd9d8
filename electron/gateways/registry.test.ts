import { describe, expect, it } from 'vitest';
import { errorMeaning } from './registry.ts';

describe('what an error number means', () => {
  it.each([
    ['central', '101', 'Authentication failed', 'login-wrong'],
    ['central', '101', 'Invalid or missing parameters', 'invalid-parameter'],
    ['central', '101', undefined, 'invalid-parameter'],
    ['central', '001', 'Authentication failed', 'login-wrong'],
    ['platform', '101', 'Authentication failed', 'invalid-parameter'],
    ['platform', undefined, 'Invalid or missing integration API Key.', 'key-invalid'],
    ['platform', '108', 'Invalid or missing integration API Key.', 'key-invalid'],
  ] as const)('%s %s, "%s": %s', (family, code, words, meaning) => {
    expect(errorMeaning(family, code, words)).toBe(meaning);
  });

  it.each([undefined, 'account', '4711'])('is not known for %j', (code) => {
    for (const family of ['platform', 'central'] as const)
      expect(errorMeaning(family, code, undefined)).toBeUndefined();
  });
});
