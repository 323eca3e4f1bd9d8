/**
 * One database with everything that works on it: store, accounts, dispatchers, keys. Practice and live are two of these,
 * in two files; only one is open at a time.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { writeCentralLogin } from '../shared/domain/central-login.ts';
import type { Incident } from '../shared/domain/data-care.ts';
import { assertNever } from '../shared/errors.ts';
import { DailyBackups } from './care/daily-backups.ts';
import type { WorkspaceCare } from './care/data-care.ts';
import type { JobWatch, RunJob } from './care/run-job.ts';
import { Accounts } from './core/accounts.ts';
import { Retention } from './core/care/retention.ts';
import { clientReference } from './core/client-reference.ts';
import { Credentials } from './core/credentials.ts';
import { ListImports } from './core/list-imports.ts';
import { noteBalance } from './core/note-balance.ts';
import { firstQuestionAt } from './core/outbox/delivery-schedule.ts';
import { DeliveryWatch } from './core/outbox/delivery-watch.ts';
import { Dispatcher, type SendPoint } from './core/outbox/dispatcher.ts';
import { numberNews } from './core/outbox/number-news.ts';
import { Outbox } from './core/outbox/outbox.ts';
import { RecurringTexts } from './core/outbox/recurring-texts.ts';
import type {
  Account,
  Calendar,
  Clock,
  Counts,
  LineHint,
  Log,
  Pause,
  ReadList,
  RecoveryReport,
  SecretBox,
  Timers,
} from './core/ports.ts';
import { inSlices } from './core/slices.ts';
import { isDamage } from './db/care/copy.ts';
import { SqliteBodyEraser } from './db/care/erase.ts';
import { writeIncident } from './db/care/incident-file.ts';
import { markClean, markClosing, markRunning } from './db/care/last-end.ts';
import { type CarefulOpening, openCarefully } from './db/care/open-carefully.ts';
import { closeDatabase } from './db/open.ts';
import { AccountStore } from './db/stores/accounts.ts';
import { SqliteContactStore } from './db/stores/contacts.ts';
import { SqliteControlStore } from './db/stores/control.ts';
import { SqliteDeliveryStore } from './db/stores/delivery.ts';
import { SqliteDraftStore } from './db/stores/drafts.ts';
import { SqliteListStore } from './db/stores/lists.ts';
import { SqliteMessageReader } from './db/stores/messages.ts';
import { SqliteNumberStore } from './db/stores/numbers.ts';
import { SqliteOutboxStore } from './db/stores/outbox.ts';
import { SqliteRecurrenceStore } from './db/stores/recurrences.ts';
import { SearchIndexBuilder } from './db/stores/search-index.ts';
import { SqliteTemplateStore } from './db/stores/templates.ts';
import { DatabaseWorkers } from './db/worker/workers.ts';
import { createGateway, errorMeaning, type GatewayDescription } from './gateways/registry.ts';
import type { OpenWorkspace } from './ipc/handlers/services.ts';
import type { PracticeServer } from './practice/server.ts';

/** A search that says nothing for so long will not say anything. One of a million texts takes 50 ms. */
const searchTimeoutMilliseconds = 10_000;
/** A list is reported on every few thousand rows: a disk that takes so long for them has gone away. */
const listTimeoutMilliseconds = 60_000;

export interface WorkspaceParts {
  readonly mode: 'practice' | 'live';
  /** Absolute; holds one folder per mode. */
  readonly dataDirectory: string;
  readonly runId: string;
  /** Where a database worker starts: `db/worker/entry.ts`, bundled. */
  readonly workerFile: string;
  readonly runJob: RunJob;
  /** Looks at, and may stop, the rescue of a damaged file that has to come first. */
  readonly opening: JobWatch;
  /** This mode was in use before: texts are expected to be there. */
  readonly expected: boolean;
  /** Null: bodies are kept. */
  readonly keepBodiesDays: () => number | null;
  /** Backups or what happened to the file changed. */
  readonly onCareChanged: () => void;
  /** Another server for every live account, on loopback. */
  readonly gateway: string | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly box: SecretBox;
  readonly calendar: Calendar;
  readonly lineHint: LineHint;
  /** Milliseconds; see `DispatcherParts`. */
  readonly askAfterOutage: () => number | undefined;
  /** Texts wait for a person since a long outage ended. */
  readonly onHeldBack: () => void;
  readonly log: Log;
  readonly neverLog: (key: string) => void;
  readonly onMessagesChanged: (ids: readonly number[]) => void;
  readonly onSendingChanged: () => void;
  readonly onListChanged: () => void;
  readonly onPausedByGateway: (pause: Pause) => void;
  readonly onStorageProblem: (error: unknown) => void;
  readonly probe: ((point: SendPoint) => void) | undefined;
}

