/**
 * The outbox: who sends (account), what a person asked for (submission), one row per recipient (message), one row per
 * HTTP request (attempt) and what it brought each of its messages (attempt_message). Times are milliseconds UTC.
 */
export const version = 10;

export const statements = `
CREATE TABLE run (
  id TEXT PRIMARY KEY,
  started_at INTEGER NOT NULL,
  process_id INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  label TEXT NOT NULL,
  family TEXT NOT NULL CHECK (family IN ('platform', 'central')),
  -- Chosen by what a message needs, or forced by the person.
  transport TEXT NOT NULL DEFAULT 'auto' CHECK (transport IN ('auto', 'json', 'xml', 'http', 'get', 'post')),
  -- NULL: Clickatell's own address.
  base_url TEXT,
  is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
  pause_reason TEXT,
  pause_until INTEGER,
  pause_text TEXT NOT NULL DEFAULT '',
  -- An account that has texts stays for the history.
  removed_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_default ON account(is_default) WHERE is_default = 1;

CREATE TABLE secret (
  account_id INTEGER PRIMARY KEY REFERENCES account(id) ON DELETE CASCADE,
  cipher BLOB NOT NULL,
  -- Which kind of store wrote it: 'v11' and the like on Linux, so that a later keyring leads to encrypting again.
  provider_tag TEXT NOT NULL,
  -- The server it was given for. It is given to no other.
  origin TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE submission (
  id TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account(id),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_ref TEXT NOT NULL UNIQUE CHECK (length(client_ref) = 26),
  submission_id TEXT NOT NULL REFERENCES submission(id),
  account_id INTEGER NOT NULL REFERENCES account(id),
  recipient TEXT NOT NULL,
  body TEXT NOT NULL,
  parts INTEGER NOT NULL,
  encoding TEXT NOT NULL CHECK (encoding IN ('gsm-7', 'ucs-2', '8-bit')),
  -- shared/domain/message-options.ts as JSON; '{}' for most.
  options TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'in_doubt', 'needs_decision', 'accepted',
    'delivered', 'undelivered', 'status_unknown', 'rejected', 'expired', 'cancelled', 'abandoned')),
  state_at INTEGER NOT NULL,
  -- Fencing token: a result only counts for the attempt that it belongs to.
  attempt_no INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,
  best_before INTEGER,
  cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
  provider_id TEXT,
  error_code TEXT,
  error_text TEXT,
  resend_of INTEGER REFERENCES message(id),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX message_waiting ON message(account_id, id) WHERE state = 'queued';
CREATE INDEX message_scheduled ON message(account_id, not_before) WHERE state = 'queued' AND not_before > 0;
CREATE INDEX message_perishable ON message(account_id, best_before) WHERE state = 'queued' AND best_before IS NOT NULL;
CREATE INDEX message_open ON message(id) WHERE state IN ('queued', 'sending', 'in_doubt', 'needs_decision');
CREATE INDEX message_submission ON message(submission_id, id);

CREATE TABLE attempt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account(id),
  -- Owner: the run of the program that opened it. Never a time-based lease: a laptop that slept for eight hours would
  -- find every lease over while its own request is still alive.
  run_id TEXT NOT NULL REFERENCES run(id),
  request_ref TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  http_status INTEGER
) STRICT;
CREATE INDEX attempt_open ON attempt(id) WHERE closed_at IS NULL;

CREATE TABLE attempt_message (
  attempt_id INTEGER NOT NULL REFERENCES attempt(id),
  message_id INTEGER NOT NULL REFERENCES message(id),
  attempt_no INTEGER NOT NULL,
  outcome TEXT CHECK (outcome IN ('accepted', 'rejected', 'notSent', 'unknown')),
  text TEXT,
  PRIMARY KEY (attempt_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_message_message ON attempt_message(message_id, attempt_no);

-- Counting a million rows takes a third of a second; these counters are kept by the triggers below.
CREATE TABLE message_count (
  state TEXT PRIMARY KEY,
  total INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER message_counted_in AFTER INSERT ON message BEGIN
  INSERT INTO message_count(state, total) VALUES (NEW.state, 1) ON CONFLICT(state) DO UPDATE SET total = total + 1;
END;
CREATE TRIGGER message_counted_over AFTER UPDATE OF state ON message WHEN OLD.state <> NEW.state BEGIN
  UPDATE message_count SET total = total - 1 WHERE state = OLD.state;
  INSERT INTO message_count(state, total) VALUES (NEW.state, 1) ON CONFLICT(state) DO UPDATE SET total = total + 1;
END;
CREATE TRIGGER message_counted_out AFTER DELETE ON message BEGIN
  UPDATE message_count SET total = total - 1 WHERE state = OLD.state;
END;

-- What a person has typed and not sent yet.
CREATE TABLE draft (
  name TEXT PRIMARY KEY,
  recipients TEXT NOT NULL,
  body TEXT NOT NULL,
  submission_id TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
