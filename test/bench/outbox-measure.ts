/**
 * One measurement of the outbox, in a process of its own: `outbox.ts` starts it and reads the one line of JSON it prints.
 * First argument: the measurement as JSON.
 */
import { accessSync, closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import axios from 'axios';
import { Pool } from 'undici';
import { clientReference } from '../../electron/core/client-reference.ts';
import { Dispatcher } from '../../electron/core/outbox/dispatcher.ts';
import type { Gateway, NewMessage } from '../../electron/core/ports.ts';
import { closeDatabase, openDatabase } from '../../electron/db/open.ts';
import { AccountStore } from '../../electron/db/stores/accounts.ts';
import { SqliteOutboxStore } from '../../electron/db/stores/outbox.ts';
import { createPlatformGateway } from '../../electron/gateways/clickatell/platform.ts';
import { bodyOf, drain, post, ReferenceTable, type ReferenceText } from './reference-loop.ts';

export interface Measurement {
  readonly kind:
    | 'outtray'
    | 'reference'
    | 'http'
    | 'database'
    | 'fetch'
    | 'axios'
    | 'quick-send'
    | 'grown'
    | 'memory';
  readonly origin: string;
  readonly texts: number;
  readonly concurrency: number;
  readonly perRequest: number;
  readonly synchronous: 'FULL' | 'NORMAL';
  /** `grown`: texts of the past. */
  readonly history?: number;
}

export interface Usage {
  readonly textsPerSecond: number;
  /** Microseconds. */
  readonly cpuPerText: number;
  /** Milliseconds the event loop stood still. */
  readonly stallP99: number;
  readonly stallWorst: number;
  /** Megabytes. */
  readonly memory: number;
}
export interface Figures extends Usage {
  readonly walMegabytes: number;
  readonly [more: string]: number;
}

const key = 'AbCdEfGhIjKlMnOpQrStUv==';
const directory = mkdtempSync(join(tmpdir(), 'outtray-bench-'));
let references = 0;
function newReference(): string {
  references += 1;
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, references);
  new DataView(bytes.buffer).setUint32(8, process.pid);
  return clientReference(bytes);
}

/** Seen by strace, so that only the syncs in between count. */
function marker(name: string): void {
  try {
    accessSync(`/outtray-bench-${name}`);
  } catch {
    // It is not there; the call is all that matters.
  }
}

async function measured(texts: number, run: () => Promise<unknown>): Promise<Usage> {
  globalThis.gc?.();
  const resolution = 1;
  const delays = monitorEventLoopDelay({ resolution });
  const cpu = process.cpuUsage();
  const begin = performance.now();
  delays.enable();
  marker('begin');
  await run();
  marker('end');
  delays.disable();
  const seconds = (performance.now() - begin) / 1000;
  const used = process.cpuUsage(cpu);
  const stall = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
  return {
    textsPerSecond: texts / seconds,
    cpuPerText: (used.user + used.system) / texts,
    stallP99: stall(delays.percentile(99)),
    stallWorst: stall(delays.max),
    memory: process.memoryUsage.rss() / 2 ** 20,
  };
}

function openOuttray(m: Measurement) {
  const database = openDatabase(join(directory, 'outbox.db'));
  if (m.synchronous === 'NORMAL') database.pragma('synchronous = NORMAL');
  const accountId = new AccountStore(database).create({ label: 'Bench', family: 'platform' }, Date.now()).id;
  const store = new SqliteOutboxStore(database, { runId: 'bench', now: Date.now, newRef: newReference });
  const gateway = createPlatformGateway({ baseUrl: m.origin, connections: m.concurrency });
  return { database, accountId, store, gateway };
}
type Opened = ReturnType<typeof openOuttray>;

function newMessage(index: number, same: boolean): NewMessage {
  return {
    clientRef: newReference(),
    recipient: `+27${String(100_000_000 + index)}`,
    body: bodyOf(index, same),
    parts: 1,
    encoding: 'gsm-7',
    bestBefore: undefined,
  };
}

async function submit({ store, accountId }: Opened, m: Measurement, name: string): Promise<void> {
  const chunk = 10_000;
  for (let from = 0; from < m.texts; from += chunk) {
    const count = Math.min(chunk, m.texts - from);
    await store.submit({
      id: `${name}-${from}`,
      accountId,
      messages: Array.from({ length: count }, (_, index) => newMessage(from + index, m.perRequest > 1)),
      clearsDraft: undefined,
      priority: 1,
    });
  }
}

