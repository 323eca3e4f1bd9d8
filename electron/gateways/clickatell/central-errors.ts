/**
 * What the error numbers of Developers' Central mean for us, as data (arnoesterhuizen/clickatell-overview-http; lists in
 * client libraries agree). They are raised while a request is being looked at, before anything is sent or charged;
 * only 901 says that something went wrong, and not when.
 */
import type { WordedError } from '../answer.ts';
import {
  account,
  type ErrorRow,
  type ErrorTable,
  errorRow,
  recipient,
  sender,
  server,
  text,
} from '../error-table.ts';

export const centralErrors: ErrorTable = {
  1: account('login-wrong', 'key-rejected'),
  2: account('login-wrong', 'key-rejected'),
  3: account('session-expired', 'account-problem'),
  4: account('account-frozen', 'account-problem'),
  5: account('session-expired', 'account-problem'),
  7: account('ip-locked', 'ip-blocked'),
  100: text('malformed-request'),
  101: text('invalid-parameter'),
  102: text('invalid-header'),
  103: text('unknown-message'),
  104: text('unknown-message'),
  105: recipient('invalid-number'),
  106: sender('sender-not-ours'),
  107: text('empty'),
  108: account('login-wrong', 'key-rejected'),
  109: text('invalid-parameter'),
  110: text('malformed-request'),
  111: text('malformed-request'),
  112: text('invalid-parameter'),
  113: text('too-long'),
  114: recipient('no-route'),
  115: text('expired'),
  116: text('invalid-unicode'),
  120: text('invalid-delivery-time'),
  121: recipient('blocked'),
  122: recipient('opted-out'),
  123: sender('sender-invalid'),
  128: recipient('delisted'),
  130: account('volume-limit', 'rate-limited'),
  201: text('malformed-request'),
  202: text('malformed-request'),
  301: account('no-credit', 'no-credit'),
  302: account('no-credit', 'no-credit'),
  901: server('internal-error'),
};

/** Errors that only mean that a session is over; nothing of the request was looked at. */
export const sessionErrors: ReadonlySet<number> = new Set([1, 3, 5]);

/**
 * Errors that are raised before any number is looked at, with the whole of their words. Written once for several numbers they
 * speak for all of them; every other error may concern one, its number and the other verdicts having been cut off.
 */
const wordsBeforeNumbers: Readonly<Record<number, string>> = {
  1: 'authentication failed',
  2: 'unknown username or password',
  3: 'session id expired',
  5: 'missing session id',
  7: 'ip lockdown violation',
  101: 'authentication failed',
  108: 'invalid or missing api id',
};

/** Whether these are the words, from the first to the last, of an error that no number has a part in. */
export function speaksForAllNumbers({ code, text }: WordedError): boolean {
  const words = wordsBeforeNumbers[Number(code)];
  return words !== undefined && text.toLowerCase().replace(/\.$/, '') === words;
}

/**
 * Looks a code up in any spelling. The specification's one sample of a refused login is `ERR: 101, Authentication
 * failed`, everybody else's is 001; since 101 is otherwise a fault of the text, here alone the words decide too.
 */
export function centralError(code: string | undefined, words = ''): ErrorRow | undefined {
  if (code !== undefined && Number(code) === 101 && /^authentication failed/i.test(words)) {
    return centralErrors[1];
  }
  return errorRow(centralErrors, code);
}
