/**
 * `SendMessageRequest` of the Platform, read from JSON, XML or a query, and judged by the types of the published
 * specification, more strictly than the real server may do it, so that a mistake shows here and not there.
 */
import type { ErrorCode } from './error-table.ts';
import { fromUtf8, readFormParameters } from './form-parameters.ts';
import { readJson } from './json.ts';
import { binaryParts, maxParts, textParts } from './message-parts.ts';
import type { PracticeProfile } from './profile.ts';
import { digitsOf } from './state.ts';
import type { TakenOptions } from './taken-text.ts';
import { headerOctets } from './user-data-header.ts';

export interface SendRequest {
  readonly content: string;
  /** As they came, at least one. */
  readonly to: readonly string[];
  readonly from: string | undefined;
  readonly clientMessageId: string | undefined;
  readonly options: TakenOptions | undefined;
  readonly parts: number;
}

/** Why a request is refused whole. */
export interface Refusal {
  readonly code: ErrorCode;
  /** `malformed`: it is not what the specification types. `refused`: it is, and is refused all the same. */
  readonly kind: 'malformed' | 'refused';
  /** Instead of the words of the table. */
  readonly description?: string;
}

/** Named fields, as JSON has them, or why there are none. */
export type ReadFields =
  | { readonly fields: Readonly<Record<string, unknown>> }
  | { readonly refusal: Refusal };

type FieldCheck = (value: unknown) => boolean;
/** JSON can write half a character of two halves, and no text has one. */
const isString: FieldCheck = (value) => typeof value === 'string' && value.isWellFormed();

const charsets: readonly string[] = ['ASCII', 'UCS2-BE', 'UTF-8', 'Windows-1252'];

/** The types of the specification. */
const fields: Readonly<Record<string, FieldCheck>> = {
  content: isString,
  to: (value) => Array.isArray(value) && value.every(isString),
  from: isString,
  binary: (value) => typeof value === 'boolean',
  clientMessageId: isString,
  scheduledDeliveryTime: isString,
  userDataHeader: (value) => isString(value) && value !== '',
  validityPeriod: (value) =>
    typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2_147_483_648,
  charset: (value) => charsets.some((charset) => charset === value),
};

interface Fields {
  readonly content?: string;
  readonly to?: readonly string[];
  readonly from?: string;
  readonly binary?: boolean;
  readonly clientMessageId?: string;
  readonly scheduledDeliveryTime?: string;
  readonly userDataHeader?: string;
  readonly validityPeriod?: number;
  readonly charset?: string;
}

export function fieldsOfJson(body: Buffer): ReadFields {
  return fieldsOfValue(readJson(body));
}

export function fieldsOfValue(value: unknown): ReadFields {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { fields: value as Readonly<Record<string, unknown>> } : { refusal: malformed(100) };
}

/**
 * The types of XML's text, from the children of `SendMessageRequest`. Names begin with a capital there, and several
 * recipients are several `To`. A value that is not of its type stays text, for `checkSendRequest` to refuse.
 */
export function fieldsOfXml(
  children: readonly { readonly name: string; readonly text: string }[],
): ReadFields {
  const document = new Map<string, unknown>();
  const to: string[] = [];
  for (const { name, text } of children) {
    const field = name.charAt(0).toLowerCase() + name.slice(1);
    if (name.charAt(0) === field.charAt(0))
      return { refusal: malformed(101, `Unknown element: ${name.slice(0, 40)}.`) };
    if (field === 'to') {
      to.push(text);
      continue;
    }
    if (document.has(field))
      return { refusal: malformed(101, `An element occurs twice: ${name.slice(0, 40)}.`) };
    if (field === 'binary' && /^(true|false|1|0)$/.test(text))
      document.set(field, text === 'true' || text === '1');
    else if (field === 'validityPeriod' && /^[+-]?\d{1,10}$/.test(text)) document.set(field, Number(text));
    else document.set(field, text);
  }
  if (to.length > 0) document.set('to', to);
  return { fields: Object.fromEntries(document) };
}

