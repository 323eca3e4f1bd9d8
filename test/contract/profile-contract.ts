/**
 * An adapter against every way the real gateway might behave, with every fault: whatever is uncertain about it, a text counts as
 * taken exactly when the server took it and its answer came through, nothing arrives twice, and every case has the one
 * outcome that is written down for it, under that profile.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profilePresets } from '../../electron/practice/profile.ts';
import type { AdapterUnderTest } from './gateway-contract.ts';
import { type Bench, openBench } from './profile-bench.ts';
import { faultCases, silentFaults } from './profile-faults.ts';
import { questions } from './profile-questions.ts';
import { plain, situations } from './profile-situations.ts';

/** The first one is the gateway as it is when nothing is said. */
const profiles = ['', ...Object.keys(profilePresets)];
/** Long enough for a busy machine to write a request in. */
const impatient = { connect: 5_000, headers: 150, body: 150, overall: 10_000 };

export function describeProfiles(adapters: readonly AdapterUnderTest[]): void {
  let cases = 0;

  describe.each(adapters)('$name', (adapter) => {
    describe.each(profiles)('as in the profile "%s"', (profile) => {
      let bench: Bench;
      beforeAll(async () => {
        bench = await openBench(adapter, profile);
      });
      afterAll(() => bench.close());

      it('says of every kind of text what became of it', async () => {
        for (const situation of situations) {
          await bench.expectSituation(situation);
          cases += 1;
        }
      });

      it('says after every fault what is known, and never asks twice', async () => {
        for (const faultCase of faultCases) {
          await bench.expectFault(faultCase);
          cases += 1;
        }
      });

      it('has not sent anything while the line is down', async () => {
        await bench.control.line(false);
        const result = await bench.send([plain]);
        await bench.control.line(true);
        expect(result).toMatchObject({
          outcomes: [{ kind: 'notSent', why: 'line' }],
          pause: undefined,
          httpStatus: undefined,
        });
        expect(bench.control.received()).toHaveLength(0);
        cases += 1;
      });

      it('understands every answer to a question', async () => {
        for (const question of questions) {
          await question.ask(bench);
          cases += 1;
        }
      });
    });

    it('waits for no answer for ever, under any profile', async () => {
      // All at once: each takes its time.
      const ran = await Promise.all(profiles.map((profile) => expectImpatience(adapter, profile)));
      cases += ran.reduce((sum, each) => sum + each, 0);
    });
  });

  it('is at least forty cases for every adapter under every profile', () => {
    const { length } = [...situations, ...faultCases, ...silentFaults, ...questions];
    expect(length).toBeGreaterThanOrEqual(40);
  });
  afterAll(() => {
    console.info(`${cases} cases: ${adapters.length} adapters, ${profiles.length} profiles`);
  });
}

/** Returns how many cases there were. */
async function expectImpatience(adapter: AdapterUnderTest, profile: string): Promise<number> {
  const bench = await openBench(adapter, profile);
  const gateway = bench.open(impatient);
  try {
    // A session is there before anything is late.
    await gateway.check(bench.context());
    bench.control.reset();
    bench.control.script(silentFaults);
    const numbers = silentFaults.map((_, index) => `+2782123456${index}`);
    const results = await Promise.all(
      numbers.map((recipient) =>
        gateway.send({ requestRef: plain.clientRef, messages: [{ ...plain, recipient }] }, bench.context()),
      ),
    );
    for (const [index, result] of results.entries()) {
      expect([profile, result]).toMatchObject([profile, { outcomes: [{ kind: 'unknown' }] }]);
      expect(bench.taken(numbers[index] ?? '').times).toBeLessThanOrEqual(1);
    }
    expect([profile, bench.arrivals()]).toEqual([profile, silentFaults.length]);
    return results.length;
  } finally {
    await gateway.close();
    await bench.close();
  }
}
