import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { translate } from '../../../shared/i18n/words.ts';
import '../../../shared/i18n/on-demand.ts';
import type { Input } from '../../../shared/ipc/contract.ts';
import { createFakeClient, fakeAccount, makeScenario, type Scenario } from '../../lib/fake-bridge.ts';
import { ListForm } from './list.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function open(changes: Partial<Scenario> = {}) {
  const client = createFakeClient(
    makeScenario('empty', { now: Date.now, settings: { country: 'ZA', undoSeconds: 0 }, ...changes }),
  );
  const form = new ListForm(client);
  await form.read();
  await form.choose();
  form.body = 'We are closed on Friday.';
  const sent = (): Input<'lists.send'>[] =>
    client.calls
      .filter(({ method }) => method === 'lists.send')
      .map(({ input }) => input as Input<'lists.send'>);
  return { client, form, sent };
}

describe('a list', () => {
  it('counts those who get a text as things are ticked, and why the others do not', async () => {
    const { form, sent } = await open();
    expect(form.recipients).toBe(118);
    expect(form.leftOut.at(-1)).toEqual({ reason: 'flagged', count: 4 });
    form.sharing = true;
    expect(form.recipients).toBe(122);
    form.flagged = true;
    expect(form.recipients).toBe(126);
    expect(form.leftOut.map(({ reason }) => reason)).toEqual(['too-short', 'opted-out']);
    expect(form.sum(fakeAccount(1))).toEqual({ recipients: 126, parts: 1, total: 126 });
    await form.send(fakeAccount(1));
    expect(sent()).toMatchObject([{ flagged: true, sharing: true }]);
    form.close();
  });

  it('asks about texts that were sent lately, and forgets the question when the words are others', async () => {
    const { form, sent } = await open({ repeats: 12 });
    await form.send(fakeAccount(1));
    expect(form.repeats).toEqual({ count: 12, hours: 24 });
    expect(form.view.phase).toBe('ready');
    form.body = 'Other words';
    expect(form.repeats).toBeUndefined();
    form.body = 'We are closed on Friday.';
    await form.send(fakeAccount(1), 'leave-out');
    expect(sent().map(({ repeats }) => repeats)).toEqual([undefined, 'leave-out']);
    expect(form.view).toMatchObject({ phase: 'done', total: 106 });
    expect(form.body).toBe('');
    form.close();
  });

  it('can be taken back while the seconds last, with its words', async () => {
    const { client, form } = await open({ settings: { country: 'ZA', undoSeconds: 8 } });
    await form.send(fakeAccount(1));
    expect([form.view.phase, form.undoSeconds]).toEqual(['sealed', 8]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(form.undoSeconds).toBe(5);
    await form.undo();
    expect([form.view.phase, form.body]).toEqual(['ready', 'We are closed on Friday.']);
    expect(form.notice).toBe(translate('lists.takenBack'));
    // A window that opens now shows the words as well.
    const later = new ListForm(client);
    await later.read();
    expect(later.body).toBe('We are closed on Friday.');
    form.close();
    later.close();
  });

  it('goes at a time that was asked for; half a time stands in the way', async () => {
    const { form, sent } = await open();
    form.timing.sendAtUnread = true;
    await form.send(fakeAccount(1));
    expect([form.problemOption, sent().length]).toEqual(['sendAt', 0]);
    form.timing.sendAtUnread = false;
    form.timing.sendAt = '2099-01-04T08:00';
    await form.send(fakeAccount(1));
    expect(sent()).toMatchObject([{ sendAt: new Date('2099-01-04T08:00').getTime() }]);
    form.close();
  });

  it('goes in quiet hours only with a reason', async () => {
    const { form, sent } = await open({ heldUntil: Date.now() + 3_600_000 });
    expect(form.quiet?.open).toBe(false);
    form.overrideQuiet(true);
    await form.send(fakeAccount(1));
    expect([form.problemField, sent().length]).toEqual(['reason', 0]);
    form.quietReason = ' Water pipe burst ';
    await form.send(fakeAccount(1));
    expect(sent()).toMatchObject([{ quietReason: 'Water pipe burst' }]);
    form.close();
  });
});
