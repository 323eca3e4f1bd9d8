import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageOptions } from '../../../shared/domain/message-options.ts';
import type { GatewayMessage } from '../../core/ports.ts';
import { maxPersonalTexts, maxRecipients, planBatch } from './platform-encode.ts';
import { areDistinct } from './same-text.ts';

const now = Date.UTC(2017, 1, 27, 12, 0, 0);
const limits = { maxRecipients, personalTexts: 1 };
const ref = '01J00000000000000000000001';

function message(recipient: string, body = 'Hello', options?: MessageOptions): GatewayMessage {
  return { clientRef: '01J00000000000000000000000', recipient, body, options };
}

function plan(messages: readonly GatewayMessage[], given = limits) {
  const { slots, body } = planBatch({ requestRef: ref, messages }, given, now);
  return {
    slots: slots().map((slot) =>
      typeof slot === 'string' ? slot : `${slot.kind}: ${'text' in slot ? slot.text : ''}`,
    ),
    json: body.kind === 'same' ? JSON.stringify(body.request) : undefined,
    entries: body.kind === 'personal' ? body.requests.map((entry) => JSON.stringify(entry)) : undefined,
  };
}
const leftOut = 'notSent: left out of this request';

describe('one text to all', () => {
  it('is one request, fields in a fixed order, numbers without +', () => {
    const { json, slots } = plan([message('+27821234567'), message('+447700900123')]);
    expect(json).toBe(
      '{"content":"Hello","to":["27821234567","447700900123"],"clientMessageId":"01J00000000000000000000001","charset":"UTF-8"}',
    );
    expect(slots).toEqual(['27821234567', '447700900123']);
  });

  it('leaves out what one request cannot carry', () => {
    const { json, slots } = plan([
      message('+27821234567'),
      message('+27821234567'),
      message('+27821234568', 'Another text'),
      message('+27821234569'),
      message('+27821234570', 'Hello', { senderId: '123' }),
      message('+27821234571', 'Hello', { flash: false }),
    ]);
    expect(slots).toEqual(['27821234567', leftOut, leftOut, '27821234569', leftOut, '27821234571']);
    expect(JSON.parse(json ?? '')).toMatchObject({ to: ['27821234567', '27821234569', '27821234571'] });
  });

  it('carries no more than the API takes', () => {
    const messages = Array.from({ length: maxRecipients + 3 }, (_, index) =>
      message(`+2782${1_000_000 + index}`),
    );
    const { json, slots } = plan(messages);
    expect((JSON.parse(json ?? '') as { to: string[] }).to).toHaveLength(maxRecipients);
    expect(slots.slice(maxRecipients)).toEqual([leftOut, leftOut, leftOut]);
  });

  it('writes nothing for an empty batch', () => {
    expect(plan([])).toEqual({ slots: [], json: undefined, entries: undefined });
  });

  it('carries any text unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const { json } = plan([message('+27821234567', text)]);
        expect((JSON.parse(json ?? '') as { content: string }).content).toBe(text);
      }),
    );
  });

  it('carries every field of the specification', () => {
    const { json } = plan([
      message('+27821234567', '04 06 01 ae', {
        senderId: '+1 8563184169'.replace(' ', ''),
        binary: true,
        validityMinutes: 90,
        deliverAt: Date.UTC(2017, 1, 27, 12, 30, 0),
        userDataHeader: '0605040B8423F0',
      }),
    ]);
    expect(json).toBe(
      '{"content":"040601ae","to":["27821234567"],"from":"18563184169","binary":true,' +
        `"clientMessageId":"${ref}","scheduledDeliveryTime":"2017-02-27T12:30:00+0000",` +
        '"userDataHeader":"0605040B8423F0","validityPeriod":90}',
    );
  });
});

