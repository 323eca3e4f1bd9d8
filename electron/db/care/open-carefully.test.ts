/** R10: what happened to the file while the program was not running, and that nothing goes out of it by itself. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeDatabase, type WriteDatabase } from '../open.ts';
import { backupFolder, backupName } from './backups.ts';
import { fill } from './care-test-file.ts';
import { checkFile, copyWithoutKeys } from './copy.ts';
import { markClean, markClosing, markRunning } from './last-end.ts';
import { type CarefulOpening, openCarefully } from './open-carefully.ts';
import { rescue } from './rescue.ts';

let directory: string;
let path: string;
let opened: WriteDatabase | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-careful-'));
  path = join(directory, 'outbox.db');
});
afterEach(() => {
  opened?.close();
  opened = undefined;
  rmSync(directory, { recursive: true });
});

/** What the workspace does around a run. */
function endCleanly(database: WriteDatabase, runId = 'run-1'): void {
  markClosing(directory, runId);
  closeDatabase(database);
  markClean(directory, runId, path);
}

/** Leaves the files as `kill -9` does: the log is there, nothing was moved. */
function killed(accepted = 300): void {
  const elsewhere = mkdtempSync(join(tmpdir(), 'outtray-killed-'));
  const database = fill(join(elsewhere, 'outbox.db'), { accepted });
  for (const suffix of ['', '-wal', '-shm'])
    copyFileSync(join(elsewhere, `outbox.db${suffix}`), `${path}${suffix}`);
  markRunning(directory, 'run-1');
  database.close();
  rmSync(elsewhere, { recursive: true });
}

async function start(expected = true): Promise<CarefulOpening> {
  const opening = await openCarefully(path, {
    now: 9000,
    expected,
    rescue: async (bad) => rescue(bad, 9000),
  });
  opened = opening.database;
  return opening;
}

const stateOf = (id: number): unknown =>
  opened?.prepare('SELECT state, error_code FROM message WHERE id = ?').get(id);
const goingOut = (): unknown =>
  opened?.prepare("SELECT count(*) FROM message WHERE state IN ('queued', 'sending')").pluck().get();
const keptFiles = (): string[] =>
  existsSync(join(directory, 'kept'))
    ? readdirSync(join(directory, 'kept'))
        .flatMap((name) => readdirSync(join(directory, 'kept', name)))
        .filter((name) => name === 'outbox.db')
    : [];

describe('ordinary ends', () => {
  test('a first start is nothing special', async () => {
    expect(await start(false)).toMatchObject({ incident: undefined, needsCheck: false });
  });

  test('after a clean end everything goes on', async () => {
    endCleanly(fill(path, { accepted: 3 }));
    expect(await start()).toMatchObject({ incident: undefined, needsCheck: false });
    expect(stateOf(4)).toEqual({ state: 'queued', error_code: null });
  });

  test('after kill -9 everything goes on, once the file was looked through', async () => {
    killed();
    expect(await start()).toMatchObject({ incident: undefined, needsCheck: true });
    expect(stateOf(301)).toEqual({ state: 'queued', error_code: null });
    expect(checkFile(path)).toEqual([]);
  });

  test('killed between closing and its last mark: the log is gone rightly, and everything goes on', async () => {
    const database = fill(path, { accepted: 3 });
    markClosing(directory, 'run-1');
    closeDatabase(database);
    expect(existsSync(`${path}-wal`)).toBe(false);
    expect(await start()).toMatchObject({ incident: undefined, needsCheck: true });
    expect(stateOf(4)).toEqual({ state: 'queued', error_code: null });
  });
});

