import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSendAnswer } from './platform-decode.ts';

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const one = '27821234567';
const two = '27821234568';
const id = 'c5d7a69898ef43348e9b3cd7ce7a5096';
const otherId = '174319bc027f45d989728093cc170107';

function decode(status: number, body: unknown, numbers = [one], headers: Record<string, string> = {}) {
  const bodyText = typeof body === 'string' ? body : JSON.stringify(body);
  const { outcomes, pause } = decodeSendAnswer({ status, headers, bodyText }, numbers, { now });
  expect(outcomes).toHaveLength(numbers.length);
  return { outcomes, pause };
}

function accepted(to: unknown, apiMessageId: unknown = id) {
  return { apiMessageId, accepted: true, to, errorCode: null, error: null, errorDescription: null };
}

describe('answers seen in the wild', () => {
  it('takes the acceptance of a capture, top-level error keys absent', () => {
    const body = `{"messages":[{"apiMessageId":"${id}","accepted":true,"to":"${one}","errorCode":null,"error":null,"errorDescription":null}]}`;
    expect(decode(202, body)).toEqual({ outcomes: [{ kind: 'accepted', providerId: id }], pause: undefined });
  });

  it.each([
    [108, 'Invalid or missing integration API Key.', 'key-rejected'],
    [607, 'Invalid FROM number.', 'account-problem'],
    [7, 'IP lockdown', 'ip-blocked'],
    [1, 'Authentication failed', 'key-rejected'],
    [301, 'No credit left.', 'no-credit'],
    [20, 'Insufficient balance', 'no-credit'],
  ])('pauses for error %i, with status 200, 202 or 4xx', (errorCode, error, reason) => {
    for (const status of [200, 202, 400, 401, 402, 403]) {
      const decoded = decode(status, { messages: [], errorCode, error, errorDescription: null }, [one, two]);
      expect(decoded.outcomes).toEqual([
        { kind: 'notSent', why: 'account', text: error },
        { kind: 'notSent', why: 'account', text: error },
      ]);
      expect(decoded.pause).toEqual({ reason, until: undefined, text: error });
    }
  });

  it('refuses the text, not the account, where a sender number is asked for', () => {
    const body = {
      messages: [],
      errorCode: 106,
      error: 'Invalid FROM number.',
      errorDescription: 'You should specify correct FROM number.',
    };
    expect(decode(200, body)).toEqual({
      outcomes: [
        {
          kind: 'rejected',
          code: '106',
          text: 'Invalid FROM number. You should specify correct FROM number.',
        },
      ],
      pause: undefined,
    });
  });

  it.each([
    [105, 'Invalid destination address.'],
    [106, 'Invalid FROM number.'],
    [110, 'American rules'],
    [101, 'Invalid or missing parameters.'],
    [22, 'Too many'],
    [undefined, 'Invalid destination address.'],
  ])(
    'sends each of several by itself after a refusal that may be meant for one: %j %s',
    (errorCode, error) => {
      const body = { messages: [], errorCode, error };
      expect(decode(200, body, [one, two])).toEqual({
        outcomes: [one, two].map(() => ({ kind: 'notSent', why: 'alone', text: error })),
        pause: undefined,
      });
      expect(decode(200, body, [one]).outcomes).toMatchObject([{ kind: 'rejected' }]);
    },
  );

  it.each([
    [113, 'Too long.'],
    [107, 'Empty message.'],
    [102, 'Invalid user data header.'],
  ])('refuses all of one text that nobody can be sent: %i', (errorCode, error) => {
    expect(decode(200, { messages: [], errorCode, error }, [one, two]).outcomes).toEqual(
      [one, two].map(() => ({ kind: 'rejected', code: String(errorCode), text: error })),
    );
  });

  it('reads the older shapes without codes', () => {
    const refused = `{"messages":[{"apiMessageId":null,"accepted":false,"to":"${one}","error":"Invalid destination address."}],"error":null}`;
    expect(decode(202, refused).outcomes).toEqual([
      { kind: 'rejected', code: undefined, text: 'Invalid destination address.' },
    ]);
    const noCredit = { accepted: false, to: two, error: 'No credit left.' };
    expect(decode(202, { messages: [accepted(one), noCredit], error: null }, [one, two])).toMatchObject({
      outcomes: [{ kind: 'accepted' }, { kind: 'notSent', why: 'account' }],
      pause: { reason: 'no-credit' },
    });
  });

  it.each([
    ['Invalid or missing integration API Key.', 'key-rejected', undefined],
    ['IP lockdown.', 'ip-blocked', undefined],
    ['No credit left.', 'no-credit', undefined],
    ['Rate limit exceeded.', 'rate-limited', now + 60_000],
    ['Two-Way integration error - From number is not related to integration', 'account-problem', undefined],
  ])('pauses for the older shape of a whole refusal: %s', (error, reason, until) => {
    for (const status of [200, 202, 400, 401, 403]) {
      expect(decode(status, { messages: [], error }, [one, two])).toEqual({
        outcomes: [one, two].map(() => ({ kind: 'notSent', why: 'account', text: error })),
        pause: { reason, until, text: error },
      });
    }
    // Words that stand by themselves may be those of a machine on the way.
    expect(decode(200, { error }).outcomes).toMatchObject([{ kind: 'unknown' }]);
    expect(decode(500, { messages: [], error }).outcomes).toMatchObject([{ kind: 'unknown' }]);
  });

  it('leaves an internal error open in the older shape as well', () => {
    for (const body of [
      { messages: [], error: 'Internal error - please retry.' },
      { messages: [{ accepted: false, to: one, error: 'Internal error - please retry.' }] },
    ]) {
      expect(decode(202, body).outcomes).toMatchObject([{ kind: 'unknown' }]);
    }
  });

  it('refuses the text alone for a sender of its own', () => {
    const error = 'Two-Way integration error - From number is not related to integration';
    const bodyText = JSON.stringify({ messages: [], error });
    const answer = { status: 200, headers: {}, bodyText };
    expect(decodeSendAnswer(answer, [one], { now, senderGiven: true })).toEqual({
      outcomes: [{ kind: 'rejected', code: undefined, text: error }],
      pause: undefined,
    });
  });

  it('reads the error object of the One API', () => {
    const body = { error: { code: 43, description: 'Rate limit exceeded' } };
    expect(decode(400, body)).toEqual({
      outcomes: [{ kind: 'notSent', why: 'account', text: 'Rate limit exceeded' }],
      pause: { reason: 'rate-limited', until: now + 60_000, text: 'Rate limit exceeded' },
    });
  });
});

