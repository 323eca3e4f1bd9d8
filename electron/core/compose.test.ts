import { describe, expect, test } from 'vitest';
import { countMessage } from '../../shared/domain/count-message.ts';
import { maxBodyUnits } from '../../shared/domain/message.ts';
import { understandRecipient } from '../../shared/domain/phone.ts';
import { compose } from './compose.ts';

let next = 0;
const parts = {
  understand: (input: string) => understandRecipient(input, 'ZA'),
  countParts: countMessage,
  carries: ['senderId', 'flash', 'binary', 'userDataHeader', 'deliverAt'] as const,
  now: 1_000,
  newRef: () => {
    next += 1;
    return String(next).padStart(26, '0');
  },
};

describe('compose', () => {
  test('one message per number, written twice is one', () => {
    const result = compose(['082 123 4567', '+27821234567', '+44 7700 900123'], 'Hello', {}, parts);
    expect(result.ok && result.value.map((message) => message.recipient)).toEqual([
      '+27821234567',
      '+447700900123',
    ]);
  });

  test('one number that is not understood and nothing is taken', () => {
    expect(compose(['082 123 4567', 'abc'], 'Hello', {}, parts)).toEqual({
      ok: false,
      error: { code: 'recipient-invalid', details: { position: 2 } },
    });
  });

  test('an empty or blank body, and one that is too long', () => {
    expect(compose(['0821234567'], ' \n ', {}, parts)).toMatchObject({ error: { code: 'body-empty' } });
    expect(compose(['0821234567'], 'a'.repeat(maxBodyUnits + 1), {}, parts)).toMatchObject({
      error: { code: 'body-too-long' },
    });
  });

  test('the body is kept as it was typed', () => {
    const body = '  “Hé” \n\t😀 ';
    const result = compose(['0821234567'], body, {}, parts);
    expect(result.ok && result.value[0]).toMatchObject({ body, encoding: 'ucs-2', parts: 1 });
  });

  test('an option that the account cannot carry is refused, not dropped', () => {
    expect(compose(['0821234567'], 'Hello', { validityMinutes: 5 }, parts)).toMatchObject({
      error: { code: 'option-not-carried' },
    });
    const flash = compose(['0821234567'], 'Hello', { flash: true }, parts);
    expect(flash.ok && flash.value[0]?.options).toEqual({ flash: true });
    const off = compose(['0821234567'], 'Hello', { flash: false, senderId: undefined } as never, parts);
    expect(off.ok && off.value[0]?.options).toEqual({});
  });

  test('options that do not fit the body', () => {
    expect(compose(['0821234567'], 'not hex', { binary: true }, parts)).toMatchObject({
      error: { code: 'option-invalid' },
    });
    expect(compose(['0821234567'], 'Hello', { userDataHeader: '06' }, parts)).toMatchObject({
      error: { code: 'option-invalid' },
    });
    expect(compose(['0821234567'], 'Hello', { deliverAt: 999 }, parts)).toMatchObject({
      error: { code: 'option-invalid' },
    });
    const binary = compose(['0821234567'], '00'.repeat(141), { binary: true }, parts);
    expect(binary.ok && binary.value[0]).toMatchObject({ encoding: '8-bit', parts: 2 });
  });
});
