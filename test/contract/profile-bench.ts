/** One adapter against one practice gateway of its own, on a clock that stands still unless it is moved. */
import { expect } from 'vitest';
import type {
  Gateway,
  GatewayContext,
  GatewayMessage,
  Outcome,
  SendResult,
} from '../../electron/core/ports.ts';
import { SpeedClock } from '../../electron/practice/clock.ts';
import { platformSendPaths } from '../../electron/practice/platform-api.ts';
import { practiceProfile } from '../../electron/practice/profile.ts';
import { type PracticeControl, startPracticeServer } from '../../electron/practice/server.ts';
import { defaultAccount } from '../../electron/practice/state.ts';
import { refusedHere } from '../../shared/domain/message.ts';
import {
  type AdapterOptions,
  type AdapterUnderTest,
  practiceKey,
  practiceLogin,
} from './gateway-contract.ts';
import type { FaultCase } from './profile-faults.ts';
import {
  type Circumstances,
  type Expected,
  many,
  plain,
  type Situation,
  start,
  usual,
} from './profile-situations.ts';

/** By whatever way an adapter sends. */
const sendPaths: ReadonlySet<string> = new Set([...platformSendPaths, '/http/sendmsg']);
const requestRef = '01J0000000000000000000000B';

export interface Bench {
  readonly control: PracticeControl;
  readonly gateway: Gateway;
  readonly circumstances: Circumstances;
  open(timeouts?: AdapterOptions['timeouts']): Gateway;
  context(key?: string): GatewayContext;
  /** Forgets what came before. */
  send(messages: readonly GatewayMessage[], key?: string): Promise<SendResult>;
  /** Requests that sent texts. */
  arrivals(): number;
  /** How often the server took a text to this number, and the last id it gave for it. */
  taken(recipient: string): { readonly times: number; readonly id: string | undefined };
  expectSituation(situation: Situation): Promise<void>;
  expectFault(faultCase: FaultCase): Promise<void>;
  close(): Promise<void>;
}

/** @param profile the name of one; empty for none */
export async function openBench(adapter: AdapterUnderTest, profile: string): Promise<Bench> {
  const clock = new SpeedClock({ speed: 0, start });
  const names = profile === '' ? [] : [profile];
  const server = await startPracticeServer({
    control: true,
    key: practiceKey,
    central: practiceLogin,
    clock,
    profile: practiceProfile(names),
  });
  if (server.control === undefined) throw new Error('no control');
  const { control } = server;
  const circumstances: Circumstances = { adapter, profile: practiceProfile(names) };
  const open = (timeouts?: AdapterOptions['timeouts']): Gateway =>
    adapter.open({
      baseUrl: server.url,
      now: () => clock.now(),
      monotonic: () => clock.now(),
      ...(timeouts === undefined ? {} : { timeouts }),
    });
  const gateway = open();
  const context = (key = adapter.key): GatewayContext => ({
    signal: new AbortController().signal,
    readKey: async () => key,
  });
  const arrivals = (): number =>
    control.received().filter(({ path }) => sendPaths.has(path.split('?')[0] ?? '')).length;
  const taken: Bench['taken'] = (recipient) =>
    bookOf(control).get(recipient.slice(1)) ?? { times: 0, id: undefined };
  const send: Bench['send'] = (messages, key) => {
    control.reset();
    return gateway.send({ requestRef, messages }, context(key));
  };

  /** Whatever was expected: nothing is claimed that the server's own book does not hold. */
  function expectTruth(name: unknown, result: SendResult, messages: readonly GatewayMessage[]): void {
    const book = bookOf(control);
    const lies = messages.filter(({ recipient }, index) => {
      const { times, id } = book.get(recipient.slice(1)) ?? { times: 0, id: undefined };
      return !isTrue(result.outcomes[index], times, id);
    });
    expect([name, lies, result.outcomes.length]).toEqual([name, [], messages.length]);
  }

  function expectOutcomes(
    name: unknown,
    result: SendResult,
    messages: readonly GatewayMessage[],
    expected: readonly Expected[],
  ): void {
    expect([name, result.outcomes]).toMatchObject([
      name,
      expected.map((each) => outcomeOf(each, circumstances)),
    ]);
    expectTruth(name, result, messages);
    const pause = expected.map((each) => pauseOf(each, clock.now())).find((each) => each !== undefined);
    if (pause === undefined) expect([name, result.pause]).toEqual([name, undefined]);
    else expect([name, result.pause]).toMatchObject([name, pause]);
  }

  return {
    control,
    gateway,
    circumstances,
    open,
    context,
    send,
    arrivals,
    taken,
    async expectSituation(situation) {
      const { name, account, wrongKey = false } = situation;
      const messages =
        typeof situation.messages === 'function' ? situation.messages(adapter) : situation.messages;
      control.account({ ...defaultAccount, ...account });
      const result = await send(messages, wrongKey ? adapter.wrongKey : adapter.key);
      const expected = situation.expected(circumstances);
      const each = messages.map((_, index) => (isList(expected) ? expected[index] : expected) ?? 'unknown');
      expectOutcomes(name, result, messages, each);
      const leaves = each.some((one) => one !== 'kept' && one !== 'not carried');
      const leftAtLogin = wrongKey && adapter.opensSession === true;
      expect([name, arrivals()]).toEqual([name, leaves && !leftAtLogin ? 1 : 0]);
      const first = control.taken().find(({ apiMessageId }) => apiMessageId !== null);
      if (first === undefined) return;
      const { body = '', options = {} } = messages[0] ?? {};
      const understood = situation.understood?.(circumstances);
      expect([name, first]).toMatchObject([
        name,
        {
          content: options.binary === true ? body.replaceAll(' ', '') : body,
          ...(understood === undefined ? {} : { options: understood }),
        },
      ]);
    },
    async expectFault({ fault, then }) {
      // What a fault before this one did to a connection is not looked at here.
      await gateway.close();
      control.account(defaultAccount);
      const messages = then === 'retold' || then === 'unclear' ? many(adapter.several ? 3 : 1) : [plain];
      const sending = send(messages);
      control.script([fault]);
      if (fault.kind === 'hold') {
        await control.waitFor('body', { path: adapter.sendPath });
        control.release();
      }
      const result = await sending;
      const name = JSON.stringify(fault);
      expectTruth(name, result, messages);
      expect([name, arrivals()]).toEqual([name, 1]);
      const kinds = result.outcomes.map(({ kind }) => kind);
      switch (then) {
        case 'usual':
        case 'retold':
          expectOutcomes(
            name,
            result,
            messages,
            messages.map(() => usual(circumstances)),
          );
          return;
        case 'unknown':
          expect([name, kinds]).toEqual([name, ['unknown']]);
          return;
        case 'unclear':
          expect([name, kinds.filter((kind) => kind === 'unknown')]).toEqual([name, ['unknown']]);
          return;
        case 'account':
          expect([name, result]).toMatchObject([name, { outcomes: [{ kind: 'notSent', why: 'account' }] }]);
          expect([name, result.pause]).not.toEqual([name, undefined]);
      }
    },
    async close() {
      await gateway.close();
      await server.stop();
    },
  };
}

