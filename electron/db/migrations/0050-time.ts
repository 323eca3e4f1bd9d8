/**
 * When texts go out: the time a person asked for, the reason why a text may go out in quiet hours, and texts that go out
 * again and again (core/outbox/recurring-texts.ts).
 */
export const version = 50;

export const statements = `
-- What the person asked for; not_before is the earliest try. NULL: as soon as possible.
ALTER TABLE message ADD COLUMN send_at INTEGER;
-- Why it may go out in quiet hours, in the person's words. NULL: quiet hours hold it.
ALTER TABLE message ADD COLUMN quiet_override TEXT;

-- Few at any time, found without walking past everything that waits for the morning.
CREATE INDEX message_override ON message(account_id, priority, rank, id)
  WHERE state = 'queued' AND not_before = 0 AND quiet_override IS NOT NULL;

CREATE TABLE recurrence (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account(id),
  -- JSON list of E.164 numbers.
  recipients TEXT NOT NULL,
  body TEXT NOT NULL,
  parts INTEGER NOT NULL,
  encoding TEXT NOT NULL CHECK (encoding IN ('gsm-7', 'ucs-2', '8-bit')),
  options TEXT NOT NULL DEFAULT '{}',
  -- shared/domain/recurrence.ts as JSON.
  rule TEXT NOT NULL,
  -- How long after its time an occurrence still makes sense.
  best_before_minutes INTEGER NOT NULL CHECK (best_before_minutes > 0),
  -- The day of the last occurrence that became texts, 'YYYY-MM-DD'.
  last_day TEXT,
  -- Occurrences passed over because the program did not run, since the person last looked.
  missed INTEGER NOT NULL DEFAULT 0,
  stopped_at INTEGER,
  -- Only what falls after this is sent: when it was made, changed, or taken up again.
  active_since INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
`;
