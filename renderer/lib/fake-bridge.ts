/**
 * A pretend main process for the development server and for tests: it implements the contract's types, so it stops
 * compiling when the contract moves. Scenarios put the windows into states that are rare in life. Never imported by
 * the built program.
 */

import { type AccountPauseReason, type MessageState, openStates } from '../../shared/domain/message.ts';
import { withoutPassedTime } from '../../shared/domain/message-options.ts';
import { readPastedContact } from '../../shared/domain/pasted-contact.ts';
import { noQuietHours } from '../../shared/domain/quiet-hours.ts';
import { finds, fold, parseQuery, wordsOf } from '../../shared/domain/search.ts';
import { examplesOf } from '../../shared/domain/trades.ts';
import { type AppErrorCode, failure, type Result, success } from '../../shared/errors.ts';
import { translate } from '../../shared/i18n/translate.ts';
import type { ContactView } from '../../shared/ipc/contact-methods.ts';
import type {
  AccountView,
  AskedView,
  CredentialView,
  DraftView,
  Input,
  MessageDetail,
  MessageRow,
  Method,
  Output,
  Push,
  RecipientView,
  StatusView,
} from '../../shared/ipc/contract.ts';
import type { ListView } from '../../shared/ipc/list-methods.ts';
import type { FlaggedView, OptOutView } from '../../shared/ipc/numbers-methods.ts';
import type { BackOnlineView } from '../../shared/ipc/outage-methods.ts';
import type { TemplateView } from '../../shared/ipc/template-methods.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Client } from './bridge.ts';

export interface Scenario {
  readonly mode: StatusView['mode'];
  readonly messages: readonly MessageDetail[];
  readonly sending: StatusView['sending'];
  /** Of the default account. */
  readonly credential: CredentialView;
  /** What differs from an ordinary Platform account; the first one is the default. */
  readonly accounts: readonly Partial<AccountView>[];
  readonly tray: StatusView['tray'];
  readonly settings: Partial<Settings>;
  readonly draft: Partial<DraftView>;
  /** Until when quiet hours hold what is sent, ms UTC. */
  readonly heldUntil: number | null;
  readonly optOuts: readonly OptOutView[];
  readonly flagged: readonly FlaggedView[];
  /** To how many of a list nearly the same text went lately. */
  readonly repeats: number;
  /** How many failed texts could be sent again. */
  readonly failed: number;
  /** What becomes of texts that the pretend Clickatell is asked about. */
  readonly told: Extract<AskedView, { kind: 'status' }>['meaning'];
  readonly templates: readonly Input<'templates.create'>[];
  readonly contacts: readonly ContactView[];
  readonly incident: Output<'care.read'>['incident'];
  /** What is under way with the office's data. */
  readonly careJob: Output<'care.read'>['job'];
  /** What was put aside. */
  readonly kept: Output<'care.read'>['kept'];
  readonly section: Output<'app.window'>['section'];
  readonly platform: Output<'app.window'>['platform'];
  /** Methods that answer with this error. */
  readonly failing: Partial<Record<Method, AppErrorCode>>;
  /** Every answer comes so much later, ms. */
  readonly delay: number;
  readonly now: () => number;
  /** What is held since a long outage. */
  readonly backOnline?: BackOnlineView | undefined;
}

const running: StatusView['sending'] = {
  state: 'running',
  pauseReason: null,
  pauseText: null,
  until: null,
  nextTry: null,
  trouble: null,
};

export function paused(reason: AccountPauseReason, text: string | null = null): StatusView['sending'] {
  return { state: 'paused', pauseReason: reason, pauseText: text, until: null, nextTry: null, trouble: null };
}

/** What each family can carry, as far as the pretend main process is concerned. */
const familyOptions = {
  platform: ['senderId', 'validityMinutes', 'deliverAt', 'binary', 'userDataHeader'],
  central: ['senderId', 'flash', 'validityMinutes', 'deliverAt', 'binary', 'userDataHeader'],
} as const satisfies Record<AccountView['family'], readonly AccountView['options'][number][]>;

export function fakeAccount(id: number, changes: Partial<AccountView> = {}): AccountView {
  const family = changes.family ?? 'platform';
  return {
    id,
    label: 'Clickatell',
    family,
    transport: 'auto',
    serverAddress: null,
    settings: {},
    ratePerMinute: 600,
    isDefault: id === 1,
    sending: running,
    credential: { key: 'stored', store: 'strong' },
    options: [...familyOptions[family]],
    questions: family === 'central' ? ['status', 'charge', 'stop', 'coverage'] : ['status'],
    ...changes,
  };
}

function fakeTemplate(id: number, content: Input<'templates.create'>): TemplateView {
  return { ...content, id, usedCount: 0, usedAt: null, changedAt: 0, versions: 0 };
}

export function fakeContact(id: number, name: string, changes: Partial<ContactView> = {}): ContactView {
  const tail = String(1_000 + id);
  return {
    id,
    name,
    number: `+2782555${tail}`,
    display: `+27 82 555 ${tail}`,
    notes: '',
    groups: [],
    textedAt: null,
    optedOut: false,
    flagged: false,
    ...changes,
  };
}

/** Three templates in two folders. */
export const fakeTemplates: readonly Input<'templates.create'>[] = [
  {
    name: 'Appointment reminder',
    folder: 'Appointments',
    shortcut: 'app',
    body: 'Hello ((name|there)), see you on ((day)) at ((time)).',
    bestBeforeMinutes: 720,
  },
  {
    name: 'Running late',
    folder: 'Appointments',
    shortcut: 'late',
    body: 'We are running about twenty minutes late today. Sorry to keep you waiting.',
    bestBeforeMinutes: 60,
  },
  {
    name: 'Order is ready',
    folder: '',
    shortcut: null,
    body: 'Your order is here.((bill?? Please bring the bill.))',
    bestBeforeMinutes: null,
  },
];