export interface Workspace extends OpenWorkspace {
  readonly recovered: RecoveryReport;
  readonly care: WorkspaceCare;
  /** What happened to the file since the last time; undefined when all is well. */
  readonly incident: Incident | undefined;
  /** Look through the file before anything is sent from it. */
  readonly needsCheck: boolean;
  /** Begins what is not urgent: backups, erasing old bodies. */
  beginCare(): void;
  readonly workers: DatabaseWorkers;
  counts(): Promise<Counts>;
  /** Goes on with what takes long: lists on their way into the outbox, an old history into the index. Called once. */
  tidy(): void;
  /** Waits for requests under way, at most five seconds, then closes the file. */
  close(): Promise<void>;
}

export function newReference(): string {
  return clientReference(randomBytes(16));
}

/** @throws what `openCarefully` throws */
export async function openWorkspace(parts: WorkspaceParts): Promise<Workspace> {
  const directory = join(parts.dataDirectory, parts.mode);
  const databaseFile = join(directory, 'outbox.db');
  const rescue = (path: string): Promise<Incident> =>
    parts.runJob('rescue', { path, now: parts.clock.now() }, parts.opening);
  const opening = await openCarefully(databaseFile, {
    now: parts.clock.now(),
    expected: parts.expected,
    rescue,
  });
  try {
    if (opening.incident !== undefined) writeIncident(directory, opening.incident);
    return await workOn(opening, databaseFile, directory, parts);
  } catch (error) {
    // It opened, and then a page was not what it should be. Once: what was rescued is sound.
    if (isDamage(error) && opening.incident?.kind !== 'salvaged') {
      opening.database.close();
      const incident = await rescue(databaseFile);
      writeIncident(directory, incident);
      return openWorkspace(parts);
    }
    closeDatabase(opening.database);
    throw error;
  }
}

