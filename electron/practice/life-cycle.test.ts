import { describe, expect, it } from 'vitest';
import { type LifePlan, lifeOf, statusAt } from './life-cycle.ts';

const plan: LifePlan = {
  to: '27821234567',
  takenAt: 1_000,
  deliverAt: undefined,
  validMilliseconds: 100_000,
  queueMilliseconds: 10,
  handsetMilliseconds: 100,
};
const told = (change: Partial<LifePlan>): string =>
  lifeOf({ ...plan, ...change })
    .map(({ at, status }) => `${at}:${status}`)
    .join(' ');

describe('the life of a text', () => {
  it.each<[string, Partial<LifePlan>, string]>([
    ['queued, gateway, handset', {}, '1000:2 1010:3 1110:4'],
    ['not queued', { queueMilliseconds: 0 }, '1000:3 1100:4'],
    ['later', { deliverAt: 5_000 }, '1000:11 5000:2 5010:3 5110:4'],
    ['due already', { deliverAt: 500 }, '500:2 510:3 610:4'],
    ['expired on the way to the handset', { validMilliseconds: 50 }, '1000:2 1010:3 1050:10'],
    ['expired in the queue', { validMilliseconds: 5 }, '1000:2 1005:10'],
    ['no receipt, for ever', { to: '447700900003' }, '1000:2 1010:3'],
    [
      'no receipt, and yet expired before the network',
      { to: '447700900003', validMilliseconds: 5 },
      '1000:2 1005:10',
    ],
    ['error', { to: '447700900005' }, '1000:2 1010:3 1110:5'],
    ['no route', { to: '447700900009' }, '1000:2 1010:9'],
    ['expired at once', { to: '447700900010' }, '1000:2 1010:3 1110:10'],
    [
      'expired at once, within its validity',
      { to: '447700900010', validMilliseconds: 50 },
      '1000:2 1010:3 1050:10',
    ],
    ['switched off', { to: '447700900011' }, '1000:2 1010:3 101000:10'],
    ['switched off and too late', { to: '447700900011', validMilliseconds: 5 }, '1000:2 1005:10'],
  ])('%s', (_name, change, events) => {
    expect(told(change)).toBe(events);
  });

  it('has a status at every time', () => {
    const life = lifeOf(plan);
    expect([0, 1_000, 1_009, 1_010, 1_110, 9e9].map((now) => statusAt(life, now))).toEqual([
      2, 2, 2, 3, 4, 4,
    ]);
  });
});
