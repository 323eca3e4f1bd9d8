/**
 * What the core asks of the world. Adapters live in `electron/db`, `electron/gateways`, `electron/platform`;
 * the core only ever sees these shapes, so that it runs and is tested in plain Node.
 */
import type { AccountSettings } from '../../shared/domain/account-settings.ts';
import type { AccountPauseReason, MessageState } from '../../shared/domain/message.ts';
import type { MessageOptions } from '../../shared/domain/message-options.ts';
import type { Recurrence } from '../../shared/domain/recurrence.ts';
import type { TypedOptions } from '../../shared/domain/typed-options.ts';
import type { CareView } from '../../shared/ipc/care-methods.ts';
import type { RecipientView } from '../../shared/ipc/contract.ts';

/** Wall clock in milliseconds UTC, and a clock that only runs forward for time-outs. */
export interface Clock {
  now(): number;
  monotonic(): number;
}

/** One-shot timers. The returned function cancels; cancelling twice is harmless. */
export interface Timers {
  after(milliseconds: number, run: () => void): () => void;
  /** Once everything that is ready now has run. Absent: `setImmediate`. */
  soon?(run: () => void): void;
}

/**
 * What the operating system thinks of the line. `false` is a strong hint, `true` says little; neither is believed without
 * asking the gateway.
 */
export interface LineHint {
  online(): boolean;
}

/**
 * When texts may go out: quiet hours, closed days, holidays. `changesAt` (ms UTC) is when `open` may become something else;
 * undefined: never.
 */
export interface Calendar {
  windowAt(now: number): { readonly open: boolean; readonly changesAt: number | undefined };
}

export interface Log {
  debug(event: string, facts?: LogFacts): void;
  info(event: string, facts?: LogFacts): void;
  warn(event: string, facts?: LogFacts): void;
  error(event: string, facts?: LogFacts): void;
}
export type LogFacts = Readonly<Record<string, unknown>>;

// --- gateway -------------------------------------------------------------------------------------------------

/** One message as a gateway is asked to send it. */
export interface GatewayMessage {
  /** Our own search key for this text, 26 Crockford base32 characters, the same on every attempt. */
  readonly clientRef: string;
  /** E.164 with the leading `+`. */
  readonly recipient: string;
  readonly body: string;
  readonly options?: MessageOptions | undefined;
}

/**
 * One HTTP request: a single message, several recipients of the same body and options, or, where the gateway's
 * capabilities allow `personalTexts`, messages that differ.
 */
export interface GatewayBatch {
  /** Search key of the request: the message's own `clientRef` when it is alone, the attempt's otherwise. */
  readonly requestRef: string;
  readonly messages: readonly GatewayMessage[];
}

/**
 * What is known about one message after a call.
 * - `accepted`  the gateway said yes to this recipient
 * - `rejected`  the gateway said no to this recipient, in words; with the code `refusedHere`, we did, before anything left
 * - `notSent`   the request provably never left: safe to try again
 * - `unknown`   it may have left: only a person may decide to send again
 */
export type Outcome =
  | { readonly kind: 'accepted'; readonly providerId: string | undefined }
  | {
      readonly kind: 'rejected';
      readonly code: string | undefined;
      readonly text: string;
      /** The request was refused whole for a reason that nobody has described: it may be the account's and not the text's. */
      readonly undescribed?: true | undefined;
    }
  | { readonly kind: 'notSent'; readonly why: NotSentReason; readonly text: string }
  | { readonly kind: 'unknown'; readonly why: string; readonly text: string };

/**
 * Why a request never left, or was turned away whole without a single text being looked at.
 * `line`: no connection came about. `account`: the gateway refused the whole request for a reason that
 * concerns the account (the outcome comes with a `pause`). `aborted`: we stopped before anything was written.
 * `alone`: the request was turned away whole, perhaps for the sake of another text in it: this one goes by itself next time.
 * `turned-away`: by a status alone, perhaps from a filter on the way that dislikes this very text: it goes by itself, after all
 * others, next time (the outcome comes with a `pause`).
 */
export type NotSentReason = 'line' | 'account' | 'aborted' | 'alone' | 'turned-away';

/** Stop sending for this account: until a time (ms UTC), or until a person does something (`until` undefined). */
export interface Pause {
  readonly reason: AccountPauseReason;
  readonly until: number | undefined;
  /** The gateway's own words, for the detail view. Never holds the key. */
  readonly text: string;
}

export interface SendResult {
  /** One per message of the batch, in the same order. */
  readonly outcomes: readonly Outcome[];
  readonly pause: Pause | undefined;
  readonly httpStatus: number | undefined;
}

export type CheckResult =
  | { readonly kind: 'works'; readonly balance: number | undefined; readonly currency: string | undefined }
  | {
      readonly kind: 'failed';
      readonly why: 'key-rejected' | 'ip-blocked' | 'line' | 'certificate' | 'proxy' | 'unexpected';
      readonly text: string;
    };

