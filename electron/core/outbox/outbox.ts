/**
 * What the rest of the program does with the outbox. Every change tells the windows and wakes the dispatcher, so that
 * no caller can forget either.
 */

import type {
  DeliveryReport,
  NewMessage,
  OutboxStore,
  Priority,
  SubmitResult,
  UndoResult,
} from '../ports.ts';

export interface OutboxParts {
  readonly store: OutboxStore;
  /** Something may be due, in any account. */
  readonly wake: () => void;
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
    accountId: number,
    messages: readonly NewMessage[],
    clearsDraft: string | undefined,
    priority: Priority = 0,
  ): Promise<SubmitResult> {
    const result = await this.#parts.store.submit({ id, accountId, messages, clearsDraft, priority });
    this.#changed(result.messageIds);
    return result;
  }

  async cancel(messageId: number): Promise<'cancelled' | 'requested' | 'too-late'> {
    const outcome = await this.#parts.store.cancel(messageId);
    this.#changed([messageId]);
    return outcome;
  }

  /** Takes back what was just sent, where it has not left yet. */
  async undo(submissionId: string): Promise<UndoResult> {
    const result = await this.#parts.store.undo(submissionId);
    this.#changed(result.undone);
    return result;
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

  /** What became of texts that Clickatell took. Answers with those whose state changed. */
  async report(reports: readonly DeliveryReport[]): Promise<readonly number[]> {
    const changed = await this.#parts.store.report(reports);
    if (changed.length > 0) this.#parts.onMessagesChanged(changed);
    return changed;
  }

  #changed(ids: readonly number[]): void {
    this.#parts.onMessagesChanged(ids);
    this.#parts.wake();
  }
}
