import { assertNever, failure, success } from '../../../shared/errors.ts';
import { type ListView, leftOutReasons } from '../../../shared/ipc/list-methods.ts';
import { compose } from '../../core/compose.ts';
import type { CheckedCounts, ListImports } from '../../core/list-imports.ts';
import type { ListShape } from '../../core/ports.ts';
import type { Handlers } from '../register.ts';
import { readTiming } from './sending.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `lists.${string}`>>;

const none: ListView = { phase: 'none', undone: null };

export function listHandlers(services: Services): Group {
  const lists = (): ListImports | undefined => services.workspace()?.lists;
  const view = (): ListView => {
    const current = lists();
    return current === undefined ? none : listView(current, services.settings().repeatGuardHours);
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
    'lists.undo': () => {
      lists()?.undo();
      return success(view());
    },
    'lists.send': async ({ id, body, accountId, options, flagged, sharing, repeats, ...when }) => {
      const workspace = services.workspace();
      const runner = workspace?.accounts.get(accountId);
      if (workspace === undefined || runner === undefined) return failure('no-account');
      const rules = await services.textRules();
      const { undoSeconds, repeatGuardHours } = services.settings();
      const now = services.now();
      const timing = readTiming(when, options?.deliverAt, undoSeconds, now);
      if (!timing.ok) return timing;
      // One text stands for all: each differs in its number alone.
      const composed = compose(['any'], body, options ?? {}, {
        understand: () => ({ kind: 'valid', e164: '+0', display: '', country: null }),
        countParts: (text, given) => rules.countMessage(text, given, runner.account.family),
        newRef: services.newRef,
        carries: runner.gateway.capabilities.options ?? [],
        now,
      });
      if (!composed.ok) return composed;
      const [first] = composed.value;
      if (first === undefined) return failure('internal');
      const { clientRef: _, recipient: __, ...text } = first;
      const { sendAt, bestBefore, quietOverride, notBefore } = timing.value;
      const known = await workspace.lists.send(id, {
        accountId: runner.account.id,
        // What can be taken back is the list, before it is made: its texts need no time of their own for that.
        text: { ...text, sendAt, bestBefore, quietOverride },
        choice: { flagged: flagged === true, sharing: sharing === true },
        guard: {
          since: repeatGuardHours > 0 ? now - repeatGuardHours * 3_600_000 : undefined,
          answer: repeats,
        },
        undoMilliseconds: notBefore === undefined ? 0 : undoSeconds * 1_000,
      });
      return known ? success(view()) : failure('list-gone');
    },
  };
}

function listView(lists: ListImports, hours: number): ListView {
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
        repeats: state.repeats === undefined ? null : { count: state.repeats, hours },
        takenBack: state.takenBack ?? null,
      };
    case 'sealed':
      return { phase: 'sealed', fileName, total: state.total, until: state.until };
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

function countsView({ leftOut, ...counts }: CheckedCounts) {
  return {
    ...counts,
    leftOut: leftOutReasons.flatMap((reason) => {
      const count = leftOut[reason] ?? 0;
      return count === 0 ? [] : [{ reason, count }];
    }),
  };
}
