/** Every kind of fault that the practice gateway can make, and what is known after it, of one number and of several. */
import type { GatewayMessage } from '../../electron/core/ports.ts';
import type { Fault } from '../../electron/practice/faults.ts';
import { many, plain, to } from './profile-situations.ts';

/**
 * - `usual`    the answer came through, perhaps in other words: as if there had been no fault
 * - `unknown`  it did not, and whether the text was taken nobody can know
 * - `cut`      it did not, or the beginning of it: what that says of a number may count, and the rest is unknown
 * - `account`  the answer itself says that nothing was taken, and the account pauses
 * - `turned-away` the same, but it may come from something on the way that means this text
 * - `unclear`  the answer leaves one number open, and no more than one if there are three
 */
export interface FaultCase {
  readonly fault: Fault;
  readonly then: 'usual' | 'unknown' | 'cut' | 'account' | 'turned-away' | 'unclear';
}

/** To whom a text goes while there is a fault, and in which order the answer tells of them. */
export interface Company {
  readonly name: string;
  readonly messages: readonly GatewayMessage[];
  readonly reversed?: true;
}

const alone: Company = { name: 'one number', messages: [plain] };
const two = [plain, to('+447700900105')];
const three = [plain, to('+447700900122'), to('+27821234569')];
const several: readonly Company[] = [
  { name: 'two numbers, one of them refused', messages: two },
  { name: 'three numbers', messages: many(3) },
  { name: 'three numbers, told in reverse, one of them refused', messages: three, reversed: true },
  { name: 'three numbers, one of them refused', messages: three },
  { name: 'two numbers, told in reverse, one of them refused', messages: two, reversed: true },
];

/** Faults after which the client sees something of the answer, which is then in the words of the profile. */
const showing: ReadonlySet<Fault['kind']> = new Set<Fault['kind']>([
  'none',
  'delay',
  'hold',
  'close-after-answer',
  'half-answer',
  'cut-answer',
  'truncate',
  'verdicts',
]);

/**
 * In which company a fault is looked at under a profile. All of it where `all` says so; else one number and another company
 * where something of the answer is seen, and one of them all where nothing is; by turns, so that each fault meets each company
 * under many profiles.
 *
 * @param turn another one for every profile and fault
 */
export function companyOf(
  { fault }: FaultCase,
  carriesSeveral: boolean,
  turn: number,
  all: boolean,
): readonly Company[] {
  if (!carriesSeveral) return [alone];
  if (all) return [alone, ...several];
  return showing.has(fault.kind)
    ? [alone, ...several.slice(turn % several.length).slice(0, 1)]
    : [alone, ...several].slice(turn % (several.length + 1)).slice(0, 1);
}

function all(then: FaultCase['then'], ...faults: readonly Fault[]): readonly FaultCase[] {
  return faults.map((fault) => ({ fault, then }));
}

const text = { 'content-type': 'text/html' };

/** A kind without a case is a type error here. Those that never answer are in `silentFaults`. */
const byKind: Readonly<Record<Fault['kind'], readonly FaultCase[]>> = {
  none: all('usual', { kind: 'none' }),
  delay: all('usual', { kind: 'delay', milliseconds: 1 }),
  hold: all('usual', { kind: 'hold' }),
  'close-after-answer': all(
    'usual',
    { kind: 'close-after-answer' },
    { kind: 'close-after-answer', end: 'reset' },
  ),
  'reset-before-body': all('unknown', { kind: 'reset-before-body' }),
  'reset-at-byte': all('unknown', { kind: 'reset-at-byte', byte: 1 }, { kind: 'reset-at-byte', byte: 20 }),
  'reset-after-body': all('unknown', { kind: 'reset-after-body' }, { kind: 'reset-after-body', taken: true }),
  'drop-answer': all('unknown', { kind: 'drop-answer' }),
  'half-answer': all(
    'unknown',
    { kind: 'half-answer' },
    { kind: 'half-answer', end: 'reset' },
    { kind: 'half-answer', bytes: 0 },
  ),
  'cut-answer': all(
    'unknown',
    { kind: 'cut-answer', byte: 5 },
    { kind: 'cut-answer', byte: 60, end: 'close' },
  ),
  truncate: [
    ...all('cut', { kind: 'truncate' }),
    ...all('unknown', { kind: 'truncate', bytes: 0 }, { kind: 'truncate', bytes: 9 }),
  ],
  garbage: all('unknown', { kind: 'garbage' }, { kind: 'garbage', status: 202 }),
  html: all('unknown', { kind: 'html' }),
  redirect: all(
    'unknown',
    { kind: 'redirect', location: '/elsewhere' },
    { kind: 'redirect', location: '/elsewhere', status: 303 },
  ),
  answer: [
    ...all(
      'unknown',
      { kind: 'answer', status: 200 },
      { kind: 'answer', status: 202, taken: true },
      { kind: 'answer', status: 400, body: 'Bad Request' },
      { kind: 'answer', status: 500, taken: true },
      { kind: 'answer', status: 502, headers: text, body: '<h1>Bad Gateway</h1>', taken: true },
      { kind: 'answer', status: 503, taken: true },
      { kind: 'answer', status: 504, headers: text, body: '<h1>Gateway Timeout</h1>', taken: true },
    ),
    ...all('account', { kind: 'answer', status: 401 }, { kind: 'answer', status: 402 }),
    ...all(
      'turned-away',
      { kind: 'answer', status: 403, headers: text, body: '<html>' },
      { kind: 'answer', status: 404 },
      { kind: 'answer', status: 405 },
      { kind: 'answer', status: 407 },
      { kind: 'answer', status: 511, headers: text, body: '<html>' },
    ),
  ],
  busy: [
    ...all('unknown', { kind: 'busy', status: 503, retryAfter: '5', taken: true }),
    ...all('account', { kind: 'busy', status: 429 }, { kind: 'busy', status: 429, retryAfter: '7' }),
  ],
  raw: all(
    'unknown',
    { kind: 'raw', pieces: [{ text: 'HTTP/1.1 2' }], taken: true },
    { kind: 'raw', pieces: [{ text: 'SSH-2.0-OpenSSH_9.9\r\n' }], taken: true },
  ),
  verdicts: [
    ...all(
      'usual',
      { kind: 'verdicts', change: 'reverse' },
      { kind: 'verdicts', change: 'with-plus' },
      { kind: 'verdicts', change: 'without-nulls' },
      { kind: 'verdicts', change: 'add-stranger' },
    ),
    ...all(
      'unclear',
      { kind: 'verdicts', change: 'omit-last' },
      { kind: 'verdicts', change: 'repeat-first' },
      { kind: 'verdicts', change: 'contradict-first' },
    ),
  ],
  hang: [],
  'slow-headers': [],
  'slow-body': [],
};

export const faultCases: readonly FaultCase[] = Object.values(byKind).flat();

/** Faults after which the connection is as good as before: no other is opened for the next case. */
export const harmless: ReadonlySet<Fault['kind']> = new Set<Fault['kind']>([
  'none',
  'delay',
  'hold',
  'truncate',
  'garbage',
  'html',
  'redirect',
  'answer',
  'busy',
  'verdicts',
]);

/** After these nothing comes any more. What is known then: nothing. */
export const silentFaults: readonly Fault[] = [
  { kind: 'hang' },
  { kind: 'hang', taken: true },
  { kind: 'slow-headers', everyMilliseconds: 60_000 },
  { kind: 'slow-body', everyMilliseconds: 60_000 },
  { kind: 'half-answer', end: 'keep' },
];
