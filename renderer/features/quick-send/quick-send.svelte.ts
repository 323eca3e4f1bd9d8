import { formatHex, parseHex } from '../../../shared/domain/hex.ts';
import { maxBodyUnits } from '../../../shared/domain/message.ts';
import { gapNames } from '../../../shared/domain/template.ts';
import type { TypedOptions } from '../../../shared/domain/typed-options.ts';
import { type AppError, assertNever } from '../../../shared/errors.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { AccountView, DraftView, Input, Output, RecipientView } from '../../../shared/ipc/contract.ts';
import type { TemplateView } from '../../../shared/ipc/template-methods.ts';
import type { Client } from '../../lib/bridge.ts';
import { hexProblem, type OptionName, OptionsForm } from './options-form.svelte.ts';
import { describeParts } from './parts.ts';
import { maxRecipients, maxRecipientUnits, splitRecipients } from './recipients.ts';
import { TimingForm, type TimingName } from './timing-form.svelte.ts';

/** Waits after the last keystroke, ms. */
const understandDelay = 120;
const saveDelay = 300;
/** How long the success stays in view before the window leaves, ms; longer while the text can be taken back. */
const doneDelay = 1400;
/** The seconds that are left are counted anew so often, ms. */
const countDelay = 250;

export interface RecipientEntry {
  /** As typed. */
  readonly input: string;
  readonly meaning: RecipientView | { readonly kind: 'reading' } | { readonly kind: 'failed' };
  /** The same number stands earlier in the list; it gets one text. */
  readonly repeated: boolean;
}

export type Phase = 'loading' | 'writing' | 'sending' | 'done';
export type Field = 'to' | 'body';
type ProblemField = Field | 'options' | 'reason';
/** Longest reason for sending in quiet hours, as the contract takes it. */
const longestReason = 200;

/** What is missing before anything can be sent. */
type Missing =
  | { readonly kind: 'none'; readonly content: Content }
  | { readonly kind: 'to' | 'valid-to' | 'too-many' | 'body' | 'body-too-long' }
  | { readonly kind: 'hex'; readonly sentence: string }
  | { readonly kind: 'reason' }
  | { readonly kind: 'gaps'; readonly names: readonly string[] }
  | { readonly kind: 'option'; readonly option: OptionName | TimingName; readonly sentence: string };

/** What became of the last text, as the window tells it. */
export interface Sent {
  readonly count: number;
  readonly repeated: boolean;
  /** Until when it can be taken back, ms UTC; null: it went at once, or waits for a time that was asked for. */
  readonly undoUntil: number | null;
  /** When this computer sends it, where that was asked for, ms UTC. */
  readonly sendAt: number | null;
  /** When quiet hours let it out, ms UTC. */
  readonly heldUntil: number | null;
}

/** What stood in the form, to be brought back by taking it back. */
interface Form {
  readonly submissionId: string;
  readonly messageIds: readonly number[];
  readonly recipients: readonly string[];
  readonly to: string;
  readonly body: string;
  readonly options: TypedOptions;
  readonly template: TemplateView | undefined;
  readonly accountId: number | undefined;
  /** Why it was to go in quiet hours; undefined: it was to wait for their end. */
  readonly quietReason: string | undefined;
}

/** What is handed over, and compared when it may have been handed over before. */
type Content = Omit<Input<'sending.submit'>, 'submissionId'>;

/**
 * The state behind the quick-send form. Typed text is kept in this order: here, in the draft on disk (soon after every
 * change), in the outbox. It only leaves here once the outbox has it.
 */
export class QuickSend {
  phase = $state<Phase>('loading');
  /** A sentence about the last try to send. */
  problem = $state<string | undefined>(undefined);
  /** Where the person should look because of it. */
  problemField = $state<ProblemField | undefined>(undefined);
  problemOption = $state<OptionName | TimingName | undefined>(undefined);
  /** The same text went there lately: whether to send it again is for the person to say. */
  asksRepeat = $state(false);
  draftProblem = $state(false);
  sent = $state.raw<Sent | undefined>(undefined);
  /** Seconds left for taking the last text back; undefined when that is over, or never was. */
  undoSeconds = $state<number | undefined>(undefined);
  undoing = $state(false);
  /** What taking back came to. */
  notice = $state<string | undefined>(undefined);