describe('verdicts', () => {
  it.each([one, `+${one}`, Number(one), '+27 82 123-4567'])(
    'are told apart by number, however it is written: %j',
    (to) => {
      expect(decode(202, { messages: [accepted(to)] }).outcomes).toEqual([
        { kind: 'accepted', providerId: id },
      ]);
    },
  );

  it('are never told apart by order', () => {
    const refused = { accepted: false, to: one, errorCode: 105, error: 'Invalid destination address.' };
    expect(decode(202, { messages: [accepted(two, otherId), refused] }, [one, two]).outcomes).toEqual([
      { kind: 'rejected', code: '105', text: 'Invalid destination address.' },
      { kind: 'accepted', providerId: otherId },
    ]);
  });

  it('that are missing leave it open', () => {
    expect(decode(202, { messages: [accepted(two)] }, [one, two]).outcomes).toMatchObject([
      { kind: 'unknown', why: 'no-verdict' },
      { kind: 'accepted' },
    ]);
    for (const messages of [[], [{}], [null], ['x'], [{ ...accepted(one), to: undefined }], null, 'x', {}]) {
      expect(decode(202, { messages }).outcomes).toMatchObject([{ kind: 'unknown' }]);
    }
  });

  it('that come twice leave it open, even when they agree', () => {
    for (const second of [accepted(one), accepted(`+${one}`, otherId), { accepted: false, to: one }]) {
      expect(decode(202, { messages: [accepted(one), second] }).outcomes).toMatchObject([
        { kind: 'unknown', why: 'contradiction' },
      ]);
    }
  });

  it('that share an id leave it open for both, and a third one stands', () => {
    const three = '27821234569';
    const verdicts = [accepted(one), accepted(two), accepted(three, otherId)];
    expect(decode(202, { messages: verdicts }, [one, two, three]).outcomes).toMatchObject([
      { kind: 'unknown', why: 'contradiction' },
      { kind: 'unknown', why: 'contradiction' },
      { kind: 'accepted', providerId: otherId },
    ]);
    // Without any there is nothing to contradict.
    const without = [accepted(one, null), accepted(two, null)];
    expect(decode(202, { messages: without }, [one, two]).outcomes).toEqual([
      { kind: 'accepted', providerId: undefined },
      { kind: 'accepted', providerId: undefined },
    ]);
  });

  it('in which a member stands twice leave it open', () => {
    const twice = `{"messages":[{"apiMessageId":"${id}","accepted":false,"accepted":true,"to":"${one}"},{"apiMessageId":"${otherId}","accepted":true,"to":"${two}"}]}`;
    expect(decode(202, twice, [one, two]).outcomes).toMatchObject([
      { kind: 'unknown', why: 'no-verdict' },
      { kind: 'accepted' },
    ]);
    const lists = `{"messages":[{"apiMessageId":"${id}","accepted":true,"to":"${one}"}],"messages":[],"errorCode":301,"error":"No credit left"}`;
    expect(decode(200, lists).outcomes).toMatchObject([{ kind: 'unknown' }]);
  });

  it('that say yes beside an error of the whole request leave it open, and a no stands', () => {
    const refused = { accepted: false, to: two, errorCode: 105, error: 'Invalid destination address.' };
    const beside = { errorCode: 301, error: 'No credit left' };
    expect(decode(202, { messages: [accepted(one)], ...beside }).outcomes).toMatchObject([
      { kind: 'unknown', why: 'contradiction' },
    ]);
    expect(decode(202, { messages: [accepted(one), refused], ...beside }, [one, two]).outcomes).toMatchObject(
      [{ kind: 'unknown', why: 'contradiction' }, { kind: 'rejected' }],
    );
    expect(decode(202, { messages: [accepted(one)], errorCode: 0, error: '' }).outcomes).toMatchObject([
      { kind: 'accepted' },
    ]);
  });

  it('that say no, without a reason and with an id, leave it open', () => {
    expect(
      decode(202, { messages: [{ apiMessageId: id, accepted: false, to: one }] }).outcomes,
    ).toMatchObject([{ kind: 'unknown', why: 'contradiction' }]);
  });

  it('in which a member stands twice in different letters leave it open', () => {
    const twice = `{"messages":[{"apiMessageId":"${id}","accepted":true,"Accepted":false,"to":"${one}"}]}`;
    expect(decode(202, twice).outcomes).toMatchObject([{ kind: 'unknown' }]);
  });

  it('about other numbers are passed over', () => {
    expect(
      decode(202, { messages: [accepted('15005550006', otherId), accepted(one)] }).outcomes,
    ).toMatchObject([{ kind: 'accepted', providerId: id }]);
  });

  it.each([
    [202, { ...accepted(one), errorCode: 105 }],
    [202, { ...accepted(one), error: 'Something' }],
    [400, accepted(one)],
    [202, { ...accepted(one), accepted: 'true' }],
    [202, { ...accepted(one), accepted: 1 }],
    [202, { to: one, apiMessageId: id }],
  ])('that contradict themselves or cannot be read leave it open: %i %j', (status, verdict) => {
    expect(decode(status, { messages: [verdict] }).outcomes).toMatchObject([{ kind: 'unknown' }]);
  });

  it('about the account let the text wait, and the others stand', () => {
    const noCredit = { accepted: false, to: two, errorCode: 301, error: 'No credit left.' };
    expect(decode(202, { messages: [accepted(one), noCredit] }, [one, two])).toEqual({
      outcomes: [
        { kind: 'accepted', providerId: id },
        { kind: 'notSent', why: 'account', text: 'No credit left.' },
      ],
      pause: { reason: 'no-credit', until: undefined, text: 'No credit left.' },
    });
  });

  it('keep unknown codes with the words of the server', () => {
    const verdict = {
      accepted: false,
      to: one,
      errorCode: 4711,
      error: ' No\nway\u0007 ',
      errorDescription: 'Really.',
    };
    expect(decode(202, { messages: [verdict] }).outcomes).toEqual([
      { kind: 'rejected', code: '4711', text: 'No way Really.' },
    ]);
  });

  it.each([undefined, null, '', 5, 'x'.repeat(65), '<script>'])(
    'are taken without a usable id: %j',
    (apiMessageId) => {
      const decoded = decode(202, { messages: [{ ...accepted(one), apiMessageId }] });
      expect(decoded.outcomes).toEqual([{ kind: 'accepted', providerId: undefined }]);
    },
  );

  it('of a partly taken batch are read with status 207 as well', () => {
    expect(decode(207, { messages: [accepted(one)] }).outcomes).toMatchObject([{ kind: 'accepted' }]);
  });
});

