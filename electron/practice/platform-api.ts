/**
 * What the Platform SMS API answers to a request. A complete request in, an answer and what was taken out; the state
 * changes only by what it costs and counts.
 *
 * How the real server answers a malformed request is not documented; HTTP 400 with the error object of the API is our
 * choice, and a profile can make another (docs/practice-gateway.md).
 */
import type { ErrorCode } from './error-table.ts';
import { errorWords } from './error-table.ts';
import {
  type ApiAnswer,
  type ApiRequest,
  isUtf8,
  type Judgement,
  mediaType,
  plain,
} from './http-messages.ts';
import { type MagicBehaviour, magicBehaviour } from './magic-numbers.ts';
import {
  type AnswerError,
  type AnswerForm,
  bulkAnswer,
  errorOf,
  jsonAnswer,
  type ListAnswer,
  listAnswer,
} from './platform-answer.ts';
import {
  checkSendRequest,
  fieldsOfJson,
  fieldsOfQuery,
  fieldsOfValue,
  fieldsOfXml,
  malformed,
  type ReadFields,
  type Refusal,
  type SendRequest,
} from './platform-request.ts';
import type { PracticeProfile } from './profile.ts';
import { digitsOf, type PracticeState, type TakenMessage } from './state.ts';
import { statuses } from './statuses.ts';
import { verdictOf } from './verdicts.ts';

export type { TakenText } from './taken-text.ts';

interface Endpoint {
  readonly method: string;
  /** Where the key stands. */
  readonly key: 'header' | 'query';
  /** The parameters of its query, where no body and no other rule says more about them. */
  readonly query: readonly string[] | 'read elsewhere';
  answer(request: ApiRequest, form: AnswerForm, state: PracticeState): Judgement | Promise<Judgement>;
}

const endpoints: Readonly<Record<string, Endpoint>> = {
  '/messages': { method: 'POST', key: 'header', query: [], answer: answerMessages },
  '/messages/rest/bulk': { method: 'POST', key: 'header', query: [], answer: answerBulk },
  '/messages/http/send': { method: 'GET', key: 'query', query: 'read elsewhere', answer: answerHttpSend },
  '/public-client/balance': { method: 'GET', key: 'header', query: [], answer: answerBalance },
  '/public-client/message/status': {
    method: 'GET',
    key: 'header',
    query: ['messageId'],
    answer: answerStatus,
  },
};

/** The paths where texts are sent. */
export const platformSendPaths: readonly string[] = [
  '/messages',
  '/messages/rest/bulk',
  '/messages/http/send',
];

export async function judgePlatform(request: ApiRequest, state: PracticeState): Promise<Judgement> {
  const { profile } = state;
  const endpoint = Object.hasOwn(endpoints, request.path) ? endpoints[request.path] : undefined;
  const form = answerForm(request);
  if (endpoint === undefined) return fixed(404, 161, form ?? 'json', profile);
  if (request.method !== endpoint.method)
    return fixed(405, 160, form ?? 'json', profile, { allow: endpoint.method });
  if (state.account.ipLocked) return refuse(7, form ?? 'json', profile);
  if (!hasKey(request, endpoint, state)) return refuse(108, form ?? 'json', profile);
  const seconds = state.overRateLimit();
  if (seconds !== undefined) return rateLimited(seconds, form ?? 'json', profile);
  if (form === undefined) return fixed(406, 166, 'json', profile);
  if (!hasKnownQuery(request, endpoint, profile)) return refuse(101, form, profile, malformed(101));
  return endpoint.answer(request, form, state);
}

/** Whether the query has what is documented and nothing else, nothing twice. */
function hasKnownQuery(request: ApiRequest, { query }: Endpoint, profile: PracticeProfile): boolean {
  if (query === 'read elsewhere') return true;
  const names = [...new URLSearchParams(request.query).keys()];
  if (new Set(names).size < names.length) return false;
  return profile.unknownFields === 'ignored' || names.every((name) => query.includes(name));
}

