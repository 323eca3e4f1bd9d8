/** Runs `vite build --app` when a source is newer than the build, or when there is none. `--force` always builds. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './electron-location.mjs';

const sources = ['electron', 'renderer', 'shared', 'vite.config.ts', 'package.json', 'package-lock.json'];
const outputs = ['dist/main/bootstrap.cjs', 'dist/preload/index.cjs', 'dist/renderer/index.html'];

/** Newest change below a path, ms; tests do not count, they are not in the build. */
function newest(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return 0;
  if (!entry.isDirectory()) return path.endsWith('.test.ts') ? 0 : entry.mtimeMs;
  // A folder's own time tells of removed files.
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const built = Math.min(
  ...outputs.map((path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0),
);
const changed = Math.max(...sources.map((path) => newest(join(root, path))));
if (built > changed && !process.argv.includes('--force')) {
  console.log('The build is up to date.');
} else {
  console.log('Building …');
  const result = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--app', '--logLevel', 'warn'],
    { cwd: root, stdio: 'inherit' },
  );
  process.exit(result.status ?? 1);
}
