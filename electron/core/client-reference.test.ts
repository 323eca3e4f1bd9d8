import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientReference } from './client-reference.ts';

test('26 alphanumeric characters, different for different bytes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      (a, b) => {
        expect(clientReference(a)).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
        const same = a.every((byte, index) => byte === b[index]);
        expect(clientReference(a) === clientReference(b)).toBe(same);
      },
    ),
  );
});
