/**
 * Composition root: builds the parts, wires them, starts them in order. It decides nothing that another module could.
 * The order is in docs/architecture.md, "Boot".
 */
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { shell } from 'electron/common';
import { app, dialog, ipcMain, Menu, nativeTheme, net, powerMonitor, session } from 'electron/main';
import { readCentralLogin } from '../shared/domain/central-login.ts';
import { needsNewHolidays } from '../shared/domain/holidays.ts';
import type { Result } from '../shared/errors.ts';
import { translate, translateError } from '../shared/i18n/translate.ts';
import type { Push, StatusView, WindowKind } from '../shared/ipc/contract.ts';
import type { Settings, SettingsPatch } from '../shared/settings.ts';
import { parseArguments } from './boot/arguments.ts';
import { mark, marks } from './boot/startup-trace.ts';
import { DataCare } from './care/data-care.ts';
import { jobRunner } from './care/run-job.ts';
import { officeCalendar, officeHours } from './core/outbox/calendar.ts';
import type { SendPoint } from './core/outbox/dispatcher.ts';
import type { Clock, Pause, Timers } from './core/ports.ts';
import { storageProblem } from './core/storage-problem.ts';
import { type TrayAction, trayModel } from './core/tray-model.ts';
import { isDamage } from './db/care/copy.ts';
import { readIncident, writeIncident } from './db/care/incident-file.ts';
import { DatabaseFromFutureError } from './db/migrate.ts';
import { type Preferences, PreferencesFile } from './db/preferences-file.ts';
import { errorMeaning } from './gateways/registry.ts';
import { publicHolidays } from './holidays/public-holidays.ts';
import { createHandlers } from './ipc/handlers/index.ts';
import type { TextRules } from './ipc/handlers/services.ts';
import { PushFeed } from './ipc/push.ts';
import { type Caller, registerAll } from './ipc/register.ts';
import { senderFacts } from './ipc/sender-facts.ts';
import { fileTarget, Logger } from './log/logger.ts';
import { neverLog } from './log/redact.ts';
import { declareAppScheme, serveApp } from './platform/app-protocol.ts';
import { chooseFileToOpen, chooseFileToSave } from './platform/file-dialogs.ts';
import { setStartAtLogin } from './platform/login-item.ts';
import { notify } from './platform/notifier.ts';
import { systemSecretBox } from './platform/secret-box.ts';
import { appOrigin } from './platform/served-path.ts';
import { guardNavigation, guardSession } from './platform/session-guard.ts';
import { chooseTemplates, saveTemplates } from './platform/template-files.ts';
import { detectTimeZone, systemTimeZone } from './platform/time-zone.ts';
import { TrayIcon } from './platform/tray.ts';
import { trayHost, watchTrayHost } from './platform/tray-host-linux.ts';
import { type Section, Windows } from './platform/windows.ts';
import { haltingProbe, listFile } from './test-hooks.ts';
import { newReference, openWorkspace, type Workspace } from './workspace.ts';

mark('main-loaded');

const options = parseArguments(process.argv);
/** How long after start the dispatcher begins at the latest, so that drawing a window comes first. */
const dispatcherDelayMilliseconds = 1_000;

/** Opening takes a moment. What takes longer is said. */
const openingIsLongMilliseconds = 2_000;
/** How often the system is asked for its time zone: it says nothing by itself when a person changes it. */
const timeZoneWatchMilliseconds = 10 * 60_000;
/** How often the system is asked for the line while it is down. */
const lineWatchMilliseconds = 5_000;

