/** Which templates a person means by a few letters. */
import { fold } from '../../../shared/domain/search.ts';
import type { TemplateView } from '../../../shared/ipc/template-methods.ts';

/** More are not looked through by arrow keys. */
export const mostOffered = 7;

/** Lower is better; undefined: it is not meant. */
function rank(template: TemplateView, query: string): number | undefined {
  const shortcut = fold(template.shortcut ?? '');
  if (shortcut === query) return 0;
  if (shortcut !== '' && shortcut.startsWith(query)) return 1;
  const name = fold(template.name);
  if (name.startsWith(query)) return 2;
  if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(query))) return 3;
  if (name.includes(query)) return 4;
  return undefined;
}

/** Best first, then those that are used most. Without letters all of them, the most used first. */
export function findTemplates(templates: readonly TemplateView[], typed: string): TemplateView[] {
  const query = fold(typed);
  return templates
    .map((template) => ({ template, rank: query === '' ? 0 : rank(template, query) }))
    .filter((found): found is { template: TemplateView; rank: number } => found.rank !== undefined)
    .sort((a, b) => a.rank - b.rank || b.template.usedCount - a.template.usedCount)
    .map(({ template }) => template);
}

/** Those whose name, folder, shortcut or words hold every word that was typed, in their order. */
export function searchTemplates(templates: readonly TemplateView[], typed: string): TemplateView[] {
  const words = fold(typed).split(/\s+/u).filter(Boolean);
  return templates.filter(({ name, folder, shortcut, body }) => {
    const all = fold(`${name}\n${folder}\n${shortcut ?? ''}\n${body}`);
    return words.every((word) => all.includes(word));
  });
}
