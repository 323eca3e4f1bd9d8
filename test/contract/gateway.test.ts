import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createPlatformGateway } from '../../electron/gateways/clickatell/platform.ts';
import { describeGatewayContract, type ScriptedAnswer } from './gateway-contract.ts';

const json = { 'content-type': 'application/json;charset=UTF-8' };

function answer(status: number, document: unknown): ScriptedAnswer {
  return { status, headers: json, body: JSON.stringify(document) };
}

describeGatewayContract({
  name: 'Platform, JSON',
  open: (options) => createPlatformGateway({ ...options, transport: 'json' }),
  sendPath: '/messages',
  accepting: (number) =>
    answer(202, {
      messages: [{ apiMessageId: 'c5d7a69898ef43348e9b3cd7ce7a5096', accepted: true, to: number }],
    }),
  refusingWhole: (errorCode, error) =>
    answer(200, { messages: [], errorCode, error, errorDescription: null }),
  exactRequest({ host, key, message }) {
    const body = `{"content":${JSON.stringify(message.body)},"to":["${message.recipient.slice(1)}"],"clientMessageId":"${message.clientRef}","charset":"UTF-8"}`;
    return [
      'POST /messages HTTP/1.1',
      `host: ${host}`,
      'connection: keep-alive',
      `authorization: ${key}`,
      'content-type: application/json',
      'accept: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  },
});

it('loads undici with the first request and not before', async () => {
  const registry = new URL('../../electron/gateways/registry.ts', import.meta.url).href;
  const program = `
    import { createRequire } from 'node:module';
    const { createGateway } = await import(${JSON.stringify(registry)});
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('undici'));
    const gateway = createGateway({ family: 'platform', baseUrl: 'http://127.0.0.1:9' });
    const before = loaded();
    await gateway.check({ signal: new AbortController().signal, readKey: async () => 'some-key' });
    await gateway.close();
    console.log(JSON.stringify({ before, after: loaded() }));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    timeout: 15_000,
  });
  expect(JSON.parse(stdout)).toEqual({ before: false, after: true });
});
