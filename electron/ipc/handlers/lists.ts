import { assertNever, failure, success } from '../../../shared/errors.ts';
import { type ListView, leftOutReasons } from '../../../shared/ipc/list-methods.ts';
import { compose } from '../../core/compose.ts';
import type { ListImports } from '../../core/list-imports.ts';
import type { ListCounts, ListShape } from '../../core/ports.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `lists.${string}`>>;

const none: ListView = { phase: 'none', undone: null };

export function listHandlers(services: Services): Group {
  const lists = (): ListImports | undefined => services.workspace()?.lists;
  const view = (): ListView => {
    const current = lists();
    return current === undefined ? none : listView(current);
  };
  return {
    'lists.status': () => success(view()),
    'lists.choose': async (_input, caller) => {
      if (lists() === undefined) return failure('no-account');
      const chosen = await services.chooseList(caller);
      // The mode may have changed while the dialog was open: the list is for what is open now.
      if (chosen !== undefined) lists()?.read(chosen.path, chosen.name, services.settings().country);
      return success(view());
    },
    'lists.chooseColumn': ({ column }) => {
      lists()?.chooseColumn(column);
      return success(view());
    },
    'lists.stop': () => {
      lists()?.stop();
      return success(view());
    },
    'lists.goOn': () => (lists()?.goOn() === true ? success(view()) : failure('list-gone')),
    'lists.send': async ({ id, body, accountId, options }) => {
      const workspace = services.workspace();
      const runner = workspace?.accounts.get(accountId);
      if (workspace === undefined || runner === undefined) return failure('no-account');
      const rules = await services.textRules();
      // One text stands for all: each differs in its number alone.
      const composed = compose(['any'], body, options ?? {}, {
        understand: () => ({ kind: 'valid', e164: '+0', display: '', country: null }),
        countParts: (text, given) => rules.countMessage(text, given, runner.account.family),
        newRef: services.newRef,
        carries: runner.gateway.capabilities.options ?? [],
        now: services.now(),
      });
      if (!composed.ok) return composed;
      const [first] = composed.value;
      if (first === undefined) return failure('internal');
      const { clientRef: _, recipient: __, ...text } = first;
      if (workspace.lists.send(id, runner.account.id, text) === undefined) return failure('list-gone');
      return success(view());
    },
  };
}

function listView(lists: ListImports): ListView {
  const { state, fileName } = lists;
  switch (state.phase) {
    case 'none':
      return { phase: 'none', undone: lists.undone ?? null };
    case 'reading':
      return {
        phase: 'reading',
        fileName,
        shape: state.shape === undefined ? null : shapeView(state.shape),
        counts: countsView(state.counts),
        part: state.part,
      };
    case 'ready':
      return {
        phase: 'ready',
        id: lists.id ?? '',
        fileName,
        shape: shapeView(state.shape),
        counts: countsView(state.counts),
        leftOut: state.leftOut.map((row) => ({ ...row })),
      };
    case 'held':
      return { phase: 'held', fileName, made: state.made, total: state.total };
    case 'making':
      return { phase: 'making', fileName, made: state.made, total: state.total };
    case 'done':
      return { phase: 'done', fileName, total: state.total };
    case 'failed':
      return { phase: 'failed', fileName, problem: state.problem };
    default:
      return assertNever(state);
  }
}

function shapeView(shape: ListShape) {
  return { ...shape, columns: shape.columns.map((column) => ({ ...column })) };
}

function countsView({ leftOut, ...counts }: ListCounts) {
  return {
    ...counts,
    leftOut: leftOutReasons.flatMap((reason) => {
      const count = leftOut[reason] ?? 0;
      return count === 0 ? [] : [{ reason, count }];
    }),
  };
}
