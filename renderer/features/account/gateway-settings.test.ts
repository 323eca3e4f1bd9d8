import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { accountSettingsSchema, mostCredits } from '../../../shared/domain/account-settings.ts';
import { callbackLevels, routeFeatures } from '../../../shared/domain/route-features.ts';
import { translate, translateError } from '../../../shared/i18n/translate.ts';
import { Session } from '../../app/session.svelte.ts';
import { createFakeClient, makeScenario } from '../../lib/fake-bridge.ts';
import { Accounts } from './accounts.svelte.ts';
import { Coverage } from './coverage.svelte.ts';
import { describeSettings } from './describe-settings.ts';
import {
  GatewaySettings,
  mostCredits as mostCreditsHere,
  namesIn,
  readCredits,
  sumOf,
} from './gateway-settings.svelte.ts';

async function open(settings = {}) {
  const client = createFakeClient(makeScenario('central', { accounts: [{ family: 'central', settings }] }));
  const session = new Session(client);
  await session.readAccounts();
  const accounts = new Accounts(session);
  const [view] = session.accounts;
  if (view === undefined) throw new Error('no account');
  const sent = () =>
    client.calls
      .filter(({ method }) => method === 'accounts.change')
      .map(({ input }) => (input as { settings: unknown }).settings);
  return { client, session, accounts, sent, settings: new GatewaySettings(accounts, view) };
}

describe('GatewaySettings', () => {
  it('starts with what the account has, and sends all of it with each change', async () => {
    const { settings, session, sent } = await open({ queue: 1, maxCredits: 1.5 });
    expect(settings.credits).toBe('1.5');
    await settings.set('login', 'session');
    expect(sent()).toEqual([{ queue: 1, maxCredits: 1.5, login: 'session' }]);
    expect(session.accounts[0]?.settings).toEqual({ queue: 1, maxCredits: 1.5, login: 'session' });
  });

  it('leaves out what goes back to the default', async () => {
    const { settings, sent } = await open({ queue: 1, twoWay: true });
    await settings.set('queue', undefined);
    expect(sent()).toEqual([{ twoWay: true }]);
    expect(Object.keys(settings.wanted)).toEqual(['twoWay']);
  });

  it('takes everything that is set in quick succession', async () => {
    const { settings, session } = await open();
    await Promise.all([
      settings.set('twoWay', true),
      settings.set('escalate', true),
      settings.set('queue', 2),
    ]);
    expect(session.accounts[0]?.settings).toEqual({ twoWay: true, escalate: true, queue: 2 });
    expect(settings.wanted).toEqual({ twoWay: true, escalate: true, queue: 2 });
  });

  it('does not go back for a moment to an earlier answer', async () => {
    const { settings } = await open();
    const first = settings.set('twoWay', true);
    const second = settings.set('escalate', true);
    await first;
    expect(settings.wanted).toEqual({ twoWay: true, escalate: true });
    await second;
    expect(settings.wanted).toEqual({ twoWay: true, escalate: true });
  });

  it('keeps what main took, whatever the session has read meanwhile', async () => {
    const { settings, session } = await open();
    const setting = settings.set('twoWay', true);
    // A reading that was asked for later takes the place of the one that would have told.
    session.readAccounts = () => Promise.resolve();
    await setting;
    expect(session.accounts[0]?.settings).toEqual({});
    expect(settings.wanted).toEqual({ twoWay: true });
  });

  it('leaves alone what is being typed while something else is set', async () => {
    const { settings } = await open();
    settings.credits = '2.';
    await settings.set('twoWay', true);
    expect(settings.credits).toBe('2.');
  });

  it('goes back to how it was when main does not take it', async () => {
    const { settings, client, accounts } = await open({ queue: 1 });
    client.fail('accounts.change', 'storage-failed');
    await settings.set('twoWay', true);
    expect(settings.wanted).toEqual({ queue: 1 });
    expect(accounts.bad).toBe(translateError({ code: 'storage-failed' }));
  });

  it('says what is wrong with the credits, and sends nothing then', async () => {
    const { settings, sent } = await open();
    settings.credits = 'a lot';
    await settings.setCredits();
    expect(settings.problem).toBe(translate('account.maxCreditsWrong'));
    expect(sent()).toEqual([]);
    settings.credits = '1,5';
    await settings.setCredits();
    expect(settings.problem).toBeUndefined();
    expect(sent()).toEqual([{ maxCredits: 1.5 }]);
    settings.credits = ' 1.5';
    await settings.setCredits();
    expect(sent()).toHaveLength(1);
    settings.credits = '';
    await settings.setCredits();
    expect(sent()[1]).toEqual({});
  });
});

