import { expect, test } from 'vitest';
import { Session } from '../../app/session.svelte.ts';
import { createFakeClient, makeScenario } from '../../lib/fake-bridge.ts';
import { BackOnline } from './back-online.svelte.ts';

test('what is held is told until a person lets it go; put aside it stays held', async () => {
  const client = createFakeClient(makeScenario('back-online'));
  const backOnline = new BackOnline(new Session(client));
  await backOnline.read();
  expect(backOnline.count).toBe(38);
  backOnline.putAside = true;
  await backOnline.read();
  expect(backOnline.putAside).toBe(true);
  expect(client.calls.some(({ method }) => method === 'sending.sendHeldBack')).toBe(false);
  await backOnline.send();
  expect(client.calls.some(({ method }) => method === 'sending.sendHeldBack')).toBe(true);
  expect(backOnline.held).toBeUndefined();
  expect(backOnline.putAside).toBe(false);
});
