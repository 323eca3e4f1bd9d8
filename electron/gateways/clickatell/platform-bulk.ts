/**
 * `POST /messages/rest/bulk`: personal texts, one entry for each, JSON only.
 *
 * The answer is an array with one element for each entry, in the order of the entries as far as anybody knows; the
 * specification does not say so. Position alone therefore never decides. A verdict counts for a text when nothing in
 * the whole answer speaks against it:
 *
 * - a number that stands in one text of the request and in one verdict of the answer is told by number, wherever it
 *   stands;
 * - a number that stands in several texts is told by position, and so is an element without a number (an entry turned
 *   away whole), when there are as many elements as entries and every number that is named stands in its place;
 * - elements without a number that all say the same are told by elimination, when there are as many elements as entries
 *   and every other element has named its own.
 */
import type { Outcome, Pause } from '../../core/ports.ts';
import { type Answer, speaksForItself, type Verdict, weightier } from '../answer.ts';
import {
  asArray,
  asObject,
  decodeSaid,
  decodeWithoutVerdicts,
  type JsonObject,
  numberOf,
  open,
  readJson,
} from './platform-decode.ts';
import type { SendMessageRequest } from './platform-request.ts';

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
  if (elements === undefined || elements.length === 0 || !speaksForItself(answer.status)) {
    const senderGiven = requests.some((request) => request.from !== undefined);
    // An object where a list belongs is the answer to a request that was turned away whole; its verdicts, should it
    // have any, are about nobody knows which entry.
    const whole = asObject(document);
    const said = decodeWithoutVerdicts(whole, senderGiven, answer, now);
    return { outcomes: requests.map(() => said.outcome), pause: said.pause };
  }
  const found = locate(elements.map(asObject), requests);
  const outcomes: Outcome[] = [];
  let pause: Pause | undefined;
  for (const [index, request] of requests.entries()) {
    const verdict = judge(found[index], request, answer, now);
    outcomes.push(verdict.outcome);
    pause = weightier(pause, verdict.pause);
  }
  return { outcomes, pause };
}

/** What the answer holds about one entry. */
type Found =
  | { readonly kind: 'verdict'; readonly verdict: JsonObject }
  | { readonly kind: 'refusal'; readonly element: JsonObject }
  | { readonly kind: 'nothing'; readonly why: 'no-verdict' | 'contradiction'; readonly text: string };

function judge(found: Found | undefined, request: SendMessageRequest, answer: Answer, now: number): Verdict {
  const senderGiven = request.from !== undefined;
  switch (found?.kind) {
    case 'verdict':
      return decodeSaid([found.verdict], senderGiven, answer, now);
    case 'refusal':
      return decodeWithoutVerdicts(found.element, senderGiven, answer, now);
    case 'nothing':
      return open(found.why, found.text);
    default:
      return noVerdict;
  }
}

const noVerdict = open('no-verdict', 'the gateway said nothing about this text');

interface Place {
  readonly verdict: JsonObject;
  readonly position: number;
  readonly number: string;
}

function locate(
  elements: readonly (JsonObject | undefined)[],
  requests: readonly SendMessageRequest[],
): readonly Found[] {
  const places: Place[] = elements.flatMap((element, position) =>
    (asArray(element?.messages) ?? []).flatMap((item) => {
      const verdict = asObject(item);
      return verdict === undefined ? [] : [{ verdict, position, number: numberOf(verdict) }];
    }),
  );
  const numbers = requests.map((request) => request.to[0] ?? '');
  const inOrder =
    elements.length === requests.length &&
    places.every((place) => place.number === '' || place.number === numbers[place.position]);
  const textsTo = countBy(numbers);
  const verdictsOn = countBy(places.map((place) => place.number));
  const ids = countBy(
    places
      .filter((place) => textsTo.has(place.number))
      .map((place) => place.verdict.apiMessageId)
      .filter((id) => typeof id === 'string'),
  );

  const placesOf = new Map<string, Place[]>();
  for (const place of places) {
    const sameNumber = placesOf.get(place.number);
    if (sameNumber === undefined) placesOf.set(place.number, [place]);
    else sameNumber.push(place);
  }
  const leftOver = eliminate(elements, places, numbers, textsTo, verdictsOn);

  return numbers.map((number, position): Found => {
    const unique = textsTo.get(number) === 1;
    const onNumber = placesOf.get(number) ?? [];
    const here = unique ? onNumber : onNumber.filter((place) => inOrder && place.position === position);
    const place = here[0];
    if (place !== undefined) {
      if (here.length > 1 || (unique && (verdictsOn.get(number) ?? 0) > 1)) {
        return { kind: 'nothing', why: 'contradiction', text: 'the gateway spoke twice about this text' };
      }
      const id = place.verdict.apiMessageId;
      if (typeof id === 'string' && (ids.get(id) ?? 0) > 1) {
        return { kind: 'nothing', why: 'contradiction', text: 'the gateway gave two texts the same id' };
      }
      return { kind: 'verdict', verdict: place.verdict };
    }
    const element = elements[position];
    const wordless = (asArray(element?.messages) ?? []).length === 0;
    if (inOrder && element !== undefined && wordless) return { kind: 'refusal', element };
    if (leftOver !== undefined) return { kind: 'refusal', element: leftOver };
    if (!unique && (verdictsOn.get(number) ?? 0) > 0) {
      return { kind: 'nothing', why: 'contradiction', text: 'the answer does not say which text it means' };
    }
    return { kind: 'nothing', why: 'no-verdict', text: 'the gateway said nothing about this text' };
  });
}

/** The element that stands for every entry nobody has named, when there is no doubt that it does. */
function eliminate(
  elements: readonly (JsonObject | undefined)[],
  places: readonly Place[],
  numbers: readonly string[],
  textsTo: ReadonlyMap<string, number>,
  verdictsOn: ReadonlyMap<string, number>,
): JsonObject | undefined {
  const named = new Set(places.map((place) => place.position));
  const rest = elements.filter((_, position) => !named.has(position));
  const [first] = rest;
  const certain =
    elements.length === numbers.length &&
    places.length === named.size &&
    places.every((place) => textsTo.get(place.number) === 1 && verdictsOn.get(place.number) === 1) &&
    rest.every((element) => JSON.stringify(element) === JSON.stringify(first));
  return certain ? first : undefined;
}

function countBy(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