/** `GET /messages/http/send`, the key left out. */
export function fieldsOfQuery(
  query: string,
  profile: PracticeProfile,
): { readonly apiKey: string | undefined; readonly read: ReadFields } {
  const parameters = readFormParameters(query);
  if (parameters === undefined) return { apiKey: undefined, read: { refusal: malformed(100) } };
  const found = new Map<string, string>();
  let problem: Refusal | undefined;
  for (const { name, value } of parameters) {
    const text = fromUtf8(value);
    if (text === undefined) problem ??= malformed(100);
    else if (found.has(name)) problem ??= malformed(101, `A parameter occurs twice: ${name.slice(0, 40)}.`);
    else if (['apiKey', 'to', 'content', 'from', 'clientMessageId'].includes(name)) found.set(name, text);
    else if (profile.unknownFields === 'refused')
      problem ??= malformed(101, `Unknown parameter: ${name.slice(0, 40)}.`);
  }
  const { apiKey, to, ...others } = Object.fromEntries(found);
  const recipients = to === undefined ? {} : { to: profile.commasInTo === 'split' ? to.split(',') : [to] };
  return {
    apiKey,
    read: problem === undefined ? { fields: { ...others, ...recipients } } : { refusal: problem },
  };
}

/**
 * @param document named fields, as JSON has them
 * @param circumstances practice time, and whether the account owns a sender
 */
export function checkSendRequest(
  document: Readonly<Record<string, unknown>>,
  profile: PracticeProfile,
  circumstances: { readonly now: number; ownsSender(from: string): boolean },
): SendRequest | Refusal {
  for (const [name, value] of Object.entries(document)) {
    const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (check === undefined) {
      if (profile.unknownFields === 'ignored') continue;
      return malformed(101, `Unknown field: ${name.slice(0, 40)}.`);
    }
    if (!check(value)) return malformed(101, `Invalid field: ${name}.`);
  }
  const request = document as Fields;
  if (request.content === undefined) return malformed(101, 'Missing field: content.');
  const to = recipients(request.to ?? [], profile);
  if ('code' in to) return to;
  const rules = checkRules(request, to, profile, circumstances);
  if ('code' in rules) return rules;
  const read = readContent(request, profile);
  if ('code' in read) return read;
  if (read.content === '') return refused(107);
  // Long texts are a setting of the integration, for which a request has no field.
  if (read.parts > (profile.longTexts === 'off' ? 1 : maxParts)) return refused(113);
  const options: TakenOptions = {
    ...(request.from === undefined ? {} : { from: request.from }),
    ...(request.binary === undefined ? {} : { binary: request.binary }),
    ...(request.userDataHeader === undefined ? {} : { userDataHeader: request.userDataHeader }),
    ...(request.validityPeriod === undefined ? {} : { validity: request.validityPeriod }),
    ...(rules.deliverAt === undefined ? {} : { deliverAt: rules.deliverAt }),
    // UTF-8 is the default: to say it is to ask for nothing.
    ...(request.charset === undefined || request.charset === 'UTF-8' ? {} : { charset: request.charset }),
  };
  return {
    content: read.content,
    to,
    from: request.from,
    clientMessageId: request.clientMessageId,
    options: Object.keys(options).length === 0 ? undefined : options,
    parts: read.parts,
  };
}

function recipients(to: readonly string[], profile: PracticeProfile): readonly string[] | Refusal {
  if (to.length === 0) return malformed(101, 'Missing field: to.');
  const most = Number(profile.platformRecipientLimit);
  if (to.length > most) return malformed(101, `More than ${most} recipients.`);
  const different = new Map(to.toReversed().map((number) => [digitsOf(number), number]));
  if (different.size === to.length || profile.duplicateRecipients === 'taken-twice') return to;
  if (profile.duplicateRecipients === 'merged') return [...different.values()].reverse();
  return malformed(101, 'A recipient occurs twice.');
}

