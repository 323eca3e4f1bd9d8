/**
 * R2. Every write and every sync of the program is recorded around every request and every confirmation; at each of these
 * moments the power fails, once with nothing but what was synced, then with random sectors of the rest. Each of the files
 * that are left is opened and asked what the next start would do. `kill -9` cannot show this: there the system's cache
 * survives.
 */
import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeServer, startPracticeServer } from '../../electron/practice/server.ts';
import type { PowerCutChild } from './power-cut-child.ts';
import { seededRandom } from './random.ts';
import { cannotTrace, straceArguments, TracedDisk } from './traced-disk.ts';

const whyNot = process.platform === 'linux' ? cannotTrace() : 'strace is a tool of Linux';
if (whyNot !== undefined) console.warn(`R2 IS NOT SHOWN HERE: power cuts are skipped. ${whyNot}`);
const submissions = process.env.OUTTRAY_LONG === undefined ? 40 : 400;
const tornImages = 2;

interface Found {
  moments: number;
  images: number;
  corrupt: number;
  /** On the wire, and the next start would send it again. */
  sentAgain: number;
  /** Confirmed to the person, and not there any more. */
  confirmedAndLost: number;
  syncs: number;
  texts: number;
}

let practice: PracticeServer;
beforeAll(async () => {
  practice = await startPracticeServer({});
});
afterAll(() => practice.stop());

describe.skipIf(whyNot !== undefined)('power cut at every request and every confirmation', () => {
  for (const autocheckpoint of [1000, 50]) {
    test(`autocheckpoint ${autocheckpoint}: nothing corrupt, nothing sent again, nothing confirmed lost`, async () => {
      const found = await replay({ autocheckpoint, synchronous: 'FULL' });
      console.log(`FULL, autocheckpoint ${autocheckpoint}: ${JSON.stringify(found)}`);
      expect(found).toMatchObject({ corrupt: 0, sentAgain: 0, confirmedAndLost: 0 });
      expect(found.moments).toBeGreaterThan(submissions);
    }, 300_000);

    test(`control: with synchronous=NORMAL, autocheckpoint ${autocheckpoint}, texts would be sent again`, async () => {
      const found = await replay({ autocheckpoint, synchronous: 'NORMAL' });
      console.log(`NORMAL, autocheckpoint ${autocheckpoint}: ${JSON.stringify(found)}`);
      expect(found.sentAgain + found.confirmedAndLost).toBeGreaterThan(0);
      expect(found.confirmedAndLost).toBeGreaterThan(0);
    }, 300_000);
  }
});

async function replay(how: Pick<PowerCutChild, 'autocheckpoint' | 'synchronous'>): Promise<Found> {
  const directory = mkdtempSync(join(tmpdir(), 'outtray-power-cut-'));
  try {
    const data = join(directory, 'data');
    const trace = join(directory, 'trace');
    const task: PowerCutChild = {
      ...how,
      path: join(data, 'outbox.db'),
      url: practice.url,
      key: practice.key,
      submissions,
    };
    await runTraced(task, trace);
    return await cutEverywhere(data, trace, directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function runTraced(task: PowerCutChild, trace: string): Promise<void> {
  const child = spawn(
    'strace',
    [
      ...straceArguments,
      '-o',
      trace,
      process.execPath,
      fileURLToPath(new URL('power-cut-child.ts', import.meta.url)),
      JSON.stringify(task),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => {
      if (code === 0) done();
      else fail(new Error(`the traced program ended with ${code}:\n${said}`));
    });
  });
}

async function cutEverywhere(data: string, trace: string, directory: string): Promise<Found> {
  const disk = new TracedDisk(data);
  const random = seededRandom(20_260_101);
  const onTheWire = new Set<string>();
  const confirmed = new Set<string>();
  const found: Found = {
    moments: 0,
    images: 0,
    corrupt: 0,
    sentAgain: 0,
    confirmedAndLost: 0,
    syncs: 0,
    texts: 0,
  };
  let syncsSeen = -1;
  let durable: ReadonlyMap<string, string> | undefined;
  for await (const line of createInterface({ input: createReadStream(trace, 'latin1') })) {
    const event = disk.follow(line);
    if (event === undefined) continue;
    if (event.kind === 'syncing') found.syncs += 1;
    if (event.kind === 'said') {
      for (const match of event.text.matchAll(/^ACK (\d+)$/gm)) confirmed.add(match[1] ?? '');
      if (!event.text.startsWith('ACK ')) continue;
    }
    if (event.kind === 'sent') {
      const body = event.bytes.toString('utf8');
      if (!body.includes('POST /messages')) continue;
      const document = JSON.parse(body.slice(body.indexOf('\r\n\r\n') + 4)) as { to: readonly string[] };
      for (const number of document.to) onTheWire.add(number);
    }
    found.moments += 1;
    if (disk.syncs !== syncsSeen) {
      syncsSeen = disk.syncs;
      durable = open(disk.image(() => false));
    }
    judge(durable);
    for (let torn = 0; disk.hasUnsynced && torn < tornImages; torn += 1) {
      judge(open(disk.image(() => random() < 0.5)));
    }
    // The power also fails while the disk is at it, a checkpoint in the middle of the file included.
    if (event.kind === 'syncing') event.finish();
  }
  found.texts = onTheWire.size;
  expect(confirmed.size).toBe(onTheWire.size);
  return found;

  /** What the next start would find: the state of each number. Undefined: a file that cannot be read. */
  function open(files: ReadonlyMap<string, Buffer>): ReadonlyMap<string, string> | undefined {
    const cut = mkdtempSync(join(directory, 'cut-'));
    for (const [path, bytes] of files) {
      const name = path.slice(data.length + 1);
      if (!name.includes('/')) writeFileSync(join(cut, name), bytes);
    }
    try {
      const database = new Sqlite(join(cut, 'outbox.db'));
      try {
        if (database.pragma('integrity_check', { simple: true }) !== 'ok') return undefined;
        // Cut before the first migration was on the disk: a new file, and nothing was confirmed yet.
        const tables = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'message'`).all();
        if (tables.length === 0) return new Map();
        const rows = database.prepare('SELECT recipient, state FROM message').all() as {
          recipient: string;
          state: string;
        }[];
        return new Map(rows.map(({ recipient, state }) => [recipient.slice(1), state]));
      } finally {
        database.close();
      }
    } catch (error) {
      console.log(String(error));
      return undefined;
    } finally {
      rmSync(cut, { recursive: true });
    }
  }

  function judge(states: ReadonlyMap<string, string> | undefined): void {
    found.images += 1;
    if (states === undefined) {
      found.corrupt += 1;
      return;
    }
    for (const number of onTheWire) if (states.get(number) === 'queued') found.sentAgain += 1;
    for (const number of confirmed) if (!states.has(number)) found.confirmedAndLost += 1;
  }
}
