/**
 * A list of recipients from a file: read off the main thread into rows that wait beside the outbox, looked at by a person, and
 * then, sealed, made into texts in slices. Before the seal nothing of it can be sent; after it, all of it will be, whatever
 * ends the program in between (docs/adr/0029-lists.md).
 */
import { assertNever } from '../../shared/errors.ts';
import type {
  Clock,
  FindRepeats,
  HeldRecipient,
  LeftOutRow,
  ListChoice,
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
      readonly counts: CheckedCounts;
      readonly part: number;
    }
  | ReadyList
  /** A person has said yes, and can still take it back: nothing of it is a text yet. `until` in ms UTC. */
  | { readonly phase: 'sealed'; readonly total: number; readonly until: number }
  /** From a copy of the outbox: somebody had said yes to it, and what is not made yet waits for another yes. */
  | { readonly phase: 'held'; readonly made: number; readonly total: number }
  | { readonly phase: 'making'; readonly made: number; readonly total: number }
  | { readonly phase: 'done'; readonly total: number }
  | { readonly phase: 'failed'; readonly problem: ListProblem };

/** As `ListCounts`, without those who are on the way to being left out for what is known of their number. */
export interface CheckedCounts extends ListCounts {
  /** Could not be reached lately: left out unless the person says otherwise. */
  readonly flagged: number;
  /** Further rows of those. */
  readonly flaggedSharing: number;
}

export interface ReadyList {
  readonly phase: 'ready';
  readonly shape: ListShape;
  readonly counts: CheckedCounts;
  readonly leftOut: readonly LeftOutRow[];
  /** To how many nearly the same text went lately, as the last check found; undefined: nothing was asked. */
  readonly repeats?: number | undefined;
  /** The words of a text that was taken back. */
  readonly takenBack?: string | undefined;
}

/** The guard against sending the same text twice within some hours. */
export interface RepeatGuard {
  /** Texts since then are looked at, ms UTC; undefined: the guard is off. */
  readonly since: number | undefined;
  /** What the person said when asked; undefined: not asked yet. */
  readonly answer: 'leave-out' | 'send' | undefined;
}

export interface ListYes {
  readonly accountId: number;
  readonly text: ListText;
  readonly choice: Pick<ListChoice, 'flagged' | 'sharing'>;
  readonly guard: RepeatGuard;
  /** How long the yes can be taken back, milliseconds; 0: not at all. */
  readonly undoMilliseconds: number;
}

