/** Accounts and the ciphertext of their keys. The plain key never comes near this file. */
import type { SecretStore } from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

export interface Account {
  readonly id: number;
  readonly label: string;
  readonly family: 'platform';
  readonly baseUrl: string;
}

type StoredSecret = NonNullable<ReturnType<SecretStore['secret']>>;

export class AccountStore implements SecretStore {
  readonly #default;
  readonly #insert;
  readonly #setBaseUrl;
  readonly #secret;
  readonly #setSecret;
  readonly #forgetSecret;

  constructor(database: WriteDatabase) {
    this.#default = database.prepare(
      'SELECT id, label, family, base_url AS baseUrl FROM account WHERE is_default = 1',
    );
    this.#insert = database.prepare(
      'INSERT INTO account(label, family, base_url, is_default, created_at) VALUES (?, ?, ?, 1, ?)',
    );
    this.#setBaseUrl = database.prepare('UPDATE account SET base_url = ? WHERE id = ?');
    this.#secret = database.prepare(
      'SELECT cipher, provider_tag AS providerTag FROM secret WHERE account_id = ?',
    );
    this.#setSecret = database.prepare(
      `INSERT INTO secret(account_id, cipher, provider_tag, created_at) VALUES (?, ?, ?, ?)
       ON CONFLICT(account_id) DO UPDATE SET cipher = excluded.cipher, provider_tag = excluded.provider_tag,
         created_at = excluded.created_at`,
    );
    this.#forgetSecret = database.prepare('DELETE FROM secret WHERE account_id = ?');
  }

  /** The default account, made on first use. Its server address follows `baseUrl`. */
  ensureDefault(label: string, baseUrl: string, now: number): Account {
    const existing = this.#default.get() as Account | undefined;
    if (existing === undefined) {
      const id = Number(this.#insert.run(label, 'platform', baseUrl, now).lastInsertRowid);
      return { id, label, family: 'platform', baseUrl };
    }
    if (existing.baseUrl !== baseUrl) this.#setBaseUrl.run(baseUrl, existing.id);
    return { ...existing, baseUrl };
  }

  secret(accountId: number): StoredSecret | undefined {
    return this.#secret.get(accountId) as StoredSecret | undefined;
  }

  setSecret(accountId: number, secret: StoredSecret, now: number): void {
    this.#setSecret.run(accountId, Buffer.from(secret.cipher), secret.providerTag, now);
  }

  forgetSecret(accountId: number): void {
    this.#forgetSecret.run(accountId);
  }
}
