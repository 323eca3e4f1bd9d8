/**
 * The one description of everything that crosses between a window and the main process. Types, channel names,
 * registration in main, the preload bridge and the renderer's client are all derived from this object.
 *
 * To add a method: add it here and its name in `channels.ts` (a missing one is a compile error), write its handler
 * in `electron/ipc/handlers/`, and use it through `renderer/lib/bridge.ts`.
 */
import * as v from 'valibot';
import { accountSettingsSchema } from '../domain/account-settings.ts';
import { centralLoginSchema } from '../domain/central-login.ts';
import { gatewayErrorMeanings } from '../domain/gateway-error.ts';
import { accountPauseReasons, lineTroubles, maxBodyUnits, messageStates } from '../domain/message.ts';
import { messageOptionsSchema } from '../domain/message-options.ts';
import { maxQueryUnits } from '../domain/search.ts';
import { typedOptionsSchema } from '../domain/typed-options.ts';
import { appErrorCodes } from '../errors.ts';
import { settingsPatchSchema, settingsSchema } from '../settings.ts';
import { careMethods } from './care-methods.ts';
import type { methods } from './channels.ts';
import { contactMethods } from './contact-methods.ts';
import { controlMethods } from './control-methods.ts';
import { listMethods } from './list-methods.ts';
import { numbersMethods } from './numbers-methods.ts';
import { outageMethods } from './outage-methods.ts';
import { scheduleMethods } from './schedule-methods.ts';
import { templateMethods } from './template-methods.ts';

/** Which windows may call a method. */
export type WindowKind = 'main' | 'quick-send';

const nothing = v.undefined();
const rowId = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shortText = v.pipe(v.string(), v.maxLength(500));
const submissionId = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
);
const body = v.pipe(v.string(), v.maxLength(maxBodyUnits));
const recipientInput = v.pipe(v.string(), v.maxLength(200));
const state = v.picklist(messageStates);

/** At most so many recipients in one submission by hand; lists are imported in chunks. */
export const maxRecipientsPerSubmission = 100;
export const maxPageSize = 200;

export const countsSchema = v.strictObject({
  waiting: count,
  sending: count,
  maybeSent: count,
  needsDecision: count,
  total: count,
});
export type CountsView = v.InferOutput<typeof countsSchema>;

export const sendingSchema = v.strictObject({
  /** `offline`: the last try found no line; the next one is at `nextTry`. */
  state: v.picklist(['running', 'paused', 'offline']),
  pauseReason: v.nullable(v.picklist(accountPauseReasons)),
  /** The gateway's own words, when it caused the pause. */
  pauseText: v.nullable(shortText),
  /** When sending goes on by itself, ms UTC. */
  until: v.nullable(time),
  nextTry: v.nullable(time),
  /** What is wrong with the line, while `offline`. */
  trouble: v.nullable(v.picklist(lineTroubles)),
});

export const credentialSchema = v.strictObject({
  /**
   * `stored`: in the operating system's secret store. `this-run`: in memory until the program ends. `practice`: the pretend
   * gateway's own, which nobody gave and nobody can change.
   */
  key: v.picklist(['none', 'stored', 'this-run', 'locked', 'practice']),
  /** Strength of what this computer offers for keeping a key. */
  store: v.picklist(['strong', 'weak', 'unavailable', 'unknown']),
});
export type CredentialView = v.InferOutput<typeof credentialSchema>;

/** Which API an account speaks: an API key of today's platform, or a login of the older Developers' Central. */
export const accountFamilies = ['platform', 'central'] as const;
/** `auto`: chosen by what a message needs. The others are forced by the person. */
export const accountTransports = ['auto', 'json', 'xml', 'http', 'get', 'post'] as const;

const label = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60));
/** `https:`, or `http:` on loopback. Checked again where the gateway is made. */
const serverAddress = v.pipe(v.string(), v.trim(), v.maxLength(200), v.url());

