/**
 * `POST /messages/rest/bulk`: personal texts, one entry for each, JSON only.
 *
 * The answer is an array with one element for each entry, in the order of the entries as far as anybody knows; the
 * specification does not say so. The order therefore never decides: an outcome is told where every order that the answer
 * allows tells the same.
 *
 * - A number that stands in one text of the request and in one verdict of the answer is told by number, wherever it
 *   stands.
 * - A number that stands in several texts has as many verdicts, and elements without a number (entries turned away whole)
 *   belong to the texts that nobody has named: any of them to any of those. Only when there are as many elements as entries,
 *   each about one text.
 */
import { assertNever } from '../../../shared/errors.ts';
import type { Outcome, Pause } from '../../core/ports.ts';
import { type Answer, speaksForItself, type Verdict, type WordedError, weightier } from '../answer.ts';
import { oneLine } from '../server-words.ts';
import { haveDistinctIds } from './distinct-ids.ts';
import {
  acceptanceOf,
  asArray,
  asObject,
  decodeSaid,
  decodeWithoutVerdicts,
  doubted,
  type JsonObject,
  numberOf,
  open,
  wordedError,
} from './platform-decode.ts';
import { readJson } from './platform-json.ts';
import type { SendMessageRequest } from './platform-request.ts';
import { areDistinct } from './same-text.ts';

export function writeBulkRequest(requests: readonly SendMessageRequest[]): string {
  return JSON.stringify({ messageList: requests });
}

export interface DecodedBulk {
  /** One for each entry, in order. */
  readonly outcomes: readonly Outcome[];
  readonly pause: Pause | undefined;
}

/**
 * @param answer a complete answer
 * @param requests the entries, each to one number
 * @param now ms UTC
 */
export function decodeBulkAnswer(
  answer: Answer,
  requests: readonly SendMessageRequest[],
  now: number,
): DecodedBulk {
  const document = readJson(answer.bodyText);
  const elements = asArray(document);
  const senderGiven = requests.some((request) => request.from !== undefined);
  if (elements === undefined || elements.length === 0 || !speaksForItself(answer.status)) {
    // An object where a list belongs is the answer to a request that was turned away whole; its verdicts, should it
    // have any, are about nobody knows which entry.
    const whole = asObject(document);
    const said = decodeWithoutVerdicts(
      whole,
      senderGiven,
      requests.length > 1 ? 'own-texts' : 'alone',
      answer,
      now,
    );
    return { outcomes: requests.map(() => said.outcome), pause: said.pause };
  }
  const accepted = acceptedInOrder(elements, requests, answer);
  if (accepted !== undefined) return { outcomes: accepted, pause: undefined };
  const { candidates, wordless } = locate(elements.map(asObject), requests);
  const outcomes: Outcome[] = [];
  let pause: Pause | undefined;
  // Whichever text it is about, what concerns the account is known.
  for (const element of wordless) {
    pause = weightier(pause, decodeWithoutVerdicts(element, senderGiven, 'alone', answer, now).pause);
  }
  for (const [index, request] of requests.entries()) {
    const verdict = judge(candidates[index], request, answer, now);
    outcomes.push(verdict.outcome);
    pause = weightier(pause, verdict.pause);
  }
  return { outcomes, pause };
}

/**
 * The answer of a request that went well, read in one pass: each element holds one verdict, on the number of the entry in
 * its place, and every one says yes, with an id of its own; no number stands twice. Undefined for any other, which is then
 * looked through as a whole, to the same end.
 */
function acceptedInOrder(
  elements: readonly unknown[],
  requests: readonly SendMessageRequest[],
  answer: Answer,
): readonly Outcome[] | undefined {
  if (elements.length !== requests.length) return undefined;
  const outcomes: Outcome[] = [];
  for (const { to } of requests) {
    const [number = ''] = to;
    const element = asObject(elements[outcomes.length]);
    if (element === undefined || wordedError(element) !== undefined) return undefined;
    const verdicts = asArray(element.messages);
    const outcome = verdicts?.length === 1 ? acceptanceOf(verdicts[0], number, answer) : undefined;
    if (outcome === undefined) return undefined;
    outcomes.push(outcome);
  }
  const distinct = areDistinct(requests.map(({ to }) => to[0] ?? ''));
  return distinct && haveDistinctIds(outcomes) ? outcomes : undefined;
}

/** What the answer may say about one text, or why it says nothing. */
type Candidates =
  | { readonly kind: 'some'; readonly statements: readonly Statement[] }
  | { readonly kind: 'none'; readonly why: 'no-verdict' | 'contradiction'; readonly text: string };

/** A verdict on a number, or an element without any verdict. */
type Statement =
  | {
      readonly kind: 'verdict';
      readonly verdict: JsonObject;
      readonly number: string;
      /** The error of the element it stands in. */
      readonly beside: WordedError | undefined;
    }
  | { readonly kind: 'refusal'; readonly element: JsonObject | undefined };

