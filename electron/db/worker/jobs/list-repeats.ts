/** Finds the recipients of a list to whom nearly the same text went lately. */
import { nearlySame } from '../../../../shared/domain/near-same.ts';
import type { EarlierText, RepeatQuery } from '../../../core/ports.ts';
import { sinceSql } from '../../stores/numbers.ts';
import type { Job } from '../job.ts';

/** Recipients looked at between two breaths: some milliseconds. */
const windowRows = 500;
/** Earlier texts to a number that the new one is compared with, as for a text by hand. */
const mostCompared = 20;
/** Texts of a batch are the same for thousands: each is compared once. */
const mostRemembered = 2_000;

export const listRepeats: Job<RepeatQuery, undefined, readonly number[]> = {
  async run({ listId, body, since, choice }, context) {
    const database = context.database();
    const window = database.prepare(
      `SELECT position, recipient FROM list_import_recipient
       WHERE submission_id = :listId AND position > :after
       AND (flagged = 0 OR :flagged = 1) AND (sharing = 0 OR :sharing = 1)
       ORDER BY position LIMIT :limit`,
    );
    const earlier = database.prepare(sinceSql);
    const compared = new Map<string, boolean>();
    const isSame = (other: string): boolean => {
      const known = compared.get(other);
      if (known !== undefined) return known;
      if (compared.size >= mostRemembered) compared.clear();
      const same = nearlySame(other, body);
      compared.set(other, same);
      return same;
    };
    const [flagged, sharing] = [Number(choice.flagged), Number(choice.sharing)];
    for (let after = 0; ; ) {
      const rows = window.all({ listId, after, flagged, sharing, limit: windowRows }) as {
        position: number;
        recipient: string;
      }[];
      const last = rows.at(-1);
      if (last === undefined) return undefined;
      const found = rows.filter(({ recipient }) =>
        (
          earlier.all({
            recipient,
            time: since,
            exceptSubmission: listId,
            limit: mostCompared,
          }) as EarlierText[]
        ).some((text) => isSame(text.body)),
      );
      // Also where nothing was found: somebody waits, and may want to stop.
      await context.report(found.map(({ position }) => position));
      after = last.position;
    }
  },
};
