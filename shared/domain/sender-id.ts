/**
 * Who a text says it is from. Not a recipient: it may be a short code or a name, and nothing is looked up in the number
 * plans of the world. Clickatell takes what is registered with it (a two-way number or a sender ID): 1 to 16 digits, or
 * up to 11 letters and digits (Developers' Central, `from`).
 */
import { plainDigits } from './decimal-digits.ts';

export type SenderId =
  | { readonly kind: 'number' | 'short-code' | 'name'; readonly senderId: string }
  | {
      readonly kind: 'invalid';
      readonly reason: 'empty' | 'too-long' | 'too-many-digits' | 'not-alphanumeric';
    };

const mostDigits = 16;
const mostCharacters = 11;
/** Numbers that reach a person have at least seven digits with their country code; short codes are shorter. */
const shortCodeDigits = 6;

/**
 * Understands a sender ID. A number loses its `+` and its separators and keeps its digits; a name stays as typed, upper
 * and lower case included. Two digits more or less make another sender, so nothing is completed.
 */
export function understandSenderId(input: string): SenderId {
  const typed = input.replace(/\p{Cf}/gu, '').trim();
  if (typed === '') return { kind: 'invalid', reason: 'empty' };
  const number = plainDigits(typed);
  if (/^[+＋]?[\d\s().\-\u2010-\u2013]+$/.test(number) && /\d/.test(number)) {
    const digits = number.replace(/\D/g, '');
    if (digits.length > mostDigits) return { kind: 'invalid', reason: 'too-many-digits' };
    return { kind: isShortCode(digits) ? 'short-code' : 'number', senderId: digits };
  }
  if (!/^[A-Za-z0-9]+$/.test(typed)) return { kind: 'invalid', reason: 'not-alphanumeric' };
  if (typed.length > mostCharacters) return { kind: 'invalid', reason: 'too-long' };
  return { kind: 'name', senderId: typed };
}

/** Whether digits alone are a short code: something texts come from, never something they go to from here. */
export function isShortCode(digits: string): boolean {
  return /^\d+$/.test(digits) && digits.length <= shortCodeDigits;
}
