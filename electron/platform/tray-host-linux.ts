/**
 * Is there anything that shows tray icons? On Linux an icon without a host is simply nowhere, and a window that hides
 * into it is gone. The session bus knows: a host owns `org.kde.StatusNotifierWatcher`.
 * https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/
 */
import { execFile, spawn } from 'node:child_process';

const timeoutMilliseconds = 3_000;
const watcher = 'org.kde.StatusNotifierWatcher';

/** The tools that can ask the bus, in order; each is part of a package that nearly every desktop has. */
const questions: readonly (readonly [string, readonly string[]])[] = [
  [
    'gdbus',
    [
      'call',
      '--session',
      '--dest',
      'org.freedesktop.DBus',
      '--object-path',
      '/org/freedesktop/DBus',
      '--method',
      'org.freedesktop.DBus.NameHasOwner',
      watcher,
    ],
  ],
  [
    'busctl',
    [
      '--user',
      'call',
      'org.freedesktop.DBus',
      '/org/freedesktop/DBus',
      'org.freedesktop.DBus',
      'NameHasOwner',
      's',
      watcher,
    ],
  ],
  [
    'dbus-send',
    [
      '--session',
      '--print-reply',
      '--dest=org.freedesktop.DBus',
      '/org/freedesktop/DBus',
      'org.freedesktop.DBus.NameHasOwner',
      `string:${watcher}`,
    ],
  ],
];

/** `unknown`: nobody could be asked. The caller then behaves as if there were none. */
export async function trayHost(): Promise<'present' | 'absent' | 'unknown'> {
  if (process.platform !== 'linux') return 'present';
  for (const [command, parameters] of questions) {
    const answer = await ask(command, parameters);
    if (answer !== undefined) return /\btrue\b/.test(answer) ? 'present' : 'absent';
  }
  return 'unknown';
}

function ask(command: string, parameters: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, [...parameters], { timeout: timeoutMilliseconds }, (error, output) => {
      resolve(error === null ? output : undefined);
    });
  });
}

/**
 * Ends the monitor when our end of its standard input closes, so that it does not outlive us, however we end: a program that
 * was killed cannot clean up behind itself.
 */
const monitorScript = 'gdbus monitor --session --dest "$1" & monitor=$!; read -r _; kill "$monitor"';

/**
 * Tells when a host comes or goes: panels start after us at login, crash, and are restarted. One idle `gdbus monitor`, which
 * prints a line whenever the name changes hands; where there is none, nothing is told.
 * @returns ends the watch
 */
export function watchTrayHost(onChange: (host: 'present' | 'absent') => void): () => void {
  if (process.platform !== 'linux') return () => {};
  const monitor = spawn('sh', ['-c', monitorScript, 'sh', watcher], { stdio: ['pipe', 'pipe', 'ignore'] });
  monitor.on('error', () => {});
  monitor.stdin.on('error', () => {});
  monitor.stdout.setEncoding('utf8');
  monitor.stdout.on('data', (text: string) => {
    for (const line of text.split('\n')) {
      if (/ is owned by /.test(line)) onChange('present');
      else if (/ does not have an owner/.test(line)) onChange('absent');
    }
  });
  return () => monitor.stdin.end();
}
