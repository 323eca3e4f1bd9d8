import type { AppError } from '../../../shared/errors.ts';
import { translate, translateError } from '../../../shared/i18n/translate.ts';
import type { CredentialView, Output } from '../../../shared/ipc/contract.ts';
import type { Session } from '../../app/session.svelte.ts';
import { formatMoney } from '../../lib/format.ts';

/** *The key works. Balance R 412.50.* */
export function checkSentence(check: Output<'credentials.test'>): string {
  if (check.balance === null) return translate('welcome.keyWorks');
  return translate('welcome.keyWorksBalance', { balance: formatMoney(check.balance, check.currency) });
}

/** Where the key is, in one line. */
export function keySentence(credential: CredentialView): string {
  switch (credential.key) {
    case 'none':
      return translate('settings.keyNone');
    case 'stored':
      return translate(credential.store === 'weak' ? 'settings.keyStoredWeak' : 'settings.keyStored');
    case 'this-run':
      return translate('settings.keyThisRun');
    case 'locked':
      return translate('settings.keyLocked');
  }
}

/** What is done with the key of the account. The key itself passes through `set` and is kept nowhere here. */
export class Account {
  busy = $state<'setting' | 'testing' | 'forgetting' | undefined>(undefined);
  /** What came of the last thing done. */
  good = $state<string | undefined>(undefined);
  bad = $state<string | undefined>(undefined);
  error = $state.raw<AppError | undefined>(undefined);

  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
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

  #failed(error: AppError): void {
    this.error = error;
    this.bad = translateError(error);
  }

  /** Checks a key by the balance call and keeps it. True when it works. */
  async set(key: string, allowWeakStore: boolean): Promise<boolean> {
    if (!this.#begin('setting')) return false;
    const answer = await this.#session.client.call('credentials.set', { key: key.trim(), allowWeakStore });
    if (answer.ok) {
      this.good = checkSentence(answer.value.check);
      await this.#session.readStatus();
    } else this.#failed(answer.error);
    this.busy = undefined;
    return answer.ok;
  }

  async test(): Promise<void> {
    if (!this.#begin('testing')) return;
    const answer = await this.#session.client.call('credentials.test');
    if (answer.ok) this.good = checkSentence(answer.value);
    else this.#failed(answer.error);
    this.busy = undefined;
  }

  async forget(): Promise<void> {
    if (!this.#begin('forgetting')) return;
    const answer = await this.#session.client.call('credentials.forget');
    if (answer.ok) this.good = translate('settings.keyForgotten');
    else this.#failed(answer.error);
    await this.#session.readStatus();
    this.busy = undefined;
  }

  /** True when the program now works that way. */
  async setMode(mode: 'practice' | 'live'): Promise<boolean> {
    const answer = await this.#session.client.call('app.setMode', { mode });
    if (answer.ok) this.#session.took(answer.value);
    else this.#failed(answer.error);
    return answer.ok;
  }
}
