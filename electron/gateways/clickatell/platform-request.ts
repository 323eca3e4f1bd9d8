/**
 * A message as the Platform's `SendMessageRequest`, checked field by field before anything leaves: what a transport
 * cannot carry is refused in words, never dropped in silence.
 */

import { countBinaryParts } from '../../../shared/domain/binary-parts.ts';
import { parseHex } from '../../../shared/domain/hex.ts';
import type { MessageOptions } from '../../../shared/domain/message-options.ts';
import { mostValidityMinutes } from '../../../shared/domain/message-options.ts';
import { maxParts } from '../../../shared/domain/part-capacity.ts';
import { countParts } from '../../../shared/domain/segments.ts';
import { parseUserDataHeader } from '../../../shared/domain/user-data-header.ts';
import type { GatewayMessage } from '../../core/ports.ts';

/** Members in the order of the specification; written in this order, so that the same text is always the same bytes. */
export interface SendMessageRequest {
  readonly content: string;
  readonly to: readonly string[];
  readonly from?: string;
  readonly binary?: boolean;
  readonly clientMessageId: string;
  readonly scheduledDeliveryTime?: string;
  readonly userDataHeader?: string;
  readonly validityPeriod?: number;
  readonly charset?: 'ASCII' | 'UCS2-BE' | 'UTF-8' | 'Windows-1252';
}

/** A request without what differs from one request to the next. */
export type RequestFields = Omit<SendMessageRequest, 'to' | 'clientMessageId'>;

export type Checked<Value> = { readonly kind: 'valid'; readonly value: Value } | Refused;

export interface Refused {
  readonly kind: 'refused';
  readonly text: string;
  /** Nothing is wrong with the text itself: it goes back to the outbox, where a person can change what is. */
  readonly mayGoLater?: true;
}

/** The digits of a number: how it is written to the gateway and compared with what comes back. */
export function digitsOf(number: string): string {
  if (/^\d+$/.test(number)) return number;
  if (/^\+\d+$/.test(number)) return number.slice(1);
  return number.replace(/\D/g, '');
}

/** The digits of a number as an answer writes it, however it marks it as international: `+27…`, `0027…`, `27…`. */
export function internationalDigits(number: string): string {
  // No country code begins with a nought.
  return digitsOf(number).replace(/^00/, '');
}

/**
 * The digits of a number in international form, as they go out: without `+`. The documentation shows both, and every
 * captured answer has them without. E.164 ends at 15 digits; no subscriber can be reached with fewer than five.
 */
export function checkNumber(recipient: string): Checked<string> {
  if (plainValue(recipient) !== 0) return { kind: 'valid', value: plainDigits(recipient) };
  const digits = digitsOf(recipient);
  return /^[1-9]\d{4,14}$/.test(digits)
    ? { kind: 'valid', value: digits }
    : refused('the number is not one in international form');
}

const plus = 43;
const zero = 48;

/**
 * What the digits of a number come to, when it is written as the queue has it: with or without `+`, digits from there
 * on, and valid as `checkNumber` has it. 0 for any other. Fifteen digits are exact, so two numbers are the same when their
 * values are. One character at a time, since it is asked of every number of every request.
 */
export function plainValue(recipient: string): number {
  const start = recipient.charCodeAt(0) === plus ? 1 : 0;
  const length = recipient.length - start;
  if (length < 5 || length > 15 || recipient.charCodeAt(start) === zero) return 0;
  let value = 0;
  for (let index = start; index < recipient.length; index += 1) {
    const digit = recipient.charCodeAt(index) - zero;
    if (digit < 0 || digit > 9) return 0;
    value = value * 10 + digit;
  }
  return value;
}

/** The digits of a number that has a `plainValue`. */
export function plainDigits(recipient: string): string {
  return recipient.charCodeAt(0) === plus ? recipient.slice(1) : recipient;
}

const plainCharset = 'UTF-8';
/**
 * Up to here no text has too many parts: 35 of 67 units, of which half can stay empty, when what belongs together (an emoji of
 * many characters) takes the other half and does not fit twice.
 */
const surelyFits = maxParts * 34;

/**
 * @param now ms UTC
 */
export function checkFields(message: GatewayMessage, now: number): Checked<RequestFields> {
  const { body, options } = message;
  if (body === '') return refused('the text is empty');
  // Half a character would leave as its own number in JSON and mean nothing anywhere.
  if (!body.isWellFormed()) return refused('the text holds a broken character');
  if (options === undefined) {
    if (body.length > surelyFits && countParts(body).tooManyParts) return tooManyParts;
    return { kind: 'valid', value: { content: body, charset: plainCharset } };
  }
  if (options.flash === true) return refused('this account cannot send texts that are shown at once (flash)');
  const header = checkHeader(options.userDataHeader);
  if (header.kind === 'refused') return header;
  const content = options.binary === true ? checkOctets(body, header.value) : checkText(body, header.value);
  if (content.kind === 'refused') return content;
  const schedule = checkSchedule(options.deliverAt, now);
  if (schedule.kind === 'refused') return schedule;
  const sender = checkSender(options.senderId);
  if (sender.kind === 'refused') return sender;
  const validity = checkValidity(options.validityMinutes);
  if (validity.kind === 'refused') return validity;
  return {
    kind: 'valid',
    value: {
      content: content.value,
      ...(sender.value === undefined ? {} : { from: sender.value }),
      ...(options.binary === true ? { binary: true } : {}),
      ...(schedule.value === undefined ? {} : { scheduledDeliveryTime: schedule.value }),
      ...(header.value === undefined ? {} : { userDataHeader: header.value }),
      ...(validity.value === undefined ? {} : { validityPeriod: validity.value }),
      // Octets have no character set; naming one could only ask for a conversion.
      ...(options.binary === true ? {} : { charset: plainCharset }),
    },
  };
}

