import { type CountryCode, getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { countries } from './countries.ts';
import { guessCountry } from './guess-country.ts';

describe('countries', () => {
  it('are those that the library knows', () => {
    const known = new Set<string>(getCountries());
    for (const [code] of countries) expect(known.has(code), code).toBe(true);
    expect(countries.length).toBeGreaterThan(240);
  });

  it('show numbers as the library writes them', () => {
    for (const [code, national, international] of countries) {
      const number = parsePhoneNumberFromString(national, code as CountryCode);
      expect(number?.formatInternational(), code).toBe(international);
    }
  });
});

describe('guessCountry', () => {
  it('takes the region of the first language that names one', () => {
    expect(guessCountry(['en', 'en-ZA', 'en-GB'], undefined)).toBe('ZA');
    expect(guessCountry(['de-Latn-AT'], undefined)).toBe('AT');
  });

  it('believes the clock before the language: most computers come set to American English', () => {
    expect(guessCountry(['en-US'], 'Africa/Johannesburg')).toBe('ZA');
    expect(guessCountry(['en-US'], 'America/New_York')).toBe('US');
  });

  it('does not guess from nothing', () => {
    expect(guessCountry([], undefined)).toBeUndefined();
    expect(guessCountry(['en'], 'UTC')).toBeUndefined();
    expect(guessCountry(['en-001', 'nonsense!'], undefined)).toBeUndefined();
  });
});
