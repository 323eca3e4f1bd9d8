import { countBinaryParts } from '../../../shared/domain/binary-parts.ts';
import { formatHex, parseHex } from '../../../shared/domain/hex.ts';
import type { MessageOptions } from '../../../shared/domain/message-options.ts';
import { countParts } from '../../../shared/domain/segments.ts';
import { understandSenderId } from '../../../shared/domain/sender-id.ts';
import type { TypedOptions } from '../../../shared/domain/typed-options.ts';
import { parseUserDataHeader } from '../../../shared/domain/user-data-header.ts';
import { assertNever } from '../../../shared/errors.ts';
import { translate } from '../../../shared/i18n/words.ts';
import type { AccountView } from '../../../shared/ipc/contract.ts';

export type OptionName = AccountView['options'][number];

/** As many as a text may be tried for, in minutes; `mostValidityMinutes` of the contract, which a test compares. */
export const mostValidity = 4_320;
/** Developers' Central keeps a text no longer (`deliv_time`, 10,080 minutes). */
const longestDelay = 7 * 24 * 3_600_000;

/** What is typed into one field: nothing, something that holds, or something that does not. */
export type Field<Value> =
  | { readonly kind: 'empty' }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'problem'; readonly sentence: string };

export type ReadOptions =
  /** Undefined: an ordinary text. */
  | { readonly kind: 'options'; readonly options: MessageOptions | undefined }
  | { readonly kind: 'problem'; readonly option: OptionName; readonly sentence: string };

type Carrier = Pick<AccountView, 'label' | 'family' | 'options'>;

const none = { kind: 'empty' } as const;
const problem = (sentence: string) => ({ kind: 'problem', sentence }) as const;

/** The advanced options as they are typed. Part of the draft; they start over after each text. */
export class OptionsForm {
  senderId = $state('');
  validity = $state('');
  validityUnit = $state<'minutes' | 'hours'>('hours');
  /** As `datetime-local` writes it, in this computer's time zone. */
  deliverAt = $state('');
  /** The field holds half a date: its value is empty all the same. */
  deliverAtUnread = $state(false);
  flash = $state(false);
  binary = $state(false);
  userDataHeader = $state('');

  reset(): void {
    this.senderId = '';
    this.validity = '';
    this.validityUnit = 'hours';
    this.deliverAt = '';
    this.deliverAtUnread = false;
    this.flash = false;
    this.binary = false;
    this.userDataHeader = '';
  }

  /** What stands in the form, to be kept with the draft; empty for an ordinary text. */
  get typed(): TypedOptions {
    const { senderId, validity, validityUnit, deliverAt, deliverAtUnread, flash, binary, userDataHeader } =
      this;
    return {
      ...(senderId === '' ? {} : { senderId }),
      ...(validity === '' ? {} : { validity }),
      ...(validityUnit === 'hours' ? {} : { validityUnit }),
      ...(deliverAt === '' ? {} : { deliverAt }),
      ...(deliverAtUnread ? { deliverAtUnread } : {}),
      ...(flash ? { flash } : {}),
      ...(binary ? { binary } : {}),
      ...(userDataHeader === '' ? {} : { userDataHeader }),
    };
  }

  /** Brings back what was kept. What stands in the form already is newer and stays. */
  restore(kept: TypedOptions): void {
    const {
      validityUnit,
      validity,
      sendAt,
      sendAtUnread,
      bestBefore,
      bestBeforeUnread,
      templateId,
      ...rest
    } = {
      ...kept,
      ...this.typed,
    };
    // When it is sent from here is `TimingForm`'s; where the words come from is nothing that is set here.
    void [sendAt, sendAtUnread, bestBefore, bestBeforeUnread, templateId];
    Object.assign(this, rest);
    // A number and its unit are one thing.
    if (validity !== undefined && this.validity === '') {
      this.validity = validity;
      this.validityUnit = kept.validityUnit ?? 'hours';
    }
  }

  /** Options in which something stands, whether it holds or not. */
  get used(): readonly OptionName[] {
    const names: OptionName[] = [];
    if (this.senderId.trim() !== '') names.push('senderId');
    if (this.deliverAt !== '' || this.deliverAtUnread) names.push('deliverAt');
    if (this.validity.trim() !== '') names.push('validityMinutes');
    if (this.flash) names.push('flash');
    if (this.binary) names.push('binary');
    if (this.userDataHeader.trim() !== '') names.push('userDataHeader');
    return names;
  }

  takeOut(option: OptionName): void {
    switch (option) {
      case 'senderId':
        this.senderId = '';
        return;
      case 'deliverAt':
        this.deliverAt = '';
        this.deliverAtUnread = false;
        return;
      case 'validityMinutes':
        this.validity = '';
        return;
      case 'flash':
        this.flash = false;
        return;
      case 'binary':
        this.binary = false;
        return;
      case 'userDataHeader':
        this.userDataHeader = '';
        return;
      default:
        assertNever(option);
    }
  }

  get readSenderId(): Field<string> {
    const read = understandSenderId(this.senderId);
    if (read.kind !== 'invalid') return { kind: 'value', value: read.senderId };
    switch (read.reason) {
      case 'empty':
        return none;
      case 'too-long':
        return problem(translate('quick.senderIdTooLong'));
      case 'too-many-digits':
        return problem(translate('quick.senderIdTooManyDigits'));
      case 'not-alphanumeric':
        return problem(translate('quick.senderIdCharacters'));
      default:
        return assertNever(read.reason);
    }
  }

