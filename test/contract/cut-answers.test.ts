/**
 * Answers about several numbers that are cut at any byte and come as complete HTTP all the same, as a machine on the way
 * leaves them: what is left may look like another answer. Whatever it looks like, a text that was taken is never told as
 * not sent or refused, one that was not taken never as taken, and one request leaves.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayMessage, Outcome } from '../../electron/core/ports.ts';
import {
  type PracticeControl,
  type PracticeServer,
  startPracticeServer,
} from '../../electron/practice/server.ts';
import { adaptersUnderTest, centralSession } from './adapters.ts';
import { practiceKey, practiceLogin } from './gateway-contract.ts';

const numbers = ['+27821234567', '+447700900105', '+27821234569'];
const messages = numbers.map(
  (recipient, index): GatewayMessage => ({
    clientRef: `01J000000000000000000000${index}A`,
    recipient,
    body: 'Hello',
  }),
);

interface Situation {
  readonly profile: string;
  /** How many texts the account can pay for. */
  readonly credit: number;
}

/** What is left of JSON or XML is neither; the lines of Developers' Central are lines wherever they end. */
const situations: Readonly<Record<'platform' | 'central', readonly Situation[]>> = {
  platform: [
    { profile: '', credit: 1 },
    { profile: 'contrary', credit: 9 },
  ],
  central: ['', 'answers-reversed', 'one-line', 'contrary'].flatMap((profile) => [
    { profile, credit: 9 },
    { profile, credit: 1 },
  ]),
};

describe.each([...adaptersUnderTest, centralSession].filter(({ several }) => several))('$name', (adapter) => {
  let server: PracticeServer;
  let control: PracticeControl;
  beforeAll(async () => {
    server = await startPracticeServer({ control: true, key: practiceKey, central: practiceLogin });
    if (server.control === undefined) throw new Error('no control');
    control = server.control;
  });
  afterAll(async () => {
    await server.stop();
  });

  it.each(situations[adapter.family])(
    'tells no lie about what is left of an answer as in the profile "$profile", with credit for $credit',
    async ({ profile, credit }) => {
      const gateway = adapter.open({ baseUrl: server.url });
      const send = async (bytes: number | undefined): Promise<readonly Outcome[]> => {
        control.reset();
        control.profile(profile === '' ? [] : [profile]);
        control.account({ credit, pricePerPart: 1 });
        if (bytes !== undefined) control.script([{ kind: 'truncate', bytes }]);
        const { outcomes } = await gateway.send(
          { requestRef: '01J0000000000000000000000R', messages },
          { signal: new AbortController().signal, readKey: async () => adapter.key },
        );
        return outcomes;
      };
      const whole = await send(undefined);
      const kinds = whole.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(Math.min(credit, 2));
      expect(kinds[1]).toBe('rejected');

      // An answer about three numbers is never longer.
      for (let bytes = 0; bytes < 700; bytes += 1) {
        const outcomes = await send(bytes);
        const sent = control.received().filter(({ path }) => path.split('?')[0] === adapter.sendPath);
        expect([bytes, sent.length]).toEqual([bytes, 1]);
        const told = outcomes.map(({ kind }, index) => (kind === 'unknown' ? kinds[index] : kind));
        expect([bytes, told]).toEqual([bytes, kinds]);
        if (outcomes.every(({ kind }, index) => kind === kinds[index])) return;
      }
      throw new Error('the answer never came whole');
    },
  );
});
