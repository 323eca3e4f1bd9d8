/**
 * The accounts and what runs for each: a gateway, a key, a dispatcher. Texts of one account never wait for another's
 * trouble.
 */
import { familyHasSettings, sameSettings } from '../../shared/domain/account-settings.ts';
import { failure, type Result, success } from '../../shared/errors.ts';
import type { AccountView, StatusView } from '../../shared/ipc/contract.ts';
import type { BackOnlineView } from '../../shared/ipc/outage-methods.ts';
import type { Credentials } from './credentials.ts';
import type { DeliveryWatch } from './outbox/delivery-watch.ts';
import type { Dispatcher, SendingState } from './outbox/dispatcher.ts';
import type {
  Account,
  AccountDirectory,
  AccountFamily,
  Gateway,
  PiledUp,
  StoredAccountChange,
} from './ports.ts';

export interface AccountRunner {
  readonly account: Account;
  readonly gateway: Gateway;
  readonly credentials: Credentials;
  readonly dispatcher: Dispatcher;
  /** Asks what became of its texts. */
  readonly delivery?: DeliveryWatch | undefined;
}

export interface AccountsParts {
  readonly directory: AccountDirectory;
  /** Builds what runs for an account. Throws TypeError when a key may not be sent to its server address. */
  readonly build: (account: Account) => AccountRunner;
  readonly now: () => number;
  /** Label of the account that is made when there is none. */
  readonly firstLabel: string;
  readonly onChanged: () => void;
}

export type AccountChange = StoredAccountChange & {
  readonly isDefault?: true | undefined;
};

export class Accounts {
  readonly #parts: AccountsParts;
  readonly #runners = new Map<number, AccountRunner>();
  #started = false;
  #changing: Promise<unknown> = Promise.resolve();

  constructor(parts: AccountsParts) {
    this.#parts = parts;
    const { directory } = parts;
    if (directory.list().length === 0)
      directory.create({ label: parts.firstLabel, family: 'platform' }, parts.now());
    for (const account of directory.list()) this.#runners.set(account.id, parts.build(account));
  }

  /** The default one first. */
  list(): readonly AccountRunner[] {
    return this.#parts.directory.list().flatMap(({ id }) => this.#runners.get(id) ?? []);
  }

  /** Undefined when there is no such account, or none at all. */
  get(id: number | undefined): AccountRunner | undefined {
    return id === undefined ? this.list()[0] : this.#runners.get(id);
  }

  /** Reads the pauses of before, so that they are known although nothing runs yet. */
  async readPauses(): Promise<void> {
    await Promise.all(this.list().map(({ dispatcher }) => dispatcher.readPause()));
  }

  async start(): Promise<void> {
    this.#started = true;
    await Promise.all(this.list().map(begin));
  }

  /** Waits for requests under way, at most five seconds. */
  stop(): Promise<void> {
    return this.#oneAtATime(async () => {
      await Promise.all([...this.#runners.values()].map(end));
      for (const { dispatcher } of this.#runners.values()) dispatcher.abandon();
    });
  }

  /** Changes of what runs wait for each other: two at once would leave a dispatcher behind that nobody knows. */
  #oneAtATime<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changing.then(change, change);
    this.#changing = result.catch(() => undefined);
    return result;
  }

