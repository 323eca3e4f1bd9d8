import { failure, type Result } from '../../../shared/errors.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { AccountView, Output } from '../../../shared/ipc/contract.ts';
import type { ListView, leftOutReasons } from '../../../shared/ipc/list-methods.ts';
import type { Client } from '../../lib/bridge.ts';
import { type OptionName, OptionsForm } from '../quick-send/options-form.svelte.ts';
import { countFor } from '../quick-send/parts.ts';
import { TimingForm, type TimingName } from '../quick-send/timing-form.svelte.ts';

/** Longest reason for sending in quiet hours, as the contract takes it. */
const longestReason = 200;
/** The seconds that are left are counted anew so often, ms. */
const countDelay = 250;

type LeftOutReason = (typeof leftOutReasons)[number];

/** A list of recipients and the one text for all of them. Main keeps the list; this shows it and asks. */
export class ListForm {
  view = $state.raw<ListView>({ phase: 'none', undone: null });
  body = $state('');
  accountId = $state<number | undefined>(undefined);
  problem = $state<string | undefined>(undefined);
  /** Where to look because of it. */
  problemField = $state<'reason' | undefined>(undefined);
  problemOption = $state<OptionName | TimingName | undefined>(undefined);
  notice = $state<string | undefined>(undefined);
  busy = $state(false);
  /** Main looks up what went to these numbers lately. */
  checking = $state(false);
  readonly options = new OptionsForm();
  readonly timing = new TimingForm();
  /** Numbers that could not be reached lately get a text all the same. */
  flagged = $state(false);
  /** One text for each row, also where several have the same number. */
  sharing = $state(false);
  overridesQuiet = $state(false);
  quietReason = $state('');
  /** Seconds in which the list can be taken back; undefined when it cannot. */
  undoSeconds = $state<number | undefined>(undefined);
  #window = $state.raw<Output<'schedule.window'> | undefined>(undefined);
  /** What the question about repeated texts was about: it goes as soon as that is something else. */
  #asked = $state.raw('');
  #counting: ReturnType<typeof setInterval> | undefined;
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async read(): Promise<void> {
    const [answer, window] = await Promise.all([
      this.#client.call('lists.status'),
      this.#client.call('schedule.window'),
    ]);
    this.#window = window.ok ? window.value : undefined;
    // The question for a reason went with the quiet hours.
    if (this.quiet === undefined && this.problemField === 'reason') {
      this.problem = undefined;
      this.problemField = undefined;
    }
    if (answer.ok) this.#show(answer.value);
  }

  /** Stops counting: the window goes. */
  close(): void {
    clearInterval(this.#counting);
  }

  #show(view: ListView): void {
    const before = this.view;
    this.view = view;
    clearInterval(this.#counting);
    if (view.phase === 'sealed') {
      this.#count(view.until);
      this.#counting = setInterval(() => this.#count(view.until), countDelay);
    } else this.undoSeconds = undefined;
    // A window that was not there when it was written shows it as well.
    if (view.phase === 'ready' && view.takenBack !== null && this.body === '') this.body = view.takenBack;
    const isOther = view.phase === 'ready' && !(before.phase === 'ready' && before.id === view.id);
    if (isOther && view.takenBack === null) this.#beginAnew();
    // What was written is in the outbox now.
    if (view.phase === 'making' || view.phase === 'done') this.#beginAnew();
  }

  #beginAnew(): void {
    this.flagged = false;
    this.sharing = false;
    this.overridesQuiet = false;
    this.quietReason = '';
    this.#asked = '';
    if (this.view.phase === 'ready') return;
    this.body = '';
    this.options.reset();
    this.timing.reset();
  }

