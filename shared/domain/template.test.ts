import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplate, gapKey, gapNames, parseTemplate } from './template.ts';

const fill = (template: string, values: Record<string, string> = {}) =>
  fillTemplate(template, new Map(Object.entries(values).map(([name, value]) => [gapKey(name), value])));

describe('fillTemplate', () => {
  it('puts values where the gaps are', () => {
    expect(fill('Hi ((name)), see you ((day)).', { name: 'Ana', day: 'Tuesday' })).toEqual({
      text: 'Hi Ana, see you Tuesday.',
      missing: [],
    });
  });

  it('finds a value whatever the case, spaces, hyphens and underscores of its name', () => {
    for (const name of ['first name', 'First_Name', 'FIRSTNAME', 'first-name']) {
      expect(fill('Hi ((First name))', { [name]: 'Ana' }).text).toBe('Hi Ana');
    }
  });

  it('leaves a gap without a value as it stands, and names it once', () => {
    expect(fill('((name)), ((Name)) and ((day))', { day: ' ' })).toEqual({
      text: '((name)), ((Name)) and ((day))',
      missing: ['name', 'day'],
    });
  });

  it('takes what stands behind the bar where there is no value', () => {
    expect(fill('Hi ((name|there))').text).toBe('Hi there');
    expect(fill('Hi ((name|there))', { name: 'Ana' }).text).toBe('Hi Ana');
    expect(fill('Hi((name|))!').text).toBe('Hi!');
  });

  it.each(['yes', 'Y', 'TRUE', '1', 'x', 'Oui', 'sim', 'نعم', ' ja '])('takes %s for a yes', (answer) => {
    expect(fill('Come.((late?? You are late.))', { late: answer }).text).toBe('Come. You are late.');
  });

  it.each(['no', '', '0', 'false', 'perhaps'])('takes “%s” for a no', (answer) => {
    expect(fill('Come.((late?? You are late.))', { late: answer })).toEqual({ text: 'Come.', missing: [] });
  });

  it('never reads a value as a template', () => {
    expect(fill('Hi ((name))', { name: '((day))', day: 'Tuesday' }).text).toBe('Hi ((day))');
  });
});

describe('parseTemplate', () => {
  it.each(['((', '(( ))', '(())', '((a', 'a))', '(a)', '((\n))', `((${'a'.repeat(61)}))`])(
    'takes %j for ordinary text',
    (text) => {
      expect(parseTemplate(text)).toEqual([{ kind: 'text', text, from: 0, to: text.length }]);
    },
  );

  it('finds the inner of two openings', () => {
    expect(gapNames('((a ((b))')).toEqual(['b']);
  });

  it('leaves nothing out and makes nothing up, whatever is written', () => {
    const bits = fc.constantFrom('((', '))', '|', '??', 'name', ' ', '\n', 'é', '😀', '(', ')');
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 30 }), (words) => {
        const template = words.join('');
        const pieces = parseTemplate(template);
        expect(pieces.map(({ from, to }) => template.slice(from, to)).join('')).toBe(template);
        let end = 0;
        for (const { from, to } of pieces) {
          expect(from).toBe(end);
          expect(to).toBeGreaterThan(from);
          end = to;
        }
        // With a value for each gap nothing is missing.
        const values = new Map(gapNames(template).map((name) => [gapKey(name), 'v']));
        expect(fillTemplate(template, values).missing).toEqual([]);
      }),
    );
  });
});
