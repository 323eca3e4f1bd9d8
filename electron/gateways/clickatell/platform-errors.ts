/**
 * What the error numbers of the Platform SMS API mean for us, as data.
 *
 * No complete official table exists. 7, 105, 106, 108 and 607 were seen in answers of this API; they keep the numbers
 * of the Developers' Central table, which is therefore the base here. The numbers below 60 are those of Clickatell's
 * One API on the same host: different numbers, and none of them clashes in what it asks of us.
 */
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

export const platformErrors: ErrorTable = {
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
  44: sender('sender-suspended'),
  45: sender('sender-not-ours'),
  46: account('trial-expired', 'account-problem'),
  100: text('malformed-request'),
  101: text('invalid-parameter'),
  102: text('invalid-header'),
  103: text('unknown-message'),
  104: text('unknown-message'),
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
  123: sender('sender-invalid'),
  128: recipient('delisted'),
  130: account('volume-limit', 'rate-limited'),
  160: account('address-wrong', 'account-problem'),
  161: account('address-wrong', 'account-problem'),
  301: account('no-credit', 'no-credit'),
  302: account('no-credit', 'no-credit'),
  607: sender('sender-not-two-way'),
  901: server('internal-error'),
};

/**
 * The answers of 2017 and 2018 have words and no number (clickatell-php, `test/RestTest.php`; nyaruka/courier,
 * `handlers/clickatell/handler_test.go`). The words are those of captured answers and of the tables; each stands for the
 * number that has them today. Small letters, without the full stop.
 */
const numberOfWords: readonly (readonly [words: string, code: number])[] = [
  ['invalid or missing integration api key', 108],
  ['invalid or missing api id', 108],
  ['authentication failed', 1],
  ['unknown username or password', 1],
  ['account frozen', 4],
  ['ip lockdown', 7],
  ['no credit left', 301],
  ['insufficient balance', 20],
  ['insufficient credit', 20],
  ['max allowed credit', 302],
  ['rate limit exceeded', 43],
  ['maximum mt limit exceeded', 130],
  ['two-way integration error', 45],
  ['from number is not related to integration', 45],
  // 106 or 607. A sender that was named is that text's trouble by both; where none was, only 106 can be meant.
  ['invalid from number', 106],
  ['invalid source address', 106],
  ['invalid sender id', 123],
  ['invalid destination address', 105],
  ['cannot route message', 114],
  ['destination mobile number blocked', 121],
  ['destination mobile opted out', 122],
  ['number delisted', 128],
  ['maximum message parts exceeded', 113],
  ['message expired', 115],
  ['empty message', 107],
  ['invalid unicode data', 116],
  ['invalid user data header', 102],
  ['invalid delivery time', 120],
  ['invalid client message id', 101],
  ['invalid or missing parameters', 101],
  ['data malformed', 100],
  ['unknown api message id', 103],
  ['unknown client message id', 104],
  ['internal error', 901],
];

/**
 * Looks a code up in any spelling (`7`, `"007"`); without one, the words. Undefined for what nobody has described.
 *
 * @param words the gateway's own, from their beginning
 */
export function platformError(code: string | undefined, words = ''): ErrorRow | undefined {
  if (code !== undefined) return errorRow(platformErrors, code);
  const said = words.toLowerCase();
  const known = numberOfWords.find(
    ([start]) => said.startsWith(start) && !/\w/.test(said.charAt(start.length)),
  );
  return known === undefined ? undefined : platformErrors[known[1]];
}
