/**
 * Reads what `POST /messages` and `GET /messages/http/send` answered. Pure: status, headers and body in, one outcome
 * per number out.
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
 * - 5xx, even with a familiar error in it, and 2xx without a verdict; see `judgeByStatus` for the exceptions.
 */
import type { Outcome, Pause } from '../../core/ports.ts';
import {
  type Answer,
  forEachOf,
  judgeByStatus,
  judgeRefusal,
  judgeWholeRefusal,
  speaksForItself,
  type Together,
  unknown,
  type Verdict,
  type WordedError,
  weightier,
} from '../answer.ts';
import type { ErrorRow } from '../error-table.ts';
import { oneLine } from '../server-words.ts';
import { haveDistinctIds } from './distinct-ids.ts';
import { platformError } from './platform-errors.ts';
import { readJson } from './platform-json.ts';
import { internationalDigits } from './platform-request.ts';

export interface DecodedAnswer {
  /** One for each number asked about, in order. */
  readonly outcomes: readonly Outcome[];
  readonly pause: Pause | undefined;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export interface DecodeOptions {
  /** Wall clock, ms UTC. */
  readonly now: number;
  /** Whether the request named a sender: then a wrong sender is that text's trouble and not the account's. */
  readonly senderGiven?: boolean;
  /** Reads the body as the document that JSON would give. Absent: JSON. */
  readonly read?: ((text: string) => JsonObject | undefined) | undefined;
}

/**
 * @param answer a complete answer
 * @param numbers digits of the numbers in the request, distinct
 */
export function decodeSendAnswer(
  answer: Answer,
  numbers: readonly string[],
  { now, senderGiven = false, read = readObject }: DecodeOptions,
): DecodedAnswer {
  const document = read(answer.bodyText);
  const verdicts = document === undefined ? undefined : asArray(document.messages);
  if (speaksForItself(answer.status) && verdicts !== undefined && verdicts.length > 0) {
    const { outcomes, pause } = decodeVerdicts(verdicts, numbers, senderGiven, answer, now);
    const beside = document === undefined ? undefined : wordedError(document);
    return {
      outcomes: beside === undefined ? outcomes : outcomes.map((each) => doubted(each, beside)),
      pause,
    };
  }
  const together = numbers.length > 1 ? 'same-text' : 'alone';
  const { outcome, pause } = decodeWithoutVerdicts(document, senderGiven, together, answer, now);
  return { outcomes: numbers.map(() => outcome), pause };
}

/** An acceptance beside an error of the whole request: one of the two is not true. */
export function doubted(outcome: Outcome, beside: WordedError): Outcome {
  return outcome.kind === 'accepted' ? unknown('contradiction', beside.text) : outcome;
}

/**
 * Machines on the way write JSON with an `error` in it too, some of them after they have passed the request on. An error is
 * taken for a refusal only when it comes as the API words them: with a number or with an empty list of messages, and,
 * unless it is one that is known, with a status that the API refuses with.
 */
function isTheApisOwnWord(
  document: JsonObject,
  error: WordedError,
  row: ErrorRow | undefined,
  status: number,
): boolean {
  const refuses = row !== undefined || status < 300 || status === 400 || status === 422;
  const emptyList = Array.isArray(document.messages) && document.messages.length === 0;
  return refuses && (error.code !== undefined || emptyList);
}

/** What an answer without any verdict on a number says about all of them. */
export function decodeWithoutVerdicts(
  document: JsonObject | undefined,
  senderGiven: boolean,
  together: Together,
  answer: Answer,
  now: number,
): Verdict {
  const error = document === undefined ? undefined : wordedError(document);
  const nothingTaken = document !== undefined && sayNothingTaken(document);
  if (!nothingTaken || error === undefined) return judgeByStatus(answer, undefined, error?.text, now);
  const row = platformError(error.code, error.text);
  if (!isTheApisOwnWord(document, error, row, answer.status)) {
    return judgeByStatus(answer, undefined, error.text, now);
  }
  if (!speaksForItself(answer.status)) {
    // An error at their end does not say when it came about, with this status as with any other.
    const refusal = row?.scope === 'server' ? undefined : error;
    return judgeByStatus(answer, refusal, error.text, now);
  }
  return forEachOf(together, judgeWholeRefusal(error, row, senderGiven, answer, now), row);
}

/** Reads the top level of an answer. Undefined when it is not a JSON object. */
export function readObject(text: string): JsonObject | undefined {
  return asObject(readJson(text));
}

/**
 * The error in an object of the API: `errorCode`, `error`, `errorDescription`, each absent or null when there is
 * none; the older shape with `error` alone; and the object `{"error":{"code","description"}}` of the One API.
 */
export function wordedError(object: JsonObject): WordedError | undefined {
  const nested = asObject(object.error);
  const code = asCode(nested === undefined ? object.errorCode : nested.code);
  const sentences =
    nested === undefined ? [object.error, object.errorDescription] : [nested.description ?? nested.message];
  if (code === undefined && !sentences.some(isWords)) return undefined;
  const words = [...new Set(sentences.filter(isWords).map(oneLine))].filter((word) => word !== '');
  if (code === undefined && words.length === 0) return undefined;
  return { code, text: oneLine(words.join(' ')) || `error ${code ?? ''}` };
}

/** Ids that stand in more than one verdict. Each text has its own, so such a one is true of none. */
function sharedIds(verdicts: readonly JsonObject[]): ReadonlySet<unknown> {
  const ids = new Set<unknown>();
  const shared = new Set<unknown>();
  for (const { apiMessageId: id } of verdicts) {
    if (typeof id !== 'string') continue;
    if (ids.has(id)) shared.add(id);
    ids.add(id);
  }
  return shared;
}

function decodeVerdicts(
  verdicts: readonly unknown[],
  numbers: readonly string[],
  senderGiven: boolean,
  answer: Answer,
  now: number,
): DecodedAnswer {
  const accepted = acceptedInOrder(verdicts, numbers, answer);
  if (accepted !== undefined) return { outcomes: accepted, pause: undefined };
  const byNumber = new Map<string, JsonObject[]>();
  for (const verdict of verdicts) {
    const object = asObject(verdict);
    const number = object === undefined ? '' : numberOf(object);
    if (object === undefined || number === '') continue;
    const said = byNumber.get(number);
    if (said === undefined) byNumber.set(number, [object]);
    else said.push(object);
  }
  const shared = sharedIds(numbers.flatMap((number) => byNumber.get(number) ?? []));
  const outcomes: Outcome[] = [];
  let pause: Pause | undefined;
  for (const number of numbers) {
    const said = byNumber.get(number) ?? [];
    const decoded = said.some(({ apiMessageId }) => shared.has(apiMessageId))
      ? open('contradiction', 'the gateway gave two texts the same id')
      : decodeSaid(said, senderGiven, answer, now);
    outcomes.push(decoded.outcome);
    pause = weightier(pause, decoded.pause);
  }
  return { outcomes, pause };
}

/**
 * The answer of a request that went well, read in one pass: as many verdicts as numbers, each on the number in its place,
 * and every one says yes, with an id of its own. Undefined for any other, which is then read number by number to the same end.
 */
function acceptedInOrder(
  verdicts: readonly unknown[],
  numbers: readonly string[],
  answer: Answer,
): readonly Outcome[] | undefined {
  if (verdicts.length !== numbers.length) return undefined;
  const outcomes: Outcome[] = [];
  for (const number of numbers) {
    const outcome = acceptanceOf(verdicts[outcomes.length], number, answer);
    if (outcome === undefined) return undefined;
    outcomes.push(outcome);
  }
  return haveDistinctIds(outcomes) ? outcomes : undefined;
}

/** The outcome of a verdict that names this number and says yes, and nothing else. Undefined for any other. */
export function acceptanceOf(verdict: unknown, number: string, answer: Answer): Outcome | undefined {
  const said = asObject(verdict);
  if (said === undefined || said.accepted !== true || said.to !== number || answer.status >= 400) {
    return undefined;
  }
  if ((said.errorCode ?? said.error ?? said.errorDescription ?? undefined) !== undefined) return undefined;
  return { kind: 'accepted', providerId: asIdentifier(said.apiMessageId) };
}

/** The digits a verdict is about; empty when it does not say. */
export function numberOf(verdict: JsonObject): string {
  const { to } = verdict;
  return typeof to === 'string' || typeof to === 'number' ? internationalDigits(String(to)) : '';
}

/** Everything the gateway said about one number: exactly one verdict counts. */
export function decodeSaid(
  said: readonly JsonObject[],
  senderGiven: boolean,
  answer: Answer,
  now: number,
): Verdict {
  const verdict = said[0];
  if (verdict === undefined) return open('no-verdict', 'the gateway said nothing about this number');
  if (said.length > 1) return open('contradiction', 'the gateway spoke twice about this number');
  const error = wordedError(verdict);
  if (verdict.accepted === true) {
    if (error !== undefined || answer.status >= 400) {
      return open('contradiction', error?.text ?? `accepted, with status ${answer.status}`);
    }
    return {
      outcome: { kind: 'accepted', providerId: asIdentifier(verdict.apiMessageId) },
      pause: undefined,
    };
  }
  if (verdict.accepted !== false) return open('no-verdict', error?.text ?? 'the verdict could not be read');
  if (error === undefined && asIdentifier(verdict.apiMessageId) !== undefined) {
    return open('contradiction', 'not accepted, but with an id and without a reason');
  }
  const refusal = error ?? { code: undefined, text: 'not accepted' };
  return judgeRefusal(refusal, platformError(refusal.code, refusal.text), senderGiven, answer, now);
}

export function open(why: string, text: string): Verdict {
  return { outcome: unknown(why, text), pause: undefined };
}

/** What else it says may be about texts that were taken: `{"data":{"messages":[…]}}`, `{"Messages":[…]}`. */
function sayNothingTaken({ messages, error: _error, ...others }: JsonObject): boolean {
  if (Object.values(others).some((value) => typeof value === 'object' && value !== null)) return false;
  return messages === undefined || messages === null || (Array.isArray(messages) && messages.length === 0);
}

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

export function asArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function isWords(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function asCode(value: unknown): string | undefined {
  // 0 is how programs write that there is no error.
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value !== 0 ? String(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const code = value.trim();
  return /^\d{1,6}$/.test(code) && Number(code) !== 0 ? code : undefined;
}

/** What an id does not have. Looking for one takes half as long as matching the whole. */
const unlikeIdentifier = /[^\w-]/;

/** Documented as 32 hexadecimal digits; kept when it is at least something one can look for. */
export function asIdentifier(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 64 && !unlikeIdentifier.test(value)
    ? value
    : undefined;
}
