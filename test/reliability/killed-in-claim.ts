/**
 * A process that dies whenever it claims one text, in the middle of the transaction: by a trigger of its own connection, so
 * that nothing in the product knows of it. Ends by itself once nothing waits. Arguments: the database, the run,
 * `forgetful` for the control: it counts nothing.
 */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { clientReference } from '../../electron/core/client-reference.ts';
import { Dispatcher } from '../../electron/core/outbox/dispatcher.ts';
import { openDatabase } from '../../electron/db/open.ts';
import { SqliteOutboxStore } from '../../electron/db/stores/outbox.ts';
import { accepted } from './outbox-world.ts';

const [path, runId, rule] = process.argv.slice(2);
if (path === undefined || runId === undefined) throw new Error('which database, which run?');
const database = openDatabase(path);
database.function('die', () => {
  process.kill(process.pid, 'SIGKILL');
  return null;
});
database.exec(
  `CREATE TEMP TRIGGER poison AFTER UPDATE OF state ON main.message
   WHEN NEW.state = 'sending' AND NEW.body = 'poison' BEGIN SELECT die(); END`,
);
if (rule === 'forgetful') database.exec('DELETE FROM claim_mark');
const store = new SqliteOutboxStore(database, {
  runId,
  now: Date.now,
  newRef: () => clientReference(randomBytes(16)),
});
await store.recover();
const waiting = database.prepare(`SELECT count(*) FROM message WHERE state IN ('queued', 'sending')`).pluck();
const dispatcher = new Dispatcher({
  store,
  gateway: {
    id: 'scripted',
    capabilities: { maxRecipients: 200, clientRef: 'echo' },
    async send(batch) {
      for (const { body } of batch.messages) writeSync(1, `${body}\n`);
      return accepted(batch);
    },
    check: async () => ({ kind: 'works', balance: 1, currency: 'ZAR' }),
    async close() {},
  },
  accountId: 1,
  readKey: async () => 'key',
  clock: { now: Date.now, monotonic: () => performance.now() },
  timers: {
    after(milliseconds, run) {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
  },
  random: Math.random,
  log: { debug() {}, info() {}, warn() {}, error() {} },
  onMessagesChanged() {
    setImmediate(() => {
      if (waiting.get() === 0) process.exit(0);
    });
  },
  onSendingChanged() {},
  onPausedByGateway() {},
  onStorageProblem(error) {
    throw error;
  },
});
await dispatcher.start();