/** The fields that are more than their type. */
function checkRules(
  request: Fields,
  to: readonly string[],
  profile: PracticeProfile,
  circumstances: { readonly now: number; ownsSender(from: string): boolean },
): { readonly deliverAt: number | undefined } | Refusal {
  const { from, clientMessageId, validityPeriod, userDataHeader, scheduledDeliveryTime } = request;
  if (from !== undefined && !circumstances.ownsSender(from) && !isName(from, profile))
    return refused(profile.twoWay === 'two-way' ? 106 : 607);
  if (
    from === undefined &&
    profile.unitedStates === 'needs-from' &&
    to.some((number) => /^\+?1\d{10}$/.test(number))
  )
    return refused(106);
  if (clientMessageId !== undefined) {
    if (profile.clientMessageId === 'no-spaces' && /\s/.test(clientMessageId)) return refused(120);
    if (profile.clientMessageId === 'alphanumeric-32' && !/^[A-Za-z0-9]{1,32}$/.test(clientMessageId))
      return refused(101);
  }
  if (validityPeriod !== undefined && validityPeriod < 1) return refused(101);
  if (userDataHeader !== undefined && headerOctets(userDataHeader) === undefined) return refused(102);
  if (scheduledDeliveryTime === undefined) return { deliverAt: undefined };
  const deliverAt = readTime(scheduledDeliveryTime, profile);
  if (deliverAt === undefined) return malformed(101, 'Invalid field: scheduledDeliveryTime.');
  if (deliverAt < circumstances.now)
    return profile.schedulePast === 'sent-now' ? { deliverAt: undefined } : refused(101);
  if (profile.scheduleHorizon === '7-days' && deliverAt > circumstances.now + 7 * 86_400_000)
    return refused(101);
  return { deliverAt };
}

/** Whether a sender is a name, where names are registered for this account. */
function isName(from: string, profile: PracticeProfile): boolean {
  return profile.senderNames === 'both' && /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(from);
}

/** The content as the network gets it, and how many parts it takes. */
function readContent(
  request: Fields,
  profile: PracticeProfile,
): { readonly content: string; readonly parts: number } | Refusal {
  const content = request.content ?? '';
  const header = request.userDataHeader === undefined ? 0 : (headerOctets(request.userDataHeader) ?? 0);
  if (request.binary === true) {
    if (!/^([0-9a-fA-F]{2})*$/.test(content)) return malformed(101, 'Invalid field: content.');
    return { content, parts: binaryParts(content.length / 2, header, profile) };
  }
  if (request.charset === 'UCS2-BE' && profile.ucs2Content === 'hexadecimal') {
    const text = fromUcs2(content);
    return text === undefined ? refused(116) : { content: text, parts: textParts(text, header, profile) };
  }
  if (request.charset === 'ASCII' && /[^\0-\x7f]/.test(content))
    return malformed(101, 'The content is not ASCII.');
  if (request.charset === 'Windows-1252' && !isWindows1252(content))
    return malformed(101, 'The content is not Windows-1252.');
  return { content, parts: textParts(content, header, profile) };
}

/** Undefined when it is not hexadecimal with four digits for each unit, or half a character is left over. */
export function fromUcs2(hexadecimal: string): string | undefined {
  if (!/^([0-9a-fA-F]{4})*$/.test(hexadecimal)) return undefined;
  const text = Buffer.from(hexadecimal, 'hex').swap16().toString('utf16le');
  return text.isWellFormed() ? text : undefined;
}

const windows1252: ReadonlySet<string> = new Set(
  new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)),
);
function isWindows1252(text: string): boolean {
  return [...text].every((character) => windows1252.has(character));
}

/** ms UTC; undefined when it is no time of the calendar, or its offset is none that exists. */
function readTime(text: string, profile: PracticeProfile): number | undefined {
  const offset =
    profile.scheduleOffset === 'any' ? '(?:Z|([+-])(\\d\\d):?(\\d\\d))' : '([+-])(\\d\\d)(\\d\\d)';
  const match = new RegExp(`^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)${offset}$`).exec(text);
  if (match === null) return undefined;
  const [, local = '', sign, hours = '0', minutes = '0'] = match;
  // No country is farther than 14 hours from UTC.
  if (Number(minutes) > 59 || Number(hours) * 60 + Number(minutes) > 14 * 60) return undefined;
  const time = Date.parse(`${local}Z`);
  // 30 February would be 1 March, and 24:00 the next day.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 19) !== local) return undefined;
  const away = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? time + away : time - away;
}

export function malformed(code: ErrorCode, description?: string): Refusal {
  return { code, kind: 'malformed', ...(description === undefined ? {} : { description }) };
}

function refused(code: ErrorCode): Refusal {
  return { code, kind: 'refused' };
}
