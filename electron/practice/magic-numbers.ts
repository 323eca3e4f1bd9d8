/**
 * Numbers that behave badly on purpose, for people who practise and for tests. All lie in the block +44 7700 900000 to
 * 900999, which Ofcom keeps for films and drama: nobody has such a number. Where there is a number of an error or of a
 * status, the last three digits are it; only the IP lock, error 007, had to give way to status 007.
 */
import type { ErrorCode } from './error-table.ts';
import type { StatusCode } from './statuses.ts';

export type MagicBehaviour =
  /** This recipient is refused, the others of the request are not. */
  | { readonly kind: 'refuse-recipient'; readonly code: ErrorCode }
  /** The request is refused whole, as Clickatell does: HTTP 200, no messages, an error. */
  | { readonly kind: 'refuse-request'; readonly code: ErrorCode }
  /** HTTP 429 with `Retry-After`. Developers' Central: error 130. */
  | { readonly kind: 'rate-limit'; readonly seconds: number }
  /** HTTP 503 with `Retry-After`, nothing taken. */
  | { readonly kind: 'busy'; readonly seconds: number }
  /** The text is taken and the answer comes late. */
  | { readonly kind: 'slow'; readonly seconds: number }
  /** The text is taken and then the connection breaks: *Maybe sent*. */
  | { readonly kind: 'drop-answer' }
  /** The text is taken; this is how it ends. `null`: nothing is heard from the handset. */
  | { readonly kind: 'ends'; readonly status: StatusCode | null }
  /** The text is taken; the phone is off until the text expires. */
  | { readonly kind: 'switched-off' }
  /** A recipient like any other. As the sender it is a two-way number of the practice account. */
  | { readonly kind: 'sender' };

export interface MagicNumber {
  /** Digits. */
  readonly number: string;
  readonly behaviour: MagicBehaviour;
  /** For the table in docs/practice-gateway.md. */
  readonly shows: string;
}

export const magicNumbers: readonly MagicNumber[] = [
  {
    number: '447700900105',
    behaviour: { kind: 'refuse-recipient', code: 105 },
    shows: 'a number Clickatell refuses',
  },
  {
    number: '447700900114',
    behaviour: { kind: 'refuse-recipient', code: 114 },
    shows: 'a network that cannot be reached',
  },
  {
    number: '447700900121',
    behaviour: { kind: 'refuse-recipient', code: 121 },
    shows: 'a blocked number',
  },
  {
    number: '447700900122',
    behaviour: { kind: 'refuse-recipient', code: 122 },
    shows: 'somebody who opted out',
  },
  {
    number: '447700900128',
    behaviour: { kind: 'refuse-recipient', code: 128 },
    shows: 'a number that was taken off the list',
  },
  {
    number: '447700900106',
    behaviour: { kind: 'refuse-request', code: 106 },
    shows: 'a country that wants a sender number',
  },
  {
    number: '447700900301',
    behaviour: { kind: 'refuse-request', code: 301 },
    shows: 'an account without credit: sending pauses',
  },
  {
    number: '447700900108',
    behaviour: { kind: 'refuse-request', code: 108 },
    shows: 'a key that is no longer valid: sending pauses',
  },
  {
    number: '447700900070',
    behaviour: { kind: 'refuse-request', code: 7 },
    shows: 'an account locked to other addresses: sending pauses',
  },
  {
    number: '447700900901',
    behaviour: { kind: 'refuse-request', code: 901 },
    shows: 'an error inside Clickatell',
  },
  {
    number: '447700900429',
    behaviour: { kind: 'rate-limit', seconds: 20 },
    shows: 'a rate limit: sending goes on by itself after 20 seconds',
  },
  {
    number: '447700900503',
    behaviour: { kind: 'busy', seconds: 20 },
    shows: 'a Clickatell that is too busy for 20 seconds',
  },
  {
    number: '447700900998',
    behaviour: { kind: 'slow', seconds: 8 },
    shows: 'an answer that takes 8 seconds',
  },
  {
    number: '447700900999',
    behaviour: { kind: 'drop-answer' },
    shows: 'a lost answer: Maybe sent',
  },
  {
    number: '447700900003',
    behaviour: { kind: 'ends', status: null },
    shows: 'taken; the network sends no receipts',
  },
  {
    number: '447700900005',
    behaviour: { kind: 'ends', status: 5 },
    shows: 'taken; then something is wrong with the text',
  },
  {
    number: '447700900007',
    behaviour: { kind: 'ends', status: 7 },
    shows: 'taken; then it cannot be delivered',
  },
  {
    number: '447700900009',
    behaviour: { kind: 'ends', status: 9 },
    shows: 'taken; then no way to the network is found',
  },
  {
    number: '447700900010',
    behaviour: { kind: 'ends', status: 10 },
    shows: 'taken; then it expires, whatever its validity',
  },
  {
    number: '447700900012',
    behaviour: { kind: 'ends', status: 12 },
    shows: 'taken; then the credit is gone',
  },
  {
    number: '447700900014',
    behaviour: { kind: 'ends', status: 14 },
    shows: 'taken; then a limit of messages is reached',
  },
  {
    number: '447700900011',
    behaviour: { kind: 'switched-off' },
    shows: 'taken; the phone is off until the validity is over',
  },
  {
    number: '447700900600',
    behaviour: { kind: 'sender' },
    shows: 'as the sender: a two-way number of the practice account',
  },
];

const byNumber = new Map(magicNumbers.map((magic) => [magic.number, magic.behaviour]));

export function magicBehaviour(digits: string): MagicBehaviour | undefined {
  return byNumber.get(digits);
}
