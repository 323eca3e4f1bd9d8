import type { MessageState } from '../../shared/domain/message.ts';
import type { IconName } from './icons.ts';

export type Tone = 'quiet' | 'active' | 'good' | 'attention' | 'bad';

/** How a state looks, the same everywhere. The word is `state.<state>` in the catalogue. */
export const stateLook: Readonly<Record<MessageState, { readonly icon: IconName; readonly tone: Tone }>> = {
  queued: { icon: 'waiting', tone: 'quiet' },
  sending: { icon: 'sending', tone: 'active' },
  in_doubt: { icon: 'maybe', tone: 'attention' },
  needs_decision: { icon: 'decision', tone: 'attention' },
  accepted: { icon: 'accepted', tone: 'quiet' },
  delivered: { icon: 'delivered', tone: 'good' },
  undelivered: { icon: 'undelivered', tone: 'bad' },
  status_unknown: { icon: 'noNews', tone: 'quiet' },
  rejected: { icon: 'rejected', tone: 'bad' },
  expired: { icon: 'expired', tone: 'quiet' },
  cancelled: { icon: 'cancelled', tone: 'quiet' },
  abandoned: { icon: 'dropped', tone: 'quiet' },
};
