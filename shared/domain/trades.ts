/** What kind of office it is: which example templates are offered. */
export const trades = ['dentist', 'school', 'garage', 'salon', 'vet', 'other'] as const;
export type Trade = (typeof trades)[number];

interface Example {
  /** Its words are in the catalogue under `example.<key>.name` and `example.<key>.body`. */
  readonly key: ExampleKey;
  readonly shortcut: string;
  readonly bestBeforeMinutes: number | null;
}

export const exampleKeys = [
  'appointment',
  'late',
  'recall',
  'results',
  'closed',
  'carReady',
  'service',
  'offer',
  'schoolClosed',
  'trip',
  'meeting',
  'absent',
  'vaccination',
  'petReady',
  'orderReady',
  'thanks',
] as const;
export type ExampleKey = (typeof exampleKeys)[number];

const hour = 60;
const day = 24 * hour;
/** What runs late is news for an hour; what closes tomorrow is none the day after. */
const examples: Readonly<Record<ExampleKey, Omit<Example, 'key'>>> = {
  appointment: { shortcut: 'app', bestBeforeMinutes: 12 * hour },
  late: { shortcut: 'late', bestBeforeMinutes: hour },
  recall: { shortcut: 'recall', bestBeforeMinutes: null },
  results: { shortcut: 'results', bestBeforeMinutes: null },
  closed: { shortcut: 'closed', bestBeforeMinutes: day },
  carReady: { shortcut: 'ready', bestBeforeMinutes: null },
  service: { shortcut: 'service', bestBeforeMinutes: null },
  offer: { shortcut: 'offer', bestBeforeMinutes: 7 * day },
  schoolClosed: { shortcut: 'closed', bestBeforeMinutes: 12 * hour },
  trip: { shortcut: 'trip', bestBeforeMinutes: day },
  meeting: { shortcut: 'meeting', bestBeforeMinutes: day },
  absent: { shortcut: 'absent', bestBeforeMinutes: 6 * hour },
  vaccination: { shortcut: 'vacc', bestBeforeMinutes: null },
  petReady: { shortcut: 'ready', bestBeforeMinutes: 6 * hour },
  orderReady: { shortcut: 'ready', bestBeforeMinutes: null },
  thanks: { shortcut: 'thanks', bestBeforeMinutes: day },
};

const keysOfTrade: Readonly<Record<Trade, readonly ExampleKey[]>> = {
  dentist: ['appointment', 'late', 'recall', 'closed'],
  school: ['absent', 'schoolClosed', 'trip', 'meeting'],
  garage: ['carReady', 'service', 'appointment', 'late'],
  salon: ['appointment', 'late', 'offer', 'thanks'],
  vet: ['vaccination', 'petReady', 'results', 'appointment'],
  other: ['appointment', 'orderReady', 'thanks'],
};

/** The examples for a trade, in the order in which they are offered. */
export function examplesOf(trade: Trade): readonly Example[] {
  return keysOfTrade[trade].map((key) => ({ key, ...examples[key] }));
}