/** A question that got no usable answer. Nothing was sent, so nothing is in doubt: asking again is harmless. */
export interface NoAnswer {
  readonly kind: 'no-answer';
  /** Why nothing came back, or nothing was asked; absent when the gateway, or something in front of it, did speak. */
  readonly why?: 'no-line' | 'certificate' | 'recipient-invalid' | 'question-not-offered' | undefined;
  /** Its words then, otherwise ours. */
  readonly text: string;
  readonly pause?: Pause | undefined;
}

/**
 * What the gateway says became of a text. `waiting`: still with Clickatell or the network. `gone`: unknown to the gateway
 * (too old, or never taken).
 */
export type StatusResult =
  | {
      readonly kind: 'status';
      readonly meaning:
        | 'waiting'
        | 'at-gateway'
        | 'delivered'
        | 'undelivered'
        | 'expired'
        | 'stopped'
        | 'gone';
      /** The gateway's own word or number, for the detail view. */
      readonly code: string;
    }
  | NoAnswer;

export type ChargeResult =
  | { readonly kind: 'charge'; readonly credits: number; readonly code: string }
  | NoAnswer;

export type CoverageResult =
  | {
      readonly kind: 'coverage';
      readonly covered: boolean;
      readonly credits: number | undefined;
      readonly text: string;
    }
  | NoAnswer;

export interface GatewayCapabilities {
  /** Of one request with the same text to all. */
  readonly maxRecipients: number;
  /** How many different texts one request may carry; absent or 1: every text needs its own request. */
  readonly personalTexts?: number | undefined;
  /** Options this gateway can carry. A message with another one is rejected before anything leaves. */
  readonly options?: readonly (keyof MessageOptions)[] | undefined;
  /** Whether the family lets us find or de-duplicate a text by our own reference. Clickatell: echo only. */
  readonly clientRef: 'none' | 'echo' | 'queryable' | 'dedupes';
}

export interface GatewayContext {
  readonly signal: AbortSignal;
  /**
   * Called at the last moment, so that the key lives no longer than the request. Undefined: there is no key. Rejects when
   * there is one and the secret store does not give it (locked, late): sending pauses for a while and asks again. For
   * Developers' Central it is the login in one string, see `shared/domain/central-login.ts`.
   */
  readonly readKey: () => Promise<string | undefined>;
}

export interface Gateway {
  readonly id: string;
  readonly capabilities: GatewayCapabilities;
  /** Never rejects: every failure is an outcome. */
  send(batch: GatewayBatch, context: GatewayContext): Promise<SendResult>;
  /** The balance call: proves the key without sending. Never rejects. */
  check(context: GatewayContext): Promise<CheckResult>;
  /** What became of a text, by the id the gateway gave it. Never rejects. */
  status?(providerId: string, context: GatewayContext): Promise<StatusResult>;
  /** Developers' Central only. None of these rejects. */
  charge?(providerId: string, context: GatewayContext): Promise<ChargeResult>;
  /** Stops a text that still waits at Clickatell. */
  stop?(providerId: string, context: GatewayContext): Promise<StatusResult>;
  coverage?(recipient: string, context: GatewayContext): Promise<CoverageResult>;
  /** Drops every open connection (after sleep, at quit). */
  close(): Promise<void>;
}

// --- outbox store --------------------------------------------------------------------------------------------

export type MessageEncoding = 'gsm-7' | 'ucs-2' | '8-bit';

export interface NewMessage {
  readonly clientRef: string;
  readonly recipient: string;
  readonly body: string;
  readonly parts: number;
  readonly encoding: MessageEncoding;
  readonly options?: MessageOptions | undefined;
  readonly bestBefore: number | undefined;
  /** When the person asked for it to go out, ms UTC; absent: as soon as possible. */
  readonly sendAt?: number | undefined;
  /** Earliest try, ms UTC, when it is later than `sendAt`: the time in which sending can be undone. */
  readonly notBefore?: number | undefined;
  /** Why it may go out in quiet hours, in the person's words; absent: quiet hours hold it. */
  readonly quietOverride?: string | undefined;
}

export interface Submission {
  /** Made when the form opened; the same id submitted twice is one submission. */
  readonly id: string;
  readonly accountId: number;
  readonly messages: readonly NewMessage[];
  /** Draft that this submission empties, in the same transaction. */
  readonly clearsDraft: string | undefined;
  /** Absent: 0. */
  readonly priority?: Priority | undefined;
  /** The template that the text was written from; counted as used. */
  readonly templateId?: number | undefined;
}

/** Claim order: 0, a person's own text, goes before 1, a batch. */
export type Priority = 0 | 1;

export interface SubmitResult {
  readonly messageIds: readonly number[];
  /** True when this submission id had been taken before: nothing was written this time. */
  readonly repeated: boolean;
}

/** A claimed request: its messages are `sending`, its attempt row is committed. */
export interface OpenAttempt {
  readonly id: number;
  readonly accountId: number;
  readonly requestRef: string;
  readonly messages: readonly (GatewayMessage & {
    readonly id: number;
    readonly attemptNumber: number;
    /** Its last request was `turned-away`. */
    readonly turnedAwayBefore?: true | undefined;
  })[];
}

