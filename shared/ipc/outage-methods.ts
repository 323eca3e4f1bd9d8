/** Methods about what piled up while there was no line. */
import * as v from 'valibot';

const nothing = v.undefined();
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const main = ['main'] as const;

export const backOnlineSchema = v.strictObject({
  /** Would go at once. */
  fresh: count,
  /** Too late: *Needs a decision*, whatever is answered here. */
  late: count,
  /** Would go when quiet hours end. */
  quiet: count,
  /** Of the fresh and the quiet ones. */
  parts: count,
  /** When the oldest of them was written, ms UTC. */
  oldest: v.nullable(count),
});
export type BackOnlineView = v.InferOutput<typeof backOnlineSchema>;

export const outageMethods = {
  /** What is held since a long outage ended, in all accounts; null: nothing is. `status-changed` says when to ask again. */
  'sending.backOnline': { input: nothing, output: v.nullable(backOnlineSchema), windows: main },
  /** A person lets it go. To hold it on needs no answer. */
  'sending.sendHeldBack': { input: nothing, output: nothing, windows: main },
} as const;
