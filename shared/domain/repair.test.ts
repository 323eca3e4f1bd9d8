import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGsm } from './gsm-alphabet.ts';
import { repair } from './repair.ts';
import { explainUnicode } from './unicode-reasons.ts';

const both = { typography: true, accents: true };

describe('repairing', () => {
  it('brings what a word processor did back to GSM-7', () => {
    const written = '“Don’t wait” – we’re open 8–17\u00a0h…\u200b';
    expect(repair(written, { typography: true })).toEqual({
      text: '"Don\'t wait" - we\'re open 8-17 h...',
      changes: [
        { index: 0, from: '“', to: '"', name: 'curly-quote' },
        { index: 4, from: '’', to: "'", name: 'curly-quote' },
        { index: 11, from: '”', to: '"', name: 'curly-quote' },
        { index: 13, from: '–', to: '-', name: 'dash' },
        { index: 17, from: '’', to: "'", name: 'curly-quote' },
        { index: 27, from: '–', to: '-', name: 'dash' },
        { index: 30, from: '\u00a0', to: ' ', name: 'no-break-space' },
        { index: 32, from: '…', to: '...', name: 'ellipsis' },
        { index: 33, from: '\u200b', to: '', name: 'invisible' },
      ],
    });
  });

  it('touches accents only when asked', () => {
    expect(repair('“Zoë, François”', { typography: true }).text).toBe('"Zoë, François"');
    expect(repair('“Zoë, François”', both).text).toBe('"Zoe, Francois"');
    expect(repair('“Zoë, François”', { typography: false, accents: true }).text).toBe('“Zoe, Francois”');
    // In GSM-7 as they are.
    expect(repair('Müller, Café, Å', both).text).toBe('Müller, Café, Å');
  });

  it('leaves what nothing else says', () => {
    expect(repair('20°C 😀 10² Привет', both)).toEqual({ text: '20°C 😀 10² Привет', changes: [] });
  });

  it('leaves what an emoji is made of', () => {
    const family = '👨‍👩‍👧 🏴󠁧󠁢󠁷󠁬󠁳󠁿 1️⃣ ❤️';
    expect(repair(family, both).text).toBe(family);
  });
});

describe('any text', () => {
  const tricky = fc.constantFrom(
    ...'aeoAE1"\'\r\n ‘’…–½⅝Ａ１𝐀œŉŁçäÄ中мш😀👨🇿क्ष',
    ...['\u0301', '\u0308', '\u0327', '\u200b', '\u200d', '\ufe0f', '\u20e3', '\u00ad', '\u0000', '\u0092'],
    ...['\u008c', '\u2028', '\t', '\u0600', '\u115f', '\ud83d', '\udc68', '\u{e0067}', '\u{1f3fd}', '👨‍👩‍👧'],
  );
  const anyText = fc.oneof(
    fc.string({ unit: tricky, maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ maxLength: 60 }),
  );
  const options = fc.record({ typography: fc.boolean(), accents: fc.boolean() });

  it('is repaired once and for all', () => {
    fc.assert(
      fc.property(anyText, options, (text, how) => {
        const once = repair(text, how);
        expect(repair(once.text, how)).toEqual({ text: once.text, changes: [] });
      }),
      { numRuns: 20_000 },
    );
  });

  it('is GSM-7 afterwards unless a reason without repair is left', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const left = explainUnicode(repair(text, both).text);
        for (const reason of left) expect(reason.repair).toBeNull();
      }),
      { numRuns: 5000 },
    );
  });

  it('is what the list of changes makes of it', () => {
    fc.assert(
      fc.property(anyText, options, (text, how) => {
        const { text: repaired, changes } = repair(text, how);
        let applied = text;
        for (const { index, from, to } of [...changes].reverse()) {
          expect(applied.startsWith(from, index)).toBe(true);
          applied = applied.slice(0, index) + to + applied.slice(index + from.length);
        }
        expect(applied).toBe(repaired);
      }),
      { numRuns: 5000 },
    );
  });

  it('is never changed when it is GSM-7', () => {
    fc.assert(
      fc.property(fc.string(), options, (text, how) => {
        fc.pre(isGsm(text));
        expect(repair(text, how)).toEqual({ text, changes: [] });
      }),
      { numRuns: 5000 },
    );
  });
});
