/** A list of recipients from a file. The file is chosen in a dialog of main: no window ever names a path. */
import * as v from 'valibot';
import { maxBodyUnits } from '../domain/message.ts';
import { messageOptionsSchema } from '../domain/message-options.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shortText = v.pipe(v.string(), v.maxLength(500));
const listId = v.pipe(v.string(), v.maxLength(40));
const column = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(1_000));

/** Reasons of `recipientSchema`, and those that are about the number's owner or past. */
export const leftOutReasons = [
  'empty',
  'not-a-number',
  'too-short',
  'too-long',
  'extension',
  'unknown-country',
  'not-possible',
  'opted-out',
  'flagged',
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
/** `read` is the sum of all of these. */
const counts = v.strictObject({
  read: count,
  taken: count,
  /** Another row of a number that is taken, with something else beside it: two children, one mobile. */
  sharing: count,
  /** Could not be reached lately: left out unless the person says otherwise. Further rows of those are `flaggedSharing`. */
  flagged: count,
  flaggedSharing: count,
  duplicates: count,
  leftOut: v.array(v.strictObject({ reason: v.picklist(leftOutReasons), count })),
});
export const leftOutRowSchema = v.strictObject({
  row: count,
  value: shortText,
  reason: v.picklist(leftOutReasons),
});

/** Why a file was not read. */
export const listProblems = [
  'unreadable',
  'too-large',
  'empty',
  'no-numbers',
  'quote',
  'storage',
  'failed',
] as const;

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
    leftOut: v.pipe(v.array(leftOutRowSchema), v.maxLength(200)),
    /** To how many nearly the same text went within so many hours. Null: not asked yet, or to nobody. */
    repeats: v.nullable(v.strictObject({ count, hours: count })),
    /** The words of a text that was taken back. */
    takenBack: v.nullable(v.string()),
  }),
  /** The person has said yes, and can take it back until then, ms UTC: nothing of it is in the outbox yet. */
  v.strictObject({
    phase: v.literal('sealed'),
    fileName: shortText,
    total: count,
    until: count,
  }),
  /** From a copy of the outbox: the person has said yes before, and is asked anew about what is not a text yet. */
  v.strictObject({ phase: v.literal('held'), fileName: shortText, made: count, total: count }),
  /** The person has said yes: its texts are on their way into the outbox. */
  v.strictObject({ phase: v.literal('making'), fileName: shortText, made: count, total: count }),
  v.strictObject({ phase: v.literal('done'), fileName: shortText, total: count }),
  v.strictObject({
    phase: v.literal('failed'),
    fileName: shortText,
    problem: v.picklist(listProblems),
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
  /** Takes the yes back. The answer says whether that was in time: `ready`, or what it is instead. */
  'lists.undo': { input: nothing, output: listSchema, windows: main },
  /** The person's yes. The same id again is the same list. Answers `ready` with `repeats` where a person is asked first. */
  'lists.send': {
    input: v.strictObject({
      id: listId,
      body: v.pipe(v.string(), v.maxLength(maxBodyUnits)),
      /** Absent: the default account. */
      accountId: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
      options: v.optional(messageOptionsSchema),
      /** As for `sending.submit`. */
      sendAt: v.optional(count),
      bestBefore: v.optional(count),
      quietReason: v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200))),
      /** Numbers that could not be reached lately get a text all the same. */
      flagged: v.optional(v.boolean()),
      /** One text for each row, also where several have the same number. */
      sharing: v.optional(v.boolean()),
      /** The answer about those to whom nearly the same text went lately. */
      repeats: v.optional(v.picklist(['leave-out', 'send'])),
    }),
    output: listSchema,
    windows: main,
  },
} as const;
