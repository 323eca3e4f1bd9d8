/**
 * How fast the outbox is beside what the machine allows, and beside a quick loop somebody would write by hand:
 *
 *   npm run bench:outbox [-- --rounds 5 --texts 20000 --only delayed,speed,syncs,durability,quick,stall,grown,memory --gate]
 *
 * Every measurement runs in a process of its own, the server in another. What is compared is measured in turn within a
 * round, and the median of the rounds' ratios is held against its gate: absolute figures say more about the machine.
 * `--gate` ends with an error when one is missed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figures, Measurement } from './outbox-measure.ts';

const given = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = given.indexOf(`--${name}`);
  return at === -1 ? undefined : given[at + 1];
};
const rounds = Number(option('rounds') ?? 5);
const texts = Number(option('texts') ?? 20_000);
const history = Number(option('history') ?? 1_000_000);
const many = Number(option('many') ?? 1_000_000);
const only = option('only')?.split(',');
const roundTrip = 150;

interface Gate {
  readonly name: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit?: string;
}
const gates: Gate[] = [];

interface Way {
  readonly name: string;
  readonly concurrency: number;
  readonly perRequest: number;
}
const ways: readonly Way[] = [
  { name: '1 in flight', concurrency: 1, perRequest: 1 },
  { name: '8 in flight', concurrency: 8, perRequest: 1 },
  { name: '32 in flight', concurrency: 32, perRequest: 1 },
  { name: 'bulk 50, 1 in flight', concurrency: 1, perRequest: 50 },
  { name: 'bulk 100, 4 in flight', concurrency: 4, perRequest: 100 },
];
type Wanted = Pick<Measurement, 'kind' | 'concurrency' | 'perRequest'> & Partial<Measurement>;

const measureFile = fileURLToPath(new URL('outbox-measure.ts', import.meta.url));

async function startServer(
  delay: number,
): Promise<{ readonly child: ChildProcess; readonly origin: string }> {
  const file = fileURLToPath(new URL('sms-server.ts', import.meta.url));
  const child = spawn(process.execPath, [file, String(delay)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, origin: `http://127.0.0.1:${port}` };
}

function measure(origin: string, wanted: Wanted, under: readonly string[] = []): Figures {
  const measurement: Measurement = { texts, synchronous: 'FULL', ...wanted, origin };
  const command = [
    ...under,
    process.execPath,
    '--expose-gc',
    '--no-warnings',
    measureFile,
    JSON.stringify(measurement),
  ];
  const run = spawnSync(command[0] ?? '', command.slice(1), { encoding: 'utf8', maxBuffer: 1 << 26 });
  const line = run.stdout.trim().split('\n').at(-1);
  if (run.status !== 0 || line === undefined || line === '') {
    throw new Error(`${wanted.kind} ended with ${run.status}: ${run.stderr}`);
  }
  return JSON.parse(line) as Figures;
}

/** `fdatasync` and `fsync` between the two markers, for each text. Undefined where there is no strace. */
function countSyncs(origin: string, wanted: Wanted): number | undefined {
  if (spawnSync('strace', ['-V']).status !== 0) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'outtray-strace-'));
  try {
    const file = join(directory, 'calls');
    const traced = 'trace=fsync,fdatasync,access,faccessat,faccessat2';
    measure(origin, wanted, ['strace', '-f', '-qq', '-e', traced, '-o', file]);
    const calls = readFileSync(file, 'utf8').split('\n');
    const from = calls.findIndex((call) => call.includes('/outtray-bench-begin'));
    const to = calls.findIndex((call) => call.includes('/outtray-bench-end'));
    const syncs = calls.slice(from, to).filter((call) => /\b(fsync|fdatasync)\(/.test(call)).length;
    return syncs / (wanted.texts ?? texts);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The median over the rounds of a ratio taken within each. */
function ratio(of: readonly Figures[], to: readonly Figures[], read: (figures: Figures) => number): number {
  return median(of.map((figures, round) => read(figures) / read(to[round] ?? figures)));
}
const speed = (figures: Figures): number => figures.textsPerSecond;
const cpu = (figures: Figures): number => figures.cpuPerText;
const show = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(3));

function note(text: string): void {
  process.stdout.write(`  ${text}\n`);
}

/** Several measurements in turn, round by round. */
function inTurn<K extends string>(
  origin: string,
  wanted: Readonly<Record<K, Wanted>>,
  count = rounds,
): Record<K, Figures[]> {
  const names = Object.keys(wanted) as K[];
  const result = Object.fromEntries(names.map((name) => [name, [] as Figures[]])) as Record<K, Figures[]>;
  for (let round = 0; round < count; round += 1) {
    for (const name of names) result[name].push(measure(origin, wanted[name]));
  }
  return result;
}

const parts: Readonly<Record<string, (origins: { readonly fast: string; readonly slow: string }) => void>> = {
  /**
   * Gate 1. The round trip is what bare requests take in the same round: the server's 150 ms, and what its timer, the sockets
   * and whatever else the machine is doing add.
   */
  delayed({ slow }) {
    for (const { name, concurrency, perRequest } of ways) {
      if (perRequest === 50) continue;
      const way = { concurrency, perRequest, texts: Math.max(40, concurrency * perRequest * 40) };
      const runs = inTurn(slow, {
        outtray: { kind: 'outtray', ...way },
        reference: { kind: 'reference', ...way },
        http: { kind: 'http', ...way },
      });
      const roundTripSeen = (concurrency * perRequest * 1_000) / median(runs.http.map(speed));
      note(
        `${name}: a round trip takes ${show(roundTripSeen)} ms; the reference loop reaches ` +
          show(ratio(runs.reference, runs.http, speed)),
      );
      gates.push({
        name: `${roundTrip} ms server, ${name}: of concurrency / round trip`,
        value: ratio(runs.outtray, runs.http, speed),
        atLeast: perRequest === 1 ? 0.95 : 0.9,
      });
    }
  },

  /** Gates 2 and 4. */
  speed({ fast }) {
    for (const { name, concurrency, perRequest } of ways) {
      const way = {
        concurrency,
        perRequest,
        texts: concurrency === 1 && perRequest === 1 ? texts / 4 : texts,
      };
      const runs = inTurn(fast, {
        outtray: { kind: 'outtray', ...way },
        reference: { kind: 'reference', ...way },
        http: { kind: 'http', ...way },
        database: { kind: 'database', ...way },
      });
      const bound = runs.http.map((http, round) => {
        const database = runs.database[round] ?? http;
        return { ...http, textsPerSecond: 1 / (1 / speed(http) + 1 / speed(database)) };
      });
      note(
        `${name}: ${show(median(runs.outtray.map(speed)))} texts/s, ${show(median(runs.outtray.map(cpu)))} µs CPU; ` +
          `reference ${show(median(runs.reference.map(speed)))} texts/s, ${show(median(runs.reference.map(cpu)))} µs; ` +
          `serial bound ${show(median(bound.map(speed)))} texts/s`,
      );
      gates.push(
        {
          name: `no delay, ${name}: of the serial bound`,
          value: ratio(runs.outtray, bound, speed),
          atLeast: concurrency === 1 && perRequest === 1 ? 0.75 : 0.5,
        },
        {
          name: `no delay, ${name}: of the reference loop`,
          value: ratio(runs.outtray, runs.reference, speed),
          atLeast: 1,
        },
        {
          name: `CPU, ${name}: of the reference loop`,
          value: ratio(runs.outtray, runs.reference, cpu),
          atMost: 2,
        },
      );
    }
    const way = { concurrency: 32, perRequest: 1, texts: Math.min(texts, 10_000) };
    const runs = inTurn(fast, {
      outtray: { kind: 'outtray', ...way },
      fetch: { kind: 'fetch', ...way },
      axios: { kind: 'axios', ...way },
    });
    for (const other of ['fetch', 'axios'] as const) {
      gates.push({
        name: `32 in flight, of a loop of ${other} without a database`,
        value: ratio(runs.outtray, runs[other], speed),
        atLeast: 2,
      });
    }
  },

  /** Gate 3, syncs. */
  syncs({ fast }) {
    const most = [1.3, 0.3, 0.1, 0.05, 0.05];
    for (const [index, { name, concurrency, perRequest }] of ways.entries()) {
      const count = concurrency * perRequest === 1 ? 1_000 : 5_000;
      const syncs = countSyncs(fast, { kind: 'outtray', concurrency, perRequest, texts: count });
      if (syncs === undefined) {
        note('no strace here: syncs were not counted');
        return;
      }
      gates.push({ name: `syncs a text, ${name}`, value: syncs, atMost: most[index] ?? 0 });
    }
  },

  /** Gate 3, FULL beside NORMAL. */
  durability({ fast }) {
    const way = { kind: 'outtray', concurrency: 32, perRequest: 1 } as const;
    const runs = inTurn(fast, { full: way, normal: { ...way, synchronous: 'NORMAL' } });
    gates.push({
      name: 'FULL of NORMAL, 32 in flight',
      value: ratio(runs.full, runs.normal, speed),
      atLeast: 0.75,
    });
  },

  /** Gate 5. */
  quick({ fast }) {
    const runs = inTurn(fast, { quick: { kind: 'quick-send', concurrency: 4, perRequest: 50, texts: 600 } });
    const of = (name: string): number => median(runs.quick.map((figures) => figures[name] ?? Number.NaN));
    note(`one write that reaches the disk: ${show(of('raw'))} ms`);
    const unit = '× that write';
    gates.push(
      { name: 'quick-send, click to disk, p95', value: of('enqueueP95'), atMost: 10, unit },
      { name: 'quick-send, click to taken, p95', value: of('markedP95'), atMost: 30, unit },
    );
  },

  /** Gate 7, stalls and the log's size. */
  stall({ fast }) {
    for (const { name, concurrency, perRequest } of ways.slice(2)) {
      const runs = inTurn(fast, { outtray: { kind: 'outtray', concurrency, perRequest } });
      const of = (read: (figures: Figures) => number): number => median(runs.outtray.map(read));
      gates.push(
        { name: `stall p99, ${name}`, value: of((figures) => figures.stallP99), atMost: 16, unit: 'ms' },
        { name: `stall worst, ${name}`, value: of((figures) => figures.stallWorst), atMost: 60, unit: 'ms' },
        { name: `log, ${name}`, value: of((figures) => figures.walMegabytes), atMost: 16, unit: 'MB' },
      );
    }
  },

  /** What a text costs with a long history. */
  grown({ fast }) {
    const way = { kind: 'grown', concurrency: 4, perRequest: 50, texts: 5_000 } as const;
    const runs = inTurn(
      fast,
      { small: { ...way, history: 1_000 }, large: { ...way, history } },
      Math.min(rounds, 3),
    );
    gates.push({
      name: `CPU a text with ${history.toLocaleString('en')} in history, of that with 1,000`,
      value: ratio(runs.large, runs.small, cpu),
      atMost: 1.2,
    });
  },

  /** Gate 7, memory. */
  memory({ fast }) {
    const runs = inTurn(
      fast,
      { outtray: { kind: 'memory', concurrency: 4, perRequest: 100, texts: many } },
      1,
    );
    gates.push({
      name: `memory over ${many.toLocaleString('en')} texts, end of beginning`,
      value: median(runs.outtray.map((figures) => figures.growth ?? Number.NaN)),
      atMost: 1.1,
    });
  },
};

function isMet({ value, atLeast, atMost }: Gate): boolean {
  return value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);
}

const fast = await startServer(0);
const slow = await startServer(roundTrip);
try {
  for (const [name, part] of Object.entries(parts)) {
    if (only !== undefined && !only.includes(name)) continue;
    process.stdout.write(`${name}\n`);
    const before = gates.length;
    part({ fast: fast.origin, slow: slow.origin });
    for (const gate of gates.slice(before)) {
      const bound = gate.atLeast === undefined ? `≤ ${gate.atMost}` : `≥ ${gate.atLeast}`;
      note(
        `${isMet(gate) ? 'met   ' : 'MISSED'} ${gate.name}: ${show(gate.value)} (${bound}${gate.unit === undefined ? '' : ` ${gate.unit}`})`,
      );
    }
  }
} finally {
  fast.child.disconnect();
  slow.child.disconnect();
}
const missed = gates.filter((gate) => !isMet(gate)).length;
process.stdout.write(`${gates.length - missed} of ${gates.length} gates met\n`);
process.exit(given.includes('--gate') && missed > 0 ? 1 : 0);
