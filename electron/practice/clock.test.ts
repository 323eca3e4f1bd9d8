import { describe, expect, it } from 'vitest';
import { type MachineTime, SpeedClock } from './clock.ts';

/** A machine whose time the test moves. */
class Machine implements MachineTime {
  time = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];
  now(): number {
    return this.time;
  }
  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.time + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  get timers(): number {
    return this.#timers.length;
  }
  pass(milliseconds: number): void {
    this.time += milliseconds;
    for (const timer of this.#timers.filter(({ at }) => at <= this.time)) {
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.run();
    }
  }
}

describe('the clock', () => {
  it('goes as fast as it is told', () => {
    const machine = new Machine();
    const clock = new SpeedClock({ speed: 60, start: 0, machine });
    machine.pass(1_000);
    expect(clock.now()).toBe(60_000);
    clock.setSpeed(0);
    machine.pass(1_000);
    expect(clock.now()).toBe(60_000);
    clock.setSpeed(1);
    machine.pass(1_000);
    expect(clock.now()).toBe(61_000);
  });

  it('runs what is due, in order, with one timer', () => {
    const machine = new Machine();
    const clock = new SpeedClock({ speed: 10, start: 0, machine });
    const ran: string[] = [];
    const plan = (time: number, name: string) => clock.at(time, () => ran.push(`${name}@${clock.now()}`));
    plan(30_000, 'c');
    plan(10_000, 'a');
    plan(10_000, 'b');
    const cancel = plan(20_000, 'never');
    cancel();
    expect(machine.timers).toBe(1);
    machine.pass(1_000);
    expect(ran).toEqual(['a@10000', 'b@10000']);
    machine.pass(2_000);
    expect(ran).toEqual(['a@10000', 'b@10000', 'c@30000']);
    expect(machine.timers).toBe(0);
  });

  it('is moved forward past everything that is due on the way, also what is planned there', () => {
    const clock = new SpeedClock({ speed: 0, start: 0 });
    const ran: number[] = [];
    clock.at(100, () => {
      ran.push(clock.now());
      clock.at(150, () => ran.push(clock.now()));
    });
    clock.advance(99);
    expect(ran).toEqual([]);
    clock.advance(901);
    expect([ran, clock.now()]).toEqual([[100, 150], 1_000]);
  });

  it('looks again within the hour, and can be stopped', () => {
    const machine = new Machine();
    const clock = new SpeedClock({ start: 0, machine });
    let ran = 0;
    clock.at(3 * 86_400_000, () => {
      ran += 1;
    });
    for (let hour = 0; hour < 71; hour += 1) machine.pass(3_600_000);
    expect([ran, machine.timers]).toEqual([0, 1]);
    machine.pass(3_600_000);
    expect(ran).toBe(1);
    clock.at(clock.now() + 1, () => {
      ran += 1;
    });
    clock.stop();
    machine.pass(10);
    expect([ran, machine.timers]).toEqual([1, 0]);
  });
});
