import { failure, success } from '../../../shared/errors.ts';
import { maxOptOutsAtOnce, optOutPageSize } from '../../../shared/ipc/numbers-methods.ts';
import { importOptOuts } from '../../core/opt-out-import.ts';
import type { Handlers } from '../register.ts';
import type { Services, TextRules } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `numbers.${string}`>>;

export function numberHandlers(services: Services): Group {
  let importing: AbortController | undefined;

  /** A number as typed, or its beginning, as the stores look for it. */
  function beginning(typed: string, rules: TextRules): string {
    const understood = rules.understand(typed, services.settings().country);
    if (understood.kind === 'valid') return understood.e164;
    return rules.beginning(typed, services.settings().country);
  }

  return {
    'numbers.optOuts': async ({ beginsWith, before }) => {
      const numbers = services.workspace()?.numbers;
      if (numbers === undefined) return success({ rows: [], more: false, total: 0 });
      const rules = await services.textRules();
      const found = numbers.optOuts({
        beginsWith: beginning(beginsWith, rules),
        before: before === null ? undefined : { ...before, source: 'person' },
        limit: optOutPageSize + 1,
      });
      const rows = found.slice(0, optOutPageSize);
      return success({
        rows: rows.map((row) => ({ ...row, recipientDisplay: rules.display(row.recipient) })),
        more: found.length > optOutPageSize,
        total: numbers.optOutCount(),
      });
    },
    'numbers.optOut': async ({ text }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      const rules = await services.textRules();
      const { country } = services.settings();
      const lines = text.split(/[\r\n;,]+/u);
      if (lines.length > maxOptOutsAtOnce) return failure('too-many');
      const recipients = new Set<string>();
      const notUnderstood: { line: number; text: string }[] = [];
      for (const [index, line] of lines.entries()) {
        if (line.trim() === '') continue;
        const understood = rules.understand(line, country);
        if (understood.kind === 'valid') recipients.add(understood.e164);
        else notUnderstood.push({ line: index + 1, text: line.trim().slice(0, 60) });
      }
      const source = recipients.size > 1 ? 'import' : 'person';
      const added = workspace.numbers.optOut([...recipients], source, services.now());
      // What waits for one of them is taken out of the queue at once, not when its turn comes.
      workspace.accounts.wake();
      return success({ added, already: recipients.size - added, notUnderstood });
    },
    'numbers.importOptOuts': async (_input, caller) => {
      if (services.workspace() === undefined) return failure('no-account');
      const chosen = await services.chooseList(caller);
      // The mode may have changed while the dialog was open: the numbers are for what is open now.
      const workspace = services.workspace();
      if (chosen === undefined || workspace === undefined) return success(null);
      importing?.abort();
      const controller = new AbortController();
      importing = controller;
      const { readList, numbers } = workspace;
      const source = { path: chosen.path, country: services.settings().country, column: null };
      const result = await importOptOuts(
        source,
        { readList, numbers, now: () => services.now() },
        controller.signal,
      );
      if (importing === controller) importing = undefined;
      if (result.added > 0) workspace.accounts.wake();
      const fileName = chosen.name;
      return success(
        result.kind === 'done'
          ? { ...result, fileName, rows: result.rows.map((row) => ({ ...row })) }
          : { ...result, fileName },
      );
    },
    'numbers.stopImport': () => {
      importing?.abort();
      return success(undefined);
    },
    'numbers.flagged': async ({ beginsWith, before }) => {
      const numbers = services.workspace()?.numbers;
      if (numbers === undefined) return success({ rows: [], more: false, total: 0 });
      const rules = await services.textRules();
      const found = numbers.flaggedPage({
        beginsWith: beginning(beginsWith, rules),
        before: before === null ? undefined : { ...before, failures: 0 },
        limit: optOutPageSize + 1,
      });
      return success({
        rows: found
          .slice(0, optOutPageSize)
          .map((row) => ({ ...row, recipientDisplay: rules.display(row.recipient) })),
        more: found.length > optOutPageSize,
        total: numbers.flaggedCount(),
      });
    },
    'numbers.clearFlag': ({ recipient }) => {
      services.workspace()?.numbers.clearHealth(recipient);
      return success(undefined);
    },
    'numbers.optIn': ({ recipient }) => {
      services.workspace()?.numbers.optIn(recipient);
      return success(undefined);
    },
  };
}
