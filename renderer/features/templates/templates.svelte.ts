import { countParts } from '../../../shared/domain/segments.ts';
import { gapNames } from '../../../shared/domain/template.ts';
import { longestBestBeforeMinutes, maxShortcutUnits } from '../../../shared/domain/template-content.ts';
import type { Trade } from '../../../shared/domain/trades.ts';
import type { Result } from '../../../shared/errors.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { Input, Output } from '../../../shared/ipc/contract.ts';
import type { TemplateView } from '../../../shared/ipc/template-methods.ts';
import type { Client } from '../../lib/bridge.ts';
import { searchTemplates } from './template-search.ts';

type Written = Input<'templates.create'>;
export type TemplateVersions = Output<'templates.versions'>;

/** The form of one template, as it is typed. */
export class TemplateForm {
  /** Undefined: a new one. */
  readonly id: number | undefined;
  name = $state('');
  folder = $state('');
  shortcut = $state('');
  body = $state('');
  bestBeforeHours = $state('');

  constructor(template?: TemplateView) {
    if (template === undefined) return;
    this.id = template.id;
    this.name = template.name;
    this.folder = template.folder;
    this.shortcut = template.shortcut ?? '';
    this.body = template.body;
    const { bestBeforeMinutes } = template;
    this.bestBeforeHours =
      bestBeforeMinutes === null ? '' : String(Math.round(bestBeforeMinutes / 0.6) / 100);
  }

  get gaps(): readonly string[] {
    return gapNames(this.body);
  }

  /** Of the words as they stand, with the names of the gaps counted as they are written. */
  get parts(): number {
    return this.body === '' ? 0 : countParts(this.body).parts;
  }

  /** What is handed over, or the sentence that says what is missing. */
  get read(): { readonly written: Written } | { readonly problem: string } {
    const name = this.name.trim();
    if (name === '') return { problem: translate('templates.needName') };
    if (this.body.trim() === '') return { problem: translate('templates.needBody') };
    // A slash before it is how it is typed later, so some write it here as well.
    const shortcut = this.shortcut.trim().replace(/^\//, '');
    if (/[\s/]/.test(shortcut) || shortcut.length > maxShortcutUnits)
      return { problem: translate('templates.shortcutProblem') };
    const typed = this.bestBeforeHours.trim().replace(',', '.');
    const minutes = typed === '' ? null : Math.round(Number(typed) * 60);
    if (minutes !== null && !(minutes >= 5 && minutes <= longestBestBeforeMinutes))
      return { problem: translate('templates.bestBeforeProblem') };
    return {
      written: {
        name,
        folder: this.folder.trim(),
        shortcut: shortcut === '' ? null : shortcut,
        body: this.body,
        bestBeforeMinutes: minutes,
      },
    };
  }
}

/** The drawer: reading, writing, changing, removing and bringing back templates. */
export class Templates {
  /** Undefined until they were read. */
  all = $state.raw<readonly TemplateView[] | undefined>(undefined);
  query = $state('');
  form = $state.raw<TemplateForm | undefined>(undefined);
  /** Of the template in the form; undefined until somebody wants to see them. */
  versions = $state.raw<TemplateVersions | undefined>(undefined);
  /** What was removed last, and can be brought back. */
  removed = $state.raw<TemplateView | undefined>(undefined);
  busy = $state(false);
  good = $state<string | undefined>(undefined);
  bad = $state<string | undefined>(undefined);

  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  get found(): readonly TemplateView[] {
    return searchTemplates(this.all ?? [], this.query);
  }

  /** What was found, by folder; what is in none comes last, with the name ''. */
  get folders(): readonly { readonly name: string; readonly templates: readonly TemplateView[] }[] {
    const folders = new Map<string, TemplateView[]>();
    for (const template of this.found) {
      const folder = folders.get(template.folder);
      if (folder === undefined) folders.set(template.folder, [template]);
      else folder.push(template);
    }
    return [...folders].map(([name, templates]) => ({ name, templates }));
  }

  /** Every folder there is, for choosing one. */
  get folderNames(): readonly string[] {
    return [...new Set((this.all ?? []).map(({ folder }) => folder))].filter((folder) => folder !== '');
  }

  async load(): Promise<void> {
    const answer = await this.#client.call('templates.list');
    if (answer.ok) this.all = answer.value;
    else this.bad = translateError(answer.error);
  }

  write(template?: TemplateView): void {
    this.#clear();
    this.versions = undefined;
    this.form = new TemplateForm(template);
  }

  leave(): void {
    this.form = undefined;
    this.bad = undefined;
  }

  /** What was typed stays until main has it. */
  async save(): Promise<void> {
    const { form } = this;
    if (form === undefined) return;
    const { read } = form;
    if ('problem' in read) {
      this.bad = read.problem;
      return;
    }
    await this.#do(
      () =>
        form.id === undefined
          ? this.#client.call('templates.create', read.written)
          : this.#client.call('templates.change', { id: form.id, ...read.written }),
      ({ name }) => {
        this.form = undefined;
        return translate('templates.saved', { name });
      },
    );
  }

  async remove(template: TemplateView): Promise<void> {
    await this.#do(
      () => this.#client.call('templates.remove', { id: template.id }),
      () => {
        this.form = undefined;
        this.removed = template;
        return translate('templates.removed', { name: template.name });
      },
    );
  }

  async bringBack(): Promise<void> {
    const { removed } = this;
    if (removed === undefined) return;
    await this.#do(
      () => this.#client.call('templates.bringBack', { id: removed.id }),
      ({ name }) => translate('templates.broughtBack', { name }),
    );
  }

  async readVersions(): Promise<void> {
    const id = this.form?.id;
    if (id === undefined) return;
    const answer = await this.#client.call('templates.versions', { id });
    if (this.form?.id !== id) return;
    if (answer.ok) this.versions = answer.value;
    else this.bad = translateError(answer.error);
  }

  async restoreVersion(versionId: number): Promise<void> {
    const id = this.form?.id;
    if (id === undefined) return;
    await this.#do(
      () => this.#client.call('templates.restoreVersion', { id, versionId }),
      ({ name }) => {
        this.form = undefined;
        return translate('templates.restored', { name });
      },
    );
  }

  async addExamples(trade: Trade): Promise<void> {
    await this.#do(
      () => this.#client.call('templates.addExamples', { trade }),
      ({ added }) => translate('templates.examplesAdded', { count: added }),
    );
  }

  async export(): Promise<void> {
    await this.#do(
      () => this.#client.call('templates.export'),
      (done) => (done === null ? undefined : translate('templates.exported', { count: done.written })),
    );
  }

  async import(): Promise<void> {
    await this.#do(
      () => this.#client.call('templates.import'),
      (done) => (done === null ? undefined : translate('templates.imported', done)),
    );
  }

  #clear(): void {
    this.good = undefined;
    this.bad = undefined;
    this.removed = undefined;
  }

  /** One at a time: a second press while the first is under way does nothing. */
  async #do<T>(act: () => Promise<Result<T>>, told: (value: T) => string | undefined): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.#clear();
    const answer = await act();
    if (answer.ok) this.good = told(answer.value);
    else this.bad = translateError(answer.error);
    if (answer.ok) await this.load();
    this.busy = false;
  }
}
