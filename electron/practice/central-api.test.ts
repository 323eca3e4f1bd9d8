import { describe, expect, it } from 'vitest';
import { judgeCentral } from './central-api.ts';
import { SpeedClock } from './clock.ts';
import { magicNumbers } from './magic-numbers.ts';
import { practiceProfile } from './profile.ts';
import { defaultAccount, type PracticeAccount, PracticeState } from './state.ts';

const ids = [
  'f6b9af2a2c9e5b18ee2d257e3def5d66',
  '3e3ca2485ff340185e4af50851422943',
  '48e783af2f1e918f544d389310317369',
];
const start = Date.UTC(2026, 0, 15, 12);
const minute = 60_000;
const login = 'user=practice&password=p%26ss+w%F6rd&api_id=3600000';

/** A pretend Clickatell whose time stands still and whose ids are those of the specification. */
class Central {
  readonly clock = new SpeedClock({ speed: 0, start });
  readonly state: PracticeState;
  #next = 0;

  constructor(profiles: readonly string[] = [], account: Partial<PracticeAccount> = {}) {
    this.state = new PracticeState({
      key: 'key',
      central: { user: 'practice', password: 'p&ss wörd', apiId: '3600000' },
      profile: practiceProfile(profiles),
      account: { ...defaultAccount, ...account },
      clock: this.clock,
      newId: () => {
        // The first of a request is its own, told to nobody here.
        const id = ids[this.#next - 1] ?? String(this.#next).padStart(32, '0');
        this.#next += 1;
        return id;
      },
      capacity: 100,
    });
  }

  /** The answer to a GET, or to a form by POST. */
  ask(command: string, parameters = '', how: 'GET' | 'POST' | 'bare POST' = 'GET') {
    const judged = judgeCentral(
      {
        method: how === 'GET' ? 'GET' : 'POST',
        path: command.startsWith('/') ? command : `/http/${command}`,
        query: how === 'GET' ? parameters : '',
        headers: how === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {},
        body: Buffer.from(how === 'GET' ? '' : parameters, 'latin1'),
      },
      this.state,
    );
    for (const { record } of judged.taken) if (record !== undefined) this.state.messages.add(record);
    return { ...judged, body: judged.answer.body, texts: judged.taken.map(({ text }) => text) };
  }

  body(command: string, parameters = `${login}&to=2799900001&text=xxxx`): string {
    return this.ask(command, parameters).body;
  }
}

describe('the specification, byte for byte', () => {
  const unicode =
    '005400680069007300200069007300200061002000730061006d0070006c00650020006d006500730073006100670065002000730065006e007400200061007300200055006e00690063006f0064006500200064006100740061002e';
  const binary = '040601AE02056A0045C60C037368008503656B732E636F6D0008010374657374000101';

  it.each([
    ['GET', (central: Central, query: string) => central.ask('sendmsg', query)],
    ['POST', (central: Central, query: string) => central.ask('sendmsg', query, 'POST')],
    ['GET .php', (central: Central, query: string) => central.ask('/http/sendmsg.php', query)],
  ])('answers a single number by %s', (_name, ask) => {
    const { answer } = ask(new Central(), `${login}&to=2799900001&text=xxxx`);
    expect(answer).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=ISO-8859-1' },
      body: 'ID: f6b9af2a2c9e5b18ee2d257e3def5d66',
    });
  });

  it('answers several numbers, as printed and as clients see it', () => {
    const to = `${login}&to=2799900001,2799900002,2799900003&text=xxxx`;
    const lines = [
      'ID: f6b9af2a2c9e5b18ee2d257e3def5d66 To: 2799900001',
      'ID: 3e3ca2485ff340185e4af50851422943 To: 2799900002',
      'ID: 48e783af2f1e918f544d389310317369 To: 2799900003',
    ];
    expect(new Central().body('sendmsg', to)).toBe(lines.join('\n'));
    expect(new Central(['one-line']).body('sendmsg', to)).toBe(lines.join(' '));
  });

  it('answers errors, for one and for several', () => {
    const wrong = 'user=x&password=x&api_id=x&text=xxxx';
    expect(new Central(['bad-login-101']).body('sendmsg', `${wrong}&to=2799900001`)).toBe(
      'ERR: 101, Authentication failed',
    );
    expect(new Central(['one-line']).body('sendmsg', `${wrong}&to=2799900001,2799900002,2799900003`)).toBe(
      'ERR: 001, Authentication failed To: 2799900001 ERR: 001, Authentication failed To: 2799900002 ERR: 001, Authentication failed To: 2799900003',
    );
  });

