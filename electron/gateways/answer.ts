/** What both families share in reading an answer: statuses that speak for themselves, pauses, and words. */
import type { GatewayErrorMeaning } from '../../shared/domain/gateway-error.ts';
import type { AccountPauseReason } from '../../shared/domain/message.ts';
import type { Outcome, Pause } from '../core/ports.ts';
import type { ErrorRow } from './error-table.ts';
import { readRetryAfter } from './retry-after.ts';
import { oneLine } from './server-words.ts';

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyText: string;
}

/** An error as the gateway words it, for a whole request or beside a number. */
export interface WordedError {
  readonly code: string | undefined;
  readonly text: string;
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly pause: Pause | undefined;
}

/** How long a rate limit lasts that does not say so. */
const defaultRateLimitPause = 60_000;

/**
 * Statuses that say by themselves that the request was turned away before anything was done, so that they count even
 * when the body says nothing we know. Every other status without a documented body leaves the question open.
 *
 * 401, 403, 404, 405, 407: RFC 9110 §15.5; 429: RFC 6585 §4; 511: RFC 6585 §6 (answered by the network on the way,
 * never by the server). 402 is what Clickatell's REST APIs use for an empty account. 400 and 408 are not here:
 * machines on the way send both of their own accord, 408 even after they have passed a request on.
 */
export const refusingStatuses: Readonly<Record<number, AccountPauseReason>> = {
  401: 'key-rejected',
  402: 'no-credit',
  403: 'account-problem',
  404: 'account-problem',
  405: 'account-problem',
  407: 'account-problem',
  429: 'rate-limited',
  511: 'account-problem',
};

/** Whether the gateway answers like this when it speaks for itself. 207: a batch of which only a part was taken. */
export function speaksForItself(status: number): boolean {
  return (status >= 200 && status <= 207) || (status >= 400 && status <= 499);
}

/**
 * What an answer says about the request as a whole when its body gives no verdicts.
 *
 * The exception among 5xx is 503 with `Retry-After`. With an error the API is known to refuse with it is a deliberate refusal. Without
 * one, and with an error as any machine on the way words it, it
 * stays unknown, because caches on the way answer just that when the server behind them broke off *after* it had the
 * request (Varnish's built-in `vcl_backend_error` sets `Retry-After: 5` on its own 503 page); sending pauses for the
 * time asked for all the same.
 *
 * @param error the error in its body, when it is one the API is known to refuse with and nothing was taken besides
 * @param words what else is known of its wording
 * @param now ms UTC
 */
export function judgeByStatus(
  answer: Answer,
  error: WordedError | undefined,
  words: string | undefined,
  now: number,
): Verdict {
  const text = words ?? error?.text ?? statusWords(answer);
  const pausing = refusingStatuses[answer.status];
  if (pausing !== undefined) {
    const verdict = refusedForAccount(pauseFor(pausing, error?.code, text, answer, now));
    // A web filter answers 403 for one text and lets the next one pass.
    const mayBeOnTheWay = pausing === 'account-problem' && error === undefined;
    return mayBeOnTheWay ? { ...verdict, outcome: { kind: 'notSent', why: 'turned-away', text } } : verdict;
  }
  if (answer.status === 503) {
    const until = readRetryAfter(answer.headers['retry-after'], now);
    if (until !== undefined) {
      const pause: Pause = { reason: 'rate-limited', until, text };
      return error === undefined ? { ...leftOpen(answer, text), pause } : refusedForAccount(pause);
    }
  }
  return leftOpen(answer, text);
}

/**
 * What a refusal of the whole request in the gateway's own words means for each text in it.
 *
 * @param row of the error's number; undefined when nobody has described it
 * @param senderGiven whether the request named a sender
 */
export function judgeWholeRefusal(
  error: WordedError,
  row: ErrorRow | undefined,
  senderGiven: boolean,
  answer: Answer,
  now: number,
): Verdict {
  // A code we know beats the status; a refusing status beats a code that we do not know or that leaves it open.
  const open = row === undefined || row.scope === 'server';
  const pausing = open ? refusingStatuses[answer.status] : pauseReasonOf(row, senderGiven);
  if (pausing === undefined && (row === undefined ? soundsLikeTrouble(error) : row.scope === 'server')) {
    return judgeByStatus(answer, error, error.text, now);
  }
  if (pausing !== undefined) {
    return refusedForAccount(pauseFor(pausing, error.code, error.text, answer, now));
  }
  const refusal = { kind: 'rejected', code: error.code, text: error.text } as const;
  return { outcome: row === undefined ? { ...refusal, undescribed: true } : refusal, pause: undefined };
}

