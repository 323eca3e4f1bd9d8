/**
 * Settings and the chosen mode, in one small file beside the databases: practice and live keep separate databases, and
 * both need the same settings (docs/adr/0013). Written whole, atomically: temporary file, fsync, rename, fsync of the
 * directory.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defaultSettings, readSettings, type Settings, settingsVersion } from '../../shared/settings.ts';

export type Mode = 'unset' | 'practice' | 'live';

export interface Preferences {
  readonly mode: Mode;
  readonly settings: Settings;
}

export interface ReadPreferences extends Preferences {
  readonly repaired: readonly string[];
  readonly fromFuture: boolean;
}

const modes: readonly Mode[] = ['unset', 'practice', 'live'];

export class PreferencesFile {
  readonly #path: string;
  #unreadable = false;

  constructor(directory: string) {
    this.#path = join(directory, 'settings.json');
  }

  /** Never throws: a missing, broken or foreign file reads as defaults, and says so. */
  read(): ReadPreferences {
    let stored: unknown;
    try {
      stored = JSON.parse(readFileSync(this.#path, 'utf8'));
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      this.#unreadable = !missing;
      return { mode: 'unset', settings: defaultSettings, repaired: missing ? [] : ['*'], fromFuture: false };
    }
    const mode = (stored as { mode?: unknown } | null)?.mode;
    return {
      mode: modes.includes(mode as Mode) ? (mode as Mode) : 'unset',
      ...readSettings(stored),
    };
  }

  /** @throws the file system's error; the old file is then still there, whole. */
  write(preferences: Preferences): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    if (this.#unreadable) {
      // Keep what could not be read: somebody may want to look at it.
      renameSync(this.#path, `${this.#path}.unreadable`);
      this.#unreadable = false;
    }
    const temporary = `${this.#path}.new`;
    const content = JSON.stringify(
      { version: settingsVersion, mode: preferences.mode, values: preferences.settings },
      null,
      2,
    );
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeSync(file, `${content}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.#path);
    syncDirectory(dirname(this.#path));
  }
}

/** Makes the rename durable. Windows cannot open a directory, and does not need it. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
