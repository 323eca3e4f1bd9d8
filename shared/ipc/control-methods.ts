/** Methods with which a person takes texts that wait, failed, or may have been sent, into hand. */
import * as v from 'valibot';
import { maxBodyUnits } from '../domain/message.ts';

const nothing = v.undefined();
const rowId = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shortText = v.pipe(v.string(), v.maxLength(500));
const main = ['main'] as const;

/** As many as a person can have looked at. */
export const maxResolvedAtOnce = 500;
/** Failed texts that are sent again in one go; a person asks again for the rest. */
export const maxRetriedAtOnce = 100;

const balanceReading = v.strictObject({ at: time, balance: v.number(), currency: v.nullable(shortText) });

const failedScope = {
  /** Only texts written since then, ms UTC. */
  since: time,
  submissionId: v.optional(shortText),
} as const;

export const controlMethods = {
  'control.pauseAccount': { input: v.strictObject({ id: rowId }), output: nothing, windows: main },
  'control.resumeAccount': { input: v.strictObject({ id: rowId }), output: nothing, windows: main },
  /** The same answer to *Maybe sent* for several. Those that turned out otherwise meanwhile are left as they are. */
  'control.resolveDoubts': {
    input: v.strictObject({
      ids: v.pipe(v.array(rowId), v.minLength(1), v.maxLength(maxResolvedAtOnce)),
      decision: v.picklist(['arrived', 'send-again', 'drop']),
    }),
    output: v.strictObject({ resolved: count }),
    windows: main,
  },
  /** While it waits. `too-late`: it left, or ended, meanwhile. */
  'control.edit': {
    input: v.strictObject({
      id: rowId,
      recipient: v.pipe(v.string(), v.maxLength(200)),
      body: v.pipe(v.string(), v.maxLength(maxBodyUnits)),
    }),
    output: v.strictObject({ outcome: v.picklist(['edited', 'too-late']) }),
    windows: main,
  },
  'control.move': {
    input: v.strictObject({ id: rowId, to: v.picklist(['first', 'last']) }),
    output: v.strictObject({ outcome: v.picklist(['edited', 'too-late']) }),
    windows: main,
  },
  /** How many failed and were not sent again yet. */
  'control.failed': {
    input: v.strictObject(failedScope),
    output: v.strictObject({ count, atOnce: count }),
    windows: main,
  },
  'control.retryFailed': {
    input: v.strictObject(failedScope),
    output: v.strictObject({ made: count, left: count }),
    windows: main,
  },
  /** Hints about a text that may have been sent. None of them is a proof. */
  'control.evidence': {
    input: v.strictObject({ id: rowId }),
    output: v.strictObject({
      /** When the request whose answer is missing began, and when it was given up; ms UTC. */
      openedAt: v.nullable(time),
      closedAt: v.nullable(time),
      /** Others that were in the same request: a changed balance may be theirs. */
      together: count,
      before: v.nullable(balanceReading),
      after: v.nullable(balanceReading),
    }),
    windows: main,
  },
} as const;
