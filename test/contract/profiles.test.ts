/**
 * Every adapter against every way the real gateway might behave, with every fault: whatever is uncertain about it, a
 * text counts as taken exactly when the server took it and its answer came through, and nothing arrives twice.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway, GatewayMessage, Outcome, SendResult } from '../../electron/core/ports.ts';
import type { Fault } from '../../electron/practice/faults.ts';
import { profilePresets } from '../../electron/practice/profile.ts';
import {
  type PracticeControl,
  type PracticeServer,
  startPracticeServer,
} from '../../electron/practice/server.ts';
import { adaptersUnderTest, centralSession } from './adapters.ts';
import { practiceKey, practiceLogin } from './gateway-contract.ts';

const profiles = ['', ...Object.keys(profilePresets)];

/** Faults after which nobody can know whether the text was taken. */
const lostAnswers: readonly Fault[] = [
  { kind: 'reset-before-body' },
  { kind: 'reset-after-body' },
  { kind: 'reset-after-body', taken: true },
  { kind: 'drop-answer' },
  { kind: 'half-answer' },
  { kind: 'half-answer', end: 'reset' },
  { kind: 'half-answer', bytes: 0 },
  { kind: 'cut-answer', byte: 5 },
  { kind: 'cut-answer', byte: 60, end: 'reset' },
  { kind: 'truncate' },
  { kind: 'truncate', bytes: 0 },
  { kind: 'truncate', bytes: 9 },
  { kind: 'garbage' },
  { kind: 'garbage', status: 202 },
  { kind: 'html' },
  { kind: 'redirect', location: '/elsewhere' },
  { kind: 'redirect', location: '/elsewhere', status: 303 },
  { kind: 'answer', status: 200 },
  { kind: 'answer', status: 202, taken: true },
  { kind: 'answer', status: 400, body: 'Bad Request' },
  { kind: 'answer', status: 500, taken: true },
  { kind: 'answer', status: 502, body: '<h1>Bad Gateway</h1>', taken: true },
  { kind: 'answer', status: 503, taken: true },
  { kind: 'answer', status: 504, body: '<h1>Gateway Timeout</h1>', taken: true },
  { kind: 'busy', status: 503, retryAfter: '5', taken: true },
  { kind: 'raw', pieces: [{ text: 'HTTP/1.1 2' }], taken: true },
];

/** Faults that say by themselves that nothing was taken. */
const refusals: readonly Fault[] = [
  { kind: 'answer', status: 401 },
  { kind: 'answer', status: 402 },
  { kind: 'answer', status: 403, body: '<html>' },
  { kind: 'answer', status: 404 },
  { kind: 'answer', status: 405 },
  { kind: 'answer', status: 407 },
  { kind: 'answer', status: 511, body: '<html>' },
  { kind: 'busy', status: 429 },
  { kind: 'busy', status: 429, retryAfter: '7' },
];

const text: GatewayMessage = {
  clientRef: '01J0000000000000000000000A',
  recipient: '+27821234567',
  body: 'Grüße, 1 €',
};
function to(recipient: string): GatewayMessage {
  return { ...text, recipient };
}

describe.each([...adaptersUnderTest, centralSession])('$name', (adapter) => {
  let server: PracticeServer;
  let control: PracticeControl;
  let gateway: Gateway;

  beforeAll(async () => {
    server = await startPracticeServer({ control: true, key: practiceKey, central: practiceLogin });
    if (server.control === undefined) throw new Error('no control');
    control = server.control;
  });
  afterAll(async () => {
    await server.stop();
  });
  beforeEach(() => {
    gateway = adapter.open({ baseUrl: server.url });
  });
  afterEach(async () => {
    await gateway.close();
  });

  async function send(messages: readonly GatewayMessage[]): Promise<SendResult> {
    control.reset();
    return gateway.send(
      { requestRef: '01J0000000000000000000000A', messages },
      { signal: new AbortController().signal, readKey: async () => adapter.key },
    );
  }
  const arrivals = (): number =>
    control.received().filter((request) => request.path.split('?')[0] === adapter.sendPath).length;
  /** How often the server took the text for a number, and the last id it gave for it. */
  function ledger(recipient: string): { readonly times: number; readonly id: string | undefined } {
    const taken = control
      .taken()
      .filter((each) => each.to === recipient.slice(1) && each.apiMessageId !== null);
    return { times: taken.length, id: taken.at(-1)?.apiMessageId ?? undefined };
  }
  function expectTruth(recipient: string, outcome: Outcome | undefined): void {
    const { times, id } = ledger(recipient);
    switch (outcome?.kind) {
      case 'accepted':
        expect([times, outcome.providerId]).toEqual([1, id]);
        break;
      case 'rejected':
      case 'notSent':
        expect(times).toBe(0);
        break;
      default:
        expect(outcome?.kind).toBe('unknown');
        expect(times).toBeLessThanOrEqual(1);
    }
  }

  describe.each(profiles)('as in the profile "%s"', (profile) => {
    beforeEach(() => {
      control.profile(profile === '' ? [] : [profile]);
    });

    it('tells the truth about what was taken, refused and turned away', async () => {
      const batches: (readonly GatewayMessage[])[] = [
        [text],
        [to('+447700900105')],
        [to('+447700900114')],
        [to('+447700900122')],
        [to('+447700900301')],
        [to('+447700900108')],
        [to('+447700900429')],
        [to('+15005550006')],
        ...(adapter.several
          ? [
              [text, to('+27821234568'), to('+27821234569')],
              [text, to('+447700900105'), to('+27821234569')],
              [text, to('+447700900301')],
            ]
          : []),
      ];
      for (const batch of batches) {
        const result = await send(batch);
        batch.forEach(({ recipient }, index) => {
          expectTruth(recipient, result.outcomes[index]);
          // Nothing was lost on the way, so nothing is in doubt; but a 503 of somebody else looks the same.
          const isBusy = profile === 'rate-limit-503' && recipient === '+447700900429';
          if (isBusy && adapter.family === 'platform') expect(result.pause?.reason).toBe('rate-limited');
          else expect([profile, recipient, result.outcomes[index]?.kind]).not.toContain('unknown');
        });
        expect(arrivals()).toBe(1);
      }
    });

    it('leaves open what a lost answer would have said, and never asks twice', async () => {
      for (const fault of lostAnswers) {
        control.reset();
        const sending = send([text]);
        control.script([fault]);
        const result = await sending;
        expect([fault, result.outcomes[0]?.kind]).toEqual([fault, 'unknown']);
        expectTruth(text.recipient, result.outcomes[0]);
        expect([fault, arrivals()]).toEqual([fault, 1]);
      }
    });

    it('pauses for what says by itself that nothing was taken', async () => {
      for (const fault of refusals) {
        control.reset();
        const sending = send([text]);
        control.script([fault]);
        const result = await sending;
        expect([fault, result]).toMatchObject([fault, { outcomes: [{ kind: 'notSent', why: 'account' }] }]);
        expect(result.pause).toBeDefined();
        expect([fault, arrivals(), ledger(text.recipient).times]).toEqual([fault, 1, 0]);
      }
    });

    it('has not sent anything while the line is down', async () => {
      await control.line(false);
      const result = await send([text]);
      await control.line(true);
      expect(result.outcomes).toMatchObject([{ kind: 'notSent', why: 'line' }]);
      expect(control.received()).toHaveLength(0);
    });
  });
});
