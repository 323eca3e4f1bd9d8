/** What a person decides about a list before it goes, and numbers that could not be reached in the order of their failing. */
export const version = 100;

export const statements = `
-- Two texts in a row did not arrive there: left out unless the person says otherwise.
ALTER TABLE list_import_recipient ADD COLUMN flagged INTEGER NOT NULL DEFAULT 0;
-- An earlier row has the same number and something else beside it: two children, one mobile.
ALTER TABLE list_import_recipient ADD COLUMN sharing INTEGER NOT NULL DEFAULT 0;
-- The check (counted by the list) that found nearly the same text among what went to this number lately.
ALTER TABLE list_import_recipient ADD COLUMN repeat_check INTEGER;

-- What the person said yes to: whether those go as well, and which check's finds do not.
ALTER TABLE list_import ADD COLUMN sends_flagged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE list_import ADD COLUMN sends_sharing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE list_import ADD COLUMN leaves_out_check INTEGER;

CREATE INDEX number_health_flagged ON number_health(last_failure_at, recipient) WHERE failures >= 2;
`;
