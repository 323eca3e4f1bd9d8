/** What a call means that brought no answer, for each thing that can be asked. */
import { assertNever } from '../../shared/errors.ts';
import type { CheckResult, NoAnswer, Outcome } from '../core/ports.ts';
import type { HttpResult } from './http.ts';
import { serverWords } from './server-words.ts';

export type Failure = Exclude<HttpResult, { kind: 'answered' }>;

/** For a text: `notSent` only on the doorway's proof. */
export function outcomeOfFailure(failure: Failure): Outcome {
  const text = serverWords(failure.text);
  if (failure.kind === 'unknown') return { kind: 'unknown', why: failure.code, text };
  switch (failure.why) {
    case 'dns':
    case 'connect':
    case 'tls':
    case 'certificate':
    case 'timeout':
      return { kind: 'notSent', why: 'line', text };
    case 'aborted':
    case 'invalid':
      return { kind: 'notSent', why: 'aborted', text };
    default:
      return assertNever(failure.why);
  }
}

/** For the check of a key. */
export function checkOfFailure(failure: Failure): CheckResult {
  const text = serverWords(failure.text);
  if (failure.kind === 'unknown') return { kind: 'failed', why: 'line', text };
  switch (failure.why) {
    case 'certificate':
      return { kind: 'failed', why: 'certificate', text };
    case 'dns':
    case 'connect':
    case 'tls':
    case 'timeout':
      return { kind: 'failed', why: 'line', text };
    case 'aborted':
    case 'invalid':
      return { kind: 'failed', why: 'unexpected', text };
    default:
      return assertNever(failure.why);
  }
}

/** For a question: nothing was sent, so nothing is in doubt. */
export function noAnswerOfFailure(failure: Failure): NoAnswer {
  const certificate = failure.kind === 'notSent' && failure.why === 'certificate';
  return {
    kind: 'no-answer',
    why: certificate ? 'certificate' : 'no-line',
    text: serverWords(failure.text),
  };
}