export interface ClaimRequest {
  readonly accountId: number;
  readonly now: number;
  /** How many requests may be opened. */
  readonly maxAttempts: number;
  /** How many recipients one request may carry, when the text is the same for all. */
  readonly maxRecipients: number;
  /** How many different texts one request may carry; absent or 1: one. */
  readonly maxPersonalTexts?: number | undefined;
  /** How many texts may be claimed in all; absent: as many as the requests carry. */
  readonly maxMessages?: number | undefined;
  /** As `maxMessages`, for texts of a batch alone: the rest is kept for what a person sends meanwhile. */
  readonly maxBatchMessages?: number | undefined;
  /** A person's own texts go in requests as small as keeps every slot busy: no later, and with fewer in one doubt. */
  readonly spreadUrgent?: boolean | undefined;
  /** False in quiet hours: only texts whose quiet hours a person has overridden. Absent: open. */
  readonly open?: boolean | undefined;
  /** Only texts with a higher id: the others are held for a person. */
  readonly afterId?: number | undefined;
  /** Claims nothing when more texts than this are due, see `TurnReport.tooMany`. */
  readonly atMostDue?: number | undefined;
}

/** What one turn of the dispatcher writes, in one transaction: closes first, then what is late, then the claim. */
export interface TurnRequest {
  readonly accountId: number;
  readonly now: number;
  readonly results: readonly AttemptResult[];
  /** Absent: nothing is claimed. */
  readonly claim?: ClaimRequest | undefined;
}

export interface TurnReport {
  /** What was claimed. */
  readonly attempts: readonly OpenAttempt[];
  /** Texts that became *Needs a decision*, because it had become too late for them or they cannot be read. */
  readonly held: number;
  /** More is due than `maxMessages` and `maxBatchMessages` let through. */
  readonly limited: boolean;
  /** Nothing was claimed, because more than `atMostDue` were due. */
  readonly tooMany: boolean;
}

/** What piled up while there was no line, for the question whether it may go now. */
export interface PiledUp {
  /** May go at once. */
  readonly fresh: number;
  /** Too late: *Needs a decision*. */
  readonly late: number;
  /** Waits for quiet hours to end. */
  readonly quiet: number;
  /** Of the fresh and the quiet ones. */
  readonly parts: number;
  /** When the oldest was written, ms UTC. */
  readonly oldest: number | undefined;
}

export interface AttemptResult {
  readonly attempt: OpenAttempt;
  readonly result: SendResult;
  /** Earliest next try for messages that go back to the queue, ms UTC. */
  readonly notBefore: number;
  /** What was turned away needs a person's decision instead of going back to the queue. */
  readonly setAside?: true | undefined;
}

/** What the gateway says, for certain, became of a text that it took. */
export interface DeliveryReport {
  readonly messageId: number;
  /** `stop-asking`: the time in which reports come is over, and none came. */
  readonly event: 'report-delivered' | 'report-undelivered' | 'stop-asking';
  /** Why it did not arrive: `undelivered`, `expired`, `stopped`. */
  readonly errorCode?: string | undefined;
  /** The gateway's own word or number for it. */
  readonly errorText?: string | undefined;
}

export type Counts = Readonly<Record<MessageState, number>>;

export interface UndoResult {
  readonly undone: readonly number[];
  /** Texts that had left, or ended, already. */
  readonly tooLate: number;
}

export interface RecoveryReport {
  readonly inDoubt: number;
  readonly attempts: number;
}

/**
 * The outbox on disk. Every method is one transaction; the promise resolves after the commit has reached the disk.
 * State changes go through the table in `core/outbox/state.ts` and are guarded by state and attempt number.
 */
