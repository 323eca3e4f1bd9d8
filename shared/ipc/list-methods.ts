/** A list of recipients from a file. The file is chosen in a dialog of main: no window ever names a path. */
import * as v from 'valibot';
import { maxBodyUnits } from '../domain/message.ts';
import { messageOptionsSchema } from '../domain/message-options.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shortText = v.pipe(v.string(), v.maxLength(500));
const listId = v.pipe(v.string(), v.maxLength(40));
const column = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(1_000));

/** Reasons of `recipientSchema`. */
export const leftOutReasons = [
  'empty',
  'not-a-number',
  'too-short',
  'too-long',
  'extension',
  'unknown-country',
  'not-possible',
] as const;

const shape = v.strictObject({
  encoding: v.picklist(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']),
  delimiter: v.picklist([',', ';', '\t', '|']),
  columns: v.pipe(
    v.array(v.strictObject({ name: v.nullable(shortText), sample: shortText })),
    v.maxLength(50),
  ),
  column,
  header: v.boolean(),
});
/** `read` is the sum of `taken`, `duplicates` and all that was left out. */
const counts = v.strictObject({
  read: count,
  taken: count,
  duplicates: count,
  leftOut: v.array(v.strictObject({ reason: v.picklist(leftOutReasons), count })),
});
const leftOutRow = v.strictObject({ row: count, value: shortText, reason: v.picklist(leftOutReasons) });

export const listSchema = v.variant('phase', [
  v.strictObject({
    phase: v.literal('none'),
    /** A list that was being read when the program ended: nothing of it was sent. */
    undone: v.nullable(shortText),
  }),
  v.strictObject({
    phase: v.literal('reading'),
    fileName: shortText,
    shape: v.nullable(shape),
    counts,
    /** 0 to 1. */
    part: v.number(),
  }),
  v.strictObject({
    phase: v.literal('ready'),
    id: listId,
    fileName: shortText,
    shape,
    counts,
    /** The first of them. */
    leftOut: v.pipe(v.array(leftOutRow), v.maxLength(200)),
  }),
  /** From a copy of the outbox: the person has said yes before, and is asked anew about what is not a text yet. */
  v.strictObject({ phase: v.literal('held'), fileName: shortText, made: count, total: count }),
  /** The person has said yes: its texts are on their way into the outbox. */
  v.strictObject({ phase: v.literal('making'), fileName: shortText, made: count, total: count }),
  v.strictObject({ phase: v.literal('done'), fileName: shortText, total: count }),
  v.strictObject({
    phase: v.literal('failed'),
    fileName: shortText,
    problem: v.picklist(['unreadable', 'too-large', 'empty', 'no-numbers', 'quote', 'storage', 'failed']),
  }),
]);
export type ListView = v.InferOutput<typeof listSchema>;

const nothing = v.undefined();
const main: readonly 'main'[] = ['main'];

export const listMethods = {
  'lists.status': { input: nothing, output: listSchema, windows: main },
  /** Asks for a file and begins to read it. Unchanged when the person chose none. */
  'lists.choose': { input: nothing, output: listSchema, windows: main },
  'lists.chooseColumn': { input: v.strictObject({ column }), output: listSchema, windows: main },
  /** Ends reading, or forgets what was read. Nothing of it was sent. */
  'lists.stop': { input: nothing, output: listSchema, windows: main },
  /** The new yes to a list that was held. */
  'lists.goOn': { input: nothing, output: listSchema, windows: main },
  /** The person's yes. The same id again is the same list. */
  'lists.send': {
    input: v.strictObject({
      id: listId,
      body: v.pipe(v.string(), v.maxLength(maxBodyUnits)),
      /** Absent: the default account. */
      accountId: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
      options: v.optional(messageOptionsSchema),
    }),
    output: listSchema,
    windows: main,
  },
} as const;
