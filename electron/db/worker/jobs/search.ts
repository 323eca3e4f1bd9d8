/** A page of a search. */
import type { FoundPage, MessageQuery } from '../../../core/ports.ts';
import type { ReadDatabase } from '../../open.ts';
import { MessageSearch } from '../../stores/search.ts';
import type { Job } from '../job.ts';

/** Statements are prepared once for a connection. */
const searches = new WeakMap<ReadDatabase, MessageSearch>();

export const search: Job<MessageQuery, FoundPage> = {
  run({ query, ...range }, context) {
    const database = context.database();
    const search = searches.get(database) ?? new MessageSearch(database);
    searches.set(database, search);
    return search.page(query, range, () => context.breathe());
  },
};
