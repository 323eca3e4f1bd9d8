/**
 * How long to wait after the line failed: full jitter, random(0, min(cap, base · 2ⁿ)), with a floor so that a lucky
 * draw does not hammer. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const backoffBaseMilliseconds = 2_000;
export const backoffCapMilliseconds = 15 * 60_000;
export const backoffFloorMilliseconds = 500;

/**
 * @param failures how many tries in a row found no line, 1 or more
 * @param random a number in [0, 1)
 * @returns milliseconds, between the floor and the cap
 */
export function backoff(failures: number, random: number): number {
  const ceiling = Math.min(backoffCapMilliseconds, backoffBaseMilliseconds * 2 ** Math.min(failures - 1, 30));
  return Math.max(backoffFloorMilliseconds, Math.floor(random * ceiling));
}
