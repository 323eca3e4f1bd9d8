/**
 * What comes from a copy of the outbox never goes out by itself: since the copy was made, the same text may have been sent
 * from the original (docs/adr/0027). Waiting texts become *Needs a decision*, texts under way *Maybe sent*, and recurring
 * ones stand still until a person takes them up again.
 */
import type { Database } from 'better-sqlite3';
import type { CopyOrigin } from '../../../shared/domain/data-care.ts';
import { nextState } from '../../core/outbox/state.ts';

export interface HoldReport {
  /** Waited, and now need a decision. */
  readonly held: number;
  /** Were under way, and are now *Maybe sent*. */
  readonly inDoubt: number;
  /** Recurring texts that were stopped. */
  readonly stopped: number;
}

/**
 * One transaction. Each held text carries its origin as `error_code`, until its state changes again.
 * @param now ms UTC
 */
export function holdCopied(database: Database, origin: CopyOrigin, now: number): HoldReport {
  const held = nextState('queued', 'hold-copied');
  const doubtful = nextState('sending', 'doubt');
  if (held === undefined || doubtful === undefined) throw new Error('the state table has no such change');
  const move = database.prepare(
    'UPDATE message SET state = :to, state_at = :now, error_code = :origin, error_text = NULL WHERE state = :from',
  );
  return database
    .transaction((): HoldReport => {
      database
        .prepare(
          `UPDATE attempt_message SET outcome = 'unknown'
           WHERE outcome IS NULL AND attempt_id IN (SELECT id FROM attempt WHERE closed_at IS NULL)`,
        )
        .run();
      database.prepare('UPDATE attempt SET closed_at = ? WHERE closed_at IS NULL').run(now);
      // Of a list that a person had said yes to, what is not made into texts yet is made when they say it again.
      if (hasTable(database, 'list_import')) database.exec('UPDATE list_import SET sealed_at = NULL');
      return {
        inDoubt: move.run({ from: 'sending', to: doubtful, now, origin }).changes,
        held: move.run({ from: 'queued', to: held, now, origin }).changes,
        stopped: hasTable(database, 'recurrence')
          ? database.prepare('UPDATE recurrence SET stopped_at = ? WHERE stopped_at IS NULL').run(now).changes
          : 0,
      };
    })
    .immediate();
}

function hasTable(database: Database, name: string): boolean {
  const found = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name);
  return found !== undefined;
}