export interface OutboxStore {
  submit(submission: Submission): Promise<SubmitResult>;
  claim(request: ClaimRequest): Promise<readonly OpenAttempt[]>;
  close(results: readonly AttemptResult[]): Promise<void>;
  /** Close, hold late and claim in one transaction. All of it is written, or nothing. */
  turn(request: TurnRequest): Promise<TurnReport>;
  /** Turns what an earlier run left in `sending` into `in_doubt`. Called once, before the first claim. */
  recover(): Promise<RecoveryReport>;
  /** Late texts wait for a person instead of going out. Returns how many. */
  holdLate(accountId: number, now: number): Promise<number>;
  cancel(messageId: number): Promise<'cancelled' | 'requested' | 'too-late'>;
  /** Takes back what of a submission has not left yet; that becomes `cancelled`. */
  undo(submissionId: string): Promise<UndoResult>;
  resolveDoubt(messageId: number, decision: 'arrived' | 'drop'): Promise<void>;
  /** A second text with a reference of its own; the doubtful one becomes `abandoned`. Returns the new id. */
  sendAgain(messageId: number, clientRef: string): Promise<number>;
  decideLate(messageId: number, decision: 'send' | 'drop'): Promise<void>;
  /**
   * Answers with the ids that changed. A report that comes twice, late, or about a text that is gone changes nothing: reports
   * have no order.
   */
  report(reports: readonly DeliveryReport[]): Promise<readonly number[]>;
  /** Soonest future `not_before` or `best_before` among waiting texts, ms UTC; undefined when none waits for a time. */
  nextDue(accountId: number, now: number): Promise<number | undefined>;
  /** Soonest future `best_before` among waiting texts, ms UTC: then they become *Needs a decision*, whatever else holds. */
  nextLate(accountId: number, now: number): Promise<number | undefined>;
  /**
   * The wall clock was set back by so many milliseconds: waits that are no time of day (undo, back-off) end as much earlier, and
   * so do not last longer. Never a text that somebody asked for at a time.
   */
  bringForward(accountId: number, now: number, milliseconds: number): Promise<void>;
  /** How many texts could be claimed now; counts no further than `most`. */
  due(accountId: number, now: number, most: number): Promise<number>;
  /**
   * Since when the oldest text that is due might have gone, ms UTC: it was written or its time had come, and an answer of the
   * gateway came later than that or never did. Undefined: nothing is due.
   */
  waitingSince(accountId: number, now: number): Promise<number | undefined>;
  /** Holds everything that waits now for a person; answers with the highest id. Undefined: nothing waits. */
  holdWaiting(accountId: number): Promise<number | undefined>;
  /** What is held may go. */
  releaseHeld(accountId: number): Promise<void>;
  /** Texts up to this id wait for a person. */
  heldThrough(accountId: number): Promise<number | undefined>;
  /** What of the texts up to `throughId` still waits. `open`: no quiet hours now. */
  piledUp(accountId: number, throughId: number, open: boolean): Promise<PiledUp>;
  counts(): Promise<Counts>;
  pauseAccount(accountId: number, pause: Pause | undefined): Promise<void>;
  accountPause(accountId: number): Promise<Pause | undefined>;
}

// --- what became of texts, and numbers not to text ----------------------------------------------------------------

export interface TextToAsk {
  readonly id: number;
  readonly providerId: string;
  /** When the gateway took it, or was to deliver it, ms UTC. */
  readonly from: number;
}

export interface DeliveryStore {
  /** Soonest question, ms UTC; undefined: nothing to ask. One put off further than a clock explains is due now. */
  nextQuestion(accountId: number, now: number): number | undefined;
  toAsk(accountId: number, now: number, limit: number): TextToAsk[];
  /** A question was answered; undefined: it was the last one. */
  asked(id: number, next: number | undefined): void;
  postpone(id: number, next: number): void;
}

export type OptOutSource = 'person' | 'import' | 'clickatell';

export interface OptOut {
  readonly recipient: string;
  readonly source: OptOutSource;
  readonly createdAt: number;
}

/** A number with two failures for good, or more, that no delivery has disproved. */
export interface FlaggedNumber {
  readonly recipient: string;
  readonly failures: number;
  /** ms UTC. */
  readonly lastFailureAt: number;
}

/** What was sent to a number lately. */
export interface EarlierText {
  readonly recipient: string;
  readonly body: string;
  readonly createdAt: number;
}

export interface NumberStore {
  optOut(recipients: readonly string[], source: OptOutSource, now: number): number;
  optIn(recipient: string): void;
  optedOut(recipients: readonly string[]): ReadonlySet<string>;
  /** Newest first. `beginsWith`: digits of the number, `+` included. */
  optOuts(page: {
    readonly beginsWith: string;
    readonly before: OptOut | undefined;
    readonly limit: number;
  }): OptOut[];
  optOutCount(): number;
  /** Numbers with two failures for good that no delivery has disproved. */
  flagged(recipients: readonly string[]): ReadonlySet<string>;
  /** Those that failed last first. `beginsWith`: digits of the number, `+` included. */
  flaggedPage(page: {
    readonly beginsWith: string;
    readonly before: FlaggedNumber | undefined;
    readonly limit: number;
  }): FlaggedNumber[];
  flaggedCount(): number;
  /** A person knows that the number works. */
  clearHealth(recipient: string): void;
  /** Texts to a number since a time that were sent, or are about to be; newest first. */
  since(recipient: string, time: number, limit: number, exceptSubmission: string): EarlierText[];
}

/** Why a text ended, as far as it tells something of the number. */
export type NumberNews = 'unreachable' | 'opted-out' | 'reached';

// --- what a person does with texts that wait or failed -----------------------------------------------------------

export interface EditedText {
  /** E.164. */
  readonly recipient: string;
  readonly body: string;
  readonly parts: number;
  readonly encoding: MessageEncoding;
}

/** `too-late`: it left, or ended, meanwhile. Nothing was changed. */
export type EditResult = 'edited' | 'too-late' | 'not-found';

export interface RetryScope {
  /** Only texts written since then, ms UTC. */
  readonly since: number;
  /** Only of this submission; undefined: of all. */
  readonly submissionId?: string | undefined;
  readonly limit: number;
}

export interface RetryResult {
  /** The new texts, in the order of `of`. */
  readonly messageIds: readonly number[];
  readonly of: readonly number[];
  /** Failed ones that were not sent again because of the limit. */
  readonly left: number;
}

