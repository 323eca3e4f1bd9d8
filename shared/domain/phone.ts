/**
 * How a number as a person types it is understood.
 *
 * libphonenumber-js with its *mobile* tables: 99 kB against 83 kB for the smallest ones, which know lengths but not
 * which numbers are mobile, and that is what tells a foreign number without `+` from a number of the office's country.
 * A number that only has a possible length is taken too: tables age, and the full number is shown before it is used.
 */
import type { CountryCode, PhoneNumber } from 'libphonenumber-js/mobile';
import {
  getCountryCallingCode,
  isSupportedCountry,
  ParseError,
  parsePhoneNumberWithError,
  validatePhoneNumberLength,
} from 'libphonenumber-js/mobile';
import type { RecipientView } from '../ipc/contract.ts';
import { plainDigits } from './decimal-digits.ts';
import { isFictional } from './fictional-numbers.ts';

type InvalidReason = Extract<RecipientView, { kind: 'invalid' }>['reason'];
type Reading = { readonly number: PhoneNumber } | { readonly reason: InvalidReason };

/**
 * With its country code, a number the tables do not know to be a mobile one is not shorter than this: a short code is
 * not a number. (The shortest mobile numbers there are, on Tristan da Cunha, have seven.)
 */
const fewestDigits = 8;

/**
 * Where the library's tables take shorter numbers than a handset can have, so that a forgotten digit would pass. South
 * Africa: mobile numbers have nine digits after +27, the tables list `8[1-4]\d{3,7}`.
 */
const exactLengths: Readonly<Record<string, { readonly leading: RegExp; readonly length: number }>> = {
  27: { leading: /^[678]/, length: 9 },
};

/** Italy's plan, also of San Marino and the Vatican: lines on a wall begin with a zero, with the country code too. */
const zeroStays: ReadonlySet<string> = new Set(['39', '378', '379']);

/**
 * Understands one recipient: international with `+`, `00` or neither; national with the office's country; any usual
 * separators; decimal digits of any script (full-width, Arabic, Persian …). Extensions are refused, since a text cannot
 * reach them.
 *
 * Digits that make sense both as a number of the office's country and as an international one are read as that one of
 * the two that is a mobile number; when that does not tell, as a number of the office's country. Digits that are no number of
 * the office's country are an international one only when that is known as a mobile number: a national number with a digit too
 * many has a possible length somewhere. Any other needs `+` or `00`. Nothing is ever completed, shortened or corrected.
 *
 * @param input as typed
 * @param country ISO 3166-1 alpha-2, where numbers without a country code are taken to be; null when not known
 */
export function understandRecipient(input: string, country: string | null): RecipientView {
  const typed = normalise(input);
  if (typed === '') return { kind: 'invalid', reason: 'empty' };
  if (holdsTwoNumbers(typed)) return { kind: 'invalid', reason: 'not-a-number' };

  const office = country !== null && isSupportedCountry(country) ? country : undefined;
  const reading = typed.startsWith('+') ? read(typed, undefined) : readWithoutPlus(typed, office);
  if ('reason' in reading) return { kind: 'invalid', reason: reading.reason };
  const { number } = reading;
  return {
    kind: 'valid',
    e164: number.number,
    display: number.formatInternational(),
    country: number.country ?? null,
  };
}

/**
 * How a number is shown: grouped as is usual in its country, with the country code. Whatever is not a number in E.164
 * form comes back as it is.
 */
export function displayNumber(e164: string): string {
  try {
    return parsePhoneNumberWithError(e164, { extract: false }).formatInternational();
  } catch {
    return e164;
  }
}

/**
 * The beginning of a number as a person types it, as numbers in E.164 begin: `082 5` in South Africa is `+27825`. For looking
 * numbers up; nothing is understood by it.
 */
export function numberBeginning(typed: string, country: string | null): string {
  const plain = normalise(typed).replaceAll(/[^\d+]/gu, '');
  if (plain === '' || plain.startsWith('+')) return plain;
  if (plain.startsWith('00')) return `+${plain.slice(2)}`;
  if (plain.startsWith('0') && country !== null && isSupportedCountry(country)) {
    return `+${getCountryCallingCode(country)}${plain.slice(1)}`;
  }
  return `+${plain}`;
}

