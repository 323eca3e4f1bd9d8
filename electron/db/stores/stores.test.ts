import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeDatabase, openDatabase, type WriteDatabase } from '../open.ts';
import { AccountStore } from './accounts.ts';
import { SqliteDraftStore } from './drafts.ts';
import { SqliteMessageReader } from './messages.ts';
import { SqliteOutboxStore } from './outbox.ts';
import { SqliteRecurrenceStore } from './recurrences.ts';

let directory: string;
let database: WriteDatabase;
let store: SqliteOutboxStore;
let reader: SqliteMessageReader;
let drafts: SqliteDraftStore;
let accountId: number;
let references = 0;
const newRef = (): string => {
  references += 1;
  return String(references).padStart(26, '0');
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outtray-stores-'));
  database = openDatabase(join(directory, 'outbox.db'));
  store = new SqliteOutboxStore(database, { runId: 'run', now: () => 1_000, newRef });
  reader = new SqliteMessageReader(database);
  drafts = new SqliteDraftStore(database);
  accountId = new AccountStore(database).create({ label: 'Test', family: 'platform' }, 0).id;
});
afterEach(() => {
  closeDatabase(database);
  rmSync(directory, { recursive: true });
});

const message = (recipient: string, body = 'Hello') => ({
  clientRef: newRef(),
  recipient,
  body,
  parts: 1,
  encoding: 'gsm-7' as const,
  bestBefore: undefined,
});
const countRows = (): Record<string, number> =>
  Object.fromEntries(
    (
      database.prepare('SELECT state, count(*) AS total FROM message GROUP BY state').all() as {
        state: string;
        total: number;
      }[]
    ).map((row) => [row.state, row.total]),
  );

describe('submit', () => {
  test('is idempotent by submission id: a double click makes one text', async () => {
    const submission = { id: 's1', accountId, messages: [message('+27820000001')], clearsDraft: undefined };
    const first = await store.submit(submission);
    const second = await store.submit({ ...submission, messages: [message('+27820000001')] });
    expect(second).toEqual({ messageIds: first.messageIds, repeated: true });
    expect(countRows()).toEqual({ queued: 1 });
  });

  test('is one transaction: one message that cannot be stored and none is', async () => {
    const bad = { ...message('+27820000002'), clientRef: 'short' };
    await expect(
      store.submit({ id: 's2', accountId, messages: [message('+27820000001'), bad], clearsDraft: undefined }),
    ).rejects.toThrow();
    expect(countRows()).toEqual({});
    expect(
      (
        await store.submit({
          id: 's2',
          accountId,
          messages: [message('+27820000001')],
          clearsDraft: undefined,
        })
      ).repeated,
    ).toBe(false);
  });

  test('empties the draft it came from, and a late save does not bring it back', async () => {
    const draft = { to: '082', body: 'Hello', submissionId: 's3' };
    drafts.save('quick-send', draft, 0);
    await store.submit({
      id: 's3',
      accountId,
      messages: [message('+27820000001')],
      clearsDraft: 'quick-send',
    });
    expect(drafts.load('quick-send')).toBeUndefined();
    drafts.save('quick-send', draft, 1);
    expect(drafts.load('quick-send')).toBeUndefined();
    drafts.save('quick-send', { ...draft, submissionId: 's4' }, 2);
    expect(drafts.load('quick-send')?.submissionId).toBe('s4');
  });
});

describe('a draft', () => {
  const draft = { to: '082', body: '00', submissionId: 's5' };

  test('keeps the options as they were typed, and its account', () => {
    const options = { binary: true, userDataHeader: '0605', validity: 'x' };
    drafts.save('quick-send', { ...draft, options, accountId }, 0);
    expect(drafts.load('quick-send')).toEqual({ ...draft, options, accountId });
    drafts.save('quick-send', draft, 1);
    expect(drafts.load('quick-send')).toEqual(draft);
  });

  test('of an account that is gone goes through the default one, and is never another one’s', () => {
    const accounts = new AccountStore(database);
    const second = accounts.create({ label: 'Second', family: 'central' }, 0);
    drafts.save('quick-send', { ...draft, accountId: second.id }, 0);
    accounts.remove(second.id, 1);
    expect(accounts.create({ label: 'Third', family: 'central' }, 2).id).toBe(second.id);
    expect(drafts.load('quick-send')).toEqual(draft);
    // The window may still hold the one that was removed.
    drafts.save('quick-send', { ...draft, accountId: 987_654 }, 3);
    expect(drafts.load('quick-send')).toEqual(draft);
  });
});

