/** Asking what became of a text, numbers that cannot be reached, and numbers that must not be texted. */
export const version = 70;

export const statements = `
-- When Clickatell is asked next what became of it, ms UTC. NULL: nobody asks (any more). A text that was taken before this
-- came is asked about by hand only.
ALTER TABLE message ADD COLUMN next_status_at INTEGER;
ALTER TABLE message ADD COLUMN status_checks INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_to_ask ON message(account_id, next_status_at) WHERE state = 'accepted' AND next_status_at IS NOT NULL;
-- What was sent to a number lately: the question *You texted this already* looks here.
CREATE INDEX message_recipient ON message(recipient, id);

-- Refused or not delivered for a reason that lies with the number.
CREATE TABLE number_health (
  recipient TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_failure_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Nothing is sent to these, whichever way it came into the outbox.
CREATE TABLE opt_out (
  recipient TEXT PRIMARY KEY,
  source TEXT NOT NULL CHECK (source IN ('person', 'import', 'clickatell')),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX opt_out_created ON opt_out(created_at, recipient);
`;
