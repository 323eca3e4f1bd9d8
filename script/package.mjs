/**
 * Packs the application with electron-builder, on the Electron that script/setup provided.
 *   node script/package.mjs dir       unpacked, into release/
 *   node script/package.mjs release   the installers of this system; needs the official Electron
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'electron-builder';
import { locateElectron, root } from './electron-location.mjs';

const kind = process.argv[2];
if (kind !== 'dir' && kind !== 'release') {
  console.error('Usage: node script/package.mjs dir|release');
  process.exit(2);
}
const electron = locateElectron();
if (electron === undefined) {
  console.error('Electron is not there yet. Run: script/setup');
  process.exit(1);
}
// docs/adr/0012-development-runtime-from-npm.md
if (kind === 'release' && electron.source !== 'official') {
  console.error(
    `A release is built with the official Electron only; this one is ${electron.directory}.\n` +
      'Run: node script/provide-electron.mjs --official',
  );
  process.exit(1);
}
if (!existsSync(join(root, 'dist/main/bootstrap.cjs'))) {
  console.error('There is no build. Run: npm run build');
  process.exit(1);
}

// Nothing unpacked is signed by accident with a certificate that happens to lie about.
if (kind === 'dir') process.env.CSC_IDENTITY_AUTO_DISCOVERY = 'false';

rmSync(join(root, 'release'), { recursive: true, force: true });
const platform = { linux: 'linux', darwin: 'mac', win32: 'win' }[process.platform];
await build({
  projectDir: root,
  // Without a list of targets: those of electron-builder.yml.
  [platform]: kind === 'dir' ? ['dir'] : [],
  publish: 'never',
  config: { electronVersion: electron.version, electronDist: electron.directory },
});
