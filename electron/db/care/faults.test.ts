/**
 * R9 for data care: disks that are full, read-only, locked or gone. Real faults: a child process with `RLIMIT_FSIZE` (files
 * cannot grow, as on a full disk), a folder without permission for another user, a second process that holds the lock, and
 * SQLite's own page limit.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeDatabase } from '../open.ts';
import { fill } from './care-test-file.ts';
import { SqliteBodyEraser } from './erase.ts';
import { markRunning } from './last-end.ts';
import { openCarefully } from './open-carefully.ts';

const folder = dirname(fileURLToPath(import.meta.url));
let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-faults-'));
  path = join(directory, 'outbox.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs a line of ours in another process in which no file can become longer than so many kilobytes. */
function withLargestFile(kilobytes: number, line: string): string {
  const script = join(directory, 'line.ts');
  writeFileSync(
    script,
    `process.on('SIGXFSZ', () => {});
    import { copyWithoutKeys } from '${join(folder, 'copy.ts')}';
    import { rescue } from '${join(folder, 'rescue.ts')}';
    import { prepareRestore } from '${join(folder, 'restore.ts')}';
    try { ${line}; console.log('done'); } catch (error) { console.log(String(error.code ?? error.name)); }
    void [copyWithoutKeys, rescue, prepareRestore];`,
  );
  return execFileSync('bash', ['-c', `ulimit -f ${kilobytes}; exec "$0" "$1"`, process.execPath, script], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
    encoding: 'utf8',
  }).trim();
}
const full = /^(SQLITE_FULL|SQLITE_IOERR_WRITE|ENOSPC|EFBIG)$/;

describe.skipIf(process.platform === 'win32')('a disk that takes no more', () => {
  test('leaves no half of a backup, and the outbox as it was', () => {
    closeDatabase(fill(path, { accepted: 2_000 }));
    const before = readFileSync(path);
    const target = join(directory, 'backup.db');
    expect(withLargestFile(64, `copyWithoutKeys('${path}', '${target}')`)).toMatch(full);
    expect(readdirSync(directory).filter((name) => name.startsWith('backup.db'))).toEqual([]);
    expect(readFileSync(path).equals(before)).toBe(true);
    // Control: with room it is made.
    expect(withLargestFile(64_000, `copyWithoutKeys('${path}', '${target}')`)).toBe('done');
  });

  test('ends a rescue with everything as it was: the next start tries again', () => {
    closeDatabase(fill(path, { accepted: 2_000 }));
    const bad = readFileSync(path);
    bad.fill(0, 0, 4096);
    writeFileSync(path, bad);
    expect(withLargestFile(bad.length / 1024 / 2, `rescue('${path}', 1)`)).toMatch(full);
    expect(readFileSync(path).equals(bad)).toBe(true);
    expect(existsSync(join(directory, 'rescue'))).toBe(false);
    expect(withLargestFile(64_000, `rescue('${path}', 2)`)).toBe('done');
  });

  test('ends a restore with the present file as it was', () => {
    closeDatabase(fill(path, { accepted: 2_000 }));
    const backup = join(directory, 'backup.db');
    expect(withLargestFile(64_000, `copyWithoutKeys('${path}', '${backup}')`)).toBe('done');
    const before = readFileSync(path);
    expect(withLargestFile(64, `prepareRestore('${backup}', '${path}', 'restored', 1)`)).toMatch(full);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(join(directory, 'incoming'))).toBe(false);
  });
});

test('erasing on a full file is all or nothing, and goes on when there is room', () => {
  const database = fill(path, { accepted: 50 });
  const pages = database.pragma('page_count', { simple: true }) as number;
  database.pragma(`max_page_count = ${pages}`);
  const eraser = new SqliteBodyEraser(database);
  let erased = 0;
  try {
    erased = eraser.eraseOld(0, 50, Number.MAX_SAFE_INTEGER, 9).erased;
  } catch (error) {
    expect((error as { code?: string }).code).toBe('SQLITE_FULL');
  }
  expect(database.inTransaction).toBe(false);
  const gone = database.prepare("SELECT count(*) FROM message WHERE body = ''").pluck().get();
  expect(gone).toBe(erased);
  database.pragma('max_page_count = 1000000');
  eraser.eraseOld(0, 50, Number.MAX_SAFE_INTEGER, 9);
  expect(database.prepare("SELECT count(*) FROM message WHERE body = ''").pluck().get()).toBe(50);
  database.close();
});

describe('what cannot be opened is left alone', () => {
  const neverRescue = async (): Promise<never> => {
    throw new Error('a file that is only out of reach must not be rescued');
  };

  test('locked by another process', async () => {
    closeDatabase(fill(path, { accepted: 3 }));
    const before = readFileSync(path);
    const holder = await lockFrom(path);
    try {
      await expect(
        openCarefully(path, { now: 1, expected: true, rescue: neverRescue }),
      ).rejects.toMatchObject({
        code: expect.stringMatching(/^SQLITE_BUSY/),
      });
    } finally {
      holder.kill('SIGKILL');
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(join(directory, 'kept'))).toBe(false);
  });

  test.skipIf(process.getuid?.() !== 0)('a folder that this user may not write to', () => {
    const home = join(directory, 'home');
    mkdirSync(home);
    closeDatabase(fill(join(home, 'outbox.db'), { accepted: 3 }));
    markRunning(home, 'run-1');
    for (const one of [directory, home]) chmodSync(one, 0o755);
    for (const name of readdirSync(home)) chownSync(join(home, name), 65_534, 65_534);
    for (const name of readdirSync(home)) chmodSync(join(home, name), 0o444);
    const before = readFileSync(join(home, 'outbox.db'));
    const script = join(directory, 'line.ts');
    writeFileSync(
      script,
      `import { openCarefully } from '${join(folder, 'open-carefully.ts')}';
      process.setgid(65534); process.setuid(65534);
      openCarefully('${join(home, 'outbox.db')}', { now: 1, expected: true, rescue: async () => { throw new Error('rescued'); } })
        .then(() => console.log('opened'), (error) => console.log(String(error.code ?? error.message)));`,
    );
    const answer = execFileSync(process.execPath, [script], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
      encoding: 'utf8',
    }).trim();
    expect(answer).toMatch(/^(EACCES|EPERM|EROFS|SQLITE_READONLY|SQLITE_CANTOPEN)/);
    expect(readFileSync(join(home, 'outbox.db')).equals(before)).toBe(true);
  });
});

/** Another process that has the file for itself until it is ended. */
async function lockFrom(file: string): Promise<ChildProcess> {
  const script = join(directory, 'hold.mjs');
  writeFileSync(
    script,
    `import { createRequire } from 'node:module';
    const Sqlite = createRequire('${join(folder, 'faults.test.ts')}')('better-sqlite3');
    const database = new Sqlite('${file}');
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
    console.log('held');
    setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the holder ended at once')));
    child.stdout?.once('data', () => resolve());
  });
  return child;
}
