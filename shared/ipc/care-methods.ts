/** Data care between window and main. Files are chosen in native dialogs: no path crosses. */
import * as v from 'valibot';
import { careJobKinds, careSteps, longestPassphrase } from '../domain/data-care.ts';

const nothing = v.undefined();
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shortText = v.pipe(v.string(), v.maxLength(500));
const main: readonly ('main' | 'quick-send')[] = ['main'];

export const incidentSchema = v.strictObject({
  kind: v.picklist(['salvaged', 'missing', 'older-file']),
  at: time,
  texts: count,
  unreadable: count,
  held: count,
  inDoubt: count,
  stopped: count,
  fromBackup: v.boolean(),
  kept: v.nullable(shortText),
});

export const careSchema = v.strictObject({
  /** What happened to the file with the texts, until a person has read it. */
  incident: v.nullable(incidentSchema),
  /** Newest first. */
  backups: v.pipe(v.array(v.strictObject({ name: shortText, at: time, bytes: count })), v.maxLength(200)),
  /** What was put aside: damaged, or replaced by a person. Newest first. */
  kept: v.pipe(
    v.array(
      v.strictObject({
        name: shortText,
        at: time,
        reason: v.picklist(['damaged', 'restored', 'moved']),
        bytes: count,
      }),
    ),
    v.maxLength(50),
  ),
  /** Why the last backup could not be made. */
  backupProblem: v.nullable(v.picklist(['no-room', 'failed'])),
  /** Something is under way; one thing at a time. */
  busy: v.boolean(),
  /** What it does; null before its first step, while a person still chooses a file. */
  job: v.nullable(
    v.strictObject({
      kind: v.picklist(careJobKinds),
      step: v.picklist(careSteps),
      /** Of this step, 0 to 1; null: nobody knows. */
      share: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
      /** Someone may stop it now: everything is then as it was before. */
      stoppable: v.boolean(),
      /** It was told to stop and puts away what it had begun. */
      stopping: v.boolean(),
    }),
  ),
});
export type CareJobView = NonNullable<v.InferOutput<typeof careSchema>['job']>;
export type CareView = v.InferOutput<typeof careSchema>;

export const restoreSchema = v.strictObject({ texts: count, held: count, inDoubt: count, stopped: count });
export type RestoreReport = v.InferOutput<typeof restoreSchema>;

/** As a person types it. */
const number = v.pipe(v.string(), v.maxLength(200));
/** Its length is checked where the archive is made, with a sentence. */
const passphrase = v.pipe(v.string(), v.maxLength(longestPassphrase));

export const numberSchema = v.strictObject({
  /** `+27 82 123 4567` */
  display: shortText,
  erasable: count,
  /** Still need us or a person: they stay. */
  open: count,
  /** People with this number among the contacts: they go with it. */
  contacts: count,
});
export type NumberView = v.InferOutput<typeof numberSchema>;

export const careMethods = {
  'care.read': { input: nothing, output: careSchema, windows: main },
  'care.dismissIncident': { input: nothing, output: careSchema, windows: main },
  /** Stops what is under way; its own call then answers `care-stopped`. */
  'care.stop': { input: nothing, output: careSchema, windows: main },
  'care.deleteKept': { input: v.strictObject({ name: shortText }), output: careSchema, windows: main },
  'care.backUp': { input: nothing, output: careSchema, windows: main },
  'care.restore': { input: v.strictObject({ name: shortText }), output: restoreSchema, windows: main },
  /** Null: the person called it off, here and below. */
  'care.restoreChosen': { input: nothing, output: v.nullable(restoreSchema), windows: main },
  'care.countNumber': { input: v.strictObject({ number }), output: numberSchema, windows: main },
  'care.eraseNumber': {
    input: v.strictObject({ number }),
    /** `complete`: false when it was stopped before its end. */
    output: v.strictObject({ erased: count, open: count, complete: v.boolean() }),
    windows: main,
  },
  'care.exportNumber': {
    input: v.strictObject({ number, format: v.picklist(['csv', 'json']) }),
    output: v.nullable(v.strictObject({ texts: count, other: count })),
    windows: main,
  },
  /** `pause`: sending is paused here before the copy is made. */
  'care.exportArchive': {
    input: v.strictObject({ passphrase, pause: v.boolean() }),
    output: v.strictObject({ saved: v.boolean() }),
    windows: main,
  },
  'care.importArchive': {
    input: v.strictObject({ passphrase }),
    output: v.nullable(restoreSchema),
    windows: main,
  },
} as const;
