/**
 * Reads what `POST /messages` answered. Pure: status, headers and body in, one outcome per number out.
 *
 * The body is read first and the status second, because a request that was turned away whole comes back as HTTP 200
 * with `messages: []` and an `errorCode` (seen in captures of 2017 to 2020), as 202 or as 4xx, depending on the year.
 *
 * `accepted` and `rejected` are only ever said on the gateway's own word about that number. Whatever cannot be read
 * beyond doubt is `unknown`:
 *
 * - a web page with status 200. On `https:` the certificate was checked before, so it does not come from a hotel's
 *   log-in page but from something in front of the API itself, which may well have passed the request on.
 * - a redirect: it is not followed (the key would go along), and who sent it may have acted on the request.
 * - 5xx, even with a familiar error in it, and 2xx without a verdict.
 *
 * The exception is 503 with `Retry-After`. With a JSON error of the API it is a deliberate refusal. Without one it
 * stays unknown, because caches on the way answer just that when the server behind them broke off *after* it had the
 * request (Varnish's built-in `vcl_backend_error` sets `Retry-After: 5` on its own 503 page); sending pauses for the
 * time asked for all the same.
 */
import type { Outcome, Pause } from '../../core/ports.ts';
import { readRetryAfter } from '../retry-after.ts';
import { serverWords } from '../server-words.ts';
import { digitsOf } from './platform-encode.ts';
import { platformError, refusingStatuses } from './platform-errors.ts';

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyText: string;
}

