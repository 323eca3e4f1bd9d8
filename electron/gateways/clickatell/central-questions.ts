/** Reads the answers to what can be asked of Developers' Central. Nothing is sent by any of it, so nothing is in doubt. */
import type { ChargeResult, CheckResult, CoverageResult, NoAnswer, StatusResult } from '../../core/ports.ts';
import {
  type Answer,
  judgeByStatus,
  judgeWholeRefusal,
  speaksForItself,
  type WordedError,
} from '../answer.ts';
import { oneLine } from '../server-words.ts';
import { readNamed, readOk, readOnlyError } from './central-answer.ts';
import { centralError } from './central-errors.ts';
import { meaningOfStatus } from './status-codes.ts';

/** `Credit: 12.50` from five clients, `Credits: 123.00` in the documents. Credits have no currency. */
export function decodeBalance(answer: Answer): CheckResult {
  const error = readOnlyError(answer.bodyText);
  if (error !== undefined && speaksForItself(answer.status)) {
    const pause = centralError(error.code, error.text)?.pause;
    const why = pause === 'key-rejected' || pause === 'ip-blocked' ? pause : 'unexpected';
    return { kind: 'failed', why, text: error.text };
  }
  const match = /^\s*Credits?:\s*(-?\d+(?:\.\d+)?)\s*$/i.exec(answer.bodyText);
  if (answer.status === 200 && match !== null) {
    return { kind: 'works', balance: Number(match[1]), currency: undefined };
  }
  const text = `HTTP ${answer.status} without a balance`;
  if (answer.status === 401) return { kind: 'failed', why: 'key-rejected', text };
  // 407 and 511 are only ever said by something between us and the gateway (RFC 9110 §15.5.8, RFC 6585 §6).
  const proxy = answer.status === 407 || answer.status === 511;
  return { kind: 'failed', why: proxy ? 'proxy' : 'unexpected', text };
}

/**
 * `ID: … Status: 004` of `querymsg` and `delmsg`; an old capture has the number on a line of its own in front, and words
 * behind. The answer must be about the text asked for.
 *
 * @param now ms UTC
 */
export function decodeStatus(answer: Answer, providerId: string, now: number): StatusResult {
  const error = readOnlyError(answer.bodyText);
  if (error !== undefined) return gone(error) ?? noAnswer(answer, error, now);
  const code = readNamed(answer.bodyText, /status/);
  const meaning = meaningOfStatus(code);
  if (answer.status === 200 && code !== undefined && isAbout(answer, providerId)) {
    if (meaning !== undefined) return { kind: 'status', meaning, code };
    return { kind: 'no-answer', text: oneLine(`status ${code}`) };
  }
  return noAnswer(answer, undefined, now);
}

/** `apiMsgId: … charge: 1 status: 002`, or the same with `ID` and capitals. */
export function decodeCharge(answer: Answer, providerId: string, now: number): ChargeResult {
  const error = readOnlyError(answer.bodyText);
  if (error !== undefined) return noAnswer(answer, error, now);
  const charge = readNamed(answer.bodyText, /charge/);
  if (
    answer.status === 200 &&
    charge !== undefined &&
    /^\d+(\.\d+)?$/.test(charge) &&
    isAbout(answer, providerId)
  ) {
    return {
      kind: 'charge',
      credits: Number(charge),
      code: readNamed(answer.bodyText, /status/) ?? '',
    };
  }
  return noAnswer(answer, undefined, now);
}

/** An error without a number is the answer "not covered"; one with a number answers nothing. */
export function decodeCoverage(answer: Answer, now: number): CoverageResult {
  const error = readOnlyError(answer.bodyText);
  if (error !== undefined && error.code === undefined && answer.status === 200) {
    return { kind: 'coverage', covered: false, credits: undefined, text: error.text };
  }
  const words = readOk(answer.bodyText);
  if (error === undefined && words !== undefined && words !== '' && answer.status === 200) {
    const charge = readNamed(words, /charge/);
    const credits = charge !== undefined && /^\d+(\.\d+)?$/.test(charge) ? Number(charge) : undefined;
    return { kind: 'coverage', covered: true, credits, text: oneLine(words) };
  }
  return noAnswer(answer, error, now);
}

function isAbout(answer: Answer, providerId: string): boolean {
  return readNamed(answer.bodyText, /(?:apiMsg)?ID/)?.toLowerCase() === providerId.toLowerCase();
}

function gone(error: WordedError): StatusResult | undefined {
  return centralError(error.code)?.meaning === 'unknown-message'
    ? { kind: 'status', meaning: 'gone', code: error.code ?? '' }
    : undefined;
}

function noAnswer(answer: Answer, error: WordedError | undefined, now: number): NoAnswer {
  const { outcome, pause } =
    error !== undefined && speaksForItself(answer.status)
      ? judgeWholeRefusal(error, centralError(error.code, error.text), false, answer, now)
      : judgeByStatus(answer, error, error?.text, now);
  return { kind: 'no-answer', text: 'text' in outcome ? outcome.text : '', pause };
}
