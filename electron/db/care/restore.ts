/**
 * Makes a backup, or the outbox of another computer, ready to take the place of the present one (docs/adr/0025). Works on a
 * copy; the present file is not touched. Runs in a worker.
 */
import { chmodSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { applicationId, closeDatabase, openDatabase } from '../open.ts';
import { assertSound, isDamage } from './copy.ts';
import { copyAside, syncFile } from './durable-files.ts';
import { type HoldReport, holdCopied } from './hold.ts';
import { type Progress, unwatched } from './progress.ts';

/** Not a file of ours, or the very one that is open. */
export class NotABackup extends Error {
  override readonly name = 'NotABackup';
}

export interface PreparedRestore extends HoldReport {
  /** Finished and closed, on the same disk as the present one. */
  readonly fresh: string;
  readonly texts: number;
}

export function incomingFolder(path: string): string {
  return join(dirname(path), 'incoming');
}

/**
 * @param from a backup or another file of ours
 * @param path where the present outbox is, or will be; its keys are taken over for accounts that are the same
 * @throws NotABackup, DamagedDatabase, DatabaseFromFutureError, or the disk's error
 */
export function prepareRestore(
  from: string,
  path: string,
  origin: 'restored' | 'moved',
  now: number,
  progress: Progress = unwatched,
): PreparedRestore {
  const folder = incomingFolder(path);
  const taken = statSync(from);
  const present = statSync(path, { throwIfNoEntry: false });
  if (present !== undefined && present.ino === taken.ino && present.dev === taken.dev) throw new NotABackup();
  const isInside = dirname(from) === folder;
  if (!isInside) rmSync(folder, { recursive: true, force: true });
  try {
    progress('copying', 0, { path: join(folder, basename(from)), bytes: taken.size });
    const copied = isInside ? from : copyAside(from, folder);
    progress('checking', null);
    assertOurs(copied);
    progress('checking', 0.5);
    const database = openDatabase(copied);
    try {
      // A copy that was made by hand may bring keys along. They do not travel.
      database.prepare('DELETE FROM secret').run();
      const held = holdCopied(database, origin, now);
      if (present !== undefined) takeAlong(database, path);
      progress('checking', 0.6);
      assertSound(database);
      progress('checking', 1);
      const texts = database.prepare('SELECT count(*) FROM message').pluck().get() as number;
      return { fresh: copied, texts, ...held };
    } finally {
      closeDatabase(database);
      chmodSync(copied, 0o600);
      syncFile(copied);
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** @throws NotABackup, DamagedDatabase */
function assertOurs(path: string): void {
  try {
    const database = new Sqlite(path);
    try {
      if (database.pragma('application_id', { simple: true }) !== applicationId) throw new NotABackup();
      assertSound(database);
    } finally {
      database.close();
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_NOTADB') throw new NotABackup();
    throw error;
  }
}

/**
 * Numbers that asked for no more texts since the backup was made stay on the list: a restore must not text them again. What was
 * typed and not sent yet stays: it was typed after the backup was made. The keys of this computer stay: they are in no
 * backup. Only for an account that is the very same one, told by when it was made; its number alone may have been given again.
 */
function takeAlong(database: Sqlite.Database, path: string): void {
  try {
    const present = new Sqlite(path, { readonly: true, fileMustExist: true });
    try {
      const optOut = database.prepare(
        'INSERT OR IGNORE INTO opt_out(recipient, source, created_at) VALUES (:recipient, :source, :created_at)',
      );
      database.transaction(() => {
        for (const row of present.prepare('SELECT recipient, source, created_at FROM opt_out').iterate())
          optOut.run(row);
      })();
      const keys = present
        .prepare(
          `SELECT account.id, family, account.created_at AS createdAt, cipher, provider_tag AS providerTag, origin,
             secret.created_at AS givenAt
           FROM secret JOIN account ON account.id = account_id WHERE removed_at IS NULL`,
        )
        .all();
      const take = database.prepare(
        `INSERT OR REPLACE INTO secret(account_id, cipher, provider_tag, origin, created_at)
         SELECT id, :cipher, :providerTag, :origin, :givenAt FROM account
         WHERE id = :id AND family = :family AND created_at = :createdAt AND removed_at IS NULL`,
      );
      for (const key of keys) take.run(key);
      for (const draft of present.prepare('SELECT * FROM draft').all() as Record<string, unknown>[]) {
        const columns = Object.keys(draft);
        database
          .prepare(
            `INSERT OR REPLACE INTO draft(${columns.join(', ')}) VALUES (${columns.map((name) => `:${name}`).join(', ')})`,
          )
          .run(draft);
      }
    } finally {
      present.close();
    }
  } catch (error) {
    // The present file may be the reason for restoring: then a key is given once more.
    if (!isDamage(error)) throw error;
  }
}

/** After the change, or when it was called off. */
export function removeIncoming(path: string): void {
  rmSync(incomingFolder(path), { recursive: true, force: true });
}
