import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type PracticeControl,
  type PracticeServer,
  startPracticeServer,
} from '../../electron/practice/server.ts';
import { type ProxyPoint, startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const body = '{"content":"0123456789","to":["27821234567"],"clientMessageId":"R","charset":"UTF-8"}';

let server: PracticeServer;
let control: PracticeControl;
let proxy: TcpProxy;

beforeEach(async () => {
  server = await startPracticeServer({ control: true });
  if (server.control === undefined) throw new Error('no control');
  control = server.control;
  proxy = await startTcpProxy({ port: Number(new URL(server.url).port) });
});
afterEach(async () => {
  await proxy.close();
  await server.stop();
});

/** Posts on a connection of its own. What came back: a status, `cut`, or `refused`. */
function post(): { readonly result: Promise<number | 'cut' | 'refused'>; readonly kill: () => void } {
  const outgoing = request(`${proxy.url}/messages`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: server.key,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  });
  const result = new Promise<number | 'cut' | 'refused'>((resolve) => {
    outgoing.on('response', (incoming) => {
      incoming.on('error', () => resolve('cut'));
      incoming.on('close', () => resolve(incoming.complete ? (incoming.statusCode ?? 0) : 'cut'));
      incoming.resume();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'cut'),
    );
  });
  outgoing.end(body);
  return { result, kill: () => outgoing.destroy() };
}

describe('the proxy', () => {
  it('passes everything on when told nothing', async () => {
    expect(await post().result).toBe(202);
    expect(await post().result).toBe(202);
    expect(proxy.connections).toBe(2);
    expect(control.taken()).toHaveLength(2);
  });

  it.each<[ProxyPoint, number, number]>([
    // What the server has at that point: requests whose headers arrived, texts taken.
    ['connected', 0, 0],
    ['half-body', 1, 0],
    ['request', 1, 1],
    ['answer-headers', 1, 1],
  ])('stops at %s, and goes on', async (point, arrived, taken) => {
    proxy.stopAt(point);
    const sending = post();
    await proxy.reached(point);
    await proxy.reached(point);
    if (arrived > 0) expect(await control.waitFor('headers')).toBe(true);
    if (taken > 0) expect(await control.waitFor('taken')).toBe(true);
    expect(control.received()).toHaveLength(arrived);
    expect(control.taken()).toHaveLength(taken);
    if (point === 'half-body') {
      expect(await control.waitFor('half-body')).toBe(true);
      const half = Buffer.from(control.received()[0]?.body ?? '', 'base64').toString();
      expect(half.length).toBeLessThanOrEqual(Math.ceil(body.length / 2));
      expect(control.received()[0]?.points).not.toContain('body');
    }
    proxy.stopAt(undefined);
    proxy.release();
    expect(await sending.result).toBe(202);
    expect(control.taken()).toHaveLength(1);
  });

  it.each<[ProxyPoint, number]>([
    ['connected', 0],
    ['half-body', 0],
    ['request', 1],
    ['answer-headers', 1],
  ])('loses what it holds at %s when the client dies', async (point, taken) => {
    proxy.stopAt(point);
    const sending = post();
    await proxy.reached(point);
    if (taken > 0) expect(await control.waitFor('taken')).toBe(true);
    sending.kill();
    expect(await sending.result).toBe('cut');
    await proxy.idle();
    proxy.stopAt(undefined);
    expect(await post().result).toBe(202);
    expect(control.taken()).toHaveLength(taken + 1);
  });

  it('refuses while it is down and listens on the same port afterwards', async () => {
    proxy.stopAt('request');
    const sending = post();
    await proxy.reached('request');
    await proxy.down();
    expect(await sending.result).toBe('cut');
    expect(await post().result).toBe('refused');
    proxy.stopAt(undefined);
    await proxy.up();
    expect(await post().result).toBe(202);
  });

  it('says when a point is not reached', async () => {
    await expect(proxy.reached('request', 10)).rejects.toThrow('request');
  });
});
