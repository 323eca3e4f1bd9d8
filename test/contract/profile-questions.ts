/** What can be asked of an adapter, and what its answer has to be under each profile. Nothing is sent by asking. */
import { expect } from 'vitest';
import type { StatusResult } from '../../electron/core/ports.ts';
import { defaultAccount } from '../../electron/practice/state.ts';
import type { Bench } from './profile-bench.ts';
import { minute, plain } from './profile-situations.ts';

export interface Question {
  readonly name: string;
  ask(bench: Bench): Promise<void>;
}

type Meaning = Extract<StatusResult, { kind: 'status' }>['meaning'];

/** The id under which a text was taken; undefined under a profile that takes none. */
async function takenId(
  bench: Bench,
  recipient: string,
  options = plain.options,
): Promise<string | undefined> {
  bench.control.account(defaultAccount);
  await bench.send([{ ...plain, recipient, ...(options === undefined ? {} : { options }) }]);
  return bench.taken(recipient).id;
}

/** By its number where that is told, and by its word otherwise. */
async function expectStatus(bench: Bench, id: string, meaning: Meaning): Promise<void> {
  expect(await bench.gateway.status?.(id, bench.context())).toMatchObject({ kind: 'status', meaning });
}

export const questions: readonly Question[] = [
  {
    name: 'the balance',
    async ask(bench) {
      const { adapter } = bench.circumstances;
      bench.control.account(defaultAccount);
      bench.control.reset();
      expect(await bench.gateway.check(bench.context())).toEqual({
        kind: 'works',
        balance: adapter.balance,
        currency: adapter.currency,
      });
      expect(bench.arrivals()).toBe(0);
    },
  },
  {
    name: 'the balance with a wrong key',
    async ask(bench) {
      const { adapter } = bench.circumstances;
      expect(await bench.gateway.check(bench.context(adapter.wrongKey))).toMatchObject({
        kind: 'failed',
        why: 'key-rejected',
      });
    },
  },
  {
    name: 'the balance from another address',
    async ask(bench) {
      bench.control.account({ ipLocked: true });
      expect(await bench.gateway.check(bench.context())).toMatchObject({
        kind: 'failed',
        why: 'ip-blocked',
      });
      bench.control.account(defaultAccount);
    },
  },
  {
    name: 'where a text is',
    async ask(bench) {
      const id = await takenId(bench, plain.recipient);
      if (id === undefined) return;
      await expectStatus(bench, id, 'at-gateway');
      bench.control.clock.advance(defaultAccount.handsetSeconds * 1_000);
      await expectStatus(bench, id, 'delivered');
    },
  },
  {
    name: 'where a text is that waits for its time',
    async ask(bench) {
      const deliverAt = bench.control.clock.now() + 60 * minute;
      const id = await takenId(bench, plain.recipient, { deliverAt });
      if (id !== undefined) await expectStatus(bench, id, 'waiting');
    },
  },
  {
    name: 'where a text is that did not arrive',
    async ask(bench) {
      for (const [recipient, meaning] of [
        ['+447700900005', 'undelivered'],
        ['+447700900007', 'undelivered'],
        ['+447700900009', 'undelivered'],
        ['+447700900010', 'expired'],
        ['+447700900012', 'undelivered'],
        ['+447700900014', 'undelivered'],
      ] as const) {
        const id = await takenId(bench, recipient);
        if (id === undefined) return;
        bench.control.clock.advance(defaultAccount.handsetSeconds * 1_000);
        await expectStatus(bench, id, meaning);
      }
    },
  },
  {
    name: 'where a text is whose validity is over',
    async ask(bench) {
      const { adapter, profile } = bench.circumstances;
      const id = await takenId(bench, '+447700900011', { validityMinutes: 90 });
      if (id === undefined) return;
      bench.control.clock.advance(2 * minute);
      const inSeconds = adapter.family === 'platform' && profile.validityUnit === 'seconds';
      await expectStatus(bench, id, inSeconds ? 'expired' : 'at-gateway');
      bench.control.clock.advance(88 * minute);
      await expectStatus(bench, id, 'expired');
    },
  },
  {
    name: 'where a text is that it does not know',
    async ask(bench) {
      expect(await bench.gateway.status?.('f'.repeat(32), bench.context())).toMatchObject({
        kind: 'status',
        meaning: 'gone',
      });
    },
  },
  {
    name: 'what a text cost',
    async ask(bench) {
      const { charge } = bench.gateway;
      const id = await takenId(bench, plain.recipient);
      if (charge === undefined || id === undefined) return;
      expect(await charge(id, bench.context())).toMatchObject({ kind: 'charge', credits: 1 });
    },
  },
  {
    name: 'to stop a text',
    async ask(bench) {
      const { stop } = bench.gateway;
      if (stop === undefined) return;
      const deliverAt = bench.control.clock.now() + 60 * minute;
      const id = await takenId(bench, plain.recipient, { deliverAt });
      expect(await stop(id ?? '', bench.context())).toMatchObject({ kind: 'status', meaning: 'stopped' });
    },
  },
  {
    name: 'whether a number can be reached',
    async ask(bench) {
      const { coverage } = bench.gateway;
      if (coverage === undefined) return;
      expect(await coverage(plain.recipient, bench.context())).toMatchObject({
        kind: 'coverage',
        covered: true,
        credits: 1,
      });
      expect(await coverage('+447700900114', bench.context())).toMatchObject({
        kind: 'coverage',
        covered: false,
      });
    },
  },
  {
    name: 'whether a session is alive',
    async ask(bench) {
      const { adapter } = bench.circumstances;
      await takenId(bench, plain.recipient);
      bench.control.clock.advance(13 * minute);
      const result = await bench.send([plain]);
      const paths = bench.control.received().map(({ path }) => path.split('?')[0]);
      if (adapter.opensSession === true) {
        expect(result.outcomes).toMatchObject([{ kind: 'accepted' }]);
        expect(paths).toEqual(['/http/ping', adapter.sendPath]);
      } else {
        expect(paths).toEqual([adapter.sendPath]);
      }
    },
  },
];
