/** How long a thread is held up while something goes on, in numbers. */

export interface Figure {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly worst: number;
}

export function figure(samples: number[]): Figure {
  samples.sort((a, b) => a - b);
  const at = (part: number): number =>
    samples[Math.min(samples.length - 1, Math.floor(samples.length * part))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), worst: samples.at(-1) ?? Number.NaN };
}

/** What held a thread up: all of it, and how much of that was its own work. */
export interface Stall {
  /** By how much a timer of one millisecond came late, in milliseconds: with waiting for the disk and for a free processor. */
  readonly late: Figure;
  /** Processor time of this thread between two of its turns, milliseconds. Whatever else the machine does is not in it. */
  readonly own: Figure;
}

/** Measures the calling thread while `work` runs. */
export async function stall(work: () => Promise<unknown>): Promise<Stall> {
  const late: number[] = [];
  const own: number[] = [];
  const cpu = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  let last = performance.now();
  let lastCpu = cpu();
  const timer = setInterval(() => {
    const now = performance.now();
    const nowCpu = cpu();
    late.push(Math.max(0, now - last - 1));
    own.push(nowCpu - lastCpu);
    last = now;
    lastCpu = nowCpu;
  }, 1);
  await work();
  clearInterval(timer);
  return { late: figure(late), own: figure(own) };
}
