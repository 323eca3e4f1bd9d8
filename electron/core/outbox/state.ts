/**
 * Every change of state a message can make, as data. `db/stores/outbox.ts` applies a change only if the row is still
 * in the state, and at the attempt number, that the change starts from.
 *
 * The one rule behind the table: out of `in_doubt` nothing leads back to `queued` but proof that the request was
 * never taken. Clickatell documents no de-duplication by our reference, so sending again is a person's act and
 * makes a second message.
 */
import type { MessageState } from '../../../shared/domain/message.ts';

export const messageEvents = [
  'claim',
  'accept',
  'reject',
  'prove-not-sent',
  'prove-not-sent-after-cancel',
  'doubt',
  'cancel',
  'hold-late',
  'set-aside',
  'hold-copied',
  'expire',
  'reconcile-accepted',
  'prove-absent',
  'person-arrived',
  'person-send-again',
  'person-drop',
  'person-send-late',
  'report-delivered',
  'report-undelivered',
  'stop-asking',
] as const;
export type MessageEvent = (typeof messageEvents)[number];

export const transitions = {
  queued: {
    claim: 'sending',
    cancel: 'cancelled',
    'hold-late': 'needs_decision',
    // What is stored cannot be read, or the program ends whenever it is claimed. It must not hold up the others.
    'set-aside': 'needs_decision',
    // It comes from a copy (restored, salvaged, moved): it may have gone out since the copy was made.
    'hold-copied': 'needs_decision',
    expire: 'expired',
  },
  sending: {
    accept: 'accepted',
    reject: 'rejected',
    'prove-not-sent': 'queued',
    'prove-not-sent-after-cancel': 'cancelled',
    doubt: 'in_doubt',
  },
  in_doubt: {
    'reconcile-accepted': 'accepted',
    'prove-absent': 'queued',
    'person-arrived': 'accepted',
    'person-send-again': 'abandoned',
    'person-drop': 'abandoned',
  },
  needs_decision: {
    'person-send-late': 'queued',
    'person-drop': 'cancelled',
    expire: 'expired',
  },
  accepted: {
    'report-delivered': 'delivered',
    'report-undelivered': 'undelivered',
    'stop-asking': 'status_unknown',
  },
  status_unknown: {
    'report-delivered': 'delivered',
    'report-undelivered': 'undelivered',
  },
  delivered: {},
  undelivered: {},
  rejected: {},
  expired: {},
  cancelled: {},
  abandoned: {},
} as const satisfies Record<MessageState, Partial<Record<MessageEvent, MessageState>>>;

/** The state an event leads to, or undefined when the table has no such change. */
export function nextState(from: MessageState, event: MessageEvent): MessageState | undefined {
  const row: Partial<Record<MessageEvent, MessageState>> = transitions[from];
  return row[event];
}

/** States that lead nowhere: the row is history. */
export function isFinal(state: MessageState): boolean {
  return Object.keys(transitions[state]).length === 0;
}
