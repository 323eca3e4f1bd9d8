/**
 * Reads what `sendmsg` answered. Pure: status, headers and body in, one outcome per number out.
 *
 * Every answer is HTTP 200, errors too, so the body decides; statuses only where it says nothing. The same rules hold
 * as for the Platform: `accepted` and `rejected` on the gateway's own word about that number alone, `unknown` for
 * whatever cannot be read beyond doubt.
 */
import type { Outcome, Pause } from '../../core/ports.ts';
import {
  type Answer,
  judgeByStatus,
  judgeRefusal,
  judgeWholeRefusal,
  speaksForItself,
  unknown,
  type Verdict,
  weightier,
} from '../answer.ts';
import { type AnswerLine, readLines } from './central-answer.ts';
import { centralError, sessionErrors, speaksForAllNumbers } from './central-errors.ts';
import { haveDistinctIds } from './distinct-ids.ts';

export interface CentralDecodeOptions {
  /** Wall clock, ms UTC. */
  readonly now: number;
  /** Whether the request named a sender: then a wrong sender is that text's trouble and not the account's. */
  readonly senderGiven?: boolean;
}

export interface DecodedSendmsg {
  /** One for each number asked about, in order. */
  readonly outcomes: readonly Outcome[];
  readonly pause: Pause | undefined;
}

/**
 * @param answer a complete answer
 * @param numbers digits of the numbers in the request, distinct
 */
export function decodeSendmsg(
  answer: Answer,
  numbers: readonly string[],
  { now, senderGiven = false }: CentralDecodeOptions,
): DecodedSendmsg {
  const success = answer.status < 400 && speaksForItself(answer.status);
  const accepted = success ? acceptedInOrder(answer.bodyText, numbers) : undefined;
  if (accepted !== undefined) return { outcomes: accepted, pause: undefined };
  const lines = readLines(answer.bodyText);
  if (lines === undefined || !speaksForItself(answer.status)) {
    const [first] = lines ?? [];
    const refusal =
      lines !== undefined && refusesAll(lines, numbers) && first?.kind === 'error' ? first : undefined;
    const row = centralError(refusal?.error.code, refusal?.error.text);
    const known = row === undefined || row.scope === 'server' ? undefined : refusal?.error;
    return forAll(numbers, judgeByStatus(answer, known, refusal?.error.text, now));
  }
  const [only] = lines;
  if (lines.length === 1 && only?.kind === 'error' && only.to === undefined) {
    const row = centralError(only.error.code, only.error.text);
    const verdict = judgeWholeRefusal(only.error, row, senderGiven, answer, now);
    if (refusesAll(lines, numbers)) return forAll(numbers, verdict);
    // Whom it concerns is not known, but that it concerns the account is.
    return forAll(numbers, { ...open('no-verdict', only.error.text), pause: verdict.pause });
  }
  return decodeLines(lines, numbers, senderGiven, answer, now);
}

/**
 * The answer as it is documented when all went well, read in one pass: an id for each number, its own, in order, and nothing else.
 * Undefined for any other, which is then read by `readLines`, to the same end.
 *
 * @param numbers digits of the numbers in the request, distinct
 */
function acceptedInOrder(text: string, numbers: readonly string[]): readonly Outcome[] | undefined {
  const outcomes: Outcome[] = [];
  let at = 0;
  for (const number of numbers) {
    const id = at + idMark.length;
    const to = id + idLength;
    const providerId = text.slice(id, to);
    if (!text.startsWith(idMark, at) || providerId.length < idLength || unlikeId.test(providerId)) {
      return undefined;
    }
    outcomes.push({ kind: 'accepted', providerId });
    if (text.startsWith(toMark, to)) {
      if (!text.startsWith(number, to + toMark.length)) return undefined;
      at = to + toMark.length + number.length;
    } else if (numbers.length === 1) at = to;
    else return undefined;
    if (at === text.length) continue;
    if (!isSpace(text.charCodeAt(at))) return undefined;
    for (at += 1; at < text.length && isSpace(text.charCodeAt(at)); ) at += 1;
  }
  return at === text.length && haveDistinctIds(outcomes) ? outcomes : undefined;
}

const idMark = 'ID: ';
const toMark = ' To: ';
const idLength = 32;

/** Small letters, as documented; with large ones the answer takes the longer way. */
const unlikeId = /[^0-9a-f]/;

