import { describe, expect, it } from 'vitest';
import { checkFields, checkSender, internationalDigits } from './platform-request.ts';

const now = Date.parse('2027-03-01T08:00:00.500Z');
const fields = (body: string, options = {}) =>
  checkFields({ clientRef: '0'.repeat(26), recipient: '+27820000001', body, options }, now);

describe('fields of a request', () => {
  it.each(['half \ud83d a character', 'the other half \ude00'])('do not carry %j', (body) => {
    expect(fields(body).kind).toBe('refused');
    expect(checkFields({ clientRef: '0'.repeat(26), recipient: '+27820000001', body }, now).kind).toBe(
      'refused',
    );
  });

  it('carry a time that has not passed when it is read in whole seconds', () => {
    expect(fields('Hello', { deliverAt: now + 400 })).toMatchObject({
      value: { scheduledDeliveryTime: '2027-03-01T08:00:01+0000' },
    });
    expect(fields('Hello', { deliverAt: now + 500 })).toMatchObject({
      value: { scheduledDeliveryTime: '2027-03-01T08:00:01+0000' },
    });
  });

  it('carry no year of five digits', () => {
    expect(fields('Hello', { deliverAt: Date.parse('9999-12-30T23:59:59Z') }).kind).toBe('valid');
    expect(fields('Hello', { deliverAt: 8.64e15 }).kind).toBe('refused');
  });

  it('carry no number with a space as a name', () => {
    expect(checkSender('12 34').kind).toBe('refused');
    expect(checkSender('Dr 12').kind).toBe('valid');
  });
});

it.each([
  ['+27820000001', '27820000001'],
  ['0027820000001', '27820000001'],
  ['27 82 000 0001', '27820000001'],
])('%j in an answer is %s', (number, digits) => {
  expect(internationalDigits(number)).toBe(digits);
});
