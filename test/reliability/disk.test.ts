/** R5, R9, R11 and R14: what a disk may refuse, who else may have the file open, and how large the log may grow. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import type { OutboxStore } from '../../electron/core/ports.ts';
import { migrate } from '../../electron/db/migrate.ts';
import { migrations } from '../../electron/db/migrations/index.ts';
import { assertDurable, closeDatabase, openDatabase, type WriteDatabase } from '../../electron/db/open.ts';
import { SqliteDraftStore } from '../../electron/db/stores/drafts.ts';
import { accepted, OutboxWorld, type Run } from './outbox-world.ts';
import { brokenRules } from './rules-broken-on-purpose.ts';
import type { Rules } from './simulation.ts';

let world: OutboxWorld | undefined;
const directories: string[] = [];
function open(rules?: Rules): OutboxWorld {
  world?.remove();
  world = new OutboxWorld(rules);
  return world;
}
function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'outtray-disk-'));
  directories.push(path);
  return path;
}
afterEach(() => {
  world?.remove();
  world = undefined;
  for (const path of directories.splice(0)) rmSync(path, { recursive: true });
});
const minute = 60_000;

describe('R5: every connection that writes is durable', () => {
  const folder = fileURLToPath(new URL('../../electron/', import.meta.url));
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );

  test('after its first write, and so are a second and a third beside it', () => {
    const path = join(directory(), 'outbox.db');
    const connections = [1, 2, 3].map(() => openDatabase(path));
    for (const [index, database] of connections.entries()) {
      database.prepare('INSERT INTO run(id, started_at, process_id) VALUES (?, 0, 0)').run(`run ${index}`);
      expect(() => assertDurable(database)).not.toThrow();
      expect(database.pragma('synchronous', { simple: true })).toBe(2);
    }
    for (const database of connections) database.close();
  });

  test('control: a connection that was opened by itself is not, and the check says so', () => {
    const path = join(directory(), 'outbox.db');
    closeDatabase(openDatabase(path));
    const plain = new Sqlite(path);
    plain.prepare(`INSERT INTO run(id, started_at, process_id) VALUES ('plain', 0, 0)`).run();
    expect(() => assertDurable(plain)).toThrow('not durable');
    plain.close();
  });

  test('connections are made in electron/db alone', () => {
    const makers = sources.filter((name) => readFileSync(join(folder, name), 'utf8').includes('new Sqlite('));
    expect(makers).toContain('db/open.ts');
    expect(makers.filter((name) => !name.startsWith('db/'))).toEqual([]);
  });
});

describe('R9: the disk refuses', () => {
  /** How a write goes wrong, in the words SQLite has for it. */
  const failures = {
    'is full': 'SQLITE_FULL',
    'has an error': 'SQLITE_IOERR_WRITE',
  } as const;

  /**
   * Makes the k-th transaction from now fail at its end, so that SQLite itself takes it back. All of it runs in the one
   * place that every store goes through.
   */
  function failing(database: WriteDatabase, from: number, times: number, code: string): { failed: number } {
    const real = database.transaction.bind(database);
    const told = { failed: 0 };
    let number = 0;
    const broken = (change: (...input: unknown[]) => unknown) => {
      const run = (...input: unknown[]): unknown =>
        real((...inner: unknown[]) => {
          const result = change(...inner);
          number += 1;
          if (number >= from && number < from + times) {
            told.failed += 1;
            throw Object.assign(new Error(`the disk refuses (${code})`), { code });
          }
          return result;
        }).immediate(...input);
      return Object.assign(run, { immediate: run, deferred: run, exclusive: run, default: run, database });
    };
    database.transaction = broken as unknown as typeof database.transaction;
    return told;
  }

  interface Seen {
    /** Texts in a request whose claim was not on the disk when it left. */
    readonly unclaimed: number;
    readonly sentTwice: number;
    readonly failed: number;
    readonly confirmed: number;
    readonly states: readonly string[];
  }

  /** Ten texts while writes number k and the next few fail; then the disk works again, or the program is killed. */
  async function trouble(
    k: number,
    code: string,
    then: 'heals' | 'killed',
    wrap?: (store: OutboxStore, database: WriteDatabase) => OutboxStore,
  ): Promise<Seen> {
    const made = open();
    let unclaimed = 0;
    // Reads what is committed, as the next start would.
    const witness = new Sqlite(made.path, { readonly: true });
    const stateOf = witness.prepare('SELECT state FROM message WHERE client_ref = ?').pluck();
    made.answer = (batch) => {
      for (const { clientRef } of batch.messages) if (stateOf.get(clientRef) !== 'sending') unclaimed += 1;
      return accepted(batch);
    };
    let run: Run = await made.start(wrap === undefined ? {} : { wrap });
    const told = failing(run.database, k, 3, code);
    let confirmed = 0;
    for (let text = 0; text < 10; text += 1) {
      await made.submit(run, 1).then(
        () => {
          confirmed += 1;
        },
        () => undefined,
      );
      await made.time.advance(1_000);
    }
    if (then === 'killed') {
      made.crash(run);
      run = await made.start();
    }
    await made.time.advance(30 * minute);
    const states = made.states(run);
    witness.close();
    return { unclaimed, sentTwice: made.sentTwice(), failed: told.failed, confirmed, states };
  }

  for (const [name, code] of Object.entries(failures)) {
    test(`and ${name} at every k-th write: no request without its claim on disk, nothing twice, nothing lost`, async () => {
      let reached = 0;
      for (let k = 1; k <= 25; k += 1) {
        for (const then of ['heals', 'killed'] as const) {
          const seen = await trouble(k, code, then);
          if (seen.failed > 0) reached += 1;
          expect({ k, then, ...seen }).toMatchObject({ unclaimed: 0, sentTwice: 0 });
          // What was confirmed is there, and only what was.
          expect(seen.states).toHaveLength(seen.confirmed);
          // A mark that could not be written was kept until it could; only a kill makes it doubt.
          const allowed = then === 'heals' ? ['accepted'] : ['accepted', 'in_doubt'];
          expect(seen.states.filter((state) => !allowed.includes(state))).toEqual([]);
        }
      }
      expect(reached).toBeGreaterThan(20);
    }, 120_000);
  }

  test('control: a program that sends although its claim was refused is caught', async () => {
    let unclaimed = 0;
    for (let k = 1; k <= 12; k += 1) {
      const seen = await trouble(k, 'SQLITE_FULL', 'heals', (store) => {
        // Asks again without the disk having taken anything, and hands out what it would have claimed.
        const turn = store.turn.bind(store);
        store.turn = async (request) => {
          try {
            return await turn(request);
          } catch {
            return {
              attempts: [
                {
                  id: 999,
                  accountId: 1,
                  requestRef: 'unwritten',
                  messages: [
                    {
                      id: 1,
                      attemptNumber: 1,
                      clientRef: 'unwritten',
                      recipient: '+27820000000',
                      body: 'text',
                    },
                  ],
                },
              ],
              held: 0,
              limited: false,
              tooMany: false,
            };
          }
        };
        return store;
      });
      unclaimed += seen.unclaimed;
    }
    expect(unclaimed).toBeGreaterThan(0);
  });

  for (const [name, refuse, allow] of [
    ['read-only', 'query_only = ON', 'query_only = OFF'],
    ['full', 'max_page_count = 1', 'max_page_count = 1073741823'],
  ] as const) {
    test(`and is ${name}, by SQLite’s own word: what is typed stays, what waits waits, and it goes on`, async () => {
      const made = open();
      const run = await made.start();
      const drafts = new SqliteDraftStore(run.database);
      const submissionId = '7b1f7a7e-0000-4000-8000-000000000001';
      drafts.save('quick-send', { to: '082', body: 'Half a thought', submissionId }, made.time.clock.now());
      await run.dispatcher.pause({ reason: 'person', until: undefined, text: '' });
      await made.submit(run, 30, { body: 'x'.repeat(600) });
      run.database.pragma(refuse);
      const submitted = made.submit(run, 100, { body: 'y'.repeat(600), clearsDraft: 'quick-send' });
      await expect(submitted).rejects.toThrow(/readonly|read-only|full/i);
      expect(drafts.load('quick-send')).toMatchObject({ body: 'Half a thought' });
      run.database.pragma(allow);
      await run.dispatcher.resume();
      await made.time.advance(minute);
      expect(made.states(run)).toEqual(Array.from({ length: 30 }, () => 'accepted'));
      expect(made.sentTwice()).toBe(0);
    });
  }
});

