/** The office's quiet hours as the dispatcher asks for them. */
import { type QuietHours, type SendingWindow, sendingWindow } from '../../../shared/domain/quiet-hours.ts';
import type { Calendar } from '../ports.ts';

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
