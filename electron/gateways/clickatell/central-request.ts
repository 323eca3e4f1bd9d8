/**
 * A message as the parameters of `sendmsg`, checked one by one before anything leaves: what this API cannot carry is
 * refused in words, never dropped in silence.
 */
import { countBinaryParts } from '../../../shared/domain/binary-parts.ts';
import { countCentralParts } from '../../../shared/domain/central-text.ts';
import { maxParts } from '../../../shared/domain/part-capacity.ts';
import { encodeUcs2Hex } from '../../../shared/domain/ucs2-hex.ts';

import type { GatewayMessage } from '../../core/ports.ts';
import { encodeValue, isOnePlainPart, isPlainText } from './percent-encoding.ts';
import {
  type Checked,
  checkHeader,
  checkOctets,
  checkSender,
  checkValidity,
  refused,
  timePassed,
} from './platform-request.ts';

/** Names and values, in the order they are written. An undefined value is left out. */
export type Parameters = readonly Parameter[];
type Parameter = readonly [name: string, value: string | number | undefined];

/** What an account asks of every text. All of it optional, as the documents have it (HTTP/S API, message parameters). */
export interface CentralSettings {
  /** Which delivery reports Clickatell pushes: 1 intermediate, 2 final, 4 errors, added up. Nothing listens here. */
  readonly callback?: number | undefined;
  /** The sender numbers are two-way ones: they need `mo=1` beside them. */
  readonly twoWay?: boolean | undefined;
  readonly deliveryAcknowledgement?: boolean | undefined;
  /** Most credits for one text, instead of the account's routing profile: 0.8, 1, 1.5 … */
  readonly maxCredits?: number | undefined;
  readonly escalate?: boolean | undefined;
  /** 1 first, 3 (the default) last. */
  readonly queue?: 1 | 2 | 3 | undefined;
  /** Sum of the features a route must have: TEXT 1, 8BIT 2, UDH 4, UCS2 8, ALPHA 16, NUMER 32, FLASH 512 … */
  readonly requiredFeatures?: number | undefined;
  /** How a delivery time is written: minutes from now, or the moment itself. Both within seven days. */
  readonly schedule?: 'deliv_time' | 'scheduled_time' | undefined;
}

/** @throws {TypeError} for a setting out of its bounds */
export function checkSettings(settings: CentralSettings): void {
  const { callback, maxCredits, queue, requiredFeatures } = settings;
  expectWhole('callback', callback, 0, 7);
  expectWhole('queue', queue, 1, 3);
  expectWhole('requiredFeatures', requiredFeatures, 1, 32_767);
  if (maxCredits !== undefined && !(maxCredits > 0 && maxCredits < 1_000)) {
    throw new TypeError('maxCredits is out of bounds');
  }
}

function expectWhole(name: string, value: number | undefined, lowest: number, highest: number): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= lowest && value <= highest)) {
    throw new TypeError(`${name} is not a whole number from ${lowest} to ${highest}`);
  }
}

/** Seven days. */
const farthestMinutes = 10_080;
const minute = 60_000;

/**
 * Everything of `sendmsg` but authentication, `to` and `climsgid`: `text` first, then in the order of the examples.
 *
 * @param now ms UTC
 */
export function checkSendParameters(
  message: GatewayMessage,
  settings: CentralSettings,
  now: number,
): Checked<Parameters> {
  const { body, options = {} } = message;
  if (body === '') return refused('the text is empty');
  const content = options.binary === true ? checkBinary(message) : checkText(message);
  if (content.kind === 'refused') return content;
  const sender = checkSender(options.senderId);
  if (sender.kind === 'refused') return sender;
  const validity = checkValidity(options.validityMinutes);
  if (validity.kind === 'refused') return validity;
  const schedule = checkSchedule(options.deliverAt, settings, now);
  if (schedule.kind === 'refused') return schedule;
  const fromNumber = sender.value !== undefined && /^\d+$/.test(sender.value);
  const parameters: Parameter[] = [...content.value];
  add(parameters, 'callback', settings.callback);
  add(parameters, 'from', sender.value);
  add(parameters, 'mo', settings.twoWay === true && fromNumber ? 1 : undefined);
  parameters.push(...schedule.value);
  add(parameters, 'validity', validity.value);
  add(parameters, 'deliv_ack', flag(settings.deliveryAcknowledgement));
  add(parameters, 'max_credits', settings.maxCredits);
  add(parameters, 'escalate', flag(settings.escalate));
  add(parameters, 'queue', settings.queue);
  add(parameters, 'req_feat', settings.requiredFeatures);
  return { kind: 'valid', value: parameters };
}

