import { type AppErrorCode, assertNever } from '../../../shared/errors.ts';
import type { UnansweredView } from '../../../shared/ipc/contract.ts';
import type { NoAnswer } from '../../core/ports.ts';

/** A question without a usable answer, as one of our sentences and, where there are any, the gateway's own words. */
export function unansweredView({ why, pause, text }: NoAnswer): UnansweredView {
  if (why !== undefined) return { kind: 'no-answer', error: why, words: null };
  return { kind: 'no-answer', error: errorOf(pause?.reason), words: text === '' ? null : text };
}

function errorOf(reason: NonNullable<NoAnswer['pause']>['reason'] | undefined): AppErrorCode {
  switch (reason) {
    case undefined:
    case 'person':
      return 'gateway-unexpected';
    case 'key-missing':
      return 'no-account';
    case 'key-locked':
      return 'secrets-locked';
    case 'key-rejected':
    case 'ip-blocked':
    case 'rate-limited':
      return reason;
    case 'no-credit':
    case 'account-problem':
      return 'account-problem';
    default:
      return assertNever(reason);
  }
}
