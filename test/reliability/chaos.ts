/**
 * R1. The real application is killed at random moments while it takes and sends single texts, lists and quick-sends; the
 * pretend Clickatell, in a process of its own, remembers what reached it. At the end every text is accounted for: what was
 * confirmed to the person against what is in the outbox, and what is in the outbox against what the server received.
 *
 *     npm run chaos -- --kills 1000 [--seed N] [--rule sending-is-queued-again]
 *
 * Without `--rule` it ends with 1 when something was lost or sent twice. With it, a rule is broken on purpose between kill
 * and restart (in the database, where the rule would act: the program has no such switch), and it ends with 1 when nothing
 * was sent twice.
 */
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Sqlite from 'better-sqlite3';
import { defaultLimits } from '../../electron/core/outbox/dispatcher.ts';
import type { Fault } from '../../electron/practice/faults.ts';
import { eventually } from '../desktop/eventually.ts';
import { startGateway } from '../desktop/gateway.ts';
import { sendAtOnce } from '../desktop/launch.ts';
import type { DevToolsPage } from './dev-tools-page.ts';
import { KillableApplication } from './killable-application.ts';
import { seededRandom } from './random.ts';
import { sendingIsQueuedAgain } from './rules-broken-on-purpose.ts';

export interface ChaosOptions {
  readonly kills: number;
  readonly seed: number;
  readonly rule?: 'sending-is-queued-again' | undefined;
  readonly log?: (line: string) => void;
}

/** What it came to. The first three have to be 0. */
export interface ChaosLedger {
  /** Confirmed to the person and not in the outbox, or waiting for ever, or *taken* although nothing arrived. */
  readonly lost: number;
  /** Arrived more than once; nobody ever said *send again*. */
  readonly sentTwice: number;
  /** Arrived or in the outbox without having been asked for. */
  readonly unexpected: number;
  readonly kills: number;
  readonly submissions: number;
  readonly texts: number;
  readonly requests: number;
  readonly arrived: number;
  /** *Maybe sent* because the program was killed; of these arrived; most after one kill. */
  readonly interrupted: number;
  readonly interruptedAndArrived: number;
  readonly mostInterruptedAtOnce: number;
  /** *Maybe sent* because an answer got lost on the line. */
  readonly unanswered: number;
  readonly seconds: number;
}

/** As many as can be under way at once: requests × texts in a request. */
export const mostInFlight = defaultLimits.concurrency * defaultLimits.batchSize;

interface Submission {
  readonly id: string;
  readonly body: string;
  readonly recipients: readonly string[];
  /** Goes the way of the quick-send window: kept as a draft first, which becomes the submission. */
  readonly quick: boolean;
  confirmed: boolean;
}

/** When a run is killed, in turn: the rest is luck, but no run of a few kills may miss what is looked for. */
const moments = ['any', 'under-way', 'any', 'under-way', 'starting', 'under-way', 'any'] as const;

const key = 'q7Zt-chaos-Vh3mXw0123==';

