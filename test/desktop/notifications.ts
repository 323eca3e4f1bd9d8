import { runProgram } from './program.ts';

export interface ShownNotification {
  readonly application: string;
  readonly summary: string;
  readonly body: string;
}

/** What the notification daemon shows now or has shown, newest first (`dunstctl history`, JSON). */
export async function shownNotifications(): Promise<readonly ShownNotification[]> {
  // What is still on the screen is not in the history yet.
  await runProgram('dunstctl', ['close-all']);
  const history: unknown = JSON.parse(await runProgram('dunstctl', ['history']));
  const [list] = field(history, 'data', Array.isArray) ?? [];
  if (!Array.isArray(list)) return [];
  return list.map((entry) => ({
    application: text(entry, 'appname'),
    summary: text(entry, 'summary'),
    body: text(entry, 'body'),
  }));
}

function field<Value>(from: unknown, key: string, is: (value: unknown) => value is Value): Value | undefined {
  if (typeof from !== 'object' || from === null) return undefined;
  const value: unknown = Reflect.get(from, key);
  return is(value) ? value : undefined;
}

/** dunst wraps every value as `{ type, data }`. */
function text(entry: unknown, key: string): string {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const isString = (value: unknown): value is string => typeof value === 'string';
  return field(field(entry, key, isObject), 'data', isString) ?? '';
}
