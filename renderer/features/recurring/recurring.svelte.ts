import type { Recurrence, Repeat } from '../../../shared/domain/recurrence.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { Input } from '../../../shared/ipc/contract.ts';
import type { RecurringTextView } from '../../../shared/ipc/schedule-methods.ts';
import type { Client } from '../../lib/bridge.ts';
import { splitRecipients } from '../quick-send/recipients.ts';

export type Every = Repeat['every'];
type Written = Input<'recurring.create'>;
export type RecurringAct = 'stop' | 'resume' | 'remove';

/** The form of one repeating text, as it is typed. */
export class RecurringForm {
  /** Undefined: a new one. */
  readonly id: number | undefined;
  accountId = $state<number | undefined>(undefined);
  to = $state('');
  body = $state('');
  every = $state<Every>('week');
  interval = $state('1');
  days = $state.raw<readonly number[]>([1]);
  day = $state('1');
  weekday = $state('1');
  nth = $state('1');
  time = $state('08:00');
  from = $state('');
  until = $state('');
  bestBeforeHours = $state('4');
  readonly zone: string;
  /** What it carries besides its words; not changed here. */
  readonly #options: Written['options'];

  constructor(zone: string, today: string, text?: RecurringTextView) {
    this.zone = text?.rule.zone ?? zone;
    this.from = today;
    if (text === undefined) return;
    const { rule } = text;
    this.id = text.id;
    this.accountId = text.account.id;
    this.#options = text.options;
    this.to = text.recipients.map(({ display }) => display).join(', ');
    this.body = text.body;
    this.time = rule.time;
    this.from = rule.from;
    this.until = rule.until ?? '';
    this.bestBeforeHours = String(text.bestBeforeMinutes / 60);
    this.every = rule.repeat.every;
    this.interval = String(rule.repeat.interval);
    if (rule.repeat.every === 'week') this.days = rule.repeat.days;
    if (rule.repeat.every === 'month') this.day = String(rule.repeat.day);
    if (rule.repeat.every === 'month-weekday') {
      this.weekday = String(rule.repeat.weekday);
      this.nth = String(rule.repeat.nth);
    }
  }

  toggleDay(day: number): void {
    this.days = this.days.includes(day)
      ? this.days.filter((other) => other !== day)
      : [...this.days, day].toSorted((a, b) => a - b);
  }

  #readRepeat(): Repeat | undefined {
    const interval = wholeNumber(this.interval, 1, 99);
    if (interval === undefined) return undefined;
    switch (this.every) {
      case 'day':
        return { every: 'day', interval };
      case 'week':
        return this.days.length === 0 ? undefined : { every: 'week', interval, days: [...this.days] };
      case 'month': {
        const day = wholeNumber(this.day, 1, 31);
        return day === undefined ? undefined : { every: 'month', interval, day };
      }
      case 'month-weekday': {
        const weekday = wholeNumber(this.weekday, 1, 7);
        const nth = ([1, 2, 3, 4, 5, -1] as const).find((one) => String(one) === this.nth);
        return weekday === undefined || nth === undefined
          ? undefined
          : { every: 'month-weekday', interval, weekday, nth };
      }
    }
  }

  /** Undefined while something is missing. */
  get rule(): Recurrence | undefined {
    const repeat = this.#readRepeat();
    if (repeat === undefined || this.from === '' || this.time === '') return undefined;
    const until = this.until === '' ? null : this.until;
    if (until !== null && until < this.from) return undefined;
    return { from: this.from, until, time: this.time, zone: this.zone, repeat };
  }

  /** What is handed over, or the sentence that says what is missing. */
  get read(): { readonly written: Written } | { readonly problem: string } {
    const recipients = [...splitRecipients(this.to)];
    if (recipients.length === 0) return { problem: translate('quick.needTo') };
    if (this.body.trim() === '') return { problem: translate('quick.needMessage') };
    const { rule } = this;
    if (rule === undefined) return { problem: translate('recurring.ruleProblem') };
    const hours = Number(this.bestBeforeHours.trim().replace(',', '.'));
    const bestBeforeMinutes = Math.round(hours * 60);
    if (!(bestBeforeMinutes >= 5 && bestBeforeMinutes <= 7 * 24 * 60)) {
      return { problem: translate('recurring.bestBeforeProblem') };
    }
    return {
      written: {
        ...(this.accountId === undefined ? {} : { accountId: this.accountId }),
        ...(this.#options === undefined ? {} : { options: this.#options }),
        recipients,
        body: this.body,
        rule,
        bestBeforeMinutes,
      },
    };
  }
}

