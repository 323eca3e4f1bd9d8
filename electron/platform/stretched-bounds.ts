/** A window that grows for what is opened in it, and shrinks by as much when that is folded away. */

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What was done to a window so far, so that it can be undone. Pixels. */
export interface StretchState {
  readonly by: number;
  /** How far it was moved up, and where that put it: a person who moves it since then has the last word. */
  readonly movedUp: number;
  readonly y: number | undefined;
}

export const notStretched: StretchState = { by: 0, movedUp: 0, y: undefined };

/**
 * Downwards; upwards where the screen ends; never beyond it, and never below the height it had. What a person changed
 * meanwhile stays changed.
 *
 * @param area of the screen it stands on, without panels
 */
export function stretch(
  current: Rectangle,
  state: StretchState,
  by: number,
  area: Rectangle,
): { readonly bounds: Rectangle; readonly state: StretchState } {
  const own = unstretched(current, state);
  const height = Math.max(own.height, Math.min(own.height + by, area.height));
  const below = own.y + height - (area.y + area.height);
  const movedUp = height === own.height ? 0 : Math.max(0, Math.min(below, own.y - area.y));
  const y = own.y - movedUp;
  const grown = height - own.height;
  return {
    bounds: { ...own, y, height },
    state: grown === 0 ? notStretched : { by: grown, movedUp, y },
  };
}

/** The bounds it would have without: what is remembered for the next time. */
export function unstretched(current: Rectangle, { by, movedUp, y }: StretchState): Rectangle {
  return { ...current, y: current.y === y ? current.y + movedUp : current.y, height: current.height - by };
}
