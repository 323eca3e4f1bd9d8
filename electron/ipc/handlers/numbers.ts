import { failure, success } from '../../../shared/errors.ts';
import { maxOptOutsAtOnce, optOutPageSize } from '../../../shared/ipc/numbers-methods.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `numbers.${string}`>>;

export function numberHandlers(services: Services): Group {
  return {
    'numbers.optOuts': async ({ beginsWith, before }) => {
      const numbers = services.workspace()?.numbers;
      if (numbers === undefined) return success({ rows: [], more: false, total: 0 });
      const rules = await services.textRules();
      const understood = rules.understand(beginsWith, services.settings().country);
      const found = numbers.optOuts({
        beginsWith: understood.kind === 'valid' ? understood.e164 : beginsWith.replaceAll(/[^\d+]/gu, ''),
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
    'numbers.optIn': ({ recipient }) => {
      services.workspace()?.numbers.optIn(recipient);
      return success(undefined);
    },
  };
}
