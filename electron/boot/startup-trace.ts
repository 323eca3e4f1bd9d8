/** Start-up marks: milliseconds since the process began, logged at every start, printed with `--trace-startup`. */
export const startupMarks = [
  'bootstrap',
  'main-loaded',
  'ready',
  'database-open',
  'tray',
  'window-created',
  'first-paint',
  'interactive',
  'dispatcher',
] as const;
export type StartupMark = (typeof startupMarks)[number];

const reached = new Map<StartupMark, number>();

/** Only the first time counts. */
export function mark(name: StartupMark): void {
  if (!reached.has(name)) reached.set(name, Math.round(performance.now()));
}

export function marks(): Readonly<Partial<Record<StartupMark, number>>> {
  return Object.fromEntries(reached);
}
