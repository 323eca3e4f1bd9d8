/** Every reading of every option does what docs/practice-gateway.md says, over a real connection. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SpeedClock } from './clock.ts';
import {
  defaultProfile,
  type PracticeProfile,
  type ProfileName,
  type ProfileOption,
  practiceProfile,
  profilePresets,
  profileReadings,
} from './profile.ts';
import { type PracticeControl, type PracticeServer, startPracticeServer } from './server.ts';

const start = Date.UTC(2026, 0, 15, 12);
let server: PracticeServer;
let control: PracticeControl;

beforeAll(async () => {
  server = await startPracticeServer({
    control: true,
    key: 'key',
    central: { user: 'u', password: 'p', apiId: '1' },
    clock: new SpeedClock({ speed: 0, start }),
  });
  if (server.control === undefined) throw new Error('no control');
  control = server.control;
});
afterAll(() => server.stop());

async function ask(
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; retryAfter: string | null; body: string }> {
  const response = await fetch(server.url + path, init);
  const body = (await response.text()).replace(/[0-9a-f]{32}/g, 'ID');
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}
function post(document: unknown, path = '/messages', headers: Record<string, string> = {}) {
  return ask(path, {
    method: 'POST',
    headers: { authorization: 'key', 'content-type': 'application/json', ...headers },
    body: typeof document === 'string' ? document : JSON.stringify(document),
  });
}
async function postXml(to: string): Promise<string> {
  const body = `<SendMessageRequest><Content>Hi</Content><To>${to}</To></SendMessageRequest>`;
  return (await post(body, '/messages', { 'content-type': 'application/xml' })).body;
}
const bulkOf = (to: readonly string[]) => ({
  messageList: to.map((number) => ({ content: 'Hi', to: [number] })),
});
const one = { content: 'Hi', to: ['27821234567'] };
const two = { content: 'Hi', to: ['27821234567', '+27821234568'] };
/** Status, and the code of the whole request if it was refused. */
async function verdict(document: unknown, path?: string): Promise<string> {
  const { status, body } = await post(document, path);
  const code = (JSON.parse(body) as { errorCode?: number | null }).errorCode;
  return code === null || code === undefined ? String(status) : `${status} ${code}`;
}
const central = (command: string, parameters: string) =>
  ask(`/http/${command}?user=u&password=p&api_id=1&${parameters}`);
const lines = async (command: string, parameters: string) => (await central(command, parameters)).body;

async function lastId(send: () => Promise<unknown>): Promise<string> {
  await send();
  return control.taken().at(-1)?.apiMessageId ?? '';
}

type Cases = {
  readonly [Option in ProfileOption]: {
    /** What is looked at, under each reading. */
    readonly look: () => Promise<unknown>;
    readonly seen: { readonly [Reading in PracticeProfile[Option]]: unknown };
  };
};

const withError = (keys: string) => expect.stringMatching(new RegExp(`^{"messages":\\[\\],${keys}}$`));

