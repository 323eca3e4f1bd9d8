import type { TypedOptions } from '../../../shared/domain/typed-options.ts';
import { translate } from '../../../shared/i18n/words.ts';
import type { Field } from './options-form.svelte.ts';

export type TimingName = 'sendAt' | 'bestBefore';
type TypedTiming = Pick<TypedOptions, 'sendAt' | 'sendAtUnread' | 'bestBefore' | 'bestBeforeUnread'>;

export type ReadTiming =
  | { readonly kind: 'timing'; readonly timing: { readonly sendAt?: number; readonly bestBefore?: number } }
  | { readonly kind: 'problem'; readonly option: TimingName; readonly sentence: string };

/** When this computer sends the text, and until when it is of use. Every account can: it is the outbox that waits. */
export class TimingForm {
  /** As `datetime-local` writes it, in this computer's time zone. */
  sendAt = $state('');
  /** The field holds half a date: its value is empty all the same. */
  sendAtUnread = $state(false);
  bestBefore = $state('');
  bestBeforeUnread = $state(false);

  reset(): void {
    this.sendAt = '';
    this.sendAtUnread = false;
    this.bestBefore = '';
    this.bestBeforeUnread = false;
  }

  /** What stands in the form, to be kept with the draft. */
  get typed(): TypedTiming {
    return {
      ...(this.sendAt === '' ? {} : { sendAt: this.sendAt }),
      ...(this.sendAtUnread ? { sendAtUnread: true } : {}),
      ...(this.bestBefore === '' ? {} : { bestBefore: this.bestBefore }),
      ...(this.bestBeforeUnread ? { bestBeforeUnread: true } : {}),
    };
  }

  /** Brings back what was kept. What stands in the form already is newer and stays. */
  restore(kept: TypedTiming): void {
    const now = { ...kept, ...this.typed };
    this.sendAt = now.sendAt ?? '';
    this.sendAtUnread = now.sendAtUnread ?? false;
    this.bestBefore = now.bestBefore ?? '';
    this.bestBeforeUnread = now.bestBeforeUnread ?? false;
  }

  /** `now` in ms UTC. */
  readSendAt(now: number): Field<number> {
    return readMoment(this.sendAt, this.sendAtUnread, now, 'quick.deliverAtPast');
  }

  readBestBefore(now: number): Field<number> {
    const sendAt = this.readSendAt(now);
    return sendAt.kind === 'value'
      ? readMoment(this.bestBefore, this.bestBeforeUnread, sendAt.value, 'quick.bestBeforeEarly')
      : readMoment(this.bestBefore, this.bestBeforeUnread, now, 'quick.deliverAtPast');
  }

  /** Half a time stands in the way: a text that was to wait must not go at once for that. */
  read(now: number): ReadTiming {
    const sendAt = this.readSendAt(now);
    const bestBefore = this.readBestBefore(now);
    if (sendAt.kind === 'problem') return { ...sendAt, option: 'sendAt' };
    if (bestBefore.kind === 'problem') return { ...bestBefore, option: 'bestBefore' };
    return {
      kind: 'timing',
      timing: {
        ...(sendAt.kind === 'value' ? { sendAt: sendAt.value } : {}),
        ...(bestBefore.kind === 'value' ? { bestBefore: bestBefore.value } : {}),
      },
    };
  }
}

function readMoment(
  typed: string,
  unread: boolean,
  later: number,
  early: 'quick.deliverAtPast' | 'quick.bestBeforeEarly',
): Field<number> {
  if (typed === '' && !unread) return { kind: 'empty' };
  const time = unread ? Number.NaN : new Date(typed).getTime();
  if (!Number.isSafeInteger(time)) return { kind: 'problem', sentence: translate('quick.deliverAtUnread') };
  return time <= later ? { kind: 'problem', sentence: translate(early) } : { kind: 'value', value: time };
}
