/**
 * Our own drawings: 16 × 16, one stroke of 1.5, round ends. `lines` are stroked, `fills` are filled.
 * State icons differ by shape, so that they are told apart without colour.
 */
export interface Drawing {
  readonly lines?: string;
  readonly fills?: string;
}

const circle = 'M8 1.75a6.25 6.25 0 1 1 0 12.5a6.25 6.25 0 1 1 0-12.5z';
const tray = 'M1.75 9.25v4.5a.5.5 0 0 0 .5.5h11.5a.5.5 0 0 0 .5-.5v-4.5h-3.5l-1 1.75h-3.5l-1-1.75z';

export const drawings = {
  // Places
  history: { lines: 'M2.25 3.25h11.5v3h-11.5zM3.25 6.25v6.5h9.5v-6.5M6.25 9h3.5' },
  outbox: { lines: `${tray}M4 6.75v-5h8v5` },
  settings: {
    lines: 'M1.75 4.25h6.5M12.25 4.25h2M1.75 11.75h2M7.75 11.75h6.5M10.25 2.25v4M5.75 9.75v4',
  },
  list: {
    lines: 'M5.25 3.75h8.5M5.25 8h8.5M5.25 12.25h8.5',
    fills:
      'M2.25 2.85a.9.9 0 1 1 0 1.8a.9.9 0 1 1 0-1.8zM2.25 7.1a.9.9 0 1 1 0 1.8a.9.9 0 1 1 0-1.8zM2.25 11.35a.9.9 0 1 1 0 1.8a.9.9 0 1 1 0-1.8z',
  },
  contacts: {
    lines: 'M8 2.25a2.75 2.75 0 1 1 0 5.5a2.75 2.75 0 1 1 0-5.5zM2.75 13.75c.25-5.25 10.25-5.25 10.5 0',
  },
  templates: { lines: 'M1.75 3.25h12.5v4.25h-12.5zM1.75 7.5h12.5v5.25h-12.5zM6.5 5.25h3M6.5 10h3' },
  recurring: { lines: 'M13.5 8a5.5 5.5 0 1 1-1.75-4M12.25 1.25v3h-3' },
  /** A phone, crossed out. */
  numbers: {
    lines:
      'M5 1.75h6a.5.5 0 0 1 .5.5v11.5a.5.5 0 0 1-.5.5H5a.5.5 0 0 1-.5-.5V2.25a.5.5 0 0 1 .5-.5zM1.75 2.5l12.5 11',
  },
  write: { lines: 'M10.5 2.75l2.75 2.75l-7.5 7.5l-3.5.75l.75-3.5z' },

  // States of a text
  waiting: { lines: `${tray}M4.75 6.75v-4.5h6.5v4.5` },
  sending: { lines: 'M8 14V2.5M3.75 6.5L8 2.25l4.25 4.25' },
  accepted: { lines: 'M2.5 8.5l3.5 3.75l7.5-8.5' },
  delivered: { lines: 'M.75 8.75l3.25 3.5l6.5-8M7.5 11.75l.5.5l7.25-8.5' },
  undelivered: { lines: `${circle}M5.75 5.75l4.5 4.5M10.25 5.75l-4.5 4.5` },
  rejected: { lines: `${circle}M4.75 8h6.5` },
  maybe: {
    lines: 'M8 1.25L14.75 8L8 14.75L1.25 8zM6.25 6.5c.25-2.25 3.5-2.125 3.5 0c0 1.25-1.75 1.25-1.75 2.5',
    fills: 'M8 10.25a.9.9 0 1 1 0 1.8a.9.9 0 1 1 0-1.8z',
  },
  decision: {
    lines: 'M8 2L14.75 13.75H1.25zM8 6.5v3',
    fills: 'M8 10.65a.9.9 0 1 1 0 1.8a.9.9 0 1 1 0-1.8z',
  },
  cancelled: { lines: `${circle}M3.75 12.25l8.5-8.5` },
  expired: { lines: `${circle}M8 4.5V8l2.5 1.75` },
  noNews: {
    lines: 'M1.75 2.75h12.5v8.5h-6.5l-3 2.75v-2.75h-3z',
    fills:
      'M5 6.1a.9.9 0 1 1 0 1.8a.9.9 0 1 1 0-1.8zM8 6.1a.9.9 0 1 1 0 1.8a.9.9 0 1 1 0-1.8zM11 6.1a.9.9 0 1 1 0 1.8a.9.9 0 1 1 0-1.8z',
  },
  dropped: { lines: 'M2.25 4.25h11.5M6 4V2.25h4V4M3.75 4.25l.75 9.5h7l.75-9.5' },

  // State of sending, and signs
  pause: { lines: 'M5.5 3v10M10.5 3v10' },
  resume: { lines: 'M4.5 2.75l8.25 5.25l-8.25 5.25z' },
  offline: {
    lines: 'M1.5 6.25c4-3.75 9-3.75 13 0M4.25 9c2.25-2 5.25-2 7.5 0M2.25 13.75l11.5-11.5',
    fills: 'M8 11a1.1 1.1 0 1 1 0 2.2a1.1 1.1 0 1 1 0-2.2z',
  },
  practice: {
    lines:
      'M6 1.75h4M6.75 1.75v4.5l-4.25 7a.65.65 0 0 0 .55 1h9.9a.65.65 0 0 0 .55-1l-4.25-7v-4.5M4.75 10.25h6.5',
  },
  close: { lines: 'M3.5 3.5l9 9M12.5 3.5l-9 9' },
  warning: {
    lines: 'M8 2L14.75 13.75H1.25zM8 6.5v3',
    fills: 'M8 10.65a.9.9 0 1 1 0 1.8a.9.9 0 1 1 0-1.8z',
  },
  key: { lines: 'M5 7.25a3.25 3.25 0 1 1 0 6.5a3.25 3.25 0 1 1 0-6.5zM7.5 8.25l6-6M10.75 5l2 2' },
  chevron: { lines: 'M4 6l4 4.25L12 6' },
} as const satisfies Record<string, Drawing>;

export type IconName = keyof typeof drawings;
