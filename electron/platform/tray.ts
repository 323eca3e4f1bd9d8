/**
 * The tray icon, drawn from `core/tray-model.ts`. On Linux the menu is handed over D-Bus as a whole, so every change sets
 * it again; every action is in the menu, because some desktops never report a click.
 * https://www.electronjs.org/docs/latest/api/tray
 */
import { join } from 'node:path';
import { type NativeImage, nativeImage } from 'electron/common';
import { Menu, Tray } from 'electron/main';
import type { TrayAction, TrayEntry, TrayIconName, TrayModel } from '../core/tray-model.ts';

export class TrayIcon {
  // A reference for as long as the program runs: a tray that is collected as garbage disappears.
  readonly #tray: Tray;
  readonly #icons = new Map<TrayIconName, NativeImage>();
  readonly #directory: string;
  readonly #onAction: (action: TrayAction) => void;
  #shown = '';

  /**
   * @param directory holds `<icon>.png` and `<icon>@2x.png`, on macOS `<icon>Template.png`
   * @param onAction a menu entry was chosen, or the icon clicked
   */
  constructor(directory: string, model: TrayModel, onAction: (action: TrayAction) => void) {
    this.#directory = directory;
    this.#onAction = onAction;
    this.#tray = new Tray(this.#icon(model.icon));
    this.#tray.on('click', () => onAction('open'));
    this.#tray.on('double-click', () => onAction('open'));
    this.render(model);
  }

  render(model: TrayModel): void {
    const key = JSON.stringify(model);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#tray.setImage(this.#icon(model.icon));
    this.#tray.setToolTip(model.tooltip);
    this.#tray.setContextMenu(Menu.buildFromTemplate(model.menu.map((entry) => this.#item(entry))));
  }

  destroy(): void {
    this.#tray.destroy();
  }

  #item(entry: TrayEntry): Electron.MenuItemConstructorOptions {
    switch (entry.kind) {
      case 'separator':
        return { type: 'separator' };
      case 'label':
        return { label: entry.label, enabled: false };
      case 'action':
        return { label: entry.label, enabled: entry.enabled, click: () => this.#onAction(entry.action) };
    }
  }

  #icon(name: TrayIconName): NativeImage {
    const known = this.#icons.get(name);
    if (known !== undefined) return known;
    const suffix = process.platform === 'darwin' ? 'Template' : '';
    const image = nativeImage.createFromPath(join(this.#directory, `${name}${suffix}.png`));
    this.#icons.set(name, image);
    return image;
  }
}
