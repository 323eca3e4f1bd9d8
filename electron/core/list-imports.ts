/**
 * A list of recipients from a file: read off the main thread into rows that wait beside the outbox, looked at by a person, and
 * then, sealed, made into texts in slices. Before the seal nothing of it can be sent; after it, all of it will be, whatever
 * ends the program in between (docs/adr/0029-lists.md).
 */
import { assertNever } from '../../shared/errors.ts';
import type {
  Clock,
  LeftOutRow,
  ListCounts,
  ListShape,
  ListStore,
  ListText,
  Log,
  ReadList,
  Timers,
} from './ports.ts';
import { inSlices } from './slices.ts';

/** Why a file was not read. */
export type ListProblem =
  | 'unreadable'
  | 'too-large'
  | 'empty'
  | 'no-numbers'
  | 'quote'
  | 'storage'
  | 'failed';

export type ListState =
  | { readonly phase: 'none' }
  | {
      readonly phase: 'reading';
      readonly shape: ListShape | undefined;
      readonly counts: ListCounts;
      readonly part: number;
    }
  | {
      readonly phase: 'ready';
      readonly shape: ListShape;
      readonly counts: ListCounts;
      readonly leftOut: readonly LeftOutRow[];
    }
  /** From a copy of the outbox: somebody had said yes to it, and what is not made yet waits for another yes. */
  | { readonly phase: 'held'; readonly made: number; readonly total: number }
  | { readonly phase: 'making'; readonly made: number; readonly total: number }
  | { readonly phase: 'done'; readonly total: number }
  | { readonly phase: 'failed'; readonly problem: ListProblem };

export interface ListImportsParts {
  readonly store: ListStore;
  readonly readList: ReadList;
  readonly newId: () => string;
  readonly newRef: () => string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly onChanged: () => void;
  /** Texts were added to the outbox. */
  readonly onMade: (ids: readonly number[]) => void;
}

/** How long after the disk refused it is tried again. */
const retryMilliseconds = 30_000;
const nothingRead: ListCounts = { read: 0, taken: 0, duplicates: 0, leftOut: {} };

export class ListImports {
  readonly #parts: ListImportsParts;
  #id: string | undefined;
  #fileName = '';
  #path: string | undefined;
  #country: string | null = null;
  #state: ListState = { phase: 'none' };
  /** A list that was being read when the program ended, told once. */
  #undone: string | undefined;
  #reading: AbortController | undefined;
  #stopMaking = (): void => {};
  readonly #stopDropping = new Set<() => void>();
  #closed = false;

  constructor(parts: ListImportsParts) {
    this.#parts = parts;
  }

  /** Finishes what was sealed and drops what was not, from the run before. */
  resume(): void {
    for (const list of this.#parts.store.lists()) {
      if (list.sealed) {
        this.#id = list.id;
        this.#fileName = list.fileName;
        this.#state = { phase: 'making', made: list.made, total: list.total };
        this.#make(list.id);
      } else if (list.held) {
        this.#id = list.id;
        this.#fileName = list.fileName;
        this.#state = { phase: 'held', made: list.made, total: list.total };
      } else {
        this.#undone = list.fileName;
        this.#drop(list.id);
      }
    }
    this.#parts.onChanged();
  }

  get state(): ListState {
    return this.#state;
  }

  /** What `send` takes; undefined when there is no list to send. */
  get id(): string | undefined {
    return this.#id;
  }

  get fileName(): string {
    return this.#fileName;
  }

  get undone(): string | undefined {
    return this.#undone;
  }