/** @throws when the application does not start or does not come to rest */
export async function runChaos({ kills, seed, rule, log = () => {} }: ChaosOptions): Promise<ChaosLedger> {
  const started = performance.now();
  const random = seededRandom(seed);
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const gateway = await startGateway({ key });
  const userData = mkdtempSync(join(tmpdir(), 'outtray-chaos-'));
  // With the time in which sending can be taken back nothing would be under way: a run is over sooner.
  sendAtOnce(userData);
  const submissions: Submission[] = [];
  /** How often each text arrived whole, by body and number. */
  const arrivals = new Map<string, number>();
  let requests = 0;
  let running: KillableApplication | undefined;

  async function collect(): Promise<void> {
    const received = await eventually('the server has done with what it received', async () => {
      const all = await gateway.sendRequests();
      return all.every(({ points }) => points.includes('answered') || points.includes('gone'))
        ? all
        : undefined;
    });
    for (const request of received) {
      if (!request.points.includes('body')) continue;
      requests += 1;
      const { content, to } = JSON.parse(request.body) as { content: string; to: readonly string[] };
      for (const number of to) {
        const text = `${content} ${number}`;
        arrivals.set(text, (arrivals.get(text) ?? 0) + 1);
      }
    }
    await gateway.forget();
  }

  function newSubmission(): Submission {
    const number = submissions.length + 1;
    const kind = between(1, 10);
    const recipients = kind <= 7 ? 1 : kind <= 9 ? between(2, 20) : between(60, 100);
    const submission: Submission = {
      id: randomUUID(),
      body: `chaos ${number}`,
      recipients: Array.from({ length: recipients }, (_, index) => `+2782${String(1_000_000 + index)}`),
      quick: kind <= 4,
      confirmed: false,
    };
    submissions.push(submission);
    return submission;
  }

  /** Submits until the process is gone, or so many times. */
  async function feed(page: DevToolsPage, times: number): Promise<void> {
    try {
      // What a kill left open is sent again as a person would: the form, or the draft, still has the same id.
      for (const open of submissions.filter(({ confirmed }) => !confirmed).slice(-2))
        await submit(page, open);
      for (let count = 0; count < times; count += 1) await submit(page, newSubmission());
    } catch (error) {
      if (running?.runs === true) throw error;
      // Killed meanwhile.
    }
  }

  try {
    running = KillableApplication.start({ userData, gateway: gateway.url });
    const first = await running.page();
    await first.call('credentials.set', { key, allowWeakStore: true });
    await running.quit();

    for (let kill = 1; kill <= kills; kill += 1) {
      await gateway.script(Array.from({ length: 80 }, () => anyFault(between)));
      running = KillableApplication.start({ userData, gateway: gateway.url });
      const moment = moments[kill % moments.length] ?? 'any';
      if (moment === 'starting') {
        // Before anything can be fed.
        await pause(between(0, 700));
        await running.kill();
      } else {
        const page = await running.page();
        // Counted in submissions, not in milliseconds, so that a slow machine is killed just as deep in its work.
        await feed(page, between(0, 6));
        const last = feed(page, between(1, 3));
        if (moment === 'under-way') {
          // The server has it whole and takes its time.
          await gateway.reached('body', { request: between(1, 3), timeout: 3_000 });
          await pause(between(0, 40));
        } else await pause(between(0, 250));
        await running.kill();
        await last;
        page.close();
      }
      await collect();
      if (rule === 'sending-is-queued-again')
        change(join(userData, 'live', 'outbox.db'), sendingIsQueuedAgain);
      if (kill % 20 === 0 || kill === kills) {
        log(`${kill} kills, ${submissions.length} submissions, ${sum(arrivals)} texts arrived`);
      }
    }

    running = KillableApplication.start({ userData, gateway: gateway.url });
    const page = await running.page();
    for (const open of submissions.filter(({ confirmed }) => !confirmed)) await submit(page, open);
    await eventually(
      'the outbox comes to rest',
      async () => {
        const { counts, sending } = await page.call('app.status', undefined);
        if (sending.state !== 'running') await page.call('sending.resume', undefined);
        return counts.waiting === 0 && counts.sending === 0 ? true : undefined;
      },
      { timeout: 600_000, every: 300 },
    );
    page.close();
    await running.quit();
    await collect();
    return {
      ...account(userData, submissions, arrivals),
      kills,
      submissions: submissions.length,
      requests,
      arrived: sum(arrivals),
      seconds: Math.round((performance.now() - started) / 1_000),
    };
  } finally {
    await running?.kill();
    await gateway.stop();
    if (process.env.OUTTRAY_KEEP === undefined)
      rmSync(userData, { recursive: true, force: true, maxRetries: 5 });
    else log(`kept ${userData}`);
  }
}

/** The same kills in two worlds at a time, which have nothing in common but the machine. */
export async function runChaosTwice(options: ChaosOptions): Promise<ChaosLedger> {
  const half = Math.ceil(options.kills / 2);
  const [one, other] = await Promise.all([
    runChaos({ ...options, kills: half }),
    runChaos({ ...options, kills: options.kills - half, seed: options.seed + 1 }),
  ]);
  const added = Object.entries(one).map(([name, value]: [string, number]) => [
    name,
    value + other[name as keyof ChaosLedger],
  ]);
  return {
    ...(Object.fromEntries(added) as unknown as ChaosLedger),
    mostInterruptedAtOnce: Math.max(one.mostInterruptedAtOnce, other.mostInterruptedAtOnce),
    seconds: Math.max(one.seconds, other.seconds),
  };
}

async function submit(page: DevToolsPage, submission: Submission): Promise<void> {
  if (submission.quick) {
    await page.call('draft.save', {
      to: submission.recipients[0] ?? '',
      body: submission.body,
      submissionId: submission.id,
    });
  }
  await page.call('sending.submit', {
    submissionId: submission.id,
    recipients: [...submission.recipients],
    body: submission.body,
  });
  submission.confirmed = true;
}

