/** Random lists of events for the simulation, as fast-check makes and shortens them. */
import fc from 'fast-check';
import type { Answer, CrashPoint, SimulationEvent } from './simulation.ts';

const which = fc.nat({ max: 30 });
const minutes = 60;
const hours = 3_600;
const day = 86_400;

const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ kind: 'accepted' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rejected' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'no-line' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'left-out' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('account' as const),
      pauseSeconds: fc.constantFrom(undefined, 0, 5, 600, day),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('unknown' as const),
      arrived: fc.boolean(),
      pauseSeconds: fc.constantFrom(undefined, undefined, 30),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('throws' as const), arrived: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('mixed' as const), seed: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'too-few' as const }) },
);

const crashPoint: fc.Arbitrary<CrashPoint> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ at: 'now' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      at: fc.constantFrom('before' as const, 'after' as const),
      call: fc.constantFrom('submit' as const, 'turn' as const),
    }),
  },
);

function event<Type extends SimulationEvent['type']>(
  type: Type,
  weight: number,
  rest: {
    [Key in keyof Omit<Extract<SimulationEvent, { type: Type }>, 'type'>]: fc.Arbitrary<
      Extract<SimulationEvent, { type: Type }>[Key]
    >;
  },
): fc.WeightedArbitrary<SimulationEvent> {
  return {
    weight,
    arbitrary: fc.record({ type: fc.constant(type), ...rest } as never) as fc.Arbitrary<SimulationEvent>,
  };
}

const anyEvent = fc.oneof(
  event('submit', 8, {
    account: fc.constantFrom(0 as const, 1 as const),
    texts: fc.integer({ min: 1, max: 7 }),
    personal: fc.boolean(),
    bestBeforeSeconds: fc.constantFrom(undefined, undefined, undefined, 10, 2 * minutes, 2 * hours),
    sendInSeconds: fc.constantFrom(undefined, undefined, undefined, undefined, 60, 3 * hours),
    undoSeconds: fc.constantFrom(0, 0, 0, 8),
    override: fc.boolean(),
  }),
  event('submit-again', 2, { which }),
  event('answer', 14, { which, answer }),
  event('crash', 4, { point: crashPoint }),
  event('restart', 2, {}),
  event('cancel', 3, { which }),
  event('resolve', 4, {
    which,
    decision: fc.constantFrom('arrived' as const, 'send-again' as const, 'drop' as const),
  }),
  event('resolve-several', 1, {
    which,
    most: fc.integer({ min: 1, max: 5 }),
    decision: fc.constantFrom('arrived' as const, 'send-again' as const, 'drop' as const),
  }),
  event('edit', 2, { which }),
  event('move', 3, { which, to: fc.constantFrom('first' as const, 'first' as const, 'last' as const) }),
  event('undo', 2, { which }),
  event('retry-failed', 2, {
    which: fc.constantFrom(undefined, undefined, 0, 1),
    limit: fc.constantFrom(1, 3, 500),
  }),
  event('report', 4, {
    which,
    says: fc.array(
      fc.constantFrom('report-delivered' as const, 'report-undelivered' as const, 'stop-asking' as const),
      { minLength: 1, maxLength: 3 },
    ),
    optOut: fc.boolean(),
  }),
  event('erase-number', 1, { which }),
  event('opt-out', 1, { which }),
  event('opt-in', 1, { which }),
  event('list', 1, {
    account: fc.constantFrom(0 as const, 1 as const),
    texts: fc.constantFrom(1, 4, 30),
    sealed: fc.constantFrom(true, true, false),
    undoSeconds: fc.constantFrom(0, 0, 8),
    slices: fc.integer({ min: 0, max: 4 }),
  }),
  event('recurring', 2, {
    account: fc.constantFrom(0 as const, 1 as const),
    inMinutes: fc.constantFrom(-10, 1, 2),
  }),
  event('decide-late', 2, { which, decision: fc.constantFrom('send' as const, 'drop' as const) }),
  event('pass-time', 6, { seconds: fc.constantFrom(1, 1, 5, 5, 31, 31, 2 * minutes, 16 * minutes) }),
  event('set-clock', 1, {
    seconds: fc.constantFrom(-day, -hours, -5 * minutes, 5 * minutes, hours, day),
  }),
  event('sleep', 1, { seconds: fc.constantFrom(60, 8 * hours), announced: fc.boolean() }),
  event('hours', 1, { open: fc.boolean() }),
  event('line-hint', 1, {}),
  event('line', 1, {
    check: fc.constantFrom(
      'works' as const,
      'works' as const,
      'line' as const,
      'unexpected' as const,
      'key-rejected' as const,
    ),
    online: fc.boolean(),
  }),
  event('send-held-back', 1, {}),
  event('pause', 1, {}),
  event('resume', 2, {}),
  event('disk', 2, { works: fc.boolean() }),
  event('stale-result', 2, { which }),
);

/** One world: what happens in it, and the luck of its back-off. */
export const anyWorld = fc.record({
  events: fc.array(anyEvent, { minLength: 5, maxLength: 40, size: 'max' }),
  seed: fc.nat(),
});
