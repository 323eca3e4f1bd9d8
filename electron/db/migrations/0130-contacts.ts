/** People: names for numbers, notes, and the groups they are in. */
export const version = 130;

export const statements = `
CREATE TABLE contact (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  -- E.164. Several people may share one.
  number TEXT NOT NULL,
  notes TEXT NOT NULL DEFAULT '',
  -- The name's words as a search compares them (shared/domain/search.ts), a space before each.
  search TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
-- The same person is not written down twice.
CREATE UNIQUE INDEX contact_person ON contact(number, search);
CREATE INDEX contact_order ON contact(search, id);

CREATE TABLE contact_group (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  -- As a search compares it: groups that differ in capitals alone are one.
  search TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE contact_group_member (
  group_id INTEGER NOT NULL REFERENCES contact_group(id) ON DELETE CASCADE,
  contact_id INTEGER NOT NULL REFERENCES contact(id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_group_of ON contact_group_member(contact_id);
`;
