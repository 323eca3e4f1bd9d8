import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from './central-answer.ts';
import { decodeSendmsg, isSessionOver } from './central-decode.ts';

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const a = '2799900001';
const b = '2799900002';
const c = '2799900003';
const idA = 'f6b9af2a2c9e5b18ee2d257e3def5d66';
const idB = '3e3ca2485ff340185e4af50851422943';
const idC = '48e783af2f1e918f544d389310317369';

function decode(
  body: string,
  numbers: readonly string[] = [a],
  status = 200,
  headers: Record<string, string> = {},
) {
  const { outcomes, pause } = decodeSendmsg({ status, headers, bodyText: body }, numbers, { now });
  expect(outcomes).toHaveLength(numbers.length);
  return { outcomes, pause };
}
function kinds(body: string, numbers: readonly string[] = [a], status = 200) {
  return decode(body, numbers, status).outcomes.map((outcome) => outcome?.kind);
}
const acceptedA = { kind: 'accepted', providerId: idA };

it('leaves open what has the id of another, and a third one stands', () => {
  for (const [body, numbers] of [
    [`ID: ${idA} To: ${a}\nID: ${idA} To: ${b}`, [a, b]],
    [`ID: ${idA} To: ${a}\nID: ${idA.toUpperCase()} To: ${b}`, [a, b]],
    [`ID: ${idA} To: ${a} ID: ${idA} To: ${b} ID: ${idB} To: ${c}`, [a, b, c]],
  ] as const) {
    const expected = ['unknown', 'unknown', 'accepted'].slice(0, numbers.length);
    expect([body, kinds(body, numbers)]).toEqual([body, expected]);
  }
});

describe('one recipient', () => {
  it.each([
    `ID: ${idA}`,
    `ID: ${idA}\n`,
    `\r\n id:${idA}\r\n`,
    `ID: ${idA.toUpperCase()}`,
    `ID: ${idA} To: ${a}`,
    `ID: ${idA} to: +${a}`,
  ])('is taken: %j', (body) => {
    expect(decode(body).outcomes).toEqual([acceptedA]);
  });

  it.each([
    ['ERR: 105, Invalid Destination Address', '105', 'Invalid Destination Address'],
    ['err: 114, cannot route message, really\n', '114', 'cannot route message, really'],
    ['ERR: 128,Number delisted', '128', 'Number delisted'],
    ['ERR: 113', '113', 'error 113'],
    ['ERR: 114, To: be or not To: 2799900001', '114', 'To: be or not'],
    ['ERR: 999, Something new', '999', 'Something new'],
    ['ERR: 106, Invalid source address', undefined, undefined],
  ])('is refused: %j', (body, code, text) => {
    if (code === undefined) expect(kinds(body)).toEqual(['notSent']);
    else expect(decode(body).outcomes).toMatchObject([{ kind: 'rejected', code, text }]);
  });

  it('is refused for its own sender, and not the account', () => {
    const answer = { status: 200, headers: {}, bodyText: 'ERR: 106, Invalid source address' };
    expect(decodeSendmsg(answer, [a], { now, senderGiven: true })).toEqual({
      outcomes: [{ kind: 'rejected', code: '106', text: 'Invalid source address' }],
      pause: undefined,
    });
  });

  it.each([
    ['ERR: 001, Authentication failed', 'key-rejected'],
    ['ERR: 002, Unknown username or password', 'key-rejected'],
    ['ERR: 003, Session ID expired', 'account-problem'],
    ['ERR: 007, IP Lockdown violation', 'ip-blocked'],
    ['ERR: 101, Authentication failed', 'key-rejected'],
    ['ERR: 108, Invalid or missing API ID', 'key-rejected'],
    ['ERR: 301, No Credit Left', 'no-credit'],
    ['ERR: 302, Max allowed credit', 'no-credit'],
  ])('waits with the account: %s', (body, reason) => {
    expect(decode(body)).toMatchObject({
      outcomes: [{ kind: 'notSent', why: 'account' }],
      pause: { reason, until: undefined },
    });
  });

  it('waits until the time in error 130', () => {
    expect(decode(`ERR: 130, Maximum MT limit exceeded until ${now / 1000 + 900}`).pause).toMatchObject({
      reason: 'rate-limited',
      until: now + 900_000,
    });
    expect(decode('ERR: 130, Maximum MT limit exceeded').pause).toMatchObject({ until: now + 60_000 });
  });

  it.each([
    '',
    ' \n',
    '<html>sign in</html>',
    `<html>ID: ${idA}`,
    `OK: ${idA}`,
    `${idA}`,
    `001\nID: ${idA} Status: 001`,
    `ID: ${idA} Status: 004`,
    `ID: ${idA.slice(0, 31)}`,
    `ID: ${idA}0`,
    'ID:',
    'ERR: 10',
    'ERR: This prefix is not currently supported.',
    'ERR: 901, Internal error - please retry',
    `ID: ${idA} To: ${b}`,
    `ID: ${idA}\nID: ${idB}`,
    `ID: ${idA} To: ${a}\nERR: 105, x To: ${a}`,
    '{"messages":[]}',
    `BID: ${idA}`,
  ])('stays open: %j', (body) => {
    expect(kinds(body)).toEqual(['unknown']);
  });

  it('passes over what is said about others', () => {
    expect(decode(`ID: ${idB} To: ${b}\nID: ${idA} To: ${a}`).outcomes).toEqual([acceptedA]);
  });
});

