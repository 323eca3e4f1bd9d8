/** Settings: schema, defaults and the upgrade chain. Stored by `electron/db/preferences-file.ts`. */
import * as v from 'valibot';
import { longestRetentionDays } from './domain/data-care.ts';
import { publicHolidaysSchema } from './domain/holidays.ts';
import { noQuietHours, quietHoursSchema } from './domain/quiet-hours.ts';

/** ISO 3166-1 alpha-2, upper case. */
const country = v.pipe(v.string(), v.regex(/^[A-Z]{2}$/));

const entries = {
  /** Where numbers without a country code are taken to be. Empty until asked. */
  country: v.nullable(country),
  appearance: v.picklist(['system', 'light', 'dark']),
  /** What closing a window does where a tray icon is shown. */
  closeKeepsRunning: v.boolean(),
  startAtLogin: v.boolean(),
  /** After how many days the body of a text that is done is erased; null: never. */
  keepBodiesDays: v.nullable(
    v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(longestRetentionDays)),
  ),
  /** Notices that are given once. */
  seenTrayNotice: v.boolean(),
  /** *Do not tell me again* on quitting with texts waiting. */
  skipQuitNotice: v.boolean(),
  /** How long a text that was sent by hand can be taken back, seconds; 0: it goes at once. */
  undoSeconds: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(60)),
  /** After so long without a line, in minutes, a person is asked before more than a few texts go; 0: never asked. */
  askAfterOutageMinutes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7 * 24 * 60)),
  /** The same text to the same number within so many hours is asked about once; 0: never. */
  repeatGuardHours: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(720)),
  /** When texts do not go out by themselves. */
  quietHours: quietHoursSchema,
  /** Holidays on which the office is closed as well; null: none. */
  publicHolidays: v.nullable(publicHolidaysSchema),
} as const;

export const settingsSchema = v.strictObject(entries);
export type Settings = v.InferOutput<typeof settingsSchema>;
export const settingsPatchSchema = v.partial(settingsSchema);
export type SettingsPatch = v.InferOutput<typeof settingsPatchSchema>;

export const settingsVersion = 1;

export const defaultSettings: Settings = {
  country: null,
  appearance: 'system',
  closeKeepsRunning: true,
  startAtLogin: false,
  keepBodiesDays: null,
  seenTrayNotice: false,
  skipQuitNotice: false,
  undoSeconds: 8,
  askAfterOutageMinutes: 30,
  repeatGuardHours: 24,
  quietHours: noQuietHours,
  publicHolidays: null,
};

/**
 * Upgrades by one version each: `upgrades[n]` turns version n into n + 1. Pure, and defaults of the past stay frozen
 * inside the step that needs them.
 */
const upgrades: Readonly<Record<number, (old: Record<string, unknown>) => Record<string, unknown>>> = {};

export interface ReadSettings {
  readonly settings: Settings;
  /** Keys whose stored value made no sense and that fell back to their default. */
  readonly repaired: readonly string[];
  /** The file was written by a newer version: use what is understood and do not write over it. */
  readonly fromFuture: boolean;
}

/** Reads whatever was stored. Never throws: each key that does not hold falls back to its own default. */
export function readSettings(stored: unknown): ReadSettings {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) {
    return { settings: defaultSettings, repaired: stored === undefined ? [] : ['*'], fromFuture: false };
  }
  const envelope = stored as Record<string, unknown>;
  const storedVersion = typeof envelope.version === 'number' ? envelope.version : settingsVersion;
  let values =
    typeof envelope.values === 'object' && envelope.values !== null
      ? ({ ...(envelope.values as object) } as Record<string, unknown>)
      : {};
  for (let version = storedVersion; version < settingsVersion; version += 1) {
    values = upgrades[version]?.(values) ?? values;
  }
  const repaired: string[] = [];
  const read: Record<string, unknown> = { ...defaultSettings };
  for (const key of Object.keys(entries) as (keyof Settings)[]) {
    if (!(key in values)) continue;
    const parsed = v.safeParse(entries[key], values[key]);
    if (parsed.success) read[key] = parsed.output;
    else repaired.push(key);
  }
  return { settings: read as Settings, repaired, fromFuture: storedVersion > settingsVersion };
}
