/** Gateways that demand `+` before a number, and gateways that refuse it: an account says which one it speaks to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gateway, GatewayMessage } from '../../electron/core/ports.ts';
import {
  createPlatformGateway,
  type PlatformTransport,
} from '../../electron/gateways/clickatell/platform.ts';
import {
  type PracticeControl,
  type PracticeServer,
  startPracticeServer,
} from '../../electron/practice/server.ts';
import { practiceKey } from './gateway-contract.ts';

let server: PracticeServer;
let control: PracticeControl;
beforeAll(async () => {
  server = await startPracticeServer({ control: true, key: practiceKey });
  if (server.control === undefined) throw new Error('no control');
  control = server.control;
});
afterAll(() => server.stop());

function text(recipient: string, body = 'Hello'): GatewayMessage {
  return { clientRef: '01J0000000000000000000000A', recipient, body };
}

async function outcomes(
  transport: PlatformTransport,
  numbersWithPlus: boolean | undefined,
  messages: readonly GatewayMessage[],
): Promise<readonly unknown[]> {
  const gateway: Gateway = createPlatformGateway({ baseUrl: server.url, transport, numbersWithPlus });
  const result = await gateway.send(
    { requestRef: '01J0000000000000000000000B', messages },
    { signal: new AbortController().signal, readKey: async () => practiceKey },
  );
  await gateway.close();
  return result.outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.code : outcome.kind));
}

describe.each<PlatformTransport>(['auto', 'json', 'xml', 'http', 'bulk'])('numbers by %s', (transport) => {
  it('go with + where the account asks for it, which a gateway that demands it takes', async () => {
    control.reset();
    control.profile(['plus-required']);
    expect(await outcomes(transport, undefined, [text('+27821234567')])).toEqual(['105']);
    expect(await outcomes(transport, true, [text('+27821234567')])).toEqual(['accepted']);
    const [taken] = control.taken().filter(({ apiMessageId }) => apiMessageId !== null);
    expect(taken?.to).toBe('27821234567');
  });

  it('go without unless it does, since others refuse it', async () => {
    control.reset();
    control.profile(['plus-refused']);
    expect(await outcomes(transport, true, [text('+27821234567')])).toEqual(['105']);
    expect(await outcomes(transport, false, [text('+27821234567')])).toEqual(['accepted']);
  });

  it.each(['answers-with-plus', 'answers-reversed'])(
    'are found again in an answer as in the profile %s',
    async (profile) => {
      if (transport === 'http') return;
      control.reset();
      control.profile(['plus-required', profile]);
      const messages = [text('+27821234567'), text('+447700900105'), text('+27821234569')];
      expect(await outcomes(transport, true, messages)).toEqual(['accepted', '105', 'accepted']);
    },
  );
});

it('go with + in personal texts as well', async () => {
  control.reset();
  control.profile(['plus-required']);
  const messages = [text('+27821234567', 'One'), text('+27821234568', 'Another')];
  expect(await outcomes('auto', true, messages)).toEqual(['accepted', 'accepted']);
});
