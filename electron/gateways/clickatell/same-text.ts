/** One text to several numbers: which of a batch's messages one request carries, and what is said about the others. */
import type { GatewayMessage, Outcome } from '../../core/ports.ts';
import { type Checked, checkNumber, type Refused, sameOptions } from './platform-request.ts';

/** What becomes of one message of the batch: it goes, with these digits, or this is its outcome already. */
export type Slot = { readonly number: string } | { readonly outcome: Outcome };

export const leftOut: Outcome = { kind: 'notSent', why: 'aborted', text: 'left out of this request' };

export interface SameTextPlan<Fields> {
  /** For every message of the batch, in order. */
  readonly slots: readonly Slot[];
  /** Digits of the numbers that go, distinct. Empty: nothing goes. */
  readonly to: readonly string[];
  /** Undefined when the text itself cannot go. */
  readonly fields: Fields | undefined;
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
  if (lead === undefined) return { slots: [], to: [], fields: undefined };
  const checked = check(lead);
  if (checked.kind === 'refused') {
    const outcome = outcomeOfRefusal(checked);
    const slots = messages.map((message) => ({ outcome: isSameText(lead, message) ? outcome : leftOut }));
    return { slots, to: [], fields: undefined };
  }
  const { fields, maxRecipients } = checked.value;
  const to: string[] = [];
  const taken = new Set<string>();
  const slots = messages.map((message): Slot => {
    if (!isSameText(lead, message)) return { outcome: leftOut };
    const number = checkNumber(message.recipient);
    if (number.kind === 'refused') return { outcome: outcomeOfRefusal(number) };
    if (taken.has(number.value) || to.length >= maxRecipients) return { outcome: leftOut };
    taken.add(number.value);
    to.push(number.value);
    return { number: number.value };
  });
  return { slots, to, fields };
}

export function isSameText(one: GatewayMessage, other: GatewayMessage): boolean {
  return one === other || (one.body === other.body && sameOptions(one.options, other.options));
}

/** What is said about a message that we ourselves do not let go. */
export function outcomeOfRefusal({ text, mayGoLater }: Refused): Outcome {
  return mayGoLater === true
    ? { kind: 'notSent', why: 'aborted', text }
    : { kind: 'rejected', code: undefined, text };
}

/** One outcome for each message of the batch: those decided in planning stay, the others are asked for in order. */
export function outcomesOf(
  slots: readonly Slot[],
  outcomeOf: (number: string, position: number) => Outcome,
): readonly Outcome[] {
  let position = 0;
  return slots.map((slot) => {
    if ('outcome' in slot) return slot.outcome;
    const outcome = outcomeOf(slot.number, position);
    position += 1;
    return outcome;
  });
}
