import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { understandRecipient } from '../../shared/domain/phone.ts';
import { magicNumbers } from './magic-numbers.ts';

it('are in the documentation, can be typed, and belong to nobody', async () => {
  const page = await readFile(new URL('../../docs/practice-gateway.md', import.meta.url), 'utf8');
  for (const { number, shows } of magicNumbers) {
    const understood = understandRecipient(`+${number}`, null);
    expect(understood).toMatchObject({ kind: 'valid', e164: `+${number}` });
    const display = understood.kind === 'valid' ? understood.display : '';
    expect(page.replaceAll('*', '')).toContain(`| ${display.slice(0, -6)}${number.slice(-6)} | ${shows} |`);
    // Ofcom, "Telephone numbers for use in TV and radio drama programmes".
    expect(number).toMatch(/^447700900\d{3}$/);
  }
});