  /**
   * Reads a file in place of the one before, unless that one is on its way into the outbox.
   * @returns whether it began
   */
  read(path: string, fileName: string, country: string | null, column: number | null = null): boolean {
    // A held list is somebody's word: it goes when they say so, not because another file is chosen.
    if (this.#state.phase === 'making' || this.#state.phase === 'held') return false;
    this.stop();
    this.#undone = undefined;
    this.#path = path;
    this.#fileName = fileName;
    this.#country = country;
    void this.#read(path, fileName, country, column);
    return true;
  }

  /** Reads the same file again, its numbers from another column. */
  chooseColumn(column: number): boolean {
    if (this.#path === undefined) return false;
    return this.read(this.#path, this.#fileName, this.#country, column);
  }

  /** Ends reading, or forgets what was read. A sealed list is not stopped: its texts are in the outbox's hands. */
  stop(): void {
    if (this.#state.phase === 'making') return;
    this.#reading?.abort();
    this.#reading = undefined;
    if (this.#id !== undefined && this.#state.phase !== 'done') this.#drop(this.#id);
    this.#id = undefined;
    this.#undone = undefined;
    this.#state = { phase: 'none' };
    this.#parts.onChanged();
  }

  /**
   * From here on all of them will be sent. The same id again is the same list.
   * @returns how many texts; undefined when there is no such list
   * @throws what the store throws; then nothing was sealed
   */
  send(id: string, accountId: number, text: ListText): number | undefined {
    if (id !== this.#id) return undefined;
    const { state } = this;
    switch (state.phase) {
      case 'making':
      case 'done':
        return state.total;
      case 'ready': {
        const total = this.#parts.store.seal(id, accountId, text, this.#parts.clock.now());
        this.#state = { phase: 'making', made: 0, total };
        this.#parts.log.info('list-sealed', { total });
        this.#make(id);
        this.#parts.onChanged();
        return total;
      }
      case 'none':
      case 'reading':
      case 'held':
      case 'failed':
        return undefined;
      default:
        return assertNever(state);
    }
  }

  /**
   * The new yes to a list that was held.
   * @returns whether there was one
   * @throws what the store throws
   */
  goOn(): boolean {
    const { state } = this;
    const id = this.#id;
    if (state.phase !== 'held' || id === undefined) return false;
    this.#parts.store.sealAgain(id, this.#parts.clock.now());
    this.#state = { phase: 'making', made: state.made, total: state.total };
    this.#make(id);
    this.#parts.onChanged();
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#reading?.abort();
    this.#stopMaking();
    for (const stop of this.#stopDropping) stop();
  }

  async #read(path: string, fileName: string, country: string | null, column: number | null): Promise<void> {
    const { store, clock, log } = this.#parts;
    const id = this.#parts.newId();
    const controller = new AbortController();
    this.#id = id;
    this.#reading = controller;
    this.#state = { phase: 'reading', shape: undefined, counts: nothingRead, part: 0 };
    this.#parts.onChanged();
    let shape: ListShape | undefined;
    try {
      store.begin(id, fileName, clock.now());
      const { counts, leftOut } = await this.#parts.readList(
        { path, country, column },
        (report) => {
          if (this.#id !== id || controller.signal.aborted) return;
          if (report.kind === 'shape') shape = report.shape;
          else store.add(id, report.recipients);
          const before = this.#state.phase === 'reading' ? this.#state : { counts: nothingRead, part: 0 };
          const now = report.kind === 'shape' ? before : report;
          this.#state = { phase: 'reading', shape, counts: now.counts, part: now.part };
          this.#parts.onChanged();
        },
        controller.signal,
      );
      if (this.#id !== id || shape === undefined) return;
      log.info('list-read', { read: counts.read, taken: counts.taken, duplicates: counts.duplicates });
      this.#state = { phase: 'ready', shape, counts, leftOut };
    } catch (error) {
      // Whoever stopped it, or chose another file, has dropped it.
      if (controller.signal.aborted || this.#id !== id) return;
      const problem = problemOf(error);
      log.warn('list-not-read', { problem, error: String(error) });
      this.#drop(id);
      this.#id = undefined;
      this.#state = { phase: 'failed', problem };
    }
    this.#parts.onChanged();
  }

  #make(id: string): void {
    if (this.#closed) return;
    const { store, clock, timers, log } = this.#parts;
    this.#stopMaking = inSlices(
      (milliseconds) => {
        const made = store.makeSlice(id, milliseconds, this.#parts.newRef, clock.now());
        if (made === undefined) {
          const total = this.#state.phase === 'making' ? this.#state.total : 0;
          this.#state = { phase: 'done', total };
        } else {
          this.#state = { phase: 'making', made: made.list.made, total: made.list.total };
          this.#parts.onMade(made.ids);
        }
        this.#parts.onChanged();
        return made !== undefined;
      },
      timers,
      (error) => {
        log.error('list-not-made', { error: String(error) });
        // What is made is made, the rest waits where it is.
        this.#stopMaking = timers.after(retryMilliseconds, () => this.#make(id));
      },
    );
  }

  #drop(id: string): void {
    const stop = inSlices(
      (milliseconds) => {
        const more = this.#parts.store.dropSlice(id, milliseconds);
        if (!more) this.#stopDropping.delete(stop);
        return more;
      },
      this.#parts.timers,
      // It is dropped at the next start.
      (error) => this.#parts.log.error('list-not-dropped', { error: String(error) }),
    );
    this.#stopDropping.add(stop);
  }
}

function problemOf(error: unknown): ListProblem {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  switch (code) {
    case 'LIST_TOO_LARGE':
      return 'too-large';
    case 'LIST_EMPTY':
      return 'empty';
    case 'LIST_NO_NUMBERS':
      return 'no-numbers';
    case 'LIST_QUOTE':
      return 'quote';
    default:
      if (code.startsWith('SQLITE_') || code === 'ENOSPC') return 'storage';
      return /^E[A-Z]+$/.test(code) ? 'unreadable' : 'failed';
  }
}
