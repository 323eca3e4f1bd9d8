/**
 * What the Platform SMS API answers to a request. Pure: a complete request in, an answer and what was taken out.
 *
 * The request is judged by the types of the published specification, more strictly than the real server may do it, so
 * that a mistake shows here and not there. How the real server answers a malformed request is not documented; HTTP 400
 * with the error object of the API is our choice.
 */
import { countParts } from '../../shared/domain/segments.ts';
import { type MagicBehaviour, magicBehaviour } from './magic-numbers.ts';

export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One recipient of a request that was understood, as it is remembered. */
export interface TakenText {
  /** Digits. */
  readonly to: string;
  readonly content: string;
  readonly clientMessageId: string | undefined;
  /** 32 hexadecimal digits, null when this recipient was refused. */
  readonly apiMessageId: string | null;
  readonly errorCode: number | null;
}

export interface Judgement {
  readonly answer: ApiAnswer;
  readonly texts: readonly TakenText[];
  /** The answer is to be lost on the way. */
  readonly dropAnswer: boolean;
}

export interface ApiState {
  readonly key: string;
  readonly balance: number;
  readonly currency: string;
  newMessageId(): string;
  isKnownMessage(id: string): boolean;
}

const maxRecipients = 200;
/** The longest concatenation Clickatell carries. */
const maxParts = 35;

/** Words as captured from the real API where there is a capture, else those of the Central table with a full stop. */
const errorWords: Readonly<Record<number, readonly [error: string, description: string]>> = {
  100: ['Data malformed.', 'The request body could not be read.'],
  101: ['Invalid or missing parameters.', 'A parameter is missing or has the wrong type.'],
  102: ['Invalid user data header.', 'The user data header is not hexadecimal.'],
  103: ['Unknown API message ID.', 'There is no message with this ID.'],
  105: ['Invalid destination address.', 'The destination address is not a mobile number.'],
  107: ['Empty message.', 'The message has no content.'],
  108: [
    'Invalid or missing integration API Key.',
    'The integration API key is either incorrect or has not been included in the API call.',
  ],
  113: ['Maximum message parts exceeded.', 'The message is too long.'],
  114: ['Cannot route message.', 'There is no route to this network.'],
  121: ['Destination mobile number blocked.', 'This number is blocked.'],
  122: ['Destination mobile opted out.', 'The owner of this number does not want messages.'],
  130: ['Rate limit exceeded.', 'Too many requests.'],
  160: ['HTTP method is not supported on this resource.', ''],
  161: ['Resource does not exist.', ''],
  166: ['Invalid or missing accept header.', ''],
  167: ['Invalid or missing content-type header.', ''],
  301: ['No credit left.', 'The account has no credit left.'],
  607: ['Invalid FROM number.', "User specified FROM number, but integration isn't two-way."],
};

export function judge(request: ApiRequest, state: ApiState): Judgement {
  const endpoint = endpoints[request.path];
  if (endpoint === undefined) return refusal(404, 161);
  if (request.method !== endpoint.method) return refusal(405, 160, { allow: endpoint.method });
  // The bare key: `Bearer <key>` is not what the specification says.
  if (request.headers.authorization !== state.key) return refusal(200, 108);
  return endpoint.answer(request, state);
}

const endpoints: Readonly<
  Record<
    string,
    { readonly method: string; readonly answer: (request: ApiRequest, state: ApiState) => Judgement }
  >
> = {
  '/messages': { method: 'POST', answer: answerMessages },
  '/public-client/balance': {
    method: 'GET',
    answer: (_request, state) => plain(json(200, { balance: state.balance, currency: state.currency })),
  },
  '/public-client/message/status': { method: 'GET', answer: answerStatus },
};

function answerStatus(request: ApiRequest, state: ApiState): Judgement {
  const id = request.query.get('messageId') ?? '';
  if (!state.isKnownMessage(id)) return refusal(200, 103);
  return plain(json(200, { messageId: id, status: 'DELIVERED_TO_GATEWAY' }));
}

interface SendRequest {
  readonly content: string;
  readonly to: readonly string[];
  readonly clientMessageId: string | undefined;
}

