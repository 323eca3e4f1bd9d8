/**
 * `npm run dev`: the renderer from Vite's server with hot reload; main and preload rebuilt and the application started
 * again whenever a file under electron/ or shared/ changes. Further arguments go to the application. Ctrl+C ends all.
 *
 * The application gets the server's address in OUTTRAY_DEV_SERVER, which it heeds only unpackaged.
 */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { createBuilder, createServer } from 'vite';
import { locateElectron, root } from './electron-location.mjs';

const electron = locateElectron();
if (electron === undefined) {
  console.error('Electron is not there yet. Run: script/setup');
  process.exit(1);
}
const configFile = join(root, 'vite.config.ts');

const server = await createServer({ configFile, mode: 'development' });
await server.listen();
server.printUrls();
const address = server.resolvedUrls?.local[0]?.replace(/\/$/, '');

/** @returns whether main and preload could be built; says why when not, and waits for the next change */
async function build() {
  try {
    const builder = await createBuilder({ configFile, mode: 'development', logLevel: 'warn' });
    for (const name of ['main', 'preload']) await builder.build(builder.environments[name]);
    return true;
  } catch (error) {
    console.error(error);
    return false;
  }
}

let application;
/** Set while we end it ourselves: otherwise its end is the person's *Quit*, and ours. */
let restarting = false;

function start() {
  const env = { ...process.env, OUTTRAY_DEV_SERVER: address };
  delete env.ELECTRON_RUN_AS_NODE;
  // Chromium refuses to start its sandbox for the administrator; nobody else is given this.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  // Behind `--`, where Chromium does not look: some of our options are also names of its own.
  application = spawn(electron.executable, [...sandbox, root, '--', ...process.argv.slice(2)], {
    env,
    stdio: 'inherit',
  });
  application.once('exit', (code) => {
    if (!restarting) void end(code ?? 1);
  });
}

function stop() {
  return new Promise((done) => {
    if (application === undefined || application.exitCode !== null || application.signalCode !== null) {
      done();
      return;
    }
    restarting = true;
    // Quitting waits for requests in flight; a stuck one must not hold up the next build.
    const impatience = setTimeout(() => application.kill('SIGKILL'), 8000);
    application.once('exit', () => {
      clearTimeout(impatience);
      restarting = false;
      done();
    });
    application.kill('SIGTERM');
  });
}

async function end(code) {
  await stop();
  await server.close();
  process.exit(code);
}
process.once('SIGINT', () => void end(130));
process.once('SIGTERM', () => void end(143));

let settled;
let working = false;
let again = false;

/** One rebuild at a time; changes during it lead to exactly one more. */
async function rebuild() {
  if (working) {
    again = true;
    return;
  }
  working = true;
  do {
    again = false;
    console.log('Rebuilding main and preload …');
    if (await build()) {
      await stop();
      start();
    }
  } while (again);
  working = false;
}

for (const folder of ['electron', 'shared']) {
  watch(join(root, folder), { recursive: true }, (_event, name) => {
    if (name === null || name.endsWith('.test.ts') || name.endsWith('.md')) return;
    // Editors write a file in several steps.
    clearTimeout(settled);
    settled = setTimeout(() => void rebuild(), 150);
  });
}
await rebuild();
