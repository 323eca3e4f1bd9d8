/** R1, short: `npm run chaos -- --kills 1000` is the long one. What is proven, and how: test/reliability/README.md. */
import { expect, test } from '@playwright/test';
import { mostInFlight, runChaos, runChaosTwice } from '../reliability/chaos.ts';

const kills = Number(process.env.OUTTRAY_KILLS ?? 60);
const seed = Number(process.env.OUTTRAY_SEED ?? Date.now() & 0x7fffffff);

test(`${kills} kills at random moments: nothing lost, nothing sent twice`, async () => {
  test.setTimeout(120_000 + kills * 12_000);
  // Not in the title: it has to be the same in every process.
  console.log(`seed ${seed}`);
  const ledger = await runChaosTwice({ kills, seed, log: (line) => console.log(line) });
  console.log(JSON.stringify(ledger));
  expect({ lost: ledger.lost, sentTwice: ledger.sentTwice, unexpected: ledger.unexpected }).toEqual({
    lost: 0,
    sentTwice: 0,
    unexpected: 0,
  });
  expect(ledger.mostInterruptedAtOnce).toBeLessThanOrEqual(mostInFlight);
  // Kills that never met a request under way prove nothing.
  expect(ledger.interruptedAndArrived).toBeGreaterThanOrEqual(Math.floor(kills / 6));
});

test('control: with "sending is queued again" three kills are enough to find texts sent twice', async () => {
  test.setTimeout(200_000);
  const ledger = await runChaos({ kills: 3, seed: 20_260_101, rule: 'sending-is-queued-again' });
  console.log(JSON.stringify(ledger));
  expect(ledger.sentTwice).toBeGreaterThan(0);
  // It found that, and nothing else is wrong with the run.
  expect({ lost: ledger.lost, unexpected: ledger.unexpected }).toEqual({ lost: 0, unexpected: 0 });
});
