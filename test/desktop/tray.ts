/**
 * The tray as a person uses it: through the session bus, the way a panel shows the icon and its menu. The application
 * knows nothing of being tested. Interfaces: org.kde.StatusNotifierItem (freedesktop.org, StatusNotifierItem) and
 * com.canonical.dbusmenu (libdbusmenu, dbus-menu.xml).
 */
import { createHash } from 'node:crypto';
import { callMethod, getProperty, processOf } from './bus.ts';
import { eventually } from './eventually.ts';

export interface TrayMenuItem {
  readonly id: number;
  /** As shown: mnemonic underscores are taken out. Empty for a separator. */
  readonly label: string;
  readonly kind: 'entry' | 'separator';
  readonly enabled: boolean;
  readonly visible: boolean;
  /** Of check boxes and radio entries. */
  readonly checked: boolean | undefined;
  readonly children: readonly TrayMenuItem[];
}

export interface TrayIcon {
  readonly width: number;
  readonly height: number;
  /** Same picture, same word: SHA-256 of the pixels. */
  readonly fingerprint: string;
  /** ARGB, 4 bytes a pixel, row by row. */
  readonly pixels: Uint8Array;
}

export interface Tray {
  toolTip(): Promise<string>;
  icon(): Promise<TrayIcon>;
  /** The visible entries, after telling the application that the menu is about to be shown. */
  menu(): Promise<readonly TrayMenuItem[]>;
  /** Clicks the entry with this label, in a sub-menu too; waits until it is there and enabled. */
  click(label: string | RegExp, options?: { readonly timeout?: number }): Promise<void>;
  /** Waits for an entry with this label, enabled or not. */
  item(label: string | RegExp, options?: { readonly timeout?: number }): Promise<TrayMenuItem>;
}

const itemPath = '/StatusNotifierItem';
const itemInterface = 'org.kde.StatusNotifierItem';
const menuInterface = 'com.canonical.dbusmenu';

/** Names on the bus whose icons the tray host shows at the moment. */
export async function registeredItems(): Promise<readonly string[]> {
  const items = await getProperty(
    'org.kde.StatusNotifierWatcher',
    '/StatusNotifierWatcher',
    'org.kde.StatusNotifierWatcher',
    'RegisteredStatusNotifierItems',
  );
  if (!Array.isArray(items)) return [];
  // `:1.16/StatusNotifierItem` or `org.kde.StatusNotifierItem-4711-1/StatusNotifierItem`
  return items.flatMap((item) => (typeof item === 'string' ? [item.split('/')[0] ?? ''] : []));
}

/** Waits until the tray host shows the icon of this process. */
export async function findTray(pid: number, { timeout = 15_000 } = {}): Promise<Tray> {
  const name = await eventually(
    `tray icon of process ${pid}`,
    async () => {
      for (const candidate of await registeredItems()) {
        if ((await processOf(candidate)) === pid) return candidate;
      }
      return undefined;
    },
    { timeout },
  );
  const menuPath = await getProperty(name, itemPath, itemInterface, 'Menu');
  if (typeof menuPath !== 'string') throw new Error('the tray icon has no menu');

  async function menu(): Promise<readonly TrayMenuItem[]> {
    // What a panel does before it opens a menu: the application may build it only then.
    await callMethod(name, String(menuPath), menuInterface, 'AboutToShow', 'i', '0');
    // From the root, all levels, all properties.
    const [, layout] = await callMethod(
      name,
      String(menuPath),
      menuInterface,
      'GetLayout',
      'iias',
      '0',
      '-1',
      '0',
    );
    return parseItem(layout).children;
  }

  async function item(
    label: string | RegExp,
    options?: { readonly timeout?: number },
  ): Promise<TrayMenuItem> {
    return await eventually(`tray entry ${label}`, async () => find(await menu(), label), options);
  }

  return {
    menu,
    item,
    async toolTip() {
      const tip = await getProperty(name, itemPath, itemInterface, 'ToolTip');
      // (icon name, icon pixmaps, title, description)
      const title: unknown = Array.isArray(tip) ? tip[2] : undefined;
      const description: unknown = Array.isArray(tip) ? tip[3] : undefined;
      return [title, description].filter((text) => typeof text === 'string' && text !== '').join('\n');
    },
    async icon() {
      const pixmaps = await getProperty(name, itemPath, itemInterface, 'IconPixmap');
      const [first]: unknown[] = Array.isArray(pixmaps) ? pixmaps : [];
      const [width, height, bytes]: unknown[] = Array.isArray(first) ? first : [];
      if (typeof width !== 'number' || typeof height !== 'number' || !Array.isArray(bytes)) {
        throw new Error('the tray icon has no picture');
      }
      if (width === 0 || height === 0) throw new Error('the picture of the tray icon is empty');
      const pixels = Uint8Array.from(bytes.map(Number));
      return { width, height, pixels, fingerprint: createHash('sha256').update(pixels).digest('hex') };
    },
    async click(label, options) {
      const found = await eventually(
        `enabled tray entry ${label}`,
        async () => {
          const candidate = find(await menu(), label);
          return candidate?.enabled === true ? candidate : undefined;
        },
        options,
      );
      const press = ({ id }: TrayMenuItem): Promise<unknown> =>
        callMethod(name, menuPath, menuInterface, 'Event', 'isvu', String(id), 'clicked', ...['i', '0'], '0');
      try {
        await press(found);
      } catch (error) {
        // A count in the menu changed between looking and clicking, and the menu was made anew. An entry that is gone does
        // nothing when it is clicked: look again.
        const again = find(await menu(), label);
        if (again === undefined || again.id === found.id) throw error;
        await press(again);
      }
    },
  };
}

function find(items: readonly TrayMenuItem[], label: string | RegExp): TrayMenuItem | undefined {
  for (const item of items) {
    if (!item.visible) continue;
    if (typeof label === 'string' ? item.label === label : label.test(item.label)) return item;
    const below = find(item.children, label);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** `(ia{sv}av)`: id, properties, children. busctl writes a variant as `{ type, data }`. */
function parseItem(layout: unknown): TrayMenuItem {
  if (!Array.isArray(layout)) throw new Error('menu layout not understood');
  const [id, properties, children]: unknown[] = layout;
  if (typeof id !== 'number' || typeof properties !== 'object' || properties === null) {
    throw new Error('menu entry not understood');
  }
  const values = new Map(Object.entries(properties).map(([key, value]) => [key, variantData(value)]));
  const toggle = values.get('toggle-type');
  return {
    id,
    label: plainLabel(values.get('label')),
    kind: values.get('type') === 'separator' ? 'separator' : 'entry',
    // Properties with their default value may be left out of the answer.
    enabled: values.get('enabled') !== false,
    visible: values.get('visible') !== false,
    checked: typeof toggle === 'string' && toggle !== '' ? values.get('toggle-state') === 1 : undefined,
    children: Array.isArray(children) ? children.map((child) => parseItem(variantData(child))) : [],
  };
}

function variantData(variant: unknown): unknown {
  return typeof variant === 'object' && variant !== null && 'data' in variant ? variant.data : undefined;
}

/** One underscore marks the letter to press, two stand for a real one. */
function plainLabel(label: unknown): string {
  return typeof label === 'string' ? label.replace(/_(_?)/g, '$1') : '';
}
