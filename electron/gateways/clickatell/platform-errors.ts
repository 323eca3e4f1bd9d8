/**
 * What the error numbers of the Platform SMS API mean for us, as data.
 *
 * No complete official table exists. 7, 105, 106, 108 and 607 were seen in answers of this API; they keep the numbers
 * of the Developers' Central table, which is therefore the base here. The numbers below 60 are those of Clickatell's
 * One API on the same host: different numbers, and none of them clashes in what it asks of us.
 */
import type { AccountPauseReason } from '../../../shared/domain/message.ts';

/**
 * - `account`   the whole account cannot send: the text waits, sending pauses
 * - `recipient` this number cannot be reached
 * - `text`      this text, as it is, cannot be sent
 * - `server`    trouble at their end; whether the text went out is not said
 */
export type ErrorScope = 'account' | 'recipient' | 'text' | 'server';

/** `never`: the same request fails again. `waits`: goes out once the pause ends. `ask`: only a person may decide. */
export type ErrorRetry = 'never' | 'waits' | 'ask';

interface Row {
  /** Names a sentence in the catalogue of words. */
  readonly meaning: string;
  readonly scope: ErrorScope;
  readonly retry: ErrorRetry;
  /** Present exactly when the scope is `account`. */
  readonly pause?: AccountPauseReason;
}

function account(meaning: string, pause: AccountPauseReason): Row {
  return { meaning, scope: 'account', retry: 'waits', pause };
}
function recipient(meaning: string): Row {
  return { meaning, scope: 'recipient', retry: 'never' };
}
function text(meaning: string): Row {
  return { meaning, scope: 'text', retry: 'never' };
}
function server(meaning: string): Row {
  return { meaning, scope: 'server', retry: 'ask' };
}

export const platformErrors: Readonly<Record<string, Row>> = {
  1: account('key-invalid', 'key-rejected'),
  2: account('account-inactive', 'account-problem'),
  3: account('integration-inactive', 'account-problem'),
  4: account('account-frozen', 'account-problem'),
  7: account('ip-locked', 'ip-blocked'),
  18: server('internal-error'),
  19: server('internal-error'),
  20: account('no-credit', 'no-credit'),
  21: text('malformed-request'),
  22: text('too-many-recipients'),
  23: text('invalid-parameter'),
  24: text('too-long'),
  25: recipient('invalid-number'),
  26: recipient('opted-out'),
  27: recipient('not-on-channel'),
  28: recipient('not-in-sandbox'),
  40: text('charset-not-supported'),
  41: account('address-wrong', 'account-problem'),
  42: account('address-wrong', 'account-problem'),
  43: account('rate-limited', 'rate-limited'),
  44: account('sender-suspended', 'account-problem'),
  45: account('sender-not-ours', 'account-problem'),
  46: account('trial-expired', 'account-problem'),
  100: text('malformed-request'),
  101: text('invalid-parameter'),
  102: text('invalid-header'),
  105: recipient('invalid-number'),
  // Asked of American numbers and of two-way integrations: one such number must not stop everybody else's texts.
  106: recipient('sender-needed'),
  107: text('empty'),
  108: account('key-invalid', 'key-rejected'),
  110: recipient('american-rules'),
  111: recipient('american-rules'),
  113: text('too-long'),
  114: recipient('no-route'),
  115: text('expired'),
  116: text('invalid-unicode'),
  120: text('invalid-delivery-time'),
  121: recipient('blocked'),
  122: recipient('opted-out'),
  123: account('sender-invalid', 'account-problem'),
  128: recipient('delisted'),
  130: account('volume-limit', 'rate-limited'),
  160: account('address-wrong', 'account-problem'),
  161: account('address-wrong', 'account-problem'),
  301: account('no-credit', 'no-credit'),
  302: account('no-credit', 'no-credit'),
  607: account('sender-not-two-way', 'account-problem'),
  901: server('internal-error'),
};

/**
 * Statuses that say by themselves that the request was turned away before anything was done, so that they count even
 * when the body says nothing we know. Every other status without a documented body leaves the question open.
 *
 * 401, 403, 404, 405, 407: RFC 9110 §15.5; 429: RFC 6585 §4; 511: RFC 6585 §6 (answered by the network on the way,
 * never by the server). 402 is what Clickatell's REST APIs use for an empty account. 400 and 408 are not here:
 * machines on the way send both of their own accord, 408 even after they have passed a request on.
 */
export const refusingStatuses: Readonly<Record<number, AccountPauseReason>> = {
  401: 'key-rejected',
  402: 'no-credit',
  403: 'account-problem',
  404: 'account-problem',
  405: 'account-problem',
  407: 'account-problem',
  429: 'rate-limited',
  511: 'account-problem',
};

/** Looks a code up in any spelling (`7`, `"007"`). Undefined for numbers nobody has described. */
export function platformError(code: string | undefined): Row | undefined {
  if (code === undefined || !/^\d{1,6}$/.test(code)) return undefined;
  return platformErrors[String(Number(code))];
}
