/** Templates, and what they were before each change. */
import type { NewTemplate, Template, TemplateStore, TemplateVersion } from '../../core/ports.ts';
import type { WriteDatabase } from '../open.ts';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly folder: string;
  readonly shortcut: string | null;
  readonly body: string;
  readonly best_before_minutes: number | null;
  readonly used_count: number;
  readonly used_at: number | null;
  readonly changed_at: number;
  readonly versions: number;
}
interface VersionRow {
  readonly id: number;
  readonly name: string;
  readonly folder: string;
  readonly body: string;
  readonly best_before_minutes: number | null;
  readonly saved_at: number;
}

/** Two templates cannot be found by the same word. */
export class ShortcutTaken extends Error {
  override readonly name = 'ShortcutTaken';
}

/** Versions of one template that are kept: as many as a person would ever look through. */
const keptVersions = 20;
const removedKeptMilliseconds = 30 * 24 * 3_600_000;

export class SqliteTemplateStore implements TemplateStore {
  readonly #database: WriteDatabase;
  readonly #sql;

  constructor(database: WriteDatabase) {
    this.#database = database;
    const columns = `template.*, (SELECT count(*) FROM template_version WHERE template_id = template.id) AS versions`;
    this.#sql = {
      list: database.prepare(
        `SELECT ${columns} FROM template WHERE removed_at IS NULL ORDER BY folder = '', folder, name, id`,
      ),
      count: database.prepare('SELECT count(*) FROM template WHERE removed_at IS NULL').pluck(),
      get: database.prepare(`SELECT ${columns} FROM template WHERE id = ? AND removed_at IS NULL`),
      shortcutOf: database
        .prepare('SELECT id FROM template WHERE shortcut = ? AND removed_at IS NULL')
        .pluck(),
      same: database
        .prepare('SELECT 1 FROM template WHERE name = ? AND body = ? AND removed_at IS NULL')
        .pluck(),
      insert: database.prepare(
        `INSERT INTO template(name, folder, shortcut, body, best_before_minutes, created_at, changed_at)
         VALUES (:name, :folder, :shortcut, :body, :bestBeforeMinutes, :now, :now)`,
      ),
      update: database.prepare(
        `UPDATE template SET name = :name, folder = :folder, shortcut = :shortcut, body = :body,
           best_before_minutes = :bestBeforeMinutes, changed_at = :now
         WHERE id = :id`,
      ),
      keepVersion: database.prepare(
        `INSERT INTO template_version(template_id, name, folder, body, best_before_minutes, saved_at)
         SELECT id, name, folder, body, best_before_minutes, :now FROM template WHERE id = :id`,
      ),
      dropOldVersions: database.prepare(
        `DELETE FROM template_version WHERE template_id = :id AND id NOT IN
           (SELECT id FROM template_version WHERE template_id = :id ORDER BY id DESC LIMIT ${keptVersions})`,
      ),
      versions: database.prepare('SELECT * FROM template_version WHERE template_id = ? ORDER BY id DESC'),
      version: database.prepare('SELECT * FROM template_version WHERE id = ? AND template_id = ?'),
      remove: database.prepare('UPDATE template SET removed_at = ? WHERE id = ? AND removed_at IS NULL'),
      removed: database.prepare('SELECT * FROM template WHERE id = ? AND removed_at IS NOT NULL'),
      bringBack: database.prepare('UPDATE template SET removed_at = NULL, shortcut = ? WHERE id = ?'),
      forget: database.prepare('DELETE FROM template WHERE removed_at < ?'),
    };
  }

  list(): Template[] {
    return (this.#sql.list.all() as Row[]).map(readRow);
  }

  get(id: number): Template | undefined {
    const row = this.#sql.get.get(id) as Row | undefined;
    return row === undefined ? undefined : readRow(row);
  }

  count(): number {
    return this.#sql.count.get() as number;
  }

  create(template: NewTemplate, now: number): Template {
    return this.#write(() => {
      this.#assertFree(template.shortcut, undefined);
      this.#sql.forget.run(now - removedKeptMilliseconds);
      return this.#read(this.#insert(template, now));
    });
  }

  change(id: number, template: NewTemplate, now: number): Template | undefined {
    return this.#write(() => {
      const row = this.#sql.get.get(id) as Row | undefined;
      if (row === undefined) return undefined;
      this.#assertFree(template.shortcut, id);
      const same =
        row.name === template.name &&
        row.folder === template.folder &&
        row.body === template.body &&
        row.best_before_minutes === (template.bestBeforeMinutes ?? null);
      if (!same) {
        this.#sql.keepVersion.run({ id, now });
        this.#sql.dropOldVersions.run({ id });
      }
      this.#sql.update.run({ ...writeRow(template), id, now });
      return this.#read(id);
    });
  }

  remove(id: number, now: number): void {
    this.#sql.remove.run(now, id);
  }

  bringBack(id: number): Template | undefined {
    return this.#write(() => {
      const row = this.#sql.removed.get(id) as Row | undefined;
      if (row === undefined) return undefined;
      const taken = row.shortcut !== null && this.#sql.shortcutOf.get(row.shortcut) !== undefined;
      this.#sql.bringBack.run(taken ? null : row.shortcut, id);
      return this.#read(id);
    });
  }

  versions(id: number): TemplateVersion[] {
    return (this.#sql.versions.all(id) as VersionRow[]).map((row) => ({
      id: row.id,
      name: row.name,
      body: row.body,
      savedAt: row.saved_at,
    }));
  }

  restoreVersion(id: number, versionId: number, now: number): Template | undefined {
    return this.#write(() => {
      const row = this.#sql.get.get(id) as Row | undefined;
      const version = this.#sql.version.get(versionId, id) as VersionRow | undefined;
      if (row === undefined || version === undefined) return undefined;
      return this.change(id, { ...readContent(version), shortcut: row.shortcut ?? undefined }, now);
    });
  }

  add(templates: readonly NewTemplate[], now: number): number {
    return this.#write(() => {
      let added = 0;
      for (const template of templates) {
        if (this.#sql.same.get(template.name, template.body) !== undefined) continue;
        const { shortcut } = template;
        const taken = shortcut !== undefined && this.#sql.shortcutOf.get(shortcut) !== undefined;
        this.#insert(taken ? { ...template, shortcut: undefined } : template, now);
        added += 1;
      }
      return added;
    });
  }

  #insert(template: NewTemplate, now: number): number {
    return Number(this.#sql.insert.run({ ...writeRow(template), now }).lastInsertRowid);
  }

  #read(id: number): Template {
    return readRow(this.#sql.get.get(id) as Row);
  }

  #assertFree(shortcut: string | undefined, except: number | undefined): void {
    if (shortcut === undefined) return;
    const owner = this.#sql.shortcutOf.get(shortcut) as number | undefined;
    if (owner !== undefined && owner !== except) throw new ShortcutTaken();
  }

  /** One transaction; inside another, a part of it. */
  #write<T>(change: () => T): T {
    return this.#database.transaction(change).immediate();
  }
}

function writeRow({ name, folder, shortcut, body, bestBeforeMinutes }: NewTemplate) {
  return {
    name,
    folder,
    shortcut: shortcut ?? null,
    body,
    bestBeforeMinutes: bestBeforeMinutes ?? null,
  };
}

function readContent(row: Pick<Row, 'name' | 'folder' | 'body' | 'best_before_minutes'>) {
  return {
    name: row.name,
    folder: row.folder,
    body: row.body,
    bestBeforeMinutes: row.best_before_minutes ?? undefined,
  };
}

function readRow(row: Row): Template {
  return {
    ...readContent(row),
    id: row.id,
    shortcut: row.shortcut ?? undefined,
    usedCount: row.used_count,
    usedAt: row.used_at ?? undefined,
    changedAt: row.changed_at,
    versions: row.versions,
  };
}