function hasKey(request: ApiRequest, endpoint: Endpoint, state: PracticeState): boolean {
  if (endpoint.key === 'query') return fieldsOfQuery(request.query, state.profile).apiKey === state.key;
  // The bare key: `Bearer <key>` is not what the specification says.
  const { authorization } = request.headers;
  if (authorization === state.key) return true;
  return state.profile.bearer === 'accepted' && authorization === `Bearer ${state.key}`;
}

/** What `Accept` asks for, else what the request itself is. Undefined when it asks for neither JSON nor XML. */
function answerForm(request: ApiRequest): AnswerForm | undefined {
  const isXml = request.method === 'POST' && mediaType(request.headers) === 'application/xml';
  const own: AnswerForm = isXml ? 'xml' : 'json';
  const accept = request.headers.accept;
  if (accept === undefined) return own;
  const ranges = String(accept)
    .split(',')
    .map((range, index) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return { type, quality: Number(quality), index };
    })
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality || one.index - other.index);
  for (const { type } of ranges) {
    if (type === 'application/json') return 'json';
    if (type === 'application/xml') return 'xml';
    if (type === '*/*' || type === 'application/*') return own;
  }
  return undefined;
}

async function answerMessages(
  request: ApiRequest,
  form: AnswerForm,
  state: PracticeState,
): Promise<Judgement> {
  const type = isUtf8(request.headers) ? mediaType(request.headers) : '';
  if (type === 'application/json') return sendList(fieldsOfJson(request.body), form, state);
  if (type !== 'application/xml') return fixed(415, 167, form, state.profile);
  const { readXml } = await import('./xml.ts');
  const document = readXml(request.body);
  const read =
    document?.root === 'SendMessageRequest' ? fieldsOfXml(document.children) : { refusal: malformed(100) };
  return sendList(read, form, state);
}

function answerHttpSend(request: ApiRequest, form: AnswerForm, state: PracticeState): Judgement {
  return sendList(fieldsOfQuery(request.query, state.profile).read, form, state);
}

function answerBulk(request: ApiRequest, form: AnswerForm, state: PracticeState): Judgement {
  const { profile } = state;
  // The specification types this one in JSON alone.
  const isJson = mediaType(request.headers) === 'application/json' && isUtf8(request.headers);
  if (!isJson) return fixed(415, 167, 'json', profile);
  if (form !== 'json') return fixed(406, 166, 'json', profile);
  const read = fieldsOfJson(request.body);
  if ('refusal' in read) return refuseBulk(read.refusal, profile);
  const { messageList, ...others } = read.fields;
  if (!Array.isArray(messageList) || messageList.length === 0) return refuseBulk(malformed(100), profile);
  if (Object.keys(others).length > 0 && profile.unknownFields === 'refused')
    return refuseBulk(malformed(101, `Unknown field: ${Object.keys(others)[0]?.slice(0, 40)}.`), profile);
  if (profile.bulkLimit !== 'none' && messageList.length > Number(profile.bulkLimit))
    return refuseBulk(malformed(101, `More than ${profile.bulkLimit} messages.`), profile);

  const requests = messageList.map((entry: unknown) => check(fieldsOfValue(entry), state));
  const behaviours = requests.flatMap((entry) => ('code' in entry ? [] : entry.to.map(behaviourOf)));
  const whole = wholeAnswer(behaviours, 'json', profile);
  if (whole !== undefined) return whole;
  const requestId = state.newId();
  const results = requests.map((entry): { list: ListAnswer; taken: readonly TakenMessage[] } => {
    const refusal = 'code' in entry ? entry : refusedByNumber(entry);
    if (refusal !== undefined || 'code' in entry) return { list: refusalList(refusal), taken: [] };
    return takeAll(entry, requestId, state);
  });
  const lists = results.map(({ list }) => list);
  return {
    answer: bulkAnswer(202, lists, profile),
    taken: results.flatMap(({ taken }) => taken),
    ...effects(behaviours),
    tell: (change) => bulkAnswer(202, lists, profile, change),
  };
}

