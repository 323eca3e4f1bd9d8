/**
 * One run of the real program, for tests that kill it: started, fed and killed with as little in between as possible, since
 * hundreds of starts are most of what such a test takes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { eventually } from '../desktop/eventually.ts';
import { applicationCommand } from '../desktop/launch.ts';
import { DevToolsPage } from './dev-tools-page.ts';

export interface KillableOptions {
  readonly userData: string;
  /** `http://127.0.0.1:4711` */
  readonly gateway: string;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export class KillableApplication {
  readonly #child: ChildProcess;
  readonly #exit: Promise<void>;
  readonly #address: Promise<URL>;
  #printed = '';
  #killed = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = new Promise<void>((done) => child.once('exit', () => done()));
    this.#address = new Promise<URL>((found, fail) => {
      child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
        this.#printed += piece;
        const match = /^DevTools listening on ws:\/\/(\S+?)\//m.exec(this.#printed)?.[1];
        if (match !== undefined) found(new URL(`http://${match}`));
      });
      child.once('exit', (code, signal) =>
        fail(new Error(`it ended (${signal ?? code}):\n${this.#printed}`)),
      );
    });
    this.#address.catch(() => undefined);
  }

  /** Returns as soon as the process exists. */
  static start({ userData, gateway, environment = {} }: KillableOptions): KillableApplication {
    const { program, args } = applicationCommand(userData);
    const inherited = { ...process.env };
    // Inherited from script/node: Electron would start as plain Node.
    delete inherited.ELECTRON_RUN_AS_NODE;
    // How it is drawn is not looked at here, and a process for it is a fifth of the work of a start.
    const drawing = ['--disable-gpu', '--in-process-gpu'];
    return new KillableApplication(
      spawn(program, [...args, ...drawing, '--remote-debugging-port=0', `--gateway=${gateway}`], {
        env: { ...inherited, ...environment },
        cwd: tmpdir(),
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
  }

  get runs(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && !this.#killed;
  }

  /** The main window, once its bridge is there. */
  async page(): Promise<DevToolsPage> {
    return DevToolsPage.find(await this.#address, 'main');
  }

  /** Waits until it has printed this to stderr. */
  async prints(words: string): Promise<void> {
    await eventually(`printed: ${words}`, () => (this.#printed.includes(words) ? true : undefined), {
      every: 10,
    });
  }

  /** `kill -9`. Returns when the process is gone. */
  async kill(): Promise<void> {
    this.#killed = true;
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#exit;
  }

  /** As at log-off. */
  async quit(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exit;
  }
}
