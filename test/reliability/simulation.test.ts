/**
 * R12. Ten thousand random worlds (`script/test --long` or OUTTRAY_SEQUENCES: more), each compared with the reference model
 * after every event. A failing one is made shorter and printed with its seed; OUTTRAY_SEED repeats it.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyWorld } from './simulated-events.ts';
import { simulate } from './simulation.ts';

const sequences = Number(process.env.OUTTRAY_SEQUENCES ?? 10_000);
const onFile = Math.max(50, Math.ceil(sequences / 50));
const seed = Number(process.env.OUTTRAY_SEED ?? Date.now() & 0x7fffffff);

async function explore(worlds: number, disk: 'memory' | 'file') {
  const total = { texts: 0, requests: 0, inDoubt: 0, crashes: 0 };
  await fc.assert(
    fc.asyncProperty(anyWorld, async ({ events, seed: luck }) => {
      const ledger = await simulate(events, { seed: luck, disk });
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += ledger[name];
    }),
    { numRuns: worlds, seed },
  );
  console.log(`${worlds} worlds on ${disk}, seed ${seed}: ${JSON.stringify(total)}`);
  return total;
}

describe(`random worlds, seed ${seed}`, () => {
  test(`${sequences} in memory`, { timeout: 60_000 + sequences * 60 }, async () => {
    const total = await explore(sequences, 'memory');
    // A simulation in which nothing happens proves nothing.
    expect(total.texts).toBeGreaterThan(sequences);
    expect(total.crashes).toBeGreaterThan(sequences / 10);
    expect(total.inDoubt).toBeGreaterThan(sequences / 10);
  });

  test(`${onFile} on a file with its log`, { timeout: 60_000 + onFile * 400 }, async () => {
    const total = await explore(onFile, 'file');
    expect(total.crashes).toBeGreaterThan(onFile / 10);
  });
});
