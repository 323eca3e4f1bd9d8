/**
 * What the rest of the program does with the outbox. Every change tells the windows and wakes the dispatcher, so that
 * no caller can forget either.
 */

import type { NewMessage, OutboxStore, SubmitResult } from '../ports.ts';
import type { Dispatcher } from './dispatcher.ts';

export interface OutboxParts {
  readonly store: OutboxStore;
  readonly dispatcher: Dispatcher;
  readonly accountId: number;
  readonly newRef: () => string;
  readonly onMessagesChanged: (ids: readonly number[]) => void;
}

export class Outbox {
  readonly #parts: OutboxParts;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Resolves when every text is on disk. The same submission id again is the same submission. */
  async submit(
    id: string,
    messages: readonly NewMessage[],
    clearsDraft: string | undefined,
  ): Promise<SubmitResult> {
    const result = await this.#parts.store.submit({
      id,
      accountId: this.#parts.accountId,
      messages,
      clearsDraft,
    });
    this.#changed(result.messageIds);
    return result;
  }

  async cancel(messageId: number): Promise<'cancelled' | 'requested' | 'too-late'> {
    const outcome = await this.#parts.store.cancel(messageId);
    this.#changed([messageId]);
    return outcome;
  }

  async resolveDoubt(messageId: number, decision: 'arrived' | 'send-again' | 'drop'): Promise<void> {
    if (decision === 'send-again') {
      const again = await this.#parts.store.sendAgain(messageId, this.#parts.newRef());
      this.#changed([messageId, again]);
      return;
    }
    await this.#parts.store.resolveDoubt(messageId, decision);
    this.#changed([messageId]);
  }

  async decideLate(messageId: number, decision: 'send' | 'drop'): Promise<void> {
    await this.#parts.store.decideLate(messageId, decision);
    this.#changed([messageId]);
  }

  async pause(): Promise<void> {
    await this.#parts.dispatcher.pause({ reason: 'person', until: undefined, text: '' });
  }

  async resume(): Promise<void> {
    await this.#parts.dispatcher.resume();
  }

  /** A new key ends a pause that the old one caused; a person's own pause stays. */
  async keyChanged(): Promise<void> {
    const sending = this.#parts.dispatcher.sending();
    if (sending.state === 'paused' && sending.reason === 'person') return;
    await this.#parts.dispatcher.resume();
  }

  #changed(ids: readonly number[]): void {
    this.#parts.onMessagesChanged(ids);
    this.#parts.dispatcher.wake();
  }
}
