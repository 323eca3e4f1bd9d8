/**
 * Numbers that behave badly on purpose, for people who practise and for tests. All lie in the block +44 7700 900000 to
 * 900999, which Ofcom keeps for films and drama: nobody has such a number. Where there is an error number, the last
 * three digits are it.
 */
export type MagicBehaviour =
  /** This recipient is refused, the others of the request are not. */
  | { readonly kind: 'refuse-recipient'; readonly code: number }
  /** The request is refused whole, as Clickatell does: HTTP 200, no messages, an error. */
  | { readonly kind: 'refuse-request'; readonly code: number }
  /** HTTP 429 with `Retry-After`. */
  | { readonly kind: 'rate-limit'; readonly seconds: number }
  /** The text is taken and then the connection breaks: *Maybe sent*. */
  | { readonly kind: 'drop-answer' };

export interface MagicNumber {
  /** Digits. */
  readonly number: string;
  readonly behaviour: MagicBehaviour;
  /** For the table in the README. */
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
    number: '447700900429',
    behaviour: { kind: 'rate-limit', seconds: 20 },
    shows: 'a rate limit: sending goes on by itself after 20 seconds',
  },
  {
    number: '447700900999',
    behaviour: { kind: 'drop-answer' },
    shows: 'a lost answer: Maybe sent',
  },
];

const byNumber = new Map(magicNumbers.map((magic) => [magic.number, magic.behaviour]));

export function magicBehaviour(digits: string): MagicBehaviour | undefined {
  return byNumber.get(digits);
}
