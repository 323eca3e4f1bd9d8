/**
 * Runs the parts of the proof one after the other, goes on after one that failed, and adds up their numbers.
 * Called by script/test, which sets up first. The last line is `N passed, N failed` (`, N skipped` if there are).
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { locateElectron, root } from './electron-location.mjs';

const results = join(root, 'test-results');
/** Relative, so that Git Bash on Windows understands it too. */
const node = 'script/node';
const bin = (path) => join(root, 'node_modules', path);
const session = join(root, 'test/desktop/session');
/** The desktop session is made of X11 and D-Bus programs. */
const hasDesktopSession = process.platform === 'linux';

const biome = [
  process.execPath,
  bin('@biomejs/biome/bin/biome'),
  'ci',
  '--colors=off',
  '--error-on-warnings',
  '.',
];
const tsc = (project) => [process.execPath, bin('typescript/bin/tsc'), '--project', project];
const svelteCheck = [
  process.execPath,
  bin('svelte-check/bin/svelte-check'),
  '--workspace',
  'renderer',
  '--tsconfig',
  './tsconfig.json',
  '--fail-on-warnings',
];
/** Vitest takes even FORCE_COLOR=0 for a yes. */
const vitestEnvironment = process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined };
const playwright = (project, ...options) => [
  session,
  ...options,
  '--',
  node,
  bin('@playwright/test/cli.js'),
  'test',
  '--config',
  'test/playwright.config.ts',
  '--project',
  project,
];

/**
 * `commands` run in order until one fails. `count` reads the numbers from a report; without one the part counts as one.
 * `limit` in minutes: a part that hangs is ended and counts as failed.
 */
const parts = [
  { name: 'lint', says: 'Biome: format and lint', commands: [biome], limit: 5 },
  {
    name: 'types',
    says: 'TypeScript and svelte-check',
    commands: [
      tsc('tsconfig.json'),
      tsc('electron/tsconfig.json'),
      tsc('electron/preload/tsconfig.json'),
      tsc('test/tsconfig.json'),
      svelteCheck,
    ],
    limit: 10,
  },
  {
    name: 'layers',
    says: 'dependency-cruiser: who may import whom',
    commands: [
      [
        'bash',
        node,
        bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
        '--config',
        '.dependency-cruiser.cjs',
        'electron',
        'renderer',
        'shared',
        'test',
      ],
    ],
    limit: 5,
  },
  {
    name: 'unit',
    says: 'vitest: unit and contract',
    commands: [
      [
        'bash',
        node,
        bin('vitest/vitest.mjs'),
        'run',
        '--config',
        'test/vitest.config.ts',
        '--reporter=default',
        '--reporter=json',
        '--outputFile.json=test-results/vitest.json',
      ],
    ],
    env: vitestEnvironment,
    count: () => vitestNumbers('vitest.json'),
    limit: 20,
  },
  {
    name: 'reliability',
    says: 'vitest: R1 to R16 without windows, each with its control (test/reliability)',
    commands: [
      [
        'bash',
        node,
        bin('vitest/vitest.mjs'),
        'run',
        '--config',
        'test/vitest.reliability.config.ts',
        '--reporter=default',
        '--reporter=json',
        '--outputFile.json=test-results/reliability.json',
      ],
    ],
    env: vitestEnvironment,
    count: () => vitestNumbers('reliability.json'),
    limit: 10,
    longLimit: 90,
  },
  {
    name: 'build',
    says: 'vite build --app',
    commands: [[process.execPath, join(root, 'script/build-if-newer.mjs'), '--force']],
    limit: 5,
  },
  {
    name: 'desktop',
    says: 'Playwright: the application in a real desktop session',
    commands: [playwright('desktop')],
    env: { OUTTRAY_PLAYWRIGHT_REPORT: join(results, 'desktop.json') },
    count: () => playwrightNumbers('desktop.json'),
    limit: 30,
    longLimit: 180,
    needsSession: true,
  },
  {
    name: 'bare-desktop',
    says: 'Playwright: the same on a desktop without a tray host and without a keyring',
    commands: [playwright('bare-desktop', '--no-tray-host', '--no-keyring')],
    env: { OUTTRAY_PLAYWRIGHT_REPORT: join(results, 'bare-desktop.json') },
    count: () => playwrightNumbers('bare-desktop.json'),
    limit: 10,
    needsSession: true,
  },
  {
    name: 'package',
    says: 'the unpacked application: contents, fuses, and the tray scenario in a clean home',
    commands: [[process.execPath, join(root, 'script/package.mjs'), 'dir'], playwright('package')],
    env: { OUTTRAY_PLAYWRIGHT_REPORT: join(results, 'package.json') },
    count: () => playwrightNumbers('package.json'),
    limit: 15,
    needsSession: true,
  },
];

