/** Which texts Clickatell is to be asked about, see core/outbox/delivery-watch.ts. */
import type { DeliveryStore, TextToAsk } from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

/** No question is ever further away than this; one that is met a clock that was set back. */
const furthestMilliseconds = 4 * 24 * 3_600_000;

export class SqliteDeliveryStore implements DeliveryStore {
  readonly #sql;

  constructor(database: WriteDatabase) {
    const open = `account_id = :accountId AND state = 'accepted' AND next_status_at IS NOT NULL`;
    this.#sql = {
      next: database.prepare(`SELECT min(next_status_at) AS at FROM message WHERE ${open}`),
      toAsk: database.prepare(
        `SELECT id, provider_id AS providerId, max(state_at, coalesce(options ->> 'deliverAt', 0)) AS "from"
         FROM message WHERE ${open} AND provider_id IS NOT NULL
         AND (next_status_at <= :now OR next_status_at > :now + ${furthestMilliseconds})
         ORDER BY next_status_at LIMIT :limit`,
      ),
      asked: database.prepare(
        `UPDATE message SET next_status_at = ?, status_checks = status_checks + 1 WHERE id = ? AND state = 'accepted'`,
      ),
      postpone: database.prepare(`UPDATE message SET next_status_at = ? WHERE id = ? AND state = 'accepted'`),
    };
  }

  nextQuestion(accountId: number, now: number): number | undefined {
    const { at } = this.#sql.next.get({ accountId }) as { at: number | null };
    if (at === null) return undefined;
    return at > now + furthestMilliseconds ? now : at;
  }

  toAsk(accountId: number, now: number, limit: number): TextToAsk[] {
    return this.#sql.toAsk.all({ accountId, now, limit }) as TextToAsk[];
  }

  asked(id: number, next: number | undefined): void {
    this.#sql.asked.run(next ?? null, id);
  }

  postpone(id: number, next: number): void {
    this.#sql.postpone.run(next, id);
  }
}