const fakeList = {
  phase: 'ready',
  id: 'a-list',
  fileName: 'clients.csv',
  shape: {
    encoding: 'utf-8',
    delimiter: ',',
    columns: [
      { name: 'Name', sample: 'A. Client' },
      { name: 'Mobile', sample: '082 555 0001' },
    ],
    column: 1,
    header: true,
  },
  counts: {
    read: 141,
    taken: 118,
    sharing: 4,
    flagged: 3,
    flaggedSharing: 1,
    duplicates: 9,
    leftOut: [
      { reason: 'too-short', count: 4 },
      { reason: 'opted-out', count: 2 },
    ],
  },
  leftOut: [
    { row: 17, value: '082 55', reason: 'too-short' },
    { row: 40, value: '+27825550140', reason: 'opted-out' },
  ],
  repeats: null,
  takenBack: null,
} as const satisfies ListView;

const hour = 3_600_000;

const texts = [
  'Your appointment is tomorrow at 09:30. Reply to this number if it does not suit you.',
  'The car is ready. We are open until 17:00.',
  'Reminder: vaccination for Biscuit on Thursday at 15:15.',
  'School closes at noon on Friday.',
  'We’re running about twenty minutes late today, sorry about that – see you soon.',
  'Your order has arrived and can be picked up.',
  'Lab results are in. Please call the practice.',
] as const;

const longText =
  `${texts[0]} ${'Please bring your card, the referral and the list of what you take. '.repeat(14)}`.trim();

/** One text with everything set; `id` decides number and words, so that two runs make the same. */
export function fakeMessage(
  id: number,
  changes: Partial<MessageDetail> = {},
  now = Date.now(),
): MessageDetail {
  const tail = String(10_000 + ((id * 7919) % 89_999));
  const body = changes.body ?? texts[id % texts.length] ?? '';
  const createdAt = changes.createdAt ?? now - 5 * hour;
  const state = changes.state ?? 'accepted';
  const outcome: Partial<Record<MessageState, MessageDetail['attempts'][number]['outcome']>> = {
    accepted: 'accepted',
    delivered: 'accepted',
    undelivered: 'accepted',
    status_unknown: 'accepted',
    rejected: 'rejected',
    in_doubt: 'unknown',
    abandoned: 'unknown',
  };
  const tried = outcome[state] !== undefined || state === 'sending';
  return {
    id,
    recipient: `+2782555${tail.slice(1)}`,
    recipientDisplay: `+27 82 555 ${tail.slice(1)}`,
    preview: body.replaceAll('\n', ' ').slice(0, 160),
    parts: Math.max(1, Math.ceil(body.length / 153)),
    stateAt: createdAt + 2_000,
    createdAt,
    notBefore: null,
    errorCode: null,
    errorText: null,
    cancelRequested: false,
    body,
    erasedAt: null,
    encoding: /[’–]/.test(body) ? 'ucs-2' : 'gsm-7',
    errorMeaning: null,
    options: {},
    account: { id: 1, label: 'Clickatell' },
    clientRef: `01K9${String(id).padStart(22, '0')}`,
    providerId: outcome[state] === 'accepted' ? `a6${String(id).padStart(30, '0')}` : null,
    resendOf: null,
    attempts: tried
      ? [
          {
            number: 1,
            openedAt: createdAt + 800,
            closedAt: state === 'sending' ? null : createdAt + 2_000,
            outcome: outcome[state] ?? null,
            httpStatus: outcome[state] === 'accepted' ? 202 : outcome[state] === 'rejected' ? 400 : null,
            text: state === 'in_doubt' ? 'connection reset after the request was written' : null,
          },
        ]
      : [],
    ...changes,
    state,
  };
}

function few(now: number): MessageDetail[] {
  const at = (hours: number) => ({ createdAt: now - hours * hour, stateAt: now - hours * hour + 2_000 });
  const refused = {
    errorText: 'Invalid or missing destination address',
    errorCode: '105',
    errorMeaning: 'invalid-number' as const,
  };
  const timePassed = { errorCode: 'delivery-time-passed', options: { deliverAt: now - hour / 2 } };
  return [
    fakeMessage(21, { state: 'queued', ...at(0.02) }, now),
    fakeMessage(20, { state: 'sending', ...at(0.03) }, now),
    fakeMessage(19, { state: 'in_doubt', ...at(0.3) }, now),
    fakeMessage(18, { state: 'needs_decision', ...timePassed, ...at(1) }, now),
    fakeMessage(17, { state: 'accepted', ...at(1.4) }, now),
    fakeMessage(16, { state: 'delivered', ...at(2) }, now),
    fakeMessage(15, { state: 'delivered', ...at(3) }, now),
    fakeMessage(14, { state: 'rejected', ...refused, ...at(4) }, now),
    fakeMessage(13, { state: 'undelivered', ...at(25) }, now),
    fakeMessage(12, { state: 'status_unknown', ...at(49) }, now),
    fakeMessage(11, { state: 'expired', ...at(50) }, now),
    fakeMessage(10, { state: 'cancelled', ...at(73) }, now),
    fakeMessage(9, { state: 'abandoned', ...at(400) }, now),
    fakeMessage(8, { state: 'delivered', ...at(9_000) }, now),
  ];
}

const rightToLeft = [
  'موعدك غداً الساعة 09:30. اتصل بنا إذا لم يناسبك.',
  'התור שלך מחר ב־09:30',
  'تم تجهيز سيارتك',
] as const;

const base: Scenario = {
  mode: 'live',
  messages: [],
  sending: running,
  credential: { key: 'stored', store: 'strong' },
  accounts: [{}],
  tray: 'present',
  settings: { country: 'ZA' },
  draft: {},
  heldUntil: null,
  failed: 0,
  repeats: 0,
  optOuts: [],
  flagged: [],
  templates: [],
  contacts: [],
  incident: null,
  careJob: null,
  kept: [],
  told: 'at-gateway',
  section: 'history',
  platform: 'linux',
  failing: {},
  delay: 0,
  now: Date.now,
};

