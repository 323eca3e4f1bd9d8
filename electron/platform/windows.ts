/**
 * The windows: made when needed, hidden on close, destroyed after a while out of sight. A renderer costs more memory
 * than everything else together, and all state lives in main (docs/adr/0007).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { BrowserWindow, dialog, type Rectangle, screen } from 'electron/main';
import { pushChannel } from '../../shared/ipc/channels.ts';
import type { Push, WindowKind } from '../../shared/ipc/contract.ts';
import { mark } from '../boot/startup-trace.ts';
import type { Log } from '../core/ports.ts';
import { notStretched, type StretchState, stretch, unstretched } from './stretched-bounds.ts';

export type Section = 'history' | 'outbox' | 'settings' | 'welcome';

const destroyAfterMilliseconds = 45_000;
/** A window that does not paint is shown all the same. */
const showAtLatestMilliseconds = 1_500;
const shortestLifeMilliseconds = 5_000;
/** A page saves its draft when it is hidden; that is one call to main. */
const lastWordsMilliseconds = 150;

const sizes: Readonly<
  Record<WindowKind, { width: number; height: number; minWidth: number; minHeight: number }>
> = {
  main: { width: 1080, height: 720, minWidth: 720, minHeight: 480 },
  'quick-send': { width: 420, height: 400, minWidth: 360, minHeight: 320 },
};

export interface WindowsParts {
  readonly preload: string;
  /** `app://bundle`, or the development server. */
  readonly origin: string;
  readonly icon: string;
  /** Where window positions are remembered; best effort. */
  readonly boundsFile: string;
  readonly title: string;
  readonly log: Log;
  readonly packaged: boolean;
  /** What closing does now: depends on the tray host and on what the person wants. */
  readonly onClose: (kind: WindowKind) => 'hide' | 'minimise' | 'destroy' | 'quit';
  readonly quit: () => void;
}

interface OpenWindow {
  readonly window: BrowserWindow;
  readonly kind: WindowKind;
  section: Section;
  shown: boolean;
  readonly createdAt: number;
  destroyTimer: NodeJS.Timeout | undefined;
  stretched: StretchState;
}

export class Windows {
  readonly #parts: WindowsParts;
  readonly #open = new Map<WindowKind, OpenWindow>();
  readonly #byContents = new Map<number, OpenWindow>();
  #bounds: Partial<Record<WindowKind, Rectangle>> | undefined;
  #quitting = false;

  constructor(parts: WindowsParts) {
    this.#parts = parts;
  }

  kindOf(webContentsId: number): WindowKind | undefined {
    return this.#byContents.get(webContentsId)?.kind;
  }

  sectionOf(webContentsId: number): Section | undefined {
    return this.#byContents.get(webContentsId)?.section;
  }

  show(kind: WindowKind, section: Section = 'history'): void {
    const existing = this.#open.get(kind);
    if (existing === undefined) {
      this.#create(kind, section);
      return;
    }
    clearTimeout(existing.destroyTimer);
    existing.destroyTimer = undefined;
    if (kind === 'main' && existing.section !== section) {
      existing.section = section;
      existing.window.webContents.send(pushChannel, { kind: 'navigate', section } satisfies Push);
    }
    if (existing.shown) this.#present(existing);
  }

  /** Painted: show it now rather than at `ready-to-show`, which comes later. */
  painted(webContentsId: number): void {
    const open = this.#byContents.get(webContentsId);
    if (open !== undefined) this.#firstShow(open);
  }

  /**
   * The system's dialog for choosing a file, in front of a window. Resolves a turn later: the promise resolves inside GTK's
   * own call.
   */
  async askForFile(
    webContentsId: number,
    options: Electron.OpenDialogOptions,
  ): Promise<Electron.OpenDialogReturnValue> {
    const window = this.#byContents.get(webContentsId)?.window;
    const answer =
      window === undefined
        ? await dialog.showOpenDialog(options)
        : await dialog.showOpenDialog(window, options);
    await new Promise((resolve) => setImmediate(resolve));
    return answer;
  }

  hide(webContentsId: number): void {
    this.#byContents.get(webContentsId)?.window.close();
  }

  /** Makes a window so many pixels higher than it is by itself, as far as its screen has room. 0: as it was. */
  stretch(webContentsId: number, by: number): void {
    const open = this.#byContents.get(webContentsId);
    if (open === undefined || open.window.isMinimized()) return;
    const current = open.window.getBounds();
    const { workArea } = screen.getDisplayMatching(current);
    const { bounds, state } = stretch(current, open.stretched, by, workArea);
    open.stretched = state;
    // A window manager that arranges windows itself may not follow: then what is open scrolls.
    open.window.setBounds(bounds);
  }

  broadcast(push: Push): void {
    for (const { window } of this.#open.values()) {
      if (!window.isDestroyed()) window.webContents.send(pushChannel, push);
    }
  }

