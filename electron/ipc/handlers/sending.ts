import { nearlySame } from '../../../shared/domain/near-same.ts';
import { failure, type Result, success } from '../../../shared/errors.ts';
import type { Input } from '../../../shared/ipc/contract.ts';
import { compose } from '../../core/compose.ts';
import type { Template } from '../../core/ports.ts';
import type { Handlers } from '../register.ts';
import { quickSendDraft } from './draft.ts';
import type { Services } from './services.ts';

type Group = Pick<
  Handlers,
  Exclude<
    Extract<keyof Handlers, `sending.${string}` | `recipients.${string}`>,
    'sending.backOnline' | 'sending.sendHeldBack'
  >
>;

/** Earlier texts to a number that a new one is compared with. */
const mostCompared = 20;

interface Timing {
  readonly sendAt: number | undefined;
  readonly notBefore: number | undefined;
  readonly bestBefore: number | undefined;
  readonly quietOverride: string | undefined;
}

/** Times that contradict each other, or the clock, are found before anything is taken. */
export function readTiming(
  when: Pick<Input<'sending.submit'>, 'sendAt' | 'bestBefore' | 'quietReason'>,
  deliverAt: number | undefined,
  undoSeconds: number,
  now: number,
): Result<Timing> {
  const { sendAt, bestBefore, quietReason } = when;
  if (sendAt !== undefined && sendAt <= now) return failure('time-passed');
  const leaves = sendAt ?? now;
  if (bestBefore !== undefined && bestBefore <= leaves) return failure('time-passed');
  if (deliverAt !== undefined && deliverAt <= leaves) return failure('time-passed');
  return success({
    sendAt,
    // A time that was asked for can be thought over until then.
    notBefore: sendAt === undefined && undoSeconds > 0 ? now + undoSeconds * 1_000 : undefined,
    bestBefore,
    quietOverride: quietReason,
  });
}

/** What a template says of how long its text makes sense counts from when it is to leave. */
function withBestBefore<T extends Pick<Input<'sending.submit'>, 'sendAt' | 'bestBefore'>>(
  when: T,
  template: Template | undefined,
  now: number,
): T {
  const minutes = template?.bestBeforeMinutes;
  if (minutes === undefined || when.bestBefore !== undefined) return when;
  return { ...when, bestBefore: (when.sendAt ?? now) + minutes * 60_000 };
}

export function sendingHandlers(services: Services): Group {
  return {
    'recipients.understand': async ({ input }) => {
      const rules = await services.textRules();
      const understood = rules.understand(input, services.settings().country);
      if (understood.kind !== 'valid') return success(understood);
      const names = services.workspace()?.contacts.namesOf(understood.e164) ?? [];
      return success(
        names.length === 0 ? understood : { ...understood, name: names.join(', ').slice(0, 200) },
      );
    },
    'sending.submit': async ({
      submissionId,
      recipients,
      body,
      accountId,
      options,
      repeatConfirmed,
      templateId,
      ...when
    }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      const runner = workspace.accounts.get(accountId);
      if (runner === undefined) return failure('no-account');
      const rules = await services.textRules();
      const { country, undoSeconds, repeatGuardHours } = services.settings();
      const now = services.now();
      const template = templateId === undefined ? undefined : workspace.templates.get(templateId);
      const timing = readTiming(withBestBefore(when, template, now), options?.deliverAt, undoSeconds, now);
      if (!timing.ok) return timing;
      const composed = compose(recipients, body, options ?? {}, {
        understand: (input) => rules.understand(input, country),
        countParts: (text, given) => rules.countMessage(text, given, runner.account.family),
        newRef: services.newRef,
        carries: runner.gateway.capabilities.options ?? [],
        now,
      });
      if (!composed.ok) return composed;
      const numbers = composed.value.map(({ recipient }) => recipient);
      if (workspace.numbers.optedOut(numbers).size > 0) return failure('opted-out');
      const since = now - repeatGuardHours * 3_600_000;
      const wentLately = (recipient: string): boolean =>
        workspace.numbers
          .since(recipient, since, mostCompared, submissionId)
          .some((earlier) => nearlySame(earlier.body, body));
      if (repeatGuardHours > 0 && repeatConfirmed !== true && numbers.some(wentLately))
        return failure('already-texted');
      const { messageIds, repeated } = await workspace.outbox.submit(
        submissionId,
        runner.account.id,
        composed.value.map((message) => ({ ...message, ...timing.value })),
        quickSendDraft,
        0,
        template?.id,
      );
      const window = services.calendar.windowAt(Math.max(when.sendAt ?? 0, now));
      return success({
        messageIds: [...messageIds],
        repeated,
        undoUntil: repeated ? null : (timing.value.notBefore ?? null),
        heldUntil: window.open || when.quietReason !== undefined ? null : (window.changesAt ?? null),
      });
    },
    'sending.undo': async ({ submissionId }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('not-found');
      const { undone, tooLate } = await workspace.outbox.undo(submissionId);
      return success({ undone: undone.length, tooLate, messageIds: [...undone] });
    },
    'sending.pause': async () => {
      await services.workspace()?.accounts.pause();
      return success(await services.status());
    },
    'sending.resume': async () => {
      await services.workspace()?.accounts.resume();
      return success(await services.status());
    },
  };
}
