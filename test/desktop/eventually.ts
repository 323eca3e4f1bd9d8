/**
 * Asks again until an answer comes that is not `undefined`: for what announces itself to nobody, such as a name on
 * the bus or a file. Throws after `timeout` ms, with the last error when there was one.
 */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  { timeout = 10_000, every = 50 }: { readonly timeout?: number; readonly every?: number } = {},
): Promise<Answer> {
  const deadline = performance.now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) {
      const because = last instanceof Error ? `; at last: ${last.message}` : '';
      throw new Error(`${what}: not within ${timeout} ms${because}`);
    }
    await new Promise((done) => setTimeout(done, every));
  }
}
