/** Time in the pretend Clickatell: it can run faster than the machine's, stand still, and be moved forward. */

export interface PracticeClock {
  /** ms UTC */
  now(): number;
  /**
   * Runs something when the time has come, at once (in a later turn) when it is past.
   *
   * @param time ms UTC
   * @returns calls it off
   */
  at(time: number, run: () => void): () => void;
}

/** The machine's own time. Tests that do not wait hand in another. */
export interface MachineTime {
  now(): number;
  /** @returns calls it off */
  after(milliseconds: number, run: () => void): () => void;
}

interface Task {
  readonly time: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Longest single timer: setTimeout counts in 31 bits, and a computer that slept should notice soon. */
const longestTimer = 3_600_000;

const machineTime: MachineTime = {
  now: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    // A text on its way to a pretended handset keeps no program alive.
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock that runs `speed` times as fast as the machine's. Speed 0 stands still: only `advance` moves it. */
export class SpeedClock implements PracticeClock {
  readonly #machine: MachineTime;
  /** In order of time, and of planning where times are the same. */
  #tasks: Task[] = [];
  #speed: number;
  /** Practice time and machine time of the last change of speed. */
  #base: number;
  #since: number;
  #timer: { readonly task: Task; readonly cancel: () => void } | undefined;

  constructor(
    options: { readonly speed?: number; readonly start?: number; readonly machine?: MachineTime } = {},
  ) {
    this.#machine = options.machine ?? machineTime;
    this.#speed = options.speed ?? 1;
    this.#since = this.#machine.now();
    this.#base = options.start ?? this.#since;
  }

  get speed(): number {
    return this.#speed;
  }

  now(): number {
    return Math.floor(this.#base + (this.#machine.now() - this.#since) * this.#speed);
  }

  /** @param speed 0 or more: 60 makes a minute of every second */
  setSpeed(speed: number): void {
    this.#setTime(this.now());
    this.#speed = speed;
    this.#arm(true);
  }

  /** Moves forward, running on the way what falls due, each at its own time. */
  advance(milliseconds: number): void {
    const target = this.now() + milliseconds;
    for (let task = this.#takeDue(target); task !== undefined; task = this.#takeDue(target)) {
      if (task.time > this.now()) this.#setTime(task.time);
      task.run();
    }
    this.#setTime(target);
    this.#arm(true);
  }

  at(time: number, run: () => void): () => void {
    const task: Task = { time, run, cancelled: false };
    let low = 0;
    for (let high = this.#tasks.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.#tasks[middle]?.time ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    this.#tasks.splice(low, 0, task);
    this.#arm();
    return () => {
      task.cancelled = true;
    };
  }

  /** Calls everything off. */
  stop(): void {
    this.#tasks = [];
    this.#arm();
  }

  #setTime(time: number): void {
    this.#base = time;
    this.#since = this.#machine.now();
  }

  /** The next task that is due at a time, taken out of the plan. */
  #takeDue(time: number): Task | undefined {
    for (let [first] = this.#tasks; first !== undefined && first.time <= time; [first] = this.#tasks) {
      this.#tasks.shift();
      if (!first.cancelled) return first;
    }
    return undefined;
  }

  /** Sets the machine's timer to the first task. */
  #arm(changedSpeed = false): void {
    const [first] = this.#tasks;
    if (!changedSpeed && first !== undefined && this.#timer?.task === first) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (first === undefined || this.#speed === 0) return;
    const milliseconds = Math.max(0, Math.ceil((first.time - this.now()) / this.#speed));
    const cancel = this.#machine.after(Math.min(milliseconds, longestTimer), () => {
      this.#timer = undefined;
      this.#runDue();
    });
    this.#timer = { task: first, cancel };
  }

  #runDue(): void {
    for (let task = this.#takeDue(this.now()); task !== undefined; task = this.#takeDue(this.now()))
      task.run();
    this.#arm();
  }
}
