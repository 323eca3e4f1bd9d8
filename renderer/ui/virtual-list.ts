/** The arithmetic of a list that only draws the rows in view. All lengths in px, all rows of the same height. */

/** What a row needs to be kept apart from the others. */
export interface Identified {
  readonly id: number;
}

export interface Range {
  /** First drawn row. */
  readonly first: number;
  /** One after the last drawn row. */
  readonly end: number;
}

/** Rows to draw: those in view and `margin` more on either side. */
export function rowsInView(
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
  count: number,
  margin = 8,
): Range {
  const firstInView = Math.floor(scrollTop / rowHeight);
  const endInView = Math.ceil((scrollTop + viewHeight) / rowHeight);
  const first = Math.min(Math.max(0, firstInView - margin), Math.max(0, count - 1));
  const end = Math.min(count, Math.max(endInView + margin, first));
  return { first: Math.min(first, end), end };
}

/** The least scrolling that brings a row wholly into view. */
export function scrollToShow(row: number, scrollTop: number, viewHeight: number, rowHeight: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + viewHeight) return Math.max(0, top + rowHeight - viewHeight);
  return scrollTop;
}

/** Keys that move in a list. */
export type Move = 'ArrowUp' | 'ArrowDown' | 'PageUp' | 'PageDown' | 'Home' | 'End';

export function isMove(key: string): key is Move {
  return ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'].includes(key);
}

/** Where a key leads from row `from` (-1: nowhere yet). Undefined when there are no rows. */
export function rowAfter(move: Move, from: number, count: number, rowsPerPage: number): number | undefined {
  if (count === 0) return undefined;
  const page = Math.max(1, rowsPerPage - 1);
  const targets: Readonly<Record<Move, number>> = {
    ArrowUp: from < 0 ? 0 : from - 1,
    ArrowDown: from + 1,
    PageUp: from < 0 ? 0 : from - page,
    PageDown: from < 0 ? 0 : from + page,
    Home: 0,
    End: count - 1,
  };
  return Math.min(count - 1, Math.max(0, targets[move]));
}