describe('pages', () => {
  test('walk the whole history without gaps or repeats while new texts arrive', async () => {
    await store.submit({
      id: 'many',
      accountId,
      messages: Array.from({ length: 250 }, (_, index) => message(`+2782${String(index).padStart(7, '0')}`)),
      clearsDraft: undefined,
    });
    const seen: number[] = [];
    let before: number | null = null;
    for (let page = 0; page < 10; page += 1) {
      const found = reader.page('history', before, 60);
      seen.push(...found.rows.map((row) => row.id));
      if (page === 1)
        await store.submit({
          id: 'late',
          accountId,
          messages: [message('+27829999999')],
          clearsDraft: undefined,
        });
      before = found.older;
      if (before === null) break;
    }
    expect(seen).toHaveLength(250);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
  });

  test('the outbox shows what is open only', async () => {
    const { messageIds } = await store.submit({
      id: 'two',
      accountId,
      messages: [message('+27820000001', 'a'), message('+27820000002', 'b')],
      clearsDraft: undefined,
    });
    await store.cancel(messageIds[0] ?? 0);
    expect(reader.page('outbox', null, 10).rows.map((row) => row.id)).toEqual([messageIds[1]]);
    expect(reader.page('history', null, 10).rows).toHaveLength(2);
  });
});

describe('counters', () => {
  test('always equal the rows', async () => {
    const { messageIds } = await store.submit({
      id: 'c',
      accountId,
      messages: Array.from({ length: 9 }, (_, index) => message(`+2782000000${index}`, `text ${index % 3}`)),
      clearsDraft: undefined,
    });
    await store.cancel(messageIds[8] ?? 0);
    const attempts = await store.claim({ accountId, now: 1_000, maxAttempts: 2, maxRecipients: 2 });
    await store.close([
      {
        attempt: attempts[0] as never,
        result: {
          outcomes: [
            { kind: 'accepted', providerId: 'x' },
            { kind: 'unknown', why: 'reset', text: '' },
          ],
          pause: undefined,
          httpStatus: 202,
        },
        notBefore: 0,
      },
    ]);
    const counts = await store.counts();
    const rows = countRows();
    for (const [state, total] of Object.entries(counts))
      expect([state, total]).toEqual([state, rows[state] ?? 0]);
    expect(rows).toEqual({ queued: 4, sending: 2, accepted: 1, in_doubt: 1, cancelled: 1 });
  });
});

describe('a person decides', () => {
  test('only from in doubt, and only once', async () => {
    const { messageIds } = await store.submit({
      id: 'd',
      accountId,
      messages: [message('+27820000001')],
      clearsDraft: undefined,
    });
    const id = messageIds[0] ?? 0;
    await expect(store.resolveDoubt(id, 'arrived')).rejects.toMatchObject({ name: 'StaleTransition' });
    await store.claim({ accountId, now: 1_000, maxAttempts: 1, maxRecipients: 1 });
    await new SqliteOutboxStore(database, { runId: 'next', now: () => 2_000, newRef }).recover();
    await store.resolveDoubt(id, 'arrived');
    expect(reader.rows([id])[0]).toMatchObject({ state: 'accepted', errorCode: 'person-arrived' });
    await expect(store.resolveDoubt(id, 'drop')).rejects.toMatchObject({ name: 'StaleTransition' });
    await expect(store.resolveDoubt(987654, 'drop')).rejects.toMatchObject({ name: 'MessageNotFound' });
  });
});

