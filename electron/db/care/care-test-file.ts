/** A small outbox with every kind of row, for the tests of this folder. Never imported by the program. */
import { openDatabase, type WriteDatabase } from '../open.ts';

export const keyCipher = Buffer.from('ciphertext-of-a-key-7Fq2');

/** Twenty-six characters, as `core/client-reference.ts` makes them. */
export function referenceOf(id: number): string {
  return String(id).padStart(26, '0');
}

export interface FilledOptions {
  /** Texts that are accepted; after them come one queued, one sending, one in doubt. */
  readonly accepted: number;
  readonly runId?: string;
  readonly bodyOf?: (id: number) => string;
}

/** Opens a new file and fills it. Account 1 has a key. */
export function fill(path: string, { accepted, runId = 'run-1', bodyOf }: FilledOptions): WriteDatabase {
  const database = openDatabase(path);
  database.transaction(() => {
    database.prepare('INSERT OR IGNORE INTO run(id, started_at, process_id) VALUES (?, 1, 1)').run(runId);
    database.exec(`
      INSERT OR IGNORE INTO account(id, label, family, is_default, created_at) VALUES (1, 'Front desk', 'platform', 1, 1000);
      INSERT OR IGNORE INTO submission(id, account_id, created_at) VALUES ('submission-1', 1, 1000);`);
    database
      .prepare('INSERT OR IGNORE INTO secret VALUES (1, ?, ?, ?, 1000)')
      .run(keyCipher, 'v11', 'clickatell');
    const insert = database.prepare(
      `INSERT INTO message(id, client_ref, submission_id, account_id, recipient, body, parts, encoding, state, state_at,
         attempt_no, error_text, created_at)
       VALUES (:id, :ref, 'submission-1', 1, :recipient, :body, 1, 'gsm-7', :state, :at, 1, :error, :at)`,
    );
    const attempt = database.prepare(
      'INSERT INTO attempt(id, account_id, run_id, request_ref, opened_at, closed_at) VALUES (?, 1, ?, ?, ?, ?)',
    );
    const outcome = database.prepare('INSERT INTO attempt_message VALUES (?, ?, 1, ?, ?)');
    for (let id = 1; id <= accepted + 3; id += 1) {
      const state = ['accepted', 'queued', 'sending', 'in_doubt'][Math.max(0, id - accepted)];
      insert.run({
        id,
        ref: referenceOf(id),
        recipient: `+2782123${String(id).padStart(4, '0')}`,
        body: bodyOf?.(id) ?? `Reminder number ${id} for your appointment tomorrow.`,
        state,
        at: 1000 + id,
        error: state === 'in_doubt' ? 'the words of the server' : null,
      });
      if (state === 'queued') continue;
      attempt.run(id, runId, referenceOf(id), 1000 + id, state === 'sending' ? null : 1000 + id);
      outcome.run(id, id, state === 'sending' ? null : 'accepted', 'words that repeat the body');
    }
  })();
  return database;
}
