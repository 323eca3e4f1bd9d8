/** The messages that were taken, for questions about them later. */
import { type LifeEvent, statusAt } from './life-cycle.ts';
import { finalStatuses, type StatusCode } from './statuses.ts';

export type ApiFamily = 'platform' | 'central';

export interface MessageRecord {
  readonly apiMessageId: string;
  readonly family: ApiFamily;
  /** One for each request, told in the callbacks of the Platform. */
  readonly requestId: string;
  readonly clientMessageId: string | undefined;
  /** Digits. */
  readonly to: string;
  readonly from: string | undefined;
  readonly life: readonly LifeEvent[];
  /** In the currency of the account; credits of Developers' Central. */
  readonly charge: number;
  /** Developers' Central: bits 1 intermediate, 2 final, 4 error. */
  readonly callbackMask: number;
}

/** As `GET messages` of the remote control tells it. */
export interface MessageView {
  readonly apiMessageId: string;
  readonly clientMessageId: string | undefined;
  readonly to: string;
  readonly status: StatusCode;
  readonly charge: number;
}

export class MessageStore {
  readonly #capacity: number;
  readonly #byId = new Map<string, MessageRecord>();
  /** The latest under each. */
  readonly #byClientId = new Map<string, string>();
  readonly #cancelled = new Set<string>();

  /** @param capacity the oldest are forgotten beyond so many */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(record: MessageRecord): void {
    this.#byId.set(record.apiMessageId, record);
    if (record.clientMessageId !== undefined)
      this.#byClientId.set(record.clientMessageId, record.apiMessageId);
    if (this.#byId.size > this.#capacity) {
      const [oldest] = this.#byId.values();
      if (oldest !== undefined) this.#forget(oldest);
    }
  }

  find(apiMessageId: string): MessageRecord | undefined {
    return this.#byId.get(apiMessageId);
  }

  findByClientId(clientMessageId: string): MessageRecord | undefined {
    return this.find(this.#byClientId.get(clientMessageId) ?? '');
  }

  statusOf(record: MessageRecord, now: number): StatusCode {
    return this.#cancelled.has(record.apiMessageId) ? 6 : statusAt(record.life, now);
  }

  /** What it cost. Expired and cancelled texts are free. */
  chargeOf(record: MessageRecord, now: number): number {
    const status = this.statusOf(record, now);
    return status === 6 || status === 10 ? 0 : record.charge;
  }

  /** False when it is on its way already: only what waits can be stopped. */
  cancel(record: MessageRecord, now: number): boolean {
    const status = this.statusOf(record, now);
    if (finalStatuses.has(status) || (status !== 2 && status !== 11)) return false;
    this.#cancelled.add(record.apiMessageId);
    return true;
  }

  views(now: number): readonly MessageView[] {
    return [...this.#byId.values()].map((record) => ({
      apiMessageId: record.apiMessageId,
      clientMessageId: record.clientMessageId,
      to: record.to,
      status: this.statusOf(record, now),
      charge: this.chargeOf(record, now),
    }));
  }

  #forget(record: MessageRecord): void {
    this.#byId.delete(record.apiMessageId);
    this.#cancelled.delete(record.apiMessageId);
    if (
      record.clientMessageId !== undefined &&
      this.#byClientId.get(record.clientMessageId) === record.apiMessageId
    )
      this.#byClientId.delete(record.clientMessageId);
  }
}
