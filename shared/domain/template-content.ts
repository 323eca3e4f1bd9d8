/** What a person writes of a template, checked in the same way from a window and from a file. */
import * as v from 'valibot';
import { maxBodyUnits } from './message.ts';

/** More than an office keeps in its head; all of them fit into one answer. */
export const maxTemplates = 500;
export const maxTemplateNameUnits = 80;
export const maxShortcutUnits = 20;
/** Thirty days. */
export const longestBestBeforeMinutes = 30 * 24 * 60;

const line = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;
/** What is typed after a slash: no spaces, or it would not be clear where it ends. */
const shortcut = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(maxShortcutUnits),
  v.regex(/^[^\s/\p{Cc}]+$/u),
);

export const templateContentSchema = v.strictObject({
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(maxTemplateNameUnits), v.regex(line)),
  /** Empty: in no folder. */
  folder: v.pipe(v.string(), v.trim(), v.maxLength(maxTemplateNameUnits), v.regex(line)),
  shortcut: v.nullable(shortcut),
  body: v.pipe(
    v.string(),
    v.maxLength(maxBodyUnits),
    v.check((body) => body.trim() !== ''),
  ),
  /** How long after it was sent a text still makes sense; null: for ever. */
  bestBeforeMinutes: v.nullable(
    v.pipe(v.number(), v.safeInteger(), v.minValue(5), v.maxValue(longestBestBeforeMinutes)),
  ),
});
export type TemplateContent = v.InferOutput<typeof templateContentSchema>;