  wake(): void {
    for (const { dispatcher } of this.#runners.values()) dispatcher.wake();
  }

  /** A text may have been taken: there may be something to ask. */
  watchDelivery(): void {
    for (const { delivery } of this.#runners.values()) delivery?.wake();
  }

  lineMayBeBack(): void {
    for (const { dispatcher } of this.#runners.values()) dispatcher.lineMayBeBack();
  }

  fallAsleep(): void {
    for (const { dispatcher } of this.#runners.values()) dispatcher.fallAsleep();
  }

  async wakeUp(): Promise<void> {
    await Promise.all([...this.#runners.values()].map(({ dispatcher }) => dispatcher.wakeUp()));
  }

  /** A person pauses everything; it stays so over a restart. */
  async pause(): Promise<void> {
    for (const { dispatcher } of this.list())
      await dispatcher.pause({ reason: 'person', until: undefined, text: '' });
  }

  async resume(): Promise<void> {
    for (const { dispatcher } of this.list()) await dispatcher.resume();
  }

  /** A person pauses one account, or lets it go on; it stays so over a restart. False: there is no such account. */
  async pauseOne(id: number): Promise<boolean> {
    const dispatcher = this.#runners.get(id)?.dispatcher;
    await dispatcher?.pause({ reason: 'person', until: undefined, text: '' });
    return dispatcher !== undefined;
  }

  async resumeOne(id: number): Promise<boolean> {
    const dispatcher = this.#runners.get(id)?.dispatcher;
    await dispatcher?.resume();
    return dispatcher !== undefined;
  }

  /** What waits for a person since a long outage ended; undefined: nothing. */
  async heldBack(): Promise<BackOnlineView | undefined> {
    const all = await Promise.all(this.list().map(({ dispatcher }) => dispatcher.heldBack()));
    const held = all.filter((one) => one !== undefined);
    if (held.length === 0) return undefined;
    const sum = (read: (one: PiledUp) => number): number => held.reduce((total, one) => total + read(one), 0);
    const oldest = held.flatMap((one) => one.oldest ?? []);
    return {
      fresh: sum(({ fresh }) => fresh),
      late: sum(({ late }) => late),
      quiet: sum(({ quiet }) => quiet),
      parts: sum(({ parts }) => parts),
      oldest: oldest.length === 0 ? null : Math.min(...oldest),
    };
  }

  async sendHeldBack(): Promise<void> {
    for (const { dispatcher } of this.list()) await dispatcher.sendHeldBack();
  }

  /** A new key ends a pause that the old one caused; a person's own pause stays. */
  async keyChanged(id: number): Promise<void> {
    const dispatcher = this.#runners.get(id)?.dispatcher;
    const sending = dispatcher?.sending();
    if (sending?.state === 'paused' && sending.reason === 'person') return;
    await dispatcher?.resume();
  }

  create(label: string, family: AccountFamily): AccountRunner {
    const pausedByPerson = this.list().every(({ dispatcher }) => {
      const sending = dispatcher.sending();
      return sending.state === 'paused' && sending.reason === 'person';
    });
    const account = this.#parts.directory.create({ label, family }, this.#parts.now());
    const runner = this.#parts.build(account);
    this.#runners.set(account.id, runner);
    // *Pause sending* is about everything, what is added meanwhile included.
    const held = pausedByPerson
      ? runner.dispatcher.pause({ reason: 'person', until: undefined, text: '' })
      : Promise.resolve();
    if (this.#started) void held.then(() => begin(runner));
    this.#parts.onChanged();
    return runner;
  }

  /** Another transport, address or setting needs a new gateway: the old one first finishes what it has begun. */
  change(id: number, change: AccountChange): Promise<Result<AccountRunner>> {
    return this.#oneAtATime(() => this.#change(id, change));
  }

  async #change(id: number, change: AccountChange): Promise<Result<AccountRunner>> {
    const before = this.#runners.get(id);
    if (before === undefined) return failure('not-found');
    const { directory, build } = this.#parts;
    if (change.settings !== undefined && !familyHasSettings(before.account.family, change.settings))
      return failure('setting-not-offered');
    const rebuilds =
      (change.transport !== undefined && change.transport !== before.account.transport) ||
      (change.serverAddress !== undefined && change.serverAddress !== before.account.serverAddress) ||
      (change.settings !== undefined && !sameSettings(change.settings, before.account.settings));
    if (rebuilds) {
      try {
        // Tried on paper first: an address that no key may go to changes nothing.
        await build({ ...before.account, ...defined(change) }).gateway.close();
      } catch (error) {
        if (error instanceof TypeError) return failure('server-address-invalid');
        throw error;
      }
    }
    directory.change(id, change);
    if (change.ratePerMinute !== undefined) before.dispatcher.changeRate(change.ratePerMinute);
    if (change.isDefault === true) directory.makeDefault(id);
    const account = directory.list().find((candidate) => candidate.id === id) ?? before.account;
    if (rebuilds) await end(before);
    const runner = rebuilds ? build(account) : { ...before, account };
    if (rebuilds) runner.credentials.carryOver(before.credentials);
    this.#runners.set(id, runner);
    if (rebuilds && this.#started) await begin(runner);
    this.#parts.onChanged();
    return success(runner);
  }

  remove(id: number): Promise<Result<undefined>> {
    return this.#oneAtATime(() => this.#remove(id));
  }

  async #remove(id: number): Promise<Result<undefined>> {
    const runner = this.#runners.get(id);
    if (runner === undefined) return failure('not-found');
    if (this.#runners.size === 1) return failure('last-account');
    const { directory } = this.#parts;
    if (directory.openTexts(id) > 0) return failure('account-busy');
    // From here on nothing new is taken for it.
    this.#runners.delete(id);
    await end(runner);
    if (directory.openTexts(id) > 0) {
      // A text came in at the last moment: the account stays, with what it needs to send it.
      const again = this.#parts.build(runner.account);
      again.credentials.carryOver(runner.credentials);
      this.#runners.set(id, again);
      if (this.#started) await begin(again);
      return failure('account-busy');
    }
    directory.remove(id, this.#parts.now());
    runner.credentials.forget();
    this.#parts.onChanged();
    return success(undefined);
  }

  /** What a person has to know about sending as a whole: the account that needs attention most speaks for all. */
  sending(): StatusView['sending'] {
    const states = this.list().map(({ dispatcher }) => dispatcher.sending());
    const weight = (state: SendingState): number =>
      state.state === 'running' ? 0 : state.state === 'offline' ? 1 : state.reason === 'person' ? 2 : 3;
    const worst = states.sort((one, other) => weight(other) - weight(one))[0];
    return sendingView(worst ?? { state: 'running' });
  }
}

const questions = ['status', 'charge', 'stop', 'coverage'] as const satisfies readonly (keyof Gateway)[];

export function accountView({ account, gateway, credentials, dispatcher }: AccountRunner): AccountView {
  return {
    ...account,
    sending: sendingView(dispatcher.sending()),
    credential: credentials.view(),
    options: [...(gateway.capabilities.options ?? [])],
    questions: questions.filter((question) => gateway[question] !== undefined),
  };
}

function sendingView(sending: SendingState): StatusView['sending'] {
  return {
    state: sending.state,
    pauseReason: sending.state === 'paused' ? sending.reason : null,
    pauseText: sending.state === 'paused' && sending.text !== '' ? sending.text : null,
    until: sending.state === 'paused' ? (sending.until ?? null) : null,
    nextTry: sending.state === 'offline' ? sending.nextTry : null,
    trouble: sending.state === 'offline' ? sending.trouble : null,
  };
}

async function begin({ dispatcher, delivery }: AccountRunner): Promise<void> {
  await dispatcher.start();
  delivery?.start();
}

async function end({ dispatcher, delivery, gateway }: AccountRunner): Promise<void> {
  await delivery?.stop();
  await dispatcher.stop();
  await gateway.close();
}

function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, given]) => given !== undefined)) as never;
}
