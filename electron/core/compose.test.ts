import { describe, expect, test } from 'vitest';
import { maxBodyUnits } from '../../shared/domain/message.ts';
import { understandRecipient } from '../../shared/domain/phone.ts';
import { countParts } from '../../shared/domain/segments.ts';
import { compose } from './compose.ts';

let next = 0;
const parts = {
  understand: (input: string) => understandRecipient(input, 'ZA'),
  countParts,
  newRef: () => {
    next += 1;
    return String(next).padStart(26, '0');
  },
};

describe('compose', () => {
  test('one message per number, written twice is one', () => {
    const result = compose(['082 123 4567', '+27821234567', '+44 7700 900123'], 'Hello', parts);
    expect(result.ok && result.value.map((message) => message.recipient)).toEqual([
      '+27821234567',
      '+447700900123',
    ]);
  });

  test('one number that is not understood and nothing is taken', () => {
    expect(compose(['082 123 4567', 'abc'], 'Hello', parts)).toEqual({
      ok: false,
      error: { code: 'recipient-invalid', details: { position: 2 } },
    });
  });

  test('an empty or blank body, and one that is too long', () => {
    expect(compose(['0821234567'], ' \n ', parts)).toMatchObject({ error: { code: 'body-empty' } });
    expect(compose(['0821234567'], 'a'.repeat(maxBodyUnits + 1), parts)).toMatchObject({
      error: { code: 'body-too-long' },
    });
  });

  test('the body is kept as it was typed', () => {
    const body = '  “Hé” \n\t😀 ';
    const result = compose(['0821234567'], body, parts);
    expect(result.ok && result.value[0]).toMatchObject({ body, encoding: 'ucs-2', parts: 1 });
  });
});
