import { describe, expect, it } from 'vitest';
import { translate } from '../../../shared/i18n/translate.ts';
import { maxResolvedAtOnce } from '../../../shared/ipc/control-methods.ts';
import { createFakeClient, fakeMessage, makeScenario } from '../../lib/fake-bridge.ts';
import { evidenceSentences, MessageControl } from './message-control.svelte.ts';
import { mostResolved, Several } from './several.svelte.ts';

describe('several texts at once', () => {
  it('takes as many as the contract', () => {
    expect(mostResolved).toBe(maxResolvedAtOnce);
  });

  it('asks with the number of all texts in doubt, on whatever page, and answers exactly those', async () => {
    const messages = Array.from({ length: 450 }, (_, index) =>
      fakeMessage(index + 1, { state: index % 150 === 0 ? 'in_doubt' : 'queued' }),
    );
    const client = createFakeClient(makeScenario('empty', { messages }));
    const several = new Several(client);
    await several.askDoubts('arrived');
    expect(several.asking).toMatchObject({ kind: 'doubts', decision: 'arrived' });
    expect(client.calls.some(({ method }) => method === 'control.resolveDoubts')).toBe(false);
    // One of them was answered elsewhere while the question stood there.
    await client.call('messages.resolveDoubt', { id: 1, decision: 'drop' });
    await several.confirm();
    const [resolved] = client.calls.filter(({ method }) => method === 'control.resolveDoubts');
    expect(resolved?.input).toMatchObject({ ids: [301, 151, 1] });
    expect(several.good).toBe(translate('control.doubtsDone', { count: 2, others: 1 }));
  });

  it('does nothing when the question is dismissed', async () => {
    const client = createFakeClient(makeScenario('empty', { failed: 3 }));
    const several = new Several(client);
    await several.askFailed();
    expect(several.asking).toEqual({ kind: 'failed', count: 3, atOnce: 100 });
    several.dismiss();
    await several.confirm();
    expect(client.calls.some(({ method }) => method === 'control.retryFailed')).toBe(false);
  });
});

describe('one text', () => {
  it('keeps what was typed when it is too late to edit', async () => {
    const message = fakeMessage(1, { state: 'queued' });
    const client = createFakeClient(makeScenario('empty', { messages: [message] }));
    const control = new MessageControl(client, 1);
    control.startEditing(message);
    control.body = 'Other words';
    await client.call('messages.cancel', { id: 1 });
    await control.save();
    expect([control.editing, control.body, control.bad]).toEqual([
      true,
      'Other words',
      translate('control.editTooLate'),
    ]);
  });

  it('says a balance as a hint, and that there is none', () => {
    const nothing = { openedAt: 1, closedAt: null, together: 0, before: null, after: null };
    expect(evidenceSentences(nothing).at(-1)).toBe(translate('control.evidenceNoBalance'));
    const read = { ...nothing, before: { at: 0, balance: 2, currency: null } };
    expect(evidenceSentences(read).at(-1)).toBe(translate('control.evidenceHint'));
  });
});