function wholeNumber(typed: string, least: number, most: number): number | undefined {
  const number = /^\d{1,2}$/.test(typed.trim()) ? Number(typed) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

/** Texts that go out again and again: reading, making, changing, stopping and removing them. */
export class RecurringTexts {
  texts = $state.raw<readonly RecurringTextView[] | undefined>(undefined);
  form = $state.raw<RecurringForm | undefined>(undefined);
  /** The next moments of the rule in the form, ms UTC; undefined while it says none. */
  preview = $state.raw<readonly number[] | undefined>(undefined);
  busy = $state(false);
  good = $state<string | undefined>(undefined);
  bad = $state<string | undefined>(undefined);
  zone = $state('');
  /** Ids of those that are ticked, for doing the same with several. */
  chosen = $state.raw<ReadonlySet<number>>(new Set());

  readonly #client: Client;
  #previews = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  async load(): Promise<void> {
    const [texts, window] = await Promise.all([
      this.#client.call('recurring.list'),
      this.#client.call('schedule.window'),
    ]);
    if (window.ok) this.zone = window.value.zone;
    if (texts.ok) {
      this.texts = texts.value;
      const there = new Set(texts.value.map(({ id }) => id));
      this.chosen = new Set([...this.chosen].filter((id) => there.has(id)));
    } else this.bad = translateError(texts.error);
  }

  /** `today` as `2027-01-31`. */
  write(today: string, text?: RecurringTextView): void {
    this.good = undefined;
    this.bad = undefined;
    this.preview = undefined;
    this.form = new RecurringForm(this.zone, today, text);
  }

  leave(): void {
    this.form = undefined;
    this.bad = undefined;
  }

  /** Asks when the rule would fall due. Of several answers under way only the last asked-for counts. */
  async readPreview(rule: Recurrence | undefined): Promise<void> {
    this.#previews += 1;
    const asked = this.#previews;
    if (rule === undefined) {
      this.preview = undefined;
      return;
    }
    const answer = await this.#client.call('recurring.preview', { rule });
    if (asked === this.#previews) this.preview = answer.ok ? answer.value.next : undefined;
  }

  /** What was typed stays until main has it. */
  async save(): Promise<void> {
    const { form } = this;
    if (form === undefined) return;
    const { read } = form;
    if ('problem' in read) {
      this.bad = read.problem;
      return;
    }
    await this.#do(async () => {
      const answer =
        form.id === undefined
          ? await this.#client.call('recurring.create', read.written)
          : await this.#client.call('recurring.change', { id: form.id, ...read.written });
      if (!answer.ok) {
        this.bad = translateError(answer.error);
        return;
      }
      this.form = undefined;
      this.good = translate('recurring.saved');
    });
  }

  async act(what: RecurringAct, id: number): Promise<void> {
    await this.#do(async () => {
      const answer = await this.#client.call(`recurring.${what}`, { id });
      if (answer.ok) this.good = translate(`recurring.done.${what}`);
      else this.bad = translateError(answer.error);
    });
  }

  choose(id: number, chosen: boolean): void {
    const next = new Set(this.chosen);
    if (chosen) next.add(id);
    else next.delete(id);
    this.chosen = next;
  }

  /** Every one, or none. */
  chooseAll(chosen: boolean): void {
    this.chosen = new Set(chosen ? (this.texts ?? []).map(({ id }) => id) : []);
  }

  /** Those of the ticked ones with which something can be done: what is stopped cannot be stopped again. */
  chosenFor(what: RecurringAct): readonly number[] {
    return (this.texts ?? [])
      .filter(
        ({ id, stopped }) => this.chosen.has(id) && (what === 'remove' || stopped === (what === 'resume')),
      )
      .map(({ id }) => id);
  }

  /** The same for all of these, one after the other; after a no the rest is left as it is, and stays ticked. */
  async actSeveral(what: RecurringAct, ids: readonly number[]): Promise<void> {
    await this.#do(async () => {
      let done = 0;
      for (const id of ids) {
        const answer = await this.#client.call(`recurring.${what}`, { id });
        if (!answer.ok) {
          this.bad = translateError(answer.error);
          break;
        }
        done += 1;
        this.choose(id, false);
      }
      if (done > 0) this.good = translate(`recurring.doneSeveral.${what}`, { count: done });
    });
  }

  async #do(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.good = undefined;
    this.bad = undefined;
    await act();
    await this.load();
    this.busy = false;
  }
}