function readReport(name) {
  try {
    return JSON.parse(readFileSync(join(results, name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** A file that could not be loaded has no test to count: it counts as one that failed. */
function vitestNumbers(name) {
  const report = readReport(name);
  if (report === undefined) return undefined;
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
    failures: report.testResults.flatMap((file) => {
      const where = relative(root, file.name);
      const titles = file.assertionResults
        .filter((test) => test.status === 'failed')
        .map((test) => test.fullName);
      if (titles.length === 0 && file.status === 'failed')
        return [`${where}: could not be run: ${firstLine(file.message)}`];
      return titles.map((title) => `${where} › ${title}`);
    }),
  };
}

const firstLine = (text) => (text ?? '').split('\n', 1)[0];

function playwrightNumbers(name) {
  const report = readReport(name);
  if (report === undefined) return undefined;
  const { expected, unexpected, flaky, skipped } = report.stats;
  // No retries are configured; a test that needed one would not have passed.
  const failures = [];
  const collect = (suite, path) => {
    for (const spec of suite.specs ?? []) {
      if (!spec.ok) failures.push(`${spec.file} › ${[...path, spec.title].join(' › ')}`);
    }
    for (const inner of suite.suites ?? []) {
      // The outermost suite is the file itself.
      collect(inner, inner.title === inner.file ? path : [...path, inner.title]);
    }
  };
  for (const suite of report.suites) collect(suite, []);
  for (const error of report.errors ?? []) failures.push(firstLine(error.message));
  return { passed: expected, failed: unexpected + flaky + (report.errors?.length ?? 0), skipped, failures };
}

let running;
function endRunning() {
  if (running?.exitCode !== null || running.signalCode !== null) return;
  try {
    if (process.platform === 'win32') running.kill();
    else process.kill(-running.pid, 'SIGTERM');
  } catch {
    // It ended by itself in this moment.
  }
}
// A group of its own does not get the terminal's Ctrl+C.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    endRunning();
    process.exit(130);
  });
}

/** @returns {Promise<boolean>} whether the command ended with 0 in time */
function run([program, ...args], env, deadline) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      // Its own group, so that a part that hangs can be ended with everything it started.
      detached: process.platform !== 'win32',
    });
    running = child;
    const timer = setTimeout(() => {
      console.log('  took too long, ended');
      endRunning();
    }, deadline - Date.now());
    child.on('error', (error) => {
      clearTimeout(timer);
      console.log(`  ${error.message}`);
      done(false);
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      done(code === 0);
    });
  });
}

async function runPart(part) {
  const minutes = args.includes('--long') ? (part.longLimit ?? part.limit) : part.limit;
  const deadline = Date.now() + minutes * 60_000;
  for (const command of part.commands) {
    if (!(await run(command, part.env, deadline))) return false;
  }
  return true;
}

function selectedParts(args) {
  const at = args.indexOf('--only');
  if (at === -1) {
    return parts.filter((part) => {
      if (part.needsSession !== true || hasDesktopSession) return true;
      console.log(`(${part.name}: only on Linux, left out)`);
      return false;
    });
  }
  const names = (args[at + 1] ?? '').split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !parts.some((part) => part.name === name));
  if (names.length === 0 || unknown.length > 0) {
    console.error(
      `Unknown part: ${unknown.join(', ') || '(none given)'}. Parts: ${parts.map((part) => part.name).join(' ')}`,
    );
    process.exit(2);
  }
  return parts.filter((part) => names.includes(part.name));
}

const args = process.argv.slice(2);
const chosen = selectedParts(args);
process.env.FORCE_COLOR ??= '0';
// Tools that look for Electron through its package find the one that was provided.
const electron = locateElectron();
if (electron !== undefined) process.env.ELECTRON_OVERRIDE_DIST_PATH = electron.directory;
if (args.includes('--long')) {
  process.env.OUTTRAY_LONG = '1';
  // Other cases than last time, for the property tests and the simulation.
  process.env.OUTTRAY_SEED ??= String(randomInt(2 ** 30));
  console.log(`OUTTRAY_SEED=${process.env.OUTTRAY_SEED}`);
  process.env.OUTTRAY_ROUNDS ??= '100';
  process.env.OUTTRAY_SEQUENCES ??= '200000';
  process.env.OUTTRAY_KILLS ??= '1000';
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };
const summary = [];
/** Named again at the end: with thousands of tests the place where one failed is far above. */
const failures = [];
for (const part of chosen) {
  console.log(`\n== ${part.name}: ${part.says}`);
  const started = Date.now();
  const ok = await runPart(part);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const numbers = part.count?.() ?? { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  // A part can fail without a single test saying so: a time-out, a crash, a leak found at the end.
  if (!ok && numbers.failed === 0) numbers.failed = 1;
  total.passed += numbers.passed;
  total.failed += numbers.failed;
  total.skipped += numbers.skipped;
  const words = `${numbers.passed} passed, ${numbers.failed} failed${numbers.skipped > 0 ? `, ${numbers.skipped} skipped` : ''}`;
  for (const name of numbers.failures ?? []) failures.push(`${part.name}: ${name}`);
  if (numbers.failed > 0 && (numbers.failures ?? []).length === 0)
    failures.push(`${part.name}: ${part.says}`);
  summary.push(`  ${part.name.padEnd(12)} ${words.padEnd(32)} ${seconds.padStart(6)} s`);
  console.log(`-- ${part.name}: ${words}, ${seconds} s`);
}

console.log(`\n${summary.join('\n')}\n`);
if (failures.length > 0) console.log(`Failed:\n${failures.map((name) => `  ${name}`).join('\n')}\n`);
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed === 0 ? 0 : 1);
