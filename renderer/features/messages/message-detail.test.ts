import { describe, expect, it } from 'vitest';
import { messageStates, refusedHere } from '../../../shared/domain/message.ts';
import { translate, translateError } from '../../../shared/i18n/translate.ts';
import { createFakeClient, fakeMessage, makeScenario, paused } from '../../lib/fake-bridge.ts';
import { formatMoment } from '../../lib/format.ts';
import { describeOptions } from './describe-options.ts';
import {
  actionsFor,
  MessageDetailState,
  nextStepFor,
  questionsFor,
  sentenceFor,
  serverWordsFor,
} from './message-detail.svelte.ts';
import { toldOf } from './told.ts';

async function open(state: 'queued' | 'sending' | 'in_doubt' | 'needs_decision') {
  const messages = [fakeMessage(2, { state: 'delivered' }), fakeMessage(1, { state })];
  const client = createFakeClient(makeScenario('empty', { messages }));
  const detail = new MessageDetailState(client);
  client.subscribe((push) => {
    if (push.kind === 'messages-changed') void detail.changed(push.ids, push.more);
  });
  await detail.open(1);
  const called = (method: string) => client.calls.filter((call) => call.method === method);
  return { client, detail, called };
}

describe('sentenceFor', () => {
  it('does not call a text late that was set aside for another reason', () => {
    for (const [errorCode, key] of [
      ['ends-program', 'sentence.endsProgram'],
      ['unreadable', 'sentence.unreadable'],
    ] as const) {
      const message = fakeMessage(1, { state: 'needs_decision', errorCode });
      expect(sentenceFor(message, undefined, 0)).toBe(translate(key));
    }
  });

  it('has a sentence for every state', async () => {
    const answer = await createFakeClient(makeScenario('empty')).call('app.status');
    const status = answer.ok ? answer.value : undefined;
    for (const state of messageStates) {
      expect(sentenceFor(fakeMessage(1, { state }), status, 0), state).toMatch(/\.$/);
    }
  });

  it('says what an error means where main understood it, and the gateway’s words where not', () => {
    const known = fakeMessage(1, {
      state: 'rejected',
      errorCode: '122',
      errorMeaning: 'opted-out',
      errorText: 'User opted out',
    });
    expect(sentenceFor(known, undefined, 0)).toBe(translate('gatewayError.opted-out'));
    expect(serverWordsFor(known)).toBe('User opted out');
    expect(nextStepFor(known)).toBeUndefined();
    const unknown = fakeMessage(1, { state: 'rejected', errorCode: '4711', errorText: 'No such thing' });
    expect(sentenceFor(unknown, undefined, 0)).toContain('No such thing');
    expect(serverWordsFor(unknown)).toBeUndefined();
  });

  it('does not say that Clickatell refused what it never got', () => {
    const here = fakeMessage(1, {
      state: 'rejected',
      errorCode: refusedHere,
      errorText: 'the text has half a character in it',
    });
    const sentence = sentenceFor(here, undefined, 0);
    expect(sentence).toContain('the text has half a character in it');
    expect(sentence).not.toContain('Clickatell');
  });

  it('says of a text that was turned away twice that it was not sent, and by whom perhaps', () => {
    const text = fakeMessage(1, {
      state: 'needs_decision',
      errorCode: 'turned-away',
      errorText: 'HTTP 403, an answer of type text/html',
    });
    expect(sentenceFor(text, undefined, 0)).toContain('HTTP 403, an answer of type text/html');
    expect(nextStepFor(text)).toBe(translate('next.turnedAway'));
  });

  it('does not claim a phone in practice', async () => {
    const answer = await createFakeClient(makeScenario('practice')).call('app.status');
    const status = answer.ok ? answer.value : undefined;
    expect(sentenceFor(fakeMessage(1, { state: 'accepted' }), status, 0)).toContain('no phone was reached');
  });

  it('says why a text waits', async () => {
    const answer = await createFakeClient(makeScenario('empty', { sending: paused('person') })).call(
      'app.status',
    );
    const status = answer.ok ? answer.value : undefined;
    expect(sentenceFor(fakeMessage(1, { state: 'queued' }), status, 0)).toBe(
      translate('sentence.queuedPaused'),
    );
    const later = fakeMessage(1, { state: 'queued', notBefore: 60_000 });
    expect(sentenceFor(later, undefined, 0)).toContain('next try');
    expect(sentenceFor(later, undefined, 61_000)).toBe(translate('sentence.queued'));
  });

  it('says that the delivery time passed, and which it was', () => {
    const deliverAt = Date.UTC(2026, 0, 15, 12, 0);
    const late = fakeMessage(1, {
      state: 'needs_decision',
      errorCode: 'delivery-time-passed',
      options: { deliverAt },
    });
    const now = deliverAt + 60_000;
    expect(sentenceFor(late, undefined, now)).toContain(formatMoment(deliverAt, now));
    expect(nextStepFor(late)).toBe(translate('next.timePassed'));
    const other = fakeMessage(1, { state: 'needs_decision' });
    expect(sentenceFor(other, undefined, now)).toBe(translate('sentence.needs_decision'));
    expect(nextStepFor(other)).toBeUndefined();
  });

  it('passes on the words of a refusal', () => {
    const refused = fakeMessage(1, { state: 'rejected', errorText: 'Invalid destination address' });
    expect(sentenceFor(refused, undefined, 0)).toContain('Invalid destination address');
  });
});