function refuseBulk(refusal: Refusal, profile: PracticeProfile): Judgement {
  if (profile.bulkRefusal === 'object') return refuse(refusal.code, 'json', profile, refusal);
  return plain(bulkAnswer(statusOf(refusal.code, refusal.kind, profile), [refusalList(refusal)], profile));
}

function sendList(read: ReadFields, form: AnswerForm, state: PracticeState): Judgement {
  const { profile } = state;
  const request = check(read, state);
  if ('code' in request) return refuse(request.code, form, profile, request);
  const behaviours = request.to.map(behaviourOf);
  const whole = wholeAnswer(behaviours, form, profile);
  if (whole !== undefined) return whole;
  const refusal = refusedByNumber(request) ?? withoutCredit(request, state);
  if (refusal !== undefined) return refuse(refusal.code, form, profile, refusal);
  const { list, taken } = takeAll(request, state.newId(), state);
  return {
    answer: listAnswer(202, list, form, profile),
    taken,
    ...effects(behaviours),
    tell: (change) => listAnswer(202, list, form, profile, change),
  };
}

function check(read: ReadFields, state: PracticeState): SendRequest | Refusal {
  if ('refusal' in read) return read.refusal;
  return checkSendRequest(read.fields, state.profile, {
    now: state.clock.now(),
    ownsSender: (from) => state.ownsSender(from),
  });
}

function behaviourOf(number: string): MagicBehaviour | undefined {
  return magicBehaviour(digitsOf(number));
}

/** Answers that a magic number gives to the whole HTTP request. */
function wholeAnswer(
  behaviours: readonly (MagicBehaviour | undefined)[],
  form: AnswerForm,
  profile: PracticeProfile,
): Judgement | undefined {
  for (const behaviour of behaviours) {
    if (behaviour?.kind === 'rate-limit') return rateLimited(behaviour.seconds, form, profile);
    if (behaviour?.kind === 'busy')
      return plain({
        status: 503,
        headers: { 'retry-after': String(behaviour.seconds), 'content-type': 'text/plain' },
        body: 'Service Unavailable',
      });
  }
  return undefined;
}

/** A magic number that has the `SendMessageRequest` refused. */
function refusedByNumber(request: SendRequest): Refusal | undefined {
  for (const number of request.to) {
    const behaviour = behaviourOf(number);
    if (behaviour?.kind === 'refuse-request') return { code: behaviour.code, kind: 'refused' };
  }
  return undefined;
}

/** No credit for a single text: the whole request is refused. Credit that runs out within it refuses the rest of it. */
function withoutCredit(request: SendRequest, state: PracticeState): Refusal | undefined {
  const { credit, pricePerPart } = state.account;
  return pricePerPart > 0 && credit < request.parts * pricePerPart
    ? { code: 301, kind: 'refused' }
    : undefined;
}

const numberPatterns: Readonly<Record<PracticeProfile['numberFormat'], RegExp>> = {
  'with-or-without-plus': /^\+?[1-9]\d{6,14}$/,
  'plus-required': /^\+[1-9]\d{6,14}$/,
  'plus-refused': /^[1-9]\d{6,14}$/,
};

function takeAll(
  request: SendRequest,
  requestId: string,
  state: PracticeState,
): { readonly list: ListAnswer; readonly taken: readonly TakenMessage[] } {
  const taken = request.to.map((to) =>
    state.take({
      family: 'platform',
      requestId,
      to,
      numberPattern: numberPatterns[state.profile.numberFormat],
      content: request.content,
      parts: request.parts,
      clientMessageId: request.clientMessageId,
      options: request.options,
    }),
  );
  return { list: { verdicts: taken.map(verdictOf) }, taken };
}