export interface BalanceReading {
  /** ms UTC. */
  readonly at: number;
  readonly balance: number;
  readonly currency: string | undefined;
}

export interface ControlStore {
  /** Only while it waits. */
  edit(id: number, text: EditedText): Promise<EditResult>;
  move(id: number, to: 'first' | 'last'): Promise<EditResult>;
  /** New texts for those that failed and have not been sent again. The failed ones stay as they are. */
  retryFailed(scope: RetryScope, newRef: () => string, now: number): Promise<RetryResult>;
  failedCount(scope: Omit<RetryScope, 'limit'>): Promise<number>;
  noteBalance(accountId: number, reading: BalanceReading): void;
  /** The last reading not after `from`, and the first not before `to`. */
  balancesAround(
    accountId: number,
    from: number,
    to: number,
  ): { readonly before: BalanceReading | undefined; readonly after: BalanceReading | undefined };
}

// --- texts that go out again and again ------------------------------------------------------------------------

export interface NewRecurringText {
  readonly accountId: number;
  /** E.164, each once. */
  readonly recipients: readonly string[];
  readonly body: string;
  readonly parts: number;
  readonly encoding: MessageEncoding;
  readonly options: MessageOptions;
  readonly rule: Recurrence;
  /** How long after its time an occurrence still makes sense. */
  readonly bestBeforeMinutes: number;
}

export interface RecurringText extends NewRecurringText {
  readonly id: number;
  /** The day of the last occurrence that became texts. */
  readonly lastDay: string | undefined;
  /** Occurrences passed over because the program did not run. */
  readonly missed: number;
  readonly stopped: boolean;
  /** Only what falls after this is sent, ms UTC. */
  readonly activeSince: number;
}

export interface RecurrenceStore {
  list(): RecurringText[];
  create(text: NewRecurringText, now: number): RecurringText;
  /** A changed rule begins anew: what the old one missed is no longer told. */
  change(id: number, text: NewRecurringText, now: number): RecurringText;
  stop(id: number, now: number): void;
  resume(id: number, now: number): void;
  remove(id: number): void;
  /** Writes down that the occurrence of a day has become texts. */
  advance(id: number, day: string, missed: number): void;
}

// --- templates ------------------------------------------------------------------------------------------------------

/** What a person writes of a template. */
export interface NewTemplate {
  readonly name: string;
  /** Empty: in no folder. */
  readonly folder: string;
  /** What is typed after a slash; undefined: its name alone finds it. */
  readonly shortcut: string | undefined;
  readonly body: string;
  /** How long after it was sent a text still makes sense; undefined: for ever. */
  readonly bestBeforeMinutes: number | undefined;
}

export interface Template extends NewTemplate {
  readonly id: number;
  readonly usedCount: number;
  readonly usedAt: number | undefined;
  readonly changedAt: number;
  /** How many earlier versions are kept. */
  readonly versions: number;
}

/** What a template was until it was changed. */
export interface TemplateVersion {
  readonly id: number;
  readonly name: string;
  readonly body: string;
  /** Until when it was so. */
  readonly savedAt: number;
}

export interface TemplateStore {
  /** Those in use, by folder and name. */
  list(): Template[];
  get(id: number): Template | undefined;
  count(): number;
  /** @throws ShortcutTaken */
  create(template: NewTemplate, now: number): Template;
  /** Keeps what it was as a version. Undefined: there is none with this id. @throws ShortcutTaken */
  change(id: number, template: NewTemplate, now: number): Template | undefined;
  /** It can be brought back for 30 days. */
  remove(id: number, now: number): void;
  /** Its shortcut does not come with it when another has it by now. Undefined: it is not there any more. */
  bringBack(id: number): Template | undefined;
  /** Newest first. */
  versions(id: number): TemplateVersion[];
  /** Makes it what it was; what it is now becomes a version. Undefined: there is no such version. */
  restoreVersion(id: number, versionId: number, now: number): Template | undefined;
  /** Adds those that are not there yet with the same name and words; a shortcut that is taken is left out. */
  add(templates: readonly NewTemplate[], now: number): number;
}

// --- contacts -------------------------------------------------------------------------------------------------------

/** What a person writes of a contact. */
export interface NewContact {
  readonly name: string;
  /** E.164. */
  readonly number: string;
  readonly notes: string;
  /** Names of groups; one that is not there yet comes into being. */
  readonly groups: readonly string[];
}

export interface Contact extends NewContact {
  readonly id: number;
  /** When a text to the number was last written; undefined: never, or all of it was erased. */
  readonly textedAt: number | undefined;
}

/** Where a page of contacts ends: the last one's place in the order. */
export interface ContactPlace {
  readonly order: string;
  readonly id: number;
}

export interface ContactQuery {
  /** Words that a name begins with, in any order, or a number as far as it is known. Empty: everybody. */
  readonly words: readonly string[];
  readonly digits: string | undefined;
  readonly group: string | undefined;
  readonly after: ContactPlace | undefined;
  readonly limit: number;
}

export interface ContactGroup {
  readonly name: string;
  readonly members: number;
}

