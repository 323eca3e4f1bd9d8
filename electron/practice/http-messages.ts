/** A complete request, a complete answer, and what came of the one and led to the other. */
import type { TakenMessage } from './state.ts';
import type { VerdictChange } from './verdicts.ts';

export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** As it came, without the question mark. */
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Judgement {
  readonly answer: ApiAnswer;
  /** Every recipient that was judged. */
  readonly taken: readonly TakenMessage[];
  /** The answer is to be lost on the way. */
  readonly dropAnswer: boolean;
  /** The answer is to come late. */
  readonly delayMilliseconds: number;
  /** The same told in another way, when it is an answer with verdicts. */
  readonly tell: ((change: VerdictChange) => ApiAnswer) | undefined;
}

/** An answer, and nothing else that happens. */
export function plain(answer: ApiAnswer): Judgement {
  return { answer, taken: [], dropAnswer: false, delayMilliseconds: 0, tell: undefined };
}

/** The media type of a request's body, without parameters: `application/json`. */
export function mediaType(headers: ApiRequest['headers']): string {
  return (
    String(headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase() ?? ''
  );
}

/** Whether a body is UTF-8 by its media type: when it says so, or says nothing. */
export function isUtf8(headers: ApiRequest['headers']): boolean {
  const [, charset] = /;\s*charset=("?[^\s;"]*"?)/i.exec(String(headers['content-type'] ?? '')) ?? [];
  return charset === undefined || /^("?)utf-8\1$/i.test(charset);
}
