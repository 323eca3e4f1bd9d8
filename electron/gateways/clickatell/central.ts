/** Developers' Central HTTP/S API: `sendmsg` by GET and POST, with a login in every request or a session. */
import { type CentralLogin, readCentralLogin } from '../../../shared/domain/central-login.ts';
import type {
  ChargeResult,
  CheckResult,
  CoverageResult,
  Gateway,
  GatewayBatch,
  GatewayContext,
  NoAnswer,
  Outcome,
  Pause,
  SendResult,
  StatusResult,
} from '../../core/ports.ts';
import { readKey } from '../account-key.ts';
import { type Answer, judgeByStatus, judgeWholeRefusal, speaksForItself } from '../answer.ts';
import { readBaseUrl } from '../base-url.ts';
import { checkOfFailure, noAnswerOfFailure, outcomeOfFailure } from '../failure.ts';
import { type HttpResult, openDoorway } from '../http.ts';
import { type Secrets, withoutSecrets } from '../redaction.ts';
import { readOnlyError } from './central-answer.ts';
import { decodeSendmsg, isSessionOver } from './central-decode.ts';
import { centralError } from './central-errors.ts';
import { decodeBalance, decodeCharge, decodeCoverage, decodeStatus } from './central-questions.ts';
import {
  type CentralSettings,
  checkSendParameters,
  checkSettings,
  type Parameters,
  writeParameters,
  writeTo,
} from './central-request.ts';
import { CentralSession } from './central-session.ts';
import type { GatewayConnection } from './platform.ts';
import { checkNumber, refused } from './platform-request.ts';
import { isMessageId } from './platform-status.ts';
import { noVerdict, outcomesOf, planSameText, sameOutcome } from './same-text.ts';

export const centralBaseUrl = 'https://api.clickatell.com';

/** `auto` is `post`: twice as many numbers, and no login in an address that machines on the way may keep. */
export type CentralTransport = 'auto' | 'get' | 'post';

export interface CentralOptions extends GatewayConnection {
  readonly transport?: CentralTransport | undefined;
  /** `each-request`: user, password and API id go along every time. `session`: once, and then an id in their place. */
  readonly login?: 'each-request' | 'session' | undefined;
  readonly settings?: CentralSettings | undefined;
  /** Runs forward only, ms; for sessions. */
  readonly monotonic?: (() => number) | undefined;
}

const mostByGet = 300;
const mostByPost = 600;
/** Octets of a request target that every server should take (RFC 9110 §4.1), with room for a long login. */
const longestQuery = 8_000 - 700;
/** Digits of the longest number, and its comma. */
const longestNumber = 16;

/**
 * @throws {TypeError} when the base URL would carry the login unencrypted over a network (see `readBaseUrl`), and for
 *   settings out of their bounds
 */