export interface ContactStore {
  /** By name. */
  page(query: ContactQuery): {
    readonly contacts: readonly Contact[];
    readonly next: ContactPlace | undefined;
  };
  count(): number;
  /** Everybody, for taking them elsewhere. */
  all(): readonly NewContact[];
  /** Those that were texted last come first. */
  suggest(words: readonly string[], digits: string | undefined, limit: number): readonly Contact[];
  /** Undefined: the same name with the same number is there already. */
  create(contact: NewContact, now: number): Contact | undefined;
  /** `gone`: there is none with this id. `present`: another one has the same name and number. */
  change(id: number, contact: NewContact, now: number): Contact | 'gone' | 'present';
  remove(id: number): void;
  /** Several at once, in one transaction; those that are there already are not added again. @returns how many were */
  add(contacts: readonly NewContact[], now: number): number;
  /** Everybody with this number, by name. */
  namesOf(number: string): readonly string[];
  groups(): readonly ContactGroup[];
  /** Groups whose name has words that begin so. */
  suggestGroups(words: readonly string[], limit: number): readonly ContactGroup[];
  /** Each number once. */
  numbersOf(group: string, limit: number): readonly string[];
  /** Forgets everybody with this number. @returns how many */
  eraseNumber(number: string): number;
}

// --- lists of recipients ---------------------------------------------------------------------------------------

/** What each text of a list will be, but for its number and reference. */
export type ListText = Omit<NewMessage, 'clientRef' | 'recipient'>;

/**
 * A recipient of a list: its row in the file, counted from 1, and its number in E.164. `sharing`: an earlier row has the same
 * number, and something else beside it.
 */
export type ListRecipient = readonly [row: number, recipient: string, sharing?: true];

/** A recipient that is not simply taken. One who asked for no more texts never gets one, whatever the person says. */
export interface HeldRecipient {
  readonly row: number;
  readonly recipient: string;
  readonly reason: 'opted-out' | 'flagged';
  readonly sharing: boolean;
}

/** What a person says about those who are not simply taken. */
export interface ListChoice {
  /** Numbers that could not be reached lately get a text all the same. */
  readonly flagged: boolean;
  /** One text for each row, also where several have the same number. */
  readonly sharing: boolean;
  /** What this check found is left out (`markRepeats`); undefined: nothing is. */
  readonly withoutRepeatsOf?: number | undefined;
}

/** Recipients of a list to whom nearly the same text went lately. */
export interface RepeatQuery {
  readonly listId: string;
  readonly body: string;
  /** ms UTC. */
  readonly since: number;
  /** Only those who would get a text. */
  readonly choice: Pick<ListChoice, 'flagged' | 'sharing'>;
}

export interface StoredList {
  readonly id: string;
  readonly fileName: string;
  readonly sealed: boolean;
  /** It was sealed once, in the file that this one is a copy of (docs/adr/0027): a person has to say yes anew. */
  readonly held: boolean;
  /** Texts made so far, and how many there are to be; both 0 before it is sealed first. */
  readonly made: number;
  readonly total: number;
}

/**
 * Lists on disk. Recipients wait beside the outbox until the list is sealed; then they become texts. So a list that
 * is being read can be dropped whole at any moment, and a sealed one is finished whatever happens.
 */
export interface ListStore {
  begin(id: string, fileName: string, now: number): void;
  /**
   * One transaction. Those who asked for no more texts are not kept.
   * @returns who is not simply taken
   * @throws ListNotFound
   */
  add(id: string, recipients: readonly ListRecipient[]): readonly HeldRecipient[];
  /** Notes what a check found. Checks of a list are counted from 1. */
  markRepeats(id: string, check: number, rows: readonly number[]): void;
  /**
   * From here on all of them will be sent. Sealing again changes nothing.
   * @returns how many texts it will be
   * @throws ListNotFound, AccountRemoved
   */
  seal(id: string, accountId: number, text: ListText, choice: ListChoice, now: number): number;
  /** Takes the yes back, as long as nothing of the list is a text. @returns whether it was in time */
  unseal(id: string): boolean;
  /** Seals a list that is held, with the text and the account it had. @throws ListNotFound, AccountRemoved */
  sealAgain(id: string, now: number): void;
  /** Deletes recipients of a list that is not sealed, for about the time given, and at last the list. True: there is more. */
  dropSlice(id: string, milliseconds: number): boolean;
  /** Turns recipients of a sealed list into texts, for about the time given; undefined once all are and the list is gone. */
  makeSlice(
    id: string,
    milliseconds: number,
    newRef: () => string,
    now: number,
  ): { readonly ids: readonly number[]; readonly list: StoredList } | undefined;
  /** Those that were begun and are not gone. */
  lists(): readonly StoredList[];
}

/** Which part of a file is read, and how. */
export interface ListSource {
  /** Absolute. Chosen by a person in a dialog of main; no window ever names one. */
  readonly path: string;
  /** The office's country, ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** Counted from 0; null: the one with the most numbers in it. */
  readonly column: number | null;
}

