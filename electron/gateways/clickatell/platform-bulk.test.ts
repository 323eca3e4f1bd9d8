import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBulkAnswer, writeBulkRequest } from './platform-bulk.ts';

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const a = '27821234567';
const b = '27821234568';
const c = '27821234569';

function id(digit: number): string {
  return String(digit).repeat(32);
}
function entry(number: string, content = 'x') {
  return { content, to: [number], clientMessageId: number };
}
function accepted(to: string, digit: number) {
  return { messages: [{ apiMessageId: id(digit), accepted: true, to, errorCode: null, error: null }] };
}
const refused = (to: string) => ({
  messages: [{ apiMessageId: null, accepted: false, to, errorCode: 105, error: 'Invalid.' }],
});
const whole = (errorCode: number) => ({ messages: [], errorCode, error: 'Their words.' });

function decode(status: number, body: unknown, numbers: readonly string[]) {
  const bodyText = typeof body === 'string' ? body : JSON.stringify(body);
  const { outcomes, pause } = decodeBulkAnswer(
    { status, headers: {}, bodyText },
    numbers.map((n) => entry(n)),
    now,
  );
  expect(outcomes).toHaveLength(numbers.length);
  return { kinds: outcomes.map((outcome) => outcome.kind), outcomes, pause };
}

it('writes a list of requests', () => {
  expect(writeBulkRequest([entry(a)])).toBe(
    `{"messageList":[{"content":"x","to":["${a}"],"clientMessageId":"${a}"}]}`,
  );
});

describe('verdicts on personal texts', () => {
  it('are told by number, wherever they stand', () => {
    for (const body of [
      [accepted(a, 1), refused(b), accepted(c, 3)],
      [accepted(c, 3), accepted(`+${a}`, 1), refused(b)],
      [{ messages: [...accepted(a, 1).messages, ...refused(b).messages, ...accepted(c, 3).messages] }],
    ]) {
      expect(decode(202, body, [a, b, c]).outcomes).toEqual([
        { kind: 'accepted', providerId: id(1) },
        { kind: 'rejected', code: '105', text: 'Invalid.' },
        { kind: 'accepted', providerId: id(3) },
      ]);
    }
  });

  it('on two texts to one number are told by position, when the order is beyond doubt', () => {
    expect(decode(202, [accepted(a, 1), accepted(b, 2), refused(a)], [a, b, a]).kinds).toEqual([
      'accepted',
      'accepted',
      'rejected',
    ]);
    for (const body of [
      [accepted(b, 2), accepted(a, 1), refused(a)],
      [accepted(a, 1), accepted(b, 2)],
      [accepted(a, 1), accepted(b, 2), refused(a), refused(a)],
    ]) {
      expect(decode(202, body, [a, b, a]).kinds).toEqual(['unknown', 'accepted', 'unknown']);
    }
  });

  it('that are missing, doubled, unreadable or share an id leave it open', () => {
    expect(decode(202, [accepted(a, 1)], [a, b]).kinds).toEqual(['accepted', 'unknown']);
    expect(decode(202, [accepted(a, 1), accepted(a, 2)], [a, b]).kinds).toEqual(['unknown', 'unknown']);
    expect(decode(202, [accepted(a, 1), accepted(b, 1)], [a, b]).kinds).toEqual(['unknown', 'unknown']);
    expect(decode(202, [accepted(a, 1), 'x'], [a, b]).kinds).toEqual(['accepted', 'unknown']);
    expect(decode(202, [accepted(a, 1), {}], [a, b]).kinds).toEqual(['accepted', 'unknown']);
    expect(
      decode(202, [accepted(a, 1), { messages: [{ accepted: true, apiMessageId: id(2) }] }], [a, b]).kinds,
    ).toEqual(['accepted', 'unknown']);
  });

  it('on an entry turned away whole count in its place only', () => {
    const told = decode(202, [accepted(a, 1), whole(105), whole(301)], [a, b, c]);
    expect(told.kinds).toEqual(['accepted', 'rejected', 'notSent']);
    expect(told.pause).toMatchObject({ reason: 'no-credit', text: 'Their words.' });
    // Out of place, the last one without a number is that of the last text without a verdict,
    expect(decode(202, [accepted(b, 2), whole(105), accepted(c, 3)], [a, b, c]).kinds).toEqual([
      'rejected',
      'accepted',
      'accepted',
    ]);
    expect(decode(202, [whole(301), whole(301), accepted(a, 1)], [a, b, c]).kinds).toEqual([
      'accepted',
      'notSent',
      'notSent',
    ]);
    // but of two that differ nobody knows which is which.
    expect(decode(202, [whole(105), whole(301), accepted(a, 1)], [a, b, c]).kinds).toEqual([
      'accepted',
      'unknown',
      'unknown',
    ]);
    expect(decode(202, [whole(105)], [a, b]).kinds).toEqual(['unknown', 'unknown']);
  });

  it('are not read from an answer that is no list', () => {
    expect(decode(200, whole(108), [a, b])).toMatchObject({
      kinds: ['notSent', 'notSent'],
      pause: { reason: 'key-rejected' },
    });
    expect(decode(202, accepted(a, 1), [a, b]).kinds).toEqual(['unknown', 'unknown']);
    for (const body of ['', '[]', '<html>', 'null', '[1', '"x"']) {
      expect(decode(202, body, [a]).kinds).toEqual(['unknown']);
      expect(decode(401, body, [a]).kinds).toEqual(['notSent']);
    }
    expect(decode(500, [accepted(a, 1)], [a]).kinds).toEqual(['unknown']);
  });

  it('never claim what the answer does not say, whatever it says', () => {
    const element = fc.constantFrom<unknown>(
      accepted(a, 1),
      accepted(b, 2),
      accepted(a, 3),
      refused(a),
      refused(b),
      whole(301),
      {},
      null,
      { messages: [{ accepted: true }] },
    );
    fc.assert(
      fc.property(
        fc.array(element, { maxLength: 5 }),
        fc.shuffledSubarray([a, b, a], { minLength: 1 }),
        (body, numbers) => {
          const { outcomes } = decode(202, body, numbers);
          const positives = body.flatMap((each) =>
            typeof each === 'object' && each !== null && 'messages' in each
              ? (each.messages as { accepted?: boolean; to?: string }[]).filter(
                  (one) => one.accepted === true,
                )
              : [],
          );
          for (const number of new Set(numbers)) {
            const claimed = outcomes.filter(
              (outcome, index) => numbers[index] === number && outcome.kind === 'accepted',
            );
            expect(claimed.length).toBeLessThanOrEqual(positives.filter((one) => one.to === number).length);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
