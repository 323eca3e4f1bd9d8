/** The office's quiet hours as the dispatcher asks for them. */
import { withHolidays } from '../../../shared/domain/holidays.ts';
import { type QuietHours, type SendingWindow, sendingWindow } from '../../../shared/domain/quiet-hours.ts';
import type { Settings } from '../../../shared/settings.ts';
import type { Calendar } from '../ports.ts';

/**
 * The quiet hours of the settings with the holidays on which the office is closed: the same object for as long as neither
 * changes, so that a calendar can keep what it worked out.
 */
export function officeHours(
  settings: () => Pick<Settings, 'quietHours' | 'publicHolidays'>,
): () => QuietHours {
  let known: ReturnType<typeof settings> | undefined;
  let hours: QuietHours | undefined;
  return () => {
    const now = settings();
    if (
      hours === undefined ||
      known?.quietHours !== now.quietHours ||
      known.publicHolidays !== now.publicHolidays
    ) {
      known = now;
      hours = withHolidays(now.quietHours, now.publicHolidays);
    }
    return hours;
  };
}

export interface CalendarParts {
  /** Read each time: the person may change them. */
  readonly hours: () => QuietHours;
  /** IANA name, read each time: laptops travel. */
  readonly zone: () => string;
}

/** Works a window out once and keeps it for as long as it holds: a drain of thousands asks for it every few milliseconds. */
export function officeCalendar(parts: CalendarParts): Calendar {
  let known:
    | {
        readonly hours: QuietHours;
        readonly zone: string;
        readonly from: number;
        readonly window: SendingWindow;
      }
    | undefined;
  return {
    windowAt(now) {
      const hours = parts.hours();
      const zone = parts.zone();
      if (
        known !== undefined &&
        known.hours === hours &&
        known.zone === zone &&
        known.from <= now &&
        now < (known.window.changesAt ?? Number.POSITIVE_INFINITY)
      ) {
        return known.window;
      }
      const window = sendingWindow(hours, now, zone);
      known = { hours, zone, from: now, window };
      return window;
    },
  };
}
