/** R6, R7, R8 and R13: what one failure may cost, what a clock may not do, how often a dead line is asked, and poison. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  backoff,
  backoffBaseMilliseconds,
  backoffCapMilliseconds,
  backoffFloorMilliseconds,
} from '../../electron/core/outbox/backoff.ts';
import { officeCalendar } from '../../electron/core/outbox/calendar.ts';
import { defaultLimits } from '../../electron/core/outbox/dispatcher.ts';
import type { Calendar } from '../../electron/core/ports.ts';
import { closeDatabase, openDatabase } from '../../electron/db/open.ts';
import { noQuietHours } from '../../shared/domain/quiet-hours.ts';
import { accepted, every, noLine, OutboxWorld, type Run, reset } from './outbox-world.ts';
import { brokenRules, forgetsDueTimes } from './rules-broken-on-purpose.ts';
import type { Rules } from './simulation.ts';

let world: OutboxWorld;
/** One test may need several worlds, one after the other. */
const open = (rules?: Rules): void => {
  world?.remove();
  world = new OutboxWorld(rules);
};
afterEach(() => world.remove());

const brokenBy = (name: RegExp): Rules => {
  const found = brokenRules.find((broken) => name.test(broken.name));
  if (found === undefined) throw new Error(`no such rule: ${name}`);
  return found.rules;
};
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('R6: one lost answer', () => {
  async function inDoubtAfterOneReset(batchSize: number): Promise<number> {
    open();
    let requests = 0;
    world.answer = (batch) => {
      requests += 1;
      return requests === 1 ? reset(batch) : accepted(batch);
    };
    const run = await world.start({ limits: { concurrency: 4, batchSize } });
    await world.submit(run, 180);
    await world.time.advance(hour);
    const states = world.states(run);
    expect(states.every((state) => state === 'in_doubt' || state === 'accepted')).toBe(true);
    return states.filter((state) => state === 'in_doubt').length;
  }

  test('puts no more texts in doubt than went into that request, and that is 50 at most', async () => {
    expect(defaultLimits.batchSize).toBeLessThanOrEqual(50);
    expect(await inDoubtAfterOneReset(defaultLimits.batchSize)).toBeLessThanOrEqual(50);
  });

  test('control: with requests of 200 more than 50 are in doubt', async () => {
    expect(await inDoubtAfterOneReset(200)).toBeGreaterThan(50);
  });
});