function answerMessages(request: ApiRequest, state: ApiState): Judgement {
  const type = String(request.headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase();
  if (type !== 'application/json') return refusal(415, 167);
  const accept = request.headers.accept;
  if (accept !== undefined && !/application\/(json|\*)|\*\/\*/.test(String(accept))) return refusal(406, 166);
  const read = readSendRequest(request.body);
  if (typeof read === 'number') return refusal(400, read);
  if ('problem' in read) return refusal(400, 101, {}, read.problem);
  if (read.content === '') return refusal(200, 107);
  if (countParts(read.content).parts > maxParts) return refusal(200, 113);

  const behaviours = read.to.map((number) => magicBehaviour(digits(number)));
  const whole = behaviours.find((behaviour) => behaviour?.kind === 'refuse-request');
  if (whole !== undefined) return refusal(200, whole.code);
  const limit = behaviours.find((behaviour) => behaviour?.kind === 'rate-limit');
  if (limit !== undefined) return refusal(429, 130, { 'retry-after': String(limit.seconds) });

  const texts = read.to.map((number, index) => take(number, read, behaviours[index], state));
  return {
    answer: json(202, {
      messages: texts.map((text) => ({
        apiMessageId: text.apiMessageId,
        accepted: text.apiMessageId !== null,
        to: text.to,
        ...errorFields(text.errorCode),
      })),
      ...errorFields(null),
    }),
    texts,
    dropAnswer: behaviours.some((behaviour) => behaviour?.kind === 'drop-answer'),
  };
}

function take(
  number: string,
  request: SendRequest,
  behaviour: MagicBehaviour | undefined,
  state: ApiState,
): TakenText {
  let errorCode: number | null = null;
  if (!/^\+?[1-9]\d{6,14}$/.test(number)) errorCode = 105;
  else if (behaviour?.kind === 'refuse-recipient') errorCode = behaviour.code;
  return {
    to: digits(number),
    content: request.content,
    clientMessageId: request.clientMessageId,
    apiMessageId: errorCode === null ? state.newMessageId() : null,
    errorCode,
  };
}

type FieldCheck = (value: unknown) => boolean;
const isString: FieldCheck = (value) => typeof value === 'string';

/** `SendMessageRequest` of the specification. */
const fields: Readonly<Record<string, FieldCheck>> = {
  content: isString,
  to: (value) => Array.isArray(value) && value.every(isString),
  from: isString,
  binary: (value) => typeof value === 'boolean',
  clientMessageId: isString,
  scheduledDeliveryTime: isString,
  userDataHeader: (value) => typeof value === 'string' && value.length >= 1,
  validityPeriod: (value) =>
    typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2_147_483_648,
  charset: (value) => ['ASCII', 'UCS2-BE', 'UTF-8', 'Windows-1252'].includes(String(value)),
};

/** The request, an error number, or in words which field is wrong. */
function readSendRequest(body: Buffer): SendRequest | number | { readonly problem: string } {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return 100;
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return 100;
  const request = document as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(request)) {
    const check = fields[name];
    if (check === undefined) return { problem: `Unknown field: ${name.slice(0, 40)}.` };
    if (!check(value)) return { problem: `Invalid field: ${name}.` };
  }
  const { content, to, clientMessageId } = request as {
    content?: string;
    to?: string[];
    clientMessageId?: string;
  };
  if (content === undefined) return { problem: 'Missing field: content.' };
  if (to === undefined || to.length === 0) return { problem: 'Missing field: to.' };
  if (to.length > maxRecipients) return { problem: `More than ${maxRecipients} recipients.` };
  if (new Set(to.map(digits)).size !== to.length) return { problem: 'A recipient occurs twice.' };
  if (request.from !== undefined) return 607;
  return { content, to, clientMessageId };
}

function refusal(
  status: number,
  code: number,
  headers: Readonly<Record<string, string>> = {},
  description?: string,
): Judgement {
  const answer = json(status, { messages: [], ...errorFields(code, description) });
  return plain({ ...answer, headers: { ...answer.headers, ...headers } });
}

function plain(answer: ApiAnswer): Judgement {
  return { answer, texts: [], dropAnswer: false };
}

function errorFields(
  code: number | null,
  description?: string,
): Readonly<Record<string, number | string | null>> {
  const words = code === null ? undefined : errorWords[code];
  return {
    errorCode: code,
    error: words?.[0] ?? null,
    errorDescription: description ?? words?.[1] ?? null,
  };
}

function json(status: number, document: unknown): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(document),
  };
}

function digits(number: string): string {
  return number.replace(/\D/g, '');
}
