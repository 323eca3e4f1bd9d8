/**
 * What can be asked of an adapter under every profile of the practice gateway: texts of every kind, numbers that behave badly, and
 * accounts in trouble; and what has to come of it. Where a profile makes a difference, it is written down here.
 */
import type { GatewayMessage } from '../../electron/core/ports.ts';
import type { PracticeProfile } from '../../electron/practice/profile.ts';
import type { PracticeControl } from '../../electron/practice/server.ts';
import type { TakenOptions } from '../../electron/practice/taken-text.ts';
import type { AccountPauseReason } from '../../shared/domain/message.ts';
import type { MessageOptions } from '../../shared/domain/message-options.ts';
import type { AdapterUnderTest } from './gateway-contract.ts';

/** When the practice gateway's clock starts, ms UTC. */
export const start = Date.UTC(2026, 0, 15, 12);
export const minute = 60_000;
export const day = 24 * 60 * minute;

/** What becomes of one text. */
export type Expected =
  | 'accepted'
  /** Left out of this request, or held back: it may go later. */
  | 'kept'
  /** Refused in company for what may be the trouble of one: each goes by itself next. */
  | 'goes alone'
  | 'unknown'
  /** The same, and the account waits so many seconds. */
  | { readonly unknownFor: number }
  /** The same, and the account waits for a person. */
  | { readonly unknownBut: AccountPauseReason }
  /** Refused by us, before anything leaves. */
  | 'not carried'
  /** Refused by the gateway with this error, if it tells numbers. */
  | { readonly refused: number }
  /** Whatever stands in the way of the account. */
  | { readonly pauses: AccountPauseReason; readonly seconds?: number };

export interface Circumstances {
  readonly adapter: AdapterUnderTest;
  readonly profile: PracticeProfile;
}

export interface Situation {
  readonly name: string;
  readonly messages: readonly GatewayMessage[] | ((adapter: AdapterUnderTest) => readonly GatewayMessage[]);
  /** For each text, or for all of them. */
  readonly expected: (circumstances: Circumstances) => Expected | readonly Expected[];
  /** For what the gateway understood of the first text it took; options that are not named are not looked at. */
  readonly understood?: (circumstances: Circumstances) => TakenOptions;
  /** What is different about the account. */
  readonly account?: Parameters<PracticeControl['account']>[0];
  readonly wrongKey?: boolean;
}

function message(recipient: string, body: string, options?: MessageOptions): GatewayMessage {
  return {
    clientRef: '01J0000000000000000000000A',
    recipient,
    body,
    ...(options === undefined ? {} : { options }),
  };
}
export const plain = message('+27821234567', 'Grüße, 1 €');
export function to(recipient: string): GatewayMessage {
  return { ...plain, recipient };
}
function withOptions(options: MessageOptions, body = 'Hello'): readonly GatewayMessage[] {
  return [message('+27821234567', body, options)];
}
export function many(count: number): readonly GatewayMessage[] {
  return Array.from({ length: count }, (_, index) => to(`+2782${1_000_000 + index}`));
}

/** What becomes of a good text to a good number. Numbers go out in digits: a gateway that demands a `+` refuses each. */
export function usual({ adapter, profile }: Circumstances): Expected {
  const refusesDigits = adapter.family === 'platform' && profile.numberFormat === 'plus-required';
  return refusesDigits ? { refused: 105 } : 'accepted';
}

function isPlatform({ adapter }: Circumstances): boolean {
  return adapter.family === 'platform';
}
function isHttp({ adapter }: Circumstances): boolean {
  return isPlatform({ adapter } as Circumstances) && !adapter.several;
}

/** A text with an option that a `GET` of the Platform has no room for. */
function unlessHttp(expected: (circumstances: Circumstances) => Expected) {
  return (circumstances: Circumstances): Expected =>
    isHttp(circumstances) ? 'not carried' : expected(circumstances);
}

/** A sender that is not ours: refused by the Platform. Developers' Central takes any number, and names unless told otherwise. */
const senderRefused = (circumstances: Circumstances): Expected => {
  if (!isPlatform(circumstances)) return 'accepted';
  return { refused: circumstances.profile.twoWay === 'two-way' ? 106 : 607 };
};
const nameRefused = (circumstances: Circumstances): Expected => {
  switch (circumstances.profile.senderNames) {
    case 'central-only':
      return senderRefused(circumstances);
    case 'both':
      return usual(circumstances);
    case 'neither':
      return isPlatform(circumstances) ? senderRefused(circumstances) : { refused: 123 };
  }
};

/** What becomes of a message of several parts. */
function inParts(circumstances: Circumstances): Expected {
  const isOff = isPlatform(circumstances) && circumstances.profile.longTexts === 'off';
  return isOff ? { refused: 113 } : usual(circumstances);
}

