import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it.each(['platform', 'central'] as const)(
  'loads undici with the first request of %s and not before',
  async (family) => {
    const registry = new URL('../../electron/gateways/registry.ts', import.meta.url).href;
    const program = `
    import { createRequire } from 'node:module';
    const { createGateway } = await import(${JSON.stringify(registry)});

    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('undici'));
    const gateway = createGateway({ family: '${family}', baseUrl: 'http://127.0.0.1:9' });
    const before = loaded();
    const key = JSON.stringify(['some-user', 'some-word', 'some-id']);
    await gateway.check({ signal: new AbortController().signal, readKey: async () => key });
    await gateway.close();
    console.log(JSON.stringify({ before, after: loaded() }));
  `;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { cwd: fileURLToPath(new URL('../..', import.meta.url)), timeout: 15_000 },
    );
    expect(JSON.parse(stdout)).toEqual({ before: false, after: true });
  },
);
