/**
 * Search among a million texts, and lists of a hundred thousand recipients.
 *
 * Two indexes, each of what the other cannot: beginnings of words (quick for what is typed first), and trigrams for
 * anything inside. Both without positions (`detail=none`), without the texts themselves (`content=message`) and without
 * sizes, which only ranking needs and nothing here ranks: measured, the file is 1.8 times one without them, where
 * trigrams in full alone make it 2.5 times.
 *
 * They follow INSERT, DELETE and UPDATE OF recipient, body alone: what becomes of a text never touches them.
 *
 * Names come with contacts, in a table of words of their own: a name finds contacts, their numbers find texts.
 */
export const version = 90;

export const statements = `
CREATE TABLE search_index (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Texts up to this id were there before the index and are still to be added; 0: all are in it. See stores/search-index.ts.
  pending_to INTEGER NOT NULL
) STRICT;
INSERT INTO search_index(id, pending_to) SELECT 1, coalesce(max(id), 0) FROM message;

CREATE VIRTUAL TABLE message_words USING fts5(recipient, body, content='message', content_rowid='id',
  tokenize='unicode61 remove_diacritics 2', prefix='2 3', detail=none, columnsize=0);
CREATE VIRTUAL TABLE message_trigrams USING fts5(recipient, body, content='message', content_rowid='id',
  tokenize='trigram remove_diacritics 1', detail=none, columnsize=0);
-- What is erased goes from the index at once, not with some later merge.
INSERT INTO message_words(message_words, rank) VALUES ('secure-delete', 1);
INSERT INTO message_trigrams(message_trigrams, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER message_indexed_in AFTER INSERT ON message
WHEN NEW.id > (SELECT pending_to FROM search_index) BEGIN
  INSERT INTO message_words(rowid, recipient, body) VALUES (NEW.id, NEW.recipient, NEW.body);
  INSERT INTO message_trigrams(rowid, recipient, body) VALUES (NEW.id, NEW.recipient, NEW.body);
END;
CREATE TRIGGER message_indexed_out AFTER DELETE ON message
WHEN OLD.id > (SELECT pending_to FROM search_index) BEGIN
  INSERT INTO message_words(message_words, rowid, recipient, body) VALUES ('delete', OLD.id, OLD.recipient, OLD.body);
  INSERT INTO message_trigrams(message_trigrams, rowid, recipient, body)
    VALUES ('delete', OLD.id, OLD.recipient, OLD.body);
END;
CREATE TRIGGER message_indexed_over AFTER UPDATE OF recipient, body ON message
WHEN OLD.id > (SELECT pending_to FROM search_index) BEGIN
  INSERT INTO message_words(message_words, rowid, recipient, body) VALUES ('delete', OLD.id, OLD.recipient, OLD.body);
  INSERT INTO message_trigrams(message_trigrams, rowid, recipient, body)
    VALUES ('delete', OLD.id, OLD.recipient, OLD.body);
  INSERT INTO message_words(rowid, recipient, body) VALUES (NEW.id, NEW.recipient, NEW.body);
  INSERT INTO message_trigrams(rowid, recipient, body) VALUES (NEW.id, NEW.recipient, NEW.body);
END;

-- A list of recipients. Its rows wait here until a person has said yes; then they become texts, slice by slice, and go
-- from here in the same transactions. Nothing of a list that is not sealed is ever sent, all of a sealed one is.
CREATE TABLE list_import (
  -- The submission it becomes.
  submission_id TEXT PRIMARY KEY,
  file_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- When the person said yes; NULL: still being read or looked at.
  sealed_at INTEGER,
  account_id INTEGER REFERENCES account(id),
  -- What each text will be but for its number and reference, as JSON (ListText in core/ports.ts).
  text TEXT,
  -- Texts made so far, and how many there are to be.
  made INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  CHECK (sealed_at IS NULL OR (account_id IS NOT NULL AND text IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE list_import_recipient (
  submission_id TEXT NOT NULL REFERENCES list_import(submission_id),
  -- Its row in the file.
  position INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  PRIMARY KEY (submission_id, position)
) STRICT, WITHOUT ROWID;
`;
