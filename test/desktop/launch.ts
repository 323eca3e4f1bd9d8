/**
 * Starts the application as a person's desktop does: a process of its own, with the fuses it ships with. Windows are
 * reached through Chromium's DevTools port, not through Playwright's `_electron`, which needs the inspector in the
 * main process (off in what ships), forces a weak password store, and cannot be killed in the middle of something.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { WindowKind } from '../../shared/ipc/contract.ts';
import { eventually } from './eventually.ts';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

export interface LaunchOptions {
  /** Passed on to the application: `--hidden`, `--gateway=http://127.0.0.1:4711` … */
  readonly arguments?: readonly string[];
  /** Where it keeps its data. A new folder unless given; only a new one is removed by `dispose`. */
  readonly userData?: string;
  /** Where Chromium keeps the key of safeStorage. `basic`: no keyring, the weak case. */
  readonly passwordStore?: 'gnome-libsecret' | 'basic';
  /** Added to the environment; `undefined` takes a variable out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A packaged application. Otherwise OUTTRAY_EXECUTABLE, otherwise the build in `dist/`. */
  readonly executable?: string;
  /** ms until the DevTools port has to be open. */
  readonly timeout?: number;
}

export interface Application {
  /** Process id of main. A new one after `restart`. */
  readonly pid: number;
  readonly userData: string;
  /** Everything printed to stdout and stderr so far, of all runs. */
  output(): string;
  /**
   * Waits for the window of this kind to be there, its page loaded and shown to be scripted. What goes wrong in any
   * window (uncaught errors, violations of the content security policy) is collected in `problems`.
   */
  window(kind: WindowKind, options?: { readonly timeout?: number }): Promise<Page>;
  /** Windows that are open now. */
  openWindows(): readonly WindowKind[];
  problems(): readonly string[];
  /** `kill -9`: nothing of the application gets to run any more. Returns when the process is gone. */
  kill(): Promise<void>;
  /** Asks the process to end (SIGTERM, as a session does at log-out) and waits for it; throws when it does not. */
  quit(options?: { readonly timeout?: number }): Promise<void>;
  /** Waits until it ended by itself, for example after *Quit* in the tray. Returns its exit code. */
  ended(options?: { readonly timeout?: number }): Promise<number | null>;
  /** Starts it again on the same data. It must have ended. */
  restart(options?: Pick<LaunchOptions, 'arguments' | 'environment'>): Promise<void>;
  /** Ends whatever still runs and removes a data folder made by `launch`. */
  dispose(): Promise<void>;
}

/** What is run: a package, else the build in `dist/` on the Electron at hand. */
function command(executable: string | undefined): {
  readonly program: string;
  readonly args: readonly string[];
} {
  const packaged = executable ?? process.env.OUTTRAY_EXECUTABLE;
  if (packaged !== undefined && packaged !== '') return { program: packaged, args: [] };
  if (!existsSync(join(root, 'dist/main/bootstrap.cjs'))) {
    throw new Error('There is no build. Run: npm run build');
  }
  const electron = execFileSync(join(root, 'script/electron-path'), { encoding: 'utf8' }).trim();
  return { program: electron, args: [root] };
}

/**
 * Connects without Playwright's defaults: they would emulate focus and a light colour scheme, and both are tested here.
 *
 * Attaching to a page at the very moment its first navigation commits loses the event Playwright waits for, and it
 * would wait for ever (seen with Chromium 148: the frame tree says `:` and no frameNavigated follows). So windows that
 * are just opening are let finish first, and a connection that got caught all the same is made anew. Windows that open
 * later are held by Chromium until they are attached and do not have this.
 */
async function connect(address: string): Promise<Browser> {
  const list = new URL('/json/list', address.replace(/^ws:/, 'http:'));
  for (let attempt = 1; ; attempt += 1) {
    await eventually(
      'windows that opened at start have loaded',
      async () => {
        const response = await fetch(list, { signal: AbortSignal.timeout(5_000) });
        const targets = (await response.json()) as readonly { type: string; title: string; url: string }[];
        const opening = targets.some((target) => target.type === 'page' && target.title === '');
        return opening ? undefined : true;
      },
      { timeout: 20_000 },
    );
    try {
      return await chromium.connectOverCDP(address, { timeout: 5_000, noDefaults: true });
    } catch (error) {
      if (attempt === 4) throw error;
    }
  }
}

/** One run of the process. */
interface Run {
  readonly child: ChildProcess;
  readonly browser: Browser;
  readonly exit: Promise<number | null>;
}

/**
 * Settings of a first start, but that a text goes at once and the same one may go twice: only the tests of those wait for the
 * time in which sending can be taken back, and answer the question.
 */
export function sendAtOnce(userData: string): void {
  const file = join(userData, 'settings.json');
  if (existsSync(file)) return;
  writeFileSync(
    file,
    JSON.stringify({ version: 1, mode: 'unset', values: { undoSeconds: 0, repeatGuardHours: 0 } }),
  );
}

