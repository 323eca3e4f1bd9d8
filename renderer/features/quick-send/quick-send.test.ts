import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { maxBodyUnits } from '../../../shared/domain/message.ts';
import { translate, translateError } from '../../../shared/i18n/translate.ts';
import { type Input, maxRecipientsPerSubmission } from '../../../shared/ipc/contract.ts';
import {
  createFakeClient,
  type FakeClient,
  fakeAccount,
  fakeTemplates,
  makeScenario,
  type Scenario,
} from '../../lib/fake-bridge.ts';
import { QuickSend } from './quick-send.svelte.ts';
import { maxRecipients, nameAt, splitRecipients } from './recipients.ts';

function open(changes: Partial<Scenario> = {}): { client: FakeClient; form: QuickSend } {
  const client = createFakeClient(makeScenario('empty', changes));
  return { client, form: new QuickSend(client) };
}

function callsOf(client: FakeClient, method: FakeClient['calls'][number]['method']) {
  return client.calls.filter((call) => call.method === method).map((call) => call.input);
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('splitRecipients', () => {
  it('splits at commas, semicolons and line breaks', () => {
    expect(splitRecipients(' 082 555 0101, 083;\n084\r\n,')).toEqual(['082 555 0101', '083', '084']);
    expect(splitRecipients('٠٨٢، ٠٨٣')).toEqual(['٠٨٢', '٠٨٣']);
    expect(splitRecipients('  \n ')).toEqual([]);
  });

  it('takes as many as the contract', () => {
    expect(maxRecipients).toBe(maxRecipientsPerSubmission);
  });
});

describe('nameAt', () => {
  it.each([
    ['an', 2, { from: 0, to: 2, query: 'an' }],
    ['082 555 0101, ana sil', 21, { from: 14, to: 21, query: 'ana sil' }],
    ['082;Éva', 7, { from: 4, to: 7, query: 'Éva' }],
    ['ana, 082', 3, { from: 0, to: 3, query: 'ana' }],
    ['٠٨٢، أنا', 8, { from: 5, to: 8, query: 'أنا' }],
  ])('%j at %i', (to, caret, name) => {
    expect(nameAt(to, caret)).toEqual(name);
  });

  it.each([
    ['', 0],
    ['a', 1],
    ['082', 3],
    ['+27 82 x12', 10],
    ['ana, ', 5],
    ['ana, 082', 8],
  ])('is not in %j at %i', (to, caret) => {
    expect(nameAt(to, caret)).toBeUndefined();
  });
});

describe('a text from a template', () => {
  async function withTemplate() {
    const { client, form } = open({ templates: fakeTemplates });
    const answer = await client.call('templates.list');
    const [template] = answer.ok ? answer.value : [];
    if (template === undefined) throw new Error('no template');
    await form.load();
    form.to = '082 555 0101';
    form.body = 'Hello there, see you on ((day)) at ((time)).';
    form.wroteFrom(template);
    return { client, form, template };
  }

  it('does not go with a gap, says which, and goes with its template once they are filled', async () => {
    const { client, form, template } = await withTemplate();
    await form.submit();
    expect(callsOf(client, 'sending.submit')).toEqual([]);
    expect(form).toMatchObject({ problemField: 'body', phase: 'writing' });
    expect(form.problem).toBe(translate('quick.gapLeft', { count: 2, names: 'day, time' }));
    form.body = 'Hello there, see you on Tuesday at nine.';
    await form.submit();
    expect(callsOf(client, 'sending.submit')).toMatchObject([{ templateId: template.id }]);
    expect(form.template).toBeUndefined();
    form.stop();
  });

  it('keeps its template with the draft, and finds it again', async () => {
    const { client, form, template } = await withTemplate();
    await form.saveNow();
    form.stop();
    const next = new QuickSend(client);
    await next.load();
    expect(next.template).toEqual(template);
    next.stop();
  });

  it('forgets it with its last word', async () => {
    const { form } = await withTemplate();
    form.body = ' ';
    expect(form.template).toBeUndefined();
    form.stop();
  });

  it('leaves brackets alone that nobody took from a template', async () => {
    const { client, form } = open();
    await form.load();
    form.to = '082 555 0101';
    form.body = 'Hello ((you))';
    await form.submit();
    expect(callsOf(client, 'sending.submit')).toMatchObject([{ body: 'Hello ((you))' }]);
    form.stop();
  });
});

describe('a text that went there lately', () => {
  it('is asked about, goes when it is wanted all the same, and is the same submission', async () => {
    const { client, form } = open();
    await form.load();
    form.to = '082 555 0101';
    form.body = 'Hello';
    client.fail('sending.submit', 'already-texted');
    await form.submit();
    expect(form).toMatchObject({ asksRepeat: true, body: 'Hello', phase: 'writing' });
    expect(form.problem).toBe(translateError({ code: 'already-texted' }));
    client.fail('sending.submit', undefined);
    await form.submit(true);
    expect(form.asksRepeat).toBe(false);
    const [first, second] = callsOf(client, 'sending.submit') as Input<'sending.submit'>[];
    expect(second).toEqual({ ...first, repeatConfirmed: true });
    form.stop();
  });
});

describe('understanding numbers', () => {
  it('asks once the typing pauses, and once for each piece', async () => {
    const { client, form } = open();
    await form.load();
    form.to = '082 555';
    form.to = '082 555 0101';
    expect(form.entries).toMatchObject([{ input: '082 555 0101', meaning: { kind: 'reading' } }]);
    await vi.advanceTimersByTimeAsync(200);
    expect(callsOf(client, 'recipients.understand')).toEqual([{ input: '082 555 0101' }]);
    expect(form.entries[0]?.meaning).toMatchObject({ kind: 'valid', display: '+27 82 555 0101' });
    form.to = '082 555 0101, 083 555 0102';
    await vi.advanceTimersByTimeAsync(200);
    expect(callsOf(client, 'recipients.understand')).toHaveLength(2);
    form.stop();
  });

  it('counts a number that is listed twice once', async () => {
    const { form } = open();
    await form.load();
    form.to = '082 555 0101; +27 82 555 0101';
    await form.understandNow();
    expect(form.entries.map((entry) => entry.repeated)).toEqual([false, true]);
    expect(form.recipients).toEqual(['+27825550101']);
    form.stop();
  });

  it('asks again after a question that failed', async () => {
    const { client, form } = open();
    await form.load();
    client.fail('recipients.understand', 'internal');
    form.to = '082 555 0101';
    await form.understandNow();
    expect(form.entries[0]?.meaning).toEqual({ kind: 'failed' });
    client.fail('recipients.understand', undefined);
    await form.understandNow();
    expect(form.entries[0]?.meaning.kind).toBe('valid');
    form.stop();
  });

  it('reads every number anew when the country changed', async () => {
    const { client, form } = open();
    await form.load();
    form.to = '082 555 0101';
    await form.understandNow();
    await client.call('settings.change', { country: null });
    form.forgetMeanings();
    await form.understandNow();
    expect(form.entries[0]?.meaning).toEqual({ kind: 'invalid', reason: 'unknown-country' });
    form.stop();
  });
});

describe('the draft', () => {
  it('comes back as it was left', async () => {
    const { form } = open({ draft: { to: '082 555 0101', body: 'Half a' } });
    await form.load();
    expect([form.to, form.body]).toEqual(['082 555 0101', 'Half a']);
    expect(form.entries[0]?.meaning.kind).toBe('valid');
    form.stop();
  });

  it('comes back with its options as they were typed, and with its account', async () => {
    const accounts = [fakeAccount(1), fakeAccount(2, { family: 'central' })];
    const { client, form } = open();
    form.accounts = accounts;
    await form.load();
    form.body = '00 01';
    form.options.binary = true;
    form.options.userDataHeader = '0605';
    form.options.validity = '3';
    form.options.validityUnit = 'minutes';
    form.changedOptions();
    form.chooseAccount(2);
    await vi.advanceTimersByTimeAsync(400);
    form.stop();
    const again = new QuickSend(client);
    again.accounts = accounts;
    await again.load();
    expect(again.options.typed).toEqual({
      binary: true,
      userDataHeader: '0605',
      validity: '3',
      validityUnit: 'minutes',
    });
    expect([again.body, again.account?.id]).toEqual(['00 01', 2]);
    // A change of options alone is written too.
    again.options.takeOut('binary');
    again.changedOptions();
    await again.saveNow();
    expect(callsOf(client, 'draft.save').at(-1)).toMatchObject({ body: '00 01', accountId: 2 });
    expect(callsOf(client, 'draft.save').at(-1)).not.toHaveProperty('options.binary');
    again.stop();
  });

  it('does not undo options that were set before it arrived', async () => {
    const { form } = open({ draft: { body: 'Half a', options: { flash: true } }, delay: 50 });
    const loaded = form.load();
    form.options.senderId = 'Dental';
    form.changedOptions();
    await vi.advanceTimersByTimeAsync(200);
    await loaded;
    expect(form.options.typed).toEqual({ senderId: 'Dental', flash: true });
    form.stop();
  });

  it('starts over without options after it was sent', async () => {
    const { client, form } = open({ draft: { to: '082 555 0101', body: 'Hello', options: { flash: true } } });
    form.accounts = [fakeAccount(1, { family: 'central' })];
    await form.load();
    await form.submit();
    expect(callsOf(client, 'sending.submit')).toMatchObject([{ options: { flash: true } }]);
    expect(form.options.typed).toEqual({});
    form.stop();
  });

  it('keeps what was typed before it arrived', async () => {
    const { form } = open({ draft: { to: '082 555 0101', body: 'Half a' }, delay: 50 });
    const loaded = form.load();
    form.to = '083';
    form.body = 'New';
    await vi.advanceTimersByTimeAsync(200);
    await loaded;
    expect(form.to).toBe('082 555 0101, 083');
    expect(form.body).toBe('Half a\nNew');
    form.stop();
  });

  it('is written soon after a change, once for many keys', async () => {
    const { client, form } = open();
    await form.load();
    for (const body of ['H', 'He', 'Hello']) form.body = body;
    await vi.advanceTimersByTimeAsync(400);
    expect(callsOf(client, 'draft.save')).toMatchObject([{ body: 'Hello' }]);
    await form.saveNow();
    expect(callsOf(client, 'draft.save')).toHaveLength(1);
    form.stop();
  });

  it('says when it could not be written, and tries again with the next change', async () => {
    const { client, form } = open({ failing: { 'draft.save': 'storage-full' } });
    await form.load();
    form.body = 'Hello';
    await form.saveNow();
    expect(form.draftProblem).toBe(true);
    client.fail('draft.save', undefined);
    await form.saveNow();
    expect(form.draftProblem).toBe(false);
    expect(callsOf(client, 'draft.save').at(-1)).toMatchObject({ body: 'Hello' });
    form.stop();
  });

  it('is written before the window goes', async () => {
    const { client, form } = open();
    await form.load();
    form.body = 'Hello';
    form.hide();
    await vi.advanceTimersByTimeAsync(0);
    expect(callsOf(client, 'draft.save')).toMatchObject([{ body: 'Hello' }]);
    expect(callsOf(client, 'app.hideWindow')).toHaveLength(1);
    form.stop();
  });
});

describe('sending', () => {
  async function written(changes: Partial<Scenario> = {}) {
    const opened = open(changes);
    await opened.form.load();
    opened.form.to = '082 555 0101, 083 555 0102';
    opened.form.body = 'Hello';
    return opened;
  }

  it('takes back what was just sent, with everything that stood there, and keeps it as a draft', async () => {
    const { client, form } = await written({ settings: { country: 'ZA', undoSeconds: 8 }, now: Date.now });
    form.options.senderId = 'Dental';
    form.changedOptions();
    await form.submit();
    expect(form.undoSeconds).toBe(8);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(form.undoSeconds).toBe(5);
    expect(callsOf(client, 'app.hideWindow')).toHaveLength(0);
    await Promise.all([form.undo(), form.undo()]);
    expect(callsOf(client, 'sending.undo')).toHaveLength(1);
    expect([form.phase, form.to, form.body]).toEqual(['writing', '082 555 0101, 083 555 0102', 'Hello']);
    expect(form.notice).toBe(translate('quick.undone', { count: 2, tooLate: 0 }));
    const [first] = callsOf(client, 'sending.submit') as Input<'sending.submit'>[];
    const kept = callsOf(client, 'draft.save').at(-1) as Input<'draft.save'>;
    expect(kept).toMatchObject({ body: 'Hello', options: { senderId: 'Dental' } });
    expect(kept.submissionId).not.toBe(first?.submissionId);
    await form.submit();
    expect(form.sent).toMatchObject({ count: 2, repeated: false });
    form.stop();
  });

  it('brings back why it was to go in quiet hours as well', async () => {
    const heldUntil = Date.now() + 3_600_000;
    const { client, form } = await written({
      settings: { country: 'ZA', undoSeconds: 8 },
      now: Date.now,
      heldUntil,
    });
    await form.readQuiet();
    form.overrideQuiet(true);
    form.quietReason = 'The doctor is ill.';
    await form.submit();
    expect([form.overridesQuiet, form.quietReason]).toEqual([false, '']);
    await form.undo();
    expect([form.overridesQuiet, form.quietReason]).toEqual([true, 'The doctor is ill.']);
    await form.submit();
    const reasons = (callsOf(client, 'sending.submit') as Input<'sending.submit'>[]).map(
      ({ quietReason }) => quietReason,
    );
    expect(reasons).toEqual(['The doctor is ill.', 'The doctor is ill.']);
    form.stop();
  });

  it('asks for no reason any more once quiet hours are over', async () => {
    const { client, form } = await written({ heldUntil: Date.now() + 3_600_000 });
    await form.readQuiet();
    form.overrideQuiet(true);
    await form.submit();
    expect(form.problemField).toBe('reason');
    client.fail('schedule.window', 'internal');
    await form.readQuiet();
    expect([form.problem, form.problemField]).toEqual([undefined, undefined]);
    form.stop();
  });

  it('brings back only the recipients whose text had not left', async () => {
    const { client, form } = await written({ settings: { country: 'ZA', undoSeconds: 8 } });
    await form.submit();
    const page = await client.call('messages.page', { view: 'history', before: null, limit: 10 });
    const newest = page.ok ? page.value.rows[0] : undefined;
    await client.call('messages.cancel', { id: newest?.id ?? 0 });
    await form.undo();
    expect([form.to, form.body]).toEqual(['+27825550101', 'Hello']);
    expect(form.problem).toBe(translate('quick.undonePartly', { count: 1, tooLate: 1 }));
    form.stop();
  });

  it('says that it is too late, and brings nothing back', async () => {
    const { client, form } = await written({ settings: { country: 'ZA', undoSeconds: 8 } });
    await form.submit();
    const [first] = callsOf(client, 'sending.submit') as Input<'sending.submit'>[];
    await client.call('sending.undo', { submissionId: first?.submissionId ?? '' });
    await form.undo();
    expect([form.to, form.body, form.problem]).toEqual(['', '', translate('quick.undoTooLate')]);
    form.stop();
  });

  it('goes when the time for taking back is over; a new text lets the last one go', async () => {
    const { client, form } = await written({ settings: { country: 'ZA', undoSeconds: 8 } });
    await form.submit();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(callsOf(client, 'app.hideWindow')).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(callsOf(client, 'app.hideWindow')).toHaveLength(1);
    await form.undo();
    form.to = '082 555 0101';
    form.body = 'Second';
    await form.submit();
    form.body = 'Third';
    await form.undo();
    expect(callsOf(client, 'sending.undo')).toHaveLength(0);
    expect(form.body).toBe('Third');
    form.stop();
  });

  it('hands over the numbers that were shown, says so, clears and goes', async () => {
    const { client, form } = await written();
    await form.submit();
    expect(callsOf(client, 'sending.submit')).toEqual([
      {
        submissionId: '00000000-0000-4000-8000-000000000001',
        recipients: ['+27825550101', '+27835550102'],
        body: 'Hello',
      },
    ]);
    expect(form.phase).toBe('done');
    expect(form.sent).toMatchObject({ count: 2, repeated: false });
    expect([form.to, form.body]).toEqual(['', '']);
    await vi.advanceTimersByTimeAsync(2000);
    expect(callsOf(client, 'app.hideWindow')).toHaveLength(1);
    expect(form.phase).toBe('writing');
    form.stop();
  });

  it('hands over once, however often it is asked to', async () => {
    const { client, form } = await written();
    await Promise.all([form.submit(), form.submit()]);
    await form.submit();
    expect(callsOf(client, 'sending.submit')).toHaveLength(1);
    form.stop();
  });

  it('does not bring the draft back after it was sent', async () => {
    const { client, form } = await written();
    await form.submit();
    await vi.advanceTimersByTimeAsync(5000);
    const order = client.calls.map((call) => call.method);
    expect(order.lastIndexOf('draft.save')).toBeLessThan(order.indexOf('sending.submit'));
    form.stop();
  });

  it('gives the next text an id of its own', async () => {
    const { client, form } = await written();
    await form.submit();
    form.to = '082 555 0101';
    form.body = 'Second';
    expect(form.phase).toBe('writing');
    await form.submit();
    const ids = callsOf(client, 'sending.submit').map(
      (input) => (input as { submissionId: string }).submissionId,
    );
    expect(new Set(ids).size).toBe(2);
    // Typing meanwhile keeps the window.
    await vi.advanceTimersByTimeAsync(100);
    expect(callsOf(client, 'app.hideWindow')).toHaveLength(0);
    form.stop();
  });

  it('never takes a used id again, even when the next draft cannot be read', async () => {
    const { client, form } = await written();
    client.fail('draft.load', 'storage-failed');
    await form.submit();
    form.to = '082 555 0101';
    form.body = 'Second';
    await form.submit();
    const ids = callsOf(client, 'sending.submit').map(
      (input) => (input as { submissionId: string }).submissionId,
    );
    expect(new Set(ids).size).toBe(2);
    form.stop();
  });

  it('goes through the account and with the options that are in view, once', async () => {
    const { client, form } = await written({ accounts: [{}, { label: 'Recalls', family: 'central' }] });
    const listed = await client.call('accounts.list');
    form.accounts = listed.ok ? listed.value : [];
    expect(form.account?.isDefault).toBe(true);
    form.chooseAccount(2);
    form.options.flash = true;
    await form.submit();
    expect(callsOf(client, 'sending.submit')).toMatchObject([{ accountId: 2, options: { flash: true } }]);
    form.to = '082 555 0101';
    form.body = 'Second';
    await form.submit();
    const second = callsOf(client, 'sending.submit')[1];
    expect(second).toMatchObject({ accountId: 1 });
    expect(second).not.toHaveProperty('options');
    form.stop();
  });

  it('does not go while the account lacks an option', async () => {
    const { client, form } = await written({ accounts: [{}, { label: 'Recalls', family: 'central' }] });
    const listed = await client.call('accounts.list');
    form.accounts = listed.ok ? listed.value : [];
    form.options.flash = true;
    await form.submit();
    expect([form.problemField, form.problemOption]).toEqual(['options', 'flash']);
    expect(callsOf(client, 'sending.submit')).toHaveLength(0);
    form.chooseAccount(2);
    expect(form.problem).toBeUndefined();
    await form.submit();
    expect(callsOf(client, 'sending.submit')).toHaveLength(1);
    form.stop();
  });

  it('hands octets over without what people put between them', async () => {
    const { client, form } = await written();
    form.options.binary = true;
    form.body = '02 4A:3';
    await form.submit();
    expect(form.problemField).toBe('body');
    form.body = '02 4A:3a';
    await form.submit();
    expect(callsOf(client, 'sending.submit')).toMatchObject([{ body: '024a3a', options: { binary: true } }]);
    form.stop();
  });

  it('keeps the options when main says no, and they are part of what was handed over', async () => {
    const { client, form } = await takenUnheard();
    form.options.flash = true;
    await form.submit();
    expect(form.problem).toBe(translate('quick.repeatedKept'));
    expect(form.options.flash).toBe(true);
    await form.submit();
    expect(callsOf(client, 'sending.submit').at(-1)).toMatchObject({ options: { flash: true } });
    form.stop();
  });

  it('keeps everything when main says no', async () => {
    const { form } = await written({ failing: { 'sending.submit': 'storage-full' } });
    await form.submit();
    expect(form.phase).toBe('writing');
    expect(form.problem).toBe(translateError({ code: 'storage-full' }));
    expect([form.to, form.body]).toEqual(['082 555 0101, 083 555 0102', 'Hello']);
    form.stop();
  });

  it('uses the same id when the same text is tried again', async () => {
    const { client, form } = await written({ failing: { 'sending.submit': 'storage-full' } });
    await form.submit();
    client.fail('sending.submit', undefined);
    await form.submit();
    const [first, second] = callsOf(client, 'sending.submit') as { submissionId: string }[];
    expect(second?.submissionId).toBe(first?.submissionId);
    form.stop();
  });

  /** Main took the text, but what the window heard was an error. */
  async function takenUnheard() {
    const opened = await written({ failing: { 'sending.submit': 'internal' } });
    await opened.form.submit();
    const [input] = callsOf(opened.client, 'sending.submit') as Input<'sending.submit'>[];
    opened.client.fail('sending.submit', undefined);
    if (input !== undefined) await opened.client.call('sending.submit', input);
    return opened;
  }

  it('says when the same text was in the outbox already', async () => {
    const { form } = await takenUnheard();
    await form.submit();
    expect(form.sent).toMatchObject({ count: 2, repeated: true });
    expect(form.body).toBe('');
    form.stop();
  });

  it('loses nothing when another text was taken under its id', async () => {
    const { client, form } = await takenUnheard();
    form.body = 'Hello, changed';
    await form.submit();
    expect(form.phase).toBe('writing');
    expect(form.body).toBe('Hello, changed');
    expect(form.problem).toBe(translate('quick.repeatedKept'));
    await form.submit();
    expect(callsOf(client, 'sending.submit').at(-1)).toMatchObject({ body: 'Hello, changed' });
    expect(form.sent).toMatchObject({ count: 2, repeated: false });
    form.stop();
  });

  it.each([
    ['', 'Hello', 'quick.needTo', 'to'],
    ['12', 'Hello', 'quick.needValidTo', 'to'],
    ['082 555 0101', ' \n', 'quick.needMessage', 'body'],
  ] as const)('with to %j and message %j says what is missing', async (to, body, key, field) => {
    const { client, form } = open();
    await form.load();
    form.to = to;
    form.body = body;
    await form.submit();
    expect(form.problem).toBe(translate(key));
    expect(form.problemField).toBe(field);
    expect(callsOf(client, 'sending.submit')).toHaveLength(0);
    form.stop();
  });

  it('refuses what is too long or too many before asking main', async () => {
    const { client, form } = open();
    await form.load();
    form.to = Array.from({ length: maxRecipients + 1 }, (_, index) => `08255501${100 + index}`).join(',');
    form.body = 'Hello';
    await form.submit();
    expect(form.problemField).toBe('to');
    form.to = '082 555 0101';
    form.body = 'x'.repeat(maxBodyUnits + 1);
    await form.submit();
    expect(form.problemField).toBe('body');
    expect(callsOf(client, 'sending.submit')).toHaveLength(0);
    form.stop();
  });
});