function judge(
  candidates: Candidates | undefined,
  request: SendMessageRequest,
  answer: Answer,
  now: number,
): Verdict {
  if (candidates === undefined) return open('no-verdict', 'the gateway said nothing about this text');
  if (candidates.kind === 'none') return open(candidates.why, candidates.text);
  const senderGiven = request.from !== undefined;
  return agreed(
    candidates.statements.map((statement) => {
      if (statement.kind === 'refusal') {
        return decodeWithoutVerdicts(statement.element, senderGiven, 'alone', answer, now);
      }
      const said = decodeSaid([statement.verdict], senderGiven, answer, now);
      const { beside } = statement;
      return beside === undefined ? said : { ...said, outcome: doubted(said.outcome, beside) };
    }),
  );
}

/** What is true whichever of them is meant. */
function agreed(verdicts: readonly Verdict[]): Verdict {
  const [first] = verdicts;
  if (first === undefined) return open('no-verdict', 'the gateway said nothing about this text');
  const { outcome } = first;
  let pause: Pause | undefined;
  for (const verdict of verdicts) pause = weightier(pause, verdict.pause);
  if (verdicts.length === 1) return first;
  if (!verdicts.every((verdict) => verdict.outcome.kind === outcome.kind)) {
    return { ...open('contradiction', 'the answer does not say which text it means'), pause };
  }
  switch (outcome.kind) {
    case 'accepted':
      // Each has an id of its own, and nobody knows which.
      return { outcome: { kind: 'accepted', providerId: undefined }, pause };
    case 'rejected':
      return { outcome: commonRefusal(verdicts, outcome), pause };
    case 'notSent':
    case 'unknown':
      return { outcome, pause };
    default:
      return assertNever(outcome);
  }
}

/** No text is told the reason of another. */
function commonRefusal(
  verdicts: readonly Verdict[],
  refusal: Extract<Outcome, { kind: 'rejected' }>,
): Outcome {
  const refusals = verdicts.flatMap((verdict) =>
    verdict.outcome.kind === 'rejected' ? [verdict.outcome] : [],
  );
  return refusals.every(({ code }) => code === refusal.code)
    ? refusal
    : {
        kind: 'rejected',
        code: undefined,
        text: oneLine([...new Set(refusals.map(({ text }) => text))].join(' / ')),
      };
}

function locate(
  elements: readonly (JsonObject | undefined)[],
  requests: readonly SendMessageRequest[],
): { readonly candidates: readonly Candidates[]; readonly wordless: readonly (JsonObject | undefined)[] } {
  const numbers = requests.map((request) => request.to[0] ?? '');
  const textsTo = countBy(numbers);
  const spoken: Statement[] = [];
  const wordless: (JsonObject | undefined)[] = [];
  let oneEach = elements.length === requests.length;
  for (const element of elements) {
    const verdicts = asArray(element?.messages) ?? [];
    const beside = element === undefined ? undefined : wordedError(element);
    if (verdicts.length === 0) wordless.push(element);
    if (verdicts.length > 1) oneEach = false;
    for (const item of verdicts) {
      const verdict = asObject(item);
      const number = verdict === undefined ? '' : numberOf(verdict);
      // A verdict on nobody knows whom, or on somebody else, may stand for any of them.
      if (!textsTo.has(number)) oneEach = false;
      else if (verdict !== undefined) spoken.push({ kind: 'verdict', verdict, number, beside });
    }
  }
  const verdictsOn = groupByNumber(spoken);
  for (const [number, statements] of verdictsOn) {
    if (statements.length > (textsTo.get(number) ?? 0)) oneEach = false;
  }
  const refusals = wordless.map((element): Statement => ({ kind: 'refusal', element }));
  const ids = countBy(spoken.flatMap(idOf));

  const candidates = numbers.map((number): Candidates => {
    const texts = textsTo.get(number) ?? 0;
    const said = verdictsOn.get(number) ?? [];
    if (said.length > texts) {
      return { kind: 'none', why: 'contradiction', text: 'the gateway spoke twice about this text' };
    }
    if (said.some((statement) => idOf(statement).some((id) => (ids.get(id) ?? 0) > 1))) {
      return { kind: 'none', why: 'contradiction', text: 'the gateway gave two texts the same id' };
    }
    if (texts === 1 && said.length === 1) return { kind: 'some', statements: said };
    if (!oneEach) {
      return said.length === 0
        ? { kind: 'none', why: 'no-verdict', text: 'the gateway said nothing about this text' }
        : { kind: 'none', why: 'contradiction', text: 'the answer does not say which text it means' };
    }
    return { kind: 'some', statements: said.length === texts ? said : [...said, ...refusals] };
  });
  return { candidates, wordless };
}

function idOf(statement: Statement): readonly string[] {
  const id = statement.kind === 'verdict' ? statement.verdict.apiMessageId : undefined;
  return typeof id === 'string' ? [id] : [];
}

function groupByNumber(statements: readonly Statement[]): ReadonlyMap<string, readonly Statement[]> {
  const groups = new Map<string, Statement[]>();
  for (const statement of statements) {
    if (statement.kind !== 'verdict') continue;
    const group = groups.get(statement.number);
    if (group === undefined) groups.set(statement.number, [statement]);
    else group.push(statement);
  }
  return groups;
}

function countBy(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