describe('several recipients', () => {
  const all = `ID: ${idA} To: ${a}\nID: ${idB} To: ${b}\nID: ${idC} To: ${c}`;

  it.each([
    ['a line each', all],
    ['one line, as documented', all.replaceAll('\n', ' ')],
    ['carriage returns', `${all.replaceAll('\n', '\r\n')}\r\n`],
    ['lower case', all.toLowerCase()],
    ['plus signs', all.replaceAll('To: ', 'To: +')],
    ['another order', all.split('\n').reverse().join('\n')],
    ['blank lines', all.replaceAll('\n', '\n\n')],
  ])('are told apart: %s', (_name, body) => {
    expect(decode(body, [a, b, c]).outcomes).toEqual([
      acceptedA,
      { kind: 'accepted', providerId: idB },
      { kind: 'accepted', providerId: idC },
    ]);
  });

  it('are told apart when mixed, errors with commas, an id inside words', () => {
    const body = `ID: ${idA} To: ${a} ERR: 108, Invalid or missing API ID To: ${b} ERR: 105, Invalid, To: ${c}`;
    const { outcomes, pause } = decode(body, [a, b, c]);
    expect(outcomes).toEqual([
      acceptedA,
      { kind: 'notSent', why: 'account', text: 'Invalid or missing API ID' },
      { kind: 'rejected', code: '105', text: 'Invalid,' },
    ]);
    expect(pause).toMatchObject({ reason: 'key-rejected' });
  });

  it('are all refused by an error repeated for each, or said once for all', () => {
    const each = [a, b, c].map((to) => `ERR: 001, Authentication failed To: ${to}`).join(' ');
    for (const body of [each, 'ERR: 001, Authentication failed', 'ERR: 101, authentication failed.\n']) {
      expect(decode(body, [a, b, c])).toMatchObject({
        outcomes: Array.from({ length: 3 }, () => ({ kind: 'notSent', why: 'account' })),
        pause: { reason: 'key-rejected' },
      });
    }
  });

  it.each([
    'ERR: 301',
    'ERR: 301, No Credit Left',
    'ERR: 301, No Credit Left To',
    'ERR: 301, No Credit Left To:',
    'ERR: 302, Max allowed credit',
    'ERR: 130, Maximum MT limit exceeded until 1765000000',
    'ERR: 106, Invalid source address',
    'ERR: 113, Maximum message parts exceeded',
    'ERR: 101, Invalid or missing parameters',
    'ERR: 999, What',
    // Of a login, which no number can have by itself, but cut off: what else it said is gone.
    'ERR: 001, Authenticat',
    'ERR: 001, Authentication failed To:',
    `ERR: 001, Authentication failed To: ${a.slice(0, 5)}`,
  ])('stay open after %j: the rest may have been cut off, and may have taken the others', (body) => {
    expect(kinds(body, [a, b])).toEqual(['unknown', 'unknown']);
    expect(decode(body, [a, b], 503, { 'retry-after': '5' })).toMatchObject({
      outcomes: [{ kind: 'unknown' }, { kind: 'unknown' }],
      pause: { reason: 'rate-limited' },
    });
  });

  it('stay open, and the account pauses all the same, where one of them has met its limit', () => {
    expect(decode('ERR: 301, No Credit Left', [a, b]).pause).toMatchObject({ reason: 'no-credit' });
    expect(decode('ERR: 130, Maximum', [a, b]).pause).toMatchObject({ until: now + 60_000 });
    expect(decode('ERR: 001, Authent', [a, b]).pause).toMatchObject({ reason: 'key-rejected' });
    expect(decode('ERR: 105, Invalid', [a, b]).pause).toBeUndefined();
  });

  it.each([
    ['of one of several', `ERR: 001, Authentication failed To: ${a}`],
    ['of the others, cut off', `ERR: 001, Authentication failed To: ${a}\nERR: 001, Authentication failed`],
  ])('does not speak for those it leaves out: a refusal %s', (_name, body) => {
    expect(kinds(body, [a, b, c])).toEqual(['notSent', 'unknown', 'unknown']);
    expect(decode(body, [a, b, c], 503, { 'retry-after': '5' }).outcomes).toMatchObject([
      { kind: 'unknown' },
      { kind: 'unknown' },
      { kind: 'unknown' },
    ]);
  });

  const verdicts = [
    `ID: ${idA} To:`,
    'ERR: 301, No Credit Left To:',
    'ERR: 105, Invalid Destination Address To:',
    'ERR: 130, Maximum MT limit exceeded until 1765000000 To:',
    'ERR: 106, Invalid source address To:',
  ];
  it.each(['\n', '\r\n', ' '])(
    'an answer cut at any byte never says more than the whole one (%j)',
    (between) => {
      for (const one of verdicts) {
        for (const same of verdicts) {
          const other = same.replace(idA, idB);
          for (const order of [`${one} ${a}${between}${other} ${b}`, `${other} ${b}${between}${one} ${a}`]) {
            const whole = kinds(order, [a, b]);
            for (let length = 0; length < order.length; length += 1) {
              const cut = order.slice(0, length);
              for (const [index, kind] of kinds(cut, [a, b]).entries()) {
                expect([cut, ['unknown', whole[index]]]).toEqual([cut, expect.arrayContaining([kind])]);
              }
            }
          }
        }
      }
    },
  );

  it('stay open where the answer does not say which one it means', () => {
    expect(kinds('ERR: 105, Invalid destination address', [a, b])).toEqual(['unknown', 'unknown']);
    expect(kinds('ERR: 999, What', [a, b])).toEqual(['unknown', 'unknown']);
    expect(kinds(`ID: ${idA}`, [a, b])).toEqual(['unknown', 'unknown']);
    expect(kinds(`ID: ${idA} ID: ${idB}`, [a, b])).toEqual(['unknown', 'unknown']);
    expect(kinds(`ID: ${idA} To: ${a}`, [a, b])).toEqual(['accepted', 'unknown']);
    expect(kinds(`ID: ${idA} To: ${a} ID: ${idB} To: ${a}`, [a, b])).toEqual(['unknown', 'unknown']);
    expect(kinds(`ID: ${idA} To: ${a} ERR: 901, Internal error To: ${b}`, [a, b])).toEqual([
      'accepted',
      'unknown',
    ]);
    expect(kinds(`ID: ${idA} To: ${a} ID: ${idB.slice(0, 9)}`, [a, b])).toEqual(['unknown', 'unknown']);
  });

  it('a number that has lost its end is not taken for a shorter one', () => {
    const long = `${a}23`;
    expect(kinds(`ID: ${idA} To: ${a}`, [long, a])).toEqual(['unknown', 'unknown']);
    expect(kinds(`ID: ${idA} To: ${a} ID: ${idB} To: ${long}`, [long, a])).toEqual(['accepted', 'accepted']);
  });
});

