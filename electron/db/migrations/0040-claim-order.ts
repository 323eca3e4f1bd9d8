/**
 * In which order texts go out: priority (0 a person's own, 1 a batch), rank (what a person moved up or down), then as they
 * came. And how many texts a minute an account hands over.
 *
 * `not_before = 0` means due: the claim walks `message_due` in its own order and reads nothing that does not go out. A text
 * that waits for a time stands in `message_scheduled` and is moved over when its time has come.
 */
export const version = 40;

export const statements = `
ALTER TABLE message ADD COLUMN priority INTEGER NOT NULL DEFAULT 0 CHECK (priority IN (0, 1));
ALTER TABLE message ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
-- Clickatell names no figure. Ten a second is slow enough not to be turned away and fast enough for an office.
ALTER TABLE account ADD COLUMN rate_per_minute INTEGER NOT NULL DEFAULT 600 CHECK (rate_per_minute BETWEEN 1 AND 60000);
DROP INDEX message_waiting;
CREATE INDEX message_due ON message(account_id, priority, rank, id) WHERE state = 'queued' AND not_before = 0;
`;
