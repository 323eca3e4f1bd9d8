/** Which templates a person means by a few letters. */
import { withoutAccents } from '../../../shared/domain/accents.ts';
import type { TemplateView } from '../../../shared/ipc/template-methods.ts';

/** More are not looked through by arrow keys. */
export const mostOffered = 7;

/** Small letters without accents: *Rappel été* is found by *ete*. */
export function plain(text: string): string {
  return Array.from(text.normalize('NFC'), withoutAccents).join('').toLocaleLowerCase();
}

/** Lower is better; undefined: it is not meant. */
function rank(template: TemplateView, query: string): number | undefined {
  const shortcut = plain(template.shortcut ?? '');
  if (shortcut === query) return 0;
  if (shortcut !== '' && shortcut.startsWith(query)) return 1;
  const name = plain(template.name);
  if (name.startsWith(query)) return 2;
  if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(query))) return 3;
  if (name.includes(query)) return 4;
  return undefined;
}

/** Best first, then those that are used most. Without letters all of them, the most used first. */
export function findTemplates(templates: readonly TemplateView[], typed: string): TemplateView[] {
  const query = plain(typed);
  return templates
    .map((template) => ({ template, rank: query === '' ? 0 : rank(template, query) }))
    .filter((found): found is { template: TemplateView; rank: number } => found.rank !== undefined)
    .sort((a, b) => a.rank - b.rank || b.template.usedCount - a.template.usedCount)
    .map(({ template }) => template);
}

/** Those whose name, folder, shortcut or words hold every word that was typed, in their order. */
export function searchTemplates(templates: readonly TemplateView[], typed: string): TemplateView[] {
  const words = plain(typed).split(/\s+/u).filter(Boolean);
  return templates.filter(({ name, folder, shortcut, body }) => {
    const all = plain(`${name}\n${folder}\n${shortcut ?? ''}\n${body}`);
    return words.every((word) => all.includes(word));
  });
}
