/** A message with a user data header of its own: what fits one part goes, and of what does not both sides say so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayMessage, Outcome } from '../../electron/core/ports.ts';
import { createCentralGateway } from '../../electron/gateways/clickatell/central.ts';
import { createPlatformGateway } from '../../electron/gateways/clickatell/platform.ts';
import {
  type PracticeControl,
  type PracticeServer,
  startPracticeServer,
} from '../../electron/practice/server.ts';
import { writeCentralLogin } from '../../shared/domain/central-login.ts';
import { refusedHere } from '../../shared/domain/message.ts';
import { practiceKey, practiceLogin } from './gateway-contract.ts';

const userDataHeader = '0605040B8423F0';
const binary = { binary: true, userDataHeader };

let server: PracticeServer;
let control: PracticeControl;
beforeAll(async () => {
  server = await startPracticeServer({ control: true, key: practiceKey, central: practiceLogin });
  if (server.control === undefined) throw new Error('no control');
  control = server.control;
});
afterAll(() => server.stop());

async function send(
  family: 'platform' | 'central',
  body: string,
  options: GatewayMessage['options'],
): Promise<Outcome | undefined> {
  const gateway =
    family === 'platform'
      ? createPlatformGateway({ baseUrl: server.url })
      : createCentralGateway({ baseUrl: server.url });
  const key = family === 'platform' ? practiceKey : writeCentralLogin(practiceLogin);
  const message = { clientRef: '01J0000000000000000000000A', recipient: '+27821234567', body, options };
  const { outcomes } = await gateway.send(
    { requestRef: message.clientRef, messages: [message] },
    { signal: new AbortController().signal, readKey: async () => key },
  );
  await gateway.close();
  return outcomes[0];
}

const whole = [
  ['platform', 'octets', 'ff'.repeat(133), binary],
  ['platform', 'a text', 'a'.repeat(152), { userDataHeader }],
  ['platform', 'a Unicode text', 'ж'.repeat(66), { userDataHeader }],
  ['central', 'octets', 'ff'.repeat(133), binary],
] as const;

describe.each(whole)('%s: %s with a header', (family, _what, body, options) => {
  it('fits one part to the last unit', async () => {
    control.reset();
    expect(await send(family, body, options)).toMatchObject({ kind: 'accepted' });
  });

  it('is refused in words, and never sent, when it is a unit longer', async () => {
    control.reset();
    expect(await send(family, body + body.slice(0, 2), options)).toMatchObject({
      kind: 'rejected',
      code: refusedHere,
      text: expect.stringContaining('one part'),
    });
    expect(control.received()).toHaveLength(0);
  });
});

it('the practice gateway refuses a unit more as well', async () => {
  control.reset();
  const response = await fetch(`${server.url}/messages`, {
    method: 'POST',
    headers: { authorization: practiceKey, 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'a'.repeat(153), to: ['27821234567'], userDataHeader }),
  });
  expect(await response.json()).toMatchObject({ messages: [], errorCode: 113 });
  // `practiceLogin`, in Windows-1252.
  const login = 'user=front-desk&password=p%26ss%20w%F6rd%3D1&api_id=3523864';
  const central = await fetch(`${server.url}/http/sendmsg`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `${login}&to=27821234567&text=${'ff'.repeat(134)}&udh=${userDataHeader}&concat=35`,
  });
  expect(await central.text()).toContain('ERR: 113');
});
