import { describe, expect, test } from 'vitest';
import '../../../shared/i18n/on-demand.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import { createFakeClient, fakeMessage, makeScenario } from '../../lib/fake-bridge.ts';
import { DataCare } from './data-care.svelte.ts';

function open(changes: Parameters<typeof makeScenario>[1] = {}) {
  const client = createFakeClient(makeScenario('a-few', changes));
  const care = new DataCare(client);
  return { client, care, stop: care.start() };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('data care in a window', () => {
  test('reads what there is, and again when main says so', async () => {
    const { client, care, stop } = open();
    await settled();
    expect(care.view?.backups).toHaveLength(2);
    await care.backUp();
    expect(care.good).toBe(translate('care.backupDone'));
    expect(care.view?.backups).toHaveLength(3);
    const before = client.calls.length;
    client.push({ kind: 'care-changed' });
    await settled();
    expect(client.calls.length).toBe(before + 1);
    stop();
  });

  test('nothing is erased before somebody said yes, and the question tells how many go and how many stay', async () => {
    const messages = [
      fakeMessage(1, { recipient: '+27821234567', state: 'accepted' }),
      fakeMessage(2, { recipient: '+27821234567', state: 'queued' }),
    ];
    const { client, care } = open({ messages });
    await care.askToErase('082 123 4567');
    expect(care.erasing).toMatchObject({ erasable: 1, open: 1 });
    expect(client.calls.some(({ method }) => method === 'care.eraseNumber')).toBe(false);
    await care.erase();
    expect(care.good).toBe(translate('care.erased', { count: 1, open: 1 }));
    expect(care.place).toBe('number');
  });

  test('with nothing to erase there is no question', async () => {
    const { care } = open({ messages: [fakeMessage(2, { recipient: '+27821234567', state: 'queued' })] });
    await care.askToErase('082 123 4567');
    expect(care.erasing).toBeUndefined();
    expect(care.good).toBe(translate('care.eraseNothing', { open: 1 }));
  });

  test('a failure is said where it happened, and what was asked for can be asked again', async () => {
    const { client, care } = open({ failing: { 'care.importArchive': 'archive-unreadable' } });
    expect(await care.importArchive('not the passphrase')).toBe(false);
    expect(care.bad).toBe(translateError({ code: 'archive-unreadable' }));
    expect(care.place).toBe('move');
    client.fail('care.importArchive', undefined);
    expect(await care.importArchive('the passphrase')).toBe(true);
    expect(care.bad).toBeUndefined();
  });

  test('stopped by the person: said as such, not as a failure', async () => {
    const { care } = open({ failing: { 'care.backUp': 'care-stopped' } });
    expect(await care.backUp()).toBe(false);
    expect(care.bad).toBeUndefined();
    expect(care.stopped).toBe(translateError({ code: 'care-stopped' }));
  });

  test('what is under way is shown where it was begun; what the program began by itself, above everything', async () => {
    const job = {
      kind: 'write-archive',
      step: 'locking',
      share: 0.5,
      stoppable: true,
      stopping: false,
    } as const;
    const archive = open({ careJob: job });
    await settled();
    expect(archive.care.busy).toBe(true);
    expect(archive.care.jobPlace).toBe('move');
    const check = open({ careJob: { ...job, kind: 'check' } });
    await settled();
    expect(check.care.view?.job?.kind).toBe('check');
    expect(check.care.jobPlace).toBeUndefined();
  });

  test('what was put aside is deleted after asking', async () => {
    const file = { name: '2026-11-20T10-00-00Z', at: 1, reason: 'damaged', bytes: 10 } as const;
    const { care } = open({ kept: [file] });
    await settled();
    care.deleting = file;
    expect(await care.deleteKept()).toBe(true);
    expect(care.view?.kept).toEqual([]);
    expect(care.good).toBe(translate('care.keptDeleted'));
  });

  test('one thing at a time', async () => {
    const { client, care } = open();
    const first = care.backUp();
    expect(await care.backUp()).toBe(false);
    await first;
    expect(client.calls.filter(({ method }) => method === 'care.backUp')).toHaveLength(1);
  });
});
