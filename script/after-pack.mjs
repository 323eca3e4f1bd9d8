/**
 * electron-builder's `afterPack`, before anything is signed: takes out the program Electron shows when it has none, and
 * sets every fuse. Strict: a fuse that a newer Electron brings fails the build until it is decided here.
 * https://www.electronjs.org/docs/latest/tutorial/fuses
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';

export const fuses = {
  // The executable must not serve as a Node interpreter for whoever can set a variable.
  [FuseV1Options.RunAsNode]: false,
  // We keep no cookies; harmless, and right if that changes.
  [FuseV1Options.EnableCookieEncryption]: true,
  // NODE_OPTIONS and NODE_EXTRA_CA_CERTS do not reach into the program.
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  // No debugger on the process that holds the key.
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // Takes effect on macOS and Windows, where electron-builder embeds the archive's checksum.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  // A folder named `app` beside the archive is not run in its place.
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // On, it would forfeit the start-up snapshot built into Electron.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // The window is served from app://, never from file://.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // Electron's default: out-of-bounds accesses of WebAssembly are trapped instead of checked one by one.
  [FuseV1Options.WasmTrapHandlers]: true,
};

/** The executable electron-builder made, by platform. */
function executableOf({ appOutDir, electronPlatformName, packager }) {
  const product = packager.appInfo.productFilename;
  if (electronPlatformName === 'darwin' || electronPlatformName === 'mas')
    return join(appOutDir, `${product}.app`);
  if (electronPlatformName === 'win32') return join(appOutDir, `${product}.exe`);
  return join(appOutDir, packager.executableName);
}

/** Where Electron keeps its archives. */
function resourcesOf(context) {
  return context.electronPlatformName === 'darwin' || context.electronPlatformName === 'mas'
    ? join(executableOf(context), 'Contents/Resources')
    : join(context.appOutDir, 'resources');
}

export default async function afterPack(context) {
  // electron-builder does this itself only for a distribution it unpacked from a zip.
  await rm(join(resourcesOf(context), 'default_app.asar'), { force: true });
  await flipFuses(executableOf(context), {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    // Changing bytes breaks the linker's signature, which arm64 Macs insist on.
    resetAdHocDarwinSignature: context.electronPlatformName === 'darwin',
    ...fuses,
  });
}
