import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the picture in docs/outbox.md is the table that the program obeys', () => {
  const compared = spawnSync(process.execPath, [join(root, 'script/outbox-picture.mjs')], {
    encoding: 'utf8',
  });
  expect(compared.stderr).not.toContain('out of date');
  expect(compared.status).toBe(0);
});

test('control: with one more arrow in the table the picture is out of date, and --write draws it', () => {
  const copy = mkdtempSync(join(tmpdir(), 'outtray-picture-'));
  try {
    for (const name of ['script/outbox-picture.mjs', 'docs/outbox.md', 'electron/core/outbox/state.ts']) {
      mkdirSync(join(copy, name, '..'), { recursive: true });
      const content = readFileSync(join(root, name), 'utf8');
      writeFileSync(
        join(copy, name),
        content.replace("expire: 'expired',", "expire: 'expired', 'claim-again': 'sending',"),
      );
    }
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [join(copy, 'script/outbox-picture.mjs'), ...args], { encoding: 'utf8' });
    expect(run().status).toBe(1);
    expect(run('--write').status).toBe(0);
    expect(run().status).toBe(0);
    expect(readFileSync(join(copy, 'docs/outbox.md'), 'utf8')).toContain('claim-again');
  } finally {
    rmSync(copy, { recursive: true });
  }
});