/** The same, when it takes 35 parts as most count them. */
function inAllParts(circumstances: Circumstances): Expected {
  return circumstances.profile.partHeader === '7-octets' ? { refused: 113 } : inParts(circumstances);
}

/** What becomes of so many texts to as many numbers: the first ones that one request has room for, and the others. */
function asManyAsFit(
  circumstances: Circumstances,
  count: number,
  outcome = usual(circumstances),
): readonly Expected[] {
  const { mostNumbers } = circumstances.adapter;
  return Array.from({ length: count }, (_, index) => (index < mostNumbers ? outcome : 'kept'));
}

/**
 * Some gateways take 100 numbers, and refuse the request. An older Developers' Central says so of each; of what the
 * Platform says of all, each may have another fate by itself.
 */
function moreThanFit(count: number) {
  return (circumstances: Circumstances): readonly Expected[] => {
    const { adapter, profile } = circumstances;
    if (!isPlatform(circumstances) && profile.recipientLimit === '100')
      return asManyAsFit(circumstances, count, { refused: 101 });
    const isList = adapter.sendPath === '/messages';
    return isList && profile.platformRecipientLimit === '100'
      ? asManyAsFit(circumstances, count, 'goes alone')
      : asManyAsFit(circumstances, count);
  };
}

/**
 * What an error of Developers' Central means for each of several numbers: whatever comes without one is believed only when it
 * comes before any number is looked at.
 */
function ofSeveral(circumstances: Circumstances, whole: Expected): Expected {
  const { adapter, profile } = circumstances;
  const once = adapter.family === 'central' && adapter.several && profile.wholeRefusal === 'once';
  if (!once || typeof whole === 'string' || !('pauses' in whole) || whole.pauses === 'key-rejected')
    return whole;
  return whole.seconds === undefined ? { unknownBut: whole.pauses } : { unknownFor: whole.seconds };
}

function rateLimited({ adapter, profile }: Circumstances): Expected {
  if (adapter.family === 'central') return { pauses: 'rate-limited', seconds: 20 };
  switch (profile.rateLimitAnswer) {
    case '429-retry-after':
      return { pauses: 'rate-limited', seconds: 20 };
    case '429-empty':
    case '400-code-43':
      return { pauses: 'rate-limited', seconds: 60 };
    case '503-retry-after':
      // A machine on the way says the same when the gateway broke off with the request in its hands.
      return { unknownFor: 20 };
  }
}