describe('R7: clocks', () => {
  /** How long after its time a text goes out; negative: too early. Undefined: not within a day. */
  async function lateBy(jump: number, rules?: Rules): Promise<number | undefined> {
    open(rules);
    const run = await world.start();
    const dueAt = world.time.clock.now() + 2 * hour;
    await planFor(run, dueAt);
    world.time.moveWallClock(jump);
    for (let waited = 0; world.batches.length < 1; waited += 30 * second) {
      if (waited > 2 * day) return undefined;
      await world.time.advance(30 * second);
    }
    return world.time.clock.now() - dueAt;
  }
  async function planFor(run: Run, sendAt: number): Promise<void> {
    await world.submit(run, 1, { sendAt });
  }

  for (const [name, jump] of [
    ['that runs on', 0],
    ['set back a day', -day],
    ['set forward a day', day],
    ['set back an hour, as by somebody who mistakes summer time', -hour],
    ['set forward an hour', hour],
  ] as const) {
    test(`a clock ${name}: nothing goes before its time, and soon after it`, async () => {
      const late = await lateBy(jump);
      expect(late).toBeGreaterThanOrEqual(0);
      if (jump <= 0) expect(late).toBeLessThanOrEqual(30 * second);
    });
  }

  test('control: an outbox that forgets when a text is due is caught', async () => {
    expect(await lateBy(0, forgetsDueTimes)).toBeLessThan(0);
  });

  test('eight hours of sleep: what fell due goes within two seconds of waking, and nothing twice', async () => {
    open();
    const run = await world.start();
    await planFor(run, world.time.clock.now() + hour);
    run.dispatcher.fallAsleep();
    world.time.moveWallClock(8 * hour);
    await run.dispatcher.wakeUp();
    await world.time.advance(2 * second);
    expect(world.batches).toHaveLength(1);
    await world.time.advance(day);
    expect(world.batches).toHaveLength(1);
  });

  test('a wake-up in the middle of a request sends nothing again and takes its answer', async () => {
    open();
    let answer: () => void = () => {};
    world.answer = (batch) =>
      new Promise((resolve) => {
        answer = () => resolve(accepted(batch));
      });
    const run = await world.start();
    await world.submit(run, 1);
    run.dispatcher.fallAsleep();
    world.time.moveWallClock(8 * hour);
    await run.dispatcher.wakeUp();
    await world.time.advance(minute);
    expect(world.batches).toHaveLength(1);
    answer();
    await world.time.advance(second);
    expect(world.states(run)).toEqual(['accepted']);
  });

  /**
   * A text every ten minutes through ten hours of a night in which nothing may go between midnight and seven.
   * @returns the local time at which each request left, by a calendar that is not ours, and how many texts still wait
   */
  async function night(
    zone: () => string,
    from: string,
    calendar?: Calendar,
  ): Promise<{ readonly left: readonly string[]; readonly unsent: number }> {
    open();
    const { clock } = world.time;
    world.time.moveWallClock(Date.parse(from) - clock.now());
    const left: string[] = [];
    world.answer = (batch) => {
      left.push(
        new Intl.DateTimeFormat('en-GB', { timeZone: zone(), hour: '2-digit', minute: '2-digit' }).format(
          clock.now(),
        ),
      );
      return accepted(batch);
    };
    const hours = { ...noQuietHours, week: noQuietHours.week.map(() => [{ from: 0, to: 7 * 60 }]) };
    const run = await world.start({ calendar: calendar ?? officeCalendar({ hours: () => hours, zone }) });
    for (let text = 0; text < 6 * 10; text += 1) {
      await world.submit(run, 1);
      await world.time.advance(10 * minute);
    }
    return { left, unsent: world.states(run).filter((state) => state === 'queued').length };
  }
  const inQuiet = (left: readonly string[]): readonly string[] => left.filter((time) => time < '07:00');

  // Ten hours from 22:30 on. https://www.iana.org/time-zones
  for (const [name, zone, from] of [
    ['clocks go forward', 'Europe/Berlin', '2027-03-27T21:30:00Z'],
    ['clocks go back', 'Europe/Berlin', '2027-10-30T20:30:00Z'],
    ['clocks go forward at midnight', 'America/Santiago', '2027-09-05T02:30:00Z'],
    ['clocks go back by half an hour', 'Australia/Lord_Howe', '2027-04-03T11:30:00Z'],
    ['nothing changes', 'Africa/Johannesburg', '2027-03-27T20:30:00Z'],
  ] as const) {
    test(`a night in which ${name}: nothing goes before seven, everything soon after`, async () => {
      const { left, unsent } = await night(() => zone, from);
      expect(inQuiet(left)).toEqual([]);
      expect(left.some((time) => time >= '07:00' && time < '07:02')).toBe(true);
      expect(unsent).toBe(0);
    });
  }

  test('a computer that is carried to another zone in the night keeps to the hours there', async () => {
    let zone = 'Africa/Johannesburg';
    const travelsAt = Date.parse('2027-03-28T00:00:00Z');
    const here = (): string => {
      if (world.time.clock.now() >= travelsAt) zone = 'Europe/London';
      return zone;
    };
    const { left, unsent } = await night(here, '2027-03-27T20:30:00Z');
    expect(inQuiet(left)).toEqual([]);
    expect(unsent).toBe(0);
  });

  test('control: a calendar that keeps the offset of the evening is caught', async () => {
    const offset = 2 * hour;
    const wrong: Calendar = {
      windowAt: (now) => ({ open: (now + offset) % day >= 7 * hour, changesAt: undefined }),
    };
    const { left } = await night(() => 'Europe/Berlin', '2027-10-30T20:30:00Z', wrong);
    expect(inQuiet(left)).not.toEqual([]);
  });

  /** Requests within a minute after the line broke and the wall clock was moved. */
  async function triesAfter(jump: number, monotonicIsWall: boolean): Promise<number> {
    open();
    world.answer = noLine;
    world.check = () => ({ kind: 'failed', why: 'line', text: '' });
    const { clock } = world.time;
    const run = await world.start(
      monotonicIsWall ? { clock: { now: clock.now, monotonic: () => clock.now() } } : {},
    );
    await world.submit(run, 1);
    await world.time.advance(10 * minute);
    const before = world.batches.length + world.checks;
    world.time.moveWallClock(jump);
    await world.time.advance(20 * minute);
    return world.batches.length + world.checks - before;
  }

  test('the back-off runs on a clock that nobody can set', async () => {
    const undisturbed = await triesAfter(0, false);
    expect(undisturbed).toBeGreaterThan(0);
    for (const jump of [-day, day]) expect(await triesAfter(jump, false)).toBe(undisturbed);
  });

  test('control: a back-off on the wall clock stands still when the clock is set back, and is caught', async () => {
    expect(await triesAfter(-day, true)).toBe(0);
  });

  test('what piled up during sleep does not go out faster than the rate', async () => {
    const burst = async (ratePerMinute: number | undefined): Promise<number> => {
      open();
      const run = await world.start(ratePerMinute === undefined ? {} : { ratePerMinute });
      await run.dispatcher.pause({ reason: 'person', until: undefined, text: '' });
      for (let list = 0; list < 20; list += 1) await world.submit(run, 100);
      run.dispatcher.fallAsleep();
      world.time.moveWallClock(8 * hour);
      await run.dispatcher.wakeUp();
      await run.dispatcher.resume();
      await world.time.advance(minute);
      return world.batches.reduce((sum, { messages }) => sum + messages.length, 0);
    };
    expect(await burst(60)).toBeLessThanOrEqual(200);
    // Control: without a rate the same check sees all of them.
    expect(await burst(undefined)).toBeGreaterThan(200);
  });
});

