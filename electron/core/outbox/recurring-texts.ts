/**
 * Texts that go out again and again. When an occurrence is due it becomes an ordinary submission, named after rule and day,
 * so that a day has one however often clocks, restarts or crashes lead here again.
 *
 * What fell due while the program did not run is not sent in a heap: the newest occurrence becomes texts, with a best
 * before that decides whether a person is asked, and those before it are counted as missed.
 */

import { nextOccurrence, type Occurrence } from '../../../shared/domain/recurrence.ts';
import type {
  Clock,
  Log,
  NewMessage,
  RecurrenceStore,
  RecurringText,
  Submission,
  SubmitResult,
  Timers,
} from '../ports.ts';

export interface RecurringTextsParts {
  readonly store: RecurrenceStore;
  readonly submit: (submission: Omit<Submission, 'clearsDraft'>) => Promise<SubmitResult>;
  readonly newRef: () => string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly onChanged: () => void;
}

/** A wall-clock time is waited for in short steps: timers may stand still while a machine sleeps, and clocks are set. */
const longestTimerMilliseconds = 60_000;
/** After a disk that refused. */
const retryMilliseconds = 30_000;
/** Days gone through to find the newest occurrence that is due: ten years of a daily text. */
const mostPassed = 4_000;

export class RecurringTexts {
  readonly #parts: RecurringTextsParts;
  #cancelTimer: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = true;

  constructor(parts: RecurringTextsParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#running;
  }

  /** A rule changed, the machine woke up, or time passed. Cheap; call it whenever in doubt. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.wake();
    });
  }

  /** Resolves when what was due has become texts. For tests and for an orderly end. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const { store, clock } = this.#parts;
    let soonest: number | undefined;
    let failed = false;
    let texts: readonly RecurringText[] = [];
    try {
      texts = store.list();
    } catch (error) {
      // Nobody waits for this: what is thrown here would end the program.
      failed = true;
      this.#parts.log.error('recurring-texts-not-read', { error: String(error) });
    }
    for (const text of texts.filter(({ stopped }) => !stopped)) {
      const now = clock.now();
      const { due, missed, next } = dueOccurrence(text, now);
      if (due !== undefined) {
        try {
          await this.#submit(text, due, missed);
        } catch (error) {
          failed = true;
          this.#parts.log.error('recurring-text-failed', { recurrence: text.id, error: String(error) });
          continue;
        }
      }
      if (next !== undefined) soonest = Math.min(soonest ?? next.at, next.at);
    }
    if (this.#stopped || (soonest === undefined && !failed)) return;
    const rest = failed ? retryMilliseconds : Math.max(0, (soonest ?? 0) - clock.now());
    this.#cancelTimer = this.#parts.timers.after(Math.min(rest, longestTimerMilliseconds), () => this.wake());
  }

  async #submit(text: RecurringText, due: Occurrence, missed: number): Promise<void> {
    const bestBefore = due.at + text.bestBeforeMinutes * 60_000;
    const messages: NewMessage[] = text.recipients.map((recipient) => ({
      clientRef: this.#parts.newRef(),
      recipient,
      body: text.body,
      parts: text.parts,
      encoding: text.encoding,
      options: text.options,
      bestBefore,
      sendAt: due.at,
    }));
    const id = occurrenceId(text.id, due.day);
    const { repeated } = await this.#parts.submit({ id, accountId: text.accountId, messages });
    // Two writes: a crash between them leads here again, where the submission is found to exist.
    this.#parts.store.advance(text.id, due.day, repeated ? text.missed : text.missed + missed);
    this.#parts.log.info('recurring-text', { recurrence: text.id, day: due.day, missed, repeated });
    this.#parts.onChanged();
  }
}

/** The submission of one day of one rule. */
export function occurrenceId(recurrence: number, day: string): string {
  return `recurrence-${recurrence}-${day}`;
}

/**
 * What of a rule is due now: the newest occurrence not later than now that has not become texts, how many before it were
 * passed over, and the one after.
 */
export function dueOccurrence(
  text: Pick<RecurringText, 'rule' | 'lastDay' | 'activeSince'>,
  now: number,
): {
  readonly due: Occurrence | undefined;
  readonly missed: number;
  readonly next: Occurrence | undefined;
} {
  // A clock that was far ahead for a while left a last day in the future. It must not silence the rule until then; days that
  // had their texts are known by their submission.
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(text.rule.zone).toPlainDate();
  const yesterday = today.subtract({ days: 1 }).toString();
  const after =
    text.lastDay !== undefined && text.lastDay > today.toString() ? yesterday : (text.lastDay ?? undefined);
  let due: Occurrence | undefined;
  let missed = 0;
  let next = nextOccurrence(text.rule, after ?? dayBefore(text));
  for (let passed = 0; next !== undefined && next.at <= now && passed < mostPassed; passed += 1) {
    if (next.at > text.activeSince) {
      if (due !== undefined) missed += 1;
      due = next;
    }
    next = nextOccurrence(text.rule, next.day);
  }
  return { due, missed, next };
}

/** Two days before the rule came into force begin everywhere on earth before it: nothing is passed over. */
function dayBefore({ rule, activeSince }: Pick<RecurringText, 'rule' | 'activeSince'>): string {
  const day = Temporal.Instant.fromEpochMilliseconds(activeSince).toZonedDateTimeISO(rule.zone).toPlainDate();
  return day.subtract({ days: 2 }).toString();
}
