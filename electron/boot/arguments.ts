/**
 * The command line. Our own parser, because Electron lower-cases switches and because a second start hands its
 * arguments to the first: they are somebody else's input, so unknown ones are ignored and values are checked.
 */
export interface Arguments {
  /** Tray only, no window: how a login item starts. */
  readonly hidden: boolean;
  /** Print the start-up marks. */
  readonly traceStartup: boolean;
  /** Own data directory, absolute; undefined for the system's. */
  readonly userDataDirectory: string | undefined;
  /** Another server for the live account. Loopback only: for development and tests. */
  readonly gateway: string | undefined;
  /** What a desktop action or a second start asks for. */
  readonly open: 'main' | 'new-message' | 'settings';
}

/**
 * Test and development servers live on this machine: a command line must not be able to send a key elsewhere.
 * @returns the origin, or undefined when the value is not an http(s) address on loopback
 */
export function loopbackOrigin(value: string): string | undefined {
  try {
    const url = new URL(value);
    const loopback = url.hostname === '127.0.0.1' || url.hostname === '[::1]';
    return loopback && (url.protocol === 'http:' || url.protocol === 'https:') ? url.origin : undefined;
  } catch {
    return undefined;
  }
}

/** @param argv as in `process.argv`; where the program's own arguments begin does not matter */
export function parseArguments(argv: readonly string[]): Arguments {
  const value = (name: string): string | undefined =>
    argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
  const gateway = value('gateway');
  return {
    hidden: argv.includes('--hidden'),
    traceStartup: argv.includes('--trace-startup'),
    userDataDirectory: value('user-data-dir') || undefined,
    gateway: gateway === undefined ? undefined : loopbackOrigin(gateway),
    open: argv.includes('--new-message') ? 'new-message' : argv.includes('--settings') ? 'settings' : 'main',
  };
}
