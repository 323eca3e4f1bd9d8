/** Methods about numbers that must not be texted. */
import * as v from 'valibot';

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
  'numbers.optIn': { input: v.strictObject({ recipient: shortText }), output: v.undefined(), windows: main },
} as const;
export const optOutPageSize = pageSize;
