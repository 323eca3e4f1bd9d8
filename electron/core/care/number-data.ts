/** What is kept about one number: counted, and erased when a person asks for it. */
import type { BodyEraser, Clock, NumberCount, Timers } from '../ports.ts';
import { inChunks } from './chunks.ts';

export interface NumberDataParts {
  readonly eraser: BodyEraser;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onMessagesChanged: (ids: readonly number[]) => void;
}

/** @param recipient E.164 */
export async function countNumber(parts: NumberDataParts, recipient: string): Promise<NumberCount> {
  let erasable = 0;
  let open = 0;
  await inChunks(parts, 0, parts.eraser.lastId(), (after, until) => {
    const found = parts.eraser.countNumber(after, until, recipient);
    erasable += found.erasable;
    open += found.open;
    return 'more';
  });
  return { erasable, open };
}

/**
 * Erases body and number of every text to this number that is not open. Open ones stay: they are still to be sent or
 * decided.
 * @returns how many were erased, and how many stay
 */
export async function eraseNumber(
  parts: NumberDataParts,
  recipient: string,
): Promise<{ readonly erased: number; readonly open: number }> {
  let erased = 0;
  await inChunks(parts, 0, parts.eraser.lastId(), (after, until) => {
    const ids = parts.eraser.eraseNumber(after, until, recipient, parts.clock.now());
    erased += ids.length;
    if (ids.length > 0) parts.onMessagesChanged(ids);
    return 'more';
  });
  const { open } = await countNumber(parts, recipient);
  if (erased > 0) parts.eraser.dropTraces();
  return { erased, open };
}