/** Fields of one request to these numbers. */
export function requestOf(
  fields: RequestFields,
  to: readonly string[],
  clientMessageId: string,
): SendMessageRequest {
  const { content, from, binary, scheduledDeliveryTime, userDataHeader, validityPeriod, charset } = fields;
  const optional = from ?? binary ?? scheduledDeliveryTime ?? userDataHeader ?? validityPeriod;
  // As nearly every request is; the general form below takes several times as long.
  if (optional === undefined && charset !== undefined) return { content, to, clientMessageId, charset };
  return {
    content,
    to,
    ...(from === undefined ? {} : { from }),
    ...(binary === undefined ? {} : { binary }),
    clientMessageId,
    ...(scheduledDeliveryTime === undefined ? {} : { scheduledDeliveryTime }),
    ...(userDataHeader === undefined ? {} : { userDataHeader }),
    ...(validityPeriod === undefined ? {} : { validityPeriod }),
    ...(charset === undefined ? {} : { charset }),
  };
}

/** Whether two messages ask for the same options, so that one request can carry both. */
export function sameOptions(one: MessageOptions | undefined, other: MessageOptions | undefined): boolean {
  if (one === other) return true;
  return optionsKey(one) === optionsKey(other);
}

function optionsKey(options: MessageOptions | undefined): string {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined && value !== false);
  return JSON.stringify(given.sort(([one], [other]) => (one < other ? -1 : 1)));
}

const tooManyParts = refused(`the text is longer than ${maxParts} parts`);

/** Hexadecimal digits without separators; undefined when there is no header. */
export function checkHeader(header: string | undefined): Checked<string | undefined> {
  if (header === undefined) return { kind: 'valid', value: undefined };
  const parsed = parseUserDataHeader(header);
  if (parsed.kind === 'valid') return { kind: 'valid', value: plainHex(header) };
  switch (parsed.reason) {
    case 'wrong-length':
      return refused('the first octet of the user data header does not give the length of the rest');
    case 'broken-element':
      return refused(
        'an element of the user data header is shorter or longer than it says, or than its kind is',
      );
    case 'too-long':
      return refused('the user data header leaves no room for the message');
    case 'empty':
    case 'odd-length':
    case 'not-hex':
      return refused('the user data header is not made of pairs of hexadecimal digits');
  }
}

/** Octets of a binary message as hexadecimal digits without separators. */
export function checkOctets(body: string, header: string | undefined): Checked<string> {
  const parsed = parseHex(body);
  if (parsed.kind === 'invalid') return refused('the message is not made of pairs of hexadecimal digits');
  const parts = countBinaryParts(parsed.octets.length, (header?.length ?? 0) / 2);
  if (parts.tooManyParts) return tooManyParts;
  if (parts.parts > 1 && header !== undefined) return needsOnePart;
  return { kind: 'valid', value: plainHex(body) };
}

function checkText(body: string, header: string | undefined): Checked<string> {
  if (header === undefined && body.length <= surelyFits) return { kind: 'valid', value: body };
  const counted = countParts(body, { headerOctets: (header?.length ?? 0) / 2 });
  if (counted.tooManyParts) return tooManyParts;
  if (counted.parts > 1 && header !== undefined) return needsOnePart;
  return { kind: 'valid', value: body };
}

/**
 * No document says whether Clickatell cuts such a message, nor what it does with the header then: put it into each part, or into
 * the first. One that says itself which part it is must not be cut at all.
 */
const needsOnePart = refused('a message with a user data header has to fit one part, and this one does not');

function plainHex(text: string): string {
  return text.replace(/[\s:]/g, '');
}

/**
 * `yyyy-MM-ddTHH:mm:ss+0200`, here always in UTC: `+0000`. The documents give no colon in the offset, and no horizon.
 */
/** The last year that has four digits: later ones are written in another way. */
const latestTime = Date.parse('9999-12-31T00:00:00Z');

function checkSchedule(deliverAt: number | undefined, now: number): Checked<string | undefined> {
  if (deliverAt === undefined) return { kind: 'valid', value: undefined };
  if (!Number.isSafeInteger(deliverAt) || deliverAt > latestTime)
    return refused('the delivery time is not a time');
  if (deliverAt <= now) return timePassed;
  // Up, not down: a second that has begun has passed already.
  const second = Math.ceil(deliverAt / 1_000) * 1_000;
  return { kind: 'valid', value: `${new Date(second).toISOString().slice(0, 19)}+0000` };
}

/** A number of one's own goes in digits, a registered name as it is. */
export function checkSender(senderId: string | undefined): Checked<string | undefined> {
  if (senderId === undefined) return { kind: 'valid', value: undefined };
  if (/^\+?\d{1,16}$/.test(senderId)) return { kind: 'valid', value: digitsOf(senderId) };
  // Digits with a space are a number written badly, not a name.
  if (/^[A-Za-z0-9 ]{1,11}$/.test(senderId) && /[A-Za-z]/.test(senderId)) {
    return { kind: 'valid', value: senderId };
  }
  return refused('the sender is neither a number of up to 16 digits nor up to 11 letters and digits');
}

export function checkValidity(minutes: number | undefined): Checked<number | undefined> {
  if (minutes === undefined) return { kind: 'valid', value: undefined };
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= mostValidityMinutes
    ? { kind: 'valid', value: minutes }
    : refused(`the validity is not a number of minutes from 1 to ${mostValidityMinutes}`);
}

export function refused(text: string): Refused {
  return { kind: 'refused', text };
}

/** It passed between the outbox, which looks first, and here. */
export const timePassed: Refused = {
  kind: 'refused',
  text: 'the delivery time has passed',
  mayGoLater: true,
};