/** What the server took, by number. */
function bookOf(control: PracticeControl): ReadonlyMap<string, { times: number; id: string | undefined }> {
  const book = new Map<string, { times: number; id: string | undefined }>();
  for (const { to, apiMessageId } of control.taken()) {
    if (apiMessageId !== null) book.set(to, { times: (book.get(to)?.times ?? 0) + 1, id: apiMessageId });
  }
  return book;
}

function isTrue(outcome: Outcome | undefined, times: number, id: string | undefined): boolean {
  switch (outcome?.kind) {
    case 'accepted':
      return times === 1 && outcome.providerId === id;
    case 'unknown':
      return times <= 1;
    case 'notSent':
      // Left out of this request, perhaps because the same number is in it already.
      return times === 0 || (outcome.why === 'aborted' && times === 1);
    case 'rejected':
      return times === 0;
    default:
      return false;
  }
}

function isList(expected: Expected | readonly Expected[]): expected is readonly Expected[] {
  return Array.isArray(expected);
}

function outcomeOf(expected: Expected, { adapter, profile }: Circumstances): object {
  switch (expected) {
    case 'accepted':
    case 'unknown':
      return { kind: expected };
    case 'kept':
      return { kind: 'notSent', why: 'aborted' };
    case 'not carried':
      return { kind: 'rejected', code: refusedHere };
  }
  if ('unknownFor' in expected) return { kind: 'unknown' };
  if ('pauses' in expected) return { kind: 'notSent', why: 'account' };
  const withoutNumbers = adapter.family === 'platform' && profile.messageErrors === 'older';
  return { kind: 'rejected', code: withoutNumbers ? undefined : String(expected.refused) };
}

function pauseOf(expected: Expected, now: number): object | undefined {
  if (typeof expected === 'string' || 'refused' in expected) return undefined;
  if ('unknownFor' in expected) return { reason: 'rate-limited', until: now + expected.unknownFor * 1_000 };
  const { pauses, seconds } = expected;
  return { reason: pauses, until: seconds === undefined ? undefined : now + seconds * 1_000 };
}
