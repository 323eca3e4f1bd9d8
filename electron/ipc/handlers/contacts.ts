import { readPastedContact } from '../../../shared/domain/pasted-contact.ts';
import { fold, parseQuery, wordsOf } from '../../../shared/domain/search.ts';
import { failure, success } from '../../../shared/errors.ts';
import {
  type ContactView,
  contactPageSize,
  maxContacts,
  maxGroups,
  maxPastedContacts,
  mostSuggested,
} from '../../../shared/ipc/contact-methods.ts';
import { maxRecipientsPerSubmission } from '../../../shared/ipc/contract.ts';
import type { Contact, NewContact } from '../../core/ports.ts';
import type { Handlers } from '../register.ts';
import type { OpenWorkspace, Services, TextRules } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `contacts.${string}`>>;

export function contactHandlers(services: Services): Group {
  return {
    'contacts.page': async ({ query, group, after }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return success({ rows: [], next: null, total: 0 });
      const rules = await services.textRules();
      const { contacts, next } = workspace.contacts.page({
        ...meantBy(query),
        group: group ?? undefined,
        after: after ?? undefined,
        limit: contactPageSize,
      });
      return success({
        rows: view(contacts, workspace, rules),
        next: next ?? null,
        total: workspace.contacts.count(),
      });
    },
    'contacts.groups': () => {
      const groups = services.workspace()?.contacts.groups() ?? [];
      return success(groups.slice(0, maxGroups).map((group) => ({ ...group })));
    },
    'contacts.save': async ({ id, name, number, notes, groups }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      const rules = await services.textRules();
      const understood = rules.understand(number, services.settings().country);
      if (understood.kind !== 'valid') return failure('contact-number');
      const { contacts } = workspace;
      if (id === undefined && contacts.count() >= maxContacts)
        return failure('too-many', { most: maxContacts });
      const content: NewContact = { name, number: understood.e164, notes, groups };
      const saved =
        id === undefined
          ? (contacts.create(content, services.now()) ?? 'present')
          : contacts.change(id, content, services.now());
      if (saved === 'present') return failure('contact-present');
      if (saved === 'gone') return failure('contact-gone');
      const [row] = view([saved], workspace, rules);
      return row === undefined ? failure('contact-gone') : success(row);
    },
    'contacts.remove': ({ id }) => {
      services.workspace()?.contacts.remove(id);
      return success(undefined);
    },
    'contacts.paste': async ({ text, groups }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      const lines = text.split(/\r\n|\r|\n/u);
      if (lines.length > maxPastedContacts) return failure('too-many', { most: maxPastedContacts });
      const rules = await services.textRules();
      const { country } = services.settings();
      const understood: NewContact[] = [];
      const notUnderstood: { line: number; text: string }[] = [];
      for (const [index, line] of lines.entries()) {
        if (line.trim() === '') continue;
        const read = readPastedContact(line);
        const number = read === undefined ? undefined : rules.understand(read.number, country);
        if (read === undefined || number?.kind !== 'valid') {
          notUnderstood.push({ line: index + 1, text: line.trim().slice(0, 60) });
        } else understood.push({ name: read.name.slice(0, 80), number: number.e164, notes: '', groups });
      }
      if (workspace.contacts.count() + understood.length > maxContacts)
        return failure('too-many', { most: maxContacts });
      const added = workspace.contacts.add(understood, services.now());
      return success({ added, already: understood.length - added, notUnderstood });
    },
    'contacts.suggest': async ({ query }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return success([]);
      const rules = await services.textRules();
      const { contacts, numbers } = workspace;
      const { words, digits } = meantBy(query);
      const groups = contacts.suggestGroups(words, 3).map(({ name, members }) => {
        const all = contacts.numbersOf(name, maxRecipientsPerSubmission + 1);
        const optedOut = numbers.optedOut(all);
        const displays = all.filter((number) => !optedOut.has(number)).map((number) => rules.display(number));
        return { kind: 'group' as const, name, members, displays };
      });
      const people = contacts.suggest(words, digits, mostSuggested - groups.length);
      const optedOut = numbers.optedOut(people.map(({ number }) => number));
      return success([
        ...people.map(({ name, number }) => ({
          kind: 'contact' as const,
          name,
          display: rules.display(number),
          optedOut: optedOut.has(number),
        })),
        ...groups,
      ]);
    },
  };
}

function meantBy(query: string): { readonly words: readonly string[]; readonly digits: string | undefined } {
  return { words: wordsOf(fold(query)), digits: parseQuery(query)?.number?.digits };
}

function view(contacts: readonly Contact[], { numbers }: OpenWorkspace, rules: TextRules): ContactView[] {
  const all = contacts.map(({ number }) => number);
  const optedOut = numbers.optedOut(all);
  const flagged = numbers.flagged(all);
  return contacts.map(({ textedAt, groups, ...contact }) => ({
    ...contact,
    groups: [...groups],
    display: rules.display(contact.number),
    textedAt: textedAt ?? null,
    optedOut: optedOut.has(contact.number),
    flagged: flagged.has(contact.number),
  }));
}
