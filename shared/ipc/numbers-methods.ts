/** Methods about numbers that must not be texted. */
import * as v from 'valibot';
import { leftOutRowSchema, listProblems } from './list-methods.ts';

const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shortText = v.pipe(v.string(), v.maxLength(500));
const main = ['main'] as const;

/** Numbers that are put on the list in one go. */
export const maxOptOutsAtOnce = 5_000;
const pageSize = 100;

export const optOutSchema = v.strictObject({
  recipient: shortText,
  recipientDisplay: shortText,
  source: v.picklist(['person', 'import', 'clickatell']),
  createdAt: time,
});
export type OptOutView = v.InferOutput<typeof optOutSchema>;

/** A number to which the last texts did not arrive, for a reason that lies with it. */
export const flaggedSchema = v.strictObject({
  recipient: shortText,
  recipientDisplay: shortText,
  failures: count,
  lastFailureAt: time,
});
export type FlaggedView = v.InferOutput<typeof flaggedSchema>;

export const numbersMethods = {
  /** Newest first. `beginsWith` is a number as typed, or its beginning. */
  'numbers.optOuts': {
    input: v.strictObject({
      beginsWith: v.pipe(v.string(), v.maxLength(40)),
      before: v.nullable(v.strictObject({ recipient: shortText, createdAt: time })),
    }),
    output: v.strictObject({
      rows: v.pipe(v.array(optOutSchema), v.maxLength(pageSize)),
      more: v.boolean(),
      total: count,
    }),
    windows: main,
  },
  /** One number, or a pasted list. What is not understood is answered with its line, and nothing of it is guessed. */
  'numbers.optOut': {
    input: v.strictObject({ text: v.pipe(v.string(), v.maxLength(200_000)) }),
    output: v.strictObject({
      added: count,
      already: count,
      notUnderstood: v.pipe(
        v.array(v.strictObject({ line: count, text: shortText })),
        v.maxLength(maxOptOutsAtOnce),
      ),
    }),
    windows: main,
  },
  /** Asks for a file and takes its numbers. Null: the person chose none. What was added before an end in the middle stays. */
  'numbers.importOptOuts': {
    input: v.undefined(),
    output: v.nullable(
      v.variant('kind', [
        v.strictObject({
          kind: v.literal('done'),
          fileName: shortText,
          added: count,
          already: count,
          leftOut: count,
          rows: v.pipe(v.array(leftOutRowSchema), v.maxLength(200)),
        }),
        v.strictObject({ kind: v.literal('stopped'), fileName: shortText, added: count }),
        v.strictObject({
          kind: v.literal('failed'),
          fileName: shortText,
          problem: v.picklist(listProblems),
          added: count,
        }),
      ]),
    ),
    windows: main,
  },
  'numbers.stopImport': { input: v.undefined(), output: v.undefined(), windows: main },
  /** Those that failed last first. `beginsWith` as for `numbers.optOuts`. */
  'numbers.flagged': {
    input: v.strictObject({
      beginsWith: v.pipe(v.string(), v.maxLength(40)),
      before: v.nullable(v.strictObject({ recipient: shortText, lastFailureAt: time })),
    }),
    output: v.strictObject({
      rows: v.pipe(v.array(flaggedSchema), v.maxLength(pageSize)),
      more: v.boolean(),
      total: count,
    }),
    windows: main,
  },
  /** The person knows that the number works. */
  'numbers.clearFlag': {
    input: v.strictObject({ recipient: shortText }),
    output: v.undefined(),
    windows: main,
  },
  'numbers.optIn': { input: v.strictObject({ recipient: shortText }), output: v.undefined(), windows: main },
} as const;
export const optOutPageSize = pageSize;
