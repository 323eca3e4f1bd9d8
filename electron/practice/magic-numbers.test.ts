import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { isFictional } from '../../shared/domain/fictional-numbers.ts';
import { understandRecipient } from '../../shared/domain/phone.ts';
import { magicNumbers } from './magic-numbers.ts';

it('are in the documentation, can be typed, and belong to nobody', async () => {
  const page = await readFile(new URL('../../docs/practice-gateway.md', import.meta.url), 'utf8');
  for (const { number, shows } of magicNumbers) {
    const understood = understandRecipient(`+${number}`, null);
    expect(understood).toMatchObject({ kind: 'valid', e164: `+${number}` });
    const display = understood.kind === 'valid' ? understood.display : '';
    expect(page.replaceAll('*', '')).toContain(`| ${display.slice(0, -6)}${number.slice(-6)} | ${shows} |`);
    expect(isFictional(`+${number}`)).toBe(true);
    // Without a mark as well, although no table knows them.
    expect(understandRecipient(number, 'ZA')).toEqual(understood);
  }
});
