import { maxTemplates, type TemplateContent } from '../../../shared/domain/template-content.ts';
import { examplesOf } from '../../../shared/domain/trades.ts';
import { failure, type Result, success } from '../../../shared/errors.ts';
import { translate } from '../../../shared/i18n/translate.ts';
import type { TemplateView } from '../../../shared/ipc/template-methods.ts';
import type { NewTemplate, Template, TemplateStore } from '../../core/ports.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `templates.${string}`>>;

export function templateHandlers(services: Services): Group {
  const store = (): TemplateStore | undefined => services.workspace()?.templates;

  /** Adds what is new, as far as there is room for all of it. */
  function addAll(templates: TemplateStore, contents: readonly TemplateContent[]): Result<number> {
    if (templates.count() + contents.length > maxTemplates)
      return failure('too-many', { most: maxTemplates });
    return success(templates.add(contents.map(newTemplate), services.now()));
  }

  return {
    'templates.list': () => success((store()?.list() ?? []).slice(0, maxTemplates).map(view)),
    'templates.create': (content) => {
      const templates = store();
      if (templates === undefined) return failure('no-account');
      if (templates.count() >= maxTemplates) return failure('too-many', { most: maxTemplates });
      return success(view(templates.create(newTemplate(content), services.now())));
    },
    'templates.change': ({ id, ...content }) =>
      found(store()?.change(id, newTemplate(content), services.now())),
    'templates.remove': ({ id }) => {
      store()?.remove(id, services.now());
      return success(undefined);
    },
    'templates.bringBack': ({ id }) => found(store()?.bringBack(id)),
    'templates.versions': ({ id }) => success(store()?.versions(id) ?? []),
    'templates.restoreVersion': ({ id, versionId }) =>
      found(store()?.restoreVersion(id, versionId, services.now())),
    'templates.addExamples': ({ trade }) => {
      const templates = store();
      if (templates === undefined) return failure('no-account');
      const added = addAll(
        templates,
        examplesOf(trade).map(({ key, shortcut, bestBeforeMinutes }) => ({
          name: translate(`example.${key}.name`),
          folder: '',
          shortcut,
          body: translate(`example.${key}.body`),
          bestBeforeMinutes,
        })),
      );
      return added.ok ? success({ added: added.value }) : added;
    },
    'templates.export': async () => {
      const templates = store();
      if (templates === undefined) return failure('no-account');
      const all = templates.list();
      const saved = await services.templateFiles.save(
        all.map(({ name, folder, shortcut, body, bestBeforeMinutes }) => ({
          name,
          folder,
          shortcut: shortcut ?? null,
          body,
          bestBeforeMinutes: bestBeforeMinutes ?? null,
        })),
      );
      return success(saved ? { written: all.length } : null);
    },
    'templates.import': async () => {
      const templates = store();
      if (templates === undefined) return failure('no-account');
      const read = await services.templateFiles.choose();
      if (read === undefined) return success(null);
      if (read === 'unreadable') return failure('templates-unreadable');
      const added = addAll(templates, read);
      return added.ok ? success({ added: added.value, present: read.length - added.value }) : added;
    },
  };
}

function newTemplate({ shortcut, bestBeforeMinutes, ...rest }: TemplateContent): NewTemplate {
  return { ...rest, shortcut: shortcut ?? undefined, bestBeforeMinutes: bestBeforeMinutes ?? undefined };
}

/** Undefined: it was removed meanwhile, in another window. */
function found(template: Template | undefined): Result<TemplateView> {
  return template === undefined ? failure('template-gone') : success(view(template));
}

function view(template: Template): TemplateView {
  const { id, name, folder, shortcut, body, bestBeforeMinutes, usedCount, usedAt, changedAt, versions } =
    template;
  return {
    id,
    name,
    folder,
    shortcut: shortcut ?? null,
    body,
    bestBeforeMinutes: bestBeforeMinutes ?? null,
    usedCount,
    usedAt: usedAt ?? null,
    changedAt,
    versions,
  };
}