/** The real dispatcher over the real store and gateway; resolves when `texts` have ended. */
function dispatcher(opened: Opened, m: Measurement, onEnded: (ids: readonly number[]) => void): Dispatcher {
  return new Dispatcher({
    store: opened.store,
    gateway: opened.gateway,
    accountId: opened.accountId,
    readKey: async () => key,
    clock: { now: Date.now, monotonic: () => performance.now() },
    timers: {
      after(milliseconds, run) {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    random: Math.random,
    log: { debug() {}, info() {}, warn: console.error, error: console.error },
    limits: { concurrency: m.concurrency, batchSize: m.perRequest },
    onMessagesChanged: onEnded,
    onSendingChanged() {},
    onPausedByGateway: (pause) => fail(pause.text),
    onStorageProblem: fail,
  });
}

function fail(reason: unknown): never {
  console.error(reason);
  process.exit(1);
}

async function drainOuttray(opened: Opened, m: Measurement): Promise<Dispatcher> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Each text changes twice: claimed, and closed.
  let changes = 0;
  const running = dispatcher(opened, m, (ids) => {
    changes += ids.length;
    if (changes === 2 * m.texts) resolve();
  });
  await running.start();
  await promise;
  return running;
}

function assertAllAccepted({ database }: Opened, texts: number): void {
  const { total } = database.prepare(`SELECT total FROM message_count WHERE state = 'accepted'`).get() as {
    total: number;
  };
  if (total !== texts) fail(`${total} of ${texts} were accepted`);
}

async function warmUp(gateway: Gateway): Promise<void> {
  await gateway.check({ signal: new AbortController().signal, readKey: async () => key });
}

async function measureOuttray(m: Measurement): Promise<Figures> {
  const opened = openOuttray(m);
  await submit(opened, m, 'batch');
  opened.database.pragma('wal_checkpoint(TRUNCATE)');
  await warmUp(opened.gateway);
  let running: Dispatcher | undefined;
  const figures = await measured(m.texts, async () => {
    running = await drainOuttray(opened, m);
  });
  assertAllAccepted(opened, m.texts);
  const pages = (opened.database.pragma('wal_checkpoint(PASSIVE)') as { log: number }[])[0]?.log ?? 0;
  await running?.stop();
  await opened.gateway.close();
  closeDatabase(opened.database);
  return { ...figures, walMegabytes: (pages * 4096) / 2 ** 20 };
}

async function measureReference(m: Measurement): Promise<Figures> {
  const table = new ReferenceTable(join(directory, 'reference.db'), m.synchronous);
  table.fill(m.texts, m.perRequest > 1);
  table.database.pragma('wal_checkpoint(TRUNCATE)');
  const pool = new Pool(m.origin, { connections: m.concurrency, pipelining: 1 });
  const figures = await measured(m.texts, () => drain(table, pool, m.concurrency, m.perRequest));
  await pool.close();
  table.database.close();
  return { ...figures, walMegabytes: 0 };
}

/** What there is of the loop besides the other half: requests without a database, or a database without requests. */
async function measureHttp(m: Measurement): Promise<Figures> {
  const texts: ReferenceText[] = Array.from({ length: m.perRequest }, (_, index) => ({
    id: index,
    client_ref: newReference(),
    recipient: `+27${String(100_000_000 + index)}`,
    body: bodyOf(index, true),
  }));
  const pool = new Pool(m.origin, { connections: m.concurrency, pipelining: 1 });
  const send: Record<string, () => Promise<unknown>> = {
    http: () => post(pool, texts),
    fetch: () => byFetch(m.origin, texts),
    axios: () => axios.post(`${m.origin}/messages`, payload(texts), { headers: { authorization: key } }),
  };
  let left = Math.ceil(m.texts / m.perRequest);
  const figures = await measured(m.texts, () =>
    Promise.all(
      Array.from({ length: m.concurrency }, async () => {
        while (left > 0) {
          left -= 1;
          await send[m.kind]?.();
        }
      }),
    ),
  );
  await pool.close();
  return { ...figures, walMegabytes: 0 };
}

function payload(texts: readonly ReferenceText[]) {
  return { content: texts[0]?.body, to: texts.map(({ recipient }) => recipient.slice(1)) };
}

async function byFetch(origin: string, texts: readonly ReferenceText[]): Promise<unknown> {
  const answer = await fetch(`${origin}/messages`, {
    method: 'POST',
    headers: { authorization: key, 'content-type': 'application/json' },
    body: JSON.stringify(payload(texts)),
  });
  return answer.json();
}

async function measureDatabase(m: Measurement): Promise<Figures> {
  const table = new ReferenceTable(join(directory, 'reference.db'), m.synchronous);
  table.fill(m.texts, m.perRequest > 1);
  const figures = await measured(m.texts, async () => {
    for (;;) {
      const texts = table.claim(m.perRequest > 1 ? m.perRequest : m.concurrency);
      if (texts.length === 0) return;
      table.mark(texts.map(({ id }) => ({ id, providerId: '0'.repeat(32) })));
    }
  });
  table.database.close();
  return { ...figures, walMegabytes: 0 };
}

/** One text at a time, from the person's click to its end; times as multiples of one raw write that reaches the disk. */
async function measureQuickSend(m: Measurement): Promise<Figures> {
  const opened = openOuttray(m);
  await warmUp(opened.gateway);
  let ended: () => void = () => {};
  let changes = 0;
  const running = dispatcher(opened, m, (ids) => {
    changes += ids.length;
    if (changes % 2 === 0) ended();
  });
  await running.start();
  const enqueue: number[] = [];
  const marked: number[] = [];
  const raw: number[] = [];
  const file = openSync(join(directory, 'raw'), 'w');
  const page = Buffer.alloc(4096, 7);
  const figures = await measured(m.texts, async () => {
    for (let index = 0; index < m.texts; index += 1) {
      const beforeRaw = performance.now();
      writeSync(file, page, 0, page.length, index * page.length);
      fdatasyncSync(file);
      raw.push(performance.now() - beforeRaw);
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });
      const begin = performance.now();
      await opened.store.submit({
        id: `quick-${index}`,
        accountId: opened.accountId,
        messages: [newMessage(index, false)],
        clearsDraft: undefined,
      });
      enqueue.push(performance.now() - begin);
      running.wake();
      await end;
      marked.push(performance.now() - begin);
    }
  });
  closeSync(file);
  await running.stop();
  await opened.gateway.close();
  closeDatabase(opened.database);
  const unit = percentile(raw, 0.5);
  return {
    ...figures,
    walMegabytes: 0,
    raw: unit,
    enqueueP50: percentile(enqueue, 0.5) / unit,
    enqueueP95: percentile(enqueue, 0.95) / unit,
    markedP50: percentile(marked, 0.5) / unit,
    markedP95: percentile(marked, 0.95) / unit,
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The same drain with a long history in the file. */
async function measureGrown(m: Measurement): Promise<Figures> {
  const opened = openOuttray(m);
  const { database, accountId } = opened;
  const history = m.history ?? 0;
  database
    .prepare('INSERT INTO submission(id, account_id, created_at) VALUES (?, ?, 0)')
    .run('past', accountId);
  const step = 100_000;
  for (let from = 0; from < history; from += step) {
    database
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT :from UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :to)
         INSERT INTO message(client_ref, submission_id, account_id, recipient, body, parts, encoding, state, state_at,
           provider_id, attempt_no, created_at)
         SELECT printf('P%025d', i), 'past', :accountId, printf('+27%09d', i), 'Your appointment is on Tuesday. ' || i, 1,
           'gsm-7', 'delivered', i, hex(randomblob(16)), 1, i FROM n`,
      )
      .run({ from, to: Math.min(history, from + step), accountId });
  }
  await submit(opened, m, 'batch');
  database.pragma('wal_checkpoint(TRUNCATE)');
  await warmUp(opened.gateway);
  let running: Dispatcher | undefined;
  const figures = await measured(m.texts, async () => {
    running = await drainOuttray(opened, m);
  });
  await running?.stop();
  await opened.gateway.close();
  closeDatabase(database);
  return { ...figures, walMegabytes: 0 };
}

/** Memory after a tenth and after all of many texts, submitted and sent in rounds. */
async function measureMemory(m: Measurement): Promise<Figures> {
  const opened = openOuttray(m);
  await warmUp(opened.gateway);
  const rounds = 20;
  const part: Measurement = { ...m, texts: Math.ceil(m.texts / rounds) };
  const memories: number[] = [];
  const figures = await measured(part.texts * rounds, async () => {
    for (let round = 0; round < rounds; round += 1) {
      await submit(opened, part, `round-${round}`);
      const running = await drainOuttray(opened, part);
      await running.stop();
      globalThis.gc?.();
      memories.push(process.memoryUsage.rss() / 2 ** 20);
    }
  });
  assertAllAccepted(opened, part.texts * rounds);
  await opened.gateway.close();
  closeDatabase(opened.database);
  const early = percentile(memories.slice(1, 6), 0.5);
  const late = percentile(memories.slice(-5), 0.5);
  return { ...figures, walMegabytes: 0, growth: late / early };
}

const m = JSON.parse(process.argv[2] ?? '{}') as Measurement;
const kinds: Record<Measurement['kind'], (m: Measurement) => Promise<Figures>> = {
  outtray: measureOuttray,
  reference: measureReference,
  http: measureHttp,
  fetch: measureHttp,
  axios: measureHttp,
  database: measureDatabase,
  'quick-send': measureQuickSend,
  grown: measureGrown,
  memory: measureMemory,
};
try {
  const figures = await kinds[m.kind](m);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  rmSync(directory, { recursive: true });
}
process.exit(0);