async function workOn(
  { database, incident, needsCheck }: CarefulOpening,
  databaseFile: string,
  directory: string,
  parts: WorkspaceParts,
): Promise<Workspace> {
  const now = (): number => parts.clock.now();
  const directoryOfAccounts = new AccountStore(database);
  const numbers = new SqliteNumberStore(database);
  const store = new SqliteOutboxStore(database, {
    runId: parts.runId,
    now,
    newRef: newReference,
    firstQuestionAt: (from) => firstQuestionAt(from, Math.random()),
    numbers: {
      read(accountId, errorCode, errorText) {
        const family = directoryOfAccounts.family(accountId);
        const meaning = family === undefined ? undefined : errorMeaning(family, errorCode, errorText);
        return numberNews(meaning, errorCode);
      },
      note: (recipient, news, at) => numbers.note(recipient, news, at),
    },
  });
  // The row of this run is on disk: from here on its absence tells that commits were lost.
  markRunning(directory, parts.runId);
  const recovered = await store.recover();
  const practice = parts.mode === 'practice' ? await startPractice(directory) : undefined;
  const deliveries = new SqliteDeliveryStore(database);

  const control = new SqliteControlStore(database);

  function build(account: Account) {
    const baseUrl = practice?.url ?? parts.gateway ?? account.serverAddress ?? undefined;
    const gateway = noteBalance(createGateway(describe(account, baseUrl)), now, (reading) => {
      try {
        control.noteBalance(account.id, reading);
      } catch (error) {
        // A hint that could not be kept must not make a working key look broken.
        parts.log.warn('balance-not-kept', { error: String(error) });
      }
    });
    const credentials = new Credentials({
      accountId: account.id,
      box: parts.box,
      store: directoryOfAccounts,
      gateway,
      origin: baseUrl === undefined ? 'clickatell' : new URL(baseUrl).origin,
      now,
      log: parts.log,
      neverLog: parts.neverLog,
    });
    if (practice !== undefined) {
      credentials.useForPractice(
        account.family === 'central' ? writeCentralLogin(practice.central) : practice.key,
      );
    }
    const dispatcher = new Dispatcher({
      store,
      gateway,
      accountId: account.id,
      readKey: () => credentials.readKey(),
      clock: parts.clock,
      timers: parts.timers,
      random: Math.random,
      calendar: parts.calendar,
      ratePerMinute: account.ratePerMinute,
      lineHint: parts.lineHint,
      askAfterOutage: parts.askAfterOutage,
      onHeldBack: parts.onHeldBack,
      log: parts.log,
      onMessagesChanged: (ids) => onMessagesChanged(ids),
      onSendingChanged: parts.onSendingChanged,
      onPausedByGateway: parts.onPausedByGateway,
      onStorageProblem: parts.onStorageProblem,
      ...(parts.probe === undefined ? {} : { probe: parts.probe }),
    });
    const delivery = new DeliveryWatch({
      accountId: account.id,
      store: deliveries,
      gateway,
      readKey: () => credentials.readKey(),
      report: (reports) => outbox.report(reports),
      sending: () => dispatcher.sending(),
      clock: parts.clock,
      timers: parts.timers,
      random: Math.random,
      log: parts.log,
    });
    return { account, gateway, credentials, dispatcher, delivery };
  }

  const onMessagesChanged = (ids: readonly number[]): void => {
    accounts.watchDelivery();
    parts.onMessagesChanged(ids);
  };

  const accounts = new Accounts({
    directory: directoryOfAccounts,
    build,
    now,
    firstLabel: parts.mode === 'practice' ? 'Practice' : 'Clickatell',
    onChanged: parts.onSendingChanged,
  });
  await accounts.readPauses();
  const outbox = new Outbox({
    store,
    wake: () => accounts.wake(),
    newRef: newReference,
    control,
    now,
    onMessagesChanged,
  });

  // No thread is started before the first job.
  const workers = new DatabaseWorkers({
    workerFile: parts.workerFile,
    databaseFile,
    timers: parts.timers,
    log: parts.log,
  });

  const recurrences = new SqliteRecurrenceStore(database);
  const recurring = new RecurringTexts({
    store: recurrences,
    submit: ({ id, accountId, messages }) => outbox.submit(id, accountId, messages, undefined, 1),
    newRef: newReference,
    clock: parts.clock,
    timers: parts.timers,
    log: parts.log,
    onChanged: parts.onSendingChanged,
  });
  const readList: ReadList = (source, onReport, signal) =>
    workers.run('read-list', source, { timeoutMilliseconds: listTimeoutMilliseconds, signal, onReport });
  const lists = new ListImports({
    store: new SqliteListStore(database, () => parts.clock.monotonic()),
    readList,
    findRepeats: async (query, onReport, signal) => {
      await workers.run('list-repeats', query, {
        timeoutMilliseconds: listTimeoutMilliseconds,
        signal,
        onReport,
      });
    },
    newId: randomUUID,
    newRef: newReference,
    clock: parts.clock,
    timers: parts.timers,
    log: parts.log,
    onChanged: parts.onListChanged,
    onMade: (ids) => {
      parts.onMessagesChanged(ids);
      accounts.wake();
    },
  });
  let stopTidying = (): void => {};

  const eraser = new SqliteBodyEraser(database);
  const retention = new Retention({
    eraser,
    clock: parts.clock,
    timers: parts.timers,
    log: parts.log,
    days: parts.keepBodiesDays,
    onErased: () => parts.onMessagesChanged([]),
  });
  const backups = new DailyBackups({
    path: databaseFile,
    runJob: parts.runJob,
    clock: parts.clock,
    timers: parts.timers,
    log: parts.log,
    onChanged: parts.onCareChanged,
  });

  return {
    mode: parts.mode,
    control,
    numbers,
    readList,
    recurring,
    recurrences,
    templates: new SqliteTemplateStore(database),
    contacts: new SqliteContactStore(database),
    care: { path: databaseFile, eraser, retention, backups },
    incident,
    needsCheck,
    beginCare() {
      retention.start();
      backups.start();
    },
    workers,
    lists,
    search: (query, signal) =>
      workers.run('search', query, { timeoutMilliseconds: searchTimeoutMilliseconds, signal }),
    outbox,
    accounts,
    messages: new SqliteMessageReader(database),
    drafts: new SqliteDraftStore(database),
    recovered,
    counts: () => store.counts(),
    tidy() {
      lists.resume();
      const index = new SearchIndexBuilder(database, () => parts.clock.monotonic());
      if (index.pendingTo === 0) return;
      // Texts that are not in it yet come in at the next start, if the disk refuses now.
      stopTidying = inSlices(
        (milliseconds) => index.slice(milliseconds),
        parts.timers,
        (error) => parts.log.error('indexing-failed', { error: String(error) }),
      );
    },
    async close() {
      stopTidying();
      lists.close();
      try {
        await recurring.stop();
        await accounts.stop();
        await practice?.stop();
        await workers.close();
        await retention.stop();
        await backups.stop();
      } finally {
        markClosing(directory, parts.runId);
        closeDatabase(database);
        markClean(directory, parts.runId, databaseFile);
      }
    },
  };
}

/** A transport of the other family, left over from a change, means: choose by what a message needs. */
function describe(
  { family, transport, settings: { login, numbersWithPlus, ...settings } }: Account,
  baseUrl: string | undefined,
): GatewayDescription {
  switch (family) {
    case 'platform':
      return {
        family,
        baseUrl,
        transport: transport === 'get' || transport === 'post' ? 'auto' : transport,
        numbersWithPlus,
      };
    case 'central':
      return {
        family,
        baseUrl,
        transport: transport === 'get' || transport === 'post' ? transport : 'auto',
        login,
        settings,
      };
    default:
      return assertNever(family);
  }
}

async function startPractice(directory: string): Promise<PracticeServer> {
  const { startPracticeServer } = await import('./practice/server.ts');
  return startPracticeServer({ journalFile: join(directory, 'received.jsonl') });
}
