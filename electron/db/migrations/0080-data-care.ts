/**
 * Data care: a body may be erased while the proof stays (who, when, parts, result), and a pass over old texts remembers
 * where it stopped.
 */
export const version = 80;

export const statements = `
-- When the body was erased, ms UTC. NULL: it is still there.
ALTER TABLE message ADD COLUMN erased_at INTEGER;

-- Where a pass that runs in small pieces goes on. 'erase-after': every text up to this id is erased already.
CREATE TABLE care_mark (
  name TEXT PRIMARY KEY CHECK (name IN ('erase-after')),
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whatever copies a text to send it once more must not send an erased one as an empty SMS.
CREATE TRIGGER message_has_a_body BEFORE INSERT ON message
WHEN NEW.body = '' AND NEW.state = 'queued' AND NEW.erased_at IS NULL BEGIN
  SELECT RAISE(ABORT, 'a text without a body cannot be sent');
END;
`;
