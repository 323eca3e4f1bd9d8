/**
 * One question about one text that Clickatell took: what became of it, what it cost, or whether it can be stopped. Asking is
 * harmless and can be repeated; what is learnt changes a state only where the table knows a change for it.
 */
import { assertNever } from '../../../shared/errors.ts';
import type {
  ChargeResult,
  DeliveryReport,
  Gateway,
  GatewayContext,
  NoAnswer,
  StatusResult,
} from '../ports.ts';
import { orNoAnswer, questionContext } from '../question.ts';

/** A text that the gateway gave an id when it took it. */
export interface TakenText {
  readonly id: number;
  readonly providerId: string;
}

export interface QuestionParts {
  readonly gateway: Pick<Gateway, 'status' | 'stop' | 'charge'>;
  readonly readKey: GatewayContext['readKey'];
  /** Writes down what is certain; answers with the ids that changed. */
  readonly report: (reports: readonly DeliveryReport[]) => Promise<readonly number[]>;
  /** Ends the question early. */
  readonly signal?: AbortSignal | undefined;
}

type Status = Extract<StatusResult, { kind: 'status' }>;

export type StatusAnswer =
  /** `changed`: the text is in another state now. */
  (Status & { readonly changed: boolean }) | NoAnswer | { readonly kind: 'not-offered' };

/**
 * What an answer means for the state of a text; undefined where it changes nothing. Only an end is an end: a text that waits
 * or is with the network stays *Taken by Clickatell*, and one that the gateway no longer knows proves nothing either way.
 */
export function reportOf(messageId: number, status: Status): DeliveryReport | undefined {
  switch (status.meaning) {
    case 'delivered':
      return { messageId, event: 'report-delivered' };
    case 'undelivered':
    case 'expired':
    case 'stopped':
      return {
        messageId,
        event: 'report-undelivered',
        errorCode: status.meaning,
        errorText: status.code,
      };
    case 'waiting':
    case 'at-gateway':
    case 'gone':
      return undefined;
    default:
      return assertNever(status.meaning);
  }
}

/**
 * Asks what became of a text, or asks to stop it (`delmsg`), and writes down an end. The answer to both is where the text is
 * now: a text that was to be stopped and comes back `at-gateway` was not stopped.
 *
 * @throws only what `report` throws (the disk); everything else is an answer
 */
export async function askStatus(
  question: 'status' | 'stop',
  text: TakenText,
  parts: QuestionParts,
): Promise<StatusAnswer> {
  const ask = parts.gateway[question]?.bind(parts.gateway);
  if (ask === undefined) return { kind: 'not-offered' };
  const answer = await orNoAnswer(ask(text.providerId, questionContext(parts.readKey, parts.signal)));
  if (answer.kind !== 'status') return answer;
  const report = reportOf(text.id, answer);
  const changed = report === undefined ? [] : await parts.report([report]);
  return { ...answer, changed: changed.includes(text.id) };
}

/** What a text cost. Undefined where the gateway cannot tell. Never rejects. */
export async function askCharge(
  text: TakenText,
  parts: Omit<QuestionParts, 'report'>,
): Promise<ChargeResult | undefined> {
  const asked = parts.gateway.charge?.(text.providerId, questionContext(parts.readKey, parts.signal));
  return asked === undefined ? undefined : orNoAnswer(asked);
}
