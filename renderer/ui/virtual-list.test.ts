import { describe, expect, it } from 'vitest';
import { rowAfter, rowsInView, scrollToShow } from './virtual-list.ts';

describe('rowsInView', () => {
  it('draws the rows in view and a margin', () => {
    expect(rowsInView(0, 320, 32, 5000, 8)).toEqual({ first: 0, end: 18 });
    expect(rowsInView(3200, 320, 32, 5000, 8)).toEqual({ first: 92, end: 118 });
    expect(rowsInView(3210, 320, 32, 5000, 0)).toEqual({ first: 100, end: 111 });
  });

  it('stays inside the list', () => {
    expect(rowsInView(0, 320, 32, 0)).toEqual({ first: 0, end: 0 });
    expect(rowsInView(0, 320, 32, 3)).toEqual({ first: 0, end: 3 });
    // Scrolled beyond the end because rows went away.
    const range = rowsInView(100_000, 320, 32, 10);
    expect(range.end).toBe(10);
    expect(range.first).toBeLessThan(10);
  });
});

describe('scrollToShow', () => {
  it('moves only when the row is cut off', () => {
    expect(scrollToShow(5, 0, 320, 32)).toBe(0);
    expect(scrollToShow(10, 0, 320, 32)).toBe(32);
    expect(scrollToShow(2, 100, 320, 32)).toBe(64);
  });
});

describe('rowAfter', () => {
  it('moves by row, page and to the ends, and stops there', () => {
    expect(rowAfter('ArrowDown', -1, 10, 5)).toBe(0);
    expect(rowAfter('ArrowDown', 9, 10, 5)).toBe(9);
    expect(rowAfter('ArrowUp', 0, 10, 5)).toBe(0);
    expect(rowAfter('PageDown', 0, 10, 5)).toBe(4);
    expect(rowAfter('PageUp', 3, 10, 5)).toBe(0);
    expect(rowAfter('End', 3, 10, 5)).toBe(9);
    expect(rowAfter('Home', 3, 10, 5)).toBe(0);
    expect(rowAfter('End', -1, 0, 5)).toBeUndefined();
  });
});
