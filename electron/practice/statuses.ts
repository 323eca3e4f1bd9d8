/**
 * Where a text is. The numbers are those of Developers' Central (`querymsg`, callbacks); the Platform uses the same as
 * plain integers.
 *
 * Of the names the Platform gives them, `DELIVERED_TO_GATEWAY` and `RECEIVED_BY_RECIPIENT` are known from Clickatell's own
 * clients. How it spells the others could not be found: they are made here from the words of Developers' Central.
 */
export type StatusCode = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14;

export interface StatusWords {
  readonly name: string;
  readonly description: string;
}

export const statuses: Readonly<Record<StatusCode, StatusWords>> = {
  1: { name: 'MESSAGE_UNKNOWN', description: 'Message unknown' },
  2: { name: 'MESSAGE_QUEUED', description: 'Message queued' },
  3: { name: 'DELIVERED_TO_GATEWAY', description: 'Delivered to gateway' },
  4: { name: 'RECEIVED_BY_RECIPIENT', description: 'Received by recipient' },
  5: { name: 'ERROR_WITH_MESSAGE', description: 'Error with message' },
  6: { name: 'USER_CANCELLED_MESSAGE', description: 'User cancelled message delivery' },
  7: { name: 'ERROR_DELIVERING_MESSAGE', description: 'Error delivering message' },
  8: { name: 'RECEIVED_BY_GATEWAY', description: 'Message received by gateway' },
  9: { name: 'ROUTING_ERROR', description: 'Routing error' },
  10: { name: 'MESSAGE_EXPIRED', description: 'Message expired' },
  11: { name: 'MESSAGE_SCHEDULED', description: 'Message queued for later delivery' },
  12: { name: 'OUT_OF_CREDIT', description: 'Out of credit' },
  13: { name: 'CANCELLED_BY_CLICKATELL', description: 'Message cancelled by Clickatell staff' },
  14: { name: 'MAXIMUM_MT_LIMIT_EXCEEDED', description: 'Maximum MT limit exceeded' },
};

/** Nothing follows these. 003 is not among them, although without receipts from the handset it stays for ever. */
export const finalStatuses: ReadonlySet<StatusCode> = new Set([4, 5, 6, 7, 9, 10, 12, 13, 14]);

/** `004` */
export function threeDigits(code: number): string {
  return String(code).padStart(3, '0');
}
