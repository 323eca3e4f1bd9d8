import type { CheckResult } from '../../core/ports.ts';
import type { Answer } from '../answer.ts';
import { oneLine } from '../server-words.ts';
import { readObject, wordedError } from './platform-decode.ts';
import { platformError } from './platform-errors.ts';

type FailedWhy = Extract<CheckResult, { kind: 'failed' }>['why'];

/**
 * Reads what `GET /public-client/balance` answered: `{"balance":1267.92865,"currency":"ZAR"}`
 * (clickatell.com, "REST API: get account balance"). As with sending, the body speaks before the status.
 */
export function decodeBalanceAnswer(answer: Answer): CheckResult {
  const document = readObject(answer.bodyText);
  const error = document === undefined ? undefined : wordedError(document);
  if (error !== undefined) {
    const pause = platformError(error.code, error.text)?.pause;
    if (pause === 'key-rejected' || pause === 'ip-blocked') return failed(pause, error.text);
    return failed(whyOfStatus(answer.status), error.text);
  }
  if (document !== undefined && answer.status === 200) {
    const balance = asAmount(document.balance);
    if (balance !== undefined) {
      const currency = typeof document.currency === 'string' ? oneLine(document.currency) : undefined;
      return { kind: 'works', balance, currency: currency === '' ? undefined : currency };
    }
  }
  return failed(whyOfStatus(answer.status), `HTTP ${answer.status} without a balance`);
}

function failed(why: FailedWhy, text: string): CheckResult {
  return { kind: 'failed', why, text };
}

function whyOfStatus(status: number): FailedWhy {
  if (status === 401) return 'key-rejected';
  // 407 and 511 are only ever said by something between us and the gateway (RFC 9110 §15.5.8, RFC 6585 §6).
  if (status === 407 || status === 511) return 'proxy';
  return 'unexpected';
}

/** Developers' Central gives the same figure as text; a number in either form is taken. */
function asAmount(value: unknown): number | undefined {
  const amount = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) ? amount : undefined;
}
