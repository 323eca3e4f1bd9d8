/** What is kept about one number: counted, and erased when a person asks for it. */
import type { BodyEraser, Clock, ErasedNumber, NumberCount, Timers } from '../ports.ts';
import { inChunks } from './chunks.ts';

export interface NumberDataParts {
  readonly eraser: BodyEraser;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onMessagesChanged: (ids: readonly number[]) => void;
  readonly signal?: AbortSignal | undefined;
  /** How far it is, 0 to 1. */
  readonly onShare?: (share: number) => void;
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
  return { erasable, open: open + parts.eraser.openBesides(recipient) };
}

/**
 * Erases body and number of every text to this number that is not open, and what else is known about it but that it must
 * not be texted. Open ones stay: they are still to be sent or decided.
 * @returns how many were erased, how many stay, and whether it came to its end
 */
export async function eraseNumber(parts: NumberDataParts, recipient: string): Promise<ErasedNumber> {
  let erased = 0;
  const last = parts.eraser.lastId();
  const complete = await inChunks(parts, 0, last, (after, until) => {
    parts.onShare?.(after / last);
    const ids = parts.eraser.eraseNumber(after, until, recipient, parts.clock.now());
    erased += ids.length;
    if (ids.length > 0) parts.onMessagesChanged(ids);
    return 'more';
  });
  const besides = complete ? parts.eraser.eraseBesides(recipient) : 0;
  if (erased + besides > 0) parts.eraser.dropTraces();
  const { open } = await countNumber({ ...parts, signal: undefined }, recipient);
  return { erased, open, complete };
}
