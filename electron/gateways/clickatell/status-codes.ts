/**
 * What the status numbers mean, as data: `querymsg` and `getmsgcharge` of Developers' Central, and `statusCode` of the
 * Platform, which reuses them. Written with three digits by the one and without leading zeros by the other.
 */
import type { StatusResult } from '../../core/ports.ts';

type Meaning = Extract<StatusResult, { kind: 'status' }>['meaning'];

const meanings: Readonly<Record<number, Meaning>> = {
  // "The message ID is incorrect or reporting is delayed": the second is what happens to a text just taken.
  1: 'waiting',
  // Queued for redelivery.
  2: 'waiting',
  // Delivered to the upstream gateway. Stays so for good where handsets send no receipts.
  3: 'at-gateway',
  4: 'delivered',
  // Error with the message.
  5: 'undelivered',
  6: 'stopped',
  // Error delivering.
  7: 'undelivered',
  // "OK: message received by gateway": theirs, not the network's.
  8: 'waiting',
  // Routing error.
  9: 'undelivered',
  10: 'expired',
  // Queued for later delivery.
  11: 'waiting',
  // Out of credit.
  12: 'undelivered',
  // Cancelled by Clickatell's staff.
  13: 'stopped',
  // More texts than allowed.
  14: 'undelivered',
};

/** Undefined for what is not one of the numbers. Leading zeros say nothing (008 is eight). */
export function meaningOfStatus(code: string | undefined): Meaning | undefined {
  return code !== undefined && /^\d{1,3}$/.test(code) ? meanings[Number(code)] : undefined;
}
