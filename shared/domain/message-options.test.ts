import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { countMessage } from './count-message.ts';
import { hasPassedTime, messageOptionsSchema, withoutPassedTime } from './message-options.ts';
import { maxHeaderOctets } from './part-capacity.ts';
import { parseUserDataHeader } from './user-data-header.ts';

/** One element of nothing but zeros, the whole header that many octets long. */
function headerOf(octets: number): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `${hex(octets - 1)}70${hex(octets - 3)}${'00'.repeat(octets - 3)}`;
}
const passes = (userDataHeader: string): boolean =>
  v.safeParse(messageOptionsSchema, { userDataHeader }).success;

describe('the longest user data header', () => {
  it('is the same to the contract, the parser and the counter', () => {
    const longest = headerOf(maxHeaderOctets);
    const options = { binary: true, userDataHeader: longest };
    expect([passes(longest), parseUserDataHeader(longest).kind]).toEqual([true, 'valid']);
    expect(countMessage('00', options)).toEqual({ encoding: '8-bit', parts: 1 });
    expect(countMessage('00'.repeat(9), options)).toEqual({ encoding: '8-bit', parts: 1 });
    expect(countMessage('00'.repeat(10), options)).toBeUndefined();
    const longer = headerOf(maxHeaderOctets + 1);
    expect([passes(longer), parseUserDataHeader(longer)]).toEqual([
      false,
      { kind: 'invalid', reason: 'too-long' },
    ]);
    expect(countMessage('00', { binary: true, userDataHeader: longer })).toBeUndefined();
  });
});

describe('a delivery time that has passed', () => {
  it('is taken out, and nothing else', () => {
    const options = { deliverAt: 1_000, validityMinutes: 90 };
    expect(withoutPassedTime(options, 1_000)).toEqual({ validityMinutes: 90 });
    expect(withoutPassedTime(options, 999)).toEqual(options);
    expect([hasPassedTime(options, 1_000), hasPassedTime(options, 999), hasPassedTime({}, 999)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
