/** What every question to a gateway has in common: a time-out, and that it never breaks what asked it. */
import type { CoverageResult, Gateway, GatewayContext, NoAnswer } from './ports.ts';

/** Longest wait for an answer, milliseconds: as long as for the balance, since a person is waiting for both. */
const questionMilliseconds = 45_000;

/** @param signal ends the question early */
export function questionContext(
  readKey: GatewayContext['readKey'],
  signal?: AbortSignal | undefined,
): GatewayContext {
  const late = AbortSignal.timeout(questionMilliseconds);
  return { readKey, signal: signal === undefined ? late : AbortSignal.any([signal, late]) };
}

/** A gateway promises not to reject. If it does all the same, nothing was learnt. */
export async function orNoAnswer<Answer>(answer: Promise<Answer>): Promise<Answer | NoAnswer> {
  try {
    return await answer;
  } catch {
    return { kind: 'no-answer', text: '' };
  }
}

/**
 * Whether the gateway reaches a number, and for how many credits. Undefined where it cannot be asked. Never rejects.
 *
 * @param recipient E.164 with the leading `+`
 */
export async function askCoverage(
  recipient: string,
  gateway: Pick<Gateway, 'coverage'>,
  readKey: GatewayContext['readKey'],
): Promise<CoverageResult | undefined> {
  const asked = gateway.coverage?.(recipient, questionContext(readKey));
  return asked === undefined ? undefined : orNoAnswer(asked);
}
