/**
 * The account's key. It goes one way: a person pastes it, it is checked by asking for the balance, it goes into the
 * operating system's secret store, and it is read back only at the moment a request is built. Nothing here returns it
 * to a window.
 */
import type { AppErrorCode, Result } from '../../shared/errors.ts';
import { assertNever, failure, success } from '../../shared/errors.ts';
import type { CredentialView } from '../../shared/ipc/contract.ts';
import type { CheckResult, Gateway, Log, SecretBox, SecretStore, StoredSecret } from './ports.ts';

/** Longest wait for the balance call, milliseconds. */
const checkMilliseconds = 45_000;

/** There is a key, and the operating system's store does not give it: locked, or no answer in time. */
export class SecretStoreLocked extends Error {
  override readonly name = 'SecretStoreLocked';
}

export interface CredentialsParts {
  readonly accountId: number;
  readonly box: SecretBox;
  readonly store: SecretStore;
  readonly gateway: Gateway;
  /**
   * The server that the gateway talks to. A stored key goes to the server it was given for and to no other: otherwise an
   * address on a command line, or a changed setting, could fetch it.
   */
  readonly origin: string;
  readonly now: () => number;
  readonly log: Log;
  /** Keeps the key out of every log line from now on. */
  readonly neverLog: (key: string) => void;
}

export class Credentials {
  readonly #parts: CredentialsParts;
  /** The key of this run, where no store may keep it. */
  #thisRun: string | undefined;
  /** The key of this run is the pretend gateway's own: nobody gave it, so nobody can change or forget it. */
  #practice = false;
  #locked = false;
  #compared = false;
  #strength: CredentialView['store'] = 'unknown';

  constructor(parts: CredentialsParts) {
    this.#parts = parts;
  }