describe('detail', () => {
  test('tells every attempt', async () => {
    const { messageIds } = await store.submit({
      id: 'e',
      accountId,
      messages: [message('+27820000001')],
      clearsDraft: undefined,
    });
    for (const text of ['ECONNREFUSED', 'ENOTFOUND']) {
      const [attempt] = await store.claim({ accountId, now: 1_000, maxAttempts: 1, maxRecipients: 1 });
      await store.close([
        {
          attempt: attempt as never,
          result: {
            outcomes: [{ kind: 'notSent', why: 'line', text }],
            pause: undefined,
            httpStatus: undefined,
          },
          notBefore: 0,
        },
      ]);
    }
    const detail = reader.detail(messageIds[0] ?? 0);
    expect(detail?.attempts.map((attempt) => [attempt.number, attempt.outcome, attempt.text])).toEqual([
      [2, 'notSent', 'ENOTFOUND'],
      [1, 'notSent', 'ECONNREFUSED'],
    ]);
    expect(reader.detail(987654)).toBeUndefined();
  });
});

describe('what goes into one request', () => {
  const bodiesOf = (attempts: readonly { messages: readonly { body: string }[] }[]): string[][] =>
    attempts.map((attempt) => attempt.messages.map((each) => each.body));

  test('texts of their own travel together only where the gateway takes them so, and never across submissions', async () => {
    const personal = ['Dear Ann', 'Dear Ben', 'Dear Cem'];
    const messages = personal.map((body, index) => message(`+2782000000${index}`, body));
    await store.submit({ id: 'p', accountId, messages, clearsDraft: undefined });
    await store.submit({
      id: 'q',
      accountId,
      messages: [message('+27820000009', 'Another')],
      clearsDraft: undefined,
    });
    const request = { accountId, now: 1_000, maxAttempts: 9, maxRecipients: 50, maxPersonalTexts: 2 };
    expect(bodiesOf(await store.claim(request))).toEqual([
      ['Dear Ann', 'Dear Ben'],
      ['Dear Cem'],
      ['Another'],
    ]);
  });

  test('the same text with other options is another text; one number is never twice in a request', async () => {
    const messages = [
      { ...message('+27820000001', 'Same'), options: { flash: true } },
      message('+27820000002', 'Same'),
      message('+27820000003', 'Same'),
      { ...message('+27820000003', 'Same') },
    ];
    await store.submit({ id: 'o', accountId, messages, clearsDraft: undefined });
    const attempts = await store.claim({ accountId, now: 1_000, maxAttempts: 9, maxRecipients: 50 });
    expect(attempts.map((attempt) => attempt.messages.map((each) => [each.recipient, each.options]))).toEqual(
      [
        [['+27820000001', { flash: true }]],
        [
          ['+27820000002', undefined],
          ['+27820000003', undefined],
        ],
        [['+27820000003', undefined]],
      ],
    );
  });
});

describe('what was turned away together', () => {
  test('goes text by text the next time, and others go together beside it', async () => {
    const messages = ['1', '2', '3'].map((digit) => message(`+2782000000${digit}`));
    await store.submit({ id: 't', accountId, messages, clearsDraft: undefined });
    const request = { accountId, now: 1_000, maxAttempts: 9, maxRecipients: 50 };
    const [together] = await store.claim(request);
    if (together === undefined) throw new Error('nothing was claimed');
    const why = ['alone', 'aborted', 'alone'] as const;
    const outcomes = why.map((reason) => ({ kind: 'notSent' as const, why: reason, text: 'Their words.' }));
    await store.close([
      { attempt: together, result: { outcomes, pause: undefined, httpStatus: 200 }, notBefore: 0 },
    ]);
    const more = ['4', '5'].map((digit) => message(`+2782000000${digit}`));
    await store.submit({ id: 'u', accountId, messages: more, clearsDraft: undefined });
    expect(
      (await store.claim(request)).map((attempt) =>
        attempt.messages.map(({ recipient }) => recipient.at(-1)),
      ),
    ).toEqual([['1'], ['2'], ['3'], ['4', '5']]);
  });
});

