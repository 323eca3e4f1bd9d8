import { describe, expect, test } from 'vitest';
import { notStretched, stretch } from './stretched-bounds.ts';

/** Its top 24 pixels belong to a panel. */
const area = { x: 0, y: 24, width: 1280, height: 776 };
const window = { x: 100, y: 100, width: 420, height: 400 };

describe('a window that is stretched for what is opened in it', () => {
  test('grows downwards, and is as before once that is folded away', () => {
    const open = stretch(window, notStretched, 250, area);
    expect(open.bounds).toEqual({ ...window, height: 650 });
    const more = stretch(open.bounds, open.state, 300, area);
    expect(more.bounds).toEqual({ ...window, height: 700 });
    expect(stretch(more.bounds, more.state, 0, area)).toEqual({ bounds: window, state: notStretched });
  });

  test('moves up where the screen ends, and back again', () => {
    const low = { ...window, y: 350 };
    const open = stretch(low, notStretched, 250, area);
    expect(open.bounds).toEqual({ ...low, y: 150, height: 650 });
    expect(stretch(open.bounds, open.state, 0, area).bounds).toEqual(low);
  });

  test('is never higher than the screen, nor lower than it was', () => {
    const open = stretch(window, notStretched, 900, area);
    expect(open.bounds).toEqual({ ...window, y: 24, height: 776 });
    expect(stretch(open.bounds, open.state, 0, area).bounds).toEqual(window);
    const huge = { ...window, y: 0, height: 900 };
    expect(stretch(huge, notStretched, 250, area).bounds).toEqual(huge);
  });

  test('keeps what a person did to it meanwhile', () => {
    const low = { ...window, y: 350 };
    const open = stretch(low, notStretched, 250, area);
    const changed = { x: 500, y: 60, width: 500, height: open.bounds.height + 40 };
    expect(stretch(changed, open.state, 0, area).bounds).toEqual({ x: 500, y: 60, width: 500, height: 440 });
  });

  test('may stand on another screen', () => {
    const left = { x: -1920, y: -200, width: 1920, height: 1080 };
    const there = { ...window, x: -1000, y: 600 };
    expect(stretch(there, notStretched, 250, left).bounds).toEqual({ ...there, y: 230, height: 650 });
  });
});
