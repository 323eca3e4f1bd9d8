/** Puts the numbers of a file on the list of those that must not be texted. */
import { type ListProblem, problemOf } from './list-imports.ts';
import type { LeftOutRow, ListSource, NumberStore, ReadList } from './ports.ts';

export type OptOutImport =
  | {
      readonly kind: 'done';
      readonly added: number;
      /** Stood on the list before, or more than once in the file. */
      readonly already: number;
      /** Rows without a number that is understood. */
      readonly leftOut: number;
      /** The first of them. */
      readonly rows: readonly LeftOutRow[];
    }
  /** What was added until then stays: whoever is on it does not want texts. */
  | { readonly kind: 'stopped'; readonly added: number }
  | { readonly kind: 'failed'; readonly problem: ListProblem; readonly added: number };

/**
 * Numbers are taken as they are read, some hundred a transaction: none that was read is lost when the rest cannot be. Never
 * rejects for what is wrong with the file.
 */
export async function importOptOuts(
  source: ListSource,
  { readList, numbers, now }: { readonly readList: ReadList; readonly numbers: NumberStore; now(): number },
  signal: AbortSignal,
): Promise<OptOutImport> {
  let added = 0;
  try {
    const { counts, leftOut } = await readList(
      source,
      (report) => {
        if (report.kind !== 'recipients' || report.recipients.length === 0) return;
        const recipients = report.recipients.map(([, recipient]) => recipient);
        added += numbers.optOut(recipients, 'import', now());
      },
      signal,
    );
    const rows = Object.values(counts.leftOut).reduce((sum, count) => sum + count, 0);
    const already = counts.taken + counts.sharing + counts.duplicates - added;
    return { kind: 'done', added, already, leftOut: rows, rows: leftOut };
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped', added };
    return { kind: 'failed', problem: problemOf(error), added };
  }
}