describe('R11: somebody else has the file open', () => {
  async function twoDispatchers(rules?: Rules): Promise<{ sentTwice: number; states: readonly string[] }> {
    const made = open(rules);
    const runs = [await made.start(), await made.start()];
    made.answer = async (batch) => {
      await new Promise<void>((resolve) => made.time.timers.after(50, resolve));
      return accepted(batch);
    };
    for (let list = 0; list < 20; list += 1) {
      const run = runs[list % 2];
      if (run !== undefined) await made.submit(run, 10);
      for (const each of runs) each.dispatcher.wake();
      await made.time.advance(20);
      if (made.sentTwice() > 0) break;
    }
    for (let waited = 0; waited < 60 && made.sentTwice() === 0; waited += 1) await made.time.advance(30_000);
    const [first] = runs;
    return { sentTwice: made.sentTwice(), states: first === undefined ? [] : made.states(first) };
  }

  test('two dispatchers on one file send each text once', async () => {
    const { sentTwice, states } = await twoDispatchers();
    expect(sentTwice).toBe(0);
    expect(states).toHaveLength(200);
    expect(states.every((state) => state === 'accepted')).toBe(true);
  });

  test('control: with claims that are not written both send the same', async () => {
    const rules = brokenRules.find(({ name }) => name.includes('without its claim'))?.rules;
    expect((await twoDispatchers(rules)).sentTwice).toBeGreaterThan(0);
  });

  /** Statements of a migration, one by one. A trigger is one statement with others inside. */
  function statementsOf(text: string): readonly string[] {
    const statements: string[] = [];
    let statement = '';
    for (const line of text.split('\n')) {
      statement += `${line}\n`;
      const isTrigger = /CREATE\s+TRIGGER/i.test(statement);
      if (isTrigger ? /\bEND;\s*$/i.test(line) : /;\s*(--.*)?$/.test(line)) {
        statements.push(statement);
        statement = '';
      }
    }
    if (statement.trim() !== '') statements.push(statement);
    return statements;
  }

  const schemaOf = (database: Sqlite.Database): string =>
    JSON.stringify(database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all());

  /** Stops a migration behind each of its statements and looks at the file as the next start would. */
  function stoppedEverywhere(inTransaction: boolean): { looked: number; between: number } {
    const found = { looked: 0, between: 0 };
    for (const [index, migration] of migrations.entries()) {
      const before = migrations.slice(0, index);
      const statements = statementsOf(migration.statements);
      for (let stop = 1; stop <= statements.length; stop += 1) {
        const folder = directory();
        const path = join(folder, 'outbox.db');
        const database = new Sqlite(path);
        database.pragma('journal_mode = WAL');
        migrate(database, () => {}, before);
        const schema = schemaOf(database);
        // So little memory that what is not committed reaches the file all the same.
        database.pragma('cache_size = 1');
        if (inTransaction) database.exec('BEGIN IMMEDIATE');
        for (const statement of statements.slice(0, stop)) database.exec(statement);
        const killed = directory();
        for (const name of ['outbox.db', 'outbox.db-wal']) {
          if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(killed, name));
        }
        database.close();
        const left = new Sqlite(join(killed, 'outbox.db'));
        found.looked += 1;
        const version = left.pragma('user_version', { simple: true });
        if (schemaOf(left) !== schema || version !== (before.at(-1)?.version ?? 0)) found.between += 1;
        else {
          migrate(left, () => {});
          expect(left.pragma('integrity_check', { simple: true })).toBe('ok');
        }
        left.close();
      }
    }
    return found;
  }

  test('a migration that is killed behind any of its statements leaves the old schema, and can begin again', {
    timeout: 120_000,
  }, () => {
    const found = stoppedEverywhere(true);
    expect(found.looked).toBeGreaterThan(20);
    expect(found.between).toBe(0);
  });

  test('control: without a transaction the same look finds schemas in between', { timeout: 120_000 }, () => {
    expect(stoppedEverywhere(false).between).toBeGreaterThan(0);
  });
});