  get readValidity(): Field<number> {
    const typed = this.validity.trim();
    if (typed === '') return none;
    const number = /^\d{1,9}$/.test(typed) ? Number(typed) : 0;
    if (number < 1) return problem(translate('quick.validityNumber'));
    const minutes = this.validityUnit === 'hours' ? number * 60 : number;
    return minutes > mostValidity
      ? problem(translate('quick.validityTooLong'))
      : { kind: 'value', value: minutes };
  }

  /** `now` in ms UTC. */
  readDeliverAt(family: AccountView['family'] | undefined, now: number): Field<number> {
    if (this.deliverAtUnread) return problem(translate('quick.deliverAtUnread'));
    if (this.deliverAt === '') return none;
    const time = new Date(this.deliverAt).getTime();
    if (!Number.isSafeInteger(time)) return problem(translate('quick.deliverAtUnread'));
    if (time <= now) return problem(translate('quick.deliverAtPast'));
    if (family === 'central' && time > now + longestDelay) return problem(translate('quick.deliverAtTooFar'));
    return { kind: 'value', value: time };
  }

  /** The header as contiguous digits. */
  get readHeader(): Field<string> {
    if (this.userDataHeader.trim() === '') return none;
    const read = parseUserDataHeader(this.userDataHeader);
    if (read.kind === 'valid') return { kind: 'value', value: formatHex(read.octets) };
    switch (read.reason) {
      case 'empty':
        return none;
      case 'odd-length':
      case 'not-hex':
        return problem(hexProblem(this.userDataHeader) ?? translate('quick.hexOdd'));
      case 'wrong-length':
        return problem(translate('quick.headerWrongLength'));
      case 'broken-element':
        return problem(translate('quick.headerBroken'));
      case 'too-long':
        return problem(translate('quick.headerTooLong'));
      default:
        return assertNever(read.reason);
    }
  }

  /** Developers' Central takes a header with octets only; the Platform with any message. What stands there is shown. */
  offersHeader(family: AccountView['family'] | undefined): boolean {
    return this.binary || family === 'platform' || this.userDataHeader.trim() !== '';
  }

  /** Octets of the header, 0 without one or while it does not hold. */
  get headerOctets(): number {
    const header = this.readHeader;
    return header.kind === 'value' ? header.value.length / 2 : 0;
  }

  /**
   * What goes with the text, or the first thing that stands in its way: an option that does not hold, or one that this
   * account does not carry. Such an option is never left out silently: a text that was to wait would go at once.
   */
  read(account: Carrier | undefined, body: string, now: number): ReadOptions {
    const { used } = this;
    if (used.length === 0) return { kind: 'options', options: undefined };
    const lost = used.find((option) => account !== undefined && !account.options.includes(option));
    if (lost !== undefined && account !== undefined) {
      const values = { name: account.label, option: optionTitle(lost) };
      return { kind: 'problem', option: lost, sentence: translate('quick.notCarried', values) };
    }
    const senderId = this.readSenderId;
    const validity = this.readValidity;
    const deliverAt = this.readDeliverAt(account?.family, now);
    const header = this.readHeader;
    if (senderId.kind === 'problem') return { ...senderId, option: 'senderId' };
    if (deliverAt.kind === 'problem') return { ...deliverAt, option: 'deliverAt' };
    if (validity.kind === 'problem') return { ...validity, option: 'validityMinutes' };
    if (header.kind === 'problem') return { ...header, option: 'userDataHeader' };
    if (header.kind === 'value' && !this.binary && account?.family === 'central') {
      const sentence = translate('quick.headerNeedsBinary');
      return { kind: 'problem', option: 'userDataHeader', sentence };
    }
    if (header.kind === 'value' && this.#needsSeveralParts(body)) {
      const sentence = translate('quick.headerOnePart');
      return { kind: 'problem', option: 'userDataHeader', sentence };
    }
    const options: MessageOptions = {
      ...(senderId.kind === 'value' ? { senderId: senderId.value } : {}),
      ...(deliverAt.kind === 'value' ? { deliverAt: deliverAt.value } : {}),
      ...(validity.kind === 'value' ? { validityMinutes: validity.value } : {}),
      ...(this.flash ? { flash: true } : {}),
      ...(this.binary ? { binary: true } : {}),
      ...(header.kind === 'value' ? { userDataHeader: header.value } : {}),
    };
    return { kind: 'options', options: Object.keys(options).length === 0 ? undefined : options };
  }

  #needsSeveralParts(body: string): boolean {
    const { headerOctets } = this;
    if (!this.binary) return countParts(body, { headerOctets }).parts > 1;
    const content = parseHex(body);
    return content.kind === 'octets' && countBinaryParts(content.octets.length, headerOctets).parts > 1;
  }
}

/** What is wrong with hexadecimal digits; undefined when they hold, or there are none. */
export function hexProblem(text: string): string | undefined {
  const parsed = parseHex(text);
  if (parsed.kind === 'octets' || parsed.reason === 'empty') return undefined;
  return parsed.reason === 'not-hex'
    ? translate('quick.hexDigit', { position: parsed.index + 1 })
    : translate('quick.hexOdd');
}

export function optionTitle(option: OptionName): string {
  switch (option) {
    case 'senderId':
      return translate('quick.senderId');
    case 'deliverAt':
      return translate('quick.deliverAt');
    case 'validityMinutes':
      return translate('quick.validity');
    case 'flash':
      return translate('quick.flash');
    case 'binary':
      return translate('quick.binary');
    case 'userDataHeader':
      return translate('quick.header');
  }
}
