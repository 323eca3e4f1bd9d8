/** People and the groups they are in. */
import { fold, wordsOf } from '../../../shared/domain/search.ts';
import type {
  Contact,
  ContactGroup,
  ContactPlace,
  ContactQuery,
  ContactStore,
  NewContact,
} from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly number: string;
  readonly notes: string;
  readonly search: string;
  readonly textedAt: number | null;
}

/** A word more than that narrows nothing down. */
const maxWords = 6;

export class SqliteContactStore implements ContactStore {
  readonly #database: WriteDatabase;
  readonly #sql;

  constructor(database: WriteDatabase) {
    this.#database = database;
    const columns = `id, name, number, notes, search,
      (SELECT created_at FROM message WHERE recipient = contact.number ORDER BY message.id DESC LIMIT 1) AS textedAt`;
    const words = Array.from(
      { length: maxWords },
      (_, at) => `(:word${at} IS NULL OR search GLOB :word${at})`,
    ).join(' AND ');
    const meant = `(${words} OR (:digits IS NOT NULL AND instr(number, :digits) > 0))`;
    const inGroup = `(:group IS NULL OR id IN (SELECT contact_id FROM contact_group_member
      WHERE group_id = (SELECT id FROM contact_group WHERE search = :group)))`;
    this.#sql = {
      page: database.prepare(
        `SELECT ${columns} FROM contact WHERE (search, id) > (:order, :id) AND ${meant} AND ${inGroup}
         ORDER BY search, id LIMIT :limit`,
      ),
      count: database.prepare('SELECT count(*) FROM contact').pluck(),
      all: database.prepare('SELECT id, name, number, notes FROM contact ORDER BY id'),
      suggest: database.prepare(
        `SELECT ${columns} FROM contact WHERE ${meant} ORDER BY textedAt DESC NULLS LAST, search, id LIMIT :limit`,
      ),
      get: database.prepare(`SELECT ${columns} FROM contact WHERE id = ?`),
      insert: database.prepare(
        `INSERT INTO contact(name, number, notes, search, created_at, changed_at)
         VALUES (:name, :number, :notes, :search, :now, :now) ON CONFLICT DO NOTHING`,
      ),
      same: database.prepare('SELECT id FROM contact WHERE number = ? AND search = ?').pluck(),
      update: database.prepare(
        `UPDATE contact SET name = :name, number = :number, notes = :notes, search = :search, changed_at = :now
         WHERE id = :id`,
      ),
      remove: database.prepare('DELETE FROM contact WHERE id = ?'),
      eraseNumber: database.prepare('DELETE FROM contact WHERE number = ?'),
      namesOf: database.prepare('SELECT name FROM contact WHERE number = ? ORDER BY search').pluck(),
      groupsOf: database
        .prepare(
          `SELECT contact_group.name FROM contact_group_member JOIN contact_group ON contact_group.id = group_id
           WHERE contact_id = ? ORDER BY contact_group.search`,
        )
        .pluck(),
      addGroup: database.prepare(
        'INSERT INTO contact_group(name, search) VALUES (?, ?) ON CONFLICT(search) DO NOTHING',
      ),
      join: database.prepare(
        `INSERT INTO contact_group_member(group_id, contact_id)
         SELECT id, ? FROM contact_group WHERE search = ? ON CONFLICT DO NOTHING`,
      ),
      leaveAll: database.prepare('DELETE FROM contact_group_member WHERE contact_id = ?'),
      dropEmptyGroups: database.prepare(
        'DELETE FROM contact_group WHERE NOT EXISTS (SELECT 1 FROM contact_group_member WHERE group_id = id)',
      ),
      groups: database.prepare(
        `SELECT name, (SELECT count(*) FROM contact_group_member WHERE group_id = id) AS members
         FROM contact_group ORDER BY search`,
      ),
      suggestGroups: database.prepare(
        `SELECT name, (SELECT count(*) FROM contact_group_member WHERE group_id = id) AS members
         FROM contact_group WHERE ${words} ORDER BY search LIMIT :limit`,
      ),
      numbersOf: database
        .prepare(
          `SELECT DISTINCT number FROM contact WHERE id IN (SELECT contact_id FROM contact_group_member
             WHERE group_id = (SELECT id FROM contact_group WHERE search = ?)) ORDER BY search LIMIT ?`,
        )
        .pluck(),
    };
  }

  page({ words, digits, group, after, limit }: ContactQuery): {
    contacts: readonly Contact[];
    next: ContactPlace | undefined;
  } {
    const rows = this.#sql.page.all({
      ...this.#wordsToFind(words),
      digits: digits ?? null,
      group: group === undefined ? null : searchOf(group),
      order: after?.order ?? '',
      id: after?.id ?? 0,
      limit: limit + 1,
    }) as Row[];
    const last = rows[limit - 1];
    return {
      contacts: rows.slice(0, limit).map((row) => this.#read(row)),
      next: rows.length > limit && last !== undefined ? { order: last.search, id: last.id } : undefined,
    };
  }

  count(): number {
    return this.#sql.count.get() as number;
  }

  all(): readonly NewContact[] {
    return (this.#sql.all.all() as Row[]).map(({ id, name, number, notes }) => ({
      name,
      number,
      notes,
      groups: this.#sql.groupsOf.all(id) as string[],
    }));
  }

  suggest(words: readonly string[], digits: string | undefined, limit: number): readonly Contact[] {
    const found = { ...this.#wordsToFind(words), digits: digits ?? null, limit };
    return (this.#sql.suggest.all(found) as Row[]).map((row) => this.#read(row));
  }

  create(contact: NewContact, now: number): Contact | undefined {
    return this.#write(() => {
      const id = this.#insert(contact, now);
      return id === undefined ? undefined : this.#get(id);
    });
  }

  change(id: number, contact: NewContact, now: number): Contact | 'gone' | 'present' {
    return this.#write(() => {
      if (this.#sql.get.get(id) === undefined) return 'gone';
      const search = searchOf(contact.name);
      const same = this.#sql.same.get(contact.number, search) as number | undefined;
      if (same !== undefined && same !== id) return 'present';
      const { name, number, notes } = contact;
      this.#sql.update.run({ id, name, number, notes, search, now });
      this.#joinGroups(id, contact.groups);
      return this.#get(id);
    });
  }

  remove(id: number): void {
    this.#write(() => {
      this.#sql.remove.run(id);
      this.#sql.dropEmptyGroups.run();
    });
  }

  add(contacts: readonly NewContact[], now: number): number {
    return this.#write(() => contacts.filter((contact) => this.#insert(contact, now) !== undefined).length);
  }

  namesOf(number: string): readonly string[] {
    return this.#sql.namesOf.all(number) as string[];
  }

  groups(): readonly ContactGroup[] {
    return this.#sql.groups.all() as ContactGroup[];
  }

  suggestGroups(words: readonly string[], limit: number): readonly ContactGroup[] {
    if (words.length === 0) return [];
    return this.#sql.suggestGroups.all({ ...this.#wordsToFind(words), limit }) as ContactGroup[];
  }

  numbersOf(group: string, limit: number): readonly string[] {
    return this.#sql.numbersOf.all(searchOf(group), limit) as string[];
  }

  eraseNumber(number: string): number {
    return this.#write(() => {
      const { changes } = this.#sql.eraseNumber.run(number);
      if (changes > 0) this.#sql.dropEmptyGroups.run();
      return changes;
    });
  }

  /** Undefined: it is there already. */
  #insert(contact: NewContact, now: number): number | undefined {
    const { name, number, notes } = contact;
    const { changes, lastInsertRowid } = this.#sql.insert.run({
      name,
      number,
      notes,
      search: searchOf(name),
      now,
    });
    if (changes === 0) return undefined;
    this.#joinGroups(Number(lastInsertRowid), contact.groups);
    return Number(lastInsertRowid);
  }

  #joinGroups(id: number, groups: readonly string[]): void {
    this.#sql.leaveAll.run(id);
    for (const group of groups) {
      const search = searchOf(group);
      this.#sql.addGroup.run(group, search);
      this.#sql.join.run(id, search);
    }
    this.#sql.dropEmptyGroups.run();
  }

  #get(id: number): Contact {
    return this.#read(this.#sql.get.get(id) as Row);
  }

  #read({ id, name, number, notes, textedAt }: Row): Contact {
    const groups = this.#sql.groupsOf.all(id) as string[];
    return { id, name, number, notes, groups, textedAt: textedAt ?? undefined };
  }

  #wordsToFind(words: readonly string[]): Record<string, string | null> {
    return Object.fromEntries(
      Array.from({ length: maxWords }, (_, at) => {
        const word = words[at];
        // Words are letters and digits alone (`wordsOf`), so that nothing in them means anything to GLOB.
        return [`word${at}`, word === undefined ? null : `* ${word}*`];
      }),
    );
  }

  #write<T>(change: () => T): T {
    return this.#database.transaction(change).immediate();
  }
}

/** Names without a single letter, as *☎*, are compared as they stand. */
function searchOf(name: string): string {
  const words = wordsOf(fold(name));
  return words.length === 0 ? ` ${name}` : words.map((word) => ` ${word}`).join('');
}
