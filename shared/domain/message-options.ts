/**
 * What a message may carry beyond number and text. Which of it an account can do is its gateway's to say; what it means
 * is the same everywhere. Absent means: the account's own default.
 */
import * as v from 'valibot';
import { maxHeaderOctets } from './part-capacity.ts';

/** Even number of hexadecimal digits. */
const octets = v.pipe(v.string(), v.regex(/^(?:[0-9a-fA-F]{2})+$/));

/** Clickatell keeps trying for a day unless told; three days is the longest that its documents name. */
export const mostValidityMinutes = 4_320;

export const messageOptionsSchema = v.strictObject({
  /** A two-way number or a registered sender ID: 1 to 16 digits, or up to 11 letters and digits. */
  senderId: v.optional(v.pipe(v.string(), v.regex(/^(?:\+?\d{1,16}|[A-Za-z0-9 ]{1,11})$/))),
  /** Shown at once and not kept by the handset. */
  flash: v.optional(v.boolean()),
  /** How long the network keeps trying. */
  validityMinutes: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostValidityMinutes)),
  ),
  /** Kept by Clickatell until then, ms UTC: the computer may be off meanwhile. */
  deliverAt: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  /** The body is hexadecimal octets, not text. */
  binary: v.optional(v.boolean()),
  userDataHeader: v.optional(v.pipe(octets, v.maxLength(maxHeaderOctets * 2))),
});
export type MessageOptions = v.InferOutput<typeof messageOptionsSchema>;

/**
 * Without a delivery time that has passed: no gateway takes one, and the text with it would be refused.
 * @param now ms UTC
 */
export function withoutPassedTime(options: MessageOptions, now: number): MessageOptions {
  if (!hasPassedTime(options, now)) return options;
  const { deliverAt: _passed, ...rest } = options;
  return rest;
}

export function hasPassedTime({ deliverAt }: MessageOptions, now: number): boolean {
  return deliverAt !== undefined && deliverAt <= now;
}