const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
/** When it is looked whether the next year's holidays are needed: after the start is over, and now and then. */
const holidaysMilliseconds = { first: 60_000, again: 12 * 60 * 60_000 } as const;
const timers: Timers = {
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

if (options.userDataDirectory !== undefined) app.setPath('userData', options.userDataDirectory);
app.setAppUserModelId('io.github.outtray.Outtray');

// Before the database opens: the lock is also what makes this the only dispatcher on this data directory.
if (!app.requestSingleInstanceLock()) {
  app.exit(0);
} else {
  // Before `ready`, and synchronously: schemes cannot be declared later.
  // `--no-sandbox` is for root on a test machine, which Chromium refuses otherwise; the call would overrule it.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  Menu.setApplicationMenu(null);
  declareAppScheme();
  void start();
}

async function start(): Promise<void> {
  const dataDirectory = app.getPath('userData');
  const log = new Logger(fileTarget(join(dataDirectory, 'logs', 'outtray.log')));
  const developmentServer = app.isPackaged ? undefined : process.env.OUTTRAY_DEV_SERVER;
  const origin = developmentServer ?? appOrigin;
  const probe: ((point: SendPoint) => void) | undefined = app.isPackaged
    ? undefined
    : haltingProbe(process.env);
  const assets = join(app.getAppPath(), 'electron', 'assets');

  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => {
    log.error('uncaught', { error: error.stack ?? String(error) });
    if (app.isReady()) dialog.showErrorBox(translate('dialog.crash.title'), translate('dialog.crash.detail'));
    app.exit(70);
  });

  const preferencesFile = new PreferencesFile(dataDirectory);
  const read = preferencesFile.read();
  if (read.repaired.length > 0) log.warn('settings-repaired', { keys: read.repaired.join(' ') });
  let preferences: Preferences = { mode: read.mode, settings: read.settings };
  const calendar = officeCalendar({
    hours: officeHours(() => preferences.settings),
    zone: systemTimeZone,
  });
  const keepPreferences = (next: Preferences): void => {
    if (!read.fromFuture) preferencesFile.write(next);
    preferences = next;
  };
  nativeTheme.themeSource = preferences.settings.appearance;

  guardNavigation([origin], log);

  let workspace: Workspace | undefined;
  let tray: TrayIcon | undefined;
  let host: StatusView['tray'] = 'unknown';
  let dispatcherMayRun = false;
  let quitting = false;
  let lineWatch: NodeJS.Timeout | undefined;
  const { promise: started, resolve: markStarted } = Promise.withResolvers<void>();
  let changing: Promise<unknown> = Promise.resolve();
  let quitAsked: Promise<void> | undefined;
  let stopWatchingTrayHost = (): void => {};

  const windows = new Windows({
    preload: join(import.meta.dirname, '..', 'preload', 'index.cjs'),
    origin,
    icon: join(assets, 'application', '256.png'),
    boundsFile: join(dataDirectory, 'windows.json'),
    title: translate('app.name'),
    log,
    packaged: app.isPackaged,
    onClose,
    quit: () => void quit(),
  });
  const feed = new PushFeed((push) => broadcast(push), timers);
  /** Fires when the program ends: what still works on files puts away what it had begun. */
  const ending = new AbortController();
  const holidays = publicHolidays({
    workerFile: join(import.meta.dirname, 'holidays-worker.cjs'),
    timers,
    log,
  });
  const runJob = jobRunner({ workerFile: join(import.meta.dirname, 'care-worker.cjs'), timers, log });
  const care = new DataCare({
    runJob,
    clock,
    timers,
    log,
    version: app.getVersion(),
    livePath: join(dataDirectory, 'live', 'outbox.db'),
    workspace: () => workspace,
    pauseSending: async () => {
      await workspace?.accounts.pause();
      feed.statusChanged();
    },
    replace,
    settings: () => preferences.settings,
    takeSettings: async (settings) => {
      await changeSettings(settings);
    },
    chooseFile: chooseFileToOpen,
    chooseTarget: chooseFileToSave,
    onMessagesChanged: (ids) => feed.messagesChanged(ids),
    onChanged: () => broadcast({ kind: 'care-changed' }),
  });

  // Opening and repairing the database needs no window system: do it while Electron gets ready.
  let openingFailed: unknown;
  const opened = openFirst().catch((error: unknown) => {
    openingFailed = error;
  });

  app.on('second-instance', (_event, argv) => {
    const asked = parseArguments(argv);
    void started.then(() => {
      if (asked.open === 'new-message' && preferences.mode !== 'unset') windows.show('quick-send');
      else showMain(asked.open === 'settings' ? 'settings' : 'history');
    });
  });
  endOnSignals();

  await app.whenReady();
  // Electron has put its own handlers in the place of ours meanwhile. They ask to quit, and a question at log-off, with texts
  // under way, has nobody to answer it: the program would stay until it is killed.
  endOnSignals();
  mark('ready');
  await sayIfOpeningIsLong(opened);
  if (quitting) return;
  if (openingFailed !== undefined) {
    await explainDatabase(openingFailed);
    app.exit(1);
    return;
  }
  guardSession(session.defaultSession, [origin], log);
  serveApp(session.defaultSession, join(app.getAppPath(), 'dist', 'renderer'));
  registerAll({
    host: {
      handle: (channel, listener) =>
        ipcMain.handle(channel, (event, ...values) => listener(senderFacts(event), ...values)),
    },
    handlers: createHandlers({
      workspace: () => workspace,
      status,
      setMode,
      withLive,
      settings: () => preferences.settings,
      changeSettings,
      calendar,
      timeZone: systemTimeZone,
      holidays: {
        find: async (place) => {
          const { known } = await holidays.regions(place.country);
          return known ? holidays.find(place, today(), preferences.settings.publicHolidays) : null;
        },
        regions: (country) => holidays.regions(country),
      },
      textRules,
      chooseList,
      errorMeaning: (family, code, words) =>
        errorMeaning(family, code ?? undefined, words ?? undefined) ?? null,
      care,
      templateFiles: { save: saveTemplates, choose: chooseTemplates },
      newRef: newReference,
      newSubmissionId: randomUUID,
      now: clock.now,
      log,
      windows: {
        describe: (caller) => ({
          kind: caller.kind,
          section: windows.sectionOf(caller.webContentsId) ?? 'history',
          platform:
            process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
        }),
        mark: (caller, name) => {
          mark(name);
          if (name !== 'first-paint') return;
          windows.painted(caller.webContentsId);
          afterFirstWindow();
        },
        openMain: (section) => showMain(section),
        openQuickSend: () => windows.show('quick-send'),
        hide: (caller) => windows.hide(caller.webContentsId),
        stretch: (caller, by) => windows.stretch(caller.webContentsId, by),
      },
    }),
    registry: windows,
    origins: [origin],
    log,
    checkOutput: !app.isPackaged,
  });

  tray = new TrayIcon(join(assets, 'tray'), trayModel(await status()), onTrayAction);
  mark('tray');
  const hostAsked = trayHost().then((answer) => {
    hostIs(answer);
    return answer;
  });
  stopWatchingTrayHost = watchTrayHost(hostIs);
  if (options.hidden) {
    // A login item opens no window, unless there is no tray to open it from.
    void hostAsked.then((answer) => {
      if (answer === 'absent') showMain('history');
    });
  } else if (options.open === 'new-message' && preferences.mode !== 'unset') {
    windows.show('quick-send');
  } else {
    showMain(options.open === 'settings' ? 'settings' : 'history');
  }

  setTimeout(() => {
    afterFirstWindow();
    reportStart();
  }, dispatcherDelayMilliseconds);
  setInterval(detectTimeZone, timeZoneWatchMilliseconds);
  powerMonitor.on('suspend', () => workspace?.accounts.fallAsleep());
  powerMonitor.on('resume', () => {
    detectTimeZone();
    void workspace?.accounts.wakeUp();
    workspace?.recurring.wake();
  });
  powerMonitor.on('unlock-screen', () => workspace?.accounts.lineMayBeBack());

  app.on('activate', () => showMain('history'));
  // Without a window the program goes on in the tray.
  app.on('window-all-closed', () => {
    if (host === 'absent' && !quitting) void quit();
  });
  app.on('before-quit', (event) => {
    if (quitting) return;
    event.preventDefault();
    void quit();
  });
  markStarted();

  function endOnSignals(): void {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.removeAllListeners(signal);
      process.on(signal, () => void shutDown());
    }
  }

  async function openFirst(): Promise<void> {
    if (preferences.mode !== 'unset') workspace = await open(preferences.mode);
    mark('database-open');
  }

  /** A damaged file with many texts takes minutes, and there is no window yet that could say so. */
  async function sayIfOpeningIsLong(opened: Promise<void>): Promise<void> {
    const done = new AbortController();
    const end = opened.finally(() => done.abort());
    let cancelTimer = (): void => {};
    await Promise.race([
      end,
      new Promise<void>((resolve) => {
        cancelTimer = timers.after(openingIsLongMilliseconds, resolve);
      }),
    ]);
    cancelTimer();
    if (done.signal.aborted) return;
    await ask({
      type: 'info',
      title: translate('dialog.opening.title'),
      message: translate('dialog.opening.message'),
      detail: translate('dialog.opening.detail'),
      buttons: [translate('dialog.opening.quit')],
      cancelId: 0,
      signal: done.signal,
    });
    // Either it is open, or the person would rather not wait: then the next start begins anew.
    if (!done.signal.aborted) await shutDown();
  }

  async function open(mode: 'practice' | 'live'): Promise<Workspace> {
    const opened = await openWorkspace({
      mode,
      dataDirectory,
      workerFile: join(import.meta.dirname, 'database-worker.cjs'),
      runJob,
      opening: { signal: ending.signal },
      expected: preferences.mode === mode,
      keepBodiesDays: () => preferences.settings.keepBodiesDays,
      onCareChanged: () => broadcast({ kind: 'care-changed' }),
      runId: randomUUID(),
      gateway: options.gateway,
      clock,
      timers,
      box: systemSecretBox,
      calendar,
      lineHint: { online: () => net.isOnline() },
      askAfterOutage: () => {
        const minutes = preferences.settings.askAfterOutageMinutes;
        return minutes === 0 ? undefined : minutes * 60_000;
      },
      onHeldBack: () => {
        feed.statusChanged();
        tellHeldBack();
      },
      log,
      neverLog: (secret) => {
        neverLog(secret);
        // Of a login, each word by itself: a server may repeat the password alone.
        for (const word of Object.values(readCentralLogin(secret) ?? {})) neverLog(word);
      },
      onMessagesChanged: (ids) => feed.messagesChanged(ids),
      onSendingChanged: () => {
        feed.statusChanged();
        watchLine();
      },
      onListChanged: () => feed.listChanged(),
      onPausedByGateway: tellPaused,
      onStorageProblem: (error) => tellStorage(error),
      probe,
    });
    log.info('workspace-open', { mode, recovered: opened.recovered.inDoubt });
    return opened;
  }

  /** One change of mode at a time: two would open the same file twice. */
  function exclusively<T>(change: () => Promise<T>): Promise<T> {
    const result = changing.then(change, change);
    changing = result.catch(() => undefined);
    return result;
  }

  function setMode(mode: 'practice' | 'live'): Promise<void> {
    return exclusively(async () => {
      if (workspace?.mode === mode) return;
      // The new one first: if its file cannot be opened, the old one goes on.
      await adopt(await open(mode));
    });
  }

  /**
   * Does something with the live workspace that may turn out to be wanted only if it succeeds, such as checking a first key:
   * a failure leaves the mode as it was, and texts that wait in the live outbox stay there.
   */
  function withLive<T>(use: (live: Workspace) => Promise<Result<T>>): Promise<Result<T>> {
    return exclusively(async () => {
      if (workspace?.mode === 'live') return use(workspace);
      const candidate = await open('live');
      let result: Result<T>;
      try {
        result = await use(candidate);
      } catch (error) {
        await candidate.close();
        throw error;
      }
      if (result.ok) await adopt(candidate);
      else await candidate.close();
      return result;
    });
  }

  async function adopt(opened: Workspace): Promise<void> {
    try {
      // What stands in quick-send belongs to the outbox it was typed for.
      await windows.retire('quick-send');
      keepPreferences({ ...preferences, mode: opened.mode });
    } catch (error) {
      await opened.close();
      throw error;
    }
    const before = workspace;
    if (before?.mode === 'practice' && opened.mode === 'live') carryOver(before, opened);
    workspace = opened;
    // A file that does not close well must not keep the other from working.
    await before?.close().catch((error: unknown) => log.error('close-failed', { error: String(error) }));
    if (dispatcherMayRun) await beginWork(opened);
    feed.messagesChanged([]);
    feed.statusChanged();
  }

  async function beginWork(opened: Workspace): Promise<void> {
    tellRecovered(opened);
    tellIncident(opened);
    // Off the main thread, and before anything is sent: a damaged file may say that a text still waits.
    if (opened.needsCheck && !(await isSound(opened))) return;
    // Closed while it was looked through.
    if (workspace !== opened || quitting) return;
    opened.beginCare();
    // How well a key is kept here is asked early, so that the settings know it before somebody pastes one.
    void opened.accounts
      .get(undefined)
      ?.credentials.measureStore()
      .then(() => feed.statusChanged());
    await opened.accounts.start();
    opened.recurring.start();
    opened.tidy();
  }

  /** Looks through the file; a damaged one is put aside and rescued, and work begins with what came of that. */
  async function isSound(opened: Workspace): Promise<boolean> {
    let problems: readonly string[];
    try {
      problems = await care.follow('check', (watch) => runJob('check', { path: opened.care.path }, watch));
    } catch (error) {
      // Nothing is known against the file; it was opened and read well enough to come this far.
      log.error('check-failed', { error: String(error) });
      return true;
    }
    if (problems.length === 0) return true;
    log.error('database-damaged', { problem: problems[0] ?? '' });
    void repair(opened);
    return false;
  }

  /** At most one at a time, and only for what is still open. */
  function repair(damaged: Workspace): Promise<void> {
    return exclusively(async () => {
      if (workspace !== damaged) return;
      await replaceNow(damaged.mode, async () => {
        const input = { path: damaged.care.path, now: clock.now() };
        const incident = await care.follow('rescue', (watch) => runJob('rescue', input, watch));
        writeIncident(dirname(damaged.care.path), incident);
        log.error('database-rescued', { texts: incident.texts, unreadable: incident.unreadable });
      });
      if (workspace !== undefined) tellIncident(workspace);
    }).catch(async (error: unknown) => {
      await explainDatabase(error);
      await shutDown();
    });
  }

  function replace(mode: 'practice' | 'live', swap: () => void): Promise<void> {
    return exclusively(() => replaceNow(mode, async () => swap()));
  }

  /** Closes what is open in this mode, changes its file, and opens it again: also when the change failed. */
  async function replaceNow(mode: 'practice' | 'live', swap: () => Promise<void>): Promise<void> {
    const before = workspace;
    const closesOne = before?.mode === mode;
    if (closesOne) {
      // What was typed is saved while there is something to save it to.
      await windows.retire('quick-send');
      workspace = undefined;
      await before.close().catch((error: unknown) => log.error('close-failed', { error: String(error) }));
    }
    try {
      await swap();
    } catch (error) {
      // Another mode goes on, or a first start stays one: there is nothing new to open.
      if (closesOne) await adopt(await open(mode));
      throw error;
    }
    await adopt(await open(mode));
  }

  /**
   * Templates and contacts that were written while practising are not written again. Once: none comes back after it was
   * removed.
   */
  function carryOver(practice: Workspace, live: Workspace): void {
    try {
      if (live.templates.count() === 0) live.templates.add(practice.templates.list(), clock.now());
      if (live.contacts.count() === 0) live.contacts.add(practice.contacts.all(), clock.now());
    } catch (error) {
      // They are still in practice; going live does not hang on them.
      log.error('not-carried-over', { error: String(error) });
    }
  }

  function afterFirstWindow(): void {
    if (dispatcherMayRun || quitting) return;
    dispatcherMayRun = true;
    if (workspace !== undefined) void beginWork(workspace);
    mark('dispatcher');
    const renew = (): void => {
      void renewHolidays();
      timers.after(holidaysMilliseconds.again, renew);
    };
    timers.after(holidaysMilliseconds.first, renew);
  }

  /** The marks of this start, once all that belong to it are there. */
  function reportStart(): void {
    log.info('started', { version: app.getVersion(), ...marks() });
    if (options.traceStartup) process.stdout.write(`startup ${JSON.stringify(marks())}\n`);
  }

  async function status(): Promise<StatusView> {
    const counts = await workspace?.counts();
    return {
      // While a file is being replaced, nothing is open for a moment.
      mode: workspace?.mode ?? preferences.mode,
      sending: workspace?.accounts.sending() ?? {
        state: 'running',
        pauseReason: null,
        pauseText: null,
        until: null,
        nextTry: null,
        trouble: null,
      },
      counts: {
        waiting: counts?.queued ?? 0,
        sending: counts?.sending ?? 0,
        maybeSent: counts?.in_doubt ?? 0,
        needsDecision: counts?.needs_decision ?? 0,
        total: Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0),
      },
      credential: workspace?.accounts.get(undefined)?.credentials.view() ?? { key: 'none', store: 'unknown' },
      tray: host,
      version: app.getVersion(),
    };
  }

  function broadcast(push: Push): void {
    windows.broadcast(push);
    if (push.kind === 'status-changed') void status().then((view) => tray?.render(trayModel(view)));
  }

  function showMain(section: Exclude<Section, 'welcome'>): void {
    const noKey =
      workspace === undefined ||
      (workspace.mode === 'live' &&
        workspace.accounts.list().every(({ credentials }) => credentials.view().key === 'none'));
    windows.show('main', noKey && section !== 'settings' ? 'welcome' : section);
  }

  /** A panel that comes up after us does not look for icons that were there before: it is given a new one. */
  function hostIs(answer: StatusView['tray']): void {
    if (answer === host) return;
    log.info('tray-host', { answer });
    if (answer === 'present' && host === 'absent') tray?.registerAgain();
    host = answer;
    feed.statusChanged();
  }

  function onTrayAction(action: TrayAction): void {
    switch (action) {
      case 'new-message':
        windows.show('quick-send');
        break;
      case 'open':
        showMain('history');
        break;
      case 'outbox':
        showMain('outbox');
        break;
      case 'settings':
        showMain('settings');
        break;
      case 'pause':
        void workspace?.accounts.pause();
        break;
      case 'resume':
        void workspace?.accounts.resume();
        break;
      case 'quit':
        void quit();
        break;
    }
  }

  function onClose(kind: WindowKind): 'hide' | 'minimise' | 'destroy' | 'quit' {
    if (kind === 'main' && !preferences.settings.closeKeepsRunning) return 'quit';
    // Nobody shows our icon: a window that hides could not be found again.
    if (host !== 'present') return 'minimise';
    if (kind === 'quick-send') return 'hide';
    if (!preferences.settings.seenTrayNotice) {
      keepPreferences({ ...preferences, settings: { ...preferences.settings, seenTrayNotice: true } });
      notify(translate('notification.closeToTray.title'), translate('notification.closeToTray.body'), () =>
        showMain('history'),
      );
    }
    return 'hide';
  }

  async function chooseList(caller: Caller): Promise<{ path: string; name: string } | undefined> {
    const told = app.isPackaged ? undefined : listFile(process.env);
    if (told !== undefined) return { path: told, name: basename(told) };
    const { filePaths } = await windows.askForFile(caller.webContentsId, {
      title: translate('dialog.list.title'),
      properties: ['openFile'],
      filters: [
        { name: translate('dialog.list.lists'), extensions: ['csv', 'tsv', 'txt'] },
        { name: translate('dialog.list.all'), extensions: ['*'] },
      ],
    });
    const [path] = filePaths;
    return path === undefined ? undefined : { path, name: basename(path) };
  }

  /** Looks the next holidays up long before they run out. */
  async function renewHolidays(): Promise<void> {
    const chosen = preferences.settings.publicHolidays;
    if (chosen === null || quitting || !needsNewHolidays(chosen, today())) return;
    try {
      const found = await holidays.find(chosen, today(), chosen);
      // The person may have changed them meanwhile.
      if (preferences.settings.publicHolidays === chosen) await changeSettings({ publicHolidays: found });
    } catch (error) {
      log.warn('holidays-not-renewed', { error: String(error) });
    }
  }

  async function changeSettings(patch: SettingsPatch): Promise<Settings> {
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const settings: Settings = { ...preferences.settings, ...(given as Partial<Settings>) };
    if (patch.startAtLogin !== undefined && patch.startAtLogin !== preferences.settings.startAtLogin) {
      setStartAtLogin(patch.startAtLogin, app.isPackaged ? [] : [app.getAppPath()]);
    }
    keepPreferences({ ...preferences, settings });
    nativeTheme.themeSource = settings.appearance;
    feed.settingsChanged();
    // What quiet hours held may go now.
    if (patch.quietHours !== undefined || patch.publicHolidays !== undefined) workspace?.accounts.wake();
    if (patch.keepBodiesDays !== undefined) workspace?.care.retention.settingChanged();
    return settings;
  }

  function tellPaused(pause: Pause): void {
    notify(translate('notification.accountPaused.title'), translate(`pause.${pause.reason}`), () =>
      showMain('outbox'),
    );
  }

  function tellHeldBack(): void {
    void workspace?.accounts.heldBack().then((held) => {
      if (held === undefined) return;
      const count = held.fresh + held.quiet;
      notify(
        translate('notification.backOnline.title', { count }),
        translate('notification.backOnline.body', { count }),
        () => showMain('outbox'),
      );
    });
  }

  function tellRecovered({ recovered }: Workspace): void {
    if (recovered.inDoubt === 0) return;
    const count = recovered.inDoubt;
    notify(
      translate('notification.maybeSent.title', { count }),
      translate('notification.maybeSent.body', { count }),
      () => showMain('outbox'),
    );
  }

  function tellIncident(opened: Workspace): void {
    const incident = readIncident(dirname(opened.care.path));
    if (incident === undefined) return;
    broadcast({ kind: 'care-changed' });
    notify(
      translate(`care.incident.${incident.kind}.title`),
      translate('notification.incident.body', { count: incident.held + incident.inDoubt }),
      () => showMain('history'),
    );
  }

  function tellStorage(error: unknown): void {
    if (isDamage(error) && workspace !== undefined) {
      void repair(workspace);
      return;
    }
    const full = storageProblem(error) === 'full';
    notify(translate('app.name'), translateError({ code: full ? 'storage-full' : 'storage-failed' }), () =>
      showMain('outbox'),
    );
  }

  /**
   * While the line is down, the system's hint may make us try earlier. It may do no more than that: "online" proves
   * nothing, and "offline" can be wrong. Asked only while it matters, so that an idle program sleeps.
   */
  function watchLine(): void {
    const offline =
      workspace?.accounts.list().some(({ dispatcher }) => dispatcher.sending().state === 'offline') ?? false;
    if (!offline) {
      clearInterval(lineWatch);
      lineWatch = undefined;
      return;
    }
    if (lineWatch !== undefined) return;
    let online = net.isOnline();
    lineWatch = setInterval(() => {
      const now = net.isOnline();
      if (now && !online) workspace?.accounts.lineMayBeBack();
      online = now;
    }, lineWatchMilliseconds);
  }

  /** Asked once, however often *Quit* is chosen meanwhile. */
  function quit(): Promise<void> {
    quitAsked ??= askAndQuit()
      // Whatever keeps us from asking, such as a database that cannot be read, must not keep anybody from quitting.
      .catch((error: unknown) => {
        log.error('quit-question-failed', { error: String(error) });
        return shutDown();
      })
      .finally(() => {
        quitAsked = undefined;
      });
    return quitAsked;
  }

  async function askAndQuit(): Promise<void> {
    if (quitting) return;
    const view = await status();
    const waiting = view.counts.waiting + view.counts.sending;
    if (waiting > 0 && !preferences.settings.skipQuitNotice) {
      const answer = await ask({
        type: 'question',
        title: translate('dialog.quit.title'),
        message: translate('dialog.quit.message', { count: waiting }),
        detail: translate('dialog.quit.detail', { count: waiting }),
        buttons: [translate('dialog.quit.confirm'), translate('dialog.quit.cancel')],
        defaultId: 0,
        cancelId: 1,
        checkboxLabel: translate('dialog.quit.skip'),
      });
      if (answer.response !== 0) return;
      if (answer.checkboxChecked) {
        keepPreferences({ ...preferences, settings: { ...preferences.settings, skipQuitNotice: true } });
      }
    }
    await shutDown();
  }

  /** Correctness never depends on this running: what is open stays open in the database and is *Maybe sent* next time. */
  async function shutDown(): Promise<void> {
    if (quitting) return;
    quitting = true;
    try {
      stopWatchingTrayHost();
      ending.abort();
      await windows.retireForQuit();
      await care.end();
      await workspace?.close();
    } catch (error) {
      log.error('close-failed', { error: String(error) });
    }
    log.info('stopped');
    app.exit(0);
  }

  async function explainDatabase(error: unknown): Promise<void> {
    const future = error instanceof DatabaseFromFutureError;
    const words = future ? 'dialog.databaseNewer' : 'dialog.databaseFailed';
    const detail = future ? (`${words}.detail` as const) : openingDetail(error);
    log.error('database-not-opened', { error: String(error), said: detail });
    const { response } = await ask({
      type: 'error',
      title: translate(`${words}.title`),
      message: translate(`${words}.message`),
      detail: translate(detail, {
        reason: error instanceof Error ? error.message : String(error),
      }),
      buttons: [translate(`${words}.openFolder`), translate(`${words}.quit`)],
      defaultId: 1,
      cancelId: 1,
    });
    if (response === 0) await shell.openPath(dataDirectory);
  }
}

