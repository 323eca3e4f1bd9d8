import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeDatabase, openDatabase, type WriteDatabase } from '../../db/open.ts';
import { AccountStore } from '../../db/stores/accounts.ts';
import { SqliteOutboxStore } from '../../db/stores/outbox.ts';
import { SqliteRecurrenceStore } from '../../db/stores/recurrences.ts';
import { dueOccurrence, RecurringTexts } from './recurring-texts.ts';

const zone = 'Europe/Berlin';
const at = (local: string): number => Temporal.ZonedDateTime.from(`${local}[${zone}]`).epochMilliseconds;
const hour = 3_600_000;

let directory: string;
let database: WriteDatabase;
let store: SqliteRecurrenceStore;
let now: number;
let timer: { at: number; run: () => void } | undefined;
let texts: RecurringTexts;
let accountId: number;
let references = 0;
const newRef = (): string => String(++references).padStart(26, '0');
let outbox: SqliteOutboxStore;

beforeEach(() => {
  now = at('2027-03-01T12:00');
  directory = mkdtempSync(join(tmpdir(), 'outtray-recurring-'));
  database = openDatabase(join(directory, 'outbox.db'));
  outbox = new SqliteOutboxStore(database, { runId: 'run', now: () => now, newRef });
  store = new SqliteRecurrenceStore(database);
  accountId = new AccountStore(database).create({ label: 'Test', family: 'platform' }, 0).id;
  timer = undefined;
  texts = open();
});
afterEach(async () => {
  await texts.stop();
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

function open(
  submit = (submission: Parameters<SqliteOutboxStore['submit']>[0]) => outbox.submit(submission),
): RecurringTexts {
  return new RecurringTexts({
    store,
    submit: (submission) => submit({ ...submission, clearsDraft: undefined }),
    newRef,
    clock: { now: () => now, monotonic: () => now },
    timers: {
      after(milliseconds, run) {
        const mine = { at: now + milliseconds, run };
        timer = mine;
        return () => {
          if (timer === mine) timer = undefined;
        };
      },
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    onChanged: () => {},
  });
}

const daily = {
  recipients: ['+27820000001', '+27820000002'],
  body: 'Bring your card',
  parts: 1,
  encoding: 'gsm-7' as const,
  options: {},
  bestBeforeMinutes: 120,
  rule: {
    from: '2027-03-01',
    until: null,
    time: '09:00',
    zone,
    repeat: { every: 'day' as const, interval: 1 },
  },
};
const sent = () =>
  database
    .prepare(
      'SELECT submission_id AS id, recipient, send_at AS sendAt, best_before AS bestBefore FROM message ORDER BY message.id',
    )
    .all() as { id: string; recipient: string; sendAt: number; bestBefore: number }[];
const daysSent = () => [...new Set(sent().map(({ id }) => id.replace(/^recurrence-\d+-/, '')))];

/** Lets time pass in the steps that the timer asks for. */
async function until(moment: number): Promise<void> {
  while (timer !== undefined && timer.at <= moment) {
    now = Math.max(now, timer.at);
    const { run } = timer;
    timer = undefined;
    run();
    await texts.settled();
  }
  now = moment;
}

describe('texts that recur', () => {
  test('become a submission at their time, each number once, with a time they make sense until', async () => {
    store.create({ ...daily, accountId }, now);
    texts.start();
    await texts.settled();
    expect(sent()).toEqual([]);
    await until(at('2027-03-02T08:59'));
    expect(sent()).toEqual([]);
    await until(at('2027-03-02T09:00'));
    expect(sent()).toEqual(
      daily.recipients.map((recipient) => ({
        id: 'recurrence-1-2027-03-02',
        recipient,
        sendAt: at('2027-03-02T09:00'),
        bestBefore: at('2027-03-02T11:00'),
      })),
    );
    await until(at('2027-03-04T10:00'));
    expect(daysSent()).toEqual(['2027-03-02', '2027-03-03', '2027-03-04']);
  });

  test('keep the local time over both changes of the clocks, and have one a day', async () => {
    now = at('2027-03-27T12:00');
    store.create({ ...daily, accountId, rule: { ...daily.rule, time: '02:30' } }, now);
    texts.start();
    await texts.settled();
    await until(at('2027-03-30T00:00'));
    expect([...new Set(sent().map(({ sendAt }) => sendAt))]).toEqual([
      at('2027-03-28T03:30'),
      at('2027-03-29T02:30'),
    ]);
  });

  test('are not sent in a heap after days without the program: the newest alone, the others are told as missed', async () => {
    store.create({ ...daily, accountId }, now);
    now = at('2027-03-08T10:00');
    texts.start();
    await texts.settled();
    expect(daysSent()).toEqual(['2027-03-08']);
    expect(store.list()[0]).toMatchObject({ lastDay: '2027-03-08', missed: 6 });
  });

  test('that were stopped do not make up for it', async () => {
    const { id } = store.create({ ...daily, accountId }, now);
    store.stop(id, now);
    now = at('2027-03-05T12:00');
    texts.start();
    await texts.settled();
    store.resume(id, now);
    texts.wake();
    await texts.settled();
    expect(sent()).toEqual([]);
    await until(at('2027-03-06T09:00'));
    expect(daysSent()).toEqual(['2027-03-06']);
    expect(store.list()[0]?.missed).toBe(0);
  });

  test('have their texts once, when the program dies between the texts and the note of it', async () => {
    store.create({ ...daily, accountId }, now);
    now = at('2027-03-02T09:00');
    const advance = store.advance.bind(store);
    store.advance = () => {
      throw new Error('killed');
    };
    texts.start();
    await texts.settled();
    store.advance = advance;
    await texts.stop();
    texts = open();
    texts.start();
    await texts.settled();
    expect(sent()).toHaveLength(2);
    expect(store.list()[0]).toMatchObject({ lastDay: '2027-03-02', missed: 0 });
  });

  test('are tried again when the disk refuses', async () => {
    store.create({ ...daily, accountId }, now);
    now = at('2027-03-02T09:00');
    let full = true;
    texts = open((submission) =>
      full ? Promise.reject(new Error('SQLITE_FULL')) : outbox.submit(submission),
    );
    texts.start();
    await texts.settled();
    expect(sent()).toEqual([]);
    full = false;
    await until(now + 60_000);
    expect(daysSent()).toEqual(['2027-03-02']);
  });

  test('go on after a clock that was a year ahead for a while, without a second text for a day', async () => {
    store.create({ ...daily, accountId }, now);
    texts.start();
    await texts.settled();
    await until(at('2027-03-02T10:00'));
    now = at('2028-03-02T10:00');
    texts.wake();
    await texts.settled();
    now = at('2027-03-02T10:05');
    texts.wake();
    await texts.settled();
    await until(at('2027-03-03T10:00'));
    expect(daysSent()).toEqual(['2027-03-02', '2028-03-02', '2027-03-03']);
    expect(sent()).toHaveLength(6);
  });
});

test('whatever clocks, restarts and crashes do, a day has its texts at most once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.record({ move: fc.integer({ min: -40, max: 60 }) }),
          fc.constant('restart' as const),
          fc.constant('crash' as const),
        ),
        { minLength: 1, maxLength: 25 },
      ),
      async (events) => {
        database.exec('DELETE FROM message; DELETE FROM submission; DELETE FROM recurrence;');
        now = at('2027-03-20T12:00');
        store.create({ ...daily, accountId }, now);
        texts = open();
        texts.start();
        await texts.settled();
        for (const event of events) {
          if (event === 'crash') {
            const crashing = open(async (submission) => {
              await outbox.submit(submission);
              throw new Error('killed');
            });
            crashing.start();
            await crashing.settled();
            await crashing.stop();
          }
          if (typeof event === 'string') {
            await texts.stop();
            texts = open();
            texts.start();
          } else {
            now += event.move * hour;
            texts.wake();
          }
          await texts.settled();
          const { due } = dueOccurrence(
            { ...daily, lastDay: store.list()[0]?.lastDay, activeSince: at('2027-03-20T12:00') },
            now,
          );
          // Nothing that is due is left behind, unless it has its texts already.
          if (due !== undefined) expect(daysSent()).toContain(due.day);
        }
        const each = sent().map(({ id, recipient }) => `${id} ${recipient}`);
        expect(new Set(each).size).toBe(each.length);
        expect(each.length).toBe(daysSent().length * 2);
        await texts.stop();
      },
    ),
    { numRuns: 60 },
  );
});
