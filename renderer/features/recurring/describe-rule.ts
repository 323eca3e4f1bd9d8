import type { Recurrence } from '../../../shared/domain/recurrence.ts';
import { translate } from '../../../shared/i18n/words.ts';

const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

export function weekdayName(day: number): string {
  return translate(`schedule.weekday.${weekdays[day - 1] ?? 1}`);
}

/** *Every 2 weeks on Monday, Thursday at 08:30*. */
export function describeRule({ repeat, time }: Recurrence): string {
  const count = repeat.interval;
  switch (repeat.every) {
    case 'day':
      return translate('recurring.rule.day', { count, time });
    case 'week':
      return translate('recurring.rule.week', { count, time, days: repeat.days.map(weekdayName).join(', ') });
    case 'month':
      return translate('recurring.rule.month', { count, time, day: repeat.day });
    case 'month-weekday':
      return translate('recurring.rule.month-weekday', {
        count,
        time,
        nth: translate(`recurring.nth.${repeat.nth}`),
        weekday: weekdayName(repeat.weekday),
      });
  }
}