  /** The default one first; set by the window as it learns of them. */
  accounts = $state.raw<readonly AccountView[]>([]);
  /** The template whose words stand in the message, changed or not. */
  template = $state.raw<TemplateView | undefined>(undefined);
  readonly options = new OptionsForm();
  readonly timing = new TimingForm();
  /** A person wants it to go although it is quiet, and says why. */
  overridesQuiet = $state(false);
  #quietReason = $state('');
  #window = $state.raw<Output<'schedule.window'> | undefined>(undefined);

  readonly #client: Client;
  #accountId = $state<number | undefined>(undefined);
  #to = $state('');
  #body = $state('');
  /** What main said about each piece of *To*. Keyed by the piece itself, so a late answer can never be shown for
   * something else. */
  #meanings = $state.raw<ReadonlyMap<string, RecipientView | { readonly kind: 'failed' }>>(new Map());
  #asked = new Set<string>();
  #epoch = 0;
  #submissionId = '';
  /** What was handed over under this id and may have been taken, although the answer was no. */
  #handedOver: string | undefined;
  #typed: Record<Field, boolean> = { to: false, body: false };
  #loading: Promise<void> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #unsaved = false;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #understandTimer: ReturnType<typeof setTimeout> | undefined;
  #understanding: Promise<void> = Promise.resolve();
  #doneTimer: ReturnType<typeof setTimeout> | undefined;
  #countTimer: ReturnType<typeof setInterval> | undefined;
  #taken: Form | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  get to(): string {
    return this.#to;
  }
  set to(value: string) {
    if (value === this.#to) return;
    this.#to = value;
    this.#edited('to');
    clearTimeout(this.#understandTimer);
    this.#understandTimer = setTimeout(() => void this.understandNow(), understandDelay);
  }

  get body(): string {
    return this.#body;
  }
  set body(value: string) {
    if (value === this.#body) return;
    this.#body = value;
    // Nothing is left of it.
    if (value.trim() === '') this.template = undefined;
    this.#edited('body');
  }

  /** Quiet hours, as they hold what is sent now; undefined while texts go out, and for a text with a time of its own. */
  get quiet(): Output<'schedule.window'> | undefined {
    if (this.#window?.open !== false || this.timing.sendAt !== '' || this.timing.sendAtUnread)
      return undefined;
    return this.#window;
  }

  async readQuiet(): Promise<void> {
    const answer = await this.#client.call('schedule.window');
    this.#window = answer.ok ? answer.value : undefined;
    // The question for a reason went with the quiet hours.
    if (this.quiet === undefined && this.problemField === 'reason') this.#clearProblem();
  }

  overrideQuiet(overrides: boolean): void {
    this.overridesQuiet = overrides;
    this.#changed();
  }

  get quietReason(): string {
    return this.#quietReason;
  }
  set quietReason(reason: string) {
    if (reason === this.#quietReason) return;
    this.#quietReason = reason;
    this.#changed();
  }

  /** The words of a template were put into the message. */
  wroteFrom(template: TemplateView): void {
    this.template = template;
    this.#changed();
  }

  /** What stands in the form besides recipients and words. */
  get #typedOptions(): TypedOptions {
    return {
      ...this.options.typed,
      ...this.timing.typed,
      ...(this.template === undefined ? {} : { templateId: this.template.id }),
    };
  }

  /** Brings the template of an earlier window back. One that was removed meanwhile says nothing any more. */
  async #restoreTemplate(id: number | undefined): Promise<void> {
    if (id === undefined || this.template !== undefined) return;
    const answer = await this.#client.call('templates.list');
    if (answer.ok) this.template ??= answer.value.find((template) => template.id === id);
  }

  /** The account the text will go out through: the chosen one, otherwise the default. */
  get account(): AccountView | undefined {
    return this.accounts.find(({ id }) => id === this.#accountId) ?? this.accounts[0];
  }

  chooseAccount(id: number): void {
    this.#accountId = id;
    this.changedOptions();
  }

  /** Account or options were changed: what was said about them no longer holds. */
  changedOptions(): void {
    this.#changed();
  }

  get parts() {
    return describeParts(this.#body, {
      family: this.account?.family,
      binary: this.options.binary,
      headerOctets: this.options.headerOctets,
    });
  }

  get entries(): readonly RecipientEntry[] {
    const seen = new Set<string>();
    return splitRecipients(this.#to).map((input) => {
      const meaning = this.#meanings.get(input) ?? { kind: 'reading' as const };
      const repeated = meaning.kind === 'valid' && seen.has(meaning.e164);
      if (meaning.kind === 'valid') seen.add(meaning.e164);
      return { input, meaning, repeated };
    });
  }

  /** Distinct numbers that would get a text, in international form. */
  get recipients(): readonly string[] {
    const numbers = new Set<string>();
    for (const { meaning } of this.entries) if (meaning.kind === 'valid') numbers.add(meaning.e164);
    return [...numbers];
  }

  get tooManyRecipients(): number | undefined {
    const { length } = splitRecipients(this.#to);
    return length > maxRecipients ? length : undefined;
  }

  /** Reads the draft of an earlier window, run or crash. What was typed meanwhile comes after it. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    const answer = await this.#client.call('draft.load');
    if (answer.ok) {
      const draft = answer.value;
      this.#submissionId = draft.submissionId;
      if (draft.to !== '') this.#to = this.#typed.to ? `${draft.to}, ${this.#to}` : draft.to;
      this.options.restore(draft.options ?? {});
      this.timing.restore(draft.options ?? {});
      await this.#restoreTemplate(draft.options?.templateId);
      this.#accountId ??= draft.accountId;
      if (draft.body !== '') this.#body = this.#typed.body ? `${draft.body}\n${this.#body}` : draft.body;
    } else {
      // Sending may still work, and a second window's draft cannot be met: this id was never stored.
      this.#submissionId = crypto.randomUUID();
      this.draftProblem = true;
    }
    if (this.phase === 'loading') this.phase = 'writing';
    await this.understandNow();
  }

  /** The country changed: every number may mean something else. */
  forgetMeanings(): void {
    this.#epoch += 1;
    this.#asked = new Set();
    this.#meanings = new Map();
    void this.understandNow();
  }

  /** Asks main about every piece it has not answered yet. Resolves when all answers so far are in. */
  understandNow(): Promise<void> {
    clearTimeout(this.#understandTimer);
    const epoch = this.#epoch;
    const fresh = splitRecipients(this.#to)
      .slice(0, maxRecipients)
      .filter((input) => !this.#asked.has(input));
    const calls = fresh.map(async (input) => {
      this.#asked.add(input);
      const meaning = await this.#understand(input);
      if (epoch !== this.#epoch) return;
      // A failed question may be asked again.
      if (meaning.kind === 'failed') this.#asked.delete(input);
      this.#meanings = new Map(this.#meanings).set(input, meaning);
    });
    if (calls.length > 0)
      this.#understanding = Promise.all([this.#understanding, ...calls]).then(() => undefined);
    return this.#understanding;
  }

  async #understand(input: string): Promise<RecipientView | { readonly kind: 'failed' }> {
    if (input.length > maxRecipientUnits) return { kind: 'invalid', reason: 'too-long' };
    const answer = await this.#client.call('recipients.understand', { input });
    return answer.ok ? answer.value : { kind: 'failed' };
  }

  #edited(field: Field): void {
    this.#typed[field] = true;
    this.#changed();
  }

  #changed(): void {
    // What is typed while it is being taken back stays beside what comes back.
    if (this.phase === 'done' && !this.undoing) this.#backToWriting();
    this.#clearProblem();
    this.#unsaved = true;
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => void this.saveNow(), saveDelay);
  }

  #clearProblem(): void {
    this.asksRepeat = false;
    this.problem = undefined;
    this.notice = undefined;
    this.problemField = undefined;
    this.problemOption = undefined;
  }

  /** Writes the draft if it changed. Calls queue up behind each other, so that an older one never lands last. */
  saveNow(): Promise<void> {
    clearTimeout(this.#saveTimer);
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  async #save(): Promise<void> {
    if (!this.#unsaved || this.#submissionId === '' || this.phase === 'sending') return;
    this.#unsaved = false;
    const options = this.#typedOptions;
    const draft: DraftView = {
      to: this.#to,
      body: this.#body,
      submissionId: this.#submissionId,
      ...(Object.keys(options).length === 0 ? {} : { options }),
      ...(this.#accountId === undefined ? {} : { accountId: this.#accountId }),
    };
    const answer = await this.#client.call('draft.save', draft);
    this.draftProblem = !answer.ok;
    if (!answer.ok) this.#unsaved = true;
  }

  #missing(): Missing {
    const { entries } = this;
    if (entries.length === 0) return { kind: 'to' };
    if (entries.length > maxRecipients) return { kind: 'too-many' };
    if (entries.some(({ meaning }) => meaning.kind !== 'valid')) return { kind: 'valid-to' };
    if (this.#body.trim() === '') return { kind: 'body' };
    if (this.#body.length > maxBodyUnits) return { kind: 'body-too-long' };
    let body = this.#body;
    if (this.options.binary) {
      const sentence = hexProblem(body);
      if (sentence !== undefined) return { kind: 'hex', sentence };
      const octets = parseHex(body);
      if (octets.kind === 'invalid') return { kind: 'body' };
      // Spaces between octets are for people.
      body = formatHex(octets.octets);
    }
    if (this.parts.tooLong) return { kind: 'body-too-long' };
    // Brackets that somebody typed without a template are what they meant to send.
    const gaps = this.template === undefined ? [] : gapNames(body);
    if (gaps.length > 0) return { kind: 'gaps', names: gaps };
    const read = this.options.read(this.account, body, Date.now());
    if (read.kind === 'problem') return { ...read, kind: 'option' };
    const timed = this.timing.read(Date.now());
    if (timed.kind === 'problem') return { ...timed, kind: 'option' };
    const overrides = this.overridesQuiet && this.quiet !== undefined;
    const quietReason = this.#quietReason.trim().slice(0, longestReason);
    if (overrides && quietReason === '') return { kind: 'reason' };
    // With several accounts, the one that was in view: main's default may change meanwhile.
    const accountId = this.accounts.length > 1 ? this.account?.id : undefined;
    return {
      kind: 'none',
      content: {
        recipients: [...this.recipients],
        body,
        ...(accountId === undefined ? {} : { accountId }),
        ...(read.options === undefined ? {} : { options: read.options }),
        ...timed.timing,
        ...(overrides ? { quietReason } : {}),
        ...(this.template === undefined ? {} : { templateId: this.template.id }),
      },
    };
  }

  /**
   * Puts the text into the outbox. A second call while one is under way does nothing, and main takes a submission id
   * only once, so that neither a double click nor a crash makes two of one.
   */
  /** @param repeatConfirmed the person was told that the same text went there lately, and wants it all the same */
  async submit(repeatConfirmed = false): Promise<void> {
    if (this.phase !== 'loading' && this.phase !== 'writing') return;
    await this.load();
    if (this.phase !== 'writing') return;
    this.phase = 'sending';
    this.#clearProblem();
    await this.understandNow();
    const missing = this.#missing();
    if (missing.kind !== 'none') {
      this.phase = 'writing';
      this.#explain(missing);
      return;
    }
    // The draft on disk is emptied by the submission itself; a save that arrived after it would bring it back.
    clearTimeout(this.#saveTimer);
    await this.#saving;
    const { content } = missing;
    const before = this.#handedOver;
    this.#handedOver = JSON.stringify(content);
    const answer = await this.#client.call('sending.submit', {
      submissionId: this.#submissionId,
      ...content,
      ...(repeatConfirmed ? { repeatConfirmed } : {}),
    });
    if (!answer.ok) {
      this.phase = 'writing';
      this.#refused(answer.error);
      return;
    }
    const { messageIds, repeated, undoUntil, heldUntil } = answer.value;
    // Main kept what came first under this id. Unless that is what stands here, this text is in no outbox.
    if (repeated && before !== this.#handedOver) {
      await this.#keepAsNew();
      return;
    }
    this.#taken = {
      submissionId: this.#submissionId,
      messageIds,
      recipients: content.recipients,
      to: this.#to,
      body: this.#body,
      options: this.#typedOptions,
      template: this.template,
      accountId: this.#accountId,
      quietReason: content.quietReason,
    };
    const { sendAt = null } = content;
    const count = Math.max(messageIds.length, 1);
    await this.#startOver({ count, repeated, undoUntil, sendAt, heldUntil });
  }

  #explain(missing: Exclude<Missing, { kind: 'none' }>): void {
    switch (missing.kind) {
      case 'to':
        this.problemField = 'to';
        this.problem = translate('quick.needTo');
        return;
      case 'too-many':
        this.problemField = 'to';
        this.problem = translate('quick.toTooMany', { max: maxRecipients, count: this.entries.length });
        return;
      case 'valid-to':
        this.problemField = 'to';
        this.problem = translate('quick.needValidTo');
        return;
      case 'body':
        this.problemField = 'body';
        this.problem = translate('quick.needMessage');
        return;
      case 'body-too-long':
        this.problemField = 'body';
        this.problem = translateError({ code: 'body-too-long' });
        return;
      case 'gaps':
        this.problemField = 'body';
        this.problem = translate('quick.gapLeft', {
          count: missing.names.length,
          names: missing.names.join(', '),
        });
        return;
      case 'reason':
        this.problemField = 'reason';
        this.problem = translate('quick.quietNeedsReason');
        return;
      case 'hex':
        this.problemField = 'body';
        this.problem = missing.sentence;
        return;
      case 'option':
        this.problemField = 'options';
        this.problemOption = missing.option;
        this.problem = missing.sentence;
        return;
      default:
        assertNever(missing);
    }
  }

  #refused(error: AppError): void {
    this.problem = translateError(error);
    this.asksRepeat = error.code === 'already-texted';
    if (error.code === 'opted-out') this.problemField = 'to';
    if (error.code === 'recipient-invalid') this.problemField = 'to';
    if (error.code === 'option-not-carried' || error.code === 'option-invalid') this.problemField = 'options';
    if (error.code === 'body-empty' || error.code === 'body-too-long') this.problemField = 'body';
    this.#unsaved = true;
    void this.saveNow();
  }

  async #keepAsNew(): Promise<void> {
    this.#submissionId = crypto.randomUUID();
    this.#handedOver = undefined;
    this.phase = 'writing';
    this.problem = translate('quick.repeatedKept');
    this.#unsaved = true;
    await this.saveNow();
  }

  async #startOver(sent: Sent): Promise<void> {
    const used = this.#submissionId;
    this.#submissionId = '';
    this.#handedOver = undefined;
    this.#unsaved = false;
    this.#to = '';
    this.#body = '';
    this.#typed = { to: false, body: false };
    this.#accountId = undefined;
    this.options.reset();
    this.timing.reset();
    this.template = undefined;
    this.overridesQuiet = false;
    this.#quietReason = '';
    this.sent = sent;
    this.phase = 'done';
    const left = sent.undoUntil === null ? 0 : sent.undoUntil - Date.now();
    this.#doneTimer = setTimeout(() => this.#leave(), Math.max(doneDelay, left));
    if (left > 0) {
      this.#count();
      this.#countTimer = setInterval(() => this.#count(), countDelay);
    }
    // Whoever types and sends again meanwhile waits for the new id.
    this.#loading = this.#nextSubmission(used);
    await this.#loading;
  }

  async #nextSubmission(used: string): Promise<void> {
    const answer = await this.#client.call('draft.load');
    const next = answer.ok ? answer.value.submissionId : used;
    // A used id would make the next text a repetition of the last one, which means it would never go out.
    this.#submissionId = next === used ? crypto.randomUUID() : next;
    if (this.#unsaved) void this.saveNow();
  }

  #count(): void {
    const left = (this.sent?.undoUntil ?? 0) - Date.now();
    this.undoSeconds = left > 0 ? Math.ceil(left / 1_000) : undefined;
    if (left <= 0) clearInterval(this.#countTimer);
  }

  /**
   * Takes back what was just sent. The recipients whose text did not leave come back into the form, and those alone: a
   * second press of *Send* must not reach anybody twice.
   */
  async undo(): Promise<void> {
    const taken = this.#taken;
    if (this.phase !== 'done' || this.undoing || this.undoSeconds === undefined || taken === undefined)
      return;
    this.undoing = true;
    clearTimeout(this.#doneTimer);
    const answer = await this.#client.call('sending.undo', { submissionId: taken.submissionId });
    // The id of the next text has to be there before what comes back is kept under it.
    await this.#loading;
    this.undoing = false;
    this.#backToWriting();
    if (!answer.ok) {
      this.problem = translateError(answer.error);
      return;
    }
    const { undone, tooLate, messageIds } = answer.value;
    if (undone === 0) {
      this.problem = translate('quick.undoTooLate');
      return;
    }
    await this.#bringBack(taken, new Set(messageIds), tooLate);
    const told = translate(tooLate === 0 ? 'quick.undone' : 'quick.undonePartly', { count: undone, tooLate });
    if (tooLate === 0) this.notice = told;
    else this.problem = told;
  }

  async #bringBack(taken: Form, back: ReadonlySet<number>, tooLate: number): Promise<void> {
    // One text for each recipient, in their order.
    const to =
      tooLate === 0
        ? taken.to
        : taken.recipients.filter((_, index) => back.has(taken.messageIds[index] ?? 0)).join(', ');
    // What was typed while the answer was under way stays, after what comes back.
    this.#to = this.#to === '' ? to : `${to}, ${this.#to}`;
    this.#body = this.#body === '' ? taken.body : `${taken.body}\n${this.#body}`;
    this.options.restore(taken.options);
    this.timing.restore(taken.options);
    this.template ??= taken.template;
    this.#accountId ??= taken.accountId;
    if (taken.quietReason !== undefined && !this.overridesQuiet) {
      this.overridesQuiet = true;
      this.#quietReason = taken.quietReason;
    }
    this.#typed = { to: true, body: true };
    this.#unsaved = true;
    await Promise.all([this.saveNow(), this.understandNow()]);
  }

  #backToWriting(): void {
    clearTimeout(this.#doneTimer);
    clearInterval(this.#countTimer);
    this.phase = 'writing';
    this.sent = undefined;
    this.undoSeconds = undefined;
    this.#taken = undefined;
  }

  #leave(): void {
    if (this.phase !== 'done') return;
    void this.#client.call('app.hideWindow').then(() => {
      if (this.phase === 'done') this.#backToWriting();
    });
  }

  /** The window came into view again. */
  shown(): void {
    void this.readQuiet();
    if (this.phase === 'done' && !this.undoing) this.#backToWriting();
  }

  /** Escape: the draft is kept, the window goes. */
  hide(): void {
    if (this.phase === 'sending' || this.undoing) return;
    void this.saveNow();
    if (this.phase === 'done') this.#leave();
    else void this.#client.call('app.hideWindow');
  }

  /** Stops every timer; for tests and when the window goes. */
  stop(): void {
    clearTimeout(this.#saveTimer);
    clearTimeout(this.#understandTimer);
    clearTimeout(this.#doneTimer);
    clearInterval(this.#countTimer);
  }
}
