import type { MessageOptions } from '../../../shared/domain/message-options.ts';
import { translate } from '../../../shared/i18n/words.ts';
import { formatMoment, isolateNumber } from '../../lib/format.ts';

/** What a text carries beyond number and words, one phrase each; empty for an ordinary text. `now` in ms UTC. */
export function describeOptions(options: MessageOptions, now: number): readonly string[] {
  const { senderId, flash, validityMinutes, deliverAt, binary, userDataHeader } = options;
  const phrases: string[] = [];
  if (senderId !== undefined)
    phrases.push(translate('options.senderId', { sender: isolateNumber(senderId) }));
  if (deliverAt !== undefined) {
    phrases.push(translate('options.deliverAt', { time: formatMoment(deliverAt, now) }));
  }
  if (validityMinutes !== undefined) {
    phrases.push(
      validityMinutes % 60 === 0
        ? translate('options.validityHours', { count: validityMinutes / 60 })
        : translate('options.validityMinutes', { count: validityMinutes }),
    );
  }
  if (flash === true) phrases.push(translate('options.flash'));
  if (binary === true) phrases.push(translate('options.binary'));
  if (userDataHeader !== undefined) {
    phrases.push(translate('options.userDataHeader', { count: userDataHeader.length / 2 }));
  }
  return phrases;
}
