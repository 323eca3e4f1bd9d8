/** The session bus, spoken to through `busctl`, which prints answers as JSON (`man busctl`, --json). */
import { runProgram } from './program.ts';

/** `data` of an answer, still unknown: callers check what they read. */
async function busctl(args: readonly string[]): Promise<unknown> {
  // Arguments may begin with a minus: nothing after `--` is an option.
  const printed = await runProgram('busctl', ['--user', '--json=short', '--timeout=10', '--', ...args]);
  if (printed.trim() === '') return undefined;
  const answer: unknown = JSON.parse(printed);
  return typeof answer === 'object' && answer !== null && 'data' in answer ? answer.data : undefined;
}

/** Calls a method. `signature` and `args` as `busctl call` takes them. Returns the list of what came back. */
export async function callMethod(
  name: string,
  path: string,
  interfaceName: string,
  method: string,
  signature = '',
  ...args: readonly string[]
): Promise<readonly unknown[]> {
  const data = await busctl([
    'call',
    name,
    path,
    interfaceName,
    method,
    ...(signature ? [signature] : []),
    ...args,
  ]);
  return Array.isArray(data) ? data : [];
}

/** Reads one property. */
export async function getProperty(
  name: string,
  path: string,
  interfaceName: string,
  property: string,
): Promise<unknown> {
  return await busctl(['get-property', name, path, interfaceName, property]);
}

/** Process behind a name on the bus. */
export async function processOf(name: string): Promise<number> {
  const [pid] = await callMethod(
    'org.freedesktop.DBus',
    '/org/freedesktop/DBus',
    'org.freedesktop.DBus',
    'GetConnectionUnixProcessID',
    's',
    name,
  );
  if (typeof pid !== 'number') throw new Error(`no process for ${name}`);
  return pid;
}
