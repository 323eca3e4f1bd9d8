import type { AccountSettings } from '../../../shared/domain/account-settings.ts';
import { translate } from '../../../shared/i18n/words.ts';

/** What an account asks for beyond Clickatell's defaults, one phrase each; empty for an ordinary account. */
export function describeSettings(settings: AccountSettings): readonly string[] {
  const { login, twoWay, deliveryAcknowledgement, queue, escalate, maxCredits } = settings;
  const { schedule, requiredFeatures, callback, numbersWithPlus } = settings;
  const phrases: string[] = [];
  if (login === 'session') phrases.push(translate('account.set.session'));
  if (twoWay === true) phrases.push(translate('account.set.twoWay'));
  if (deliveryAcknowledgement === true) phrases.push(translate('account.set.deliveryAcknowledgement'));
  if (queue === 1 || queue === 2) phrases.push(translate(`account.set.queue.${queue}`));
  if (escalate === true) phrases.push(translate('account.set.escalate'));
  if (maxCredits !== undefined) phrases.push(translate('account.set.maxCredits', { credits: maxCredits }));
  if (schedule === 'scheduled_time') phrases.push(translate('account.set.schedule'));
  if (requiredFeatures !== undefined) phrases.push(translate('account.set.requiredFeatures'));
  if (callback !== undefined && callback > 0) phrases.push(translate('account.set.callback'));
  if (numbersWithPlus === true) phrases.push(translate('account.set.numbersWithPlus'));
  return phrases;
}
