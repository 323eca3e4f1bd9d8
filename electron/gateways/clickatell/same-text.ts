/** One text to several numbers: which of a batch's messages one request carries, and what is said about the others. */
import { refusedHere } from '../../../shared/domain/message.ts';
import type { GatewayMessage, Outcome } from '../../core/ports.ts';
import {
  type Checked,
  checkNumber,
  plainDigits,
  plainValue,
  type Refused,
  sameOptions,
} from './platform-request.ts';

/** What becomes of one message of the batch: it goes, with these digits, or this is its outcome already. */
export type Slot = string | Outcome;

export const leftOut: Outcome = { kind: 'notSent', why: 'aborted', text: 'left out of this request' };

export interface SameTextPlan<Fields> {
  /** Undefined when the text itself cannot go. */
  readonly fields: Fields | undefined;
  /** How many go. */
  readonly count: number;
  /**
   * Digits of the numbers that go, distinct, in order. Better asked for twice than kept while the answer is awaited:
   * hundreds of strings for each request under way are what the garbage collector then spends its time on.
   */
  numbers(): readonly string[];
  /** For every message of the batch, in order. */
  slots(): readonly Slot[];
}

/**
 * Messages that cannot go at all are rejected here, before anything leaves. Messages that do not fit into this one
 * request are left out and reported as such: they wait for a request of their own.
 *
 * A number never stands twice: verdicts on it could not be told apart.
 *
 * @param check the text of the first message, and how many numbers a request with it may carry
 */
export function planSameText<Fields>(
  messages: readonly GatewayMessage[],
  check: (lead: GatewayMessage) => Checked<{ readonly fields: Fields; readonly maxRecipients: number }>,
): SameTextPlan<Fields> {
  const lead = messages[0];
  if (lead === undefined) return fixedPlan<Fields>(undefined, [], []);
  const checked = check(lead);
  if (checked.kind === 'refused') {
    const outcome = outcomeOfRefusal(checked);
    const slots = messages.map((message) => (isSameText(lead, message) ? outcome : leftOut));
    return fixedPlan<Fields>(undefined, slots, []);
  }
  const { fields, maxRecipients } = checked.value;
  if (
    messages.length <= maxRecipients &&
    areDistinct(messages.map(({ recipient }) => recipient)) &&
    messages.every((message) => isSameText(lead, message))
  ) {
    const numbers = (): readonly string[] => messages.map(({ recipient }) => plainDigits(recipient));
    return { fields, count: messages.length, numbers, slots: numbers };
  }
  const to: string[] = [];
  const taken = new Set<string>();
  const slots = messages.map((message): Slot => {
    if (!isSameText(lead, message)) return leftOut;
    const number = checkNumber(message.recipient);
    if (number.kind === 'refused') return outcomeOfRefusal(number);
    if (taken.has(number.value) || to.length >= maxRecipients) return leftOut;
    taken.add(number.value);
    to.push(number.value);
    return number.value;
  });
  return fixedPlan(fields, slots, to);
}

function fixedPlan<Fields>(
  fields: Fields | undefined,
  slots: readonly Slot[],
  to: readonly string[],
): SameTextPlan<Fields> {
  return { fields, count: to.length, numbers: () => to, slots: () => slots };
}

/**
 * Whether all numbers are as the queue has them and no two the same, which is nearly always so. When not, they have to be looked at
 * one by one.
 */
export function areDistinct(numbers: readonly string[]): boolean {
  const [first] = numbers;
  if (first !== undefined && numbers.length === 1) return plainValue(first) !== 0;
  // Sorted as numbers, equal ones stand side by side; putting each text into a set takes several times as long.
  const values = new Float64Array(numbers.length);
  let count = 0;
  for (const number of numbers) {
    const value = plainValue(number);
    if (value === 0) return false;
    values[count] = value;
    count += 1;
  }
  values.sort();
  for (let index = 1; index < count; index += 1) {
    if (values[index] === values[index - 1]) return false;
  }
  return true;
}

export function isSameText(one: GatewayMessage, other: GatewayMessage): boolean {
  return one === other || (one.body === other.body && sameOptions(one.options, other.options));
}

/** What is said about a message that we ourselves do not let go. */
export function outcomeOfRefusal({ text, mayGoLater }: Refused): Outcome {
  return mayGoLater === true
    ? { kind: 'notSent', why: 'aborted', text }
    : { kind: 'rejected', code: refusedHere, text };
}

/**
 * One outcome for each message of the batch: those decided in planning stay, the others come in order.
 *
 * @param batch how many messages there are
 * @param outcomes of the messages that go, in order
 */
export function outcomesOf(
  batch: number,
  slots: () => readonly Slot[],
  outcomes: readonly Outcome[],
): readonly Outcome[] {
  if (outcomes.length === batch) return outcomes;
  let position = 0;
  return slots().map((slot) => {
    if (typeof slot !== 'string') return slot;
    const outcome = outcomes[position] ?? noVerdict;
    position += 1;
    return outcome;
  });
}

/** The same outcome for every message that goes. */
export function sameOutcome(slots: readonly Slot[], outcome: Outcome): readonly Outcome[] {
  return slots.map((slot) => (typeof slot === 'string' ? outcome : slot));
}

export const noVerdict: Outcome = { kind: 'unknown', why: 'no-verdict', text: 'no verdict' };