describe('rate limits', () => {
  it.each([
    [429, '', { 'retry-after': '120' }, 120_000],
    [429, '', { 'retry-after': 'Thu, 15 Jan 2026 12:02:00 GMT' }, 120_000],
    [429, '<html>', {}, 60_000],
    [429, '{"messages":[],"errorCode":901,"error":"x"}', { 'retry-after': '7' }, 7_000],
    [400, '{"messages":[],"errorCode":43,"error":"x"}', {}, 60_000],
    [503, '{"messages":[],"errorCode":130,"error":"x"}', { 'retry-after': '30' }, 30_000],
    [503, '{"error":{"code":43,"description":"x"}}', { 'retry-after': '30' }, 30_000],
  ])('%i %s %j pauses', (status, body, headers, milliseconds) => {
    const decoded = decode(status, body, [one], headers);
    expect(decoded.outcomes).toMatchObject([{ kind: 'notSent', why: 'account' }]);
    expect(decoded.pause).toMatchObject({ reason: 'rate-limited', until: now + milliseconds });
  });

  it('reads the time in error 130', () => {
    const until = now / 1000 + 900;
    const error = `Maximum MT limit exceeded until ${until}`;
    expect(decode(200, { messages: [], errorCode: 130, error }).pause).toMatchObject({
      reason: 'rate-limited',
      until: until * 1000,
    });
  });

  it.each([
    '',
    '<html>Backend fetch failed</html>',
    '{}',
    '{"status":"down"}',
    // As machines on the way word it, after they have passed the request on.
    '{"timestamp":"2026-01-15T12:00:00Z","status":503,"error":"Service Unavailable","path":"/messages"}',
    '{"error":"Service Unavailable"}',
    '{"error":{"code":503,"message":"backend"}}',
    '{"messages":[],"error":"Service Unavailable"}',
    // The API's own, but it does not say when it went wrong.
    '{"messages":[],"errorCode":901,"error":"Internal error"}',
    '{"error":{"code":19,"description":"Internal error - please retry"}}',
  ])('a 503 without an error of the API pauses, but leaves it open: %j', (body) => {
    const decoded = decode(503, body, [one], { 'retry-after': '5' });
    expect(decoded.outcomes).toMatchObject([{ kind: 'unknown', why: 'http-503' }]);
    expect(decoded.pause).toMatchObject({ reason: 'rate-limited', until: now + 5_000 });
  });
});

