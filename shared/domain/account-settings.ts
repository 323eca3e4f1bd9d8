/**
 * What an account asks of its gateway with every text. Absent means that nothing is said and Clickatell's own default
 * holds. What it means on the wire is the adapter's to say; what each family has is `settingsOfFamily`.
 */
import * as v from 'valibot';

/** Tenths of a credit: 0.8, 1, 1.5 … are what the documents name. */
export const mostCredits = 999;
/** All bits of `req_feat` that a number of 15 bits holds. */
const mostFeatures = 32_767;

export const accountSettingsSchema = v.strictObject({
  /** `session`: the login goes along once, and then an id in its place. Absent: with each request. */
  login: v.optional(v.picklist(['each-request', 'session'])),
  /** Numbers used as a sender are two-way ones, rented from Clickatell: people can reply to them. */
  twoWay: v.optional(v.boolean()),
  /** Reports that Clickatell pushes to an address of the office, added up: see `callbackLevels`. */
  callback: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7))),
  deliveryAcknowledgement: v.optional(v.boolean()),
  /** Most that one text may cost, in credits. */
  maxCredits: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0.1),
      v.maxValue(mostCredits),
      v.check((credits) => Number(credits.toFixed(1)) === credits),
    ),
  ),
  /** Another, dearer route where the first one is slow. */
  escalate: v.optional(v.boolean()),
  /** 1 goes first. Absent: 3. */
  queue: v.optional(v.picklist([1, 2, 3])),
  /** What a route must be able to carry, added up: see `routeFeatures`. */
  requiredFeatures: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostFeatures))),
  /** How a delivery time is told: minutes from now, or the moment itself. Absent: minutes. */
  schedule: v.optional(v.picklist(['deliv_time', 'scheduled_time'])),
  /** Platform only: numbers go out as `+27…`. Absent: as `27…`, which is what captured requests have. */
  numbersWithPlus: v.optional(v.boolean()),
});
export type AccountSettings = v.InferOutput<typeof accountSettingsSchema>;
export type AccountSetting = keyof AccountSettings;

const all = Object.keys(accountSettingsSchema.entries) as readonly AccountSetting[];

/**
 * The Platform keeps nearly all of this with the integration, in Clickatell's portal: a request has no field for it. How a number
 * is written is its own question, since its documents contradict each other; Developers' Central takes no `+`.
 */
export const settingsOfFamily: Readonly<Record<'platform' | 'central', readonly AccountSetting[]>> = {
  platform: ['numbersWithPlus'],
  central: all.filter((name) => name !== 'numbersWithPlus'),
};

export function familyHasSettings(family: 'platform' | 'central', settings: AccountSettings): boolean {
  return all.every((name) => settings[name] === undefined || settingsOfFamily[family].includes(name));
}

/** Whether two accounts would ask the same. */
export function sameSettings(one: AccountSettings, other: AccountSettings): boolean {
  return all.every((name) => one[name] === other[name]);
}

/** Settings as they were stored. A value that does not hold costs that value only. */
export function readAccountSettings(stored: string): AccountSettings {
  let found: unknown;
  try {
    found = JSON.parse(stored);
  } catch {
    return {};
  }
  if (typeof found !== 'object' || found === null) return {};
  const given = new Map(Object.entries(found));
  const kept = all.filter(
    (name) => given.has(name) && v.is(accountSettingsSchema.entries[name], given.get(name)),
  );
  return Object.fromEntries(kept.map((name) => [name, given.get(name)])) as AccountSettings;
}