describe('actionsFor', () => {
  it('offers only what the state allows', () => {
    expect(actionsFor({ state: 'in_doubt', cancelRequested: false })).toEqual([
      'arrived',
      'send-again',
      'drop',
    ]);
    expect(actionsFor({ state: 'needs_decision', cancelRequested: false })).toEqual([
      'send-late',
      'drop-late',
    ]);
    expect(actionsFor({ state: 'sending', cancelRequested: true })).toEqual([]);
    expect(actionsFor({ state: 'delivered', cancelRequested: false })).toEqual([]);
  });
});

describe('MessageDetailState', () => {
  it('asks before a text is sent a second time', async () => {
    const { detail, called } = await open('in_doubt');
    await detail.act('send-again');
    expect(detail.confirming).toBe(true);
    expect(called('messages.resolveDoubt')).toHaveLength(0);
    await detail.act('send-again', true);
    expect(detail.confirming).toBe(false);
    expect(called('messages.resolveDoubt').map((call) => call.input)).toEqual([
      { id: 1, decision: 'send-again' },
    ]);
    expect(detail.message?.state).toBe('abandoned');
  });

  it('does a thing once, however often it is pressed', async () => {
    const { detail, called } = await open('in_doubt');
    await Promise.all([detail.act('arrived'), detail.act('arrived'), detail.act('drop')]);
    expect(called('messages.resolveDoubt')).toHaveLength(1);
  });

  it('cancels, or says that it may be too late', async () => {
    const waiting = await open('queued');
    await waiting.detail.act('cancel');
    expect(waiting.detail.notice).toBe(translate('action.cancelled'));
    expect(waiting.detail.message?.state).toBe('cancelled');
    const underWay = await open('sending');
    await underWay.detail.act('cancel');
    expect(underWay.detail.notice).toBe(translate('action.cancelRequestedNotice'));
  });

  it('shows why something could not be done', async () => {
    const { client, detail } = await open('needs_decision');
    client.fail('messages.decideLate', 'stale');
    await detail.act('send-late');
    expect(detail.problem).toBe(translateError({ code: 'stale' }));
  });

  it('sends a late text without the time that has passed, or drops it unsent', async () => {
    const options = { deliverAt: 1, validityMinutes: 90 };
    const late = (id: number) =>
      fakeMessage(id, { state: 'needs_decision', errorCode: 'delivery-time-passed', options });
    const client = createFakeClient(makeScenario('empty', { messages: [late(2), late(1)] }));
    const detail = new MessageDetailState(client);
    await detail.open(1);
    await detail.act('send-late');
    expect(detail.message).toMatchObject({ state: 'queued', options: { validityMinutes: 90 } });
    expect(detail.message?.options).not.toHaveProperty('deliverAt');
    await detail.open(2);
    await detail.act('drop-late');
    expect(detail.message?.state).toBe('cancelled');
    expect(detail.notice).toBe(translate('action.dropLateNotice'));
  });

  it('follows changes, and drops the answer about a text that was left', async () => {
    const { client, detail } = await open('sending');
    client.change(fakeMessage(1, { state: 'accepted' }));
    await expect.poll(() => detail.message?.state).toBe('accepted');
    const first = detail.open(2);
    const second = detail.open(1);
    await Promise.all([first, second]);
    expect(detail.message?.id).toBe(1);
  });

  it('says when a text is gone', async () => {
    const { detail } = await open('queued');
    await detail.open(99);
    expect(detail.message).toBeUndefined();
    expect(detail.error?.code).toBe('not-found');
  });
});

