/** What becomes of a text that was taken. Pure: the whole life is known when the text is taken, times included. */
import { magicBehaviour } from './magic-numbers.ts';
import type { StatusCode } from './statuses.ts';

export interface LifeEvent {
  /** ms UTC, practice time */
  readonly at: number;
  readonly status: StatusCode;
}

export interface LifePlan {
  /** Digits. */
  readonly to: string;
  readonly takenAt: number;
  /** Absent: at once. */
  readonly deliverAt: number | undefined;
  readonly validMilliseconds: number;
  /** From being taken (or being due) to the network. */
  readonly queueMilliseconds: number;
  /** From the network to the handset. */
  readonly handsetMilliseconds: number;
}

/**
 * In order of time, at least one. Queued for later (011) until due, queued (002), delivered to the gateway (003), then
 * received by the handset (004), or what a magic number says, or expired (010) when the validity is over before.
 */
export function lifeOf(plan: LifePlan): readonly LifeEvent[] {
  const events: LifeEvent[] = [];
  const due = plan.deliverAt ?? plan.takenAt;
  if (due > plan.takenAt) events.push({ at: plan.takenAt, status: 11 });
  if (plan.queueMilliseconds > 0) events.push({ at: due, status: 2 });
  const gateway = due + plan.queueMilliseconds;
  const handset = gateway + plan.handsetMilliseconds;
  const expiry = due + plan.validMilliseconds;

  const behaviour = magicBehaviour(plan.to);
  if (behaviour?.kind === 'ends' && behaviour.status === 9) {
    // Without a route it never comes to a network.
    events.push({ at: gateway, status: 9 });
  } else {
    events.push({ at: gateway, status: 3 });
    if (behaviour?.kind === 'switched-off') events.push({ at: expiry, status: 10 });
    else if (behaviour?.kind !== 'ends') events.push({ at: handset, status: 4 });
    else if (behaviour.status === 10) events.push({ at: Math.min(handset, expiry), status: 10 });
    else if (behaviour.status !== null) events.push({ at: handset, status: behaviour.status });
  }
  const inTime = events.filter((event) => event.at < expiry);
  // What the network has and no handset confirms stays as it is: nobody learns that it expired.
  if (inTime.length < events.length) inTime.push({ at: expiry, status: 10 });
  return inTime;
}

/** The last event that has come. */
export function statusAt(life: readonly LifeEvent[], now: number): StatusCode {
  return life.findLast((event) => event.at <= now)?.status ?? life[0]?.status ?? 1;
}
