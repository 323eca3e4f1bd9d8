/**
 * What the rest of the program does with the outbox. Every change tells the windows and wakes the dispatcher, so that
 * no caller can forget either.
 */

import type {
  ControlStore,
  DeliveryReport,
  EditedText,
  EditResult,
  NewMessage,
  OutboxStore,
  Priority,
  RetryResult,
  RetryScope,
  SubmitResult,
  UndoResult,
} from '../ports.ts';

export interface OutboxParts {
  readonly store: OutboxStore;
  /** Something may be due, in any account. */
  readonly wake: () => void;
  readonly newRef: () => string;
  readonly control: ControlStore;
  readonly now: () => number;
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
    templateId?: number,
  ): Promise<SubmitResult> {
    const result = await this.#parts.store.submit({
      id,
      accountId,
      messages,
      clearsDraft,
      priority,
      templateId,
    });
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

  /** The same answer for several. Those that were answered, or turned out otherwise, meanwhile are left as they are. */
  async resolveDoubts(
    messageIds: readonly number[],
    decision: 'arrived' | 'send-again' | 'drop',
  ): Promise<{ readonly resolved: number }> {
    let resolved = 0;
    for (const id of messageIds) {
      try {
        await this.resolveDoubt(id, decision);
        resolved += 1;
      } catch (error) {
        // Another answer came first, or a report. Anything else is for the caller.
        const name = error instanceof Error ? error.name : '';
        if (name !== 'StaleTransition' && name !== 'MessageNotFound') throw error;
      }
    }
    return { resolved };
  }

  async edit(messageId: number, text: EditedText): Promise<EditResult> {
    const result = await this.#parts.control.edit(messageId, text);
    if (result === 'edited') this.#changed([messageId]);
    return result;
  }

  /** Before everything that waits for its account, or after it. */
  async move(messageId: number, to: 'first' | 'last'): Promise<EditResult> {
    const result = await this.#parts.control.move(messageId, to);
    if (result === 'edited') this.#changed([messageId]);
    return result;
  }

  /** A new text for each that failed and was not sent again yet. */
  async retryFailed(scope: RetryScope): Promise<RetryResult> {
    const result = await this.#parts.control.retryFailed(scope, this.#parts.newRef, this.#parts.now());
    if (result.messageIds.length > 0) this.#changed([...result.of, ...result.messageIds]);
    return result;
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