const scenarios = {
  welcome: () => ({
    mode: 'unset',
    section: 'welcome',
    settings: { country: null },
    credential: { key: 'none', store: 'strong' },
  }),
  'welcome-weak': () => ({
    mode: 'unset',
    section: 'welcome',
    settings: { country: null },
    credential: { key: 'none', store: 'weak' },
  }),
  'key-rejected': () => ({
    mode: 'unset',
    section: 'welcome',
    settings: { country: null },
    credential: { key: 'none', store: 'strong' },
    failing: { 'credentials.set': 'key-rejected' },
  }),
  empty: () => ({}),
  practice: () => ({
    mode: 'practice',
    messages: few(Date.now()),
    credential: { key: 'practice', store: 'strong' },
    accounts: [{ label: 'Practice' }],
  }),
  'practice-empty': () => ({
    mode: 'practice',
    credential: { key: 'practice', store: 'strong' },
    accounts: [{ label: 'Practice' }],
  }),
  'a-few': () => ({ messages: few(Date.now()) }),
  many: () => ({
    messages: Array.from({ length: 5000 }, (_, index) => {
      const id = 5000 - index;
      const states = ['delivered', 'accepted', 'delivered', 'status_unknown', 'undelivered'] as const;
      const state: MessageState = index < 4 ? 'queued' : (states[id % states.length] ?? 'accepted');
      return fakeMessage(id, { state, createdAt: Date.now() - index * 600_000 });
    }),
  }),
  'long-text': () => ({
    messages: [
      fakeMessage(30, { body: longText, state: 'delivered' }),
      fakeMessage(29, { body: 'x'.repeat(900), state: 'accepted' }),
      ...few(Date.now()),
    ],
    draft: { to: '082 555 0101, 083 555 0102; 0845550103, 12, not a number, 082 555 0101', body: longText },
  }),
  'right-to-left': () => ({
    messages: rightToLeft
      .map((body, index) =>
        fakeMessage(40 - index, { body, encoding: 'ucs-2', state: index === 1 ? 'in_doubt' : 'delivered' }),
      )
      .concat(few(Date.now())),
    draft: { to: '082 555 0101', body: rightToLeft[0] },
  }),
  paused: () => ({ messages: few(Date.now()), sending: paused('person') }),
  'no-credit': () => ({
    messages: few(Date.now()),
    sending: paused('no-credit', 'Insufficient credit balance'),
  }),
  offline: () => ({
    messages: few(Date.now()),
    sending: { ...running, state: 'offline', nextTry: Date.now() + 90_000, trouble: 'line' },
  }),
  'no-key': () => ({
    messages: few(Date.now()),
    sending: paused('key-missing'),
    credential: { key: 'none', store: 'weak' },
  }),
  'two-accounts': () => ({
    accounts: [
      { label: 'Front desk' },
      { label: 'Recalls (old login)', family: 'central', sending: paused('no-credit', 'No Credit Left') },
    ],
    messages: [
      fakeMessage(25, {
        state: 'rejected',
        errorCode: '121',
        errorMeaning: 'sender-invalid',
        errorText: 'Invalid Source Address',
        account: { id: 2, label: 'Recalls (old login)' },
        options: { senderId: 'Dental', flash: true, validityMinutes: 180 },
      }),
      fakeMessage(24, {
        state: 'accepted',
        body: '024a3a51d195cdd004001b20550590610560558550548540820849900',
        encoding: '8-bit',
        options: { binary: true, userDataHeader: '06050415811581', deliverAt: Date.now() + 26 * hour },
      }),
      ...few(Date.now()),
    ],
  }),
  'back-online': () => ({
    messages: few(Date.now()),
    backOnline: { fresh: 38, late: 2, quiet: 0, parts: 41, oldest: Date.now() - 5 * hour },
  }),
  central: () => ({ accounts: [{ family: 'central' }], messages: few(Date.now()) }),
  'no-tray': () => ({ messages: few(Date.now()), tray: 'absent' }),
  'storage-full': () => ({
    messages: few(Date.now()),
    draft: { to: '082 555 0101', body: texts[1] },
    failing: {
      'sending.submit': 'storage-full',
      'draft.save': 'storage-full',
      'messages.cancel': 'stale',
      'messages.resolveDoubt': 'stale',
    },
  }),
  salvaged: () => ({
    messages: few(Date.now()),
    incident: {
      kind: 'salvaged',
      at: Date.now(),
      texts: 13,
      unreadable: 2,
      held: 1,
      inDoubt: 1,
      stopped: 0,
      fromBackup: true,
      kept: '2026-11-22T08-00-00Z',
    },
  }),
  broken: () => ({ failing: { 'messages.page': 'storage-failed', 'draft.load': 'storage-failed' } }),
} as const satisfies Record<string, () => Partial<Scenario>>;
export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as ScenarioName[];

export function makeScenario(name: ScenarioName, changes: Partial<Scenario> = {}): Scenario {
  return { ...base, ...scenarios[name](), ...changes };
}

/** `?fake=paused&appearance=dark&section=outbox&delay=400` */
export function readScenario(parameters: URLSearchParams): Scenario {
  const wanted = parameters.get('fake');
  const scenario = makeScenario(scenarioNames.find((name) => name === wanted) ?? 'a-few', {
    delay: Number(parameters.get('delay') ?? 0),
  });
  const appearance = (['light', 'dark', 'system'] as const).find(
    (name) => name === parameters.get('appearance'),
  );
  const section = (['history', 'outbox', 'settings'] as const).find(
    (name) => name === parameters.get('section'),
  );
  return {
    ...scenario,
    settings: { ...scenario.settings, ...(appearance === undefined ? {} : { appearance }) },
    section: section ?? scenario.section,
  };
}

