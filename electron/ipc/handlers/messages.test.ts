import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { attemptViewSchema, messageRowSchema } from '../../../shared/ipc/contract.ts';
import { attemptView, preview } from './messages.ts';

test('whatever a text holds, the line shown of it fits the contract and cuts no character in half', () => {
  const schema = messageRowSchema.entries.preview;
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 160 }), (start) => {
      const line = preview(start);
      expect(v.safeParse(schema, line).success).toBe(true);
      expect(line).toBe(start.replaceAll(/\s+/g, ' ').slice(0, line.length));
    }),
  );
  expect(preview('🌻'.repeat(160)).isWellFormed()).toBe(true);
  expect(preview(`a${'🌻'.repeat(160)}`).isWellFormed()).toBe(true);
});

test('a try fits the contract, whatever else the reader knows of it', () => {
  const attempt = {
    number: 1,
    openedAt: 1,
    closedAt: null,
    outcome: null,
    httpStatus: null,
    text: null,
    messages: 50,
  };
  expect(v.is(attemptViewSchema, attemptView(attempt))).toBe(true);
  expect(v.is(attemptViewSchema, attempt)).toBe(false);
});