/** Most texts an account hands over a minute. */
const ratePerMinute = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(60_000));

export const accountSchema = v.strictObject({
  id: rowId,
  label,
  family: v.picklist(accountFamilies),
  transport: v.picklist(accountTransports),
  /** Null: Clickatell's own address. */
  serverAddress: v.nullable(shortText),
  settings: accountSettingsSchema,
  isDefault: v.boolean(),
  ratePerMinute,
  sending: sendingSchema,
  credential: credentialSchema,
  /** Options that this account can carry; the composer offers no others. */
  options: v.array(
    v.picklist(['senderId', 'flash', 'validityMinutes', 'deliverAt', 'binary', 'userDataHeader']),
  ),
  /** What its gateway can be asked about a text it took (`status`, `charge`, `stop`) or about a number (`coverage`). */
  questions: v.array(v.picklist(['status', 'charge', 'stop', 'coverage'])),
});
export type AccountView = v.InferOutput<typeof accountSchema>;

export const statusSchema = v.strictObject({
  /** `unset`: first start, nothing chosen yet. */
  mode: v.picklist(['unset', 'practice', 'live']),
  sending: sendingSchema,
  counts: countsSchema,
  credential: credentialSchema,
  /** Whether a tray host shows our icon. */
  tray: v.picklist(['present', 'absent', 'unknown']),
  version: shortText,
});
export type StatusView = v.InferOutput<typeof statusSchema>;

export const recipientSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('valid'),
    /** `+27821234567` */
    e164: shortText,
    /** `+27 82 123 4567` */
    display: shortText,
    /** ISO 3166-1 alpha-2, when the number tells. */
    country: v.nullable(shortText),
    /** Who has this number, where contacts say so. */
    name: v.optional(shortText),
  }),
  v.strictObject({
    kind: v.literal('invalid'),
    reason: v.picklist([
      'empty',
      'not-a-number',
      'too-short',
      'too-long',
      'extension',
      'unknown-country',
      'not-possible',
    ]),
  }),
]);
export type RecipientView = v.InferOutput<typeof recipientSchema>;

export const messageRowSchema = v.strictObject({
  id: rowId,
  recipient: shortText,
  recipientDisplay: shortText,
  /** First 160 characters of the body, line breaks as spaces. */
  preview: v.pipe(v.string(), v.maxLength(200)),
  parts: count,
  state,
  /** When it came into this state, ms UTC. */
  stateAt: time,
  createdAt: time,
  /** Earliest next try, ms UTC; null when it is due. */
  notBefore: v.nullable(time),
  errorCode: v.nullable(shortText),
  /** The gateway's own words. */
  errorText: v.nullable(shortText),
  cancelRequested: v.boolean(),
});
export type MessageRow = v.InferOutput<typeof messageRowSchema>;

export const attemptViewSchema = v.strictObject({
  number: count,
  openedAt: time,
  closedAt: v.nullable(time),
  outcome: v.nullable(v.picklist(['accepted', 'rejected', 'notSent', 'unknown'])),
  httpStatus: v.nullable(count),
  text: v.nullable(shortText),
});

export const messageDetailSchema = v.strictObject({
  ...messageRowSchema.entries,
  body: v.string(),
  /** When body and what repeats it were erased, ms UTC; null while it is there. */
  erasedAt: v.nullable(time),
  encoding: v.picklist(['gsm-7', 'ucs-2', '8-bit']),
  options: messageOptionsSchema,
  account: v.strictObject({ id: rowId, label: shortText }),
  /** What the gateway's error number means; null where only its own words are known. */
  errorMeaning: v.nullable(v.picklist(gatewayErrorMeanings)),
  clientRef: shortText,
  providerId: v.nullable(shortText),
  resendOf: v.nullable(rowId),
  attempts: v.pipe(v.array(attemptViewSchema), v.maxLength(100)),
});
export type MessageDetail = v.InferOutput<typeof messageDetailSchema>;

