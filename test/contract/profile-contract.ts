/**
 * An adapter against every way the real gateway might behave, with every fault: whatever is uncertain about it, a text counts as
 * taken exactly when the server took it and its answer came through, nothing arrives twice, and every case has the one
 * outcome that is written down for it, under that profile.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profilePresets } from '../../electron/practice/profile.ts';
import type { AdapterUnderTest } from './gateway-contract.ts';
import { type Bench, openBench } from './profile-bench.ts';
import { companyOf, faultCases, silentFaults } from './profile-faults.ts';
import { questions } from './profile-questions.ts';
import { plain, situations } from './profile-situations.ts';

/** The first one is the gateway as it is when nothing is said. */
const profiles = ['', ...Object.keys(profilePresets)];
/** Long enough for a busy machine to write a request in. */
const impatient = { connect: 5_000, headers: 150, body: 150, overall: 10_000 };

/** Under these every fault is looked at in every company. */
const thorough = ['', 'contrary', 'one-api'];

export function describeProfiles(adapters: readonly AdapterUnderTest[]): void {
  let cases = 0;

  /** One test for many cases, since each test costs as much as several of them. All are run; those that fail are named. */
  async function runAll<Case>(
    all: readonly Case[],
    nameOf: (each: Case) => string,
    run: (each: Case) => Promise<void>,
  ): Promise<void> {
    const failed: string[] = [];
    for (const each of all) {
      cases += 1;
      await run(each).catch((error: unknown) => {
        failed.push(`${nameOf(each)}: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
    if (failed.length > 0)
      expect.fail(`${failed.length} of ${all.length} cases:\n${failed.slice(0, 3).join('\n')}`);
  }

  describe.each(adapters)('$name', (adapter) => {
    describe.each(profiles.map((profile, index) => ({ profile, index })))(
      'as in the profile "$profile"',
      ({ profile, index }) => {
        let bench: Bench;
        beforeAll(async () => {
          bench = await openBench(adapter, profile);
        });
        afterAll(() => bench.close());

        it('says of every kind of text what became of it', async () => {
          await runAll(
            situations,
            ({ name }) => name,
            (situation) => bench.expectSituation(situation),
          );
        });

        it('says after every fault what is known, and never asks twice', async () => {
          const all = faultCases.flatMap((faultCase, position) =>
            companyOf(faultCase, adapter.several, index + position, thorough.includes(profile)).map(
              (company) => ({ faultCase, company }),
            ),
          );
          await runAll(
            all,
            ({ faultCase, company }) => `${JSON.stringify(faultCase.fault)}, ${company.name}`,
            ({ faultCase, company }) => bench.expectFault(faultCase, company),
          );
        });

        it('has not sent anything while the line is down', async () => {
          // A connection that is kept may take a text with it as it ends: that is another case.
          await bench.gateway.close();
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
          await runAll(
            questions,
            ({ name }) => name,
            (question) => question.ask(bench),
          );
        });
      },
    );

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
