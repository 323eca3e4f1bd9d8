/** How long work on whole files says how far it is, and how it hears that it should stop. */
import type { CareStep } from '../../../shared/domain/data-care.ts';

/**
 * Called between two pieces of work. Throws JobCancelled when nobody wants the result any more; what was begun is put away on the way
 * out, as after any other error.
 * @param share of this step, 0 to 1; null when nobody knows
 * @param growing a file that one statement writes meanwhile, and about how large it will be (bytes): the only sign of life
 *   while SQLite works and hears nothing
 */
export type Progress = (
  step: CareStep,
  share: number | null,
  growing?: { readonly path: string; readonly bytes: number },
) => void;

/** Nobody looks, and nobody stops it. */
export const unwatched: Progress = () => {};
