/** Controls of R12: with one rule broken on purpose the simulation has to notice, and to make the case short. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brokenRules } from './rules-broken-on-purpose.ts';
import { anyWorld } from './simulated-events.ts';
import { RuleBroken, simulate } from './simulation.ts';

const enough = 4_000;

describe('control: noticed within 4,000 worlds', () => {
  for (const { name, rules, says } of brokenRules) {
    test(name, { timeout: 120_000 }, async () => {
      const found = await fc.check(
        fc.asyncProperty(anyWorld, async ({ events, seed }) => {
          await simulate(events, { rules, seed });
        }),
        { numRuns: enough, seed: 20_260_101 },
      );
      expect(found.failed).toBe(true);
      expect(found.errorInstance).toBeInstanceOf(RuleBroken);
      expect(String(found.errorInstance)).toMatch(says);
      const events = found.counterexample?.[0].events ?? [];
      console.log(
        `${name}: after ${found.numRuns} worlds, ${events.length} events: ${String(found.errorInstance)}`,
      );
      // Short enough to be read.
      expect(events.length).toBeLessThan(12);
    });
  }
});