function readWithoutPlus(typed: string, office: CountryCode | undefined): Reading {
  const national: Reading = office === undefined ? { reason: 'unknown-country' } : read(typed, office);
  const international = readAsInternational(typed);
  if ('reason' in national) {
    if ('reason' in international) return clearer(national, international);
    // An extension is one however the number in front of it is read.
    if (national.reason === 'extension') return national;
    const { number } = international;
    // A possible length says little: a slip of the finger, or a national number of anywhere, could look the same.
    const known = startsInternational(typed) || number.isValid() || isFictional(number.number);
    return known ? international : { reason: 'unknown-country' };
  }
  if ('reason' in international || international.number.number === national.number.number) return national;
  return international.number.isValid() && !national.number.isValid() ? international : national;
}

function readAsInternational(typed: string): Reading {
  // `00` is the international prefix in most of the world and never begins a subscriber's number.
  if (startsInternational(typed)) return read(`+${typed.replace(/^\D*00/, '')}`, undefined);
  if (/^\D*0/.test(typed)) return { reason: 'unknown-country' };
  return readPossible(`+${typed}`, undefined);
}

function startsInternational(typed: string): boolean {
  return /^\D*00/.test(typed);
}

/** Of two failures, the one that tells a person more. */
function clearer(national: { reason: InvalidReason }, international: { reason: InvalidReason }): Reading {
  if (international.reason === 'not-a-number' || international.reason === 'extension') return international;
  return national;
}

/** The same, but for a zero in front that was not taken off, because a digit is missing behind it. */
function read(text: string, country: CountryCode | undefined): Reading {
  const reading = readPossible(text, country);
  if ('reason' in reading) return reading;
  const { nationalNumber, countryCallingCode } = reading.number;
  if (!nationalNumber.startsWith('0') || reading.number.isValid() || zeroStays.has(countryCallingCode)) {
    return reading;
  }
  if (country === undefined) return { reason: 'not-possible' };
  return { reason: reasonOf(validatePhoneNumberLength(nationalNumber.slice(1), country) ?? '') };
}

function readPossible(text: string, country: CountryCode | undefined): Reading {
  const options = country === undefined ? {} : { defaultCountry: country };
  try {
    const number = parsePhoneNumberWithError(text, { ...options, extract: false });
    if (number.ext !== undefined) return { reason: 'extension' };
    if (!number.isPossible()) return { reason: lengthReason(text, country) };
    if (!number.isValid() && number.number.length - 1 < fewestDigits) return { reason: 'too-short' };
    const exact = exactLengths[number.countryCallingCode];
    if (exact?.leading.test(number.nationalNumber)) {
      if (number.nationalNumber.length < exact.length) return { reason: 'too-short' };
      if (number.nationalNumber.length > exact.length) return { reason: 'too-long' };
    }
    return { number };
  } catch (error) {
    if (error instanceof ParseError) return { reason: reasonOf(error.message) };
    throw error;
  }
}

function lengthReason(text: string, country: CountryCode | undefined): InvalidReason {
  return reasonOf(validatePhoneNumberLength(text, country) ?? 'INVALID_LENGTH');
}

function reasonOf(libraryReason: string): InvalidReason {
  switch (libraryReason) {
    case 'NOT_A_NUMBER':
      return 'not-a-number';
    case 'TOO_SHORT':
      return 'too-short';
    case 'TOO_LONG':
      return 'too-long';
    case 'INVALID_COUNTRY':
      return 'unknown-country';
    default:
      return 'not-possible';
  }
}

/**
 * Compatibility forms become plain ones (full-width digits and signs, circled digits), digits of other scripts 0 to 9,
 * invisible characters that come along when copying go (direction marks, soft hyphens), and so does the scheme of a link.
 */
function normalise(input: string): string {
  return plainDigits(input.normalize('NFKC'))
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/^(?:tel|sms|smsto):\s*/i, '')
    .replace(/^\(\s*\+/, '+');
}

/** `082 123 4567/8`, or one number after another. A slash is a separator only in `0171/1234567`. */
function holdsTwoNumbers(typed: string): boolean {
  const afterSlash = typed.split('/').slice(1);
  return (
    afterSlash.length > 1 || (afterSlash[0] !== undefined && afterSlash[0].replace(/\D/g, '').length < 5)
  );
}
