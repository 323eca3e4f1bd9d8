/**
 * Start with the computer, hidden. Windows and macOS through Electron; on Linux an autostart file, because Electron
 * does nothing there. https://specifications.freedesktop.org/autostart-spec/latest/
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron/main';
import { autostartEntry } from './autostart-entry.ts';

/**
 * @param leading arguments that come before ours: in development Electron is told which program to run
 * @throws the file system's error on Linux
 */
export function setStartAtLogin(enabled: boolean, leading: readonly string[]): void {
  if (process.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: enabled, args: [...leading, '--hidden'] });
    return;
  }
  const directory = join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'autostart');
  const path = join(directory, 'io.github.outtray.Outtray.desktop');
  if (!enabled) {
    rmSync(path, { force: true });
    return;
  }
  mkdirSync(directory, { recursive: true });
  // Inside an AppImage the executable's own path is gone after the run; the image itself stays.
  writeFileSync(path, autostartEntry([process.env.APPIMAGE || app.getPath('exe'), ...leading]));
}