export const pageSchema = v.strictObject({
  /** Newest first. */
  rows: v.pipe(v.array(messageRowSchema), v.maxLength(maxPageSize)),
  /** Pass as `before` for the next older page; null at the end. */
  older: v.nullable(rowId),
});
export type MessagePage = v.InferOutput<typeof pageSchema>;

export const foundPageSchema = v.strictObject({
  /** A page may end before it is full: searching takes its time, and `older` tells where to go on. */
  ...pageSchema.entries,
  /** False while older texts are still being brought into the index: they are not found yet. */
  complete: v.boolean(),
});

export const draftSchema = v.strictObject({
  to: v.pipe(v.string(), v.maxLength(20_000)),
  body,
  /** The submission this draft will become. Kept with it, so that a crash cannot make two of one. */
  submissionId,
  /** Absent: an ordinary text. */
  options: v.optional(typedOptionsSchema),
  /** The account that was chosen; absent: the default one. */
  accountId: v.optional(rowId),
});
export type DraftView = v.InferOutput<typeof draftSchema>;

export const checkSchema = v.strictObject({
  balance: v.nullable(v.number()),
  currency: v.nullable(shortText),
});

/** A question without a usable answer. Nothing was sent, so asking again is harmless. */
const unanswered = v.strictObject({
  kind: v.literal('no-answer'),
  error: v.picklist(appErrorCodes),
  /** The gateway's own words, where it said any. */
  words: v.nullable(shortText),
});
export type UnansweredView = v.InferOutput<typeof unanswered>;

export const askedSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('status'),
    meaning: v.picklist(['waiting', 'at-gateway', 'delivered', 'undelivered', 'expired', 'stopped', 'gone']),
    /** The gateway's own word or number for it. */
    code: shortText,
    /** What the text cost so far; null where the gateway cannot tell or did not. */
    credits: v.nullable(v.number()),
  }),
  unanswered,
]);
export type AskedView = v.InferOutput<typeof askedSchema>;

export const coverageSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('coverage'),
    covered: v.boolean(),
    /** As the number was understood. */
    recipientDisplay: shortText,
    /** Of one text; null where the gateway does not say. */
    credits: v.nullable(v.number()),
  }),
  unanswered,
]);
export type CoverageView = v.InferOutput<typeof coverageSchema>;

const both: readonly WindowKind[] = ['main', 'quick-send'];
const main: readonly WindowKind[] = ['main'];
const quickSend: readonly WindowKind[] = ['quick-send'];