describe('statuses', () => {
  it('count where the body says nothing', () => {
    expect(decode('', [a], 401)).toMatchObject({
      outcomes: [{ kind: 'notSent' }],
      pause: { reason: 'key-rejected' },
    });
    expect(decode('', [a], 429, { 'retry-after': '7' }).pause).toMatchObject({ until: now + 7_000 });
    for (const status of [204, 302, 400, 500, 502, 503]) expect(kinds('', [a], status)).toEqual(['unknown']);
  });

  it('contradict an acceptance, and leave 5xx open whatever it says', () => {
    expect(kinds(`ID: ${idA}`, [a], 400)).toEqual(['unknown']);
    expect(kinds(`ID: ${idA}`, [a], 500)).toEqual(['unknown']);
    expect(kinds('ERR: 001, Authentication failed', [a], 500)).toEqual(['unknown']);
    expect(kinds('ERR: 105, x', [a], 400)).toEqual(['rejected']);
    expect(kinds(`ID: ${idA}`, [a], 302)).toEqual(['unknown']);
  });

  it('503 with Retry-After is a refusal only in the words of the API', () => {
    const headers = { 'retry-after': '5' };
    expect(decode('ERR: 130, Busy', [a], 503, headers)).toMatchObject({
      outcomes: [{ kind: 'notSent' }],
      pause: { reason: 'rate-limited', until: now + 5_000 },
    });
    for (const body of [
      '',
      '<h1>Backend fetch failed</h1>',
      `ID: ${idA} To: ${a} ERR: 901, x To: ${b}`,
      'ERR: 503 Service Unavailable',
      'ERR: 901, Internal error',
    ]) {
      expect(decode(body, [a], 503, headers)).toMatchObject({
        outcomes: [{ kind: 'unknown' }],
        pause: { reason: 'rate-limited' },
      });
    }
  });
});