/** Rough reading of a number, good enough to see the windows work. The real one is `shared/domain`. */
function understand(input: string, country: string | null): RecipientView {
  const digits = input.replaceAll(/[\s().-]/g, '');
  if (digits === '') return { kind: 'invalid', reason: 'empty' };
  if (!/^\+?\d+$/.test(digits)) return { kind: 'invalid', reason: 'not-a-number' };
  if (!digits.startsWith('+') && country === null) return { kind: 'invalid', reason: 'unknown-country' };
  const e164 = digits.startsWith('+') ? digits : `+27${digits.replace(/^0/, '')}`;
  if (e164.length < 11) return { kind: 'invalid', reason: 'too-short' };
  if (e164.length > 13) return { kind: 'invalid', reason: 'too-long' };
  const display = e164.replace(/^(\+\d\d)(\d\d)(\d{3})(\d+)$/, '$1 $2 $3 $4');
  return { kind: 'valid', e164, display, country: e164.startsWith('+27') ? 'ZA' : null };
}

type Handlers = { readonly [M in Method]: (input: Input<M>) => Result<Output<M>> };

export interface FakeClient extends Client {
  /** Every call so far, in order. */
  readonly calls: { readonly method: Method; readonly input: unknown }[];
  push(push: Push): void;
  /** Puts a text into the pretend database and tells the window. */
  change(message: MessageDetail): void;
  fail(method: Method, code: AppErrorCode | undefined): void;
}

