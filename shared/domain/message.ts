/** States of a message and what they mean. The transition table is `electron/core/outbox/state.ts`. */

export const messageStates = [
  'queued',
  'sending',
  'in_doubt',
  'needs_decision',
  'accepted',
  'delivered',
  'undelivered',
  'status_unknown',
  'rejected',
  'expired',
  'cancelled',
  'abandoned',
] as const;
export type MessageState = (typeof messageStates)[number];

/** States in which a text still needs us or a person: what the outbox shows. */
export const openStates = [
  'queued',
  'sending',
  'in_doubt',
  'needs_decision',
] as const satisfies readonly MessageState[];

/** States that wait for a person. */
export const attentionStates = ['in_doubt', 'needs_decision'] as const satisfies readonly MessageState[];

/** Why an account does not send. `person`: somebody pressed Pause. */
export const accountPauseReasons = [
  'person',
  'key-missing',
  'key-locked',
  'key-rejected',
  'no-credit',
  'ip-blocked',
  'rate-limited',
  'account-problem',
] as const;
export type AccountPauseReason = (typeof accountPauseReasons)[number];

/** Longest body we take, in UTF-16 code units: 35 parts of 153 characters is what Clickatell carries at most. */
export const maxBodyUnits = 5355;

/** Error of a text that was refused on this computer, by the rules of the way it was to go, before anything left. */
export const refusedHere = 'refused-here';

/**
 * Why the line is taken for down: there is none, requests go out and no usable answer comes back, or something answers that is
 * not the gateway, such as a network's log-in page.
 */
export const lineTroubles = ['line', 'doubt', 'strange'] as const;
export type LineTrouble = (typeof lineTroubles)[number];