describe('not the file that was left behind: nothing goes out by itself', () => {
  test('the log of an interrupted run is lost', async () => {
    killed();
    // As after a checkpoint: the row of the run is in the file, later claims are not.
    const plain = new Sqlite(path);
    plain.pragma('wal_checkpoint(TRUNCATE)');
    plain.close();
    rmSync(`${path}-wal`, { force: true });
    const { incident } = await start();
    expect(incident).toMatchObject({ kind: 'older-file', held: 1, inDoubt: 1 });
    expect(goingOut()).toBe(0);
    expect(stateOf(301)).toEqual({ state: 'needs_decision', error_code: 'older-file' });
  });

  test('control: without the mark of the last end, the same loss would send the waiting text', async () => {
    killed();
    const plain = new Sqlite(path);
    plain.pragma('wal_checkpoint(TRUNCATE)');
    plain.close();
    rmSync(`${path}-wal`, { force: true });
    rmSync(join(directory, 'last-end'));
    await start();
    expect(stateOf(301)).toEqual({ state: 'queued', error_code: null });
  });

  test('the log of another file', async () => {
    killed();
    const other = mkdtempSync(join(tmpdir(), 'outtray-other-'));
    const foreign = fill(join(other, 'outbox.db'), { accepted: 20, runId: 'elsewhere' });
    copyFileSync(join(other, 'outbox.db-wal'), `${path}-wal`);
    foreign.close();
    rmSync(other, { recursive: true });
    rmSync(`${path}-shm`, { force: true });
    await start();
    expect(goingOut()).toBe(0);
  });

  test('every frame of the log with a flipped bit: a commit behind it is missed', async () => {
    killed(8);
    const log = readFileSync(`${path}-wal`);
    const file = readFileSync(path);
    const end = readFileSync(join(directory, 'last-end'));
    const frames = (log.length - 32) / (24 + 4096);
    expect(frames).toBeGreaterThan(3);
    for (let frame = 0; frame < frames; frame += 1) {
      const bad = Buffer.from(log);
      const at = 32 + frame * (24 + 4096) + 24 + 100;
      bad[at] = (bad[at] ?? 0) ^ 1;
      writeFileSync(path, file);
      writeFileSync(`${path}-wal`, bad);
      writeFileSync(join(directory, 'last-end'), end);
      rmSync(`${path}-shm`, { force: true });
      await start();
      expect(goingOut(), `frame ${frame} of ${frames}`).toBe(0);
      opened?.close();
      opened = undefined;
    }
  });

  test('an older copy was put back by hand', async () => {
    const database = fill(path, { accepted: 3 });
    closeDatabase(database);
    copyFileSync(path, join(directory, 'by-hand.db'));
    const later = fill(join(directory, 'x.db'), { accepted: 1 });
    later.close();
    markClean(directory, 'run-2', path);
    copyFileSync(join(directory, 'by-hand.db'), path);
    const { incident } = await start();
    expect(incident).toMatchObject({ kind: 'older-file', held: 1 });
    expect(goingOut()).toBe(0);
  });

  test('somebody wrote to the closed file', async () => {
    endCleanly(fill(path, { accepted: 3 }));
    utimesSync(path, 1, 1);
    const { incident, needsCheck } = await start();
    expect(needsCheck).toBe(true);
    expect(incident).toMatchObject({ kind: 'older-file', held: 1 });
    expect(goingOut()).toBe(0);
  });
});

describe('there is nothing to open: the bad file is kept, the newest backup comes back, nothing goes out', () => {
  async function spoiled(spoil: () => void): Promise<CarefulOpening> {
    endCleanly(fill(path, { accepted: 3 }));
    mkdirSync(backupFolder(path), { recursive: true });
    copyWithoutKeys(path, join(backupFolder(path), backupName(5000)));
    spoil();
    const opening = await start();
    expect(goingOut()).toBe(0);
    expect(opened?.prepare('SELECT count(*) FROM message').pluck().get()).toBe(6);
    expect(stateOf(1)).toEqual({ state: 'accepted', error_code: null });
    expect(opening.incident?.fromBackup).toBe(true);
    return opening;
  }

  test('a letter', async () => {
    const { incident } = await spoiled(() => writeFileSync(path, 'Dear patient, '.repeat(500)));
    expect(incident).toMatchObject({ kind: 'salvaged', texts: 6, held: 1, inDoubt: 1 });
    expect(keptFiles()).toEqual(['outbox.db']);
    const folder = join(directory, 'kept', incident?.kept ?? '');
    expect(readFileSync(join(folder, 'outbox.db'), 'utf8')).toMatch(/^Dear patient/);
  });

  test('nothing at all in it', async () => {
    const { incident } = await spoiled(() => writeFileSync(path, ''));
    expect(incident).toMatchObject({ kind: 'missing' });
  });

  test('no file', async () => {
    const { incident } = await spoiled(() => rmSync(path));
    expect(incident).toMatchObject({ kind: 'missing', kept: null });
  });

  test('a folder of that name', async () => {
    await spoiled(() => {
      rmSync(path);
      mkdirSync(path);
      writeFileSync(join(path, 'inside.txt'), 'somebody’s');
    });
    expect(statSync(path).isFile()).toBe(true);
    expect(keptFiles()).toEqual(['outbox.db']);
  });

  test('the header is destroyed: its own rows come first, the key included', async () => {
    await spoiled(() => {
      const content = readFileSync(path);
      content.fill(0xaa, 0, 16);
      writeFileSync(path, content);
    });
    expect(stateOf(4)).toEqual({ state: 'needs_decision', error_code: 'salvaged' });
  });

  test('another program’s database', async () => {
    await spoiled(() => {
      rmSync(path);
      const foreign = new Sqlite(path);
      foreign.pragma('application_id = 77');
      foreign.exec('CREATE TABLE theirs(id INTEGER)');
      foreign.close();
    });
    expect(keptFiles()).toEqual(['outbox.db']);
  });

  test('a folder that is gone as a whole is told, although there is nothing to bring back', async () => {
    const { incident } = await start(true);
    expect(incident).toMatchObject({ kind: 'missing', texts: 0 });
  });
});
