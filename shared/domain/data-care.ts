/** Words of data care that windows and main share. */

/**
 * Why a text that waited does not go out by itself. `restored`: from a backup. `salvaged`: read out of a damaged file.
 * `moved`: from another computer. `older-file`: the file on disk is not the one that the program left behind.
 */
export const copyOrigins = ['restored', 'salvaged', 'moved', 'older-file'] as const;
export type CopyOrigin = (typeof copyOrigins)[number];

export function isCopyOrigin(code: string | null): code is CopyOrigin {
  return (copyOrigins as readonly (string | null)[]).includes(code);
}

/**
 * Work on the office's data that may take long. `check`: the file is looked through after an unclean end. `rescue`: a
 * damaged one is read into a new file.
 */
export const careJobKinds = [
  'back-up',
  'restore',
  'erase-number',
  'export-number',
  'write-archive',
  'read-archive',
  'check',
  'rescue',
] as const;
export type CareJobKind = (typeof careJobKinds)[number];

/** What such work is doing at the moment. */
export const careSteps = [
  'starting',
  'copying',
  'checking',
  'locking',
  'unlocking',
  'reading',
  'writing',
  'erasing',
  'replacing',
] as const;
export type CareStep = (typeof careSteps)[number];

/** Shortest passphrase for an archive, in characters. */
export const shortestPassphrase = 12;
export const longestPassphrase = 200;

/** For how long texts may be kept before their body is erased, days. */
export const longestRetentionDays = 3650;

/**
 * What happened to the file with the texts, until a person has read it.
 * `salvaged`: it was damaged; what could be read is in a new file. `missing`: there was none where one was left.
 * `older-file`: it is not the one the program left behind.
 */
export interface Incident {
  readonly kind: 'salvaged' | 'missing' | 'older-file';
  /** ms UTC. */
  readonly at: number;
  /** Texts that are there now. */
  readonly texts: number;
  /** Places of the damaged file that could not be read. */
  readonly unreadable: number;
  /** Texts that waited and now need a decision. */
  readonly held: number;
  /** Texts that were under way. */
  readonly inDoubt: number;
  /** Recurring texts that were stopped. */
  readonly stopped: number;
  readonly fromBackup: boolean;
  /** Name of the folder that keeps the damaged file; null when there was none. */
  readonly kept: string | null;
}
