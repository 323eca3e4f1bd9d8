/**
 * How many texts a second each adapter sends, and what a text costs, beside others doing the same requests:
 *
 *   npm run bench:gateway [-- --rounds 5 --requests 6000 --only json --beside undici]
 *
 * "The same requests" is meant literally: what an adapter writes is recorded once, and `fetch`, axios and bare `undici`
 * (*prepared and unread*) then send exactly that and do not look at the answer: the ceiling, which no program that
 * sends texts can reach. *Written and read by hand* is bare `undici` building each request from number and text and
 * looking whether it was taken, without any of the checks. The adapter builds, reads the key, and judges every answer.
 *
 * Each contender has a process of its own, as the adapter has in the application: in one process they would share the
 * compiled code of undici, and each would pay for the garbage of the one before. They run in thin slices in turn, in an
 * order that changes, so that whatever else the machine does it does to all. Ratios are taken within a round and the
 * median of the rounds is shown, with the smallest and the largest; absolute rates say more about the machine.
 *
 * To see where the time goes: `script/node --cpu-prof --cpu-prof-dir=DIRECTORY test/bench/gateway.ts --only json`
 * writes a profile for each process.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { countRequests, startRawServer } from '../contract/raw-server.ts';
import {
  type Adapter,
  adapters,
  type ContenderName,
  contenderNames,
  inFlight,
  type RecordedRequest,
  send,
} from './gateway-cases.ts';
import type { Measure, Order } from './gateway-contender.ts';

const slices = 10;
const { rounds, requests, only, beside } = readArguments(process.argv.slice(2));

/** What is wanted of an adapter, relative to each of them (docs/gateways.md, section 7). */
const goals: Readonly<Partial<Record<ContenderName, number>>> = {
  'undici, written and read by hand': 0.85,
  fetch: 5,
  axios: 5,
  'clickatell-platform': 4,
};
/** Slow ones do not have to be measured as long. */
const slowShare = 0.4;
const ceiling: ContenderName = 'undici, prepared and unread';

/** What an adapter writes, taken off the wire. */
async function record(adapter: Adapter): Promise<RecordedRequest> {
  const server = await startRawServer({
    onData: ({ socket, received }) => {
      if (countRequests(received) === 1) socket.end(adapter.answer);
    },
  });
  const gateway = adapter.open(`http://127.0.0.1:${server.port}${adapter.path}`);
  await send(gateway, adapter);
  const text = Buffer.from(server.connections[0]?.received ?? '', 'latin1').toString('utf8');
  await gateway.close();
  await server.close();
  const [head = '', requestBody = ''] = text.split('\r\n\r\n');
  const [target = '', ...headerLines] = head.split('\r\n');
  const [method = '', path = ''] = target.split(' ');
  const headers = Object.fromEntries(headerLines.map((line) => line.split(': ', 2) as [string, string]));
  for (const own of ['host', 'connection', 'content-length']) delete headers[own];
  return { method, path, headers, body: requestBody === '' ? undefined : requestBody };
}

interface Contender {
  readonly name: ContenderName;
  readonly share: number;
  run(count: number): Promise<Measure>;
  close(): void;
}

function contendersOf(adapter: Adapter): readonly ContenderName[] {
  return contenderNames.filter((name) => {
    if (name === 'adapter') return true;
    if (beside !== undefined && !name.includes(beside)) return false;
    if (name === 'clickatell-platform') return adapter.path === '/json';
    return adapter.messages.length === 1 || name.startsWith('undici');
  });
}

function openContender(
  name: ContenderName,
  adapter: Adapter,
  recorded: RecordedRequest,
  origin: string,
): Contender {
  const child = fork(fileURLToPath(new URL('gateway-contender.ts', import.meta.url)));
  const tell = (order: Order): boolean => child.send(order);
  tell({ kind: 'open', name, adapter: adapter.name, origin, recorded });
  return {
    name,
    share: name.startsWith('undici') || name === 'adapter' ? 1 : slowShare,
    run: (count) =>
      new Promise((resolve, reject) => {
        const failed = (): void => reject(new Error(`${name} ended`));
        child.once('exit', failed);
        child.once('message', (measure: Measure) => {
          child.off('exit', failed);
          resolve(measure);
        });
        tell({ kind: 'run', requests: count });
      }),
    close: () => child.disconnect(),
  };
}

/** Of one contender in one round. */
interface Round {
  readonly textsPerSecond: number;
  readonly cpuPerText: number;
}