export interface ListImportsParts {
  readonly store: ListStore;
  readonly readList: ReadList;
  readonly findRepeats: FindRepeats;
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
/** Rows left out that are shown, as `jobs/read-list.ts` does. */
const shownLeftOut = 200;
const nothingRead: ListCounts = { read: 0, taken: 0, sharing: 0, duplicates: 0, leftOut: {} };

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
  /** Who of the list is not simply taken, by reason and whether the number stood in an earlier row. */
  #held: Record<`${HeldRecipient['reason']}${'' | '-sharing'}`, number> = noneHeld();
  #heldRows: LeftOutRow[] = [];
  /** Checks for repeated texts of this list so far, and what the last one was about. */
  #checks = 0;
  #checked: { readonly about: string; readonly found: number } | undefined;
  #checking: AbortController | undefined;
  #sealed: { readonly list: ReadyList; readonly body: string } | undefined;
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
    const { phase } = this.#state;
    if (phase === 'making' || phase === 'sealed' || phase === 'held') return false;
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
    if (this.#state.phase === 'making' || this.#state.phase === 'sealed') return;
    this.#checking?.abort();
    this.#reading?.abort();
    this.#reading = undefined;
    if (this.#id !== undefined && this.#state.phase !== 'done') this.#drop(this.#id);
    this.#id = undefined;
    this.#undone = undefined;
    this.#state = { phase: 'none' };
    this.#parts.onChanged();
  }

  /**
   * From here on all of them will be sent, unless it is taken back in time. The same id again is the same list. Where nearly
   * the same text went to some of them lately, it asks first: `ready`, with how many they are. An answer holds only for
   * the text and the recipients that were asked about.
   * @returns whether there is such a list
   * @throws what the store or the check throws; then nothing was sealed
   */
  async send(id: string, yes: ListYes): Promise<boolean> {
    if (id !== this.#id) return false;
    const { state } = this;
    switch (state.phase) {
      case 'sealed':
      case 'making':
      case 'done':
        return true;
      case 'ready': {
        const { since, answer } = yes.guard;
        const about = JSON.stringify([yes.text.body, yes.choice]);
        if (since !== undefined && (answer === undefined || this.#checked?.about !== about)) {
          if (this.#checking !== undefined) return true;
          const found = await this.#findRepeats(id, { body: yes.text.body, since, choice: yes.choice });
          // It was stopped, or another one is read by now.
          if (found === undefined || this.#id !== id || this.#state.phase !== 'ready') return false;
          this.#checked = { about, found };
          this.#state = { ...this.#state, repeats: found === 0 ? undefined : found };
          this.#parts.onChanged();
          if (found > 0) return true;
        }
        this.#seal(id, this.#state as ReadyList, yes);
        return true;
      }
      case 'none':
      case 'reading':
      case 'held':
      case 'failed':
        return false;
      default:
        return assertNever(state);
    }
  }

  /** Takes the yes back, as long as nothing of the list is a text. @returns whether it was in time */
  undo(): boolean {
    const id = this.#id;
    const sealed = this.#sealed;
    if (this.#state.phase !== 'sealed' || id === undefined || sealed === undefined) return false;
    if (!this.#parts.store.unseal(id)) return false;
    this.#stopMaking();
    this.#sealed = undefined;
    this.#checked = undefined;
    this.#state = { ...sealed.list, repeats: undefined, takenBack: sealed.body };
    this.#parts.log.info('list-taken-back');
    this.#parts.onChanged();
    return true;
  }

  #seal(id: string, list: ReadyList, yes: ListYes): void {
    const { store, clock, timers, log } = this.#parts;
    const leavesOut = yes.guard.answer === 'leave-out' && (this.#checked?.found ?? 0) > 0;
    const choice = { ...yes.choice, ...(leavesOut ? { withoutRepeatsOf: this.#checks } : {}) };
    const total = store.seal(id, yes.accountId, yes.text, choice, clock.now());
    log.info('list-sealed', { total });
    const make = (): void => {
      this.#sealed = undefined;
      this.#state = { phase: 'making', made: 0, total };
      this.#make(id);
      this.#parts.onChanged();
    };
    if (yes.undoMilliseconds === 0) {
      make();
      return;
    }
    this.#sealed = { list, body: yes.text.body };
    this.#state = { phase: 'sealed', total, until: clock.now() + yes.undoMilliseconds };
    // After an end of the program it is made at the next start: the yes is on disk, taking it back was not.
    this.#stopMaking = timers.after(yes.undoMilliseconds, make);
    this.#parts.onChanged();
  }

  /** @returns how many; undefined when it was stopped */
  async #findRepeats(
    id: string,
    asked: { readonly body: string; readonly since: number; readonly choice: ListYes['choice'] },
  ): Promise<number | undefined> {
    const controller = new AbortController();
    this.#checking = controller;
    this.#checks += 1;
    const check = this.#checks;
    let found = 0;
    try {
      await this.#parts.findRepeats(
        { listId: id, ...asked },
        (rows) => {
          if (controller.signal.aborted || rows.length === 0) return;
          this.#parts.store.markRepeats(id, check, rows);
          found += rows.length;
        },
        controller.signal,
      );
      return controller.signal.aborted ? undefined : found;
    } catch (error) {
      if (controller.signal.aborted) return undefined;
      throw error;
    } finally {
      this.#checking = undefined;
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
    this.#checking?.abort();
    this.#stopMaking();
    for (const stop of this.#stopDropping) stop();
  }

  async #read(path: string, fileName: string, country: string | null, column: number | null): Promise<void> {
    const { store, clock, log } = this.#parts;
    const id = this.#parts.newId();
    const controller = new AbortController();
    this.#id = id;
    this.#reading = controller;
    this.#held = noneHeld();
    this.#heldRows = [];
    this.#checks = 0;
    this.#checked = undefined;
    this.#state = { phase: 'reading', shape: undefined, counts: this.#count(nothingRead), part: 0 };
    this.#parts.onChanged();
    let shape: ListShape | undefined;
    try {
      store.begin(id, fileName, clock.now());
      const { counts, leftOut } = await this.#parts.readList(
        { path, country, column },
        (report) => {
          if (this.#id !== id || controller.signal.aborted) return;
          if (report.kind === 'shape') shape = report.shape;
          else this.#hold(store.add(id, report.recipients));
          const before = this.#state.phase === 'reading' ? this.#state.part : 0;
          this.#state =
            report.kind === 'shape'
              ? { phase: 'reading', shape, counts: this.#count(nothingRead), part: before }
              : { phase: 'reading', shape, counts: this.#count(report.counts), part: report.part };
          this.#parts.onChanged();
        },
        controller.signal,
      );
      if (this.#id !== id || shape === undefined) return;
      log.info('list-read', { read: counts.read, taken: counts.taken, duplicates: counts.duplicates });
      const rows = [...leftOut, ...this.#heldRows].toSorted((a, b) => a.row - b.row);
      this.#state = {
        phase: 'ready',
        shape,
        counts: this.#count(counts),
        leftOut: rows.slice(0, shownLeftOut),
      };
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

  #hold(held: readonly HeldRecipient[]): void {
    for (const { row, recipient, reason, sharing } of held) {
      this.#held[sharing ? (`${reason}-sharing` as const) : reason] += 1;
      if (this.#heldRows.length < shownLeftOut) this.#heldRows.push({ row, value: recipient, reason });
    }
  }

  #count(counts: ListCounts): CheckedCounts {
    const held = this.#held;
    const optedOut = held['opted-out'] + held['opted-out-sharing'];
    return {
      ...counts,
      taken: counts.taken - held['opted-out'] - held.flagged,
      sharing: counts.sharing - held['opted-out-sharing'] - held['flagged-sharing'],
      flagged: held.flagged,
      flaggedSharing: held['flagged-sharing'],
      leftOut: optedOut === 0 ? counts.leftOut : { ...counts.leftOut, 'opted-out': optedOut },
    };
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

function noneHeld() {
  return { 'opted-out': 0, 'opted-out-sharing': 0, flagged: 0, 'flagged-sharing': 0 };
}

/** What an error of `ReadList`, or of the disk, says about a file. */
export function problemOf(error: unknown): ListProblem {
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
