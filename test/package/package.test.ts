/**
 * The unpacked application as `npm run dist:dir` makes it: what is in it, what it allows, and that it works in a clean
 * home outside the checkout.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { translate } from '../../shared/i18n/translate.ts';
import { sendText } from '../desktop/compose.ts';
import { expect, liveKey, openMain, setUpLive, test } from '../desktop/fixture.ts';
import { findTray } from '../desktop/tray.ts';

// These tests run on the Node inside Electron, which would otherwise show an archive as a folder.
process.noAsar = true;

const release = fileURLToPath(new URL('../../release', import.meta.url));
const unpacked = join(release, 'linux-unpacked');
const archive = join(unpacked, 'resources/app.asar');

/** All files below a folder, relative to it. */
function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}

/** Paths in the archive, without the leading slash. */
function archived(): readonly string[] {
  return listPackage(archive, { isPack: false }).map((path) => path.replaceAll('\\', '/').replace(/^\//, ''));
}

test('one archive and one binary, of this platform, outside the archive', () => {
  const files = filesBelow(unpacked);
  expect(files.filter((file) => file.endsWith('.asar'))).toEqual(['resources/app.asar']);
  expect(files.filter((file) => file.endsWith('.node'))).toEqual([
    `resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`,
  ]);
  expect(filesBelow(join(unpacked, 'resources/app.asar.unpacked'))).toHaveLength(1);
  expect(archived().filter((path) => path.endsWith('.node'))).toEqual([
    `node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`,
  ]);
});

test('the archive holds what runs and nothing else', () => {
  const allowed = [
    /^package\.json$/,
    /^dist$/,
    /^dist\/(main|preload|renderer)(\/.+)?$/,
    /^electron$/,
    /^electron\/assets(\/.+)?$/,
    /^node_modules$/,
    /^node_modules\/better-sqlite3$/,
    /^node_modules\/better-sqlite3\/(LICENSE|package\.json|lib(\/.+)?|prebuilds(\/.+)?)$/,
  ];
  const forbidden =
    /\.(map|ts|svelte|md|c|h|cc|cpp|hpp|gyp)$|\.test\.|(^|\/)(test|tests|src|deps|docs)(\/|$)/;
  const paths = archived();
  expect(paths.filter((path) => !allowed.some((pattern) => pattern.test(path)))).toEqual([]);
  expect(paths.filter((path) => forbidden.test(path))).toEqual([]);
  for (const path of ['dist/main/bootstrap.cjs', 'dist/preload/index.cjs', 'dist/renderer/index.html']) {
    expect(paths).toContain(path);
  }
});

test('the packed manifest names no development dependencies', () => {
  const manifest: unknown = JSON.parse(extractFile(archive, 'package.json').toString('utf8'));
  expect(manifest).toMatchObject({
    name: 'outtray',
    main: 'dist/main/bootstrap.cjs',
    desktopName: 'io.github.outtray.Outtray.desktop',
  });
  expect(manifest).not.toHaveProperty('devDependencies');
  expect(manifest).not.toHaveProperty('scripts');
});

test('nothing in it points back to where it was built', () => {
  const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
  const found = archived().filter((path) => {
    if (!/\.(cjs|js|html|css|json)$/.test(path)) return false;
    return extractFile(archive, path).includes(checkout);
  });
  expect(found).toEqual([]);
});

test('every fuse is set as decided', async () => {
  const {
    version,
    resetAdHocDarwinSignature: _,
    ...wire
  } = await getCurrentFuseWire(join(unpacked, 'outtray'));
  const on = (name: FuseV1Options): [string, FuseState] => [String(name), FuseState.ENABLE];
  const off = (name: FuseV1Options): [string, FuseState] => [String(name), FuseState.DISABLE];
  expect(version).toBe('1');
  // Written out, not taken from the hook that sets them: docs of the decisions are in script/after-pack.mjs.
  expect(wire).toEqual(
    Object.fromEntries([
      off(FuseV1Options.RunAsNode),
      on(FuseV1Options.EnableCookieEncryption),
      off(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      off(FuseV1Options.EnableNodeCliInspectArguments),
      on(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      on(FuseV1Options.OnlyLoadAppFromAsar),
      off(FuseV1Options.LoadBrowserProcessSpecificV8Snapshot),
      off(FuseV1Options.GrantFileProtocolExtraPrivileges),
      on(FuseV1Options.WasmTrapHandlers),
    ]),
  );
});

test.describe('in a clean home, outside the checkout', () => {
  let elsewhere: string;

  test.beforeAll(() => {
    elsewhere = mkdtempSync(join(tmpdir(), 'outtray-package-'));
    cpSync(unpacked, join(elsewhere, 'Outtray'), { recursive: true, verbatimSymlinks: true });
  });
  test.afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

  test('a text goes from the tray through the gateway into history', async ({ gateway, start }) => {
    const application = await start({ executable: join(elsewhere, 'Outtray/outtray') });
    const main = await setUpLive(application);
    const tray = await findTray(application.pid);
    await sendText(application, tray, '082 123 4567', 'From the package.');
    await expect(main.getByRole('option')).toContainText(translate('state.accepted'));
    const requests = await gateway.sendRequests();
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers.get('authorization')).toBe(liveKey);
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
      content: 'From the package.',
      to: ['27821234567'],
    });

    // Searching runs in a worker, which loads the addon from the archive as well.
    await main.getByLabel(translate('search.label')).fill('ackag');
    await expect(main.locator('mark')).toHaveText('ackag');
    await main.getByLabel(translate('search.label')).fill('');

    // The addon came from beside the archive of this very copy.
    const maps = readFileSync(`/proc/${application.pid}/maps`, 'utf8');
    const addons = new Set([...maps.matchAll(/\S+\.node$/gm)].map(([path]) => path));
    expect([...addons]).toEqual([
      join(
        elsewhere,
        `Outtray/resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`,
      ),
    ]);

    // Ends by the tray, comes back with the text in its history.
    await tray.click(translate('tray.quit'));
    expect(await application.ended()).toBe(0);
    await application.restart();
    const again = await openMain(application);
    await expect(again.getByRole('option')).toContainText(translate('state.accepted'));
    expect(await gateway.sendRequests()).toHaveLength(1);
  });

  test('test hooks and the development server are not to be had', async ({ start }) => {
    const application = await start({
      executable: join(elsewhere, 'Outtray/outtray'),
      environment: { OUTTRAY_HALT_AT: 'claim-committed', OUTTRAY_DEV_SERVER: 'http://127.0.0.1:9' },
    });
    const main = await setUpLive(application);
    expect(new URL(main.url()).protocol).toBe('app:');
    await sendText(application, await findTray(application.pid), '082 123 4567', 'Not halted.');
    await expect(main.getByRole('option')).toContainText(translate('state.accepted'));
    expect(application.output()).not.toContain('halted');
  });
});
