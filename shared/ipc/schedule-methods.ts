/** Methods about time: quiet hours, taking back, texts that go out again and again. */
import * as v from 'valibot';
import { maxBodyUnits } from '../domain/message.ts';
import { messageOptionsSchema } from '../domain/message-options.ts';
import { recurrenceSchema } from '../domain/recurrence.ts';
import { settingsSchema } from '../settings.ts';

const nothing = v.undefined();
/** ISO 3166-1 alpha-2. */
const country = v.pipe(v.string(), v.regex(/^[A-Z]{2}$/));
const rowId = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shortText = v.pipe(v.string(), v.maxLength(500));
const main = ['main'] as const;
const both = ['main', 'quick-send'] as const;

/** As many recipients as a text by hand may have: what recurs is written by hand. */
const maxRecipients = 100;
/** More than an office keeps in its head. */
export const maxRecurringTexts = 200;

/** How long after its time a recurring text still makes sense. */
export const bestBeforeMinutes = v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(7 * 24 * 60));

export const recurringTextSchema = v.strictObject({
  id: rowId,
  account: v.strictObject({ id: rowId, label: shortText }),
  recipients: v.array(v.strictObject({ e164: shortText, display: shortText })),
  body: v.string(),
  parts: count,
  options: messageOptionsSchema,
  rule: recurrenceSchema,
  bestBeforeMinutes,
  stopped: v.boolean(),
  /** Times it fell due while the program did not run, passed over for a newer one. */
  missed: count,
  /** The next moments, ms UTC; empty when it is stopped or has ended. */
  next: v.pipe(v.array(time), v.maxLength(5)),
});
export type RecurringTextView = v.InferOutput<typeof recurringTextSchema>;

const written = {
  accountId: v.optional(rowId),
  recipients: v.pipe(
    v.array(v.pipe(v.string(), v.maxLength(200))),
    v.minLength(1),
    v.maxLength(maxRecipients),
  ),
  body: v.pipe(v.string(), v.maxLength(maxBodyUnits)),
  options: v.optional(messageOptionsSchema),
  rule: recurrenceSchema,
  bestBeforeMinutes,
} as const;

export const scheduleMethods = {
  /** Whether texts go out now, and until when that holds. */
  'schedule.window': {
    input: nothing,
    output: v.strictObject({
      open: v.boolean(),
      changesAt: v.nullable(time),
      /** Name of the closed day, when it is one that has a name. */
      closedDay: v.nullable(shortText),
      /** IANA name of this computer's time zone. */
      zone: shortText,
    }),
    windows: both,
  },
  /** The parts of a country that have public holidays of their own. `known`: its holidays are known at all. */
  'schedule.holidayRegions': {
    input: v.strictObject({ country }),
    output: v.strictObject({
      known: v.boolean(),
      regions: v.pipe(v.array(v.strictObject({ code: shortText, name: shortText })), v.maxLength(300)),
    }),
    windows: main,
  },
  /** Looks up the holidays of this year and the next and keeps them with the settings. No country: none hold any more. */
  'schedule.chooseHolidays': {
    input: v.strictObject({
      country: v.nullable(country),
      region: v.nullable(v.pipe(v.string(), v.maxLength(20))),
    }),
    output: settingsSchema,
    windows: main,
  },
  /** Takes back what was just sent, where it has not left yet. */
  'sending.undo': {
    input: v.strictObject({
      submissionId: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)),
    }),
    /** Which ones were taken back, so that a window brings only their recipients back. */
    output: v.strictObject({ undone: count, tooLate: count, messageIds: v.array(rowId) }),
    windows: both,
  },
  'recurring.list': {
    input: nothing,
    output: v.pipe(v.array(recurringTextSchema), v.maxLength(maxRecurringTexts)),
    windows: main,
  },
  /** When a rule that is being written would fall due next, ms UTC; empty when it has ended. */
  'recurring.preview': {
    input: v.strictObject({ rule: recurrenceSchema }),
    output: v.strictObject({ next: v.pipe(v.array(time), v.maxLength(5)) }),
    windows: main,
  },
  'recurring.create': { input: v.strictObject(written), output: recurringTextSchema, windows: main },
  'recurring.change': {
    input: v.strictObject({ id: rowId, ...written }),
    output: recurringTextSchema,
    windows: main,
  },
  'recurring.stop': { input: v.strictObject({ id: rowId }), output: nothing, windows: main },
  'recurring.resume': { input: v.strictObject({ id: rowId }), output: nothing, windows: main },
  'recurring.remove': { input: v.strictObject({ id: rowId }), output: nothing, windows: main },
} as const;