describe('refusing statuses without a readable body', () => {
  it.each([
    [401, 'key-rejected', 'account'],
    [402, 'no-credit', 'account'],
    // A filter on the way may dislike this one text.
    [403, 'account-problem', 'turned-away'],
    [404, 'account-problem', 'turned-away'],
    [405, 'account-problem', 'turned-away'],
    [407, 'account-problem', 'turned-away'],
    [511, 'account-problem', 'turned-away'],
  ])('%i pauses: %s', (status, reason, why) => {
    for (const body of ['', '<html>', '{', '{}', '[]', 'null']) {
      const decoded = decode(status, body);
      expect(decoded.outcomes).toMatchObject([{ kind: 'notSent', why }]);
      expect(decoded.pause).toMatchObject({ reason, until: undefined });
    }
  });
});

describe('everything else is left open', () => {
  const pages = [
    '',
    '<html>sign in</html>',
    '{',
    '{}',
    '[]',
    'null',
    '"x"',
    '1',
    '{"messages":[]}',
    '\ufeff',
  ];
  const statuses = [
    200, 201, 202, 204, 207, 300, 301, 302, 303, 307, 308, 400, 408, 409, 413, 418, 500, 502, 503, 504,
  ];
  it.each(statuses)('%i', (status) => {
    for (const page of pages) {
      expect([page, decode(status, page).outcomes]).toMatchObject([page, [{ kind: 'unknown' }]]);
      expect(decode(status, page).pause).toBeUndefined();
    }
  });

  it.each([301, 302, 307, 308, 500, 502, 503, 504])('%i, even with a familiar answer', (status) => {
    expect(decode(status, { messages: [accepted(one)] }).outcomes).toMatchObject([{ kind: 'unknown' }]);
    expect(decode(status, { messages: [], errorCode: 108, error: 'x' }).outcomes).toMatchObject([
      { kind: 'unknown' },
    ]);
  });

  it.each([18, 19, 901])('internal error %i', (errorCode) => {
    for (const status of [200, 202, 400, 500, 503]) {
      expect(
        decode(status, { messages: [], errorCode, error: 'Internal error - please retry' }).outcomes,
      ).toEqual([{ kind: 'unknown', why: `http-${status}`, text: 'Internal error - please retry' }]);
    }
  });
});

