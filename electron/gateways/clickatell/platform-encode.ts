import type { GatewayBatch, GatewayMessage } from '../../core/ports.ts';

/** `POST /messages` takes up to 200 numbers. */
export const maxRecipients = 200;

export interface EncodedBatch {
  /** The JSON text of the request, undefined when nothing in the batch can be carried. */
  readonly body: string | undefined;
  /** For every message of the batch, in order: its number in digits, or undefined when this request leaves it out. */
  readonly numbers: readonly (string | undefined)[];
}

/** The digits of a number: how it is written to the gateway and compared with what comes back. */
export function digitsOf(number: string): string {
  return number.replace(/\D/g, '');
}

/**
 * Writes a batch as the JSON of `SendMessageRequest`, fields in the order `content, to, clientMessageId, charset`, so
 * that the same batch is always the same bytes. Numbers go without `+`: the documentation shows both, and every
 * captured answer has them without.
 *
 * One request is one text to distinct numbers (`to` has `uniqueItems`, and verdicts are told apart by number only).
 * Messages that do not fit that, because of another body, a number already present or the limit, are left out and
 * reported as such: they wait for a request of their own.
 */
export function encodeBatch(batch: GatewayBatch): EncodedBatch {
  const content = batch.messages[0]?.body;
  const to: string[] = [];
  const taken = new Set<string>();
  const numbers = batch.messages.map((message: GatewayMessage): string | undefined => {
    const digits = digitsOf(message.recipient);
    if (message.body !== content || digits === '' || taken.has(digits) || to.length >= maxRecipients) {
      return undefined;
    }
    taken.add(digits);
    to.push(digits);
    return digits;
  });
  if (content === undefined || to.length === 0) return { body: undefined, numbers };
  const body = JSON.stringify({ content, to, clientMessageId: batch.requestRef, charset: 'UTF-8' });
  return { body, numbers };
}
