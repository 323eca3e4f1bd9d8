/**
 * A quick outbox as somebody would write it in an afternoon, to hold the real one against: one table, claim a group in one
 * transaction, post, mark a group in one transaction. It keeps none of the promises that cost something (no attempts, no
 * reasons, no fencing, no best before, no counters), but the first: what is on the wire is marked on disk before.
 */
import { randomBytes } from 'node:crypto';
import Sqlite, { type Database } from 'better-sqlite3';
import type { Pool } from 'undici';

export interface ReferenceText {
  readonly id: number;
  readonly client_ref: string;
  readonly recipient: string;
  readonly body: string;
}

export class ReferenceTable {
  readonly database: Database;
  readonly #claim;
  readonly #sending;
  readonly #sent;
  readonly #insert;

  constructor(file: string, synchronous: 'FULL' | 'NORMAL') {
    this.database = new Sqlite(file);
    this.database.pragma('journal_mode = WAL');
    this.database.pragma(`synchronous = ${synchronous}`);
    this.database.exec(`
      CREATE TABLE message (id INTEGER PRIMARY KEY, client_ref TEXT NOT NULL UNIQUE, recipient TEXT NOT NULL,
        body TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'queued', provider_id TEXT, state_at INTEGER NOT NULL DEFAULT 0,
        not_before INTEGER NOT NULL DEFAULT 0);
      CREATE INDEX waiting ON message(id) WHERE state = 'queued';
      CREATE INDEX open ON message(id) WHERE state IN ('queued', 'sending', 'in_doubt');
      CREATE INDEX scheduled ON message(not_before) WHERE state = 'queued' AND not_before > 0;`);
    this.#claim = this.database.prepare(
      `SELECT id, client_ref, recipient, body FROM message WHERE state = 'queued' ORDER BY id LIMIT ?`,
    );
    this.#sending = this.database.prepare(`UPDATE message SET state = 'sending', state_at = ? WHERE id = ?`);
    this.#sent = this.database.prepare(
      `UPDATE message SET state = 'accepted', state_at = ?, provider_id = ? WHERE id = ? AND state = 'sending'`,
    );
    this.#insert = this.database.prepare('INSERT INTO message(client_ref, recipient, body) VALUES (?, ?, ?)');
  }

  fill(texts: number, sameBody: boolean): void {
    this.database
      .transaction(() => {
        for (let index = 0; index < texts; index += 1) {
          const recipient = `+27${String(100_000_000 + index)}`;
          this.#insert.run(randomBytes(13).toString('hex'), recipient, bodyOf(index, sameBody));
        }
      })
      .immediate();
  }

  claim(most: number): ReferenceText[] {
    return this.database
      .transaction(() => {
        const texts = this.#claim.all(most) as ReferenceText[];
        const now = Date.now();
        for (const { id } of texts) this.#sending.run(now, id);
        return texts;
      })
      .immediate();
  }

  mark(sent: readonly { readonly id: number; readonly providerId: string }[]): void {
    this.database
      .transaction(() => {
        const now = Date.now();
        for (const { id, providerId } of sent) this.#sent.run(now, providerId, id);
      })
      .immediate();
  }
}

/** What is sent in every measurement. */
export function bodyOf(index: number, same: boolean): string {
  return `Your appointment is on Tuesday at 10:30. Please call us if you cannot come.${same ? '' : ` ${index}`}`;
}

/** One request by hand, and the least that tells whether its texts were taken. */
export async function post(pool: Pool, texts: readonly ReferenceText[]): Promise<string[]> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/messages',
    headers: { authorization: 'AbCdEfGhIjKlMnOpQrStUv==', 'content-type': 'application/json' },
    body: JSON.stringify({
      content: texts[0]?.body,
      to: texts.map(({ recipient }) => recipient.slice(1)),
      clientMessageId: texts[0]?.client_ref,
    }),
  });
  const answer = (await body.json()) as { messages: { apiMessageId: string; accepted: boolean }[] };
  if (statusCode !== 202 || !answer.messages.every(({ accepted }) => accepted)) throw new Error('refused');
  return answer.messages.map(({ apiMessageId }) => apiMessageId);
}

/** Sends everything that waits. */
export function drain(
  table: ReferenceTable,
  pool: Pool,
  concurrency: number,
  perRequest: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let inFlight = 0;
    let done: { id: number; providerId: string }[] = [];
    let flushing = false;
    const flush = (): void => {
      flushing = false;
      if (done.length > 0) table.mark(done);
      done = [];
      const texts = table.claim((concurrency - inFlight) * perRequest);
      for (let from = 0; from < texts.length; from += perRequest)
        void send(texts.slice(from, from + perRequest));
      if (inFlight === 0) resolve();
    };
    const send = async (texts: readonly ReferenceText[]): Promise<void> => {
      inFlight += 1;
      try {
        const ids = await post(pool, texts);
        for (const [index, { id }] of texts.entries()) done.push({ id, providerId: ids[index] ?? '' });
      } catch (error) {
        reject(error);
      }
      inFlight -= 1;
      if (!flushing) {
        flushing = true;
        setImmediate(flush);
      }
    };
    flush();
  });
}
