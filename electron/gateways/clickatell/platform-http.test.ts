import { describe, expect, it } from 'vitest';
import type { MessageOptions } from '../../../shared/domain/message-options.ts';
import { httpObjection, writeHttpQuery } from './platform-http.ts';

function message(body: string, options?: MessageOptions) {
  return { clientRef: 'R', recipient: '+27821234567', body, options };
}

describe('the query', () => {
  it('names the parameters of the specification in its order and encodes every value', () => {
    expect(
      writeHttpQuery('Zm9-_+/w==', {
        content: 'a b&c=d?é€😀+\n%',
        to: ['27821234567'],
        from: '18563184169',
        clientMessageId: 'R',
        charset: 'UTF-8',
      }),
    ).toBe(
      'apiKey=Zm9-_%2B%2Fw%3D%3D&to=27821234567&from=18563184169' +
        '&content=a%20b%26c%3Dd%3F%C3%A9%E2%82%AC%F0%9F%98%80%2B%0A%25&clientMessageId=R',
    );
  });

  it.each<[string, string, MessageOptions | undefined, RegExp | undefined]>([
    ['a plain text', 'x', undefined, undefined],
    ['a sender', 'x', { senderId: '123' }, undefined],
    ['options that say no', 'x', { flash: false, binary: false }, undefined],
    ['binary', '00', { binary: true }, /no room/],
    ['a validity', 'x', { validityMinutes: 1 }, /no room/],
    ['a time', 'x', { deliverAt: 1 }, /no room/],
    ['a header', 'x', { userDataHeader: '0100' }, /no room/],
    ['flash', 'x', { flash: true }, /no room/],
    ['half a surrogate pair', '\ud800', undefined, /half a character/],
    ['a text too long for an address', 'я'.repeat(1_300), undefined, /too long/],
  ])('%s', (_name, body, options, words) => {
    const objection = httpObjection(message(body, options));
    if (words === undefined) expect(objection).toBeUndefined();
    else expect(objection).toMatch(words);
  });
});
