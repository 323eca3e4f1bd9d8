/**
 * The program under a power cut: the real database, store, dispatcher and gateway, in a process whose every write is
 * listened to. Says `ACK <number>` the moment a text is confirmed. Arguments: a JSON object.
 */
import { writeSync } from 'node:fs';
import { clientReference } from '../../electron/core/client-reference.ts';
import { Dispatcher } from '../../electron/core/outbox/dispatcher.ts';
import type { NewMessage } from '../../electron/core/ports.ts';
import { closeDatabase, openDatabase } from '../../electron/db/open.ts';
import { AccountStore } from '../../electron/db/stores/accounts.ts';
import { SqliteOutboxStore } from '../../electron/db/stores/outbox.ts';
import { createPlatformGateway } from '../../electron/gateways/clickatell/platform.ts';

export interface PowerCutChild {
  readonly path: string;
  readonly url: string;
  readonly key: string;
  readonly submissions: number;
  readonly autocheckpoint: number;
  /** The control: what better-sqlite3 does in WAL mode unless told otherwise. */
  readonly synchronous: 'FULL' | 'NORMAL';
}

if (import.meta.main) {
  const task = JSON.parse(process.argv[2] ?? '') as PowerCutChild;
  const database = openDatabase(task.path);
  database.pragma(`wal_autocheckpoint = ${task.autocheckpoint}`);
  if (task.synchronous === 'NORMAL') database.pragma('synchronous = NORMAL');

  let references = 0;
  const newRef = (): string => {
    references += 1;
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setUint32(12, references);
    return clientReference(bytes);
  };
  const store = new SqliteOutboxStore(database, { runId: 'cut', now: Date.now, newRef });
  const accountId = new AccountStore(database).create({ label: 'Cut', family: 'platform' }, Date.now()).id;
  await store.recover();
  let change: () => void = () => {};
  const dispatcher = new Dispatcher({
    store,
    gateway: createPlatformGateway({ baseUrl: task.url, transport: 'auto' }),
    accountId,
    readKey: async () => task.key,
    clock: { now: Date.now, monotonic: () => performance.now() },
    timers: {
      after(milliseconds, run) {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    random: Math.random,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    onMessagesChanged: () => change(),
    onSendingChanged() {},
    onPausedByGateway() {},
    onStorageProblem: (error) => {
      throw error;
    },
  });
  await dispatcher.start();
  for (let number = 1; number <= task.submissions; number += 1) {
    // One to a person, now and then a list.
    const recipients = number % 10 === 0 ? 12 : 1;
    const messages = Array.from(
      { length: recipients },
      (_, index): NewMessage => ({
        clientRef: newRef(),
        recipient: `+2782${String(number).padStart(4, '0')}${String(index).padStart(3, '0')}`,
        body: `text ${number}`,
        parts: 1,
        encoding: 'gsm-7',
        bestBefore: undefined,
      }),
    );
    await store.submit({ id: `submission-${number}`, accountId, messages, clearsDraft: undefined });
    writeSync(1, messages.map(({ recipient }) => `ACK ${recipient.slice(1)}\n`).join(''));
    dispatcher.wake();
    // Now and then what was claimed gets ahead of what comes in.
    if (number % 3 === 0) await new Promise<void>((resume) => setImmediate(resume));
  }
  for (;;) {
    const { queued, sending } = await store.counts();
    if (queued === 0 && sending === 0) break;
    await new Promise<void>((resume) => {
      change = resume;
    });
  }
  await dispatcher.stop();
  closeDatabase(database);
}
