import type { CentralLogin } from '../../../shared/domain/central-login.ts';
import type { AppError, Result } from '../../../shared/errors.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { AccountView, CredentialView, Output } from '../../../shared/ipc/contract.ts';
import type { Session } from '../../app/session.svelte.ts';
import { formatMoney } from '../../lib/format.ts';

export type AccountFamily = AccountView['family'];

/** What a family signs in with; the middle of its words in the catalogue (`settings.<secret>Add`). */
export const secretOf = { platform: 'key', central: 'login' } as const satisfies Record<
  AccountFamily,
  string
>;

/** *The key works. Balance R 412.50.* */
export function checkSentence(check: Output<'credentials.test'>, family: AccountFamily = 'platform'): string {
  const works = `welcome.${secretOf[family]}Works` as const;
  if (check.balance === null) return translate(works);
  return translate(`${works}Balance`, { balance: formatMoney(check.balance, check.currency) });
}

/** Where the key is, in one line. */
export function keySentence(credential: CredentialView, family: AccountFamily = 'platform'): string {
  switch (credential.key) {
    case 'none':
      return translate(`settings.${secretOf[family]}None`);
    case 'stored':
      return translate(credential.store === 'weak' ? 'settings.keyStoredWeak' : 'settings.keyStored');
    case 'this-run':
      return translate('settings.keyThisRun');
    case 'locked':
      return translate('settings.keyLocked');
    case 'practice':
      return translate('settings.keyPractice');
  }
}

/** The error in the words of what this family signs in with. */
function errorSentence(error: AppError, family: AccountFamily): string {
  if (family === 'central') {
    if (error.code === 'key-rejected') return translate('settings.loginRejected');
    if (error.code === 'key-malformed' || error.code === 'invalid-input') {
      return translate('settings.loginMalformed');
    }
  }
  return translateError(error);
}

/** Which account a key belongs to. Without an id: the default one, whichever main says that is. */
export interface AccountTarget {
  readonly id?: number;
  readonly family: AccountFamily;
}

/**
 * What is done with the key or the login of an account. The secret itself passes through `set` or `setLogin` and is kept
 * nowhere here.
 */
export class Account {
  busy = $state<'setting' | 'testing' | 'forgetting' | undefined>(undefined);
  /** What came of the last thing done. */
  good = $state<string | undefined>(undefined);
  bad = $state<string | undefined>(undefined);
  error = $state.raw<AppError | undefined>(undefined);
  readonly family: AccountFamily;

  readonly #session: Session;
  readonly #target: { readonly accountId?: number };

  constructor(session: Session, target: AccountTarget = { family: 'platform' }) {
    this.#session = session;
    this.family = target.family;
    this.#target = target.id === undefined ? {} : { accountId: target.id };
  }

  #begin(what: 'setting' | 'testing' | 'forgetting'): boolean {
    if (this.busy !== undefined) return false;
    this.busy = what;
    this.clear();
    return true;
  }

  clear(): void {
    this.good = undefined;
    this.bad = undefined;
    this.error = undefined;
  }

  #failed(error: AppError, family = this.family): void {
    this.error = error;
    this.bad = errorSentence(error, family);
  }

  async #readAgain(): Promise<void> {
    await Promise.all([this.#session.readStatus(), this.#session.readAccounts()]);
  }

  async #took(answer: Result<Output<'credentials.set'>>, family = this.family): Promise<boolean> {
    if (answer.ok) {
      this.good = checkSentence(answer.value.check, family);
      await this.#readAgain();
    } else this.#failed(answer.error, family);
    this.busy = undefined;
    return answer.ok;
  }

  /** Checks a key by the balance call and keeps it. True when it works. */
  async set(key: string, allowWeakStore: boolean): Promise<boolean> {
    if (!this.#begin('setting')) return false;
    const input = { key: key.trim(), allowWeakStore, ...this.#target };
    return this.#took(await this.#session.client.call('credentials.set', input));
  }

  /** The same for a login of Developers' Central. */
  async setLogin(login: CentralLogin, allowWeakStore: boolean): Promise<boolean> {
    if (!this.#begin('setting')) return false;
    const input = { ...login, allowWeakStore, ...this.#target };
    return this.#took(await this.#session.client.call('credentials.setLogin', input));
  }

  /** A login instead of the first key: main makes the account for it, and nothing if it does not work. */
  async setFirstLogin(login: CentralLogin, allowWeakStore: boolean): Promise<boolean> {
    if (!this.#begin('setting')) return false;
    return this.#took(
      await this.#session.client.call('credentials.setLogin', { ...login, allowWeakStore }),
      'central',
    );
  }

  async test(): Promise<void> {
    if (!this.#begin('testing')) return;
    const answer = await this.#session.client.call('credentials.test', this.#optionalTarget());
    if (answer.ok) this.good = checkSentence(answer.value, this.family);
    else this.#failed(answer.error);
    this.busy = undefined;
  }

  async forget(): Promise<void> {
    if (!this.#begin('forgetting')) return;
    const answer = await this.#session.client.call('credentials.forget', this.#optionalTarget());
    if (answer.ok) this.good = translate(`settings.${secretOf[this.family]}Forgotten`);
    else this.#failed(answer.error);
    await this.#readAgain();
    this.busy = undefined;
  }

  #optionalTarget(): { accountId: number } | undefined {
    const { accountId } = this.#target;
    return accountId === undefined ? undefined : { accountId };
  }

  /** True when the program now works that way. */
  async setMode(mode: 'practice' | 'live'): Promise<boolean> {
    const answer = await this.#session.client.call('app.setMode', { mode });
    if (answer.ok) {
      this.#session.took(answer.value);
      await this.#session.readAccounts();
    } else this.#failed(answer.error);
    return answer.ok;
  }
}
