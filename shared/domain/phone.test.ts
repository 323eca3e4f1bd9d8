import fc from 'fast-check';
import { getCountries, getExampleNumber, parsePhoneNumberWithError } from 'libphonenumber-js/mobile';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, it } from 'vitest';
import { plainDigits } from './decimal-digits.ts';
import { displayNumber, numberBeginning, understandRecipient } from './phone.ts';

const southAfrican = '+27821234567';

it.each([
  ['', ''],
  ['082 5', '+27825'],
  ['+27 82', '+2782'],
  ['0027 82', '+2782'],
  ['44 77', '+4477'],
  ['٠٨٢', '+2782'],
  ['x', ''],
])('numberBeginning %j', (typed, expected) => {
  expect(numberBeginning(typed, 'ZA')).toBe(expected);
});

describe('numbers that are understood', () => {
  it.each([
    ['+27821234567', null],
    ['+27 82 123 4567', null],
    ['(+27) 82 123-4567', null],
    ['0027821234567', null],
    ['0027821234567', 'ZA'],
    // 00 is not the international prefix there, and means nothing else either.
    ['0027821234567', 'US'],
    ['001127821234567', 'AU'],
    ['01127821234567', 'US'],
    ['27821234567', null],
    ['27821234567', 'ZA'],
    // Possible in Germany, a mobile number in South Africa.
    ['27821234567', 'DE'],
    ['0821234567', 'ZA'],
    ['821234567', 'ZA'],
    ['082 123 4567', 'ZA'],
    ['082-123-4567', 'ZA'],
    ['082.123.4567', 'ZA'],
    ['(082) 123 4567', 'ZA'],
    ['082\u00a0123\u20114567', 'ZA'],
    ['\u202a+27 82 123 4567\u202c', null],
    ['  0821234567\n', 'ZA'],
    ['＋２７８２１２３４５６７', null],
    ['٠٨٢١٢٣٤٥٦٧', 'ZA'],
    ['۰۸۲۱۲۳۴۵۶۷', 'ZA'],
    // Devanagari, mathematical bold, and two scripts in one number.
    ['+२७८२१२३४५६७', null],
    ['+𝟐𝟕𝟖𝟐𝟏𝟐𝟑𝟒𝟓𝟔𝟕', null],
    ['+٢٧ ８２ 123 4567', null],
    // The trunk zero where the country code already stands.
    ['+27 (0)82 123 4567', null],
    ['+27 0821234567', null],
    ['0027 082 123 4567', 'ZA'],
    ['tel:+27821234567', null],
    ['sms:0821234567', 'ZA'],
  ])('%j in %s', (input, country) => {
    expect(understandRecipient(input, country)).toEqual({
      kind: 'valid',
      e164: southAfrican,
      display: '+27 82 123 4567',
      country: 'ZA',
    });
  });

  it.each([
    ['+44 (0)7700 900123', null, '+447700900123'],
    ['07700 900123', 'GB', '+447700900123'],
    ['447700900123', 'ZA', '+447700900123'],
    ['447700900123', null, '+447700900123'],
    ['2348012345678', 'ZA', '+2348012345678'],
    // With a mark, a possible length is enough: tables age.
    ['00828212345678', 'ZA', '+828212345678'],
    ['+828212345678', 'ZA', '+828212345678'],
    ['0171/1234567', 'DE', '+491711234567'],
    ['2025550123', 'US', '+12025550123'],
    ['061234567', 'IT', '+39061234567'],
    ['8 912 345 67 89', 'RU', '+79123456789'],
  ])('%j in %s', (input, country, e164) => {
    expect(understandRecipient(input, country)).toMatchObject({ kind: 'valid', e164 });
  });

  it('names no country where the number does not tell', () => {
    expect(understandRecipient('+447700900123', 'ZA')).toMatchObject({ country: null });
  });
});

describe('numbers that are refused', () => {
  it.each([
    ['', 'ZA', 'empty'],
    [' \u200e ', 'ZA', 'empty'],
    ['abc', 'ZA', 'not-a-number'],
    ['Acme', null, 'not-a-number'],
    ['0800FLOWERS', 'ZA', 'not-a-number'],
    ['call 082 123 4567', 'ZA', 'not-a-number'],
    ['+', null, 'not-a-number'],
    ['082 123 4567, 083 123 4567', 'ZA', 'not-a-number'],
    ['082 123 4567/8', 'ZA', 'not-a-number'],
    ['082 123 4567/083 123 4567/1', 'ZA', 'not-a-number'],
    ['082 123 4567/083 123 4567', 'ZA', 'too-long'],
    ['32323', 'ZA', 'too-short'],
    ['112', 'ZA', 'too-short'],
    ['082 123 456', 'ZA', 'too-short'],
    ['06 12 34 56 7', 'FR', 'too-short'],
    ['04500012', 'BE', 'too-short'],
    ['+33 06 12 34 56 7', null, 'not-possible'],
    ['+27821234567890123', null, 'too-long'],
    ['1234567890123456789012345', 'ZA', 'too-long'],
    ['079161234567', 'GB', 'too-long'],
    ['0821234567 x12', 'ZA', 'extension'],
    ['+27 82 123 4567 ext. 5', null, 'extension'],
    ['+27821234567;ext=5', null, 'extension'],
    ['+27 82 123 4567 extension 5', 'ZA', 'extension'],
    ['+27821234567#5', null, 'extension'],
    ['+٢٧٨٢١٢٣٤٥٦٧ x٥', null, 'extension'],
    ['0821234567', null, 'unknown-country'],
    ['2025550123', null, 'unknown-country'],
    ['0821234567', 'XX', 'unknown-country'],
    ['+999123456789', null, 'unknown-country'],
    // A digit too many, or something else altogether, has a possible length in Korea, Singapore, the Netherlands.
    ['8212345678', 'ZA', 'unknown-country'],
    ['828212345678', 'ZA', 'unknown-country'],
    ['6502530000', 'ZA', 'unknown-country'],
    ['31 12 1999', 'US', 'unknown-country'],
    ['442071838750', 'ZA', 'unknown-country'],
  ])('%j in %s: %s', (input, country, reason) => {
    expect(understandRecipient(input, country)).toEqual({ kind: 'invalid', reason });
  });
});

