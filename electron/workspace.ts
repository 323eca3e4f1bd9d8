/**
 * One database with everything that works on it: store, gateway, dispatcher, key. Practice and live are two of these,
 * in two files; only one is open at a time.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { StatusView } from '../shared/ipc/contract.ts';
import { clientReference } from './core/client-reference.ts';
import { Credentials } from './core/credentials.ts';
import { Dispatcher, type SendPoint } from './core/outbox/dispatcher.ts';
import { Outbox } from './core/outbox/outbox.ts';
import type { Clock, Counts, Log, Pause, RecoveryReport, SecretBox, Timers } from './core/ports.ts';
import { closeDatabase, openDatabase } from './db/open.ts';
import { AccountStore } from './db/stores/accounts.ts';
import { SqliteDraftStore } from './db/stores/drafts.ts';
import { SqliteMessageReader } from './db/stores/messages.ts';
import { SqliteOutboxStore } from './db/stores/outbox.ts';
import { platformBaseUrl } from './gateways/clickatell/platform-json.ts';
import { createGateway } from './gateways/registry.ts';
import type { OpenWorkspace } from './ipc/handlers/services.ts';

export interface WorkspaceParts {
  readonly mode: 'practice' | 'live';
  /** Absolute; holds one folder per mode. */
  readonly dataDirectory: string;
  readonly runId: string;
  /** Another server for the live account, on loopback. */
  readonly gateway: string | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly box: SecretBox;
  readonly log: Log;
  readonly neverLog: (key: string) => void;
  readonly onMessagesChanged: (ids: readonly number[]) => void;
  readonly onSendingChanged: () => void;
  readonly onPausedByGateway: (pause: Pause) => void;
  readonly onStorageProblem: (error: unknown) => void;
  readonly probe: ((point: SendPoint) => void) | undefined;
}

export interface Workspace extends OpenWorkspace {
  readonly recovered: RecoveryReport;
  readonly dispatcher: Dispatcher;
  counts(): Promise<Counts>;
  sendingView(): StatusView['sending'];
  /** Waits for requests under way, at most five seconds, then closes the file. */
  close(): Promise<void>;
}

export function newReference(): string {
  return clientReference(randomBytes(16));
}

/** @throws what `openDatabase` throws */
export async function openWorkspace(parts: WorkspaceParts): Promise<Workspace> {
  const directory = join(parts.dataDirectory, parts.mode);
  const database = openDatabase(join(directory, 'outbox.db'));
  const now = (): number => parts.clock.now();
  const store = new SqliteOutboxStore(database, { runId: parts.runId, now, newRef: newReference });
  const recovered = await store.recover();

  const practice = parts.mode === 'practice' ? await startPractice(directory) : undefined;
  const baseUrl = practice?.url ?? parts.gateway ?? platformBaseUrl;
  const accounts = new AccountStore(database);
  const account = accounts.ensureDefault(
    parts.mode === 'practice' ? 'Practice' : 'Clickatell',
    baseUrl,
    now(),
  );
  const gateway = createGateway({ family: account.family, baseUrl });
  const credentials = new Credentials({
    accountId: account.id,
    box: parts.box,
    store: accounts,
    gateway,
    now,
    log: parts.log,
    neverLog: parts.neverLog,
  });
  if (practice !== undefined) credentials.useForThisRun(practice.key);

  const dispatcher = new Dispatcher({
    store,
    gateway,
    accountId: account.id,
    readKey: () => credentials.readKey(),
    clock: parts.clock,
    timers: parts.timers,
    random: Math.random,
    log: parts.log,
    onMessagesChanged: parts.onMessagesChanged,
    onSendingChanged: parts.onSendingChanged,
    onPausedByGateway: parts.onPausedByGateway,
    onStorageProblem: parts.onStorageProblem,
    ...(parts.probe === undefined ? {} : { probe: parts.probe }),
  });
  const outbox = new Outbox({
    store,
    dispatcher,
    accountId: account.id,
    newRef: newReference,
    onMessagesChanged: parts.onMessagesChanged,
  });

  return {
    mode: parts.mode,
    outbox,
    messages: new SqliteMessageReader(database),
    drafts: new SqliteDraftStore(database),
    credentials,
    recovered,
    dispatcher,
    counts: () => store.counts(),
    sendingView: () => sendingView(dispatcher),
    async close() {
      await dispatcher.stop();
      await gateway.close();
      await practice?.stop();
      closeDatabase(database);
    },
  };
}

async function startPractice(
  directory: string,
): Promise<{ url: string; key: string; stop(): Promise<void> }> {
  const { startPracticeServer } = await import('./practice/server.ts');
  return startPracticeServer({ journalFile: join(directory, 'received.jsonl') });
}

function sendingView(dispatcher: Dispatcher): StatusView['sending'] {
  const sending = dispatcher.sending();
  return {
    state: sending.state,
    pauseReason: sending.state === 'paused' ? sending.reason : null,
    pauseText: sending.state === 'paused' && sending.text !== '' ? sending.text : null,
    until: sending.state === 'paused' ? (sending.until ?? null) : null,
    nextTry: sending.state === 'offline' ? sending.nextTry : null,
  };
}
