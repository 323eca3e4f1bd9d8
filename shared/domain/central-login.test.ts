import fc from 'fast-check';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { centralLoginSchema, readCentralLogin, writeCentralLogin } from './central-login.ts';

it('reads what it wrote, and says of everything else what the schema says', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      '',
      ' ',
      ' front-desk',
      'front-desk\t',
      'x'.repeat(200),
      'x'.repeat(201),
      ` ${'x'.repeat(200)} `,
    ),
    fc.integer(),
    fc.constant(null),
  );
  fc.assert(
    fc.property(word, word, word, (user, password, apiId) => {
      const parsed = v.safeParse(centralLoginSchema, { user, password, apiId });
      const read = readCentralLogin(JSON.stringify([user, password, apiId]));
      expect(read).toEqual(parsed.success ? parsed.output : undefined);
      if (read !== undefined) expect(readCentralLogin(writeCentralLogin(read))).toEqual(read);
    }),
    { numRuns: 2000 },
  );
});

it.each(['', 'not JSON', '{}', '[]', 'null', '["user","password"]', '"abc"'])('is none: %j', (secret) => {
  expect(readCentralLogin(secret)).toBeUndefined();
});