export function createCentralGateway(options: CentralOptions = {}): Gateway {
  const base = readBaseUrl(options.baseUrl ?? centralBaseUrl);
  const settings = options.settings ?? {};
  checkSettings(settings);
  const now = options.now ?? Date.now;
  const method = options.transport === 'get' ? 'GET' : 'POST';
  const most = method === 'GET' ? mostByGet : mostByPost;
  const doorway = openDoorway({
    origin: base.origin,
    timeouts: options.timeouts,
    connections: options.connections,
    maxAnswerBytes: options.maxAnswerBytes,
    lookup: options.lookup,
    certificateAuthorities: options.certificateAuthorities,
  });
  const session =
    options.login === 'session'
      ? new CentralSession({
          // Shared by all who wait for it, so that none of them can stop it; its time-outs end it.
          auth: (login) =>
            call('/http/auth', writeParameters(loginParameters(login)), secretsOf(login), never),
          ping: (id) => call('/http/ping', `session_id=${id}`, { secrets: [id] }, never),
          monotonic: options.monotonic ?? (() => performance.now()),
        })
      : undefined;

  function call(
    path: string,
    parameters: string,
    secrets: Secrets,
    signal: AbortSignal,
  ): Promise<HttpResult> {
    return doorway.request(
      method === 'GET'
        ? { method, path: `${base.path}${path}?${parameters}`, headers: {}, secrets, signal }
        : { method, path: `${base.path}${path}`, headers: formHeaders, body: parameters, secrets, signal },
    );
  }

  /**
   * Asks once, with the login or with a session. When all that comes back is that the session is over, the request was
   * refused before anything in it was looked at: it is asked once more, with a new session.
   */
  async function ask(
    path: string,
    parameters: string,
    context: GatewayContext,
    numbers: () => readonly string[] = () => [],
  ): Promise<Asked> {
    const read = await readKey(context, readCentralLogin);
    if (read.kind !== 'key') return read;
    const login = read.key;
    if (session === undefined) {
      const written = `${writeParameters(loginParameters(login))}&${parameters}`;
      const secrets = secretsOf(login);
      return { kind: 'called', result: await call(path, written, secrets, context.signal), secrets };
    }
    for (let renewed = false; ; renewed = true) {
      const opened = await orStopped(session.get(login), context.signal);
      if (opened === undefined) return { kind: 'stopped', text: 'stopped by us' };
      if (opened.kind === 'failed') return { kind: 'no-session', failure: opened.failure };
      if (opened.kind === 'refused')
        return { kind: 'no-login', answer: opened.answer, secrets: secretsOf(login) };
      const { id } = opened;
      const separator = parameters === '' ? '' : '&';
      const written = `session_id=${id}${separator}${parameters}`;
      const secrets = secretsOf(login, id);
      const result = await call(path, written, secrets, context.signal);
      if (result.kind === 'answered' && isSessionOver(result, numbers())) {
        session.drop(id);
        if (!renewed) continue;
      } else if (result.kind === 'answered') {
        session.used(id);
      }
      return { kind: 'called', result, secrets };
    }
  }

  async function send(batch: GatewayBatch, context: GatewayContext): Promise<SendResult> {
    const { slots, count, numbers, fields } = planSameText(batch.messages, (lead) => {
      const checked = checkSendParameters(lead, settings, now());
      if (checked.kind === 'refused') return checked;
      const written = writeParameters([...checked.value, ['climsgid', batch.requestRef]]);
      const room = method === 'GET' ? Math.floor((longestQuery - written.length) / longestNumber) : most;
      if (room < 1) return refused('the text is too long for sending by GET');
      return { kind: 'valid', value: { fields: written, maxRecipients: Math.min(most, room) } };
    });
    const all = (outcome: Outcome, pause?: Pause, httpStatus?: number): SendResult => ({
      outcomes: sameOutcome(slots(), outcome),
      pause,
      httpStatus,
    });
    if (fields === undefined || count === 0) return all(noVerdict);
    const asked = await ask('/http/sendmsg', `${writeTo(numbers())}&${fields}`, context, numbers);
    switch (asked.kind) {
      case 'stopped':
        return all({ kind: 'notSent', why: 'aborted', text: asked.text });
      case 'unusable':
        return all({ kind: 'notSent', why: 'account', text: asked.pause.text }, asked.pause);
      case 'no-session':
        // Whatever became of the log-in: the text itself was never in a request.
        return all(neverAsked(outcomeOfFailure(asked.failure)));
      case 'no-login': {
        const { pause, text } = refusedLogin(asked.answer, now());
        return withoutSecrets(
          all({ kind: 'notSent', why: 'account', text }, pause, asked.answer.status),
          asked.secrets,
        );
      }
      case 'called': {
        const { result } = asked;
        if (result.kind !== 'answered') {
          return all(
            outcomeOfFailure(result),
            undefined,
            result.kind === 'unknown' ? result.status : undefined,
          );
        }
        const senderGiven = batch.messages[0]?.options?.senderId !== undefined;
        const { outcomes, pause } = decodeSendmsg(result, numbers(), { now: now(), senderGiven });
        return withoutSecrets(
          {
            outcomes: outcomesOf(batch.messages.length, slots, outcomes),
            pause,
            httpStatus: result.status,
          },
          asked.secrets,
        );
      }
    }
  }

  async function check(context: GatewayContext): Promise<CheckResult> {
    const asked = await ask('/http/getbalance', '', context);
    switch (asked.kind) {
      case 'stopped':
        return { kind: 'failed', why: 'unexpected', text: asked.text };
      case 'unusable':
        return { kind: 'failed', why: 'key-rejected', text: asked.pause.text };
      case 'no-session':
        return checkOfFailure(asked.failure);
      case 'no-login':
        return withoutSecrets(decodeBalance(asked.answer), asked.secrets);
      case 'called':
        return asked.result.kind === 'answered'
          ? withoutSecrets(decodeBalance(asked.result), asked.secrets)
          : checkOfFailure(asked.result);
    }
  }

  async function question<Result extends object>(
    path: string,
    parameters: Parameters,
    context: GatewayContext,
    decode: (answer: Answer) => Result,
  ): Promise<Result | NoAnswer> {
    const asked = await ask(path, writeParameters(parameters), context);
    switch (asked.kind) {
      case 'stopped':
        return { kind: 'no-answer', why: 'no-line', text: asked.text };
      case 'unusable':
        return { kind: 'no-answer', text: asked.pause.text, pause: asked.pause };
      case 'no-session':
        return noAnswerOfFailure(asked.failure);
      case 'no-login':
        return withoutSecrets<NoAnswer>(
          { kind: 'no-answer', ...refusedLogin(asked.answer, now()) },
          asked.secrets,
        );
      case 'called':
        return asked.result.kind === 'answered'
          ? withoutSecrets(decode(asked.result), asked.secrets)
          : noAnswerOfFailure(asked.result);
    }
  }

  async function aboutText<Result extends object>(
    path: string,
    providerId: string,
    context: GatewayContext,
    decode: (answer: Answer) => Result,
  ): Promise<Result | NoAnswer> {
    if (!isMessageId(providerId))
      return { kind: 'no-answer', why: 'question-not-offered', text: 'not an id of this gateway' };
    return question(path, [['apimsgid', providerId]], context, decode);
  }

  const status = (path: string, providerId: string, context: GatewayContext): Promise<StatusResult> =>
    aboutText(path, providerId, context, (answer) => decodeStatus(answer, providerId, now()));

  return {
    id: `clickatell-central-${method.toLowerCase()}`,
    capabilities: {
      maxRecipients: most,
      options: ['senderId', 'flash', 'validityMinutes', 'deliverAt', 'binary', 'userDataHeader'],
      clientRef: 'echo',
    },
    send,
    check,
    status: (providerId, context) => status('/http/querymsg', providerId, context),
    stop: (providerId, context) => status('/http/delmsg', providerId, context),
    charge: (providerId, context): Promise<ChargeResult> =>
      aboutText('/http/getmsgcharge', providerId, context, (answer) =>
        decodeCharge(answer, providerId, now()),
      ),
    async coverage(recipient, context): Promise<CoverageResult> {
      const number = checkNumber(recipient);
      if (number.kind === 'refused')
        return { kind: 'no-answer', why: 'recipient-invalid', text: number.text };
      return question('/utils/routeCoverage', [['msisdn', number.value]], context, (answer) =>
        decodeCoverage(answer, now()),
      );
    },
    close: () => doorway.close(),
  };
}

