/** Methods about contacts and groups. */
import * as v from 'valibot';

const rowId = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const main = ['main'] as const;
const both = ['main', 'quick-send'] as const;

export const contactPageSize = 100;
/** Far more than an office knows; search and order stay quick. */
export const maxContacts = 100_000;
export const maxGroups = 500;
/** Lines that are taken in one go. */
export const maxPastedContacts = 5_000;
/** Suggested in quick-send while a name is being typed. */
export const mostSuggested = 8;

const line = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80), v.regex(line));
/** A comma stands between groups where several are typed. */
const groupName = v.pipe(name, v.regex(/^[^,;]*$/u));
const query = v.pipe(v.string(), v.maxLength(200));

export const contactSchema = v.strictObject({
  id: rowId,
  name: v.string(),
  number: v.string(),
  display: v.string(),
  notes: v.string(),
  groups: v.array(v.string()),
  textedAt: v.nullable(time),
  /** It must not be texted. */
  optedOut: v.boolean(),
  /** Texts did not arrive there. */
  flagged: v.boolean(),
});
export type ContactView = v.InferOutput<typeof contactSchema>;

const place = v.strictObject({ order: v.pipe(v.string(), v.maxLength(500)), id: rowId });

export const contactMethods = {
  /** By name. */
  'contacts.page': {
    input: v.strictObject({
      query,
      /** Null: everybody. */
      group: v.nullable(v.pipe(v.string(), v.maxLength(80))),
      after: v.nullable(place),
    }),
    output: v.strictObject({
      rows: v.pipe(v.array(contactSchema), v.maxLength(contactPageSize)),
      next: v.nullable(place),
      total: count,
    }),
    windows: main,
  },
  'contacts.groups': {
    input: v.undefined(),
    output: v.pipe(v.array(v.strictObject({ name: v.string(), members: count })), v.maxLength(maxGroups)),
    windows: main,
  },
  'contacts.save': {
    input: v.strictObject({
      /** Absent: a new one. */
      id: v.optional(rowId),
      name,
      /** As typed. */
      number: v.pipe(v.string(), v.maxLength(200)),
      notes: v.pipe(v.string(), v.maxLength(2_000)),
      groups: v.pipe(v.array(groupName), v.maxLength(20)),
    }),
    output: contactSchema,
    windows: main,
  },
  'contacts.remove': { input: v.strictObject({ id: rowId }), output: v.undefined(), windows: main },
  /** One person a line: a name and a number, in either order. What is not understood comes back with its line. */
  'contacts.paste': {
    input: v.strictObject({
      text: v.pipe(v.string(), v.maxLength(500_000)),
      groups: v.pipe(v.array(groupName), v.maxLength(20)),
    }),
    output: v.strictObject({
      added: count,
      already: count,
      notUnderstood: v.pipe(
        v.array(v.strictObject({ line: count, text: v.string() })),
        v.maxLength(maxPastedContacts),
      ),
    }),
    windows: main,
  },
  /** Whom a person means who types a name into *To*: those that were texted last come first. */
  'contacts.suggest': {
    input: v.strictObject({ query }),
    output: v.pipe(
      v.array(
        v.variant('kind', [
          v.strictObject({
            kind: v.literal('contact'),
            name: v.string(),
            display: v.string(),
            optedOut: v.boolean(),
          }),
          v.strictObject({
            kind: v.literal('group'),
            name: v.string(),
            members: count,
            /** What goes into *To*: each number once, without those that must not be texted. */
            displays: v.array(v.string()),
          }),
        ]),
      ),
      v.maxLength(mostSuggested),
    ),
    windows: both,
  },
} as const;
