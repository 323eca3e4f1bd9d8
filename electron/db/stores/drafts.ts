/** What a person has typed and not sent. On disk, so that it survives the window, a crash and a restart. */
import type { Draft, DraftStore } from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

export class SqliteDraftStore implements DraftStore {
  readonly #load;
  readonly #save;
  readonly #submitted;

  constructor(database: WriteDatabase) {
    this.#load = database.prepare(
      'SELECT recipients AS "to", body, submission_id AS submissionId FROM draft WHERE name = ?',
    );
    this.#save = database.prepare(
      `INSERT INTO draft(name, recipients, body, submission_id, updated_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT(name) DO UPDATE SET recipients = excluded.recipients, body = excluded.body,
         submission_id = excluded.submission_id, updated_at = excluded.updated_at`,
    );
    this.#submitted = database.prepare('SELECT 1 FROM submission WHERE id = ?');
  }

  load(name: string): Draft | undefined {
    return this.#load.get(name) as Draft | undefined;
  }

  /** A draft that has become a submission is not brought back by a save that was still on its way. */
  save(name: string, draft: Draft, now: number): void {
    if (this.#submitted.get(draft.submissionId) !== undefined) return;
    this.#save.run(name, draft.to, draft.body, draft.submissionId, now);
  }
}