/** `opted-out`, `flagged`: by what is known of the number (`HeldRecipient`). The others are about what stands in the row. */
export type LeftOutReason = Extract<RecipientView, { kind: 'invalid' }>['reason'] | HeldRecipient['reason'];

export interface ListColumn {
  /** From the first row; null where that holds no names. */
  readonly name: string | null;
  /** What stands in it first. */
  readonly sample: string;
}

export interface ListShape {
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  readonly delimiter: ',' | ';' | '\t' | '|';
  readonly columns: readonly ListColumn[];
  /** The one that is read. */
  readonly column: number;
  /** Whether the first row holds names. */
  readonly header: boolean;
}

/** Every row is exactly one of taken, sharing, duplicate, left out. */
export interface ListCounts {
  readonly read: number;
  readonly taken: number;
  /** Another row of a number that is taken, with something else beside it. */
  readonly sharing: number;
  /** The same row again. */
  readonly duplicates: number;
  readonly leftOut: Readonly<Partial<Record<LeftOutReason, number>>>;
}

export interface LeftOutRow {
  /** In the file, counted from 1, the row with the names included. */
  readonly row: number;
  /** What stands there, cut off. */
  readonly value: string;
  readonly reason: LeftOutReason;
}

export type ListReport =
  | { readonly kind: 'shape'; readonly shape: ListShape }
  | {
      readonly kind: 'recipients';
      readonly recipients: readonly ListRecipient[];
      readonly counts: ListCounts;
      /** How far in the file, 0 to 1. */
      readonly part: number;
    };

export interface ListResult {
  readonly counts: ListCounts;
  /** The first of them. */
  readonly leftOut: readonly LeftOutRow[];
}

/** Looks for nearly the same texts off the main thread; `onReport` gets rows of the list, in pieces. */
export type FindRepeats = (
  query: RepeatQuery,
  onReport: (rows: readonly number[]) => void,
  signal: AbortSignal,
) => Promise<void>;

/** Reads a file off the main thread. Rejects with an error whose `code` says what is wrong with the file. */
export type ReadList = (
  source: ListSource,
  onReport: (report: ListReport) => void,
  signal: AbortSignal,
) => Promise<ListResult>;

// --- what the windows read -----------------------------------------------------------------------------------

export interface StoredRow {
  readonly id: number;
  readonly recipient: string;
  /** The first 160 characters. */
  readonly start: string;
  readonly parts: number;
  readonly state: MessageState;
  readonly stateAt: number;
  readonly createdAt: number;
  readonly notBefore: number;
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly cancelRequested: 0 | 1;
}

export interface StoredDetail extends StoredRow {
  readonly body: string;
  /** When the body was erased, ms UTC. */
  readonly erasedAt: number | null;
  readonly encoding: MessageEncoding;
  readonly options: MessageOptions;
  readonly accountId: number;
  readonly accountLabel: string;
  readonly accountFamily: AccountFamily;
  readonly clientRef: string;
  readonly providerId: string | null;
  readonly resendOf: number | null;
}

export interface StoredAttempt {
  readonly number: number;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly outcome: Outcome['kind'] | null;
  readonly httpStatus: number | null;
  readonly text: string | null;
  /** How many texts shared the request. */
  readonly messages: number;
}

/** `outbox`: texts that still need us or a person. */
export type MessageView = 'history' | 'outbox';

export interface MessageQuery {
  /** As typed. */
  readonly query: string;
  readonly view: MessageView;
  /** Only older ones than this id; null: from the newest on. */
  readonly before: number | null;
  readonly limit: number;
}

export interface FoundPage {
  /** Newest first. */
  readonly rows: readonly StoredRow[];
  /** What to pass as `before` to search on; null when all was searched. A page may end before it is full. */
  readonly older: number | null;
  /** False while older texts are still being brought into the index: they are not found yet. */
  readonly complete: boolean;
}

export interface MessageReader {
  /** Newest first. `older` is what to pass as `before` for the next page. */
  page(view: MessageView, before: number | null, limit: number): { rows: StoredRow[]; older: number | null };
  /** Those that exist, in the order asked for. */
  rows(ids: readonly number[]): StoredRow[];
  detail(id: number): { message: StoredDetail; attempts: StoredAttempt[] } | undefined;
}

export interface Draft {
  readonly to: string;
  readonly body: string;
  readonly submissionId: string;
  /** Absent: an ordinary text. */
  readonly options?: TypedOptions | undefined;
  /** Absent: the default account. */
  readonly accountId?: number | undefined;
}

export interface DraftStore {
  load(name: string): Draft | undefined;
  /** A draft that has become a submission is not brought back by a save that was still on its way. */
  save(name: string, draft: Draft, now: number): void;
}

// --- accounts ------------------------------------------------------------------------------------------------

export type AccountFamily = 'platform' | 'central';
export type AccountTransport = 'auto' | 'json' | 'xml' | 'http' | 'get' | 'post';

