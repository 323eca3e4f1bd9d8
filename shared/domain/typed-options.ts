/**
 * The options of a text as a person is typing them, kept with the draft: half of a header, a number that is too large and
 * all. What they mean is `message-options.ts`, once they hold.
 */
import * as v from 'valibot';

export const typedOptionsSchema = v.strictObject({
  senderId: v.optional(v.pipe(v.string(), v.maxLength(200))),
  validity: v.optional(v.pipe(v.string(), v.maxLength(200))),
  /** Absent: hours. */
  validityUnit: v.optional(v.picklist(['minutes', 'hours'])),
  /** `2026-11-22T14:30`, by the clock of this computer. */
  deliverAt: v.optional(v.pipe(v.string(), v.maxLength(200))),
  /** Half a date stands in the field, which then has no value. A text that was to wait must not go at once for that. */
  deliverAtUnread: v.optional(v.boolean()),
  /** When this computer is to send it, and until when it is of use; as `deliverAt`. */
  sendAt: v.optional(v.pipe(v.string(), v.maxLength(200))),
  sendAtUnread: v.optional(v.boolean()),
  bestBefore: v.optional(v.pipe(v.string(), v.maxLength(200))),
  bestBeforeUnread: v.optional(v.boolean()),
  /** The template the words were taken from. */
  templateId: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  flash: v.optional(v.boolean()),
  binary: v.optional(v.boolean()),
  userDataHeader: v.optional(v.pipe(v.string(), v.maxLength(1_000))),
});
/** Empty for an ordinary text. */
export type TypedOptions = v.InferOutput<typeof typedOptionsSchema>;
