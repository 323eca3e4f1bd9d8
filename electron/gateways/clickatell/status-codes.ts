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

/**
 * The names of the same numbers. Two of them were seen in answers of the Platform (`DELIVERED_TO_GATEWAY` and
 * `RECEIVED_BY_RECIPIENT`); the others are the words of the table of Developers' Central, which its callbacks spell like this.
 * Several spellings each, since none is certain; all of one number mean the same.
 */
const numberOfWords: Readonly<Record<string, number>> = {
  MESSAGE_UNKNOWN: 1,
  MESSAGE_QUEUED: 2,
  QUEUED: 2,
  QUEUED_FOR_REDELIVERY: 2,
  DELIVERED_TO_GATEWAY: 3,
  RECEIVED_BY_RECIPIENT: 4,
  ERROR_WITH_MESSAGE: 5,
  USER_CANCELLED: 6,
  USER_CANCELLED_MESSAGE: 6,
  USER_CANCELLED_MESSAGE_DELIVERY: 6,
  ERROR_DELIVERING: 7,
  ERROR_DELIVERING_MESSAGE: 7,
  MESSAGE_RECEIVED_BY_GATEWAY: 8,
  RECEIVED_BY_GATEWAY: 8,
  ROUTING_ERROR: 9,
  EXPIRED: 10,
  MESSAGE_EXPIRED: 10,
  MESSAGE_QUEUED_FOR_LATER_DELIVERY: 11,
  MESSAGE_SCHEDULED: 11,
  QUEUED_FOR_LATER_DELIVERY: 11,
  OUT_OF_CREDIT: 12,
  CANCELLED_BY_CLICKATELL: 13,
  MESSAGE_CANCELLED_BY_CLICKATELL_STAFF: 13,
  MAXIMUM_MT_LIMIT_EXCEEDED: 14,
};

/** Undefined for a word that is not in the table. Letter case, and what stands between words, say nothing. */
export function meaningOfStatusWord(word: string): Meaning | undefined {
  const name = word.toUpperCase().replaceAll(/[^A-Z]+/g, '_');
  return Object.hasOwn(numberOfWords, name) ? meanings[numberOfWords[name] ?? 0] : undefined;
}
