/**
 * Puts a batch into the fewest requests' worth that one request can be: which messages go, as what, and what is said
 * about those that do not.
 */
import type { GatewayBatch, GatewayMessage } from '../../core/ports.ts';
import { checkFields, checkNumber, refused, requestOf, type SendMessageRequest } from './platform-request.ts';
import { areDistinct, isSameText, leftOut, outcomeOfRefusal, planSameText, type Slot } from './same-text.ts';

/** `POST /messages` takes up to 200 numbers. */
export const maxRecipients = 200;
/**
 * Entries of `POST /messages/rest/bulk`. No limit is documented; 200 is what the same host takes of numbers, and half of
 * it leaves room for texts that need several parts.
 */
export const maxPersonalTexts = 100;

/** What one transport can put into one request. */
export interface TransportLimits {
  readonly maxRecipients: number;
  /** Different texts in one request; 1: none. */
  readonly personalTexts: number;
  /** Even one text, or the same to all, goes as personal texts. */
  readonly alwaysPersonal?: boolean;
  /** What this transport cannot carry of a message, in words; undefined when it can. */
  readonly objection?: ((message: GatewayMessage) => string | undefined) | undefined;
}

export interface BatchPlan {
  /** For every message of the batch, in order. */
  slots(): readonly Slot[];
  /**
   * - `same`     one text to all numbers that go
   * - `personal` one request for each message that goes, in order
   * - `nothing`  none goes
   */
  readonly body:
    | { readonly kind: 'same'; readonly request: SendMessageRequest }
    | { readonly kind: 'personal'; readonly requests: readonly SendMessageRequest[] }
    | { readonly kind: 'nothing' };
}

/**
 * Messages that cannot go at all (an option the transport does not have, a field out of bounds) are rejected here,
 * before anything leaves. Messages that do not fit into this one request are left out and reported as such: they wait
 * for a request of their own.
 *
 * A number never stands twice in one request with the same text: `to` has `uniqueItems`, and verdicts on it could not
 * be told apart.
 *
 * @param now ms UTC
 */
export function planBatch(batch: GatewayBatch, limits: TransportLimits, now: number): BatchPlan {
  const { messages } = batch;
  const lead = messages[0];
  if (lead === undefined) return { slots: () => [], body: { kind: 'nothing' } };
  const personal =
    limits.alwaysPersonal === true ||
    (limits.personalTexts > 1 && messages.some((message) => !isSameText(lead, message)));
  return personal ? planPersonal(messages, limits, now) : planSame(batch, limits, now);
}

function planSame(batch: GatewayBatch, limits: TransportLimits, now: number): BatchPlan {
  const { slots, count, numbers, fields } = planSameText(batch.messages, (lead) => {
    const objection = limits.objection?.(lead);
    if (objection !== undefined) return refused(objection);
    const checked = checkFields(lead, now);
    if (checked.kind === 'refused') return checked;
    return { kind: 'valid', value: { fields: checked.value, maxRecipients: limits.maxRecipients } };
  });
  if (fields === undefined || count === 0) return { slots, body: { kind: 'nothing' } };
  return { slots, body: { kind: 'same', request: requestOf(fields, numbers(), batch.requestRef) } };
}

function planPersonal(messages: readonly GatewayMessage[], limits: TransportLimits, now: number): BatchPlan {
  const requests: SendMessageRequest[] = [];
  /** By number, where one may stand twice. */
  const going = areDistinct(messages.map(({ recipient }) => recipient))
    ? undefined
    : new Map<string, GatewayMessage[]>();
  const slots = messages.map((message): Slot => {
    const objection = limits.objection?.(message);
    if (objection !== undefined) return outcomeOfRefusal(refused(objection));
    const fields = checkFields(message, now);
    if (fields.kind === 'refused') return outcomeOfRefusal(fields);
    const number = checkNumber(message.recipient);
    if (number.kind === 'refused') return outcomeOfRefusal(number);
    const earlier = going?.get(number.value) ?? [];
    const repeats = earlier.some((each) => isSameText(each, message));
    if (repeats || requests.length >= limits.personalTexts) return leftOut;
    going?.set(number.value, [...earlier, message]);
    requests.push(requestOf(fields.value, [number.value], message.clientRef));
    return number.value;
  });
  if (requests.length === 0) return { slots: () => slots, body: { kind: 'nothing' } };
  return { slots: () => slots, body: { kind: 'personal', requests } };
}