/**
 * Asks with a native dialog. Returns a turn later: the promise resolves inside GTK's own call, and ending the program there
 * crashes it (seen with Electron 42 on Linux).
 */
async function ask(options: Electron.MessageBoxOptions): Promise<Electron.MessageBoxReturnValue> {
  const answer = await dialog.showMessageBox(options);
  await new Promise((resolve) => setImmediate(resolve));
  return answer;
}

/** Why the file with the texts could not be opened: each cause has its own next step. */
function openingDetail(error: unknown) {
  switch (storageProblem(error)) {
    case 'full':
      return 'dialog.databaseFull.detail';
    case 'locked':
      return 'dialog.databaseLocked.detail';
    case 'read-only':
      return 'dialog.databaseReadOnly.detail';
    case 'failed':
    case undefined:
      return 'dialog.databaseFailed.detail';
  }
}

let rules: Promise<TextRules> | undefined;
/** `2027-01-31` of this computer's calendar. */
function today(): string {
  return Temporal.Now.plainDateISO(systemTimeZone()).toString();
}

/** Loaded on first use: the tray does not need the number rules of the world. */
function textRules(): Promise<TextRules> {
  rules ??= Promise.all([
    import('../shared/domain/phone.ts'),
    import('../shared/domain/count-message.ts'),
  ]).then(([phone, count]) => ({
    understand: phone.understandRecipient,
    beginning: phone.numberBeginning,
    display: phone.displayNumber,
    countMessage: count.countMessage,
  }));
  return rules;
}