describe('R8: a line that is down', () => {
  async function asksInAnHour(random: () => number): Promise<number> {
    open();
    world.random = random;
    world.answer = noLine;
    world.check = () => ({ kind: 'failed', why: 'line', text: '' });
    const run = await world.start();
    for (let list = 0; list < 100; list += 1) await world.submit(run, 100);
    await world.time.advance(hour);
    expect(world.states(run).every((state) => state === 'queued')).toBe(true);
    return world.batches.length + world.checks;
  }

  test('costs at most 100 requests in an hour with 10,000 texts waiting', { timeout: 120_000 }, async () => {
    const asked = await asksInAnHour(Math.random);
    expect(asked).toBeGreaterThan(4);
    expect(asked).toBeLessThanOrEqual(100);
  });

  test('control: without the growth of the back-off it costs more', { timeout: 120_000 }, async () => {
    expect(await asksInAnHour(() => 0)).toBeGreaterThan(100);
  });

  test('waits a random time between the floor and a ceiling that doubles up to its cap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (failures, luck) => {
          const wait = backoff(failures, luck);
          const ceiling = Math.min(backoffCapMilliseconds, backoffBaseMilliseconds * 2 ** (failures - 1));
          return wait >= backoffFloorMilliseconds && wait <= Math.max(backoffFloorMilliseconds, ceiling);
        },
      ),
    );
    // Full jitter: half the luck is half the wait.
    expect(backoff(5, 0.5) / backoff(5, 0.999_999)).toBeCloseTo(0.5, 2);
  });

  test('nothing is asked before the time that Retry-After names', async () => {
    const asked = async (obeys: boolean): Promise<number> => {
      open();
      world.answer = (batch) =>
        every(
          batch,
          { kind: 'notSent', why: 'account', text: '' },
          {
            httpStatus: 429,
            pause: {
              reason: 'rate-limited',
              until: world.time.clock.now() + (obeys ? 10 * minute : 0),
              text: '',
            },
          },
        );
      const run = await world.start();
      await world.submit(run, 1);
      await world.time.advance(9 * minute);
      return world.batches.length;
    };
    expect(await asked(true)).toBe(1);
    // Control: a date that has passed, as if Retry-After were not read.
    expect(await asked(false)).toBeGreaterThan(1);
  });

  test('one request alone finds out whether it is back', async () => {
    open();
    world.answer = noLine;
    world.check = () => ({ kind: 'failed', why: 'line', text: '' });
    const run = await world.start();
    for (let text = 0; text < 4; text += 1) await world.submit(run, 1);
    await world.time.advance(10 * minute);
    let mostAtOnce = 0;
    let underWay = 0;
    world.answer = async (batch) => {
      underWay += 1;
      mostAtOnce = Math.max(mostAtOnce, underWay);
      await new Promise<void>((resolve) => world.time.timers.after(second, resolve));
      underWay -= 1;
      return noLine(batch);
    };
    await world.time.advance(hour);
    expect(mostAtOnce).toBe(1);
    // Control: the same texts on a line that works go side by side, and the same count sees it.
    world.answer = async (batch) => {
      underWay += 1;
      mostAtOnce = Math.max(mostAtOnce, underWay);
      await new Promise<void>((resolve) => world.time.timers.after(second, resolve));
      underWay -= 1;
      return accepted(batch);
    };
    await world.time.advance(hour);
    for (let text = 0; text < 4; text += 1) await world.submit(run, 1);
    await world.time.advance(minute);
    expect(mostAtOnce).toBeGreaterThan(1);
  });
});