  #count(until: number): void {
    const left = until - Date.now();
    this.undoSeconds = left > 0 ? Math.ceil(left / 1_000) : undefined;
  }

  /** How many texts it will be, as things are ticked. */
  get recipients(): number {
    if (this.view.phase !== 'ready') return 0;
    const { taken, sharing, flagged, flaggedSharing } = this.view.counts;
    return (
      taken +
      (this.sharing ? sharing : 0) +
      (this.flagged ? flagged + (this.sharing ? flaggedSharing : 0) : 0)
    );
  }

  /** Why rows are left out, as things are ticked, with how many. */
  get leftOut(): readonly { readonly reason: LeftOutReason; readonly count: number }[] {
    if (this.view.phase !== 'ready') return [];
    const { leftOut, flagged, flaggedSharing } = this.view.counts;
    const unreached = flagged + flaggedSharing;
    return this.flagged || unreached === 0 ? leftOut : [...leftOut, { reason: 'flagged', count: unreached }];
  }

  /** To how many nearly the same text went lately, while that is what is about to be sent. */
  get repeats(): { readonly count: number; readonly hours: number } | undefined {
    if (this.view.phase !== 'ready' || this.view.repeats === null) return undefined;
    return this.#asked === this.#about ? this.view.repeats : undefined;
  }

  get #about(): string {
    return JSON.stringify([this.body, this.flagged, this.sharing]);
  }

  /** Quiet hours, as they hold what is sent now; undefined while texts go out, and for a time that was asked for. */
  get quiet(): Output<'schedule.window'> | undefined {
    if (this.#window?.open !== false || this.timing.sendAt !== '' || this.timing.sendAtUnread)
      return undefined;
    return this.#window;
  }

  overrideQuiet(overrides: boolean): void {
    this.overridesQuiet = overrides;
    this.problem = undefined;
    this.problemField = undefined;
  }

  choose(): Promise<void> {
    return this.#ask(() => this.#client.call('lists.choose'));
  }

  chooseColumn(column: number): Promise<void> {
    return this.#ask(() => this.#client.call('lists.chooseColumn', { column }));
  }

  /** Also while main is looking something up for it: that ends with it. */
  async stop(): Promise<void> {
    const answer = await this.#client.call('lists.stop');
    if (answer.ok) this.#show(answer.value);
    else this.problem = translateError(answer.error);
  }

  undo(): Promise<void> {
    return this.#ask(async () => {
      const answer = await this.#client.call('lists.undo');
      if (!answer.ok) return answer;
      if (answer.value.phase === 'ready') this.notice = translate('lists.takenBack');
      else this.problem = translate('lists.undoTooLate');
      return answer;
    });
  }

  goOn(): Promise<void> {
    return this.#ask(() => this.#client.call('lists.goOn'));
  }

  /** What the list will cost, in parts; undefined while that is not known. */
  sum(account: AccountView | undefined): { recipients: number; parts: number; total: number } | undefined {
    if (this.view.phase !== 'ready' || this.body === '' || this.options.binary) return undefined;
    const { parts } = countFor(this.body, account?.family);
    const { recipients } = this;
    return { recipients, parts, total: recipients * parts };
  }

  /** @param repeats what the person says about those to whom nearly the same text went lately; undefined: not asked yet */
  send(account: AccountView | undefined, repeats?: 'leave-out' | 'send'): Promise<void> {
    return this.#ask(async () => {
      if (this.view.phase !== 'ready') return failure('list-gone');
      if (this.body.trim() === '') return failure('body-empty');
      const read = account === undefined ? undefined : this.options.read(account, this.body, Date.now());
      if (read?.kind === 'problem') {
        this.problem = read.sentence;
        this.problemOption = read.option;
        return undefined;
      }
      const timed = this.timing.read(Date.now());
      if (timed.kind === 'problem') {
        this.problem = timed.sentence;
        this.problemOption = timed.option;
        return undefined;
      }
      const overrides = this.overridesQuiet && this.quiet !== undefined;
      const quietReason = this.quietReason.trim().slice(0, longestReason);
      if (overrides && quietReason === '') {
        this.problem = translate('quick.quietNeedsReason');
        this.problemField = 'reason';
        return undefined;
      }
      this.#asked = this.#about;
      this.checking = true;
      const answer = await this.#client.call('lists.send', {
        id: this.view.id,
        body: this.body,
        ...(account === undefined ? {} : { accountId: account.id }),
        ...(read?.options === undefined ? {} : { options: read.options }),
        ...timed.timing,
        ...(overrides ? { quietReason } : {}),
        ...(this.flagged ? { flagged: true } : {}),
        ...(this.sharing ? { sharing: true } : {}),
        ...(repeats === undefined ? {} : { repeats }),
      });
      this.checking = false;
      return answer;
    });
  }

  /** One question at a time: what was clicked twice is asked once. */
  async #ask(question: () => Promise<Result<ListView> | undefined>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = undefined;
    this.problemField = undefined;
    this.problemOption = undefined;
    this.notice = undefined;
    const answer = await question();
    this.busy = false;
    if (answer === undefined) return;
    if (answer.ok) this.#show(answer.value);
    else this.problem = translateError(answer.error);
  }
}

/** How a column is offered: by its name, or by what stands in it. */
export function columnLabel(column: { name: string | null; sample: string }, index: number): string {
  const { name, sample } = column;
  if (name !== null && name !== '')
    return sample === '' ? name : translate('lists.columnName', { name, sample });
  const number = index + 1;
  return sample === ''
    ? translate('lists.columnEmpty', { number })
    : translate('lists.columnNumber', { number, sample });
}
