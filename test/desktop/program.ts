import { execFile } from 'node:child_process';

/**
 * Runs a program of the desktop session to its end and returns what it printed.
 *
 * @throws with the program's own words when it ends with anything but 0 or takes longer than `timeout` ms
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { timeout = 10_000, input }: { readonly timeout?: number; readonly input?: string } = {},
): Promise<string> {
  return new Promise((done, fail) => {
    const child = execFile(
      program,
      args,
      { timeout, maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error === null) done(stdout);
        else fail(new Error(`${program} ${args.join(' ')}: ${stderr.trim() || error.message}`));
      },
    );
    child.stdin?.end(input);
  });
}
