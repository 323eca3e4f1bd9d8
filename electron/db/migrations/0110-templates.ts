/** Templates, what they were before each change, and which one a text was written from. */
export const version = 110;

export const statements = `
CREATE TABLE template (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  -- '' : in no folder.
  folder TEXT NOT NULL DEFAULT '',
  -- What is typed after a slash in quick-send; NULL: only its name.
  shortcut TEXT COLLATE NOCASE,
  body TEXT NOT NULL,
  -- How long after it was sent a text still makes sense; NULL: for ever.
  best_before_minutes INTEGER CHECK (best_before_minutes > 0),
  used_count INTEGER NOT NULL DEFAULT 0,
  used_at INTEGER,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  -- Kept for a while, so that a person can take it back.
  removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX template_shortcut ON template(shortcut) WHERE shortcut IS NOT NULL AND removed_at IS NULL;

CREATE TABLE template_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  template_id INTEGER NOT NULL REFERENCES template(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  folder TEXT NOT NULL,
  body TEXT NOT NULL,
  best_before_minutes INTEGER,
  -- Until when it was so.
  saved_at INTEGER NOT NULL
) STRICT;
CREATE INDEX template_version_of ON template_version(template_id, id);

-- No foreign key: what was sent stays in the history when its template is gone.
ALTER TABLE submission ADD COLUMN template_id INTEGER;
`;
