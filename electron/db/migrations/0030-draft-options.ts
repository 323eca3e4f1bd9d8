/**
 * A draft keeps its options as they are being typed (`shared/domain/typed-options.ts` as JSON) and the account that was
 * chosen for it. And a text that waits with a delivery time has to leave before it, see `latestHandOver` in the store.
 */
export const version = 30;

export const statements = `
ALTER TABLE draft ADD COLUMN options TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(options));
-- NULL: the default account.
ALTER TABLE draft ADD COLUMN account_id INTEGER REFERENCES account(id) ON DELETE SET NULL;

UPDATE message SET best_before = min(coalesce(best_before, options ->> 'deliverAt'), options ->> 'deliverAt')
 WHERE state = 'queued' AND options ->> 'deliverAt' IS NOT NULL;
`;
