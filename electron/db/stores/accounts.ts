/** Accounts and the ciphertext of their keys. The plain key never comes near this file. */
import { readAccountSettings } from '../../../shared/domain/account-settings.ts';
import { openStates } from '../../../shared/domain/message.ts';
import type {
  Account,
  AccountDirectory,
  AccountFamily,
  SecretStore,
  StoredAccountChange,
  StoredSecret,
} from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

type StoredAccount = Omit<Account, 'isDefault' | 'settings'> & {
  readonly isDefault: 0 | 1;
  /** JSON. */
  readonly settings: string;
};

export class AccountStore implements SecretStore, AccountDirectory {
  readonly #database: WriteDatabase;
  readonly #sql;

  constructor(database: WriteDatabase) {
    this.#database = database;
    const open = openStates.map((state) => `'${state}'`).join(', ');
    this.#sql = {
      list: database.prepare(
        `SELECT id, label, family, transport, base_url AS serverAddress, settings, is_default AS isDefault,
           rate_per_minute AS ratePerMinute FROM account
         WHERE removed_at IS NULL ORDER BY is_default DESC, id`,
      ),
      insert: database.prepare(
        'INSERT INTO account(label, family, is_default, created_at) VALUES (?, ?, ?, ?)',
      ),
      change: database.prepare(
        `UPDATE account SET label = coalesce(:label, label), transport = coalesce(:transport, transport),
           rate_per_minute = coalesce(:ratePerMinute, rate_per_minute),
           base_url = CASE WHEN :setAddress = 1 THEN :serverAddress ELSE base_url END,
           settings = coalesce(:settings, settings) WHERE id = :id`,
      ),
      family: database.prepare('SELECT family FROM account WHERE id = ?'),
      noDefault: database.prepare('UPDATE account SET is_default = 0'),
      setDefault: database.prepare('UPDATE account SET is_default = 1 WHERE id = ? AND removed_at IS NULL'),
      texts: database.prepare(
        `SELECT EXISTS (SELECT 1 FROM submission WHERE account_id = :id)
           OR EXISTS (SELECT 1 FROM recurrence WHERE account_id = :id) AS found`,
      ),
      openTexts: database.prepare(
        `SELECT (SELECT count(*) FROM message WHERE account_id = :id AND state IN (${open})) +
           -- Lists on their way into the outbox: somebody has said yes to them.
           (SELECT coalesce(sum(total - made), 0) FROM list_import WHERE account_id = :id AND sealed_at IS NOT NULL) +
           -- A recurring text that goes on would have nobody to send it, and nobody would be told.
           (SELECT count(*) FROM recurrence WHERE account_id = :id AND stopped_at IS NULL) AS total`,
      ),
      delete: database.prepare('DELETE FROM account WHERE id = ?'),
      hide: database.prepare('UPDATE account SET removed_at = ?, is_default = 0 WHERE id = ?'),
      secret: database.prepare(
        'SELECT cipher, provider_tag AS providerTag, origin FROM secret WHERE account_id = ?',
      ),
      setSecret: database.prepare(
        `INSERT INTO secret(account_id, cipher, provider_tag, origin, created_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT(account_id) DO UPDATE SET cipher = excluded.cipher, provider_tag = excluded.provider_tag,
           origin = excluded.origin,
           created_at = excluded.created_at`,
      ),
      forgetSecret: database.prepare('DELETE FROM secret WHERE account_id = ?'),
    };
  }

  /** Of any account that ever was. */
  family(id: number): AccountFamily | undefined {
    return (this.#sql.family.get(id) as { family: AccountFamily } | undefined)?.family;
  }

  list(): Account[] {
    return (this.#sql.list.all() as StoredAccount[]).map((account) => ({
      ...account,
      settings: readAccountSettings(account.settings),
      isDefault: account.isDefault === 1,
    }));
  }

  create({ label, family }: Pick<Account, 'label' | 'family'>, now: number): Account {
    const isDefault = this.list().length === 0;
    const id = Number(this.#sql.insert.run(label, family, isDefault ? 1 : 0, now).lastInsertRowid);
    const created = this.list().find((account) => account.id === id);
    if (created === undefined) throw new Error(`no account ${id}`);
    return created;
  }

  change(id: number, change: StoredAccountChange): void {
    this.#sql.change.run({
      id,
      label: change.label ?? null,
      transport: change.transport ?? null,
      ratePerMinute: change.ratePerMinute ?? null,
      setAddress: change.serverAddress === undefined ? 0 : 1,
      serverAddress: change.serverAddress ?? null,
      settings: change.settings === undefined ? null : JSON.stringify(change.settings),
    });
  }

  makeDefault(id: number): void {
    this.#database
      .transaction(() => {
        this.#sql.noDefault.run();
        if (this.#sql.setDefault.run(id).changes !== 1) throw new Error(`no account ${id}`);
      })
      .immediate();
  }

  remove(id: number, now: number): void {
    this.#database
      .transaction(() => {
        this.#sql.forgetSecret.run(id);
        const { found } = this.#sql.texts.get({ id }) as { found: 0 | 1 };
        if (found === 1) this.#sql.hide.run(now, id);
        else this.#sql.delete.run(id);
        const rest = this.list();
        if (rest[0] !== undefined && !rest[0].isDefault) this.#sql.setDefault.run(rest[0].id);
      })
      .immediate();
  }

  openTexts(id: number): number {
    return (this.#sql.openTexts.get({ id }) as { total: number }).total;
  }

  secret(accountId: number): StoredSecret | undefined {
    return this.#sql.secret.get(accountId) as StoredSecret | undefined;
  }

  setSecret(accountId: number, secret: StoredSecret, now: number): void {
    this.#sql.setSecret.run(accountId, Buffer.from(secret.cipher), secret.providerTag, secret.origin, now);
  }

  forgetSecret(accountId: number): void {
    this.#sql.forgetSecret.run(accountId);
  }
}