async function compete(
  adapter: Adapter,
  origin: string,
): Promise<ReadonlyMap<ContenderName, readonly Round[]>> {
  const recorded = await record(adapter);
  const contenders = contendersOf(adapter).map((name) => openContender(name, adapter, recorded, origin));
  const texts = adapter.messages.length;
  const count = texts === 1 ? requests : Math.max(inFlight * 4, Math.ceil((requests * 8) / texts));
  const taken = new Map(contenders.map(({ name }) => [name, [] as Round[]]));
  // Round -1 warms up.
  for (let round = -1; round < rounds; round += 1) {
    const sums = new Map(contenders.map(({ name }) => [name, { texts: 0, seconds: 0, cpu: 0 }]));
    for (let slice = 0; slice < slices; slice += 1) {
      for (let turn = 0; turn < contenders.length; turn += 1) {
        const contender = contenders[(turn + slice) % contenders.length];
        const sum = contender === undefined ? undefined : sums.get(contender.name);
        if (contender === undefined || sum === undefined) continue;
        const part = Math.ceil((count * contender.share) / slices);
        const { seconds, cpu } = await contender.run(part);
        sum.texts += part * texts;
        sum.seconds += seconds;
        sum.cpu += cpu;
      }
    }
    if (round < 0) continue;
    for (const [name, sum] of sums) {
      taken.get(name)?.push({ textsPerSecond: sum.texts / sum.seconds, cpuPerText: sum.cpu / sum.texts });
    }
  }
  for (const contender of contenders) contender.close();
  return taken;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const faster = (one: Round, other: Round): number => one.textsPerSecond / other.textsPerSecond;
const cheaper = (one: Round, other: Round): number => other.cpuPerText / one.cpuPerText;

/** How one stands to another, round by round. */
function ratios(
  one: readonly Round[],
  other: readonly Round[],
  by: (one: Round, other: Round) => number,
): readonly number[] {
  return one.flatMap((each, round) => {
    const beside = other[round];
    return beside === undefined ? [] : [by(each, beside)];
  });
}

const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;

const columns = [
  '32 in flight',
  'texts/s',
  'CPU µs/text',
  'adapter is',
  'smallest–largest',
  'by CPU',
  'goal',
  'bare undici is',
  'by CPU',
];

function rowsOf(adapter: Adapter, taken: ReadonlyMap<ContenderName, readonly Round[]>): string[][] {
  const own = taken.get('adapter') ?? [];
  const bare = taken.get(ceiling) ?? [];
  return [...taken].map(([name, of]) => {
    const figures = [
      Math.round(median(of.map((each) => each.textsPerSecond))).toLocaleString('en'),
      median(of.map((each) => each.cpuPerText)).toFixed(adapter.messages.length > 1 ? 2 : 1),
    ];
    if (name === 'adapter') return [adapter.name, ...figures, '', '', '', '', '', ''];
    const speed = ratios(own, of, faster);
    const goal = goals[name];
    const reachable = name === ceiling ? [] : ratios(bare, of, faster);
    return [
      `  ${name}`,
      ...figures,
      times(median(speed)),
      `${Math.min(...speed).toFixed(2)}–${Math.max(...speed).toFixed(2)}`,
      times(median(ratios(own, of, cheaper))),
      goal === undefined ? '' : `${times(goal)} ${standing(goal, median(speed), median(reachable))}`,
      ...(reachable.length === 0
        ? ['', '']
        : [times(median(reachable)), times(median(ratios(bare, of, cheaper)))]),
    ];
  });
}

/** A goal that bare undici does not reach either is out of reach for whatever sits on it. */
function standing(goal: number, reached: number, reachable: number): string {
  if (reached >= goal) return 'met';
  return reachable < goal ? 'out of reach' : 'not met';
}

async function startServer(): Promise<{ readonly child: ChildProcess; readonly origin: string }> {
  const sendPaths = {
    '/json': '/messages',
    '/xml': '/messages',
    '/many': '/messages',
    '/http': '/messages/http/send',
    '/personal': '/messages/rest/bulk',
    '/post': '/http/sendmsg',
    '/get': '/http/sendmsg',
    '/list': '/http/sendmsg',
  } as const;
  const answers = Object.fromEntries(
    adapters.map(({ path, answer }) => [path + sendPaths[path as keyof typeof sendPaths], answer]),
  );
  const file = fileURLToPath(new URL('answering-server.ts', import.meta.url));
  const child = spawn(process.execPath, [file, JSON.stringify(answers)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: process.env,
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, origin: `http://127.0.0.1:${port}` };
}

function readArguments(given: readonly string[]) {
  const value = (name: string): string | undefined => {
    const at = given.indexOf(`--${name}`);
    return at === -1 ? undefined : given[at + 1];
  };
  return {
    rounds: Number(value('rounds') ?? 5),
    requests: Number(value('requests') ?? 6_000),
    only: value('only'),
    beside: value('beside'),
  };
}

async function run(): Promise<void> {
  const { child, origin } = await startServer();
  const rows: string[][] = [];
  try {
    for (const adapter of adapters) {
      if (only !== undefined && !`${adapter.path}/`.includes(`/${only}/`)) continue;
      rows.push(...rowsOf(adapter, await compete(adapter, origin)));
    }
  } finally {
    child.disconnect();
  }
  print(columns, rows);
}

function print(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  for (const row of [head, ...rows]) {
    console.log(
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('   '),
    );
  }
}

await run();
