/** What the pretend Clickatell knows: its accounts, what it took, and how it is told to behave. */
import { CentralSessions } from './central-sessions.ts';
import type { PracticeClock } from './clock.ts';
import type { ErrorCode } from './error-table.ts';
import { lifeOf } from './life-cycle.ts';
import { magicBehaviour } from './magic-numbers.ts';
import { type ApiFamily, type MessageRecord, MessageStore } from './message-store.ts';
import type { PracticeProfile } from './profile.ts';
import type { TakenOptions, TakenText } from './taken-text.ts';

/** The account of both families: circumstances, not opinions about Clickatell (those are the profile). */
export interface PracticeAccount {
  /** Money of the Platform, credits of Developers' Central. */
  readonly credit: number;
  readonly currency: string;
  /** What a part costs. 0: credit never runs out. */
  readonly pricePerPart: number;
  /** Requests from here are refused: error 7. */
  readonly ipLocked: boolean;
  /** More requests in that time, of practice time, are refused. */
  readonly rateLimit: { readonly requests: number; readonly seconds: number } | null;
  /** Digits. Refused with 122, beside the number of the table. */
  readonly optedOut: readonly string[];
  /** Digits. Refused with 121. */
  readonly blocked: readonly string[];
  /** Digits: what `from` may be. */
  readonly twoWayNumbers: readonly string[];
  /** How long a text waits before it is with the network. */
  readonly queueSeconds: number;
  /** How long it then takes to the handset. */
  readonly handsetSeconds: number;
}

export const defaultAccount: PracticeAccount = {
  credit: 1267.92865,
  currency: 'ZAR',
  pricePerPart: 0,
  ipLocked: false,
  rateLimit: null,
  optedOut: [],
  blocked: [],
  twoWayNumbers: [],
  queueSeconds: 0,
  handsetSeconds: 5,
};

/** What is needed to log in to Developers' Central. */
export interface CentralLogin {
  readonly user: string;
  readonly password: string;
  readonly apiId: string;
}

/** One text to one recipient that is to be taken or refused. */
export interface Submission {
  readonly family: ApiFamily;
  readonly requestId: string;
  /** As it stands in the request. */
  readonly to: string;
  /** What a number must look like. */
  readonly numberPattern: RegExp;
  readonly content: string;
  readonly parts: number;
  readonly clientMessageId: string | undefined;
  readonly options: TakenOptions | undefined;
}

/** A verdict, and what there is to remember when it is a good one. */
export interface TakenMessage {
  readonly text: TakenText;
  /** The recipient as it stood in the request. */
  readonly asSent: string;
  readonly record: MessageRecord | undefined;
}

const defaultValidityMinutes = 1_440;

export interface StateParts {
  readonly key: string;
  readonly central: CentralLogin;
  readonly profile: PracticeProfile;
  readonly account: PracticeAccount;
  readonly clock: PracticeClock;
  /** 32 lower-case hexadecimal digits, never the same twice. */
  newId(): string;
  /** How many messages are remembered. */
  readonly capacity: number;
}

export class PracticeState {
  readonly key: string;
  readonly central: CentralLogin;
  readonly clock: PracticeClock;
  readonly sessions = new CentralSessions();
  readonly messages: MessageStore;
  readonly newId: () => string;
  profile: PracticeProfile;
  #account: PracticeAccount;
  /** Practice times of the requests within the window of the rate limit. */
  #requests: number[] = [];

  constructor(parts: StateParts) {
    this.key = parts.key;
    this.central = parts.central;
    this.clock = parts.clock;
    this.profile = parts.profile;
    this.#account = parts.account;
    this.newId = () => parts.newId();
    this.messages = new MessageStore(parts.capacity);
  }

  get account(): PracticeAccount {
    return this.#account;
  }

  changeAccount(change: Partial<PracticeAccount>): void {
    this.#account = { ...this.#account, ...change };
  }

  /** Counts a request. Undefined, or for how many seconds no other will be answered. */
  overRateLimit(): number | undefined {
    const limit = this.#account.rateLimit;
    if (limit === null) return undefined;
    const now = this.clock.now();
    this.#requests = this.#requests.filter((time) => now - time < limit.seconds * 1_000);
    const [oldest] = this.#requests;
    if (this.#requests.length >= limit.requests) {
      return oldest === undefined ? limit.seconds : Math.ceil((oldest + limit.seconds * 1_000 - now) / 1_000);
    }
    this.#requests.push(now);
    return undefined;
  }

  /** Whether `from` is a two-way number of this account. */
  ownsSender(from: string): boolean {
    // A sample of Clickatell's own has dashes: 1856-318-4169.
    if (!/^\+?[\d -]+$/.test(from)) return false;
    const digits = digitsOf(from);
    return this.#account.twoWayNumbers.includes(digits) || magicBehaviour(digits)?.kind === 'sender';
  }

  /** Judges one recipient and charges for it. Nothing is remembered before `remember`. */
  take(submission: Submission): TakenMessage {
    const to = recipientOf(submission);
    const errorCode = this.#refusalOf(submission, to);
    const apiMessageId = errorCode === null ? this.newId() : null;
    const text: TakenText = {
      to,
      content: submission.content,
      clientMessageId: submission.clientMessageId,
      apiMessageId,
      errorCode,
      ...(submission.options === undefined ? {} : { options: submission.options }),
    };
    if (apiMessageId === null) return { text, asSent: submission.to, record: undefined };
    const charge = submission.parts * this.#account.pricePerPart;
    this.changeAccount({ credit: this.#account.credit - charge });
    return {
      text,
      asSent: submission.to,
      record: this.recordOf(text, {
        family: submission.family,
        requestId: submission.requestId,
        takenAt: this.clock.now(),
        // Developers' Central charges in credits: one a part.
        charge: submission.family === 'central' ? submission.parts : charge,
      }),
    };
  }

  /** @param text one with an id */
  recordOf(
    text: TakenText,
    taken: {
      readonly family: ApiFamily;
      readonly requestId: string;
      readonly takenAt: number;
      readonly charge: number;
    },
  ): MessageRecord {
    const { options } = text;
    const unit = this.profile.validityUnit === 'seconds' && taken.family === 'platform' ? 1_000 : 60_000;
    return {
      apiMessageId: text.apiMessageId ?? '',
      family: taken.family,
      requestId: taken.requestId,
      clientMessageId: text.clientMessageId,
      to: text.to,
      from: options?.from,
      charge: taken.charge,
      callbackMask: options?.callback ?? 0,
      life: lifeOf({
        to: text.to,
        takenAt: taken.takenAt,
        deliverAt: options?.deliverAt,
        validMilliseconds:
          options?.validity === undefined ? defaultValidityMinutes * 60_000 : options.validity * unit,
        queueMilliseconds: this.#account.queueSeconds * 1_000,
        handsetMilliseconds: this.#account.handsetSeconds * 1_000,
      }),
    };
  }

  #refusalOf(submission: Submission, to: string): ErrorCode | null {
    if (!submission.numberPattern.test(submission.to)) return 105;
    const behaviour = magicBehaviour(to);
    if (behaviour?.kind === 'refuse-recipient') return behaviour.code;
    if (this.#account.optedOut.includes(to)) return 122;
    if (this.#account.blocked.includes(to)) return 121;
    const price = submission.parts * this.#account.pricePerPart;
    if (price > 0 && this.#account.credit < price) return 301;
    return null;
  }
}

export function digitsOf(number: string): string {
  return number.replace(/\D/g, '');
}

function recipientOf({ to, numberPattern }: Submission): string {
  return numberPattern.test(to) ? digitsOf(to) : to.replace(/^\+/, '');
}