/** Most texts have no option and most accounts no setting: nothing is made for those. */
function add(parameters: Parameter[], name: string, value: string | number | undefined): void {
  if (value !== undefined) parameters.push([name, value]);
}

/** Up to here a text is one part in any encoding. */
const surelyOnePart = 70;

function checkText({ body, options = {} }: GatewayMessage): Checked<Parameters> {
  if (options.userDataHeader !== undefined) {
    return refused('with a user data header this account sends octets only: mark the message as binary');
  }
  const plain = isPlainText(body);
  if (!plain && !body.isWellFormed()) return refused('the text has half a character in it');
  let parts = 1;
  if (body.length > surelyOnePart && !(plain && isOnePlainPart(body))) {
    const counted = countCentralParts(body);
    if (counted.tooManyParts) return refused(`the text is longer than ${maxParts} parts`);
    parts = counted.parts;
  }
  return {
    kind: 'valid',
    value: [
      ['text', plain ? body : encodeUcs2Hex(body)],
      ['unicode', plain ? undefined : 1],
      ['msg_type', options.flash === true ? 'SMS_FLASH' : undefined],
      // An upper limit, and 1 unless the account says otherwise.
      ['concat', parts > 1 ? parts : undefined],
    ],
  };
}

/** A header makes the message one of octets by itself; without one it has to be said. */
function checkBinary({ body, options = {} }: GatewayMessage): Checked<Parameters> {
  if (options.flash === true) return refused('a binary message cannot be shown at once (flash)');
  const header = checkHeader(options.userDataHeader);
  if (header.kind === 'refused') return header;
  const octets = checkOctets(body, header.value);
  if (octets.kind === 'refused') return octets;
  const { parts } = countBinaryParts(octets.value.length / 2, (header.value?.length ?? 0) / 2);
  return {
    kind: 'valid',
    value: [
      ['text', octets.value],
      ['udh', header.value],
      ['binary', header.value === undefined ? 1 : undefined],
      ['concat', parts > 1 ? parts : undefined],
    ],
  };
}

function checkSchedule(
  deliverAt: number | undefined,
  settings: CentralSettings,
  now: number,
): Checked<Parameters> {
  if (deliverAt === undefined) return { kind: 'valid', value: [] };
  if (!(deliverAt > now)) return timePassed;
  const minutes = Math.max(1, Math.round((deliverAt - now) / minute));
  if (minutes > farthestMinutes) return refused('the delivery time is more than seven days away');
  return settings.schedule === 'scheduled_time'
    ? { kind: 'valid', value: [['scheduled_time', Math.round(deliverAt / 1000)]] }
    : { kind: 'valid', value: [['deliv_time', minutes]] };
}

function flag(value: boolean | undefined): number | undefined {
  return value === true ? 1 : undefined;
}

/** `user=x&password=y`: what a query and a form are made of, ASCII. */
export function writeParameters(parameters: Parameters): string {
  let text = '';
  for (const [name, value] of parameters) {
    if (value === undefined) continue;
    text += `${text === '' ? '' : '&'}${name}=${typeof value === 'number' ? value : encodeValue(value)}`;
  }
  return text;
}

/** The list of numbers, its commas as they stand: the examples have them so, and they mean nothing in a query. */
export function writeTo(numbers: readonly string[]): string {
  return `to=${numbers.join(',')}`;
}