export const contract = {
  'app.status': { input: nothing, output: statusSchema, windows: both },
  /** Which window this is was decided by main; the page asks once. */
  'app.window': {
    input: nothing,
    output: v.strictObject({
      kind: v.picklist(['main', 'quick-send']),
      section: v.picklist(['history', 'outbox', 'settings', 'welcome']),
      platform: v.picklist(['linux', 'darwin', 'win32']),
    }),
    windows: both,
  },
  /** `first-paint` and `interactive`, for the start-up trace and for showing the window. */
  'app.mark': {
    input: v.strictObject({ name: v.picklist(['first-paint', 'interactive']) }),
    output: nothing,
    windows: both,
  },
  'app.openMain': {
    input: v.strictObject({ section: v.picklist(['history', 'outbox', 'settings']) }),
    output: nothing,
    windows: both,
  },
  'app.openQuickSend': { input: nothing, output: nothing, windows: both },
  'app.hideWindow': { input: nothing, output: nothing, windows: both },
  /** How many pixels higher than usual this window has to be for what is open in it; as far as the screen has room. */
  'app.stretchWindow': {
    input: v.strictObject({ by: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(2_000)) }),
    output: nothing,
    windows: quickSend,
  },
  'app.setMode': {
    input: v.strictObject({ mode: v.picklist(['practice', 'live']) }),
    output: statusSchema,
    windows: main,
  },
  'app.log': {
    input: v.strictObject({
      level: v.picklist(['warn', 'error']),
      text: v.pipe(v.string(), v.maxLength(2000)),
    }),
    output: nothing,
    windows: both,
  },

  'recipients.understand': {
    input: v.strictObject({ input: recipientInput }),
    output: recipientSchema,
    windows: both,
  },

  'sending.submit': {
    input: v.strictObject({
      submissionId,
      recipients: v.pipe(v.array(recipientInput), v.minLength(1), v.maxLength(maxRecipientsPerSubmission)),
      body,
      /** Absent: the default account. */
      accountId: v.optional(rowId),
      options: v.optional(messageOptionsSchema),
      /** When this computer is to send it, ms UTC; absent: as soon as possible. */
      sendAt: v.optional(time),
      /** After this it asks a person instead of going out, ms UTC. */
      bestBefore: v.optional(time),
      /** The person was told that the same text went there lately, and wants it all the same. */
      repeatConfirmed: v.optional(v.boolean()),
      /** Why it may go out in quiet hours. */
      quietReason: v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200))),
      /** The template it was written from. Its best before counts where none was asked for. */
      templateId: v.optional(rowId),
    }),
    output: v.strictObject({
      messageIds: v.array(rowId),
      repeated: v.boolean(),
      /** Until when `sending.undo` takes it back for certain; null when it goes at once, or at a time that was asked for. */
      undoUntil: v.nullable(time),
      /** When quiet hours let it out; null when they do not hold it. */
      heldUntil: v.nullable(time),
    }),
    windows: both,
  },
  'sending.pause': { input: nothing, output: statusSchema, windows: both },
  'sending.resume': { input: nothing, output: statusSchema, windows: both },

  'draft.load': { input: nothing, output: draftSchema, windows: both },
  'draft.save': { input: draftSchema, output: nothing, windows: both },

  'messages.page': {
    input: v.strictObject({
      view: v.picklist(['history', 'outbox']),
      before: v.nullable(rowId),
      limit: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(maxPageSize)),
    }),
    output: pageSchema,
    windows: main,
  },
  /** Newest first, off the main thread. A new search of the same window ends the one before, which answers `stale`. */
  'messages.search': {
    input: v.strictObject({
      query: v.pipe(v.string(), v.maxLength(maxQueryUnits)),
      view: v.picklist(['history', 'outbox']),
      before: v.nullable(rowId),
      limit: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(maxPageSize)),
    }),
    output: foundPageSchema,
    windows: main,
  },
  'messages.rows': {
    input: v.strictObject({ ids: v.pipe(v.array(rowId), v.maxLength(maxPageSize)) }),
    output: v.array(messageRowSchema),
    windows: main,
  },
  'messages.detail': { input: v.strictObject({ id: rowId }), output: messageDetailSchema, windows: main },
  'messages.cancel': {
    input: v.strictObject({ id: rowId }),
    output: v.strictObject({ outcome: v.picklist(['cancelled', 'requested', 'too-late']) }),
    windows: main,
  },
  /**
   * Asks the gateway about a text that it took, once. What is certain is written down and told as *messages-changed*. `stop`
   * asks it to let a text go that still waits there; the answer says where the text is, stopped or not.
   */
  'messages.ask': {
    input: v.strictObject({ id: rowId, question: v.picklist(['status', 'stop']) }),
    output: askedSchema,
    windows: main,
  },
  /** A person's answer to *Maybe sent*. `send-again` makes a second text. */
  'messages.resolveDoubt': {
    input: v.strictObject({ id: rowId, decision: v.picklist(['arrived', 'send-again', 'drop']) }),
    output: nothing,
    windows: main,
  },
  /** A person's answer to *Needs a decision*. */
  'messages.decideLate': {
    input: v.strictObject({ id: rowId, decision: v.picklist(['send', 'drop']) }),
    output: nothing,
    windows: main,
  },

  ...careMethods,
  ...listMethods,

  'settings.read': { input: nothing, output: settingsSchema, windows: both },
  'settings.change': { input: settingsPatchSchema, output: settingsSchema, windows: main },

  /** The default one first. */
  'accounts.list': { input: nothing, output: v.array(accountSchema), windows: both },
  'accounts.create': {
    input: v.strictObject({ label, family: v.picklist(accountFamilies) }),
    output: accountSchema,
    windows: main,
  },
  'accounts.change': {
    input: v.strictObject({
      id: rowId,
      label: v.optional(label),
      transport: v.optional(v.picklist(accountTransports)),
      serverAddress: v.optional(v.nullable(serverAddress)),
      /** All of them: what is left out goes back to Clickatell's default. */
      settings: v.optional(accountSettingsSchema),
      isDefault: v.optional(v.literal(true)),
      ratePerMinute: v.optional(ratePerMinute),
    }),
    output: accountSchema,
    windows: main,
  },
  /** An account that has texts is kept for the history, without its key; one without texts is gone. */
  'accounts.remove': { input: v.strictObject({ id: rowId }), output: v.array(accountSchema), windows: main },

  /** Whether the account reaches a number. Nothing is sent to it. */
  'accounts.coverage': {
    input: v.strictObject({ id: rowId, recipient: recipientInput }),
    output: coverageSchema,
    windows: main,
  },

  /** The key goes one way: there is no method that returns it. */
  'credentials.set': {
    input: v.strictObject({
      key: v.pipe(v.string(), v.maxLength(200)),
      /** The person has read that this computer keeps it badly, and agrees all the same. */
      allowWeakStore: v.boolean(),
      accountId: v.optional(rowId),
    }),
    output: v.strictObject({ check: checkSchema, credential: credentialSchema }),
    windows: main,
  },
  /** The login of a Developers' Central account; otherwise as `credentials.set`. */
  'credentials.setLogin': {
    input: v.strictObject({
      ...centralLoginSchema.entries,
      allowWeakStore: v.boolean(),
      accountId: v.optional(rowId),
    }),
    output: v.strictObject({ check: checkSchema, credential: credentialSchema }),
    windows: main,
  },
  'credentials.test': {
    input: v.optional(v.strictObject({ accountId: rowId })),
    output: checkSchema,
    windows: main,
  },
  'credentials.forget': {
    input: v.optional(v.strictObject({ accountId: rowId })),
    output: credentialSchema,
    windows: main,
  },
  ...scheduleMethods,
  ...templateMethods,
  ...contactMethods,
  ...numbersMethods,
  ...controlMethods,
  ...outageMethods,
} as const satisfies Record<string, ContractEntry>;

interface ContractEntry {
  readonly input: v.GenericSchema<unknown, unknown>;
  readonly output: v.GenericSchema<unknown, unknown>;
  readonly windows: readonly WindowKind[];
}

export type Contract = typeof contract;
export type Method = keyof Contract;
export type Input<M extends Method> = v.InferOutput<Contract[M]['input']>;
export type Output<M extends Method> = v.InferOutput<Contract[M]['output']>;

/** Hints from main: the view reads again what it shows. A window that was destroyed misses nothing. */
export type Push =
  | { readonly kind: 'messages-changed'; readonly ids: readonly number[]; readonly more: boolean }
  | { readonly kind: 'status-changed' }
  | { readonly kind: 'settings-changed' }
  | { readonly kind: 'care-changed' }
  | { readonly kind: 'list-changed' }
  | { readonly kind: 'navigate'; readonly section: 'history' | 'outbox' | 'settings' | 'welcome' }
  | { readonly kind: 'window-shown' };

// The preload script carries the names alone. Both lists must hold the same ones: a difference is a type error here.
type Listed = (typeof methods)[number];
type Difference = Exclude<Method, Listed> | Exclude<Listed, Method>;
const sameNames: [Difference] extends [never] ? true : Difference = true;
void sameNames;
