import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { failure, success } from '../../shared/errors.ts';
import { methods } from '../../shared/ipc/channels.ts';
import { contract, type Push } from '../../shared/ipc/contract.ts';
import { createClient, disconnectedClient } from './bridge.ts';
import { createFakeClient, makeScenario, scenarioNames } from './fake-bridge.ts';

describe('createClient', () => {
  it('passes the answer of main on as it is', async () => {
    const seen: unknown[] = [];
    const client = createClient({
      call: (method, input) => {
        seen.push([method, input]);
        return Promise.resolve(success({ messageIds: [7], repeated: false }));
      },
      subscribe: () => () => undefined,
    });
    const input = { submissionId: 'x', recipients: ['+27825550101'], body: 'Hello' };
    expect(await client.call('sending.submit', input)).toEqual(success({ messageIds: [7], repeated: false }));
    expect(seen).toEqual([['sending.submit', input]]);
  });

  it('turns a call that broke into a value', async () => {
    const client = createClient({
      call: () => Promise.reject(new Error('no handler')),
      subscribe: () => () => undefined,
    });
    expect(await client.call('app.status')).toEqual(failure('internal'));
    expect(await disconnectedClient.call('app.status')).toEqual(failure('internal'));
  });

  it('hands pushes over until it is told to stop', () => {
    let send: ((push: unknown) => void) | undefined;
    const client = createClient({
      call: () => Promise.resolve(success(undefined)),
      subscribe: (listener) => {
        send = listener;
        return () => {
          send = undefined;
        };
      },
    });
    const seen: Push[] = [];
    const stop = client.subscribe((push) => seen.push(push));
    send?.({ kind: 'status-changed' });
    stop();
    expect(send).toBeUndefined();
    expect(seen).toEqual([{ kind: 'status-changed' }]);
  });
});

describe('the pretend main process', () => {
  // What it answers is what the windows are drawn with: it has to be what main could answer.
  it.each(scenarioNames)('answers as the contract says: %s', async (name) => {
    const client = createFakeClient({ ...makeScenario(name), failing: {} });
    for (const method of [
      'app.status',
      'app.window',
      'draft.load',
      'settings.read',
      'accounts.list',
    ] as const) {
      const answer = await client.call(method);
      expect(answer.ok && v.safeParse(contract[method].output, answer.value).issues, method).toBeUndefined();
    }
    const listed = await client.call('messages.page', { view: 'history', before: null, limit: 100 });
    expect(listed.ok && v.safeParse(contract['messages.page'].output, listed.value).issues).toBeUndefined();
    const [first] = listed.ok ? listed.value.rows : [];
    if (first === undefined) return;
    const detail = await client.call('messages.detail', { id: first.id });
    expect(detail.ok && v.safeParse(contract['messages.detail'].output, detail.value).issues).toBeUndefined();
  });

  it('knows every method', () => {
    expect(Object.keys(contract).sort()).toEqual([...methods].sort());
  });
});
