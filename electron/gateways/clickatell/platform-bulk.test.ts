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

  it('that say yes beside an error of their element leave it open', () => {
    const beside = { ...accepted(a, 1), errorCode: 301, error: 'No credit left' };
    expect(decode(202, [beside, accepted(b, 2)], [a, b]).kinds).toEqual(['unknown', 'accepted']);
  });

  it('on two texts to one number count where every order of the answer tells the same', () => {
    // Reversed, this answer looks the same and means the opposite.
    expect(decode(202, [accepted(a, 1), accepted(b, 2), refused(a)], [a, b, a]).kinds).toEqual([
      'unknown',
      'accepted',
      'unknown',
    ]);
    expect(decode(202, [accepted(a, 1), refused(a)], [a, a]).kinds).toEqual(['unknown', 'unknown']);
    // Both taken: so much is certain, and not which id is whose.
    for (const body of [
      [accepted(a, 1), accepted(b, 2), accepted(a, 3)],
      [accepted(a, 3), accepted(a, 1), accepted(b, 2)],
    ]) {
      expect(decode(202, body, [a, b, a]).outcomes).toEqual([
        { kind: 'accepted', providerId: undefined },
        { kind: 'accepted', providerId: id(2) },
        { kind: 'accepted', providerId: undefined },
      ]);
    }
    expect(decode(202, [refused(a), refused(a)], [a, a]).outcomes).toEqual([
      { kind: 'rejected', code: '105', text: 'Invalid.' },
      { kind: 'rejected', code: '105', text: 'Invalid.' },
    ]);
    expect(decode(202, [refused(a), whole(105), accepted(b, 1)], [a, b, a]).kinds).toEqual([
      'rejected',
      'accepted',
      'rejected',
    ]);
    for (const body of [
      [accepted(a, 1), accepted(b, 2)],
      [accepted(a, 1), accepted(b, 2), refused(a), refused(a)],
      [accepted(a, 1), accepted(b, 2), accepted(a, 3), accepted(a, 4)],
      [accepted(a, 1), accepted(b, 2), whole(105)],
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

  it('on entries turned away whole, without a number, count where they all say the same', () => {
    // In any place: the last one without a number is that of the last text without a verdict.
    for (const body of [
      [accepted(b, 2), whole(105), accepted(c, 3)],
      [whole(105), accepted(c, 3), accepted(b, 2)],
    ]) {
      expect(decode(202, body, [a, b, c]).kinds).toEqual(['rejected', 'accepted', 'accepted']);
    }
    expect(decode(202, [whole(301), whole(301), accepted(a, 1)], [a, b, c]).kinds).toEqual([
      'accepted',
      'notSent',
      'notSent',
    ]);
    // Of two that differ nobody knows which is which, in whatever place; that the credit is gone is known all the same.
    for (const numbers of [
      [a, b, c],
      [b, c, a],
    ]) {
      const told = decode(202, [accepted(a, 1), whole(105), whole(301)], numbers);
      expect(told.kinds).toEqual(numbers.map((number) => (number === a ? 'accepted' : 'unknown')));
      expect(told.pause).toMatchObject({ reason: 'no-credit', text: 'Their words.' });
    }
    // Neither was taken, and why is not told of the wrong one.
    expect(decode(202, [whole(113), whole(105), accepted(a, 1)], [a, b, c]).outcomes.slice(1)).toEqual([
      { kind: 'rejected', code: undefined, text: 'Their words.' },
      { kind: 'rejected', code: undefined, text: 'Their words.' },
    ]);
    // Two texts and one answer: open, and the account pauses for what concerns it.
    expect(decode(202, [whole(105)], [a, b])).toMatchObject({
      kinds: ['unknown', 'unknown'],
      pause: undefined,
    });
    expect(decode(202, [whole(108)], [a, b])).toMatchObject({
      kinds: ['unknown', 'unknown'],
      pause: { reason: 'key-rejected' },
    });
    expect(decode(202, [whole(105), whole(105), accepted(c, 1)], [a, b]).kinds).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  it('are not read from an answer that is no list', () => {
    expect(decode(200, whole(108), [a, b])).toMatchObject({
      kinds: ['notSent', 'notSent'],
      pause: { reason: 'key-rejected' },
    });
    expect(decode(202, accepted(a, 1), [a, b]).kinds).toEqual(['unknown', 'unknown']);
    // Of texts that differ one may be too long: each goes by itself.
    for (const code of [105, 113, 999]) {
      expect(decode(200, whole(code), [a, b])).toMatchObject({
        outcomes: [a, b].map(() => ({ kind: 'notSent', why: 'alone' })),
        pause: undefined,
      });
      expect(decode(200, whole(code), [a]).kinds).toEqual(['rejected']);
    }
    for (const body of ['', '[]', '<html>', 'null', '[1', '"x"']) {
      expect(decode(202, body, [a]).kinds).toEqual(['unknown']);
      expect(decode(401, body, [a]).kinds).toEqual(['notSent']);
    }
    expect(decode(500, [accepted(a, 1)], [a]).kinds).toEqual(['unknown']);
  });

  it('are true of every text, in whatever order the answer stands', () => {
    const fate = fc.constantFrom('taken', 'refused', 'turned away', 'too long', 'no credit');
    const texts = fc.array(fc.record({ number: fc.constantFrom(a, b, c), fate }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(
        texts.chain((asked) =>
          fc.record({
            asked: fc.constant(asked),
            order: fc.shuffledSubarray([...asked.keys()], { minLength: asked.length }),
          }),
        ),
        ({ asked, order }) => {
          const elements = asked.map(({ number, fate: became }, index) => {
            if (became === 'taken') return accepted(number, index);
            if (became === 'refused') return refused(number);
            return whole(became === 'turned away' ? 105 : became === 'too long' ? 113 : 301);
          });
          const { outcomes } = decode(
            202,
            order.map((index) => elements[index]),
            asked.map(({ number }) => number),
          );
          for (const [index, outcome] of outcomes.entries()) {
            const became = asked[index]?.fate;
            if (outcome.kind === 'accepted') {
              expect(became).toBe('taken');
              expect([undefined, id(index)]).toContain(outcome.providerId);
            } else if (outcome.kind === 'notSent') {
              expect(became).toBe('no credit');
            } else if (outcome.kind === 'rejected') {
              const codes = { 'turned away': '105', refused: '105', 'too long': '113' };
              expect(Object.keys(codes)).toContain(became);
              const code = codes[became as keyof typeof codes];
              expect([undefined, code]).toContain(outcome.code);
            }
          }
        },
      ),
      { numRuns: 3000 },
    );
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

  it('are read in one pass or looked through as a whole to the same end', () => {
    const inOrder = [accepted(a, 1), accepted(b, 2), accepted(a, 3), accepted(c, 4)];
    const element = fc.oneof(
      { weight: 6, arbitrary: fc.constant(undefined) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<{ messages: object[] }>(
          accepted(a, 2),
          accepted(b, 5),
          refused(b),
          whole(301),
          { messages: [...accepted(a, 1).messages, ...accepted(b, 6).messages] },
          { messages: [{ accepted: true, to: a, apiMessageId: null }] },
        ),
      },
    );
    fc.assert(
      fc.property(
        fc.array(element, { minLength: 1, maxLength: 5 }),
        fc.constantFrom([a], [a, b], [a, b, a], [a, b, a, c]),
        fc.constantFrom(200, 202, 404),
        (elements, numbers, status) => {
          const body = elements.map((each, index) => each ?? inOrder[index] ?? accepted(c, 7));
          // With a plus, numbers are not as documented.
          const plus = JSON.stringify(body).replaceAll('"to":"', '"to":"+');
          expect(decode(status, body, numbers)).toEqual(decode(status, plus, numbers));
        },
      ),
      { numRuns: 5000 },
    );
  });
});