function effects(
  behaviours: readonly (MagicBehaviour | undefined)[],
): Pick<Judgement, 'dropAnswer' | 'delayMilliseconds'> {
  const seconds = behaviours.map((behaviour) => (behaviour?.kind === 'slow' ? behaviour.seconds : 0));
  return {
    dropAnswer: behaviours.some((behaviour) => behaviour?.kind === 'drop-answer'),
    delayMilliseconds: Math.max(0, ...seconds) * 1_000,
  };
}

function answerBalance(_request: ApiRequest, _form: AnswerForm, state: PracticeState): Judgement {
  const { credit, currency } = state.account;
  const balance = state.profile.balanceType === 'string' ? String(credit) : credit;
  return plain(jsonAnswer(200, { balance, currency }));
}

function answerStatus(request: ApiRequest, _form: AnswerForm, state: PracticeState): Judgement {
  const { profile } = state;
  const id = new URLSearchParams(request.query).get('messageId') ?? '';
  if (id === '') return refuse(109, 'json', profile);
  const record = state.messages.find(id);
  if (record === undefined) return refuse(103, 'json', profile);
  const now = state.clock.now();
  const code = state.messages.statusOf(record, now);
  const { name, description } = statuses[code];
  const short = { messageId: id, status: name };
  // Only `status` is known from clients; the rest of the fuller answer are the names of the callback.
  const full = {
    ...short,
    statusCode: code,
    statusDescription: description,
    to: record.to,
    clientMessageId: record.clientMessageId ?? null,
  };
  return plain(jsonAnswer(200, profile.statusBody === 'full' ? full : short));
}

/** Refused by what HTTP itself has a status for. */
function fixed(
  status: number,
  code: ErrorCode,
  form: AnswerForm,
  profile: PracticeProfile,
  headers: Readonly<Record<string, string>> = {},
): Judgement {
  const answer = listAnswer(status, { verdicts: [], error: errorOf(code) }, form, profile);
  return plain({ ...answer, headers: { ...answer.headers, ...headers } });
}

function refuse(
  code: ErrorCode,
  form: AnswerForm,
  profile: PracticeProfile,
  refusal: Omit<Refusal, 'code'> = { kind: 'refused' },
): Judgement {
  const status = statusOf(code, refusal.kind, profile);
  if (refusal.kind === 'malformed' && profile.malformedBody !== 'error') {
    const html = '<!doctype html><title>Bad Request</title><h1>Bad Request</h1>';
    return plain({
      status,
      headers: { 'content-type': 'text/html' },
      body: profile.malformedBody === 'html' ? html : '',
    });
  }
  return plain(
    listAnswer(status, { verdicts: [], error: errorOf(code, refusal.description) }, form, profile),
  );
}

function statusOf(code: ErrorCode, kind: Refusal['kind'], profile: PracticeProfile): number {
  if (code === 7 && profile.ipLockStatus === '401') return 401;
  if (kind === 'malformed' && profile.malformedStatus === '400') return 400;
  return profile.refusalStatus === 'strict' ? errorWords(code).strictStatus : Number(profile.refusalStatus);
}

function rateLimited(seconds: number, form: AnswerForm, profile: PracticeProfile): Judgement {
  const told = (status: number, error: AnswerError): ApiAnswer =>
    listAnswer(status, { verdicts: [], error }, form, profile);
  const retryAfter = { 'retry-after': String(seconds) };
  switch (profile.rateLimitAnswer) {
    case '429-retry-after': {
      const answer = told(429, errorOf(130));
      return plain({ ...answer, headers: { ...answer.headers, ...retryAfter } });
    }
    case '429-empty':
      return plain({ status: 429, headers: {}, body: '' });
    case '400-code-43':
      // The number and the status of the One API on the same host.
      return plain(told(400, { code: 43, error: 'Rate limit exceeded.', description: 'Too many requests.' }));
    case '503-retry-after':
      return plain({ status: 503, headers: retryAfter, body: '' });
  }
}

function refusalList(refusal: Refusal | undefined): ListAnswer {
  return { verdicts: [], error: errorOf(refusal?.code ?? 901, refusal?.description) };
}