export function createFakeClient(scenario: Scenario): FakeClient {
  let list: ListView = { phase: 'none', undone: null };
  /** The words of a list that was sealed. */
  let takenBack: string | undefined;
  const messages = new Map(scenario.messages.map((message) => [message.id, message]));
  const listeners = new Set<(push: Push) => void>();
  const calls: { method: Method; input: unknown }[] = [];
  const failing = { ...scenario.failing };
  const submissions = new Map<string, number[]>();
  let { backOnline, mode, sending } = scenario;
  let accounts: readonly AccountView[] = scenario.accounts.map((changes, index) =>
    fakeAccount(index + 1, { ...(index === 0 ? { credential: scenario.credential } : {}), ...changes }),
  );
  let settings: Settings = {
    country: null,
    appearance: 'system',
    closeKeepsRunning: true,
    startAtLogin: false,
    keepBodiesDays: null,
    seenTrayNotice: false,
    skipQuitNotice: false,
    undoSeconds: 0,
    askAfterOutageMinutes: 30,
    repeatGuardHours: 24,
    quietHours: noQuietHours,
    publicHolidays: null,
    ...scenario.settings,
  };
  let drafts = 0;
  const emptyDraft = (): DraftView => {
    drafts += 1;
    return { to: '', body: '', submissionId: `00000000-0000-4000-8000-${String(drafts).padStart(12, '0')}` };
  };
  let draft: DraftView = { ...emptyDraft(), ...scenario.draft };

  let { incident, kept } = scenario;
  let backups: Output<'care.read'>['backups'] = [
    { name: 'outbox-2.db', at: scenario.now() - hour, bytes: 1_300_000 },
    { name: 'outbox-1.db', at: scenario.now() - 25 * hour, bytes: 1_200_000 },
  ];
  const care = (): Output<'care.read'> => ({
    incident,
    backups,
    kept,
    backupProblem: null,
    busy: scenario.careJob !== null,
    job: scenario.careJob,
  });
  let optOuts: readonly OptOutView[] = [...scenario.optOuts];
  let flagged: readonly FlaggedView[] = [...scenario.flagged];
  let templates: TemplateView[] = scenario.templates.map((content, index) =>
    fakeTemplate(index + 1, content),
  );
  let contacts: ContactView[] = [...scenario.contacts];
  let removedTemplates: TemplateView[] = [];
  const templateVersions = new Map<number, Output<'templates.versions'>>();
  let recurring: Output<'recurring.list'> = [];
  const recurringText = (id: number, written: Input<'recurring.create'>): Output<'recurring.create'> => ({
    id,
    account: { id: written.accountId ?? 1, label: 'Clickatell' },
    recipients: written.recipients.map((e164) => ({ e164, display: e164 })),
    body: written.body,
    parts: 1,
    options: written.options ?? {},
    rule: written.rule,
    bestBeforeMinutes: written.bestBeforeMinutes,
    stopped: false,
    missed: 0,
    next: [scenario.now() + hour],
  });
  const push = (value: Push) => {
    for (const listener of listeners) listener(value);
  };
  const change = (message: MessageDetail) => {
    messages.set(message.id, message);
    push({ kind: 'messages-changed', ids: [message.id], more: false });
    push({ kind: 'status-changed' });
  };
  const count = (...states: readonly MessageState[]) =>
    [...messages.values()].filter(({ state }) => states.includes(state)).length;
  const credential = () => accounts.find(({ isDefault }) => isDefault)?.credential ?? scenario.credential;
  const changeAccount = (id: number | undefined, changes: Partial<AccountView>): AccountView | undefined => {
    accounts = accounts.map((account) =>
      (id === undefined ? account.isDefault : account.id === id) ? { ...account, ...changes } : account,
    );
    push({ kind: 'status-changed' });
    return accounts.find((account) => (id === undefined ? account.isDefault : account.id === id));
  };
  const setSecret = (
    id: number | undefined,
    allowWeakStore: boolean,
    changes: Partial<AccountView> = {},
  ): Result<Output<'credentials.set'>> => {
    const { store } = accounts.find((account) => account.id === id)?.credential ?? credential();
    const kept = store === 'strong' || (store === 'weak' && allowWeakStore);
    const changed = changeAccount(id, {
      ...changes,
      credential: { key: kept ? 'stored' : 'this-run', store },
    });
    if (changed === undefined) return failure('not-found');
    // A key that works makes live the mode.
    mode = 'live';
    return success({ check: { balance: 412.5, currency: 'ZAR' }, credential: changed.credential });
  };
  const status = (): StatusView => ({
    mode,
    sending,
    counts: {
      waiting: count('queued'),
      sending: count('sending'),
      maybeSent: count('in_doubt'),
      needsDecision: count('needs_decision'),
      total: messages.size,
    },
    credential: credential(),
    tray: scenario.tray,
    version: '0.1.0',
  });
  const toRow = (detail: MessageDetail): MessageRow => {
    const {
      body,
      erasedAt,
      encoding,
      errorMeaning,
      options,
      account,
      clientRef,
      providerId,
      resendOf,
      attempts,
      ...row
    } = detail;
    return row;
  };
  const move = (id: number, state: MessageState): Result<undefined> => {
    const message = messages.get(id);
    if (message === undefined) return failure('not-found');
    change({ ...message, state, stateAt: scenario.now() });
    return success(undefined);
  };
  const add = (
    body: string,
    e164: string,
    resendOf: number | null,
    options: MessageDetail['options'] = {},
    accountId?: number,
  ) => {
    const id = Math.max(0, ...messages.keys()) + 1;
    const now = scenario.now();
    const known = understand(e164, 'ZA');
    change(
      fakeMessage(id, {
        state: 'queued',
        body,
        createdAt: now,
        stateAt: now,
        recipient: e164,
        recipientDisplay: known.kind === 'valid' ? known.display : e164,
        resendOf,
        options,
        account: {
          id: accountId ?? 1,
          label: accounts.find((account) => account.id === (accountId ?? 1))?.label ?? '',
        },
        ...(options.binary === true ? { encoding: '8-bit' } : {}),
      }),
    );
    return id;
  };

  const handlers: Handlers = {
    'app.status': () => success(status()),
    'app.window': () => success({ kind: 'main', section: scenario.section, platform: scenario.platform }),
    'app.mark': () => success(undefined),
    'app.openMain': () => success(undefined),
    'app.openQuickSend': () => success(undefined),
    'app.hideWindow': () => success(undefined),
    'app.stretchWindow': () => success(undefined),
    'app.setMode': (input) => {
      mode = input.mode;
      return success(status());
    },
    'app.log': () => success(undefined),
    'recipients.understand': ({ input }) => {
      const understood = understand(input, settings.country);
      if (understood.kind !== 'valid') return success(understood);
      const names = contacts.filter(({ number }) => number === understood.e164).map(({ name }) => name);
      return success(names.length === 0 ? understood : { ...understood, name: names.join(', ') });
    },
    'sending.submit': ({ submissionId, recipients, body, accountId, options, sendAt }) => {
      const before = submissions.get(submissionId);
      if (before !== undefined)
        return success({ messageIds: before, repeated: true, undoUntil: null, heldUntil: null });
      const ids = recipients.map((recipient) => add(body, recipient, null, options, accountId));
      submissions.set(submissionId, ids);
      draft = emptyDraft();
      const { undoSeconds } = settings;
      const undoUntil = sendAt === undefined && undoSeconds > 0 ? scenario.now() + undoSeconds * 1_000 : null;
      return success({ messageIds: ids, repeated: false, undoUntil, heldUntil: scenario.heldUntil });
    },
    'sending.backOnline': () => success(backOnline ?? null),
    'sending.sendHeldBack': () => {
      backOnline = undefined;
      push({ kind: 'status-changed' });
      return success(undefined);
    },
    'sending.pause': () => {
      sending = paused('person');
      push({ kind: 'status-changed' });
      return success(status());
    },
    'sending.resume': () => {
      sending = running;
      push({ kind: 'status-changed' });
      return success(status());
    },
    'sending.undo': ({ submissionId }) => {
      const undone = (submissions.get(submissionId) ?? []).filter(
        (id) => messages.get(id)?.state === 'queued',
      );
      for (const id of undone) {
        const message = messages.get(id);
        if (message !== undefined) messages.set(id, { ...message, state: 'cancelled' });
      }
      const all = submissions.get(submissionId) ?? [];
      return success({ undone: undone.length, tooLate: all.length - undone.length, messageIds: undone });
    },
    'control.pauseAccount': () => success(undefined),
    'control.resumeAccount': () => success(undefined),
    'control.resolveDoubts': ({ ids, decision }) => {
      const open = ids.filter((id) => messages.get(id)?.state === 'in_doubt');
      for (const id of open) move(id, decision === 'arrived' ? 'accepted' : 'abandoned');
      return success({ resolved: open.length });
    },
    'control.edit': ({ id, recipient, body }) => {
      const message = messages.get(id);
      if (message?.state !== 'queued') return success({ outcome: 'too-late' });
      change({ ...message, recipient, recipientDisplay: recipient, body, preview: body.slice(0, 160) });
      return success({ outcome: 'edited' });
    },
    'control.move': ({ id }) =>
      success({ outcome: messages.get(id)?.state === 'queued' ? 'edited' : 'too-late' }),
    'control.failed': () => success({ count: scenario.failed, atOnce: 100 }),
    'control.retryFailed': () => success({ made: scenario.failed, left: 0 }),
    'control.evidence': ({ id }) => {
      const at = messages.get(id)?.createdAt ?? 0;
      const before = { at: at - 60_000, balance: 412.5, currency: 'ZAR' };
      const after = { at: at + 600_000, balance: 411.9, currency: 'ZAR' };
      return success({ openedAt: at, closedAt: at + 30_000, together: 2, before, after });
    },
    'schedule.window': () =>
      success({
        open: scenario.heldUntil === null,
        changesAt: scenario.heldUntil,
        closedDay: null,
        zone: 'Africa/Johannesburg',
      }),
    'contacts.page': ({ query, group }) => {
      const words = wordsOf(fold(query));
      const rows = contacts
        .filter(({ name }) => words.every((word) => wordsOf(fold(name)).some((one) => one.startsWith(word))))
        .filter(({ groups }) => group === null || groups.includes(group))
        .sort((a, b) => a.name.localeCompare(b.name));
      return success({ rows, next: null, total: contacts.length });
    },
    'contacts.groups': () => {
      const names = [...new Set(contacts.flatMap(({ groups }) => groups))].sort();
      return success(
        names.map((name) => ({
          name,
          members: contacts.filter(({ groups }) => groups.includes(name)).length,
        })),
      );
    },
    'contacts.save': ({ id, number, ...content }) => {
      const understood = understand(number, settings.country);
      if (understood.kind === 'invalid') return failure('contact-number');
      const saved: ContactView = {
        ...content,
        id: id ?? 1_000 + contacts.length,
        number: understood.e164,
        display: understood.display,
        textedAt: null,
        optedOut: false,
        flagged: false,
      };
      contacts = [...contacts.filter((contact) => contact.id !== id), saved];
      return success(saved);
    },
    'contacts.remove': ({ id }) => {
      contacts = contacts.filter((contact) => contact.id !== id);
      return success(undefined);
    },
    'contacts.paste': ({ text, groups }) => {
      const notUnderstood: { line: number; text: string }[] = [];
      let added = 0;
      for (const [index, line] of text.split('\n').entries()) {
        const read = readPastedContact(line);
        const understood = understand(read?.number ?? '', settings.country);
        if (read === undefined || understood.kind === 'invalid') {
          if (line.trim() !== '') notUnderstood.push({ line: index + 1, text: line });
          continue;
        }
        added += 1;
        const { e164, display } = understood;
        const id = 2_000 + contacts.length;
        const rest = { notes: '', groups, textedAt: null, optedOut: false, flagged: false };
        contacts = [...contacts, { id, name: read.name, number: e164, display, ...rest }];
      }
      return success({ added, already: 0, notUnderstood });
    },
    'contacts.suggest': ({ query }) => {
      const words = wordsOf(fold(query));
      return success(
        contacts
          .filter(({ name }) =>
            words.every((word) => wordsOf(fold(name)).some((one) => one.startsWith(word))),
          )
          .slice(0, 8)
          .map(({ name, display, optedOut }) => ({ kind: 'contact', name, display, optedOut })),
      );
    },
    'templates.list': () => success([...templates]),
    'templates.create': (content) => {
      const created = fakeTemplate(templates.length + 1, content);
      templates = [...templates, created];
      return success(created);
    },
    'templates.change': ({ id, ...content }) => {
      const before = templates.find((template) => template.id === id);
      if (before === undefined) return failure('template-gone');
      const changed = { ...before, ...content, versions: before.versions + 1 };
      templateVersions.set(id, [
        { id: before.versions + 1, name: before.name, body: before.body, savedAt: scenario.now() },
        ...(templateVersions.get(id) ?? []),
      ]);
      templates = templates.map((template) => (template.id === id ? changed : template));
      return success(changed);
    },
    'templates.remove': ({ id }) => {
      removedTemplates = [...removedTemplates, ...templates.filter((template) => template.id === id)];
      templates = templates.filter((template) => template.id !== id);
      return success(undefined);
    },
    'templates.bringBack': ({ id }) => {
      const back = removedTemplates.find((template) => template.id === id);
      if (back === undefined) return failure('template-gone');
      templates = [...templates, back];
      return success(back);
    },
    'templates.versions': ({ id }) => success(templateVersions.get(id) ?? []),
    'templates.restoreVersion': ({ id, versionId }) => {
      const version = templateVersions.get(id)?.find((one) => one.id === versionId);
      const before = templates.find((template) => template.id === id);
      if (before === undefined || version === undefined) return failure('template-gone');
      const { name, body } = version;
      const restored = { ...before, name, body, versions: before.versions + 1 };
      templates = templates.map((template) => (template.id === id ? restored : template));
      return success(restored);
    },
    'templates.addExamples': ({ trade }) => {
      const examples = examplesOf(trade).filter(
        ({ key }) => !templates.some(({ name }) => name === translate(`example.${key}.name`)),
      );
      templates = [
        ...templates,
        ...examples.map(({ key, shortcut, bestBeforeMinutes }, index) =>
          fakeTemplate(templates.length + 1 + index, {
            name: translate(`example.${key}.name`),
            folder: '',
            shortcut,
            body: translate(`example.${key}.body`),
            bestBeforeMinutes,
          }),
        ),
      ];
      return success({ added: examples.length });
    },
    'templates.export': () => success({ written: templates.length }),
    'templates.import': () => success({ added: 0, present: templates.length }),
    'schedule.holidayRegions': ({ country }) =>
      success({
        known: country !== 'AQ',
        regions: country === 'DE' ? [{ code: 'BY', name: 'Bavaria' }] : [],
      }),
    'schedule.chooseHolidays': ({ country, region }) => {
      if (country === 'AQ') return failure('not-found');
      const days = [
        { day: '2099-12-25', name: 'Christmas Day', closed: true },
        { day: '2100-01-01', name: 'New Year’s Day', closed: true },
      ];
      const publicHolidays = country === null ? null : { country, region, days, through: '2100-12-31' };
      settings = { ...settings, publicHolidays };
      push({ kind: 'settings-changed' });
      return success(settings);
    },
    'recurring.list': () => success([...recurring]),
    'recurring.preview': ({ rule }) => success({ next: [new Date(`${rule.from}T${rule.time}`).getTime()] }),
    'recurring.create': (written) => {
      const created = recurringText(recurring.length + 1, written);
      recurring = [...recurring, created];
      return success(created);
    },
    'recurring.change': ({ id, ...written }) => {
      const changed = recurringText(id, written);
      recurring = recurring.map((text) => (text.id === id ? changed : text));
      return success(changed);
    },
    'recurring.stop': ({ id }) => {
      recurring = recurring.map((text) => (text.id === id ? { ...text, stopped: true, next: [] } : text));
      return success(undefined);
    },
    'recurring.resume': ({ id }) => {
      recurring = recurring.map((text) => (text.id === id ? { ...text, stopped: false } : text));
      return success(undefined);
    },
    'recurring.remove': ({ id }) => {
      recurring = recurring.filter((text) => text.id !== id);
      return success(undefined);
    },
    'numbers.optOuts': ({ beginsWith, before }) => {
      const found = optOuts.filter(({ recipient }) => recipient.startsWith(beginsWith));
      const from =
        before === null ? 0 : found.findIndex(({ recipient }) => recipient === before.recipient) + 1;
      const rows = found.slice(from, from + 100);
      return success({ rows, more: found.length > from + 100, total: optOuts.length });
    },
    'numbers.optOut': ({ text }) => {
      const notUnderstood: { line: number; text: string }[] = [];
      let added = 0;
      let already = 0;
      for (const [index, line] of text.split('\n').entries()) {
        const number = understand(line, settings.country);
        if (number.kind === 'invalid') notUnderstood.push({ line: index + 1, text: line });
        else if (optOuts.some(({ recipient }) => recipient === number.e164)) already += 1;
        else {
          added += 1;
          const { e164: recipient, display: recipientDisplay } = number;
          optOuts = [
            { recipient, recipientDisplay, source: 'person', createdAt: scenario.now() },
            ...optOuts,
          ];
        }
      }
      return success({ added, already, notUnderstood });
    },
    'numbers.importOptOuts': () =>
      success({
        kind: 'done',
        fileName: 'stop.csv',
        added: 12,
        already: 3,
        leftOut: 1,
        rows: [{ row: 4, value: 'n/a', reason: 'not-a-number' }],
      }),
    'numbers.stopImport': () => success(undefined),
    'numbers.flagged': ({ beginsWith }) => {
      const rows = flagged.filter(({ recipient }) => recipient.startsWith(beginsWith));
      return success({ rows, more: false, total: flagged.length });
    },
    'numbers.clearFlag': ({ recipient }) => {
      flagged = flagged.filter((row) => row.recipient !== recipient);
      return success(undefined);
    },
    'numbers.optIn': ({ recipient }) => {
      optOuts = optOuts.filter((row) => row.recipient !== recipient);
      return success(undefined);
    },
    'draft.load': () => success(draft),
    'draft.save': (value) => {
      draft = value;
      return success(undefined);
    },
    'messages.page': ({ view, before, limit }) => {
      const all = [...messages.values()]
        .filter(({ state }) => view === 'history' || (openStates as readonly MessageState[]).includes(state))
        .filter(({ id }) => before === null || id < before)
        .sort((a, b) => b.id - a.id);
      const rows = all.slice(0, limit).map(toRow);
      return success({ rows, older: all.length > limit ? (rows.at(-1)?.id ?? null) : null });
    },
    'messages.search': ({ query: typed, view, before, limit }) => {
      const query = parseQuery(typed);
      const all = [...messages.values()]
        .filter(({ state }) => view === 'history' || (openStates as readonly MessageState[]).includes(state))
        .filter(({ id }) => before === null || id < before)
        .filter(({ recipient, body }) => query !== undefined && finds(query, recipient, body))
        .sort((a, b) => b.id - a.id);
      const rows = all.slice(0, limit).map(toRow);
      return success({
        rows,
        older: all.length > limit ? (rows.at(-1)?.id ?? null) : null,
        complete: true,
      });
    },
    'lists.status': () => success(list),
    'lists.choose': () => {
      list = fakeList;
      return success(list);
    },
    'lists.chooseColumn': () => success(list),
    'lists.stop': () => {
      list = { phase: 'none', undone: null };
      return success(list);
    },
    'lists.goOn': () => success(list),
    'lists.undo': () => {
      if (list.phase === 'sealed') list = { ...fakeList, takenBack: takenBack ?? null };
      return success(list);
    },
    'lists.send': ({ body, flagged, sharing, repeats }) => {
      const { taken, sharing: more, flagged: unreached } = fakeList.counts;
      if (scenario.repeats > 0 && repeats === undefined) {
        list = { ...fakeList, repeats: { count: scenario.repeats, hours: settings.repeatGuardHours } };
        return success(list);
      }
      const total =
        taken +
        (flagged === true ? unreached : 0) +
        (sharing === true ? more : 0) -
        (repeats === 'leave-out' ? scenario.repeats : 0);
      takenBack = body;
      list =
        settings.undoSeconds === 0
          ? { phase: 'done', fileName: fakeList.fileName, total }
          : {
              phase: 'sealed',
              fileName: fakeList.fileName,
              total,
              until: scenario.now() + settings.undoSeconds * 1_000,
            };
      return success(list);
    },
    'messages.rows': ({ ids }) =>
      success(ids.flatMap((id) => messages.get(id) ?? []).map((message) => toRow(message))),
    'messages.detail': ({ id }) => {
      const message = messages.get(id);
      return message === undefined ? failure('not-found') : success(message);
    },
    'messages.cancel': ({ id }) => {
      const message = messages.get(id);
      if (message?.state === 'queued') {
        move(id, 'cancelled');
        return success({ outcome: 'cancelled' });
      }
      if (message?.state !== 'sending') return success({ outcome: 'too-late' });
      change({ ...message, cancelRequested: true });
      return success({ outcome: 'requested' });
    },
    'messages.ask': ({ id, question }) => {
      const message = messages.get(id);
      if (message === undefined) return failure('not-found');
      if (message.state !== 'accepted' && message.state !== 'status_unknown') return failure('stale');
      const { family } = accounts.find((account) => account.id === message.account.id) ?? {};
      const told = question === 'stop' ? 'stopped' : scenario.told;
      if (told === 'delivered') move(id, 'delivered');
      if (told === 'stopped' || told === 'undelivered' || told === 'expired') {
        move(id, 'undelivered');
        change({ ...(messages.get(id) ?? message), errorCode: told });
      }
      const credits = question === 'status' && family === 'central' ? 1 : null;
      return success({ kind: 'status', meaning: told, code: '003', credits });
    },
    'messages.resolveDoubt': ({ id, decision }) => {
      const message = messages.get(id);
      if (decision === 'send-again' && message !== undefined) add(message.body, message.recipient, id);
      return move(id, decision === 'arrived' ? 'accepted' : 'abandoned');
    },
    'messages.decideLate': ({ id, decision }) => {
      const message = messages.get(id);
      if (message !== undefined && decision === 'send')
        messages.set(id, { ...message, options: withoutPassedTime(message.options, Date.now()) });
      return move(id, decision === 'send' ? 'queued' : 'cancelled');
    },
    'care.read': () => success(care()),
    'care.dismissIncident': () => {
      incident = null;
      return success(care());
    },
    'care.stop': () => success(care()),
    'care.deleteKept': ({ name }) => {
      kept = kept.filter((file) => file.name !== name);
      return success(care());
    },
    'care.backUp': () => {
      backups = [{ name: `outbox-${scenario.now()}.db`, at: scenario.now(), bytes: 1_400_000 }, ...backups];
      return success(care());
    },
    'care.restore': () => success({ texts: messages.size, held: 1, inDoubt: 0, stopped: 0 }),
    'care.restoreChosen': () => success(null),
    'care.countNumber': ({ number }) => {
      const recipient = understand(number, settings.country);
      if (recipient.kind === 'invalid') return failure('recipient-invalid');
      const found = [...messages.values()].filter((message) => message.recipient === recipient.e164);
      const open = found.filter(({ state }) => (openStates as readonly string[]).includes(state)).length;
      return success({ display: recipient.display, erasable: found.length - open, open, contacts: 0 });
    },
    'care.eraseNumber': ({ number }) => {
      const recipient = understand(number, settings.country);
      if (recipient.kind === 'invalid') return failure('recipient-invalid');
      let erased = 0;
      let open = 0;
      for (const message of [...messages.values()]) {
        if (message.recipient !== recipient.e164) continue;
        if ((openStates as readonly string[]).includes(message.state)) open += 1;
        else {
          erased += 1;
          const gone = { recipient: '', recipientDisplay: '', preview: '', body: '', errorText: null };
          change({ ...message, ...gone, erasedAt: scenario.now() });
        }
      }
      return success({ erased, open, complete: true });
    },
    'care.exportNumber': () => success({ texts: 3, other: 1 }),
    'care.exportArchive': () => success({ saved: true }),
    'care.importArchive': () => success(null),
    'settings.read': () => success(settings),
    'settings.change': (patch) => {
      settings = { ...settings, ...patch } as Settings;
      push({ kind: 'settings-changed' });
      return success(settings);
    },
    'accounts.list': () =>
      success(
        mode === 'unset' ? [] : [...accounts].sort((a, b) => Number(b.isDefault) - Number(a.isDefault)),
      ),
    'accounts.create': ({ label, family }) => {
      const created = fakeAccount(Math.max(0, ...accounts.map(({ id }) => id)) + 1, {
        label,
        family,
        isDefault: accounts.length === 0,
        credential: { ...credential(), key: 'none' },
        sending: paused('key-missing'),
      });
      accounts = [...accounts, created];
      push({ kind: 'status-changed' });
      return success(created);
    },
    'accounts.change': ({ id, label, transport, serverAddress, settings: asked, isDefault }) => {
      if (isDefault === true) accounts = accounts.map((account) => ({ ...account, isDefault: false }));
      const changed = changeAccount(id, {
        ...(label === undefined ? {} : { label }),
        ...(transport === undefined ? {} : { transport }),
        ...(serverAddress === undefined ? {} : { serverAddress }),
        ...(asked === undefined ? {} : { settings: asked }),
        ...(isDefault === undefined ? {} : { isDefault }),
      });
      return changed === undefined ? failure('not-found') : success(changed);
    },
    'accounts.remove': ({ id }) => {
      if (accounts.length === 1) return failure('last-account');
      const rest = accounts.filter((account) => account.id !== id);
      const lost = rest.every(({ isDefault }) => !isDefault);
      accounts = rest.map((account, index) =>
        lost && index === 0 ? { ...account, isDefault: true } : account,
      );
      push({ kind: 'status-changed' });
      return success([...accounts]);
    },
    'accounts.coverage': ({ id, recipient }) => {
      if (!accounts.some((account) => account.id === id)) return failure('no-account');
      const number = understand(recipient, settings.country);
      if (number.kind === 'invalid') return failure('recipient-invalid');
      const covered = number.country === 'ZA';
      const credits = covered ? 0.8 : null;
      return success({ kind: 'coverage', covered, recipientDisplay: number.display, credits });
    },
    'credentials.set': ({ allowWeakStore, accountId }) =>
      setSecret(accountId, allowWeakStore, { sending: running }),
    // Without an account named, the first start takes a login for its one account.
    'credentials.setLogin': ({ allowWeakStore, accountId }) =>
      setSecret(accountId, allowWeakStore, {
        sending: running,
        ...(accountId === undefined ? { family: 'central', options: [...familyOptions.central] } : {}),
      }),
    'credentials.test': () => success({ balance: 412.5, currency: 'ZAR' }),
    'credentials.forget': (input) => {
      const changed = changeAccount(input?.accountId, { credential: { ...credential(), key: 'none' } });
      return changed === undefined ? failure('not-found') : success(changed.credential);
    },
  };

  return {
    calls,
    push,
    change,
    fail(method, code) {
      if (code === undefined) delete failing[method];
      else failing[method] = code;
    },
    async call(method, ...input) {
      const value = structuredClone(input[0]);
      calls.push({ method, input: value });
      if (scenario.delay > 0) await new Promise((resolve) => setTimeout(resolve, scenario.delay));
      const code = failing[method];
      if (code !== undefined) return failure(code);
      return structuredClone(handlers[method](value as never));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
