/** What became of a text: `GET /public-client/message/status?messageId=`. */
import type { NoAnswer, StatusResult } from '../../core/ports.ts';
import { type Answer, judgeByStatus, judgeWholeRefusal, speaksForItself } from '../answer.ts';
import { oneLine } from '../server-words.ts';
import { asIdentifier, type JsonObject, readObject, wordedError } from './platform-decode.ts';
import { platformError } from './platform-errors.ts';
import { meaningOfStatus, meaningOfStatusWord } from './status-codes.ts';

/** Whether an id can stand in a query: what the gateway gave us has been checked the same way. */
export function isMessageId(providerId: string): boolean {
  return asIdentifier(providerId) !== undefined;
}

/**
 * Only `status` is known of the answer (seen in three independent clients), and of its words only two for certain; the number
 * beside it in callbacks is that of Developers' Central, and counts where it is given. A word nobody has described is passed on
 * as no answer, in the gateway's own words, rather than guessed at.
 *
 * @param providerId the id that was asked about: an answer that names another is not about it
 * @param now ms UTC
 */
export function decodeStatusAnswer(answer: Answer, providerId: string, now: number): StatusResult {
  const document = readObject(answer.bodyText);
  if (document !== undefined && !isAbout(document, providerId))
    return noAnswer('the answer is about another text');
  if (document !== undefined && answer.status >= 200 && answer.status <= 207) {
    const word = typeof document.status === 'string' ? oneLine(document.status) : '';
    const meaning = meaningOfStatus(codeOf(document.statusCode)) ?? meaningOfStatusWord(word);
    if (meaning !== undefined) {
      return { kind: 'status', meaning, code: word || String(document.statusCode) };
    }
    if (word !== '') return noAnswer(`status ${word}`);
  }
  const error = document === undefined ? undefined : wordedError(document);
  const row = platformError(error?.code, error?.text);
  if (row?.meaning === 'unknown-message') return { kind: 'status', meaning: 'gone', code: error?.code ?? '' };
  if (error !== undefined && speaksForItself(answer.status)) {
    const { pause } = judgeWholeRefusal(error, row, false, answer, now);
    return { ...noAnswer(error.text), pause };
  }
  const { pause, outcome } = judgeByStatus(answer, error, error?.text, now);
  return { ...noAnswer('text' in outcome ? outcome.text : ''), pause };
}

function isAbout({ messageId, apiMessageId }: JsonObject, providerId: string): boolean {
  return [messageId, apiMessageId].every(
    (id) => typeof id !== 'string' || id.toLowerCase() === providerId.toLowerCase(),
  );
}

function noAnswer(text: string): NoAnswer {
  return { kind: 'no-answer', text };
}

function codeOf(value: unknown): string | undefined {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : undefined;
}
