/** Methods about templates. */
import * as v from 'valibot';
import { maxTemplates, templateContentSchema } from '../domain/template-content.ts';
import { trades } from '../domain/trades.ts';

const nothing = v.undefined();
const rowId = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const main = ['main'] as const;
const both = ['main', 'quick-send'] as const;

export const templateSchema = v.strictObject({
  id: rowId,
  // Not the checks of what is written: what an older program took is shown as it is.
  name: v.string(),
  folder: v.string(),
  shortcut: v.nullable(v.string()),
  body: v.string(),
  bestBeforeMinutes: v.nullable(count),
  usedCount: count,
  usedAt: v.nullable(time),
  changedAt: time,
  versions: count,
});
export type TemplateView = v.InferOutput<typeof templateSchema>;

const templateList = v.pipe(v.array(templateSchema), v.maxLength(maxTemplates));

export const templateMethods = {
  /** All of them, by folder and name. */
  'templates.list': { input: nothing, output: templateList, windows: both },
  'templates.create': { input: templateContentSchema, output: templateSchema, windows: main },
  'templates.change': {
    input: v.strictObject({ id: rowId, ...templateContentSchema.entries }),
    output: templateSchema,
    windows: main,
  },
  'templates.remove': { input: v.strictObject({ id: rowId }), output: nothing, windows: main },
  /** Takes a removal back, for thirty days. */
  'templates.bringBack': { input: v.strictObject({ id: rowId }), output: templateSchema, windows: main },
  /** What it was before each change, newest first. */
  'templates.versions': {
    input: v.strictObject({ id: rowId }),
    output: v.pipe(
      v.array(v.strictObject({ id: rowId, name: v.string(), body: v.string(), savedAt: time })),
      v.maxLength(20),
    ),
    windows: main,
  },
  'templates.restoreVersion': {
    input: v.strictObject({ id: rowId, versionId: rowId }),
    output: templateSchema,
    windows: main,
  },
  /** Examples for a trade; those that are there already are not added again. */
  'templates.addExamples': {
    input: v.strictObject({ trade: v.picklist(trades) }),
    output: v.strictObject({ added: count }),
    windows: main,
  },
  /** Into a file that the person names; null when they called it off. */
  'templates.export': {
    input: nothing,
    output: v.nullable(v.strictObject({ written: count })),
    windows: main,
  },
  /** Out of such a file; null when they called it off. */
  'templates.import': {
    input: nothing,
    output: v.nullable(v.strictObject({ added: count, present: count })),
    windows: main,
  },
} as const;
