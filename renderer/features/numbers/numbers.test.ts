import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import '../../../shared/i18n/on-demand.ts';
import { translate } from '../../../shared/i18n/words.ts';
import { createFakeClient, makeScenario, type Scenario } from '../../lib/fake-bridge.ts';
import { Numbers } from './numbers.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const optOut = (index: number) => ({
  recipient: `+2782555${String(index).padStart(4, '0')}`,
  recipientDisplay: `+27 82 555 ${String(index).padStart(4, '0')}`,
  source: 'import' as const,
  createdAt: 1_000 - index,
});
const failing = {
  recipient: '+27835550001',
  recipientDisplay: '+27 83 555 0001',
  failures: 3,
  lastFailureAt: 5,
};

async function open(changes: Partial<Scenario> = {}) {
  const client = createFakeClient(makeScenario('empty', changes));
  const numbers = new Numbers(client);
  await numbers.read();
  return { client, numbers };
}

describe('numbers not to text', () => {
  it('come a page at a time, the newest first', async () => {
    const { numbers } = await open({ optOuts: Array.from({ length: 250 }, (_, index) => optOut(index)) });
    expect([numbers.optOuts.length, numbers.moreOptOuts, numbers.optOutTotal]).toEqual([100, true, 250]);
    await numbers.readMoreOptOuts();
    await numbers.readMoreOptOuts();
    expect([numbers.optOuts.length, numbers.moreOptOuts]).toEqual([250, false]);
    expect(new Set(numbers.optOuts.map(({ recipient }) => recipient)).size).toBe(250);
  });

  it('are found by how they begin, once for what was typed last', async () => {
    const { client, numbers } = await open({ optOuts: [optOut(1), optOut(2)] });
    client.calls.length = 0;
    for (const typed of ['+', '+2', '+27825550002']) numbers.beginsWith = typed;
    await vi.advanceTimersByTimeAsync(200);
    expect(client.calls.filter(({ method }) => method === 'numbers.optOuts')).toHaveLength(1);
    expect(numbers.optOuts.map(({ recipient }) => recipient)).toEqual(['+27825550002']);
    numbers.stop();
  });

  it('are added by hand; what is no number stays in the field, with its line', async () => {
    const { numbers } = await open({ optOuts: [optOut(1)] });
    numbers.typed = '082 555 0001\nAnna\n082 555 0002';
    await numbers.add();
    expect(numbers.good).toBe(translate('numbers.added', { added: 1, already: 1 }));
    expect(numbers.notUnderstood).toEqual([{ line: 2, text: 'Anna' }]);
    expect(numbers.typed).toBe('Anna');
    expect(numbers.optOutTotal).toBe(2);
    numbers.typed = ' ';
    await numbers.add();
    expect(numbers.bad).toBe(translate('numbers.needsNumber'));
  });

  it('are taken off, and a no leaves them there', async () => {
    const { client, numbers } = await open({ optOuts: [optOut(1)] });
    client.fail('numbers.optIn', 'storage-full');
    await numbers.remove(optOut(1));
    expect([numbers.optOutTotal, numbers.bad === undefined]).toEqual([1, false]);
    client.fail('numbers.optIn', undefined);
    await numbers.remove(optOut(1));
    expect([numbers.optOutTotal, numbers.bad]).toEqual([0, undefined]);
  });

  it('come from a file as well', async () => {
    const { numbers } = await open();
    await numbers.import();
    expect(numbers.good).toBe(
      translate('numbers.imported', { name: 'stop.csv', added: 12, already: 3, leftOut: 1 }),
    );
    expect(numbers.imported).toMatchObject({ rows: [{ row: 4 }] });
  });
});

it('a number that could not be reached counts as reachable when a person says so', async () => {
  const { numbers } = await open({ flagged: [failing] });
  expect(numbers.flaggedTotal).toBe(1);
  await numbers.clearFlag(failing);
  expect([numbers.flagged, numbers.flaggedTotal]).toEqual([[], 0]);
});