const cases: Cases = {
  refusalStatus: {
    look: () => verdict({ content: 'Hi', to: ['447700900301'] }),
    seen: { '200': '200 301', '202': '202 301', strict: '402 301' },
  },
  ipLockStatus: {
    look: () => verdict({ content: 'Hi', to: ['447700900070'] }),
    seen: { '401': '401 7', 'as-refusals': '200 7' },
  },
  malformedStatus: { look: () => verdict('{'), seen: { '400': '400 100', 'as-refusals': '200 100' } },
  malformedBody: {
    look: async () => (await post('{')).body.slice(0, 15),
    seen: { error: '{"messages":[],', html: '<!doctype html>', empty: '' },
  },
  bulkRefusal: {
    look: async () => (await post('{', '/messages/rest/bulk')).body.slice(0, 2),
    seen: { object: '{"', array: '[{' },
  },
  rateLimitAnswer: {
    look: async () => {
      const { status, retryAfter, body } = await post({ content: 'Hi', to: ['447700900429'] });
      return [status, retryAfter, body === '' ? '' : (JSON.parse(body) as { errorCode: number }).errorCode];
    },
    seen: {
      '429-retry-after': [429, '20', 130],
      '429-empty': [429, null, ''],
      '400-code-43': [400, null, 43],
      '503-retry-after': [503, '20', ''],
    },
  },
  partlyTaken: {
    look: async () => {
      const statusOf = async (to: readonly string[], path?: string): Promise<number> =>
        (await post(path === undefined ? { content: 'Hi', to } : bulkOf(to), path)).status;
      return [
        await statusOf(['27821234567', '447700900105']),
        await statusOf(['27821234567', '27821234568']),
        await statusOf(['447700900105']),
        await statusOf(['27821234567', '447700900301'], '/messages/rest/bulk'),
        await statusOf(['447700900105', '447700900301'], '/messages/rest/bulk'),
      ];
    },
    seen: { '202': [202, 202, 202, 202, 202], '207': [207, 202, 202, 207, 202] },
  },
  topLevelErrors: {
    look: async () => [
      (await post(one)).body.replace(/^.*\]/, ']'),
      (await post(one, '/messages', { authorization: 'x' })).body,
    ],
    seen: {
      null: [
        '],"errorCode":null,"error":null,"errorDescription":null}',
        withError('"errorCode":108,"error":".*","errorDescription":".*"'),
      ],
      absent: [']}', withError('"errorCode":108,"error":".*","errorDescription":".*"')],
      older: ['],"error":null}', '{"messages":[],"error":"Invalid or missing integration API Key."}'],
    },
  },
  messageErrors: {
    look: async () => (await post(one)).body.replace(/^{"messages":\[(.*)\].*$/, '$1'),
    seen: {
      null: '{"apiMessageId":"ID","accepted":true,"to":"27821234567","errorCode":null,"error":null,"errorDescription":null}',
      absent: '{"apiMessageId":"ID","accepted":true,"to":"27821234567"}',
      older: '{"apiMessageId":"ID","accepted":true,"to":"27821234567","error":null}',
    },
  },
  rejectedMessageId: {
    look: async () => (await post({ content: 'Hi', to: ['447700900122'] })).body.slice(0, 35),
    seen: { null: '{"messages":[{"apiMessageId":null,"', absent: '{"messages":[{"accepted":false,"to"' },
  },
  answeredTo: {
    look: async () => (await post(two)).body.match(/(?<="to":")[^"]*/g),
    seen: {
      digits: ['27821234567', '27821234568'],
      'with-plus': ['+27821234567', '+27821234568'],
      'as-sent': ['27821234567', '+27821234568'],
    },
  },
  answerOrder: {
    look: async () => [
      (await post(two)).body.match(/(?<="to":")[^"]*/g),
      (await lines('sendmsg', 'text=xxxx&to=2799900001,2799900002')).match(/(?<=To: )\d+/g),
    ],
    seen: {
      'as-sent': [
        ['27821234567', '27821234568'],
        ['2799900001', '2799900002'],
      ],
      reversed: [
        ['27821234568', '27821234567'],
        ['2799900002', '2799900001'],
      ],
    },
  },
  bulkOrder: {
    look: async () =>
      (await post({ messageList: [one, { ...one, to: ['27821234569'] }] }, '/messages/rest/bulk')).body.match(
        /(?<="to":")[^"]*/g,
      ),
    seen: { 'as-sent': ['27821234567', '27821234569'], reversed: ['27821234569', '27821234567'] },
  },
  errorCodeType: {
    look: async () =>
      (await post({ content: 'Hi', to: ['447700900122'] })).body.match(/"errorCode":"?\d+"?/g),
    seen: { number: ['"errorCode":122'], string: ['"errorCode":"122"'] },
  },
  errorShape: {
    look: async () => [
      (await post(one, '/messages', { authorization: 'x' })).body.replace(/"errorDescription":".*"/, ''),
      (await post({ content: 'Hi', to: ['447700900122'] })).body.replace(/^.*"122",/, '').slice(-200),
      (await post(one)).body.replace(/^.*"27821234567",/, ''),
      (await postXml('447700900122')).match(/<ErrorCode>.*<\/Error>/)?.[0],
    ],
    seen: {
      members: [
        '{"messages":[],"errorCode":108,"error":"Invalid or missing integration API Key.",}',
        expect.stringContaining('"errorCode":122,"error":"Destination mobile opted out."'),
        '"errorCode":null,"error":null,"errorDescription":null}],"errorCode":null,"error":null,"errorDescription":null}',
        '<ErrorCode>122</ErrorCode><Error>Destination mobile opted out.</Error>',
      ],
      object: [
        '{"messages":[],"error":{"code":108,"description":"Invalid or missing integration API Key."}}',
        expect.stringContaining(
          '"to":"447700900122","error":{"code":122,"description":"Destination mobile opted out."}}],"error":null}',
        ),
        '"error":null}],"error":null}',
        '<ErrorCode>122</ErrorCode><Error>Destination mobile opted out.</Error>',
      ],
    },
  },
  errorNumbers: {
    look: async () =>
      Promise.all(
        ['301', '106', '901', '105', '121'].map(
          async (end) =>
            (await post({ content: 'Hi', to: [`447700900${end}`] })).body.match(/(?<="errorCode":)\d+/)?.[0],
        ),
      ),
    seen: { central: ['301', '106', '901', '105', '121'], 'one-api': ['20', '110', '18', '25', '121'] },
  },
  xmlItem: {
    look: async () => (await postXml('27821234567')).match(/<Messages><(\w+)>.*<\/\1><\/Messages>/)?.[1],
    seen: { Message: 'Message', Messages: 'Messages', SendMessageResponse: 'SendMessageResponse' },
  },
  statusBody: {
    look: async () => {
      const id = await lastId(() => post(one));
      const path = `/public-client/message/status?messageId=${id}`;
      return (await ask(path, { headers: { authorization: 'key' } })).body;
    },
    seen: {
      short: '{"messageId":"ID","status":"DELIVERED_TO_GATEWAY"}',
      full: '{"messageId":"ID","status":"DELIVERED_TO_GATEWAY","statusCode":3,"statusDescription":"Delivered to gateway","to":"27821234567","clientMessageId":null}',
    },
  },
  balanceType: {
    look: async () => (await ask('/public-client/balance', { headers: { authorization: 'key' } })).body,
    seen: {
      number: '{"balance":1267.92865,"currency":"ZAR"}',
      string: '{"balance":"1267.92865","currency":"ZAR"}',
    },
  },
  bearer: {
    look: async () => (await post(one, '/messages', { authorization: 'Bearer key' })).status,
    seen: { refused: 200, accepted: 202 },
  },
  unknownFields: {
    look: async () => [await verdict({ ...one, text: 'x' }), await lines('getbalance', 'x=y')],
    seen: {
      refused: ['400 101', 'ERR: 101, Invalid or missing parameters'],
      ignored: ['202', 'Credit: 1267.93'],
    },
  },
  duplicateRecipients: {
    look: async () => {
      const { status, body } = await post({ content: 'Hi', to: ['27821234567', '+27821234567'] });
      const ofCentral = await lines('sendmsg', 'text=xxxx&to=2799900001,2799900001');
      return [
        status,
        body.match(/"accepted":true/g)?.length ?? 0,
        ofCentral.split('\n').length,
        ofCentral.slice(0, 3),
      ];
    },
    seen: { refused: [400, 0, 2, 'ERR'], merged: [202, 1, 1, 'ID:'], 'taken-twice': [202, 2, 2, 'ID:'] },
  },
  numberFormat: {
    look: async () => (await post(two)).body.match(/(?<="accepted":)\w+/g),
    seen: {
      'with-or-without-plus': ['true', 'true'],
      'plus-required': ['false', 'true'],
      'plus-refused': ['true', 'false'],
    },
  },
  commasInTo: {
    look: async () =>
      (await ask('/messages/http/send?apiKey=key&content=Hi&to=27821234567,27821234568')).body.match(
        /(?<="accepted":)\w+,"to":"[\d,]+/g,
      ),
    seen: {
      refused: ['false,"to":"27821234567,27821234568'],
      split: ['true,"to":"27821234567', 'true,"to":"27821234568'],
    },
  },
  clientMessageId: {
    look: () =>
      Promise.all(['R1', 'a-b', 'a b'].map((clientMessageId) => verdict({ ...one, clientMessageId }))),
    seen: {
      free: ['202', '202', '202'],
      'no-spaces': ['202', '202', '200 120'],
      'alphanumeric-32': ['202', '200 101', '200 101'],
    },
  },
  scheduleOffset: {
    look: () =>
      Promise.all(
        ['+0200', '+02:00', 'Z'].map((offset) =>
          verdict({ ...one, scheduledDeliveryTime: `2026-01-15T16:30:00${offset}` }),
        ),
      ),
    seen: { 'without-colon': ['202', '400 101', '400 101'], any: ['202', '202', '202'] },
  },
  scheduleHorizon: {
    look: () => verdict({ ...one, scheduledDeliveryTime: '2026-01-23T12:00:00+0000' }),
    seen: { none: '202', '7-days': '200 101' },
  },
  schedulePast: {
    look: () => verdict({ ...one, scheduledDeliveryTime: '2026-01-15T11:59:59+0000' }),
    seen: { refused: '200 101', 'sent-now': '202' },
  },
  validityUnit: {
    look: async () => {
      const id = await lastId(() => post({ ...one, validityPeriod: 1 }));
      control.clock.advance(10_000);
      return control.messages().find(({ apiMessageId }) => apiMessageId === id)?.status;
    },
    seen: { minutes: 4, seconds: 10 },
  },
  ucs2Content: {
    look: async () => {
      await post({ ...one, content: '00480069', charset: 'UCS2-BE' });
      const { content } = control.taken().at(-1) ?? {};
      return [content, await verdict({ ...one, content: 'Hi', charset: 'UCS2-BE' })];
    },
    seen: { text: ['00480069', '202'], hexadecimal: ['Hi', '200 116'] },
  },
  twoWay: {
    look: () => verdict({ ...one, from: '27820000000' }),
    seen: { 'one-way': '200 607', 'two-way': '200 106' },
  },
  unitedStates: {
    look: () =>
      Promise.all([
        verdict({ ...one, to: ['+15005550006'] }),
        verdict({ ...one, to: ['+15005550006'], from: '447700900600' }),
      ]),
    seen: { 'as-others': ['202', '202'], 'needs-from': ['200 106', '202'] },
  },
  bulkLimit: {
    look: () =>
      Promise.all(
        [100, 101, 201].map((length) =>
          verdict({ messageList: Array.from({ length }, () => one) }, '/messages/rest/bulk'),
        ),
      ),
    seen: {
      none: ['202', '202', '202'],
      '200': ['202', '202', '400 101'],
      '100': ['202', '400 101', '400 101'],
    },
  },
  platformRecipientLimit: {
    look: () =>
      Promise.all(
        [100, 101, 200, 201].map((length) =>
          verdict({ content: 'Hi', to: Array.from({ length }, (_, index) => `2782${1_000_000 + index}`) }),
        ),
      ),
    seen: { '200': ['202', '202', '202', '400 101'], '100': ['202', '400 101', '400 101', '400 101'] },
  },
  longTexts: {
    look: async () => [
      await verdict({ ...one, content: 'a'.repeat(160) }),
      await verdict({ ...one, content: 'a'.repeat(161) }),
      await lines('sendmsg', `to=2799900001&concat=2&text=${'a'.repeat(161)}`),
    ],
    seen: { on: ['202', '202', 'ID: ID'], off: ['202', '200 113', 'ID: ID'] },
  },
  senderNames: {
    look: async () => [
      await verdict({ ...one, from: 'Dental' }),
      await lines('sendmsg', 'to=2799900001&text=xxxx&from=Dental'),
    ],
    seen: {
      'central-only': ['200 607', 'ID: ID'],
      both: ['202', 'ID: ID'],
      neither: ['200 607', 'ERR: 123, Invalid Sender ID'],
    },
  },
  partHeader: {
    look: async () => {
      const long = (count: number, content: string) => verdict({ ...one, content: content.repeat(count) });
      return [
        await long(160, 'a'),
        await long(35 * 152, 'a'),
        await long(35 * 152 + 1, 'a'),
        await long(35 * 66, 'ж'),
        await long(35 * 66 + 1, 'ж'),
        await verdict({ ...one, binary: true, content: 'ab'.repeat(35 * 133 + 1) }),
        (await lines('sendmsg', `to=2799900001&concat=2&text=${'a'.repeat(305)}`)).slice(0, 8),
      ];
    },
    seen: {
      '6-octets': ['202', '202', '202', '202', '202', '202', 'ID: ID'],
      '7-octets': ['202', '202', '200 113', '202', '200 113', '200 113', 'ERR: 113'],
    },
  },
  ownHeaderParts: {
    look: async () => {
      const withHeader = { ...one, userDataHeader: '0605040B8423F0' };
      return [
        await verdict({ ...withHeader, binary: true, content: 'ab'.repeat(133) }),
        await verdict({ ...withHeader, binary: true, content: 'ab'.repeat(134) }),
        await verdict({ ...withHeader, binary: true, content: 'ab'.repeat(128 * 35 + 1) }),
        await verdict({ ...withHeader, content: 'a'.repeat(153) }),
        (await lines('sendmsg', `to=2799900001&concat=2&udh=0605040B8423F0&text=${'ab'.repeat(256)}`)).slice(
          0,
          8,
        ),
      ];
    },
    seen: {
      one: ['202', '200 113', '200 113', '200 113', 'ERR: 113'],
      several: ['202', '202', '200 113', '202', 'ID: ID'],
    },
  },
  textBesideHeader: {
    look: () =>
      Promise.all(
        [133, 134, 152, 153].map((count) =>
          verdict({ ...one, content: 'a'.repeat(count), userDataHeader: '0605040B8423F0' }),
        ),
      ),
    seen: { septets: ['202', '202', '202', '200 113'], octets: ['202', '200 113', '200 113', '200 113'] },
  },
  creditWord: {
    look: () => lines('getbalance', ''),
    seen: { Credit: 'Credit: 1267.93', Credits: 'Credits: 1267.93' },
  },
  chargeLine: {
    look: async () => {
      const id = await lastId(() => central('sendmsg', 'to=2799900001&text=xxxx'));
      return lines('getmsgcharge', `apimsgid=${id}`);
    },
    seen: { 'lower-case': 'apiMsgId: ID charge: 1 status: 003', capitals: 'ID: ID Charge: 1 Status: 003' },
  },
  pingAnswer: {
    look: async () => {
      const response = await fetch(`${server.url}/http/auth?user=u&password=p&api_id=1`);
      const session = (await response.text()).slice(4);
      return (await ask(`/http/ping?session_id=${session}`)).body;
    },
    seen: { empty: 'OK: ', session: 'OK: ID' },
  },
  manyAnswers: {
    look: () => lines('sendmsg', 'text=xxxx&to=2799900001,447700900122'),
    seen: {
      lines: 'ID: ID To: 2799900001\nERR: 122, Destination mobile opted out To: 447700900122',
      'one-line': 'ID: ID To: 2799900001 ERR: 122, Destination mobile opted out To: 447700900122',
      'lines-crlf': 'ID: ID To: 2799900001\r\nERR: 122, Destination mobile opted out To: 447700900122',
    },
  },
  wholeRefusal: {
    look: async () => [
      await lines('sendmsg', 'text=xxxx&to=2799900001,447700900301'),
      await lines('sendmsg', 'text=xxxx&to=447700900122,447700900105'),
    ],
    seen: {
      each: [
        'ERR: 301, No credit left To: 2799900001\nERR: 301, No credit left To: 447700900301',
        'ERR: 122, Destination mobile opted out To: 447700900122\nERR: 105, Invalid destination address To: 447700900105',
      ],
      once: [
        'ERR: 301, No credit left',
        'ERR: 122, Destination mobile opted out To: 447700900122\nERR: 105, Invalid destination address To: 447700900105',
      ],
    },
  },
  errorWords: {
    look: () => lines('sendmsg', 'text=xxxx&to=447700900301'),
    seen: { documented: 'ERR: 301, No credit left', capitals: 'ERR: 301, No Credit Left' },
  },
  lineCase: {
    look: () => lines('sendmsg', 'text=xxxx&to=2799900001,447700900301'),
    seen: {
      documented: 'ERR: 301, No credit left To: 2799900001\nERR: 301, No credit left To: 447700900301',
      lower: 'err: 301, no credit left to: 2799900001\nerr: 301, no credit left to: 447700900301',
    },
  },
  lastLineBreak: {
    look: async () => [
      (await lines('getbalance', '')).endsWith('\n'),
      (await ask('/utils/routeCoverage?user=u&password=p&api_id=1&msisdn=2799900001')).body.endsWith('\n'),
    ],
    seen: { 'route-coverage': [false, true], always: [true, true], never: [false, false] },
  },
  queryAnswer: {
    look: async () => {
      const id = await lastId(() => central('sendmsg', 'to=2799900001&text=xxxx'));
      return lines('querymsg', `apimsgid=${id}`);
    },
    seen: { short: 'ID: ID Status: 003', 'with-words': '003\nID: ID Status: 003, Delivered to gateway' },
  },
  centralRateLimit: {
    look: async () => {
      const { status, retryAfter, body } = await central('sendmsg', 'text=xxxx&to=447700900429');
      return [status, retryAfter, body.slice(0, 8)];
    },
    seen: { 'error-130': [200, null, 'ERR: 130'], '429-retry-after': [429, '20', ''] },
  },
  badLogin: {
    look: async () => (await ask('/http/getbalance?user=u&password=x&api_id=1')).body,
    seen: {
      '001': 'ERR: 001, Authentication failed',
      '002': 'ERR: 002, Unknown username or password',
      '101': 'ERR: 101, Authentication failed',
    },
  },
  apiIdCheck: {
    look: async () => (await ask('/http/sendmsg?user=u&password=p&api_id=2&to=2799900001&text=')).body,
    seen: { first: 'ERR: 108, Invalid or missing API ID', last: 'ERR: 107, Empty message' },
  },
  recipientLimit: {
    look: async () => {
      const to = Array.from({ length: 101 }, (_, index) => 2_799_900_000 + index).join(',');
      return (await lines('sendmsg', `text=xxxx&to=${to}`)).slice(0, 3);
    },
    seen: { '300-600': 'ID:', '100': 'ERR' },
  },
  concatDefault: {
    look: () => lines('sendmsg', `to=2799900001&text=${'a'.repeat(400)}`),
    seen: { '1': 'ERR: 113, Maximum message parts exceeded', '3': 'ID: ID' },
  },
  parameterNames: {
    look: () => lines('sendmsg', 'TO=2799900001&text=xxxx'),
    seen: { 'any-case': 'ID: ID', exact: 'ERR: 101, Invalid or missing parameters' },
  },
  formType: {
    look: async () => {
      // A body of bytes: with text fetch would add a content type.
      const body = Buffer.from('user=u&password=p&api_id=1');
      return (await ask('/http/getbalance', { method: 'POST', body })).body;
    },
    seen: { required: 'ERR: 001, Authentication failed', guessed: 'Credit: 1267.93' },
  },
  // What callbacks look like is in callbacks.test.ts.
  callbackShape: { look: async () => true, seen: { current: true, '2017': true } },
  callbackTime: { look: async () => true, seen: { number: true, text: true } },
  callbackRepeats: { look: async () => true, seen: { once: true, twice: true } },
};