  it.each([
    ['two numbers', 'to=2799900001,2799900002&text=xxxx', [{ content: 'xxxx' }, { content: 'xxxx' }]],
    [
      'Unicode',
      `to=2799900001&text=${unicode}&unicode=1`,
      [{ content: 'This is a sample message sent as Unicode data.', options: { unicode: true } }],
    ],
    ['flash', 'to=2799900001&text=xxxx&msg_type=SMS_FLASH', [{ options: { flash: true } }]],
    [
      'binary',
      `to=2799900001&text=${binary}&udh=0605040B8423F0`,
      [{ content: binary, options: { binary: true, userDataHeader: '0605040B8423F0' } }],
    ],
    [
      'callback and sender',
      'to=2799900001&text=xxxx&callback=2&from=123456789',
      [{ options: { callback: 2, from: '123456789' } }],
    ],
    ['the samples in code', 'to=2799900001&text=Test+Message', [{ content: 'Test Message' }]],
  ])('takes the example: %s', (_name, parameters, texts) => {
    for (const how of ['GET', 'POST'] as const) {
      expect(new Central().ask('sendmsg', `${login}&${parameters}`, how).texts).toMatchObject(texts);
    }
  });
});

describe('text', () => {
  it.each([
    ['Windows-1252', 'Gr%FC%DFe+%80', 'Grüße €'],
    ['UTF-8, which arrives mangled', '%C3%A4', 'A¤'],
    ['letters that GSM does not have', '%E1%CA%9A%A9', 'aEs?'],
    ['what GSM has', '%40%A3%24%5B%5D%7B%7D%0A', '@£$[]{}\n'],
    ['raw bytes', 'Gr\xfc\xdfe', 'Grüße'],
  ])('%s', (_name, text, content) => {
    expect(new Central().ask('sendmsg', `${login}&to=2799900001&text=${text}`).texts).toMatchObject([
      { content },
    ]);
  });

  it('is Unicode when it says so, whatever its letters', () => {
    const hexadecimal = Buffer.from('Я😀', 'utf16le').swap16().toString('hex').toUpperCase();
    const { texts } = new Central().ask('sendmsg', `${login}&to=2799900001&text=${hexadecimal}&unicode=1`);
    expect(texts).toMatchObject([{ content: 'Я😀' }]);
  });

  const letters = (count: number): string => `text=${'a'.repeat(count)}`;
  const units = (count: number): string => `text=${'0041'.repeat(count)}&unicode=1`;
  const octets = (count: number): string => `text=${'AB'.repeat(count)}`;
  it.each([
    [letters(160), true],
    [letters(161), false],
    [`${letters(306)}&concat=2`, true],
    [`${letters(307)}&concat=2`, false],
    [`${letters(5355)}&concat=35`, true],
    [`${letters(5356)}&concat=35`, false],
    [units(70), true],
    [units(71), false],
    [`${units(2345)}&concat=35`, true],
    [`${units(2346)}&concat=35`, false],
    [`${octets(140)}&binary=1`, true],
    [`${octets(141)}&binary=1`, false],
    [`${octets(133)}&udh=0605040B8423F0`, true],
    [`${octets(134)}&udh=0605040B8423F0&concat=35`, false],
    [`${units(66)}&udh=0605040B8423F0`, true],
    [`${units(67)}&udh=0605040B8423F0&concat=35`, false],
  ])('has room: %#', (parameters, fits) => {
    const body = new Central().ask('sendmsg', `${login}&to=2799900001&${parameters}`, 'POST').body;
    expect(body).toBe(fits ? `ID: ${ids[0]}` : 'ERR: 113, Maximum message parts exceeded');
  });
});