export interface DecodedAnswer {
  /** One for each number asked about. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly pause: Pause | undefined;
}

/** An error as the API words it, at the top of an answer or beside a number. */
export interface WordedError {
  readonly code: string | undefined;
  readonly text: string;
}

/** How long a rate limit lasts that does not say so. */
const defaultRateLimitPause = 60_000;

/**
 * @param answer a complete answer
 * @param numbers digits of the numbers in the request, distinct
 * @param now ms UTC
 */
export function decodeSendAnswer(answer: Answer, numbers: readonly string[], now: number): DecodedAnswer {
  const document = readObject(answer.bodyText);
  const verdicts = document === undefined ? undefined : asArray(document.messages);
  const error = document === undefined ? undefined : wordedError(document);

  // 207 is what Clickatell's other REST APIs use for a batch of which only a part was taken.
  const answersInKind = isIn(answer.status, 200, 207) || isIn(answer.status, 400, 499);
  if (answersInKind && verdicts !== undefined && verdicts.length > 0) {
    return decodeVerdicts(verdicts, numbers, answer, now);
  }
  const nothingTaken =
    document !== undefined &&
    (verdicts?.length === 0 || document.messages === undefined || document.messages === null);
  if (answersInKind && nothingTaken && error !== undefined) {
    return decodeWholeRefusal(error, numbers, answer, now);
  }
  const pausing = refusingStatuses[answer.status];
  if (pausing !== undefined) {
    const text = error?.text ?? statusWords(answer);
    return refuseForAccount(numbers, pauseFor(pausing, undefined, text, answer, now));
  }
  if (answer.status === 503) {
    const until = readRetryAfter(answer.headers['retry-after'], now);
    if (until !== undefined) {
      const pause: Pause = { reason: 'rate-limited', until, text: error?.text ?? statusWords(answer) };
      if (nothingTaken && error !== undefined) return refuseForAccount(numbers, pause);
      return { ...leaveOpen(numbers, answer, error), pause };
    }
  }
  return leaveOpen(numbers, answer, error);
}

/** Reads the top level of an answer. Undefined when it is not a JSON object. */
export function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * The error in an object of the API: `errorCode`, `error`, `errorDescription`, each absent or null when there is
 * none; the older shape with `error` alone; and the object `{"error":{"code","description"}}` of the One API.
 */
export function wordedError(object: Readonly<Record<string, unknown>>): WordedError | undefined {
  const nested = asObject(object.error);
  const code = asCode(nested === undefined ? object.errorCode : nested.code);
  const sentences =
    nested === undefined ? [object.error, object.errorDescription] : [nested.description ?? nested.message];
  const words = [...new Set(sentences.filter(isWords).map(serverWords))].filter((word) => word !== '');
  if (code === undefined && words.length === 0) return undefined;
  return { code, text: serverWords(words.join(' ')) || `error ${code ?? ''}` };
}

function decodeVerdicts(
  verdicts: readonly unknown[],
  numbers: readonly string[],
  answer: Answer,
  now: number,
): DecodedAnswer {
  const byNumber = new Map<string, Readonly<Record<string, unknown>>[]>();
  for (const verdict of verdicts) {
    const object = asObject(verdict);
    if (object === undefined) continue;
    const to =
      typeof object.to === 'string' || typeof object.to === 'number' ? digitsOf(String(object.to)) : '';
    if (to === '') continue;
    byNumber.set(to, [...(byNumber.get(to) ?? []), object]);
  }
  const outcomes = new Map<string, Outcome>();
  let pause: Pause | undefined;
  for (const number of numbers) {
    const said = byNumber.get(number) ?? [];
    const verdict = said[0];
    if (verdict === undefined) {
      outcomes.set(number, unknown('no-verdict', 'the gateway said nothing about this number'));
    } else if (said.length > 1) {
      outcomes.set(number, unknown('contradiction', 'the gateway spoke twice about this number'));
    } else {
      const decoded = decodeVerdict(verdict, answer, now);
      outcomes.set(number, decoded.outcome);
      pause = weightier(pause, decoded.pause);
    }
  }
  return { outcomes, pause };
}

function decodeVerdict(
  verdict: Readonly<Record<string, unknown>>,
  answer: Answer,
  now: number,
): { readonly outcome: Outcome; readonly pause: Pause | undefined } {
  const error = wordedError(verdict);
  if (verdict.accepted === true) {
    const contradicted = error !== undefined || answer.status >= 400;
    return {
      outcome: contradicted
        ? unknown('contradiction', error?.text ?? `accepted, with status ${answer.status}`)
        : { kind: 'accepted', providerId: asIdentifier(verdict.apiMessageId) },
      pause: undefined,
    };
  }
  if (verdict.accepted !== false) {
    return {
      outcome: unknown('no-verdict', error?.text ?? 'the verdict could not be read'),
      pause: undefined,
    };
  }
  const known = platformError(error?.code);
  const text = error?.text ?? 'not accepted';
  if (known?.scope === 'account') {
    // The number is fine, the account is not: the text waits instead of failing.
    const pause = pauseFor(known.pause ?? 'account-problem', error?.code, text, answer, now);
    return { outcome: { kind: 'notSent', why: 'account', text }, pause };
  }
  return { outcome: { kind: 'rejected', code: error?.code, text }, pause: undefined };
}

function decodeWholeRefusal(
  error: WordedError,
  numbers: readonly string[],
  answer: Answer,
  now: number,
): DecodedAnswer {
  const known = platformError(error.code);
  // A code we know beats the status; a refusing status beats a code that we do not know or that leaves it open.
  const open = known === undefined || known.scope === 'server';
  const pausing = open ? refusingStatuses[answer.status] : known.pause;
  if (pausing === undefined && known?.scope === 'server') return leaveOpen(numbers, answer, error);
  if (pausing !== undefined) {
    return refuseForAccount(numbers, pauseFor(pausing, error.code, error.text, answer, now));
  }
  const outcome: Outcome = { kind: 'rejected', code: error.code, text: error.text };
  return { outcomes: new Map(numbers.map((number) => [number, outcome])), pause: undefined };
}

function refuseForAccount(numbers: readonly string[], pause: Pause): DecodedAnswer {
  const outcome: Outcome = { kind: 'notSent', why: 'account', text: pause.text };
  return { outcomes: new Map(numbers.map((number) => [number, outcome])), pause };
}

function leaveOpen(
  numbers: readonly string[],
  answer: Answer,
  error: WordedError | undefined,
): DecodedAnswer {
  const outcome = unknown(`http-${answer.status}`, error?.text ?? statusWords(answer));
  return { outcomes: new Map(numbers.map((number) => [number, outcome])), pause: undefined };
}

/** Only a rate limit ends by itself; everything else waits for a person. */
function pauseFor(
  reason: Pause['reason'],
  code: string | undefined,
  text: string,
  answer: Answer,
  now: number,
): Pause {
  if (reason !== 'rate-limited') return { reason, until: undefined, text };
  const until =
    readRetryAfter(answer.headers['retry-after'], now) ??
    (code !== undefined && Number(code) === 130 ? limitEnd(text, now) : undefined) ??
    now + defaultRateLimitPause;
  return { reason, until, text };
}

/** Error 130 reads "Maximum MT limit exceeded until <UNIX TIME STAMP>", in seconds. */
function limitEnd(text: string, now: number): number | undefined {
  const seconds = /\b(\d{10})\b/.exec(text)?.[1];
  if (seconds === undefined) return undefined;
  return readRetryAfter(String(Math.max(0, Math.ceil(Number(seconds) - now / 1000))), now);
}

/** What a person has to act on outlasts what ends by itself; of two limits the longer counts. */
function weightier(one: Pause | undefined, other: Pause | undefined): Pause | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.until === undefined) return one;
  return other.until === undefined || other.until > one.until ? other : one;
}

function statusWords(answer: Answer): string {
  const type = answer.headers['content-type']?.split(';')[0]?.trim() ?? '';
  const what = answer.bodyText.trim() === '' ? 'an empty answer' : `an answer of type ${type || 'unknown'}`;
  return serverWords(`HTTP ${answer.status}, ${what}`);
}

function unknown(why: string, text: string): Outcome {
  return { kind: 'unknown', why, text };
}

function isIn(status: number, lowest: number, highest: number): boolean {
  return status >= lowest && status <= highest;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function asArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function isWords(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function asCode(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && /^\d{1,6}$/.test(value.trim()) ? value.trim() : undefined;
}

/** Documented as 32 hexadecimal digits; kept when it is at least something one can look for. */
function asIdentifier(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : undefined;
}