export async function launch(options: LaunchOptions = {}): Promise<Application> {
  const userData = options.userData ?? mkdtempSync(join(tmpdir(), 'outtray-data-'));
  sendAtOnce(userData);
  const problems: string[] = [];
  const pages = new Set<Page>();
  let output = '';
  const removeData = (): void => {
    if (options.userData === undefined) {
      rmSync(userData, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  let run = await start(options).catch((error: unknown) => {
    removeData();
    throw error;
  });

  async function start(wanted: LaunchOptions): Promise<Run> {
    const { program, args } = command(options.executable);
    const environment: NodeJS.ProcessEnv = { ...process.env, ...options.environment, ...wanted.environment };
    // Inherited from script/node: Electron would start as plain Node and not know a single switch.
    delete environment.ELECTRON_RUN_AS_NODE;
    const child = spawn(
      program,
      [
        ...args,
        // Chromium refuses to start its sandbox for the administrator; nobody else runs without it.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        `--user-data-dir=${userData}`,
        '--remote-debugging-port=0',
        `--password-store=${options.passwordStore ?? 'gnome-libsecret'}`,
        ...(wanted.arguments ?? options.arguments ?? []),
      ],
      { env: environment, cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const exit = new Promise<number | null>((done) => {
      child.once('exit', (code) => done(code));
    });
    let printed = '';
    const keep = (chunk: string): void => {
      printed += chunk;
      output += chunk;
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    const failed = new Promise<never>((_done, fail) => {
      child.once('error', fail);
      child.once('exit', (code, signal) => {
        fail(new Error(`the application ended at once (${signal ?? code}):\n${printed}`));
      });
    });
    failed.catch(() => undefined);
    try {
      const address = await Promise.race([
        eventually('DevTools port', () => /^DevTools listening on (ws:\/\/\S+)$/m.exec(printed)?.[1], {
          timeout: options.timeout ?? 30_000,
        }),
        failed,
      ]);
      const browser = await Promise.race([connect(address), failed]);
      const context = browser.contexts()[0];
      if (context === undefined) throw new Error('the DevTools port shows no browser context');
      for (const page of context.pages()) watch(page);
      context.on('page', watch);
      return { child, browser, exit };
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`${error instanceof Error ? error.message : error}\n${printed}`);
    }
  }

  function watch(page: Page): void {
    pages.add(page);
    page.on('close', () => pages.delete(page));
    page.on('crash', () => problems.push(`the window ${page.url()} crashed`));
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || /Content Security Policy|Trusted ?Type/i.test(message.text())) {
        problems.push(`${page.url()}: ${message.text()}`);
      }
    });
  }

  function kindOf(page: Page): WindowKind | undefined {
    try {
      const kind = new URL(page.url()).searchParams.get('window');
      return kind === 'main' || kind === 'quick-send' ? kind : undefined;
    } catch {
      return undefined;
    }
  }

  async function ended({ timeout = 15_000 } = {}): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_done, fail) => {
      timer = setTimeout(() => fail(new Error(`still running after ${timeout} ms:\n${output}`)), timeout);
    });
    try {
      const code = await Promise.race([run.exit, late]);
      pages.clear();
      await run.browser.close().catch(() => undefined);
      return code;
    } finally {
      clearTimeout(timer);
    }
  }

  function isRunning(): boolean {
    return run.child.exitCode === null && run.child.signalCode === null;
  }

  return {
    get pid() {
      return run.child.pid ?? 0;
    },
    userData,
    output: () => output,
    problems: () => problems,
    openWindows: () => [...pages].flatMap((page) => kindOf(page) ?? []),
    async window(kind, { timeout = 15_000 } = {}) {
      const page = await eventually(
        `window ${kind}`,
        () => [...pages].find((candidate) => !candidate.isClosed() && kindOf(candidate) === kind),
        { timeout },
      );
      await page.waitForLoadState('load', { timeout });
      return page;
    },
    async kill() {
      run.child.kill('SIGKILL');
      await ended();
    },
    async quit(quitOptions) {
      run.child.kill('SIGTERM');
      await ended(quitOptions);
    },
    ended,
    async restart(again = {}) {
      if (isRunning()) throw new Error('it still runs');
      run = await start({ ...options, ...again });
    },
    async dispose() {
      if (isRunning()) {
        run.child.kill('SIGKILL');
        await ended();
      }
      removeData();
    },
  };
}

/** The command that starts the application on this data once more, for a second start beside the first. */
export function applicationCommand(userData: string): { readonly program: string; readonly args: string[] } {
  const { program, args } = command(undefined);
  return {
    program,
    args: [
      ...args,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${userData}`,
      '--password-store=gnome-libsecret',
    ],
  };
}