/** Mostly a server that takes its time, so that there is something under way when the kill comes. */
function anyFault(between: (low: number, high: number) => number): Fault {
  const luck = between(1, 100);
  if (luck <= 90) return { kind: 'delay', milliseconds: between(20, 250) };
  if (luck <= 93) return { kind: 'drop-answer' };
  if (luck <= 96) return { kind: 'reset-after-body', taken: true };
  return { kind: 'none' };
}

/** Clickatell has it, whatever became of it afterwards: reports come in while this runs. */
const taken = new Set(['accepted', 'delivered', 'undelivered', 'status_unknown']);

/** Holds what was confirmed, what is in the outbox and what arrived against each other. */
function account(
  userData: string,
  submissions: readonly Submission[],
  arrivals: ReadonlyMap<string, number>,
): Pick<
  ChaosLedger,
  | 'lost'
  | 'sentTwice'
  | 'unexpected'
  | 'texts'
  | 'interrupted'
  | 'interruptedAndArrived'
  | 'mostInterruptedAtOnce'
  | 'unanswered'
> {
  const database = new Sqlite(join(userData, 'live', 'outbox.db'), { readonly: true });
  const rows = database.prepare('SELECT recipient, body, state, error_code FROM message').all() as {
    recipient: string;
    body: string;
    state: string;
    error_code: string | null;
  }[];
  const mostInterruptedAtOnce = database
    .prepare(
      `SELECT coalesce(max(total), 0) FROM (
         SELECT count(*) AS total FROM message
         JOIN attempt_message ON message_id = message.id AND attempt_message.attempt_no = message.attempt_no
         JOIN attempt ON attempt.id = attempt_id
         WHERE error_code = 'interrupted' GROUP BY run_id)`,
    )
    .pluck()
    .get() as number;
  database.close();

  const asked = new Set(
    submissions.flatMap(({ body, recipients }) => recipients.map((number) => `${body} ${number.slice(1)}`)),
  );
  let lost = 0;
  let unexpected = 0;
  let interrupted = 0;
  let interruptedAndArrived = 0;
  let unanswered = 0;
  const kept = new Set<string>();
  for (const { recipient, body, state, error_code: code } of rows) {
    const text = `${body} ${recipient.slice(1)}`;
    if (!asked.has(text) || kept.has(text)) unexpected += 1;
    kept.add(text);
    const arrived = (arrivals.get(text) ?? 0) > 0;
    if (state === 'in_doubt') {
      if (code === 'interrupted') {
        interrupted += 1;
        if (arrived) interruptedAndArrived += 1;
      } else unanswered += 1;
    } else if (!taken.has(state) || !arrived) lost += 1;
  }
  for (const text of asked) if (!kept.has(text)) lost += 1;
  for (const text of arrivals.keys()) if (!asked.has(text)) unexpected += 1;
  return {
    lost,
    sentTwice: [...arrivals.values()].filter((times) => times > 1).length,
    unexpected,
    texts: rows.length,
    interrupted,
    interruptedAndArrived,
    mostInterruptedAtOnce,
    unanswered,
  };
}

/**
 * As if the program had written it before it was killed: the change stays in the log. Closing the last connection would move
 * the log into the file, and the next start would see that somebody else had the file open, and hold everything.
 */
export function change(file: string, statement: string): void {
  const database = new Sqlite(file);
  database.pragma('synchronous = FULL');
  database.exec(statement);
  const parts = ['', '-wal'].map((end) => `${file}${end}`).filter((part) => existsSync(part));
  for (const part of parts) copyFileSync(part, `${part}.aside`);
  database.close();
  for (const part of parts) renameSync(`${part}.aside`, part);
  rmSync(`${file}-shm`, { force: true });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() & 0x7fffffff) },
      rule: { type: 'string' },
    },
  });
  const rule = values.rule === undefined ? undefined : 'sending-is-queued-again';
  if (values.rule !== rule) throw new Error(`--rule: ${rule} is the only one`);
  console.log(`seed ${values.seed}`);
  const ledger = await runChaosTwice({
    kills: Number(values.kills),
    seed: Number(values.seed),
    rule,
    log: (line) => console.log(line),
  });
  for (const [name, value] of Object.entries(ledger)) console.log(`  ${name.padEnd(24)}${value}`);
  console.log(`  ${'mostInFlight'.padEnd(24)}${mostInFlight}`);
  const kept = ledger.lost === 0 && ledger.sentTwice === 0 && ledger.unexpected === 0;
  const inDoubtWithinFlight = ledger.mostInterruptedAtOnce <= mostInFlight;
  process.exitCode = (rule === undefined ? kept && inDoubtWithinFlight : ledger.sentTwice > 0) ? 0 : 1;
}
