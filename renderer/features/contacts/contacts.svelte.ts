import type { Result } from '../../../shared/errors.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { ContactView } from '../../../shared/ipc/contact-methods.ts';
import type { Input, Output } from '../../../shared/ipc/contract.ts';
import type { Client } from '../../lib/bridge.ts';

type Written = Input<'contacts.save'>;
type Pasted = Output<'contacts.paste'>;

/** Wait after the last keystroke of a search, ms. */
const searchDelay = 120;

/** Names of groups as they are typed, commas or semicolons between them. */
export function splitGroups(typed: string): string[] {
  return typed
    .split(/[,;،؛]/u)
    .map((group) => group.trim())
    .filter((group) => group !== '');
}

/** The form of one contact, as it is typed. */
export class ContactForm {
  /** Undefined: a new one. */
  readonly id: number | undefined;
  name = $state('');
  number = $state('');
  notes = $state('');
  groups = $state('');

  constructor(contact?: ContactView) {
    if (contact === undefined) return;
    this.id = contact.id;
    this.name = contact.name;
    this.number = contact.display;
    this.notes = contact.notes;
    this.groups = contact.groups.join(', ');
  }

  /** What is handed over, or the sentence that says what is missing. */
  get read(): { readonly written: Written } | { readonly problem: string } {
    const name = this.name.trim();
    if (name === '') return { problem: translate('contacts.needName') };
    if (this.number.trim() === '') return { problem: translate('contacts.needNumber') };
    const { id, number, notes } = this;
    const written = { name, number, notes, groups: splitGroups(this.groups) };
    return { written: id === undefined ? written : { id, ...written } };
  }
}

/** People and groups: searching, writing down, pasting, removing and bringing back. */
export class Contacts {
  /** Undefined until they were read. */
  rows = $state.raw<readonly ContactView[] | undefined>(undefined);
  total = $state(0);
  groups = $state.raw<Output<'contacts.groups'>>([]);
  form = $state.raw<ContactForm | undefined>(undefined);
  /** A list is being pasted. */
  pasting = $state(false);
  pasted = $state('');
  pastedGroups = $state('');
  notUnderstood = $state.raw<Pasted['notUnderstood']>([]);
  /** Who was removed last, and can be brought back. */
  removed = $state.raw<ContactView | undefined>(undefined);
  busy = $state(false);
  good = $state<string | undefined>(undefined);
  bad = $state<string | undefined>(undefined);

  readonly #client: Client;
  #query = $state('');
  #group = $state<string | undefined>(undefined);
  #next = $state.raw<Output<'contacts.page'>['next']>(null);
  #reads = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  get query(): string {
    return this.#query;
  }
  set query(typed: string) {
    if (typed === this.#query) return;
    this.#query = typed;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), searchDelay);
  }

  /** Undefined: everybody. */
  get group(): string | undefined {
    return this.#group;
  }
  set group(group: string | undefined) {
    this.#group = group;
    void this.load();
  }

  get more(): boolean {
    return this.#next !== null;
  }

  /** Reads from the beginning. Of several answers under way only the last asked-for counts. */
  async load(): Promise<void> {
    this.#reads += 1;
    const read = this.#reads;
    const [page, groups] = await Promise.all([
      this.#client.call('contacts.page', { query: this.#query, group: this.#group ?? null, after: null }),
      this.#client.call('contacts.groups'),
    ]);
    if (read !== this.#reads) return;
    if (groups.ok) this.groups = groups.value;
    if (!page.ok) {
      this.bad = translateError(page.error);
      return;
    }
    this.rows = page.value.rows;
    this.total = page.value.total;
    this.#next = page.value.next;
    // Its last member has left it.
    if (this.#group !== undefined && !this.groups.some(({ name }) => name === this.#group))
      this.group = undefined;
  }

  async loadMore(): Promise<void> {
    const after = this.#next;
    if (after === null) return;
    const read = this.#reads;
    const page = await this.#client.call('contacts.page', {
      query: this.#query,
      group: this.#group ?? null,
      after,
    });
    if (read !== this.#reads || !page.ok) return;
    this.rows = [...(this.rows ?? []), ...page.value.rows];
    this.#next = page.value.next;
  }

  write(contact?: ContactView): void {
    this.#clear();
    this.form = new ContactForm(contact);
  }

  paste(): void {
    this.#clear();
    this.pasting = true;
  }

  leave(): void {
    this.form = undefined;
    this.pasting = false;
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
      () => this.#client.call('contacts.save', read.written),
      ({ name }) => {
        this.form = undefined;
        return translate('contacts.saved', { name });
      },
    );
  }

  async takePasted(): Promise<void> {
    if (this.pasted.trim() === '') {
      this.bad = translate('contacts.pasteEmpty');
      return;
    }
    await this.#do(
      () =>
        this.#client.call('contacts.paste', {
          text: this.pasted,
          groups: splitGroups(this.pastedGroups),
        }),
      ({ added, already, notUnderstood }) => {
        this.notUnderstood = notUnderstood;
        // What was not taken stays, to be corrected and taken again.
        this.pasted = notUnderstood.length === 0 ? '' : notTaken(this.pasted, notUnderstood);
        if (notUnderstood.length === 0) this.pasting = false;
        return translate('contacts.pasted', { added, already });
      },
    );
  }

  async remove(contact: ContactView): Promise<void> {
    await this.#do(
      () => this.#client.call('contacts.remove', { id: contact.id }),
      () => {
        this.form = undefined;
        this.removed = contact;
        return translate('contacts.removed', { name: contact.name });
      },
    );
  }

  async bringBack(): Promise<void> {
    const { removed } = this;
    if (removed === undefined) return;
    const { name, number, notes, groups } = removed;
    await this.#do(
      () => this.#client.call('contacts.save', { name, number, notes, groups: [...groups] }),
      () => translate('contacts.broughtBack', { name }),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #clear(): void {
    this.good = undefined;
    this.bad = undefined;
    this.removed = undefined;
    this.notUnderstood = [];
  }

  /** One at a time: a second press while the first is under way does nothing. */
  async #do<T>(act: () => Promise<Result<T>>, told: (value: T) => string): Promise<void> {
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

/** The lines that were not taken, as they were pasted. */
function notTaken(text: string, lines: readonly { readonly line: number }[]): string {
  const all = text.split(/\r\n|\r|\n/u);
  return lines.map(({ line }) => all[line - 1] ?? '').join('\n');
}
