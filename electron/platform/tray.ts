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
  #tray: Tray;
  #model: TrayModel;
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
    this.#model = model;
    this.#tray = this.#register();
    this.render(model);
  }

  /** For a host that came up after us. */
  registerAgain(): void {
    this.#tray.destroy();
    this.#tray = this.#register();
    this.#shown = '';
    this.render(this.#model);
  }

  render(model: TrayModel): void {
    const key = JSON.stringify(model);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#model = model;
    this.#tray.setImage(this.#icon(model.icon));
    this.#tray.setToolTip(model.tooltip);
    this.#tray.setContextMenu(Menu.buildFromTemplate(model.menu.map((entry) => this.#item(entry))));
  }

  #register(): Tray {
    const tray = new Tray(this.#icon(this.#model.icon));
    tray.on('click', () => this.#onAction('open'));
    tray.on('double-click', () => this.#onAction('open'));
    return tray;
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