export interface Account {
  readonly id: number;
  readonly label: string;
  readonly family: AccountFamily;
  readonly transport: AccountTransport;
  /** Null: Clickatell's own address. */
  readonly serverAddress: string | null;
  readonly settings: AccountSettings;
  readonly isDefault: boolean;
  /** Most texts handed over a minute. */
  readonly ratePerMinute: number;
}

/** What can be changed about an account. Settings are replaced as a whole. */
export type StoredAccountChange = Partial<
  Pick<Account, 'label' | 'transport' | 'serverAddress' | 'settings' | 'ratePerMinute'>
>;

export interface AccountDirectory {
  /** The default one first; removed ones left out. */
  list(): Account[];
  /** The first account becomes the default one. */
  create(account: Pick<Account, 'label' | 'family'>, now: number): Account;
  change(id: number, change: StoredAccountChange): void;
  makeDefault(id: number): void;
  /** Takes the key along. An account with texts stays for the history, out of `list`. */
  remove(id: number, now: number): void;
  /** Texts that wait, are under way, or need a person. */
  openTexts(id: number): number;
}

// --- secrets -------------------------------------------------------------------------------------------------

/**
 * `strong`: a store of the operating system. `weak`: encrypted with a key that stands in the program.
 * `unavailable`: nothing, or no answer in time.
 */
export type StoreStrength = 'strong' | 'weak' | 'unavailable';

export interface SecretBox {
  strength(): Promise<StoreStrength>;
  /** Rejects when the store is locked or does not answer in time. */
  encrypt(text: string): Promise<{ readonly cipher: Uint8Array; readonly providerTag: string }>;
  decrypt(cipher: Uint8Array): Promise<{ readonly text: string; readonly shouldReEncrypt: boolean }>;
}

/** Where the ciphertext of an account's key is kept. */
export interface StoredSecret {
  readonly cipher: Uint8Array;
  readonly providerTag: string;
  /** The server it was given for. */
  readonly origin: string;
}

export interface SecretStore {
  secret(accountId: number): StoredSecret | undefined;
  setSecret(accountId: number, secret: StoredSecret, now: number): void;
  forgetSecret(accountId: number): void;
}

// --- data care -----------------------------------------------------------------------------------------------

export interface ErasedChunk {
  readonly erased: number;
  /** First id of the range whose body is still there. */
  readonly firstKept: number | undefined;
  /** When the first text after the range was written, ms UTC; undefined at the end. */
  readonly nextCreatedAt: number | undefined;
}

export interface NumberCount {
  readonly erasable: number;
  /** Still need us or a person: they stay. */
  readonly open: number;
}

/** Erases bodies in ranges of ids (`after < id <= until`); each call is one short transaction. */
export interface BodyEraser {
  lastId(): number;
  /** Every text up to this id is erased already. */
  firstToErase(): number;
  rememberErasedUpTo(id: number): void;
  /** Texts that are not open and came into their state before `before` (ms UTC). */
  eraseOld(after: number, until: number, before: number, now: number): ErasedChunk;
  countNumber(after: number, until: number, recipient: string): NumberCount;
  /** Body and number of every text to this number that is not open. Returns their ids. */
  eraseNumber(after: number, until: number, recipient: string, now: number): readonly number[];
  /** Recurring texts that were stopped before `before` (ms UTC). Returns how many. */
  eraseStopped(before: number): number;
  /** Rows of lists and recurring texts that still go to this number. */
  openBesides(recipient: string): number;
  /** How well it could be reached, and its place in recurring texts that were stopped. Returns how many rows changed. */
  eraseBesides(recipient: string): number;
  /** Removes what was erased from the log as well, if that is possible at once. */
  dropTraces(): void;
}

/** `complete`: false when it was stopped before its end. */
export interface ErasedNumber {
  readonly erased: number;
  readonly open: number;
  readonly complete: boolean;
}

/** What was written about one number: its texts, and whatever else is kept about it. */
export interface ExportedNumber {
  readonly texts: number;
  readonly other: number;
}

export interface RestoredTexts {
  readonly texts: number;
  readonly held: number;
  readonly inDoubt: number;
  /** Recurring texts that were stopped. */
  readonly stopped: number;
}

/** What the windows may ask of data care. Implemented in `electron/care/`. Rejects with named errors. */
export interface DataCareService {
  view(): CareView;
  dismissIncident(): void;
  /** Deletes what was put aside under this name. */
  deleteKept(name: string): void;
  /** Stops what is under way, as far as it may be. */
  stop(): void;
  backUp(): Promise<void>;
  /** @param name of a backup in the list */
  restore(name: string): Promise<RestoredTexts>;
  /** Undefined: the person called it off, here and below. */
  restoreChosen(): Promise<RestoredTexts | undefined>;
  /** @param recipient E.164, here and below */
  countNumber(recipient: string): Promise<NumberCount>;
  eraseNumber(recipient: string): Promise<ErasedNumber>;
  exportNumber(recipient: string, format: 'csv' | 'json'): Promise<ExportedNumber | undefined>;
  /** False: called off. */
  exportArchive(passphrase: string, pause: boolean): Promise<boolean>;
  importArchive(passphrase: string): Promise<RestoredTexts | undefined>;
}