describe('sendmsg', () => {
  it.each([
    ['', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001', 'ERR: 101, Invalid or missing parameters'],
    ['text=xxxx', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=', 'ERR: 107, Empty message'],
    ['to=%2B2799900001&text=xxxx', 'ERR: 105, Invalid destination address'],
    ['to=02799900001&text=xxxx', 'ERR: 105, Invalid destination address'],
    ['to=+2799900001&text=xxxx', 'ERR: 105, Invalid destination address'],
    ['to=2799900001%20&text=xxxx', 'ERR: 105, Invalid destination address'],
    ['to=abc&text=xxxx', 'ERR: 105, Invalid destination address'],
    ['to=2799900001&text=xyz&unicode=1', 'ERR: 116, Invalid Unicode data'],
    ['to=2799900001&text=004&unicode=1', 'ERR: 116, Invalid Unicode data'],
    ['to=2799900001&text=D83D&unicode=1', 'ERR: 116, Invalid Unicode data'],
    ['to=2799900001&text=AB&udh=0600040B8423F0', 'ERR: 102, Invalid user data header'],
    ['to=2799900001&text=AB&udh=05', 'ERR: 102, Invalid user data header'],
    ['to=2799900001&text=AB&udh=', 'ERR: 102, Invalid user data header'],
    ['to=2799900001&text=xy&udh=0605040B8423F0', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=xxxx&from=averylongsender', 'ERR: 106, Invalid source address'],
    ['to=2799900001&text=xxxx&from=447700900600', 'ERR: 106, Invalid source address'],
    ['to=2799900001&text=xxxx&callback=2&msg_callback=3', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=0041&unicode=1&binary=1', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=xxxx&from=%2B447700900123', 'ERR: 106, Invalid source address'],
    ['to=2799900001&text=xxxx&max_credits=0.0', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=xxxx&req_feat=32768', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=xxxx&callback=8', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=xxxx&concat=36', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=xxxx&msg_type=SMS_FLUSH', 'ERR: 112, Invalid message type'],
    ['to=2799900001&text=xxxx&deliv_time=10081', 'ERR: 120, Invalid delivery time'],
    ['to=2799900001&text=xxxx&deliv_time=soon', 'ERR: 120, Invalid delivery time'],
    ['to=2799900001&text=xxxx&scheduled_time=1', 'ERR: 120, Invalid delivery time'],
    ['to=2799900001&text=xxxx&validity=0', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=xxxx&climsgid=with-dash', 'ERR: 101, Invalid or missing parameters'],
    [`to=2799900001&text=xxxx&climsgid=${'a'.repeat(33)}`, 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=xxxx&txt=xxxx', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=xxxx&text=yyyy', 'ERR: 101, Invalid or missing parameters'],
    ['to=2799900001&text=100%', 'ERR: 101, Invalid or missing parameters'],
  ])('refuses %j', (parameters, body) => {
    expect(new Central().body('sendmsg', parameters === '' ? login : `${login}&${parameters}`)).toBe(body);
  });

  it('takes every parameter, in any letter case', () => {
    const { texts } = new Central().ask(
      'sendmsg',
      `USER=practice&Password=p%26ss+w%F6rd&API_ID=3600000&To=2799900001&TEXT=xxxx&from=447700900600&MO=1&msg_callback=7&cliMsgId=R1&concat=3` +
        '&deliv_ack=1&deliv_time=10&validity=60&max_credits=1.5&escalate=1&queue=1&req_feat=16399&msg_type=SMS_TEXT&unicode=0&binary=0',
      'POST',
    );
    expect(texts).toEqual([
      {
        to: '2799900001',
        content: 'xxxx',
        clientMessageId: 'R1',
        apiMessageId: ids[0],
        errorCode: null,
        options: {
          from: '447700900600',
          callback: 7,
          concat: 3,
          validity: 60,
          deliverAt: start + 10 * minute,
        },
      },
    ]);
  });

  it.each([
    ['GET', 300, true],
    ['GET', 301, false],
    ['POST', 600, true],
    ['POST', 601, false],
  ] as const)('by %s takes %i numbers: %s', (how, count, taken) => {
    const to = Array.from({ length: count }, (_, index) => String(2_799_900_000 + index));
    const { body } = new Central().ask('sendmsg', `${login}&text=xxxx&to=${to.join(',')}`, how);
    expect(body.split('\n')).toHaveLength(count);
    expect(body.startsWith('ID: ')).toBe(taken);
  });

  it('gives every number its line, and runs out of credit on the way', () => {
    const central = new Central([], { credit: 2, pricePerPart: 1 });
    expect(
      central.body('sendmsg', `${login}&text=xxxx&to=2799900001,447700900122,12,2799900002,2799900003`),
    ).toBe(
      [
        `ID: ${ids[0]} To: 2799900001`,
        'ERR: 122, Destination mobile opted out To: 447700900122',
        'ERR: 105, Invalid destination address To: 12',
        `ID: ${ids[1]} To: 2799900002`,
        'ERR: 301, No credit left To: 2799900003',
      ].join('\n'),
    );
    expect(central.body('getbalance', login)).toBe('Credit: 0.00');
  });

  it('reads a body only when it says that it is a form', () => {
    const { body } = new Central().ask('sendmsg', `${login}&to=2799900001&text=xxxx`, 'bare POST');
    expect(body).toBe('ERR: 001, Authentication failed');
  });

  it.each(magicNumbers.map((magic) => [magic.number, magic] as const))(
    'does with %s what its table says',
    (number, magic) => {
      const judged = new Central().ask('sendmsg', `${login}&text=xxxx&to=2799900001,${number}`);
      const lines = judged.body.split('\n');
      const { behaviour } = magic;
      const code = 'code' in behaviour ? String(behaviour.code).padStart(3, '0') : '';
      switch (behaviour.kind) {
        case 'refuse-recipient':
          expect(lines[0]).toBe(`ID: ${ids[0]} To: 2799900001`);
          expect(lines[1]).toMatch(new RegExp(`^ERR: ${code}, .* To: ${number}$`));
          break;
        case 'refuse-request':
          for (const line of lines) expect(line).toMatch(new RegExp(`^ERR: ${code}, .* To: \\d+$`));
          expect(judged.texts).toEqual([]);
          break;
        case 'rate-limit':
          expect(lines[0]).toBe(
            `ERR: 130, Maximum MT limit exceeded until ${start / 1_000 + behaviour.seconds} To: 2799900001`,
          );
          break;
        case 'busy':
          expect(judged.answer.status).toBe(503);
          break;
        case 'drop-answer':
          expect(judged).toMatchObject({
            dropAnswer: true,
            texts: [{ errorCode: null }, { errorCode: null }],
          });
          break;
        case 'slow':
          expect(judged.delayMilliseconds).toBe(behaviour.seconds * 1_000);
          break;
        default:
          expect(lines.every((line) => line.startsWith('ID: '))).toBe(true);
      }
    },
  );
});

describe('sessions', () => {
  const open = (central: Central): string => {
    central.ask('auth', login);
    return `session_id=${central.body('auth', login).slice('OK: '.length)}`;
  };

  it('are opened, used and kept by every call, and end after fifteen minutes without one', () => {
    const central = new Central();
    const session = open(central);
    expect(session).toMatch(/^session_id=[0-9a-f]{32}$/);
    expect(central.body('ping', session)).toBe('OK: ');
    central.clock.advance(15 * minute - 1);
    expect(central.body('getbalance', session)).toBe('Credit: 1267.93');
    central.clock.advance(15 * minute - 1);
    expect(central.body('sendmsg', `${session}&to=2799900001&text=xxxx`)).toMatch(/^ID: /);
    central.clock.advance(15 * minute);
    expect(central.body('ping', session)).toBe('ERR: 003, Session ID expired');
    expect(central.body('sendmsg', `${session}&to=2799900001,2799900002&text=xxxx`)).toBe(
      'ERR: 003, Session ID expired To: 2799900001\nERR: 003, Session ID expired To: 2799900002',
    );
  });

  it.each([
    ['ping', '', 'ERR: 005, Missing session ID'],
    ['ping', login, 'ERR: 005, Missing session ID'],
    ['ping', 'session_id=x', 'ERR: 003, Session ID expired'],
    ['auth', '', 'ERR: 001, Authentication failed'],
    ['auth', 'session_id=x', 'ERR: 001, Authentication failed'],
    ['auth', 'user=practice&password=wrong&api_id=3600000', 'ERR: 001, Authentication failed'],
    ['auth', 'user=practice&password=p%26ss+w%F6rd&api_id=1', 'ERR: 108, Invalid or missing API ID'],
    ['auth', 'user=practice&password=p%26ss+w%F6rd', 'ERR: 108, Invalid or missing API ID'],
    ['getbalance', 'user=practice&password=p&ss+w%F6rd&api_id=3600000', 'ERR: 001, Authentication failed'],
  ])('%s with %j', (command, parameters, body) => {
    expect(new Central().body(command, parameters)).toBe(body);
  });
});

describe('questions about a text', () => {
  function sent(parameters = '', account: Partial<PracticeAccount> = {}): Central {
    const central = new Central([], account);
    central.ask(
      'sendmsg',
      `${login}&to=2799900001&text=${'a'.repeat(200)}&concat=2&climsgid=R1${parameters}`,
    );
    return central;
  }

  it('follow its life, by either id', () => {
    const central = sent('', { queueSeconds: 2, handsetSeconds: 5 });
    const status = () => central.body('querymsg', `${login}&apimsgid=${ids[0]}`);
    expect(status()).toBe(`ID: ${ids[0]} Status: 002`);
    central.clock.advance(2_000);
    expect(status()).toBe(`ID: ${ids[0]} Status: 003`);
    central.clock.advance(5_000);
    expect(status()).toBe(`ID: ${ids[0]} Status: 004`);
    expect(central.body('querymsg', `${login}&cliMsgId=R1`)).toBe(`ID: ${ids[0]} Status: 004`);
    expect(central.body('getmsgcharge', `${login}&apimsgid=${ids[0]}`)).toBe(
      `apiMsgId: ${ids[0]} charge: 2 status: 004`,
    );
  });

  it('can stop what waits and nothing else', () => {
    const waiting = sent('&deliv_time=10');
    const question = `${login}&apimsgid=${ids[0]}`;
    expect(waiting.body('querymsg', question)).toBe(`ID: ${ids[0]} Status: 011`);
    expect(waiting.body('delmsg', question)).toBe(`ID: ${ids[0]} Status: 006`);
    waiting.clock.advance(60 * minute);
    expect(waiting.body('querymsg', question)).toBe(`ID: ${ids[0]} Status: 006`);
    expect(waiting.body('getmsgcharge', question)).toBe(`apiMsgId: ${ids[0]} charge: 0 status: 006`);
    expect(sent().body('delmsg', question)).toBe(`ID: ${ids[0]} Status: 003`);
  });

  it('are answered for six and fifteen days', () => {
    const central = sent();
    central.clock.advance(7 * 24 * 60 * minute);
    expect(central.body('querymsg', `${login}&apimsgid=${ids[0]}`)).toBe('ERR: 103, Unknown API message ID');
    expect(central.body('getmsgcharge', `${login}&apimsgid=${ids[0]}`)).toMatch(/^apiMsgId: /);
    central.clock.advance(9 * 24 * 60 * minute);
    expect(central.body('getmsgcharge', `${login}&climsgid=R1`)).toBe('ERR: 104, Unknown client message ID');
  });

  it.each(['querymsg', 'getmsgcharge', 'delmsg'])('need an id: %s', (command) => {
    expect(new Central().body(command, login)).toBe('ERR: 109, Missing message ID');
  });
});

describe('the rest', () => {
  const supported =
    'OK: This prefix is currently supported. Messages sent to this prefix will be routed. Charge: 1\n';
  const unsupported =
    'ERR: This prefix is not currently supported. Messages sent to this prefix will fail. Please contact support for assistance.\n';
  it.each([
    ['/utils/routeCoverage', `${login}&msisdn=2799900001`, supported],
    ['/utils/routecoverage.php', `${login}&msisdn=2799900001`, supported],
    ['/utils/routeCoverage', `${login}&msisdn=447700900114`, unsupported],
    ['/utils/routeCoverage', `${login}&msisdn=0`, unsupported],
    ['/utils/routeCoverage', login, 'ERR: 101, Invalid or missing parameters'],
    ['getbalance', login, 'Credit: 1267.93'],
  ])('%s?%s', (command, parameters, body) => {
    expect(new Central().body(command, parameters)).toBe(body);
  });

  it.each([
    ['/http/', 404],
    ['/http/routecoverage', 404],
    ['/utils/sendmsg', 404],
    ['/http/SENDMSG', 404],
    ['/http/toString', 404],
    ['/http/sendmsg/x', 404],
    ['/http_batch/startbatch', 404],
  ])('%s: %i', (path, status) => {
    expect(new Central().ask(path, login).answer.status).toBe(status);
  });

  it('refuses other methods, locked addresses and too many requests', () => {
    const central = new Central();
    const request = { method: 'PUT', path: '/http/auth', query: login, headers: {}, body: Buffer.alloc(0) };
    expect(judgeCentral(request, central.state).answer.status).toBe(405);
    expect(new Central([], { ipLocked: true }).body('auth', login)).toBe('ERR: 007, IP Lockdown violation');
    const limited = new Central([], { rateLimit: { requests: 1, seconds: 60 } });
    expect(limited.body('getbalance', login)).toMatch(/^Credit/);
    expect(limited.body('getbalance', login)).toBe(
      `ERR: 130, Maximum MT limit exceeded until ${start / 1_000 + 60}`,
    );
  });
});