describe('accounts', () => {
  test('the first is the default; another can become it; a removed one with texts stays for the history', async () => {
    const accounts = new AccountStore(database);
    const second = accounts.create({ label: 'Second', family: 'central' }, 0);
    expect(accounts.list().map((account) => [account.label, account.isDefault])).toEqual([
      ['Test', true],
      ['Second', false],
    ]);
    accounts.makeDefault(second.id);
    accounts.change(second.id, { transport: 'post', serverAddress: 'https://example.invalid' });
    expect(accounts.list()[0]).toMatchObject({
      id: second.id,
      transport: 'post',
      serverAddress: 'https://example.invalid',
    });
    accounts.change(second.id, { serverAddress: null });
    expect(accounts.list()[0]).toMatchObject({ transport: 'post', serverAddress: null, settings: {} });
    const settings = { login: 'session', maxCredits: 1.5, queue: 1 } as const;
    accounts.change(second.id, { settings });
    accounts.change(second.id, { label: 'Second' });
    expect(new AccountStore(database).list()[0]).toMatchObject({ transport: 'post', settings });
    // All of them at once: what is left out is back at its default.
    accounts.change(second.id, { settings: { queue: 2 } });
    expect(accounts.list()[0]?.settings).toEqual({ queue: 2 });

    const { messageIds } = await store.submit({
      id: 'x',
      accountId: second.id,
      messages: [message('+27820000001')],
      clearsDraft: undefined,
    });
    expect(accounts.openTexts(second.id)).toBe(1);
    await store.cancel(messageIds[0] ?? 0);
    expect(accounts.openTexts(second.id)).toBe(0);
    accounts.setSecret(second.id, { cipher: Buffer.from('x'), providerTag: 'v11', origin: 'https://a' }, 0);
    accounts.remove(second.id, 1);
    expect(accounts.secret(second.id)).toBeUndefined();
    expect(accounts.list().map((account) => [account.label, account.isDefault])).toEqual([['Test', true]]);
    expect(reader.detail(messageIds[0] ?? 0)?.message.accountLabel).toBe('Second');
    const late = {
      id: 'late',
      accountId: second.id,
      messages: [message('+27820000002')],
      clearsDraft: undefined,
    };
    await expect(store.submit(late)).rejects.toMatchObject({ name: 'AccountRemoved' });
    accounts.remove(accounts.create({ label: 'Empty', family: 'platform' }, 0).id, 1);
    expect(database.prepare('SELECT label FROM account ORDER BY id').pluck().all()).toEqual([
      'Test',
      'Second',
    ]);
  });
});

