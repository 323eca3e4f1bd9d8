import { describe, expect, it } from 'vitest';
import { type MessageRow, maxPageSize } from '../../../shared/ipc/contract.ts';
import { createFakeClient, fakeMessage, makeScenario } from '../../lib/fake-bridge.ts';
import { joinNewest, MessageList, page, replaceRows } from './message-list.svelte.ts';

function row(id: number, state: MessageRow['state'] = 'accepted'): MessageRow {
  return fakeMessage(id, { state });
}
const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id);

function open(count: number, view: 'history' | 'outbox' = 'history') {
  const messages = Array.from({ length: count }, (_, index) =>
    fakeMessage(count - index, { state: 'queued' }),
  );
  const client = createFakeClient(makeScenario('empty', { messages }));
  const list = new MessageList(client, view);
  client.subscribe((push) => {
    if (push.kind === 'messages-changed') void list.changed(push.ids, push.more);
  });
  return { client, list };
}

describe('replaceRows', () => {
  it('keeps the order and drops what no longer belongs', () => {
    const rows = [row(3, 'queued'), row(2, 'queued'), row(1, 'queued')];
    const updates = [row(2, 'accepted')];
    expect(ids(replaceRows(rows, updates, 'outbox'))).toEqual([3, 1]);
    const history = replaceRows(rows, updates, 'history');
    expect(ids(history)).toEqual([3, 2, 1]);
    expect(history[1]?.state).toBe('accepted');
  });
});

describe('joinNewest', () => {
  it('believes the page about its span and keeps what is below', () => {
    const joined = joinNewest([row(5), row(4), row(2), row(1)], { rows: [row(6), row(5), row(3)], older: 3 });
    expect(joined === undefined ? undefined : ids(joined)).toEqual([6, 5, 3, 2, 1]);
  });

  it('admits a hole', () => {
    expect(joinNewest([row(2), row(1)], { rows: [row(9), row(8)], older: 8 })).toBeUndefined();
  });

  it('takes a page that is everything as everything', () => {
    expect(joinNewest([row(2), row(1)], { rows: [], older: null })).toEqual([]);
  });
});

describe('MessageList', () => {
  it('takes pages no larger than the contract allows', () => {
    expect(page).toBe(maxPageSize);
  });

  it('reads older pages as the end comes near, without holes or repeats', async () => {
    const { list } = open(450);
    await list.load();
    expect(list.rows).toHaveLength(100);
    expect(list.complete).toBe(false);
    while (!list.complete) {
      await list.looking(list.rows.length - 20, list.rows.length);
      await list.loadOlder();
    }
    expect(ids(list.rows)).toEqual(Array.from({ length: 450 }, (_, index) => 450 - index));
  });

  it('shows a new text on top and a change in its place', async () => {
    const { client, list } = open(150);
    await list.load();
    client.change(fakeMessage(151, { state: 'queued' }));
    await expect.poll(() => list.rows[0]?.id).toBe(151);
    client.change(fakeMessage(150, { state: 'delivered' }));
    await expect.poll(() => list.rows[1]?.state).toBe('delivered');
    expect(new Set(ids(list.rows)).size).toBe(list.rows.length);
  });

  it('lets a text go from the outbox once nobody needs it there', async () => {
    const { client, list } = open(3, 'outbox');
    await list.load();
    client.change(fakeMessage(2, { state: 'accepted' }));
    await expect.poll(() => ids(list.rows)).toEqual([3, 1]);
  });

  it('reads a named change with one question, not one page each', async () => {
    const { client, list } = open(150);
    await list.load();
    const before = client.calls.length;
    await list.changed([150, 149, 148], false);
    expect(client.calls.slice(before).map((call) => call.method)).toEqual(['messages.rows']);
  });

  it('after a hint about many reads again only what is looked at', async () => {
    const { client, list } = open(400);
    await list.load();
    await list.loadOlder();
    const before = client.calls.length;
    await list.changed([], true);
    await list.looking(250, 280);
    const calls = client.calls.slice(before);
    expect(calls.map((call) => call.method)).toContain('messages.page');
    const read = calls.filter((call) => call.method === 'messages.rows').map((call) => call.input);
    expect(read).toHaveLength(1);
    expect((read[0] as { ids: number[] }).ids).toHaveLength(30);
  });

  it('starts over when more came than one page holds', async () => {
    const { client, list } = open(100);
    await list.load();
    for (let id = 101; id <= 400; id += 1) client.change(fakeMessage(id, { state: 'queued' }));
    await expect.poll(() => list.rows[0]?.id).toBe(400);
    await list.loadOlder();
    await list.loadOlder();
    expect(ids(list.rows)).toEqual(Array.from({ length: list.rows.length }, (_, index) => 400 - index));
  });

  it('says when it could not be read, and reads again when asked', async () => {
    const { client, list } = open(2);
    client.fail('messages.page', 'storage-failed');
    await list.load();
    expect(list.phase).toBe('failed');
    client.fail('messages.page', undefined);
    await list.load();
    expect(ids(list.rows)).toEqual([2, 1]);
  });
});

describe('searching', () => {
  it('shows what a query finds, goes on below, and shows everything again afterwards', async () => {
    const { list } = open(450);
    await list.load();
    await list.search('order');
    // Every seventh of the pretend texts is about an order.
    expect(list.rows).toHaveLength(64);
    expect(list.rows.every(({ preview }) => preview.includes('order'))).toBe(true);
    expect([list.searching, list.complete]).toEqual([false, true]);
    await list.search('');
    expect(list.rows).toHaveLength(100);
    expect(list.query).toBeUndefined();
  });

  it('drops the answer to what is no longer searched for', async () => {
    const { list } = open(20);
    await list.load();
    const first = list.search('order');
    const second = list.search('school');
    await Promise.all([first, second]);
    expect(list.rows.length).toBeGreaterThan(0);
    expect(list.rows.every(({ preview }) => preview.includes('School'))).toBe(true);
  });

  it('goes on by itself while pages come before they are full', async () => {
    const { client } = open(30);
    const asked: (number | null)[] = [];
    const slow = {
      ...client,
      call: (async (method: string, input: { before: number | null; limit: number }) => {
        if (method !== 'messages.search') return client.call(method as never, input as never);
        asked.push(input.before);
        // Ten ids a page, and nothing in most of them.
        const from = input.before ?? 31;
        const rows = from > 11 ? [] : [row(from - 1)];
        return { ok: true, value: { rows, older: from > 11 ? from - 10 : null, complete: true } };
      }) as typeof client.call,
    };
    const list = new MessageList(slow, 'history');
    await list.search('rare');
    expect(asked).toEqual([null, 21, 11]);
    expect(ids(list.rows)).toEqual([10]);
    expect([list.searching, list.complete]).toEqual([false, true]);
  });

  it('keeps what was found in place while texts change, and does not mix in new ones', async () => {
    const { client, list } = open(40);
    await list.load();
    await list.search('order');
    const before = ids(list.rows);
    const changed = before[0] ?? 0;
    await client.call('messages.cancel', { id: changed });
    await list.changed([changed, 41], false);
    expect(ids(list.rows)).toEqual(before);
    expect(list.rows[0]?.state).toBe('cancelled');
  });
});
