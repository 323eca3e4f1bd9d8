/**
 * Whether `node_modules` is what `package-lock.json` says: ends with 0 if so, with 1 if `npm ci` has to run.
 * `--stamp` records the present lock as installed.
 *
 * A stamp of the lock's checksum answers at once. Without one (packages were added with `npm install`) npm's own record
 * `node_modules/.package-lock.json` is compared, so that a good tree is not thrown away.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const stampFile = join(root, 'node_modules/.outtray-lock-checksum');
const lock = readFileSync(join(root, 'package-lock.json'));
const checksum = createHash('sha256').update(lock).digest('hex');

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function treeMatchesLock() {
  const record = read(join(root, 'node_modules/.package-lock.json'));
  if (record === undefined) return false;
  const installed = JSON.parse(record).packages;
  return Object.entries(JSON.parse(lock.toString()).packages).every(
    ([path, entry]) =>
      path === '' || entry.optional === true || installed[path]?.integrity === entry.integrity,
  );
}

if (process.argv.includes('--stamp')) writeFileSync(stampFile, checksum);
else if (read(stampFile) !== checksum) {
  if (!treeMatchesLock()) process.exit(1);
  writeFileSync(stampFile, checksum);
}
