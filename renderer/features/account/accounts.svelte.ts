import { failure, type Result } from '../../../shared/errors.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { AccountView, Input } from '../../../shared/ipc/contract.ts';
import type { Session } from '../../app/session.svelte.ts';
import type { IconName } from '../../ui/icons.ts';
import { type AccountFamily, keySentence } from './account.svelte.ts';

export type AccountTransport = AccountView['transport'];

/** What a person may force, for each family. */
export const transportsOf = {
  platform: ['auto', 'json', 'xml', 'http'],
  central: ['auto', 'get', 'post'],
} as const satisfies Record<AccountFamily, readonly AccountTransport[]>;

export interface AccountState {
  readonly icon: IconName | undefined;
  readonly text: string;
}

/** Whether texts go out through it, in a few words. */
export function accountState({ credential, family, sending }: AccountView): AccountState {
  if (credential.key === 'none' || credential.key === 'locked') {
    return { icon: 'key', text: keySentence(credential, family) };
  }
  switch (sending.state) {
    case 'running':
      return { icon: undefined, text: translate('sending.running') };
    case 'offline':
      return { icon: 'offline', text: translate('sending.title.offline') };
    case 'paused':
      return sending.pauseReason === 'person'
        ? { icon: 'pause', text: translate('sending.title.paused') }
        : { icon: 'warning', text: translate('sending.title.stopped') };
  }
}

/** Whether an address may be asked for: https, or http on this computer. Main looks again before a key goes there. */
export function isServerAddress(input: string): boolean {
  const address = URL.parse(input);
  if (address?.protocol === 'https:') return true;
  return (
    address?.protocol === 'http:' && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(address.hostname)
  );
}

/** The accounts as a whole: adding, changing and removing them, one thing at a time. */
export class Accounts {
  busy = $state(false);
  good = $state<string | undefined>(undefined);
  bad = $state<string | undefined>(undefined);

  readonly #session: Session;
  #doing: Promise<unknown> = Promise.resolve();

  constructor(session: Session) {
    this.#session = session;
  }

  #do<T>(what: () => Promise<Result<T>>): Promise<Result<T>> {
    if (this.busy) return Promise.resolve(failure('stale'));
    const done = this.#now(what);
    this.#doing = done;
    return done;
  }

  /** Waits for its turn instead of being turned away: what is set in quick succession is all meant. */
  #next<T>(what: () => Promise<Result<T>>): Promise<Result<T>> {
    const next = (): Promise<Result<T>> => this.#now(what);
    const done = this.#doing.then(next, next);
    this.#doing = done;
    return done;
  }

  async #now<T>(what: () => Promise<Result<T>>): Promise<Result<T>> {
    this.busy = true;
    this.good = undefined;
    this.bad = undefined;
    const answer = await what();
    await Promise.all([this.#session.readAccounts(), this.#session.readStatus()]);
    this.busy = false;
    return answer;
  }

  #tell(answer: Result<unknown>): void {
    if (!answer.ok) this.bad = translateError(answer.error);
  }

  /** Answers with the new account, which has no key yet. */
  async create(label: string, family: AccountFamily): Promise<AccountView | undefined> {
    const answer = await this.#do(() => this.#session.client.call('accounts.create', { label, family }));
    this.#tell(answer);
    return answer.ok ? answer.value : undefined;
  }

  /** Answers with the account as it is now; undefined when nothing was changed. */
  async change(change: Input<'accounts.change'>): Promise<AccountView | undefined> {
    const answer = await this.#next(() => this.#session.client.call('accounts.change', change));
    this.#tell(answer);
    return answer.ok ? answer.value : undefined;
  }

  /** Empty: Clickatell's own address. Answers with what stood in the way, to be said beside the field. */
  async setAddress(id: number, address: string): Promise<string | undefined> {
    const typed = address.trim();
    if (typed !== '' && !isServerAddress(typed)) return translate('error.server-address-invalid');
    const change = { id, serverAddress: typed === '' ? null : typed };
    const answer = await this.#do(() => this.#session.client.call('accounts.change', change));
    return answer.ok ? undefined : translateError(answer.error);
  }

  /** Lets texts of this account wait, or go on; the others are not concerned. */
  async setPaused(id: number, paused: boolean): Promise<void> {
    const method = paused ? 'control.pauseAccount' : 'control.resumeAccount';
    this.#tell(await this.#do(() => this.#session.client.call(method, { id })));
  }

  async remove({ id, label }: Pick<AccountView, 'id' | 'label'>): Promise<boolean> {
    const answer = await this.#do(() => this.#session.client.call('accounts.remove', { id }));
    this.#tell(answer);
    if (answer.ok) this.good = translate('account.removed', { name: label });
    return answer.ok;
  }
}
