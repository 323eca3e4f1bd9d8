import { describe, expect, it } from 'vitest';
import { clockOf, hoursOf, openDayOf, quietOf } from './quiet-week.ts';

describe('a day of the week', () => {
  it.each([
    [[], { kind: 'all-day' }],
    [[{ from: 0, to: 1_440 }], { kind: 'not-at-all' }],
    [
      [
        { from: 1_080, to: 1_440 },
        { from: 0, to: 480 },
      ],
      { kind: 'hours', from: 480, to: 1_080 },
    ],
    [[{ from: 0, to: 480 }], { kind: 'hours', from: 480, to: 1_440 }],
    [[{ from: 720, to: 780 }], { kind: 'other', quiet: [{ from: 720, to: 780 }] }],
  ] as const)('reads %j', (quiet, day) => {
    const stored = quiet.map((interval) => ({ ...interval }));
    expect(openDayOf(stored)).toEqual(day);
    const again = quietOf(openDayOf(stored)).toSorted((a, b) => a.from - b.from);
    expect(again).toEqual(stored.toSorted((a, b) => a.from - b.from));
  });

  it('takes midnight as the end of the day, and no hours that end before they begin', () => {
    expect(hoursOf('08:00', '00:00')).toEqual({ kind: 'hours', from: 480, to: 1_440 });
    expect(hoursOf('00:00', '00:00')).toEqual({ kind: 'all-day' });
    expect(hoursOf('18:00', '08:00')).toBeUndefined();
    expect(hoursOf('', '08:00')).toBeUndefined();
    expect([clockOf(1_440), clockOf(485)]).toEqual(['00:00', '08:05']);
  });
});