describe('any answer at all', () => {
  it('is decoded, and nothing is claimed that it does not say', () => {
    const field = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom(one, two, id, true, false, null, 108, '105'),
    );
    const verdict = fc.record(
      {
        accepted: field,
        to: field,
        apiMessageId: field,
        errorCode: field,
        error: field,
        errorDescription: field,
      },
      { requiredKeys: [] },
    );
    const body = fc
      .oneof(
        fc.record(
          { messages: fc.oneof(fc.array(verdict), field), errorCode: field, error: field },
          { requiredKeys: [] },
        ),
        fc.jsonValue(),
      )
      .map((value) => JSON.stringify(value));
    const status = fc.oneof(
      fc.constantFrom(200, 202, 207, 400, 401, 429, 500, 503),
      fc.integer({ min: 200, max: 599 }),
    );
    fc.assert(
      fc.property(status, fc.oneof(body, fc.string()), (code, text) => {
        const decoded = decode(code, text, [one, two]);
        for (const outcome of decoded.outcomes) {
          if (outcome === undefined) throw new Error('no outcome');
          if (outcome.kind === 'accepted') {
            expect(code < 300).toBe(true);
            expect(text).toContain('"accepted":true');
          }
          if (outcome.kind === 'rejected') expect(text).toMatch(/"accepted":false|"error(Code)?":/);
          if (outcome.kind === 'notSent') {
            expect(['account', 'turned-away', 'alone']).toContain(outcome.why);
            if (outcome.why !== 'alone') expect(decoded.pause).toBeDefined();
            else expect(text).toMatch(/"error(Code)?":/);
          }
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('errors nobody has described', () => {
  const outcomeOf = (status: number, body: unknown): string | undefined =>
    decodeSendAnswer({ status, headers: {}, bodyText: JSON.stringify(body) }, ['27821234567'], {
      senderGiven: false,
      now: 0,
    }).outcomes[0]?.kind;

  it.each<[string, number, unknown]>([
    ['a time-out on the way, as 408', 408, { error: 'Request Timeout' }],
    ['a client that went away, as 499', 499, { error: 'Client Closed Request' }],
    ['a gateway time-out dressed as 200', 200, { error: 'Gateway Timeout' }],
    ['another one', 200, { error: 'Upstream read timed out', status: 504 }],
    ['a conflict with an unknown number', 409, { errorCode: 999, error: 'Conflict' }],
    ['a number that means no error', 202, { messages: [], errorCode: 0, error: null }],
    ['trouble at their end, an empty list', 200, { messages: [], error: 'Internal Server Error' }],
    ['a time-out with a number', 400, { messages: [], errorCode: 999, error: 'The request timed out.' }],
    ['the number of a status', 202, { error: { code: 503, message: 'backend' } }],
    [
      'trouble at their end, said of one number',
      202,
      { messages: [{ to: '27821234567', accepted: false, error: 'Service temporarily unavailable' }] },
    ],
    ['a list under another name', 202, { Messages: [accepted('27821234567')], errorCode: 105, error: 'x' }],
    [
      'an answer inside another',
      202,
      { data: { messages: [accepted('27821234567')] }, errorCode: 105, error: 'x' },
    ],
    [
      'an internal error said of one number',
      202,
      { messages: [{ to: '27821234567', accepted: false, errorCode: 901, error: 'Internal error' }] },
    ],
  ])('%s proves nothing', (_name, status, body) => {
    expect(outcomeOf(status, body)).toBe('unknown');
  });

  it.each<[string, number, unknown]>([
    ['a number of the API with an empty list', 200, { messages: [], errorCode: 699, error: 'New.' }],
    ['the older shape without numbers', 200, { messages: [], error: 'Something new.' }],
    ['a bad request with a number', 400, { error: { code: 999, description: 'New.' } }],
  ])('%s is a refusal', (_name, status, body) => {
    expect(outcomeOf(status, body)).toBe('rejected');
    expect(decode(status, body).outcomes).toMatchObject([{ undescribed: true }]);
  });
});

it('reads verdicts in one pass or number by number to the same end', () => {
  const numbers = [one, two, '27821234569'];
  const part = fc.record({
    number: fc.constantFrom(
      undefined,
      undefined,
      undefined,
      undefined,
      ...numbers,
      `+${one}`,
      27_821_234_567,
      null,
    ),
    change: fc.constantFrom<Record<string, unknown>>(
      {},
      {},
      {},
      {},
      { accepted: false },
      { accepted: 'true' },
      { error: 'No credit', errorCode: 301 },
      { errorCode: 0 },
      { errorDescription: '' },
      { errorDescription: 'Something new' },
      { error: undefined, errorCode: undefined },
      { apiMessageId: 'not an id' },
      { apiMessageId: null },
      // The same as of the fourth.
      { apiMessageId: id },
    ),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(200, 202, 207, 208, 404),
      (count, parts, status) => {
        const messages = parts.map(({ number, change }, index) => ({
          ...accepted(
            number === undefined ? numbers[index] : number,
            index === 3 ? id : `${index}${id.slice(1)}`,
          ),
          ...change,
        }));
        const given = numbers.slice(0, count);
        // With a word about a stranger behind, it is not one verdict for each number.
        const longer = [...messages, accepted('15005550006', otherId)];
        expect(decode(status, { messages }, given)).toEqual(decode(status, { messages: longer }, given));
      },
    ),
    { numRuns: 5000 },
  );
});
