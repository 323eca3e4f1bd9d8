/**
 * A list of 100,000 recipients on its way into the outbox: how long the main thread is ever held up while the list is read,
 * while it becomes texts, and while a list that was read is dropped again.
 *
 *   npm run bench:list                     about a minute
 *   npm run bench:list -- --rows 10000     a quick look
 *
 * Every phase runs `--rounds` times (3). Ends with 1 when a gate does not hold: no turn takes more than 50 ms of the thread's
 * own work, and 99 of 100 turns come within 50 ms in all. The worst of all turns is printed without a gate: it also waits for
 * the disk and for other programs. The control, the same timer with nothing to do, shows how much of that is the machine's.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ListImports, type ListState } from '../../electron/core/list-imports.ts';
import type { Timers } from '../../electron/core/ports.ts';
import { closeDatabase, openDatabase } from '../../electron/db/open.ts';
import { SqliteListStore } from '../../electron/db/stores/lists.ts';
import { DatabaseWorkers } from '../../electron/db/worker/workers.ts';
import { type Figure, stall } from './stall.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
  },
});
const rows = Number(values.rows);
const rounds = Number(values.rounds);
const worstMilliseconds = 50;

const directory = mkdtempSync(join(tmpdir(), 'outtray-bench-list-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const timers: Timers = {
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};
const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

const file = join(directory, 'patients.csv');
const number = (index: number): string => `082${String(index).padStart(7, '0')}`;
writeFileSync(
  file,
  `Name,Mobile,Town\n${Array.from({ length: rows }, (_, index) => `Patient ${index},${number(index)},Pretoria`).join('\n')}\n`,
);
const databaseFile = join(directory, 'outbox.db');
const database = openDatabase(databaseFile);
database.exec(
  "INSERT INTO account(id, label, family, is_default, created_at) VALUES (1, 'Bench', 'platform', 1, 0)",
);
const workers = new DatabaseWorkers({
  workerFile: new URL('../../electron/db/worker/entry.ts', import.meta.url),
  databaseFile,
  timers,
  log,
});
let lastReference = 0;
let changed = (): void => {};
const lists = new ListImports({
  store: new SqliteListStore(database, clock.monotonic),
  readList: (source, onReport, signal) =>
    workers.run('read-list', source, { timeoutMilliseconds: 60_000, signal, onReport }),
  findRepeats: async (query, onReport, signal) => {
    await workers.run('list-repeats', query, { timeoutMilliseconds: 60_000, signal, onReport });
  },
  newId: randomUUID,
  newRef: () => {
    lastReference += 1;
    return String(lastReference).padStart(26, '0');
  },
  clock,
  timers,
  log,
  onChanged: () => changed(),
  onMade() {},
});

/** Resolves when the list is in this phase. */
function reached(phase: ListState['phase']): Promise<void> {
  return new Promise((resolve, reject) => {
    changed = () => {
      if (lists.state.phase === 'failed') reject(new Error(JSON.stringify(lists.state)));
      if (lists.state.phase === phase) resolve();
    };
    changed();
  });
}
const waiting = database.prepare('SELECT count(*) FROM list_import').pluck();

const phases: Record<string, () => Promise<unknown>> = {
  'nothing (control)': () => new Promise((resolve) => setTimeout(resolve, 2_000)),
  'read, then dropped: read': async () => {
    lists.read(file, 'patients.csv', 'ZA');
    await reached('ready');
  },
  'read, then dropped: dropped': async () => {
    lists.stop();
    while (waiting.get() !== 0) await new Promise((resolve) => setTimeout(resolve, 20));
  },
  'read, then sent: read': async () => {
    lists.read(file, 'patients.csv', 'ZA');
    await reached('ready');
  },
  'read, then sent: made into texts': async () => {
    await lists.send(lists.id ?? '', {
      accountId: 1,
      text: { body: 'We are closed on Friday.', parts: 1, encoding: 'gsm-7', bestBefore: undefined },
      choice: { flagged: false, sharing: false },
      guard: { since: undefined, answer: undefined },
      undoMilliseconds: 0,
    });
    await reached('done');
  },
};

const shown = ({ p50, p99, worst }: Figure): string =>
  [p50, p99, worst].map((value) => value.toFixed(1).padStart(8)).join('');
const failed: string[] = [];
const heading = ['p50', 'p99', 'worst'].map((name) => name.padStart(8)).join('');
console.log(`${rows.toLocaleString('en')} recipients; ms the main thread was held up`);
console.log(`${''.padEnd(36)}${'in all'.padStart(24)}   ${'by its own work'.padStart(24)}   whole, s`);
console.log(`${''.padEnd(36)}${heading}   ${heading}`);
for (let round = 0; round < rounds; round += 1) {
  for (const [name, work] of Object.entries(phases)) {
    const began = performance.now();
    const { late, own } = await stall(work);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`${name.padEnd(36)}${shown(late)}   ${shown(own)}   ${seconds}`);
    if (name.includes('control')) continue;
    if (own.worst > worstMilliseconds) failed.push(`${name}: ${own.worst.toFixed(1)} ms of its own work`);
    if (late.p99 > worstMilliseconds) failed.push(`${name}: p99 ${late.p99.toFixed(1)} ms in all`);
  }
}
console.log(
  failed.length === 0
    ? `holds: own work at worst, and p99 in all, at most ${worstMilliseconds} ms`
    : `FAILS: ${failed.join('; ')}`,
);
lists.close();
await workers.close();
closeDatabase(database);
process.exitCode = failed.length === 0 ? 0 : 1;
