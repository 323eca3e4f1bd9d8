/**
 * What the HTTP interface of Developers' Central answers to a request: lines of text, always with status 200.
 * Loaded by the first request to it.
 */
import { centralAnswer, errorLine, refusalAnswer, verdictAnswer } from './central-answer.ts';
import {
  type CentralCommand,
  type CentralParameters,
  checkCentralParameters,
  commandRules,
  readCentralParameters,
  textOf,
} from './central-parameters.ts';
import { readCentralText } from './central-text.ts';
import type { ErrorCode } from './error-table.ts';
import { type ApiRequest, type Judgement, plain } from './http-messages.ts';
import { type MagicBehaviour, magicBehaviour } from './magic-numbers.ts';
import type { MessageRecord } from './message-store.ts';
import type { PracticeState } from './state.ts';
import { statuses, threeDigits } from './statuses.ts';
import type { TakenOptions } from './taken-text.ts';
import { headerOctets } from './user-data-header.ts';
import { verdictOf } from './verdicts.ts';

type Answer = (parameters: CentralParameters, request: ApiRequest, state: PracticeState) => Judgement;

const commands: Readonly<Record<CentralCommand, Answer>> = {
  auth: answerAuth,
  ping: answerPing,
  sendmsg: answerSend,
  querymsg: answerQuery,
  getmsgcharge: answerCharge,
  getbalance: answerBalance,
  delmsg: answerDelete,
  routecoverage: answerCoverage,
};

/** Numbers of Developers' Central: no `+`, no leading zeros. */
const numberPattern = /^[1-9]\d{6,14}$/;
const farthestMinutes = 10_080;
/** Status can be asked for six days, the charge for fifteen. */
const queryMilliseconds = 6 * 86_400_000;
const chargeMilliseconds = 15 * 86_400_000;

