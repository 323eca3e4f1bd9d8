/** Faults that tests ask for. Each is used up by one request. */
import type { VerdictChange } from './verdicts.ts';

export type Fault = FaultKind & {
  /**
   * Which requests it waits for. Absent or `send`: the next one that sends texts, by whatever way. `messages`: the next
   * `POST /messages`. Or a path: `/http/auth`.
   */
  readonly on?: 'send' | 'messages' | 'balance' | 'any' | `/${string}`;
};

type End = 'close' | 'reset' | 'keep';

type FaultKind =
  /** Nothing: lets one request pass. */
  | { readonly kind: 'none' }
  /** Answers as usual, later. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Answers as usual once `release` is called. */
  | { readonly kind: 'hold' }
  /** TCP reset as soon as the headers are there. */
  | { readonly kind: 'reset-before-body' }
  /** TCP reset once so many bytes of the body were read. */
  | { readonly kind: 'reset-at-byte'; readonly byte: number }
  /** TCP reset once the request was read whole. `taken`: the text was accepted all the same. */
  | { readonly kind: 'reset-after-body'; readonly taken?: boolean }
  /** Accepts the text and closes the connection in an orderly way, without an answer. */
  | { readonly kind: 'drop-answer' }
  /** Accepts the text, sends the headers and the first `bytes` (default: half) of the body, then ends. */
  | { readonly kind: 'half-answer'; readonly bytes?: number; readonly end?: End }
  /** Accepts the text and breaks off after so many bytes of the answer, counted from its status line on. */
  | { readonly kind: 'cut-answer'; readonly byte: number; readonly end?: End }
  /** Accepts the text; the answer is complete HTTP, its body the first `bytes` (default: half) of what it should be. */
  | { readonly kind: 'truncate'; readonly bytes?: number }
  /** Accepts the text; complete HTTP with a body of bytes that mean nothing. */
  | { readonly kind: 'garbage'; readonly bytes?: number; readonly status?: number }
  /** Never answers. */
  | { readonly kind: 'hang'; readonly taken?: boolean }
  /** This answer instead. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly taken?: boolean;
    }
  /** Too busy: 429 or 503, with `Retry-After` (seconds or a date) unless that is absent. */
  | {
      readonly kind: 'busy';
      readonly status: 429 | 503;
      readonly retryAfter?: string;
      readonly taken?: boolean;
    }
  /** A page such as a log-in page, with status 200. */
  | { readonly kind: 'html' }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** These bytes instead of an answer. */
  | {
      readonly kind: 'raw';
      readonly pieces: readonly { readonly text: string; readonly afterMilliseconds?: number }[];
      readonly end?: End;
      readonly taken?: boolean;
    }
  /** A header every so often, without end. */
  | { readonly kind: 'slow-headers'; readonly everyMilliseconds: number }
  /** Accepts the text; the answer comes byte by byte. */
  | { readonly kind: 'slow-body'; readonly everyMilliseconds: number }
  /** Answers as usual and then closes the connection although it had promised to keep it. */
  | { readonly kind: 'close-after-answer'; readonly end?: 'close' | 'reset' }
  /** Accepts the texts and tells about them in another way. */
  | { readonly kind: 'verdicts'; readonly change: VerdictChange };

const kinds: Readonly<Record<FaultKind['kind'], true>> = {
  none: true,
  delay: true,
  hold: true,
  'reset-before-body': true,
  'reset-at-byte': true,
  'reset-after-body': true,
  'drop-answer': true,
  'half-answer': true,
  'cut-answer': true,
  truncate: true,
  garbage: true,
  hang: true,
  answer: true,
  busy: true,
  html: true,
  redirect: true,
  raw: true,
  'slow-headers': true,
  'slow-body': true,
  'close-after-answer': true,
  verdicts: true,
};

/** Undefined when it is not a list of faults. Only the kinds are checked: this comes from our own tests. */
export function readScript(document: unknown): readonly Fault[] | undefined {
  if (!Array.isArray(document)) return undefined;
  const known = document.every((fault: unknown) => {
    if (typeof fault !== 'object' || fault === null || !('kind' in fault)) return false;
    return typeof fault.kind === 'string' && Object.hasOwn(kinds, fault.kind);
  });
  return known ? (document as readonly Fault[]) : undefined;
}

/** Whether a fault waits for a request to this path. */
export function isMeant(fault: Fault, path: string, sendPaths: ReadonlySet<string>): boolean {
  switch (fault.on ?? 'send') {
    case 'send':
      return sendPaths.has(path);
    case 'messages':
      return path === '/messages';
    case 'balance':
      return path === '/public-client/balance';
    case 'any':
      return true;
    default:
      return path === fault.on;
  }
}