describe('the mobile numbers of every country', () => {
  const numbers = getCountries()
    .map((country) => getExampleNumber(country, examples))
    .filter((number) => number !== undefined);

  it('are understood in every international spelling, from every office', () => {
    expect(numbers.length).toBeGreaterThan(200);
    const misread: unknown[] = [];
    for (const number of numbers) {
      const digits = number.number.slice(1);
      const wide = [...digits].map((digit) => String.fromCharCode(0xff10 + Number(digit))).join('');
      for (const office of [null, 'ZA', 'US', 'DE', number.country ?? null]) {
        for (const spelling of [`+${digits}`, number.formatInternational(), `00${digits}`, `＋${wide}`]) {
          const understood = understandRecipient(spelling, office);
          if (understood.kind === 'invalid' || understood.e164 !== number.number) {
            misread.push([spelling, office, understood]);
          }
        }
      }
      expect(displayNumber(number.number)).toBe(number.formatInternational());
    }
    expect(misread).toEqual([]);
  });

  it('are understood in their national spelling at home', () => {
    const misread: unknown[] = [];
    for (const number of numbers) {
      const office = number.country ?? null;
      const understood = understandRecipient(number.formatNational(), office);
      if (understood.kind === 'invalid' || understood.e164 !== number.number) {
        misread.push([number.formatNational(), office, understood]);
      }
    }
    expect(misread).toEqual([]);
  });
});

describe('a number as it may be written anywhere', () => {
  const numbers = getCountries()
    .map((country) => getExampleNumber(country, examples))
    .filter((number) => number !== undefined);
  const zeros = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10, 0x1d7ce];
  const separators = [' ', '-', '.', '\u00a0', '\u2009', '\u2011', '\u2013', '\u200b', '\u00ad', '  '];
  const forms = ['E.164', 'INTERNATIONAL', 'RFC3966', '00', 'NATIONAL'] as const;

  it('is understood as the number it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...numbers),
        fc.constantFrom(...forms),
        fc.constantFrom(...zeros),
        fc.array(fc.tuple(fc.nat(14), fc.constantFrom(...separators)), { maxLength: 4 }),
        fc.constantFrom(['', ''], ['\u202a', '\u202c'], [' ', '\n'], ['\u200e', ''], ['\ufeff', '\t']),
        (number, form, zero, inserted, [before, after]) => {
          // International ones are understood in every office.
          const office = form === 'NATIONAL' ? (number.country ?? null) : 'ZA';
          const plain = form === '00' ? `00${number.number.slice(1)}` : number.format(form);
          const spaced = form === 'RFC3966' ? plain : inserted.reduce(insertBetweenDigits, plain);
          const digits = spaced.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
          expect(understandRecipient(`${before}${digits}${after}`, office)).toMatchObject({
            kind: 'valid',
            e164: number.number,
          });
        },
      ),
      { numRuns: 5000 },
    );
  });

  /** Behind the n-th digit, so that no two separators meet. */
  function insertBetweenDigits(written: string, [at, separator]: [number, string]): string {
    const places = [...written.matchAll(/\d(?=\d)/g)].map(({ index }) => index + 1);
    const place = places[at];
    return place === undefined || place < 3
      ? written
      : written.slice(0, place) + separator + written.slice(place);
  }
});

describe('anything a person may type', () => {
  const offices = fc.constantFrom(null, 'ZA', 'DE', 'US', 'GB', 'XX', 'zz', '');

  it('is answered, and never with digits that were not typed', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.stringMatching(/^[+0-9 ()./-]{0,30}$/),
      fc.string({
        unit: fc.constantFrom('0', '1', '7', '9', '٣', '５', '+', ' ', '-', 'x', '#', ';'),
        maxLength: 30,
      }),
    );
    fc.assert(
      fc.property(typed, offices, (input, office) => {
        const understood = understandRecipient(input, office);
        if (understood.kind === 'invalid') return;
        expect(understood.e164).toMatch(/^\+[1-9]\d{6,14}$/);
        const digits = plainDigits(input.normalize('NFKC')).replace(/\D/g, '');
        expect(digits.endsWith(understood.e164.slice(-6))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a number of the office with a digit too many or another in its place', () => {
  it('goes to no other country, unless it is a mobile number there', () => {
    const national = fc.tuple(
      fc.constantFrom('82', '60', '72', '81'),
      fc.nat(9_999_999),
      fc.nat(9),
      fc.nat(9),
    );
    fc.assert(
      fc.property(national, ([leading, rest, at, extra]) => {
        const digits = `${leading}${String(rest).padStart(7, '0')}`;
        const mistyped = `${digits.slice(0, at)}${extra}${digits.slice(at)}`;
        const understood = understandRecipient(mistyped, 'ZA');
        if (understood.kind === 'invalid' || understood.e164.startsWith('+27')) return;
        expect(parsePhoneNumberWithError(understood.e164).isValid()).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('showing a number', () => {
  it('groups it, and leaves anything else alone', () => {
    expect(displayNumber('+27821234567')).toBe('+27 82 123 4567');
    expect(displayNumber('not a number')).toBe('not a number');
  });
});