describe('readCredits', () => {
  it.each(['0', '0.05', '1.25', '1000', '-1', '1e2', 'x', '1.5.5', '.5'])('%j does not hold', (typed) => {
    expect(readCredits(typed).kind).toBe('problem');
  });

  it('takes what the schema takes', () => {
    expect(mostCreditsHere).toBe(mostCredits);
    for (const typed of ['0.1', '0,8', '1', '2.5', '999']) {
      const read = readCredits(typed);
      if (read.kind !== 'value') throw new Error(typed);
      expect(v.is(accountSettingsSchema, { maxCredits: read.value }), typed).toBe(true);
    }
  });
});

describe('bits', () => {
  it('are names here and a sum there', () => {
    expect(namesIn(callbackLevels, 6)).toEqual(['final', 'errors']);
    expect(namesIn(callbackLevels, undefined)).toEqual([]);
    expect(sumOf(callbackLevels, ['final', 'errors'], 1)).toBe(6);
    expect(sumOf(callbackLevels, [], 6)).toBeUndefined();
  });

  it('without a name stay as they are', () => {
    // 64 is REPLY of older lists.
    expect(sumOf(routeFeatures, ['flash'], 64 + 1)).toBe(64 + 512);
    expect(sumOf(routeFeatures, [], 64 + 1)).toBe(64);
  });
});

describe('describeSettings', () => {
  it('is silent about an ordinary account, and names everything else once', () => {
    expect(describeSettings({})).toEqual([]);
    expect(describeSettings({ login: 'each-request', queue: 3, callback: 0, escalate: false })).toEqual([]);
    const all = describeSettings({
      login: 'session',
      twoWay: true,
      callback: 2,
      deliveryAcknowledgement: true,
      maxCredits: 1,
      escalate: true,
      queue: 1,
      requiredFeatures: 48,
      schedule: 'scheduled_time',
      numbersWithPlus: true,
    });
    expect(new Set(all).size).toBe(10);
    expect(all).toContain('at most 1 credit a text');
  });
});

describe('Coverage', () => {
  it('answers about numbers like this one, and never about the handset', async () => {
    const { client } = await open();
    const coverage = new Coverage(client, 1);
    coverage.number = '082 123 4567';
    await coverage.ask();
    expect(coverage.told?.tone).toBe('plain');
    expect(coverage.told?.text).toContain('0.8 credits');
    expect(coverage.told?.text).toContain(translate('coverage.unknown'));
    coverage.typed();
    coverage.number = '+44 7700 900114';
    await coverage.ask();
    expect(coverage.told).toMatchObject({ tone: 'attention' });
  });

  it('says what is wrong with a number, and asks nothing', async () => {
    const { client } = await open();
    const coverage = new Coverage(client, 1);
    coverage.number = 'Ann';
    await coverage.ask();
    expect(coverage.problem).toContain(translate('recipient.not-a-number'));
    expect(client.calls.filter(({ method }) => method === 'accounts.coverage')).toEqual([]);
    expect(coverage.asking).toBe(false);
  });

  it('drops an answer about a number that was typed over, and says why there is none', async () => {
    const { client } = await open();
    const coverage = new Coverage(client, 1);
    coverage.number = '082 123 4567';
    const late = coverage.ask();
    coverage.number = '083 555 0142';
    await late;
    expect(coverage.told).toBeUndefined();
    client.fail('accounts.coverage', 'question-not-offered');
    await coverage.ask();
    expect(coverage.problem).toBe(translateError({ code: 'question-not-offered' }));
  });
});
