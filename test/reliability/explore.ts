/**
 * R12. Random worlds, each compared with the reference model after every event. A failing one is made shorter and printed
 * with its seed; OUTTRAY_SEED repeats it. `script/test --long`, or OUTTRAY_SEQUENCES, for more. In two files, because a
 * file is what runs beside another.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyWorld } from './simulated-events.ts';
import { simulate } from './simulation.ts';

const sequences = Number(process.env.OUTTRAY_SEQUENCES ?? 10_000) / 2;
const onFile = Math.max(25, Math.ceil(sequences / 100));

async function explore(worlds: number, disk: 'memory' | 'file', seed: number) {
  const total = { texts: 0, requests: 0, inDoubt: 0, crashes: 0 };
  await fc.assert(
    fc.asyncProperty(anyWorld, async ({ events, seed: luck }) => {
      const ledger = await simulate(events, { seed: luck, disk });
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += ledger[name];
    }),
    { numRuns: worlds, seed },
  );
  console.log(`${worlds} worlds, ${disk}, seed ${seed}: ${JSON.stringify(total)}`);
  return total;
}

/** Declares the tests of one half. */
export function exploreHalf(half: 0 | 1): void {
  const given = Number(process.env.OUTTRAY_SEED ?? 20_260_101);
  const seed = given + half;
  describe(`random worlds, OUTTRAY_SEED=${given}, half ${half + 1}`, () => {
    test(`${sequences} in memory`, { timeout: 120_000 + sequences * 120 }, async () => {
      const total = await explore(sequences, 'memory', seed);
      // A simulation in which nothing happens proves nothing.
      expect(total.texts).toBeGreaterThan(sequences);
      expect(total.crashes).toBeGreaterThan(sequences / 10);
      expect(total.inDoubt).toBeGreaterThan(sequences / 10);
    });

    test(`${onFile} on a file with its log`, { timeout: 120_000 + onFile * 1_000 }, async () => {
      const total = await explore(onFile, 'file', seed);
      expect(total.crashes).toBeGreaterThan(onFile / 10);
    });
  });
}