/** How far a request came. All but `called` mean that it was never written. */
type Asked =
  | { readonly kind: 'called'; readonly result: HttpResult; readonly secrets: Secrets }
  | { readonly kind: 'no-session'; readonly failure: Exclude<HttpResult, { kind: 'answered' }> }
  | { readonly kind: 'no-login'; readonly answer: Answer; readonly secrets: Secrets }
  | { readonly kind: 'unusable'; readonly pause: Pause }
  | { readonly kind: 'stopped'; readonly text: string };

/** Without this type a POST is not read, and answered as a wrong login. */
const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' };
const never = new AbortController().signal;

function loginParameters({ user, password, apiId }: CentralLogin): Parameters {
  return [
    ['user', user],
    ['password', password],
    ['api_id', apiId],
  ];
}

function secretsOf({ user, password, apiId }: CentralLogin, ...sessions: readonly string[]): Secrets {
  return { secrets: [password, ...sessions], names: [user, apiId] };
}

/** A log-in that may have arrived leaves nothing in doubt: no text was in it. */
function neverAsked(outcome: Outcome): Outcome {
  return outcome.kind === 'unknown' ? { kind: 'notSent', why: 'line', text: outcome.text } : outcome;
}

function refusedLogin(
  answer: Answer,
  now: number,
): { readonly pause: Pause | undefined; readonly text: string } {
  const error = readOnlyError(answer.bodyText);
  const { outcome, pause } =
    error !== undefined && speaksForItself(answer.status)
      ? judgeWholeRefusal(error, centralError(error.code, error.text), false, answer, now)
      : judgeByStatus(answer, error, error?.text, now);
  return { pause, text: 'text' in outcome ? outcome.text : '' };
}

function orStopped<Value>(value: Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