describe('what cannot go is refused before anything leaves', () => {
  it.each<[string, string, MessageOptions | undefined, RegExp]>([
    ['an empty text', '', undefined, /empty/],
    ['more than 35 parts', 'a'.repeat(5356), undefined, /35 parts/],
    ['more than 35 Unicode parts', 'я'.repeat(2346), undefined, /35 parts/],
    ['more than 35 parts of characters that take two units', '😀'.repeat(35 * 33 + 1), undefined, /35 parts/],
    ['more than 35 parts of families', '👨‍👩‍👧‍👦'.repeat(211), undefined, /35 parts/],
    ['flash', 'x', { flash: true }, /flash/],
    ['octets that are not hexadecimal', 'xy', { binary: true }, /hexadecimal/],
    ['half an octet', '040', { binary: true }, /hexadecimal/],
    ['too many octets', '00'.repeat(35 * 134 + 1), { binary: true }, /35 parts/],
    ['a header of the wrong length', '00', { binary: true, userDataHeader: '0505040B8423F0' }, /length/],
    ['a broken header', '00', { binary: true, userDataHeader: '0405040B84' }, /element/],
    [
      'octets with a header in several parts',
      '00'.repeat(134),
      { binary: true, userDataHeader: '0605040B8423F0' },
      /one part/,
    ],
    [
      'a text with a header in several parts',
      'a'.repeat(153),
      { userDataHeader: '0605040B8423F0' },
      /one part/,
    ],
    ['a validity out of bounds', 'x', { validityMinutes: 0 }, /validity/],
    ['a sender that is none', 'x', { senderId: 'Café' }, /sender/],
    ['a sender too long', 'x', { senderId: '12345678901234567' }, /sender/],
  ])('%s', (_name, body, options, words) => {
    const { slots, json } = plan([message('+27821234567', body, options)]);
    expect(json).toBeUndefined();
    expect(slots).toEqual([expect.stringMatching(/^rejected: /)]);
    expect(slots[0]).toMatch(words);
  });

  it.each(['12345', '+1234567890123456', '', 'x', '+0123456789'])('the number %j', (recipient) => {
    const { slots } = plan([message(recipient), message('+27821234567')]);
    expect(slots).toEqual([
      recipient === '12345' ? '12345' : 'rejected: the number is not one in international form',
      '27821234567',
    ]);
  });

  it('a delivery time that passed on the way is not held against the text', () => {
    const late = message('+27821234567', 'x', { deliverAt: now });
    for (const given of [limits, { ...limits, alwaysPersonal: true }]) {
      const { slots, json, entries } = plan([late, late], given);
      expect([json, entries]).toEqual([undefined, undefined]);
      expect(slots).toEqual(Array(2).fill('notSent: the delivery time has passed'));
    }
  });

  it('what the transport objects to', () => {
    const objecting = { ...limits, objection: () => 'not this way' };
    expect(plan([message('+27821234567')], objecting).slots).toEqual(['rejected: not this way']);
  });
});

describe('personal texts', () => {
  const many = { maxRecipients, personalTexts: maxPersonalTexts };

  it('are an entry each, with a reference each', () => {
    const { entries, slots } = plan(
      [
        { ...message('+27821234567', 'Dear A'), clientRef: 'A' },
        { ...message('+27821234568', 'Dear B', { validityMinutes: 5 }), clientRef: 'B' },
        { ...message('+27821234567', 'Dear A again'), clientRef: 'C' },
      ],
      many,
    );
    expect(slots).toEqual(['27821234567', '27821234568', '27821234567']);
    expect(entries).toEqual([
      '{"content":"Dear A","to":["27821234567"],"clientMessageId":"A","charset":"UTF-8"}',
      '{"content":"Dear B","to":["27821234568"],"clientMessageId":"B","validityPeriod":5,"charset":"UTF-8"}',
      '{"content":"Dear A again","to":["27821234567"],"clientMessageId":"C","charset":"UTF-8"}',
    ]);
  });

  it('are refused one by one, and repeated ones left out', () => {
    const { entries, slots } = plan(
      [
        message('+27821234567', 'One'),
        message('+27821234568', 'Two', { flash: true }),
        message('x', 'Three'),
        message('+27821234567', 'One'),
      ],
      many,
    );
    expect(entries).toHaveLength(1);
    expect(slots).toEqual([
      '27821234567',
      expect.stringMatching(/^rejected: .*flash/),
      expect.stringMatching(/^rejected: .*number/),
      leftOut,
    ]);
  });

  it('are no more than fit', () => {
    const messages = Array.from({ length: maxPersonalTexts + 2 }, (_, index) =>
      message('+27821234567', `text ${index}`),
    );
    const { entries, slots } = plan(messages, many);
    expect(entries).toHaveLength(maxPersonalTexts);
    expect(slots.slice(-2)).toEqual([leftOut, leftOut]);
  });

  it('that are all the same are one request', () => {
    expect(plan([message('+27821234567'), message('+27821234568')], many).json).toBeDefined();
  });
});

it('sees at once whether numbers are written plainly and no two the same', () => {
  const digits = fc.integer({ min: 0, max: 30 }).map((last) => `2782${1_000_000 + last}`);
  const number = fc.oneof(
    { weight: 8, arbitrary: digits.map((text) => `+${text}`) },
    { weight: 2, arbitrary: digits },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '+',
        '1234',
        '+0123456',
        '+27 821',
        '+123456789012345',
        '+1234567890123456',
        '99999a',
      ),
    },
  );
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 8 }), (numbers) => {
      const plain = numbers.every((each) => /^\+?[1-9]\d{4,14}$/.test(each));
      const different = new Set(numbers.map((each) => each.replace('+', ''))).size === numbers.length;
      expect(areDistinct(numbers)).toBe(plain && different);
      const { slots } = plan(numbers.map((each) => message(each)));
      expect(new Set(slots.filter((slot) => /^\d+$/.test(slot))).size).toBe(
        slots.filter((slot) => /^\d+$/.test(slot)).length,
      );
      if (plain && different) expect(slots).toEqual(numbers.map((each) => each.replace('+', '')));
      else expect(slots).not.toEqual(numbers.map((each) => each.replace('+', '')));
    }),
    { numRuns: 2000 },
  );
});