describe('R14: a log that grows', () => {
  const writes = process.env.OUTTRAY_LONG === undefined ? 3_000 : 50_000;
  const mostLog = 16 * 1024 * 1024;

  /** Largest log while readers come and go; then once a long one has ended. */
  function write(checkpoints: boolean): { largest: number; afterLongReader: number; atTheEnd: number } {
    const path = join(directory(), 'outbox.db');
    const database = openDatabase(path);
    if (!checkpoints) database.pragma('wal_autocheckpoint = 0');
    const insert = database.prepare(
      `INSERT INTO draft(name, recipients, body, submission_id, updated_at) VALUES (?, '', ?, '', 0)
       ON CONFLICT(name) DO UPDATE SET body = excluded.body`,
    );
    const log = (): number => (existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0);
    let largest = 0;
    const reader = new Sqlite(path, { readonly: true });
    for (let number = 0; number < writes; number += 1) {
      insert.run(`draft ${number % 500}`, 'x'.repeat(24_000 + (number % 500)));
      if (number % 100 === 0) {
        reader.prepare('SELECT count(*) FROM draft').get();
        largest = Math.max(largest, log());
      }
    }
    // One that keeps its view of the file while others write: nothing can be taken out of the log meanwhile.
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM draft').get();
    for (let number = 0; number < 1_000; number += 1) insert.run('one', String(number));
    reader.exec('COMMIT');
    const before = log();
    for (let number = 0; number < 3_000; number += 1) insert.run('one', String(number));
    const afterLongReader = log() - before;
    reader.close();
    closeDatabase(database);
    return { largest, afterLongReader, atTheEnd: log() };
  }

  test(`stays under 16 MB over ${writes} writes, and is used again once a long reader has ended`, {
    timeout: 300_000,
  }, () => {
    const seen = write(true);
    expect(seen.largest).toBeLessThan(mostLog);
    expect(seen.afterLongReader).toBeLessThan(mostLog / 4);
    expect(seen.atTheEnd).toBe(0);
  });

  test('control: without checkpoints it grows beyond that', { timeout: 300_000 }, () => {
    expect(write(false).largest).toBeGreaterThan(mostLog);
  });
});