export function judgeCentral(request: ApiRequest, state: PracticeState): Judgement {
  const { profile } = state;
  const command = commandOf(request.path);
  if (command === undefined)
    return plain({ status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found' });
  if (request.method !== 'GET' && request.method !== 'POST')
    return plain({ status: 405, headers: { allow: 'GET, POST' }, body: '' });
  const parameters = readCentralParameters(request, profile);
  if (parameters === undefined) return plain(refusalAnswer(101, [], profile));
  const recipients = command === 'sendmsg' ? recipientsOf(parameters) : [];
  const refuse = (code: ErrorCode): Judgement => plain(refusalAnswer(code, recipients, profile));

  if (state.account.ipLocked) return refuse(7);
  const login = checkLogin(command, parameters, state);
  if (login !== undefined)
    return plain(refusalAnswer(login.code, recipients, profile, { words: login.words }));
  const seconds = state.overRateLimit();
  if (seconds !== undefined) return rateLimited(seconds, recipients, state);
  const problem = checkCentralParameters(command, parameters, profile);
  if (problem !== undefined) return refuse(problem);
  if (command !== 'sendmsg' && !hasApiId(parameters, state)) return refuse(108);
  return commands[command](parameters, request, state);
}

/** `/http/sendmsg`, `/http/sendmsg.php`, `/utils/routeCoverage`, `/utils/routecoverage.php` */
function commandOf(path: string): CentralCommand | undefined {
  const match = /^\/(http|utils)\/([A-Za-z]+)(?:\.php)?$/.exec(path);
  const [, folder, name = ''] = match ?? [];
  const command = folder === 'utils' ? name.toLowerCase() : name;
  if (!Object.hasOwn(commandRules, command)) return undefined;
  return (command === 'routecoverage') === (folder === 'utils') ? (command as CentralCommand) : undefined;
}

/** Why the caller is nobody we know; undefined when all is well. A session is refreshed by this. */
function checkLogin(
  command: CentralCommand,
  parameters: CentralParameters,
  state: PracticeState,
): { readonly code: ErrorCode; readonly words?: ErrorCode } | undefined {
  const { profile, central } = state;
  const session = textOf(parameters, 'session_id');
  if (session !== undefined && command !== 'auth')
    return state.sessions.use(session, state.clock.now()) ? undefined : { code: 3 };
  if (command === 'ping') return { code: 5 };
  const user = textOf(parameters, 'user');
  const password = textOf(parameters, 'password');
  if (user === undefined || password === undefined) return { code: 1 };
  if (user !== central.user || password !== central.password) {
    // The sample of the specification has the number of one error and the words of another.
    if (profile.badLogin === '101') return { code: 101, words: 1 };
    return { code: profile.badLogin === '002' ? 2 : 1 };
  }
  return profile.apiIdCheck === 'first' && !hasApiId(parameters, state) ? { code: 108 } : undefined;
}

function hasApiId(parameters: CentralParameters, state: PracticeState): boolean {
  return (
    textOf(parameters, 'session_id') !== undefined || textOf(parameters, 'api_id') === state.central.apiId
  );
}

function answerAuth(_parameters: CentralParameters, _request: ApiRequest, state: PracticeState): Judgement {
  const id = state.newId();
  state.sessions.open(id, state.clock.now());
  return plain(centralAnswer([`OK: ${id}`], state.profile));
}

function answerPing(parameters: CentralParameters, _request: ApiRequest, state: PracticeState): Judgement {
  const id = state.profile.pingAnswer === 'session' ? textOf(parameters, 'session_id') : '';
  return plain(centralAnswer([`OK: ${id}`], state.profile));
}

function recipientsOf(parameters: CentralParameters): readonly string[] {
  const to = textOf(parameters, 'to') ?? '';
  return to === '' ? [] : to.split(',');
}

function answerSend(parameters: CentralParameters, request: ApiRequest, state: PracticeState): Judgement {
  const { profile } = state;
  const recipients = recipientsOf(parameters);
  const refuse = (code: ErrorCode): Judgement => plain(refusalAnswer(code, recipients, profile));
  if (recipients.length === 0 || !parameters.has('text')) return refuse(101);
  if (recipients.length > recipientLimit(request.method, state)) return refuse(101);
  const unique = [...new Set(recipients)];
  if (unique.length !== recipients.length && profile.duplicateRecipients === 'refused') return refuse(101);
  const to = profile.duplicateRecipients === 'merged' ? unique : recipients;

  const options = readOptions(parameters, state);
  if ('code' in options) return refuse(options.code);
  const text = readCentralText(parameters, profile);
  if ('code' in text) return refuse(text.code);
  if (text.content === '') return refuse(107);
  const mostParts = options.taken.concat ?? Number(profile.concatDefault);
  if (text.parts > mostParts) return refuse(113);
  if (!hasApiId(parameters, state)) return refuse(108);

  const behaviours = to.map(magicBehaviour);
  const whole = wholeAnswer(behaviours, recipients, state);
  if (whole !== undefined) return whole;
  const requestId = state.newId();
  const asked = Object.keys(options.taken).length > 0;
  const taken = to.map((number) =>
    state.take({
      family: 'central',
      requestId,
      to: number,
      numberPattern,
      content: text.content,
      parts: text.parts,
      clientMessageId: textOf(parameters, 'climsgid', 'cliMsgId'),
      options: asked ? options.taken : undefined,
    }),
  );
  const verdicts = taken.map(verdictOf);
  const seconds = behaviours.map((behaviour) => (behaviour?.kind === 'slow' ? behaviour.seconds : 0));
  return {
    answer: verdictAnswer(verdicts, profile),
    taken,
    dropAnswer: behaviours.some((behaviour) => behaviour?.kind === 'drop-answer'),
    delayMilliseconds: Math.max(0, ...seconds) * 1_000,
    tell: (change) => verdictAnswer(verdicts, profile, change),
  };
}

function recipientLimit(method: string, state: PracticeState): number {
  if (state.profile.recipientLimit === '100') return 100;
  return method === 'GET' ? 300 : 600;
}

/** What else the request asks for. The single checks have been made; here stands what depends on more than one. */
function readOptions(
  parameters: CentralParameters,
  state: PracticeState,
): { readonly taken: TakenOptions } | { readonly code: ErrorCode } {
  const from = textOf(parameters, 'from');
  if (from !== undefined && /[A-Za-z]/.test(from) && state.profile.senderNames === 'neither')
    return { code: 123 };
  // "Must be set to 1 when sending from a two-way number."
  if (from !== undefined && state.ownsSender(from) && textOf(parameters, 'mo') !== '1') return { code: 106 };
  const now = state.clock.now();
  const minutes = textOf(parameters, 'deliv_time');
  const scheduled = textOf(parameters, 'scheduled_time');
  if (minutes !== undefined && scheduled !== undefined) return { code: 120 };
  let deliverAt: number | undefined;
  if (minutes !== undefined) deliverAt = now + Number(minutes) * 60_000;
  if (scheduled !== undefined) deliverAt = Number(scheduled) * 1_000;
  if (deliverAt !== undefined && (deliverAt < now || deliverAt > now + farthestMinutes * 60_000))
    return { code: 120 };
  const userDataHeader = textOf(parameters, 'udh');
  if (userDataHeader !== undefined && headerOctets(userDataHeader) === undefined) return { code: 102 };
  const validity = textOf(parameters, 'validity');
  const concat = textOf(parameters, 'concat');
  const callback = textOf(parameters, 'callback', 'msg_callback');
  return {
    taken: {
      ...(from === undefined ? {} : { from }),
      ...(textOf(parameters, 'binary') === '1' || userDataHeader !== undefined ? { binary: true } : {}),
      ...(userDataHeader === undefined ? {} : { userDataHeader }),
      ...(validity === undefined ? {} : { validity: Number(validity) }),
      ...(deliverAt === undefined || deliverAt === now ? {} : { deliverAt }),
      ...(textOf(parameters, 'msg_type') === 'SMS_FLASH' ? { flash: true } : {}),
      ...(textOf(parameters, 'unicode') === '1' ? { unicode: true } : {}),
      ...(concat === undefined ? {} : { concat: Number(concat) }),
      ...(callback === undefined ? {} : { callback: Number(callback) }),
    },
  };
}

/** Answers that a magic number gives to the whole request. */
function wholeAnswer(
  behaviours: readonly (MagicBehaviour | undefined)[],
  recipients: readonly string[],
  state: PracticeState,
): Judgement | undefined {
  for (const behaviour of behaviours) {
    switch (behaviour?.kind) {
      case 'refuse-request':
        return plain(refusalAnswer(behaviour.code, recipients, state.profile));
      case 'rate-limit':
        return rateLimited(behaviour.seconds, recipients, state);
      case 'busy':
        return plain({
          status: 503,
          headers: { 'retry-after': String(behaviour.seconds), 'content-type': 'text/plain' },
          body: 'Service Unavailable',
        });
      default:
        break;
    }
  }
  return undefined;
}

function rateLimited(seconds: number, recipients: readonly string[], state: PracticeState): Judgement {
  if (state.profile.centralRateLimit === '429-retry-after')
    return plain({ status: 429, headers: { 'retry-after': String(seconds) }, body: '' });
  const until = Math.ceil(state.clock.now() / 1_000) + seconds;
  return plain(refusalAnswer(130, recipients, state.profile, { until }));
}

/** The message a command is about, or the error that says why there is none. */
function messageOf(
  parameters: CentralParameters,
  state: PracticeState,
  oldestMilliseconds: number,
): { readonly record: MessageRecord } | { readonly code: ErrorCode } {
  const id = textOf(parameters, 'apimsgid', 'apiMsgId') ?? '';
  const clientId = textOf(parameters, 'climsgid', 'cliMsgId') ?? '';
  if (id === '' && clientId === '') return { code: 109 };
  const record = id === '' ? state.messages.findByClientId(clientId) : state.messages.find(id);
  const takenAt = record?.life[0]?.at ?? 0;
  if (record === undefined || state.clock.now() - takenAt > oldestMilliseconds)
    return { code: id === '' ? 104 : 103 };
  return { record };
}

function answerQuery(parameters: CentralParameters, _request: ApiRequest, state: PracticeState): Judgement {
  const { profile } = state;
  const found = messageOf(parameters, state, queryMilliseconds);
  if ('code' in found) return plain(refusalAnswer(found.code, [], profile));
  const status = state.messages.statusOf(found.record, state.clock.now());
  const line = `ID: ${found.record.apiMessageId} Status: ${threeDigits(status)}`;
  // An old capture of the live service has the number on a line of its own, and words.
  if (profile.queryAnswer === 'with-words')
    return plain(
      centralAnswer([`${threeDigits(status)}\n${line}, ${statuses[status].description}`], profile),
    );
  return plain(centralAnswer([line], profile));
}

function answerCharge(parameters: CentralParameters, _request: ApiRequest, state: PracticeState): Judgement {
  const { profile } = state;
  const found = messageOf(parameters, state, chargeMilliseconds);
  if ('code' in found) return plain(refusalAnswer(found.code, [], profile));
  const now = state.clock.now();
  const charge = state.messages.chargeOf(found.record, now);
  const status = threeDigits(state.messages.statusOf(found.record, now));
  const { apiMessageId } = found.record;
  const line =
    profile.chargeLine === 'capitals'
      ? `ID: ${apiMessageId} Charge: ${charge} Status: ${status}`
      : `apiMsgId: ${apiMessageId} charge: ${charge} status: ${status}`;
  return plain(centralAnswer([line], profile));
}

function answerBalance(
  _parameters: CentralParameters,
  _request: ApiRequest,
  state: PracticeState,
): Judgement {
  const { profile } = state;
  return plain(centralAnswer([`${profile.creditWord}: ${state.account.credit.toFixed(2)}`], profile));
}

/** Only what still waits is stopped; for anything else its status is told. */
function answerDelete(parameters: CentralParameters, _request: ApiRequest, state: PracticeState): Judgement {
  const { profile } = state;
  const found = messageOf(parameters, state, queryMilliseconds);
  if ('code' in found) return plain(refusalAnswer(found.code, [], profile));
  const now = state.clock.now();
  state.messages.cancel(found.record, now);
  const status = threeDigits(state.messages.statusOf(found.record, now));
  return plain(centralAnswer([`ID: ${found.record.apiMessageId} Status: ${status}`], profile));
}

function answerCoverage(
  parameters: CentralParameters,
  _request: ApiRequest,
  state: PracticeState,
): Judgement {
  const { profile } = state;
  const number = textOf(parameters, 'msisdn');
  if (number === undefined) return plain(centralAnswer([errorLine(101, profile)], profile));
  const behaviour = magicBehaviour(number);
  const unreachable = behaviour?.kind === 'refuse-recipient' && behaviour.code === 114;
  const line =
    numberPattern.test(number) && !unreachable
      ? 'OK: This prefix is currently supported. Messages sent to this prefix will be routed. Charge: 1'
      : 'ERR: This prefix is not currently supported. Messages sent to this prefix will fail. Please contact support for assistance.';
  return plain(centralAnswer([line], profile, true));
}