it('trouble at their end that nobody has described leaves it open', () => {
  for (const words of ['Service temporarily unavailable', 'Internal server error', 'Request timed out']) {
    expect(kinds(`ERR: 999, ${words}`, [a])).toEqual(['unknown']);
    expect(kinds(`ERR: 999, ${words} To: ${a}\nERR: 105, x To: ${b}`, [a, b])).toEqual([
      'unknown',
      'rejected',
    ]);
  }
  expect(kinds('ERR: 999, New', [a])).toEqual(['rejected']);
});

describe('a session that is over', () => {
  function isOver(bodyText: string, numbers: readonly string[] = [a], status = 200): boolean {
    return isSessionOver({ status, headers: {}, bodyText }, numbers);
  }
  it('is so when that is all an answer says', () => {
    expect(isOver('ERR: 003, Session ID expired')).toBe(true);
    expect(isOver('ERR: 003, Session ID expired', [])).toBe(true);
    expect(isOver('ERR: 003, Session ID expired\n', [a, b])).toBe(true);
    expect(
      isOver(`ERR: 003, Session ID expired To: ${a}\nERR: 003, Session ID expired To: ${b}`, [a, b]),
    ).toBe(true);
    expect(isOver('ERR: 005, Missing session ID')).toBe(true);
    expect(isOver('\r\n err: 005, Missing session ID\n')).toBe(true);
    expect(isOver('ERR: 001, Authentication failed')).toBe(true);
  });
  it.each([
    '',
    `ID: ${idA}`,
    `ID: ${idA} To: ${a}\nERR: 003, Session ID expired To: ${b}`,
    `ERR: 003, Session ID expired To: ${a}\nERR: 105, x To: ${b}`,
    `ERR: 001, Authentication failed To: ${a}`,
    `ERR: 001, Authentication failed To: ${a}\nERR: 001, Authentication failed`,
    `ERR: 001, Authentication failed To: ${a}\nERR: 001, Authentication failed To: ${a}`,
    `ERR: 001, Authentication failed To: ${a}\nERR: 001, Authentication failed To: ${c}`,
    'ERR: 001',
    'ERR: 001, Authentication failed To:',
    '<html>ERR: 003, Session ID expired',
    'ERR: 301, No credit left',
    'ERR: 00',
  ])('is not proven for two numbers by %j', (body) => {
    expect(isOver(body, [a, b])).toBe(false);
  });
  it('is not proven by a status that others answer with', () => {
    expect(isOver('ERR: 003, Session ID expired', [a], 502)).toBe(false);
  });
});

it('reads any answer, and claims nothing that it does not say', () => {
  const piece = fc.constantFrom(
    'ID: ',
    'ERR: ',
    ' To: ',
    idA,
    idB,
    a,
    b,
    '105, x',
    '001',
    '\n',
    ' ',
    ',',
    'x',
    'id:',
    '<p>',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom(200, 202, 400, 500), (pieces, status) => {
      const body = pieces.join('');
      for (const [index, outcome] of decode(body, [a, b], status).outcomes.entries()) {
        if (outcome?.kind !== 'accepted') continue;
        expect(status).toBeLessThan(300);
        expect(body).toMatch(new RegExp(`ID:\\s*${outcome.providerId}\\s+To:\\s*${[a, b][index]}`, 'i'));
      }
      readLines(body);
    }),
    { numRuns: 5000 },
  );
});

it('reads an answer in one pass or line by line to the same end', () => {
  const numbers = [a, b, c];
  const separator = fc.constantFrom('\n', '\r\n', ' ', '\n\n', '', ', ');
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        `ID: ${idA}`,
        `ID: ${idA.toUpperCase()} To: ${a}`,
        `ID: ${idA.slice(1)} To: ${a}`,
        `ID: ${idA.slice(1)}g To: ${a}`,
        `ID: ${idB} To: ${a}`,
        `ID: ${idB} To: ${b}5`,
        `ID: ${idB} To: ${b} 5`,
        `ID: ${idC} To: +${c}`,
        `id: ${idC} To: ${c.slice(0, 9)}`,
        `ERR: 105, Invalid Destination Address To: ${b}`,
        'x',
      ),
    },
  );
  const inOrder = [`ID: ${idA} To: ${a}`, `ID: ${idB} To: ${b}`, `ID: ${idC} To: ${c}`];
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.tuple(line, separator), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(200, 202, 207, 208, 404, 500),
      (count, lines, status) => {
        const body = lines.map(([text, end], index) => (text ?? inOrder[index] ?? '') + end).join('');
        const given = numbers.slice(0, count);
        // With a line break in front, it is not as documented.
        expect(decode(body, given, status)).toEqual(decode(`\n${body}`, given, status));
      },
    ),
    { numRuns: 5000 },
  );
});