/**
 * Whether an error that nobody has described sounds like trouble at their end: then it does not say when it came about, and the
 * text may have gone out before. The three digits of a status 5xx are such a number: they come from machines, not from the API.
 */
function soundsLikeTrouble({ code, text }: WordedError): boolean {
  const words =
    /\b(internal|unexpected|unavailable|time-?out|timed out|temporar|try again|retry|upstream|backend)/i;
  return /^5\d\d$/.test(code ?? '') || words.test(text);
}

/** What else was in a request: nothing, the same text to other numbers, or texts of their own. */
export type Together = 'alone' | 'same-text' | 'own-texts';

/** Errors of a text that are the same for whomever it goes to. Other ones may be about a number, or about how many there are. */
const ofTheTextAlone: ReadonlySet<GatewayErrorMeaning> = new Set([
  'charset-not-supported',
  'empty',
  'expired',
  'invalid-delivery-time',
  'invalid-header',
  'invalid-unicode',
  'too-long',
]);

/**
 * The same verdict for a request that carried several texts: a refusal that may be meant for one of them says nothing about
 * the others, except that they were not sent either. Each goes by itself then, and is told its own.
 */
export function forEachOf(together: Together, verdict: Verdict, row: ErrorRow | undefined): Verdict {
  const { outcome } = verdict;
  if (outcome.kind !== 'rejected' || together === 'alone') return verdict;
  // A sender that was named is the same in all of the same text.
  const isOfAll = row !== undefined && (row.scope === 'sender' || ofTheTextAlone.has(row.meaning));
  if (together === 'same-text' && isOfAll) return verdict;
  return { outcome: { kind: 'notSent', why: 'alone', text: outcome.text }, pause: undefined };
}

/** What a refusal of one number among others means for it. */
export function judgeRefusal(
  error: WordedError,
  row: ErrorRow | undefined,
  senderGiven: boolean,
  answer: Answer,
  now: number,
): Verdict {
  const reason = row === undefined ? undefined : pauseReasonOf(row, senderGiven);
  // The number is fine, the account is not: the text waits instead of failing.
  if (reason !== undefined) {
    return refusedForAccount(pauseFor(reason, error.code, error.text, answer, now));
  }
  // Trouble at their end, said of one number: no more certain than when it is said of all.
  if (row === undefined ? soundsLikeTrouble(error) : row.scope === 'server') {
    return leftOpen(answer, error.text);
  }
  return { outcome: { kind: 'rejected', code: error.code, text: error.text }, pause: undefined };
}

/** Why an error stops the account. A sender named for one text is that text's trouble, not the account's. */
function pauseReasonOf(row: ErrorRow, senderGiven: boolean): AccountPauseReason | undefined {
  return row.scope === 'sender' && senderGiven ? undefined : row.pause;
}

export function refusedForAccount(pause: Pause): Verdict {
  return { outcome: { kind: 'notSent', why: 'account', text: pause.text }, pause };
}

function leftOpen(answer: Answer, text: string): Verdict {
  return { outcome: unknown(`http-${answer.status}`, text), pause: undefined };
}

export function unknown(why: string, text: string): Outcome {
  return { kind: 'unknown', why, text };
}

/** Only a rate limit ends by itself; everything else waits for a person. */
export function pauseFor(
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
export function weightier(one: Pause | undefined, other: Pause | undefined): Pause | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.until === undefined) return one;
  return other.until === undefined || other.until > one.until ? other : one;
}

export function statusWords(answer: Answer): string {
  const type = answer.headers['content-type']?.split(';')[0]?.trim() ?? '';
  const what = answer.bodyText.trim() === '' ? 'an empty answer' : `an answer of type ${type || 'unknown'}`;
  return oneLine(`HTTP ${answer.status}, ${what}`);
}
