/**
 * Opens the outbox after looking at how the program ended. A damaged file is rescued first; of one that is not what was left
 * behind, nothing goes out by itself.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Incident } from '../../../shared/domain/data-care.ts';
import { NotOurDatabaseError, openDatabase, type WriteDatabase } from '../open.ts';
import { isDamage } from './copy.ts';
import { holdCopied } from './hold.ts';
import { inspectFile, type LastEnd, markOpening, readLastEnd } from './last-end.ts';
import { logIsBroken } from './write-ahead-log.ts';

export interface CarefulOpening {
  readonly database: WriteDatabase;
  /** To be told to a person; undefined when all is well. */
  readonly incident: Incident | undefined;
  /** Whether the file should be looked through before anything is sent from it. */
  readonly needsCheck: boolean;
}

export interface CarefulParts {
  /** ms UTC. */
  readonly now: number;
  /** Whether texts were kept here before, as far as anybody outside of this folder knows. */
  readonly expected: boolean;
  readonly rescue: (path: string) => Promise<Incident>;
}

/** @throws what `openDatabase` throws, save for damage, and what `rescue` throws */
export async function openCarefully(path: string, parts: CarefulParts): Promise<CarefulOpening> {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const last = readLastEnd(directory);
  const finding = inspectFile(path, last, logIsBroken);
  let incident: Incident | undefined;
  let needsCheck = false;
  // A folder that is gone altogether, say on a drive that is not there.
  if (finding === 'new' && parts.expected) incident = missing(parts.now);
  if (finding === 'gone') incident = await parts.rescue(path);
  markOpening(directory, last);
  let database: WriteDatabase | undefined;
  try {
    database = openDatabase(path);
    if (incident === undefined) {
      needsCheck = finding === 'unclean' || finding === 'changed';
      if (finding === 'changed' || !knows(database, last)) incident = hold(database, parts.now);
    }
  } catch (error) {
    database?.close();
    if (!isDamage(error) && !(error instanceof NotOurDatabaseError)) throw error;
    incident = await parts.rescue(path);
    database = openDatabase(path);
    needsCheck = false;
  }
  return { database, incident, needsCheck };
}

/** Nothing is told when nothing was waiting. */
function hold(database: WriteDatabase, now: number): Incident | undefined {
  const report = holdCopied(database, 'older-file', now);
  if (report.held + report.inDoubt + report.stopped === 0) return undefined;
  return { ...missing(now), kind: 'older-file', ...report };
}

function missing(now: number): Incident {
  return {
    kind: 'missing',
    at: now,
    texts: 0,
    unreadable: 0,
    held: 0,
    inDoubt: 0,
    stopped: 0,
    fromBackup: false,
    kept: null,
  };
}

/** Whether the run that was here last left its row. If not, commits were lost, or this is another file. */
function knows(database: WriteDatabase, last: LastEnd): boolean {
  if (last.kind === 'none' || last.runId === '') return true;
  return database.prepare('SELECT 1 FROM run WHERE id = ?').get(last.runId) !== undefined;
}