export const situations: readonly Situation[] = [
  // Texts
  {
    name: 'one text',
    messages: [plain],
    expected: usual,
  },
  { name: 'a Unicode text', messages: [message('+27821234567', 'Ψωμί, 🥖')], expected: usual },
  { name: 'a text of two parts', messages: [message('+27821234567', 'a'.repeat(200))], expected: inParts },
  {
    name: 'a Unicode text of three parts',
    messages: [message('+27821234567', 'ж'.repeat(150))],
    expected: inParts,
  },
  {
    name: 'a text of thirty-five parts, each full',
    messages: [message('+27821234567', 'a'.repeat(35 * 153))],
    expected: inAllParts,
  },
  { name: 'an empty text', messages: [message('+27821234567', '')], expected: () => 'not carried' },
  {
    name: 'more than 35 parts',
    messages: [message('+27821234567', 'ж'.repeat(2346))],
    expected: () => 'not carried',
  },
  { name: 'a number that is none', messages: [to('+0821234567')], expected: () => 'not carried' },

  // Options
  {
    name: 'a sender that is not ours',
    messages: withOptions({ senderId: '27831112222' }),
    expected: senderRefused,
    understood: () => ({ from: '27831112222' }),
  },
  {
    name: 'a sender of letters',
    messages: withOptions({ senderId: 'Dental' }),
    expected: nameRefused,
    understood: () => ({ from: 'Dental' }),
  },
  {
    // Developers' Central wants `mo` beside a two-way number, which only the account can know.
    name: 'a two-way sender of ours',
    messages: withOptions({ senderId: '447700900600' }),
    expected: (circumstances) => (isPlatform(circumstances) ? usual(circumstances) : { refused: 106 }),
    understood: () => ({ from: '447700900600' }),
  },
  {
    name: 'a validity',
    messages: withOptions({ validityMinutes: 90 }),
    expected: unlessHttp(usual),
    understood: () => ({ validity: 90 }),
  },
  {
    name: 'a delivery time tomorrow',
    messages: withOptions({ deliverAt: start + day }),
    expected: unlessHttp(usual),
    understood: () => ({ deliverAt: start + day }),
  },
  {
    name: 'a delivery time in eight days',
    messages: withOptions({ deliverAt: start + 8 * day }),
    expected: unlessHttp((circumstances) => {
      if (!isPlatform(circumstances)) return 'not carried';
      return circumstances.profile.scheduleHorizon === '7-days' ? { refused: 101 } : usual(circumstances);
    }),
    understood: () => ({ deliverAt: start + 8 * day }),
  },
  {
    name: 'a delivery time that has passed',
    messages: withOptions({ deliverAt: start - minute }),
    expected: unlessHttp(() => 'kept'),
  },
  {
    name: 'flash',
    messages: withOptions({ flash: true }),
    expected: (circumstances) => (isPlatform(circumstances) ? 'not carried' : 'accepted'),
    understood: () => ({ flash: true }),
  },
  {
    name: 'octets',
    messages: withOptions({ binary: true }, '00 ff 10'),
    expected: unlessHttp(usual),
    understood: () => ({ binary: true }),
  },
  {
    name: 'octets of two parts',
    messages: withOptions({ binary: true }, 'ff'.repeat(141)),
    expected: unlessHttp(inParts),
    understood: () => ({ binary: true }),
  },
  {
    name: 'octets of thirty-five parts, each full',
    messages: withOptions({ binary: true }, 'ff'.repeat(35 * 134)),
    // They are twice as long as text, and then an address has no room for them.
    expected: unlessHttp((circumstances) =>
      circumstances.adapter.carries('ff'.repeat(35 * 134)) ? inAllParts(circumstances) : 'not carried',
    ),
    understood: () => ({ binary: true }),
  },
  {
    name: 'octets with a header',
    messages: withOptions({ binary: true, userDataHeader: '0605040B8423F0' }, '040601'),
    expected: unlessHttp(usual),
    understood: () => ({ binary: true, userDataHeader: '0605040B8423F0' }),
  },
  {
    name: 'octets with a header that do not fit one part',
    messages: withOptions({ binary: true, userDataHeader: '0605040B8423F0' }, 'ff'.repeat(134)),
    expected: () => 'not carried',
  },
  {
    name: 'a text with a header',
    messages: withOptions({ userDataHeader: '0605040B8423F0' }),
    expected: unlessHttp((circumstances) =>
      isPlatform(circumstances) ? usual(circumstances) : 'not carried',
    ),
    understood: () => ({ userDataHeader: '0605040B8423F0' }),
  },
  {
    name: 'as much text as stands beside a header',
    messages: withOptions({ userDataHeader: '0605040B8423F0' }, 'a'.repeat(152)),
    expected: unlessHttp((circumstances) => {
      if (!isPlatform(circumstances)) return 'not carried';
      return circumstances.profile.textBesideHeader === 'octets' ? { refused: 113 } : usual(circumstances);
    }),
    understood: () => ({ userDataHeader: '0605040B8423F0' }),
  },
  {
    name: 'every option at once',
    messages: withOptions(
      {
        senderId: '447700900600',
        validityMinutes: 90,
        deliverAt: start + day,
        binary: true,
        userDataHeader: '0605040B8423F0',
      },
      '040601',
    ),
    expected: unlessHttp((circumstances) =>
      isPlatform(circumstances) ? usual(circumstances) : { refused: 106 },
    ),
    understood: () => ({ from: '447700900600', validity: 90, deliverAt: start + day, binary: true }),
  },

  // Several
  { name: 'three numbers', messages: many(3), expected: (circumstances) => asManyAsFit(circumstances, 3) },
  {
    name: 'one of three is refused',
    messages: [plain, to('+447700900105'), to('+27821234569')],
    expected: (circumstances) =>
      circumstances.adapter.several
        ? [usual(circumstances), { refused: 105 }, usual(circumstances)]
        : [usual(circumstances), 'kept', 'kept'],
  },
  {
    name: 'a number twice',
    messages: [plain, plain, to('+27821234569')],
    expected: (circumstances) =>
      circumstances.adapter.several
        ? [usual(circumstances), 'kept', usual(circumstances)]
        : [usual(circumstances), 'kept', 'kept'],
  },
  {
    name: 'two different texts',
    messages: [plain, message('+27821234568', 'Another')],
    expected: (circumstances) =>
      circumstances.adapter.carriesPersonalTexts
        ? [usual(circumstances), usual(circumstances)]
        : [usual(circumstances), 'kept'],
  },
  {
    name: '101 numbers',
    messages: many(101),
    expected: moreThanFit(101),
  },
  {
    name: 'one number more than fit into a request',
    messages: ({ mostNumbers }) => many(mostNumbers + 1),
    expected: (circumstances) => moreThanFit(circumstances.adapter.mostNumbers + 1)(circumstances),
  },
  {
    name: 'credit for two of three',
    messages: many(3),
    account: { credit: 2, pricePerPart: 1 },
    expected: (circumstances) => {
      const fine = usual(circumstances);
      if (!circumstances.adapter.several) return [fine, 'kept', 'kept'];
      if (fine !== 'accepted') return [fine, fine, fine];
      return ['accepted', 'accepted', { pauses: 'no-credit' }];
    },
  },
  {
    name: 'the whole request is refused',
    messages: [plain, to('+447700900301')],
    expected: (circumstances) => {
      const whole = ofSeveral(circumstances, { pauses: 'no-credit' });
      if (!circumstances.adapter.several) return [usual(circumstances), 'kept'];
      // Each entry of a bulk is a request of its own.
      return circumstances.adapter.sendPath === '/messages/rest/bulk'
        ? [usual(circumstances), whole]
        : [whole, whole];
    },
  },

  ...(
    [
      [108, { pauses: 'key-rejected' }],
      [301, { pauses: 'no-credit' }],
      [105, { refused: 105 }],
    ] as const
  ).flatMap(([code, one]): readonly Situation[] =>
    [2, 3].map((count) => ({
      name: `error ${code} for one of ${count} numbers`,
      messages: [...many(count - 1), to(`+447700900${code}`)],
      expected: (circumstances) => {
        const fine = usual(circumstances);
        const { adapter } = circumstances;
        if (!adapter.several) return [fine, ...Array.from({ length: count - 1 }, () => 'kept' as const)];
        const ofRequest = code !== 105 && adapter.sendPath !== '/messages/rest/bulk';
        const last = code === 105 && fine !== 'accepted' ? fine : one;
        const whole = ofSeveral(circumstances, one);
        return Array.from({ length: count }, (_, index) =>
          ofRequest ? whole : index < count - 1 ? fine : last,
        );
      },
    })),
  ),
  {
    name: 'a rate limit for one of three numbers',
    messages: [...many(2), to('+447700900429')],
    expected: (circumstances) =>
      circumstances.adapter.several
        ? ofSeveral(circumstances, rateLimited(circumstances))
        : [usual(circumstances), 'kept', 'kept'],
  },

  // Numbers that behave badly
  ...[105, 114, 121, 122, 128].map(
    (code): Situation => ({
      name: `a number that is refused: ${code}`,
      messages: [to(`+447700900${code}`)],
      // The form of a number is looked at first.
      expected: (circumstances) => {
        const fine = usual(circumstances);
        return fine === 'accepted' ? { refused: code } : fine;
      },
    }),
  ),
  {
    name: 'a country that wants a sender',
    messages: [to('+447700900106')],
    expected: (circumstances) =>
      isPlatform(circumstances) ? { refused: 106 } : { pauses: 'account-problem' },
  },
  {
    name: 'an American number without a sender',
    messages: [to('+15005550006')],
    expected: (circumstances) =>
      isPlatform(circumstances) && circumstances.profile.unitedStates === 'needs-from'
        ? { refused: 106 }
        : usual(circumstances),
  },
  {
    name: 'no credit',
    messages: [to('+447700900301')],
    expected: () => ({ pauses: 'no-credit' }),
  },
  {
    name: 'an error of the key',
    messages: [to('+447700900108')],
    expected: () => ({ pauses: 'key-rejected' }),
  },
  {
    name: 'an error of the address',
    messages: [to('+447700900070')],
    expected: () => ({ pauses: 'ip-blocked' }),
  },
  {
    name: 'an error inside Clickatell',
    messages: [to('+447700900901')],
    expected: () => 'unknown',
  },
  {
    name: 'a rate limit',
    messages: [to('+447700900429')],
    expected: rateLimited,
  },
  { name: 'too busy', messages: [to('+447700900503')], expected: () => ({ unknownFor: 20 }) },
  { name: 'a lost answer', messages: [to('+447700900999')], expected: () => 'unknown' },

  // Accounts in trouble
  {
    name: 'a wrong key',
    messages: [plain],
    wrongKey: true,
    expected: () => ({ pauses: 'key-rejected' }),
  },
  {
    name: 'an account locked to another address',
    messages: [plain],
    account: { ipLocked: true },
    expected: () => ({ pauses: 'ip-blocked' }),
  },
  {
    name: 'no credit at all',
    messages: [plain],
    account: { credit: 0, pricePerPart: 1 },
    expected: (circumstances) => {
      const fine = usual(circumstances);
      // Judged as a whole before the number is looked at, except in a bulk.
      const numberFirst =
        circumstances.adapter.sendPath === '/messages/rest/bulk' || !isPlatform(circumstances);
      return numberFirst && fine !== 'accepted' ? fine : { pauses: 'no-credit' };
    },
  },
];
