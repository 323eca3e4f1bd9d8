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

/** Looks a code up in any spelling (`7`, `"007"`). Undefined for numbers nobody has described. */
export function platformError(code: string | undefined): ErrorRow | undefined {
  return errorRow(platformErrors, code);
}
