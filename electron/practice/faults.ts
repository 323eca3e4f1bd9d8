/** Faults that tests ask for. Each is used up by one request. */
export type Fault = FaultKind & {
  /** Which requests it waits for. Absent: the next `POST /messages`. */
  readonly on?: 'messages' | 'balance' | 'any';
};

type FaultKind =
  /** Nothing: lets one request pass. */
  | { readonly kind: 'none' }
  /** Answers as usual, later. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Answers as usual once `release` is called. */
  | { readonly kind: 'hold' }
  /** TCP reset as soon as the headers are there. */
  | { readonly kind: 'reset-before-body' }
  /** TCP reset once the request was read whole. `taken`: the text was accepted all the same. */
  | { readonly kind: 'reset-after-body'; readonly taken?: boolean }
  /** Accepts the text and closes the connection in an orderly way, without an answer. */
  | { readonly kind: 'drop-answer' }
  /** Accepts the text, sends the headers and the first `bytes` (default: half) of the body, then ends. */
  | { readonly kind: 'half-answer'; readonly bytes?: number; readonly end?: 'close' | 'reset' | 'keep' }
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
  /** A page such as a log-in page, with status 200. */
  | { readonly kind: 'html' }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** These bytes instead of an answer. */
  | {
      readonly kind: 'raw';
      readonly pieces: readonly { readonly text: string; readonly afterMilliseconds?: number }[];
      readonly end?: 'close' | 'reset' | 'keep';
      readonly taken?: boolean;
    }
  /** A header every so often, without end. */
  | { readonly kind: 'slow-headers'; readonly everyMilliseconds: number }
  /** Accepts the texts and tells about them in another way. */
  | { readonly kind: 'verdicts'; readonly change: VerdictChange };

export type VerdictChange =
  | 'reverse'
  | 'omit-last'
  | 'repeat-first'
  | 'contradict-first'
  | 'add-stranger'
  | 'with-plus'
  | 'without-nulls';

const kinds: ReadonlySet<string> = new Set<FaultKind['kind']>([
  'none',
  'delay',
  'hold',
  'reset-before-body',
  'reset-after-body',
  'drop-answer',
  'half-answer',
  'hang',
  'answer',
  'html',
  'redirect',
  'raw',
  'slow-headers',
  'verdicts',
]);

/** Undefined when it is not a list of faults. Only the kinds are checked: this comes from our own tests. */
export function readScript(document: unknown): readonly Fault[] | undefined {
  if (!Array.isArray(document)) return undefined;
  const known = document.every((fault: unknown) => {
    if (typeof fault !== 'object' || fault === null || !('kind' in fault)) return false;
    return typeof fault.kind === 'string' && kinds.has(fault.kind);
  });
  return known ? (document as readonly Fault[]) : undefined;
}

/** Tells the same verdicts in another way. `body` is an answer of `POST /messages`; others come back unchanged. */
export function changeVerdicts(body: string, change: VerdictChange): string {
  const document = JSON.parse(body) as { messages?: Record<string, unknown>[] };
  const { messages } = document;
  const first = messages?.[0];
  if (messages === undefined || first === undefined) return body;
  switch (change) {
    case 'reverse':
      return JSON.stringify({ ...document, messages: messages.toReversed() });
    case 'omit-last':
      return JSON.stringify({ ...document, messages: messages.slice(0, -1) });
    case 'repeat-first':
      return JSON.stringify({ ...document, messages: [...messages, first] });
    case 'contradict-first':
      return JSON.stringify({
        ...document,
        messages: [...messages, { ...first, accepted: false, apiMessageId: null, errorCode: 105 }],
      });
    case 'add-stranger':
      return JSON.stringify({ ...document, messages: [{ ...first, to: '15005550006' }, ...messages] });
    case 'with-plus':
      return JSON.stringify({
        ...document,
        messages: messages.map((message) => ({ ...message, to: `+${String(message.to)}` })),
      });
    case 'without-nulls':
      return JSON.stringify(document, (_name, value: unknown) => (value === null ? undefined : value));
    default:
      return body;
  }
}