  view(): CredentialView {
    if (this.#practice) return { key: 'practice', store: this.#strength };
    const stored = this.#stored() !== undefined;
    const key =
      this.#thisRun !== undefined ? 'this-run' : !stored ? 'none' : this.#locked ? 'locked' : 'stored';
    return { key, store: this.#strength };
  }

  /** True when there is no key of any kind, not even one for another server. */
  isEmpty(): boolean {
    return this.#thisRun === undefined && this.#parts.store.secret(this.#parts.accountId) === undefined;
  }

  /** Takes over what an earlier gateway of the same account and server was given for this run alone. */
  carryOver(from: Credentials): void {
    if (from.#parts.origin !== this.#parts.origin) return;
    this.#thisRun = from.#thisRun;
    this.#strength = from.#strength;
  }

  /** Finds out how well this computer keeps a key. Slow the first time (the keyring may ask the person). */
  async measureStore(): Promise<CredentialView['store']> {
    this.#strength = await this.#parts.box.strength();
    return this.#strength;
  }

  /**
   * For the gateway alone. Undefined when there is no key.
   * @throws SecretStoreLocked when there is one and the store does not give it
   */
  async readKey(): Promise<string | undefined> {
    if (this.#thisRun !== undefined) return this.#thisRun;
    const secret = this.#stored();
    if (secret === undefined) return undefined;
    try {
      const { text, shouldReEncrypt } = await this.#parts.box.decrypt(secret.cipher);
      this.#locked = false;
      this.#parts.neverLog(text);
      await this.#keepBetter(text, secret, shouldReEncrypt);
      return text;
    } catch (error) {
      this.#locked = true;
      this.#parts.log.warn('secret-store-locked', { error: String(error) });
      throw new SecretStoreLocked();
    }
  }

  /**
   * Checks the key with the gateway, then keeps it: in the secret store, or for this run where the store is weak and the
   * person has not agreed to that. A key that does not work replaces nothing.
   */
  async set(key: string, allowWeakStore: boolean): Promise<Result<Balance>> {
    this.#parts.neverLog(key);
    const checked = await this.#check(async () => key);
    if (!checked.ok) return checked;
    const strength = await this.measureStore();
    if (strength === 'strong' || (strength === 'weak' && allowWeakStore)) {
      try {
        await this.#persist(key);
        this.#thisRun = undefined;
        this.#locked = false;
        return checked;
      } catch (error) {
        this.#parts.log.warn('secret-store-refused', { error: String(error) });
        this.#strength = 'unavailable';
      }
    }
    // An older key in the store would come back at the next start: better none than the wrong one.
    this.#parts.store.forgetSecret(this.#parts.accountId);
    this.#thisRun = key;
    return checked;
  }

  async test(): Promise<Result<Balance>> {
    return this.#check(() => this.readKey());
  }

  /** Practice mode: the pretend gateway's own key, never stored. */
  useForPractice(key: string): void {
    this.#parts.neverLog(key);
    this.#thisRun = key;
    this.#practice = true;
  }

  forget(): void {
    this.#thisRun = undefined;
    this.#locked = false;
    this.#parts.store.forgetSecret(this.#parts.accountId);
  }

  /**
   * A key that was once kept badly moves as soon as this computer has something better. Asked once a run: it costs a call
   * to the keyring.
   */
  async #strongerNow(storedTag: string): Promise<boolean> {
    if (this.#compared) return false;
    this.#compared = true;
    try {
      const { providerTag } = await this.#parts.box.encrypt('probe');
      return providerTag !== storedTag && (await this.measureStore()) === 'strong';
    } catch {
      return false;
    }
  }

  /** Encrypts again where that is better. The key was read: whatever goes wrong here is no reason not to use it. */
  async #keepBetter(key: string, secret: StoredSecret, shouldReEncrypt: boolean): Promise<void> {
    try {
      if (!shouldReEncrypt && !(await this.#strongerNow(secret.providerTag))) return;
      const { cipher, providerTag } = await this.#parts.box.encrypt(key);
      // The keyring may have taken its time: a key that was forgotten or replaced meanwhile must not come back.
      const { accountId, store, now } = this.#parts;
      const current = store.secret(accountId);
      if (current === undefined || !Buffer.from(current.cipher).equals(Buffer.from(secret.cipher))) return;
      store.setSecret(accountId, { ...secret, cipher, providerTag }, now());
    } catch (error) {
      this.#parts.log.warn('key-not-encrypted-again', { error: String(error) });
    }
  }

  async #persist(key: string): Promise<void> {
    const { cipher, providerTag } = await this.#parts.box.encrypt(key);
    const { accountId, origin, store, now } = this.#parts;
    store.setSecret(accountId, { cipher, providerTag, origin }, now());
  }

  #stored(): StoredSecret | undefined {
    const secret = this.#parts.store.secret(this.#parts.accountId);
    return secret?.origin === this.#parts.origin ? secret : undefined;
  }

  async #check(readKey: () => Promise<string | undefined>): Promise<Result<Balance>> {
    let key: string | undefined;
    try {
      key = await readKey();
    } catch (error) {
      if (error instanceof SecretStoreLocked) return failure('secrets-locked');
      throw error;
    }
    if (key === undefined) return failure('no-account');
    const signal = AbortSignal.timeout(checkMilliseconds);
    const result = await this.#parts.gateway.check({ signal, readKey: async () => key });
    if (result.kind === 'works') {
      return success({ balance: result.balance ?? null, currency: result.currency ?? null });
    }
    return failure(codeOf(result.why));
  }
}

export interface Balance {
  readonly balance: number | null;
  readonly currency: string | null;
}

function codeOf(why: Extract<CheckResult, { kind: 'failed' }>['why']): AppErrorCode {
  switch (why) {
    case 'key-rejected':
    case 'ip-blocked':
    case 'certificate':
    case 'proxy':
      return why;
    case 'line':
      return 'no-line';
    case 'unexpected':
      return 'gateway-unexpected';
    default:
      return assertNever(why);
  }
}