describe('asking Clickatell', () => {
  const account = { questions: ['status', 'charge', 'stop', 'coverage'] } as const;
  const now = Date.UTC(2026, 0, 15, 12, 0);
  const scheduled = { options: { deliverAt: now + 60_000 } };

  async function taken(told?: 'waiting' | 'delivered' | 'expired', account: object = { family: 'central' }) {
    const messages = [fakeMessage(2, { state: 'accepted' }), fakeMessage(1, { state: 'accepted' })];
    const scenario = makeScenario('empty', {
      messages,
      accounts: [account],
      ...(told === undefined ? {} : { told }),
    });
    const client = createFakeClient(scenario);
    const detail = new MessageDetailState(client);
    await detail.open(1);
    return { client, detail };
  }

  it('is offered while an answer can change something, and stopping only before its time', () => {
    const message = fakeMessage(1, { state: 'accepted', ...scheduled });
    expect(questionsFor(message, account as never, now)).toEqual(['status', 'stop']);
    expect(questionsFor(message, account as never, now + 60_000)).toEqual(['status']);
    expect(questionsFor(message, { questions: ['status'] }, now)).toEqual(['status']);
    expect(questionsFor(message, undefined, now)).toEqual([]);
    expect(questionsFor({ ...message, providerId: null }, account as never, now)).toEqual([]);
    for (const state of messageStates) {
      const asked = questionsFor(fakeMessage(1, { state, ...scheduled }), account as never, now);
      expect(asked.length > 0, state).toBe(state === 'accepted' || state === 'status_unknown');
    }
  });

  it('tells where it is, what it cost, and Clickatell’s own word', async () => {
    const { detail } = await taken();
    await detail.ask('status');
    expect(detail.told).toEqual({
      tone: 'plain',
      text: `${translate('told.at-gateway')} ${translate('told.credits', { credits: 1 })}`,
      words: translate('told.code', { code: '003' }),
    });
    expect(detail.asking).toBeUndefined();
  });

  it('shows the end that it brought', async () => {
    const { detail } = await taken('expired');
    await detail.ask('status');
    expect(detail.message).toMatchObject({ state: 'undelivered', errorCode: 'expired' });
    const { message } = detail;
    if (message === undefined) throw new Error('gone');
    expect(sentenceFor(message, undefined, 0)).toBe(translate('sentence.undeliveredExpired'));
    const stopped = await taken();
    await stopped.detail.ask('stop');
    expect(stopped.detail.told).toMatchObject({ tone: 'plain', text: translate('told.stopped') });
    const after = stopped.detail.message;
    if (after === undefined) throw new Error('gone');
    expect(sentenceFor(after, undefined, 0)).toBe(translate('sentence.undeliveredStopped'));
    expect(nextStepFor(after)).toBeUndefined();
  });

  it('is asked once, however often it is pressed, and says why there is no answer', async () => {
    const { client, detail } = await taken();
    await Promise.all([detail.ask('status'), detail.ask('status'), detail.ask('stop')]);
    expect(client.calls.filter(({ method }) => method === 'messages.ask')).toHaveLength(1);
    client.fail('messages.ask', 'question-not-offered');
    await detail.ask('status');
    expect(detail.told).toBeUndefined();
    expect(detail.problem).toBe(translateError({ code: 'question-not-offered' }));
  });

  it('does not show the answer under another text', async () => {
    const { detail } = await taken('waiting');
    const late = detail.ask('status');
    await detail.open(2);
    expect(detail.asking).toBeUndefined();
    await late;
    expect(detail.told).toBeUndefined();
    // Nor after it was closed and opened again: what was asked then is old.
    const older = detail.ask('status');
    detail.close();
    await detail.open(2);
    await older;
    expect(detail.told).toBeUndefined();
  });
});

describe('toldOf', () => {
  const status = (meaning: 'waiting' | 'at-gateway' | 'delivered' | 'gone' | 'undelivered') =>
    ({ kind: 'status', meaning, code: '002', credits: null }) as const;

  it('never takes a text for stopped that is not', () => {
    for (const meaning of ['waiting', 'at-gateway', 'delivered', 'gone', 'undelivered'] as const) {
      const told = toldOf('stop', status(meaning));
      expect(told.tone, meaning).toBe('attention');
      expect(told.text, meaning).not.toContain(translate('told.stopped'));
    }
    expect(toldOf('stop', status('at-gateway')).text).toContain(translate('told.stopTooLate'));
    expect(toldOf('stop', status('waiting')).text).toBe(translate('told.stopStillWaits'));
  });

  it('says that nothing is known when the answer was lost', () => {
    const lost = { kind: 'no-answer', error: 'no-line', words: null } as const;
    expect(toldOf('status', lost)).toEqual({
      tone: 'bad',
      text: translateError({ code: 'no-line' }),
      words: undefined,
    });
    expect(toldOf('stop', lost).text).toContain(translate('told.stopUnknown'));
    const unread = { kind: 'no-answer', error: 'gateway-unexpected', words: 'status ON_ITS_WAY' } as const;
    expect(toldOf('status', unread)).toMatchObject({
      text: translate('told.unread'),
      words: 'Clickatell says: status ON_ITS_WAY',
    });
  });
});

describe('describeOptions', () => {
  it('says each option in words, and nothing about an ordinary text', () => {
    expect(describeOptions({}, 0)).toEqual([]);
    const options = {
      senderId: 'Dental',
      validityMinutes: 90,
      flash: true,
      binary: true,
      userDataHeader: '0201',
    };
    expect(describeOptions(options, 0)).toEqual([
      'sender ID \u2066Dental\u2069',
      'tried for 90 minutes',
      'flash',
      'binary',
      'header of 2 octets',
    ]);
    expect(describeOptions({ validityMinutes: 120 }, 0)).toEqual(['tried for 2 hours']);
  });
});
