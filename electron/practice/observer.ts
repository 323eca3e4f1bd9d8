/** What has arrived at the practice server, and waiting for it. Tests only. */

/** How far a request has come, in this order. `gone`: its connection closed before the answer was written. */
export type Point = 'headers' | 'half-body' | 'body' | 'taken' | 'answered' | 'gone';
const points: ReadonlySet<string> = new Set<Point>([
  'headers',
  'half-body',
  'body',
  'taken',
  'answered',
  'gone',
]);

export function isPoint(value: string): value is Point {
  return points.has(value);
}

export interface ReceivedRequest {
  /** 1 for the first. */
  readonly number: number;
  /** Which connection it came on; 1 for the first. */
  readonly connection: number;
  /** ms UTC */
  readonly at: number;
  readonly method: string;
  /** As it stood in the request line, query included. */
  readonly path: string;
  /** Name, value, name, value, as they came. */
  readonly rawHeaders: readonly string[];
  /** Base64 of the bytes of the body that arrived. */
  readonly body: string;
  readonly points: readonly Point[];
}

type Entry = Omit<ReceivedRequest, 'body' | 'points'> & {
  readonly pieces: Buffer[];
  readonly points: Point[];
};

export class Observer {
  readonly #capacity: number;
  #entries: Entry[] = [];
  #count = 0;
  readonly #waiters = new Set<() => void>();

  /** @param capacity the oldest requests are forgotten beyond so many */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  begin(request: Pick<ReceivedRequest, 'connection' | 'method' | 'path' | 'rawHeaders'>): Entry {
    this.#count += 1;
    const entry: Entry = {
      ...request,
      number: this.#count,
      at: Date.now(),
      pieces: [],
      points: [],
    };
    this.#entries.push(entry);
    if (this.#entries.length > this.#capacity) this.#entries.shift();
    this.reach(entry, 'headers');
    return entry;
  }

  reach(entry: Entry, point: Point): void {
    if (entry.points.includes(point)) return;
    entry.points.push(point);
    for (const wake of [...this.#waiters]) wake();
  }

  received(): readonly ReceivedRequest[] {
    return this.#entries.map(({ pieces, ...entry }) => ({
      ...entry,
      body: Buffer.concat(pieces).toString('base64'),
      points: [...entry.points],
    }));
  }

  /** Forgets everything; numbering begins again. */
  reset(): void {
    this.#entries = [];
    this.#count = 0;
  }

  /**
   * Waits until the nth request to a path (1: the first since the last reset) has come to a point.
   *
   * @returns false when the time ran out first
   */
  waitFor(path: string, nth: number, point: Point, milliseconds: number): Promise<boolean> {
    const reached = (): boolean =>
      this.#entries.filter((entry) => entry.path.split('?')[0] === path)[nth - 1]?.points.includes(point) ??
      false;
    return new Promise((resolve) => {
      const finish = (value: boolean): void => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve(value);
      };
      const wake = (): void => {
        if (reached()) finish(true);
      };
      const timer = setTimeout(() => finish(false), milliseconds);
      this.#waiters.add(wake);
      wake();
    });
  }
}
