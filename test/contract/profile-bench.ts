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
import { oneApiNumber } from '../../electron/practice/error-table.ts';
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
import { type Company, type FaultCase, harmless } from './profile-faults.ts';
import { type Circumstances, type Expected, type Situation, start, usual } from './profile-situations.ts';

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
  expectFault(faultCase: FaultCase, company: Company): Promise<void>;
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
  function expectTruth(result: SendResult, messages: readonly GatewayMessage[]): void {
    const book = bookOf(control);
    const lies = messages.filter(({ recipient }, index) => {
      const { times, id } = book.get(recipient.slice(1)) ?? { times: 0, id: undefined };
      return !isTrue(result.outcomes[index], times, id);
    });
    if (lies.length > 0) expect(lies, 'what is claimed of these is not so').toEqual([]);
    if (result.outcomes.length !== messages.length) expect(result.outcomes).toHaveLength(messages.length);
  }

  function expectOutcomes(
    result: SendResult,
    messages: readonly GatewayMessage[],
    expected: readonly Expected[],
    told = circumstances,
  ): void {
    expectSame(
      result.outcomes.map(inShort),
      expected.map((each) => outcomeOf(each, told)),
    );
    expectTruth(result, messages);
    const pause = expected.map((each) => pauseOf(each, clock.now())).find((each) => each !== undefined);
    if (pause === undefined) expect(result.pause).toBeUndefined();
    else expect(result.pause).toMatchObject(pause);
  }

  /** Whether the connection may have suffered from the last fault. */
  let suffered = false;

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
      const { account, wrongKey = false } = situation;
      const messages =
        typeof situation.messages === 'function' ? situation.messages(adapter) : situation.messages;
      control.account({ ...defaultAccount, ...account });
      const result = await send(messages, wrongKey ? adapter.wrongKey : adapter.key);
      const expected = situation.expected(circumstances);
      const each = messages.map((_, index) => (isList(expected) ? expected[index] : expected) ?? 'unknown');
      expectOutcomes(result, messages, each);
      const leaves = each.some((one) => one !== 'kept' && one !== 'not carried');
      const leftAtLogin = wrongKey && adapter.opensSession === true;
      expect(arrivals(), 'requests').toBe(leaves && !leftAtLogin ? 1 : 0);
      const first = control.taken().find(({ apiMessageId }) => apiMessageId !== null);
      if (first === undefined) return;
      const { body = '', options = {} } = messages[0] ?? {};
      const understood = situation.understood?.(circumstances);
      expect(first).toMatchObject({
        content: options.binary === true ? body.replaceAll(' ', '') : body,
        ...(understood === undefined ? {} : { options: understood }),
      });
    },
    async expectFault({ fault, then }, { messages, reversed }) {
      // What a fault before this one did to a connection is not looked at here.
      if (suffered) await gateway.close();
      suffered = !harmless.has(fault.kind);
      control.account(defaultAccount);
      if (reversed) control.profile(names, { answerOrder: 'reversed', bulkOrder: 'reversed' });
      const sending = send(messages);
      control.script([fault]);
      if (fault.kind === 'hold') {
        // Should it end without having arrived, that is for the checks below to say.
        await Promise.race([control.waitFor('body', { path: adapter.sendPath }), sending]);
        control.release();
      }
      const result = await sending.finally(() => control.profile(names));
      expectTruth(result, messages);
      expect(arrivals(), 'requests').toBe(1);
      const each = messages.map((message) => expectedOf(message, circumstances));
      const kinds = result.outcomes.map(({ kind }) => kind);
      const open = kinds.filter((kind) => kind === 'unknown').length;
      switch (then) {
        case 'usual':
          expectOutcomes(result, messages, each, toldBy(fault, circumstances));
          return;
        case 'unknown':
          expectSame(
            kinds,
            messages.map(() => 'unknown'),
          );
          return;
        case 'cut':
        case 'unclear':
          expect(open, 'unknown ones').toBeGreaterThan(0);
          if (then === 'unclear' && messages.length > 2) expect(open, 'unknown ones').toBe(1);
          expectSame(
            result.outcomes.map(inShort),
            result.outcomes.map(({ kind }, index) =>
              kind === 'unknown' ? kind : outcomeOf(each[index] ?? 'unknown', circumstances),
            ),
          );
          return;
        case 'account':
        case 'turned-away':
          expectSame(
            result.outcomes.map(inShort),
            messages.map(() => `notSent ${then}`),
          );
          expect(result.pause).toBeDefined();
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

/** What becomes of a text of some company when nothing is in its way. */
function expectedOf({ recipient }: GatewayMessage, circumstances: Circumstances): Expected {
  const fine = usual(circumstances);
  const refusedWith = /^\+447700900(\d{3})$/.exec(recipient)?.[1];
  return refusedWith === undefined || fine !== 'accepted' ? fine : { refused: Number(refusedWith) };
}

/** What counts of an outcome, in a word or two. */
function inShort(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'accepted':
    case 'unknown':
      return outcome.kind;
    case 'notSent':
      return `notSent ${outcome.why}`;
    case 'rejected':
      return `rejected ${outcome.code}`;
  }
}

/** Matchers take longer than a whole case: they are asked only what went wrong. */
function expectSame(actual: readonly string[], expected: readonly string[]): void {
  if (actual.join() !== expected.join()) expect(actual).toEqual(expected);
}

/** How an answer tells of refusals while there is this fault. */
function toldBy(fault: FaultCase['fault'], circumstances: Circumstances): Circumstances {
  const withoutNulls = fault.kind === 'verdicts' && fault.change === 'without-nulls';
  return withoutNulls
    ? { ...circumstances, profile: { ...circumstances.profile, messageErrors: 'absent' } }
    : circumstances;
}

function isList(expected: Expected | readonly Expected[]): expected is readonly Expected[] {
  return Array.isArray(expected);
}

/** As `inShort` has it. */
function outcomeOf(expected: Expected, { adapter, profile }: Circumstances): string {
  switch (expected) {
    case 'accepted':
    case 'unknown':
      return expected;
    case 'kept':
      return 'notSent aborted';
    case 'goes alone':
      return 'notSent alone';
    case 'not carried':
      return `rejected ${refusedHere}`;
  }
  if ('unknownFor' in expected || 'unknownBut' in expected) return 'unknown';
  if ('pauses' in expected) return 'notSent account';
  if (adapter.family === 'central') return `rejected ${String(expected.refused).padStart(3, '0')}`;
  if (profile.messageErrors === 'older') return 'rejected undefined';
  return `rejected ${profile.errorNumbers === 'one-api' ? oneApiNumber(expected.refused) : expected.refused}`;
}

function pauseOf(expected: Expected, now: number): object | undefined {
  if (typeof expected === 'string' || 'refused' in expected) return undefined;
  if ('unknownFor' in expected) return { reason: 'rate-limited', until: now + expected.unknownFor * 1_000 };
  if ('unknownBut' in expected) return { reason: expected.unknownBut, until: undefined };
  const { pauses, seconds } = expected;
  return { reason: pauses, until: seconds === undefined ? undefined : now + seconds * 1_000 };
}