describe('quiet hours', () => {
  const claim = (open: boolean) =>
    store.claim({ accountId, now: 2_000, maxAttempts: 9, maxRecipients: 9, open });

  test('hold what waits, but not what a person gave a reason for', async () => {
    const urgent = { ...message('+27820000002'), quietOverride: 'Burst pipe' };
    await store.submit({
      id: 's',
      accountId,
      messages: [message('+27820000001'), urgent],
      clearsDraft: undefined,
    });
    const claimed = await claim(false);
    expect(claimed.flatMap(({ messages }) => messages.map(({ recipient }) => recipient))).toEqual([
      '+27820000002',
    ]);
    expect(await claim(false)).toEqual([]);
    expect(await claim(true)).toHaveLength(1);
  });

  test('find the few without walking past everything that waits', () => {
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT id FROM message WHERE account_id = 1 AND state = 'queued' AND not_before = 0
         AND quiet_override IS NOT NULL ORDER BY priority, rank, id`,
      )
      .all() as { detail: string }[];
    expect(plan.map(({ detail }) => detail).join()).toContain('message_override');
  });
});

describe('best before', () => {
  const untilNoon = { ...message('+27820000001'), bestBefore: 5_000 };
  const latest = (id: number | undefined): unknown =>
    database.prepare('SELECT best_before FROM message WHERE id = ?').pluck().get(id);

  test('what has not passed yet still holds after a decision, one that has does not', async () => {
    const texts = { id: 's', accountId, clearsDraft: undefined };
    const { messageIds } = await store.submit({
      ...texts,
      messages: [untilNoon, { ...message('+27820000002'), bestBefore: 900 }],
    });
    database.exec("UPDATE message SET state = 'needs_decision'");
    for (const id of messageIds) await store.decideLate(id, 'send');
    expect(messageIds.map(latest)).toEqual([5_000, null]);
  });

  test('a text that is sent again keeps it', async () => {
    const { messageIds } = await store.submit({
      id: 's',
      accountId,
      clearsDraft: undefined,
      messages: [{ ...untilNoon, clientRef: newRef() }],
    });
    database.exec("UPDATE message SET state = 'in_doubt'");
    expect(latest(await store.sendAgain(messageIds[0] ?? 0, newRef()))).toBe(5_000);
  });
});

test('a report that comes after the number was erased is not noted to anybody', async () => {
  const noted: string[] = [];
  const noting = new SqliteOutboxStore(database, {
    runId: 'another',
    now: () => 1_000,
    newRef,
    numbers: { read: () => 'opted-out', note: (recipient) => void noted.push(recipient) },
  });
  const { messageIds } = await noting.submit({
    id: 's',
    accountId,
    clearsDraft: undefined,
    messages: [message('+27820000001'), message('+27820000002')],
  });
  database.exec("UPDATE message SET state = 'accepted'");
  database
    .prepare("UPDATE message SET recipient = '', body = '', erased_at = 1 WHERE id = ?")
    .run(messageIds[0]);
  await noting.report(
    messageIds.map((messageId) => ({ messageId, event: 'report-undelivered', errorCode: '122' })),
  );
  expect(noted).toEqual(['+27820000002']);
});

test('an account with a recurring text that goes on is in use; with one that stands still it stays for the record', () => {
  const accounts = new AccountStore(database);
  const other = accounts.create({ label: 'Other', family: 'platform' }, 0).id;
  const recurrences = new SqliteRecurrenceStore(database);
  const { id } = recurrences.create(
    {
      accountId: other,
      recipients: ['+27820000001'],
      body: 'Bring your card',
      parts: 1,
      encoding: 'gsm-7',
      options: {},
      bestBeforeMinutes: 60,
      rule: {
        from: '2027-03-01',
        until: null,
        time: '09:00',
        zone: 'UTC',
        repeat: { every: 'day', interval: 1 },
      },
    },
    1,
  );
  expect(accounts.openTexts(other)).toBe(1);
  recurrences.stop(id, 2);
  expect(accounts.openTexts(other)).toBe(0);
  accounts.remove(other, 3);
  expect(accounts.list().map((account) => account.id)).toEqual([accountId]);
  expect(recurrences.list()).toHaveLength(1);
});

describe('a claim that the disk refuses', () => {
  const refuseClaims = `
    CREATE TRIGGER no_claim BEFORE INSERT ON attempt BEGIN SELECT RAISE(ABORT, 'disk is full'); END;
    CREATE TRIGGER no_taking_back BEFORE UPDATE ON claim_mark WHEN NEW.deaths < OLD.deaths BEGIN
      SELECT RAISE(ABORT, 'disk is full');
    END;`;
  const claim = { accountId: 1, now: 1_000, maxAttempts: 1, maxRecipients: 10 };

  test('is not what the program died of, although its mark could not be taken back', async () => {
    const { messageIds } = await store.submit({
      id: 's',
      accountId,
      messages: [message('+27820000001')],
      clearsDraft: undefined,
    });
    database.exec(refuseClaims);
    for (let again = 0; again < 5; again += 1) {
      await expect(store.turn({ accountId, now: 1_000, results: [], claim })).rejects.toThrow('disk is full');
    }
    database.exec('DROP TRIGGER no_claim; DROP TRIGGER no_taking_back');
    const { attempts } = await store.turn({ accountId, now: 1_000, results: [], claim });
    expect(attempts.flatMap(({ messages }) => messages.map(({ id }) => id))).toEqual(messageIds);
  });

  test('a text set aside as one that ends the program is tried when a person says so', async () => {
    const { messageIds } = await store.submit({
      id: 's',
      accountId,
      messages: [message('+27820000001'), message('+27820000002')],
      clearsDraft: undefined,
    });
    const [deadly = 0] = messageIds;
    database.prepare('INSERT INTO claim_mark VALUES (?, ?, 0, 3)').run(deadly, accountId);
    const turn = { accountId, now: 1_000, results: [], claim };
    await store.turn(turn);
    expect(countRows()).toEqual({ needs_decision: 1, sending: 1 });
    await store.decideLate(deadly, 'send');
    await store.turn(turn);
    expect(countRows()).toEqual({ sending: 2 });
  });
});

test('a file that was rebuilt in the middle of a start has the row of this run already, and opens', () => {
  const parts = { runId: 'twice', now: () => 1, newRef: () => '' };
  new SqliteOutboxStore(database, parts);
  expect(() => new SqliteOutboxStore(database, parts)).not.toThrow();
});
