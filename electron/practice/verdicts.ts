/** What an answer says about one recipient, and telling the same in other ways. */
import type { TakenMessage } from './state.ts';

export interface Verdict {
  readonly to: string;
  /** The recipient as it stood in the request. */
  readonly asSent: string;
  readonly apiMessageId: string | null;
  readonly errorCode: number | null;
}

export type VerdictChange =
  | 'reverse'
  | 'omit-last'
  | 'repeat-first'
  | 'contradict-first'
  | 'add-stranger'
  | 'with-plus'
  | 'without-nulls';

export function verdictOf({ text, asSent }: TakenMessage): Verdict {
  return { to: text.to, asSent, apiMessageId: text.apiMessageId, errorCode: text.errorCode };
}

/**
 * Changes which verdicts there are and their order. The two changes of form, `with-plus` and `without-nulls`, are for
 * whoever writes the answer.
 *
 * @param first makes another out of the first: of a list of verdicts, or of the list of lists of a bulk answer
 */
export function changeList<Item>(
  list: readonly Item[],
  change: VerdictChange | undefined,
  first: { contradicted(item: Item): Item; stranger(item: Item): Item },
): readonly Item[] {
  const [head] = list;
  if (head === undefined) return list;
  switch (change) {
    case 'reverse':
      return list.toReversed();
    case 'omit-last':
      return list.slice(0, -1);
    case 'repeat-first':
      return [...list, head];
    case 'contradict-first':
      return [...list, first.contradicted(head)];
    case 'add-stranger':
      return [first.stranger(head), ...list];
    default:
      return list;
  }
}

export const changedVerdict = {
  contradicted: (verdict: Verdict): Verdict => ({ ...verdict, apiMessageId: null, errorCode: 105 }),
  stranger: (verdict: Verdict): Verdict => ({ ...verdict, to: '15005550006', asSent: '15005550006' }),
};
