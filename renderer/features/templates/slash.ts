export interface Slash {
  /** Offsets in UTF-16 units of what is replaced: the slash and what stands behind it. */
  readonly from: number;
  readonly to: number;
  readonly query: string;
}

/**
 * The slash that is being typed, before the caret: at the start of the text or after white space, with nothing but letters
 * behind it, so that dates, fractions and addresses are left alone.
 */
export function slashAt(text: string, caret: number): Slash | undefined {
  const match = /(?:^|\s)\/([^\s/]{0,20})$/u.exec(text.slice(0, caret));
  const query = match?.[1];
  return query === undefined ? undefined : { from: caret - query.length - 1, to: caret, query };
}