describe('R13: a text that ends the program whenever it is sent', () => {
  /** @returns how often it was tried, and the states in the end */
  async function poison(rules?: Rules): Promise<{ tries: number; states: readonly string[] }> {
    open(rules);
    let dies = false;
    world.answer = (batch) => {
      if (batch.messages.every(({ body }) => body !== 'poison')) return accepted(batch);
      dies = true;
      return new Promise(() => {});
    };
    let run = await world.start();
    await run.dispatcher.pause({ reason: 'person', until: undefined, text: '' });
    await world.submit(run, 1, { body: 'poison' });
    for (let text = 0; text < 5; text += 1) await world.submit(run, 1);
    await run.dispatcher.resume();
    await world.time.advance(second);
    for (let start = 0; dies && start < 10; start += 1) {
      dies = false;
      world.crash(run);
      run = await world.start();
      await world.time.advance(minute);
    }
    const tries = world.batches.filter(({ messages }) =>
      messages.some(({ body }) => body === 'poison'),
    ).length;
    return { tries, states: world.states(run) };
  }

  test('is parked before it has done so three times, and the rest goes on', async () => {
    const { tries, states } = await poison();
    expect(tries).toBeLessThanOrEqual(3);
    expect(states[0]).toBe('in_doubt');
    expect(states.slice(1)).toEqual(Array.from({ length: 5 }, () => 'accepted'));
  });

  test('control: when it is queued again after a crash it goes on for ever', async () => {
    expect((await poison(brokenBy(/queued again/))).tries).toBeGreaterThan(3);
  });

  /** Starts the program until it no longer dies, at most ten times. A text that it dies of stands among others. */
  async function poisonousClaim(
    position: number,
    rule = '',
  ): Promise<{ deaths: number; sent: readonly string[] }> {
    open();
    const run = await world.start();
    await run.dispatcher.pause({ reason: 'person', until: undefined, text: '' });
    for (let text = 0; text < 8; text += 1)
      await world.submit(run, 1, { body: text === position ? 'poison' : `text ${text}` });
    await run.store.pauseAccount(1, undefined);
    world.crash(run);
    const sent: string[] = [];
    let deaths = 0;
    for (let start = 1; start <= 10; start += 1) {
      const { signal, status, stdout, stderr } = spawnSync(
        process.execPath,
        [fileURLToPath(new URL('killed-in-claim.ts', import.meta.url)), world.path, `start-${start}`, rule],
        { encoding: 'utf8', timeout: 30_000 },
      );
      sent.push(...stdout.split('\n').filter((line) => line !== ''));
      if (status === 0) break;
      expect(signal, stderr).toBe('SIGKILL');
      deaths += 1;
    }
    return { deaths, sent: sent.sort() };
  }
  const others = (position: number): readonly string[] =>
    Array.from({ length: 8 }, (_, text) => `text ${text}`).filter((_, text) => text !== position);

  for (const position of [0, 3, 7]) {
    test(`a text in place ${position} that it dies of while claiming is set aside after three starts that were its own`, {
      timeout: 120_000,
    }, async () => {
      const { deaths, sent } = await poisonousClaim(position);
      // One of a claim that was not announced, one of a claim with several in it, three of its own.
      expect(deaths).toBeLessThanOrEqual(5);
      expect(sent).toEqual(others(position));
      const database = openDatabase(world.path);
      expect(
        database.prepare(`SELECT body, error_code AS code FROM message WHERE state = 'needs_decision'`).all(),
      ).toEqual([{ body: 'poison', code: 'ends-program' }]);
      // What was under way when the claim that nobody had announced ended it, and nothing after that.
      expect(
        database.prepare(`SELECT count(*) FROM message WHERE state = 'in_doubt'`).pluck().get(),
      ).toBeLessThanOrEqual(defaultLimits.concurrency);
      closeDatabase(database);
    });
  }

  test('control: where nobody counts, it dies at each start and nothing else goes either', {
    timeout: 120_000,
  }, async () => {
    const { deaths, sent } = await poisonousClaim(0, 'forgetful');
    expect(deaths).toBe(10);
    expect(sent).toEqual([]);
  });
});