  /**
   * Takes a window away for good. Out of sight its page writes down what was typed last; it is given a moment for that.
   */
  async retire(...kinds: readonly WindowKind[]): Promise<void> {
    const windows = kinds.flatMap((kind) => this.#open.get(kind)?.window ?? []);
    if (windows.length === 0) return;
    for (const window of windows) window.hide();
    await new Promise((resolve) => setTimeout(resolve, lastWordsMilliseconds));
    for (const window of windows) if (!window.isDestroyed()) window.destroy();
  }

  /** From here on closing closes. */
  async retireForQuit(): Promise<void> {
    this.#quitting = true;
    await this.retire('quick-send', 'main');
  }

  #create(kind: WindowKind, section: Section): void {
    const size = sizes[kind];
    const window = new BrowserWindow({
      ...size,
      ...this.#rememberedBounds(kind),
      show: false,
      title: this.#parts.title,
      icon: this.#parts.icon,
      autoHideMenuBar: true,
      fullscreenable: kind === 'main',
      maximizable: kind === 'main',
      backgroundColor: '#00000000',
      webPreferences: {
        preload: this.#parts.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
        navigateOnDragDrop: false,
        devTools: !this.#parts.packaged,
      },
    });
    mark('window-created');
    const open: OpenWindow = {
      window,
      kind,
      section,
      shown: false,
      createdAt: performance.now(),
      destroyTimer: undefined,
      stretched: notStretched,
    };
    const { id } = window.webContents;
    this.#open.set(kind, open);
    this.#byContents.set(id, open);
    const latest = setTimeout(() => this.#firstShow(open), showAtLatestMilliseconds);

    window.once('ready-to-show', () => this.#firstShow(open));
    window.on('close', (event) => this.#closing(open, event));
    window.on('closed', () => {
      clearTimeout(latest);
      clearTimeout(open.destroyTimer);
      if (this.#open.get(kind) === open) this.#open.delete(kind);
      this.#byContents.delete(id);
    });
    window.webContents.on('render-process-gone', (_event, details) => {
      this.#parts.log.error('window-gone', { kind, reason: details.reason });
      // State lives in main: a new window shows the same.
      window.destroy();
      // One that dies as soon as it is drawn would do so for ever.
      const lived = performance.now() - open.createdAt > shortestLifeMilliseconds;
      if (details.reason !== 'clean-exit' && !this.#quitting && lived) this.show(kind, open.section);
    });
    // `about:blank` is the one address that Electron lets a page go to without asking.
    window.webContents.on('did-navigate', (_event, address) => {
      if (address.startsWith(`${this.#parts.origin}/index.html?`)) return;
      this.#parts.log.warn('window-strayed', { kind });
      window.destroy();
      this.show(kind, open.section);
    });
    void window
      .loadURL(`${this.#parts.origin}/index.html?window=${kind}&section=${section}`)
      .catch((error: unknown) => {
        this.#parts.log.error('window-load-failed', { kind, error: String(error) });
      });
  }

  #firstShow(open: OpenWindow): void {
    if (open.shown || open.window.isDestroyed()) return;
    open.shown = true;
    this.#present(open);
  }

  #present({ window }: OpenWindow): void {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    window.webContents.send(pushChannel, { kind: 'window-shown' } satisfies Push);
  }

  #closing(open: OpenWindow, event: { preventDefault(): void }): void {
    this.#rememberBounds(open);
    if (this.#quitting) return;
    const what = this.#parts.onClose(open.kind);
    if (what === 'destroy') return;
    event.preventDefault();
    if (what === 'minimise') {
      open.window.minimize();
      return;
    }
    if (what === 'quit') {
      this.#parts.quit();
      return;
    }
    open.window.hide();
    clearTimeout(open.destroyTimer);
    open.destroyTimer = setTimeout(() => open.window.destroy(), destroyAfterMilliseconds);
    open.destroyTimer.unref();
  }

  #rememberedBounds(kind: WindowKind): Partial<Rectangle> {
    this.#bounds ??= this.#readBounds();
    const bounds = this.#bounds[kind];
    if (bounds === undefined) return {};
    // The screen it was on may be gone.
    const area = screen.getDisplayMatching(bounds).workArea;
    const visible =
      bounds.x < area.x + area.width - 50 &&
      bounds.y < area.y + area.height - 50 &&
      bounds.x + bounds.width > area.x + 50 &&
      bounds.y >= area.y;
    const width = Math.min(bounds.width, area.width);
    const height = Math.min(bounds.height, area.height);
    return visible ? { x: bounds.x, y: bounds.y, width, height } : { width, height };
  }

  #rememberBounds({ window, kind, stretched }: OpenWindow): void {
    if (window.isMinimized() || window.isMaximized() || window.isFullScreen()) return;
    this.#bounds = { ...this.#bounds, [kind]: unstretched(window.getBounds(), stretched) };
    try {
      writeFileSync(this.#parts.boundsFile, JSON.stringify(this.#bounds));
    } catch (error) {
      this.#parts.log.debug('bounds-not-kept', { error: String(error) });
    }
  }

  #readBounds(): Partial<Record<WindowKind, Rectangle>> {
    try {
      const stored = JSON.parse(readFileSync(this.#parts.boundsFile, 'utf8')) as Record<string, unknown>;
      return Object.fromEntries(Object.entries(stored).filter(([, bounds]) => isRectangle(bounds)));
    } catch {
      return {};
    }
  }
}

function isRectangle(value: unknown): value is Rectangle {
  if (typeof value !== 'object' || value === null) return false;
  const { x, y, width, height } = value as Record<string, unknown>;
  return (
    [x, y, width, height].every((side) => Number.isInteger(side)) &&
    Number(width) > 100 &&
    Number(height) > 100
  );
}