describe('an option of a profile', () => {
  const all = (Object.keys(cases) as ProfileOption[]).flatMap((option) =>
    profileReadings[option].map((reading) => [option, reading] as const),
  );
  it.each(all)('%s %s', async (option, reading) => {
    control.profile([], { [option]: reading });
    const { look, seen } = cases[option] as { look: () => Promise<unknown>; seen: Record<string, unknown> };
    expect(await look()).toEqual(seen[reading]);
  });

  it('has every reading seen', () => {
    for (const option of Object.keys(profileReadings) as ProfileOption[]) {
      expect(Object.keys(cases[option].seen).sort()).toEqual([...profileReadings[option]].sort());
    }
  });
});

describe('profiles', () => {
  it('change what they name, the later one first, single options last', () => {
    expect(practiceProfile()).toEqual(defaultProfile);
    expect(practiceProfile(['status-strict', 'status-202'])).toMatchObject({ refusalStatus: '202' });
    expect(practiceProfile(['status-202'], { refusalStatus: '200' })).toMatchObject({
      refusalStatus: '200',
      malformedStatus: 'as-refusals',
    });
  });

  it.each<[string, () => unknown]>([
    ['a name', () => practiceProfile(['nonsense'])],
    ['a name of every object', () => practiceProfile(['toString'])],
    ['an option', () => practiceProfile([], { nonsense: 'x' })],
    ['a reading', () => practiceProfile([], { bearer: 'perhaps' })],
  ])('do not exist by accident: %s', (_name, make) => {
    expect(make).toThrow('no such');
  });

  it('have readings that exist', () => {
    for (const name of Object.keys(profilePresets))
      expect(() => practiceProfile([], profilePresets[name as ProfileName])).not.toThrow();
  });

  it('are documented, every option with every reading in order, and every name with what it sets', async () => {
    const page = await readFile(new URL('../../docs/practice-gateway.md', import.meta.url), 'utf8');
    for (const [option, list] of Object.entries(profileReadings)) {
      const written = list.map((reading) => `\`${reading}\``).join(', ');
      expect(page).toMatch(new RegExp(`^\\| \`${option}\` \\| ${written} \\| .{20,} \\|$`, 'm'));
    }
    for (const [name, options] of Object.entries(profilePresets)) {
      const written = Object.entries(options).map(([option, reading]) => `\`${option}\` ${reading}`);
      expect(page).toContain(`| \`${name}\` | ${written.join(', ')} |`);
    }
  });
});