/** Space, tab and line ends. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/**
 * Whether an answer is nothing but the news that the session is over: then no number was looked at, and the same
 * request with a new session is the first one to be.
 *
 * @param numbers digits of the numbers in the request, distinct; none for a question
 */
export function isSessionOver(answer: Answer, numbers: readonly string[]): boolean {
  // Most answers are not even an error, and need not be read twice.
  if (!speaksForItself(answer.status) || !/^\s*ERR:/i.test(answer.bodyText)) return false;
  const lines = readLines(answer.bodyText);
  if (lines === undefined || !refusesAll(lines, numbers)) return false;
  return lines.every((line) => line.kind === 'error' && sessionErrors.has(Number(line.error.code)));
}

/**
 * Whether all of these numbers were refused, and none can have been taken by what is not in the answer: an error for
 * each, or a single one that is all there is to say. An answer that was cut in its first line looks like a single error
 * too, and may go on to say that the others were taken; so of several numbers only an error that comes before any number is
 * believed without one, and only with its last word.
 */
function refusesAll(lines: readonly AnswerLine[], numbers: readonly string[]): boolean {
  if (!lines.every((line) => line.kind === 'error')) return false;
  const [only] = lines;
  if (lines.length === 1 && only?.kind === 'error' && only.to === undefined) {
    return numbers.length <= 1 || speaksForAllNumbers(only.error);
  }
  const named = new Set(lines.map(({ to }) => to));
  return lines.length === numbers.length && numbers.every((number) => named.has(number));
}

function decodeLines(
  lines: readonly AnswerLine[],
  numbers: readonly string[],
  senderGiven: boolean,
  answer: Answer,
  now: number,
): DecodedSendmsg {
  const cut = lines.length < numbers.length ? lines.at(-1) : undefined;
  const byNumber = new Map<string, AnswerLine[]>();
  for (const line of lines) {
    // Only of a single recipient may the number be missing.
    const to = line.to ?? (numbers.length === 1 && lines.length === 1 ? numbers[0] : undefined);
    if (to === undefined || (line === cut && couldBeLonger(to, numbers))) continue;
    const said = byNumber.get(to);
    if (said === undefined) byNumber.set(to, [line]);
    else said.push(line);
  }
  const outcomes: Outcome[] = [];
  let pause: Pause | undefined;
  const shared = sharedIds(numbers.flatMap((number) => byNumber.get(number) ?? []));
  for (const number of numbers) {
    const said = byNumber.get(number) ?? [];
    const verdict = said.some((line) => line.kind === 'id' && shared.has(line.id.toLowerCase()))
      ? open('contradiction', 'the gateway gave two texts the same id')
      : judge(said, senderGiven, answer, now);
    outcomes.push(verdict.outcome);
    pause = weightier(pause, verdict.pause);
  }
  return { outcomes, pause };
}

/** Ids that stand in more than one line. "A unique identifier for each message": such a one is true of none. */
function sharedIds(lines: readonly AnswerLine[]): ReadonlySet<string> {
  const ids = new Set<string>();
  const shared = new Set<string>();
  for (const line of lines) {
    if (line.kind !== 'id') continue;
    const id = line.id.toLowerCase();
    if (ids.has(id)) shared.add(id);
    ids.add(id);
  }
  return shared;
}

/** The last number of an answer that lacks some may have lost its end, and then look like another one. */
function couldBeLonger(to: string, numbers: readonly string[]): boolean {
  return numbers.some((number) => number !== to && number.startsWith(to));
}

function judge(said: readonly AnswerLine[], senderGiven: boolean, answer: Answer, now: number): Verdict {
  const line = said[0];
  if (line === undefined) return open('no-verdict', 'the gateway said nothing about this number');
  if (said.length > 1) return open('contradiction', 'the gateway spoke twice about this number');
  if (line.kind === 'id') {
    return answer.status >= 400
      ? open('contradiction', `accepted, with status ${answer.status}`)
      : { outcome: { kind: 'accepted', providerId: line.id.toLowerCase() }, pause: undefined };
  }
  const row = centralError(line.error.code, line.error.text);
  if (row?.scope === 'server') return open(`error-${line.error.code ?? ''}`, line.error.text);
  return judgeRefusal(line.error, row, senderGiven, answer, now);
}

function forAll(numbers: readonly string[], { outcome, pause }: Verdict): DecodedSendmsg {
  return { outcomes: numbers.map(() => outcome), pause };
}

function open(why: string, text: string): Verdict {
  return { outcome: unknown(why, text), pause: undefined };
}
