/** What a person has typed and not sent. On disk, so that it survives the window, a crash and a restart. */
import type { TypedOptions } from '../../../shared/domain/typed-options.ts';
import type { Draft, DraftStore } from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

interface StoredDraft {
  readonly to: string;
  readonly body: string;
  readonly submissionId: string;
  /** JSON. */
  readonly options: string;
  readonly accountId: number | null;
}

export class SqliteDraftStore implements DraftStore {
  readonly #load;
  readonly #save;
  readonly #submitted;

  constructor(database: WriteDatabase) {
    this.#load = database.prepare(
      `SELECT recipients AS "to", body, submission_id AS submissionId, options, account_id AS accountId FROM draft
       WHERE name = ?`,
    );
    // The window may still hold an account that was removed meanwhile.
    this.#save = database.prepare(
      `INSERT INTO draft(name, recipients, body, submission_id, options, account_id, updated_at)
       VALUES (:name, :to, :body, :submissionId, :options, (SELECT id FROM account WHERE id = :accountId AND removed_at IS NULL),
         :now)
       ON CONFLICT(name) DO UPDATE SET recipients = excluded.recipients, body = excluded.body,
         submission_id = excluded.submission_id, options = excluded.options, account_id = excluded.account_id,
         updated_at = excluded.updated_at`,
    );
    this.#submitted = database.prepare('SELECT 1 FROM submission WHERE id = ?');
  }

  load(name: string): Draft | undefined {
    const stored = this.#load.get(name) as StoredDraft | undefined;
    if (stored === undefined) return undefined;
    const { options, accountId, ...draft } = stored;
    return {
      ...draft,
      ...(options === '{}' ? {} : { options: JSON.parse(options) as TypedOptions }),
      ...(accountId === null ? {} : { accountId }),
    };
  }

  /** A draft that has become a submission is not brought back by a save that was still on its way. */
  save(name: string, draft: Draft, now: number): void {
    if (this.#submitted.get(draft.submissionId) !== undefined) return;
    const { to, body, submissionId, options = {}, accountId = null } = draft;
    this.#save.run({ name, to, body, submissionId, options: JSON.stringify(options), accountId, now });
  }
}
