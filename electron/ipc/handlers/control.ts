import { failure, success } from '../../../shared/errors.ts';
import { maxRetriedAtOnce } from '../../../shared/ipc/control-methods.ts';
import { compose } from '../../core/compose.ts';
import type { BalanceReading, EditResult } from '../../core/ports.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `control.${string}`>>;

export function controlHandlers(services: Services): Group {
  return {
    'control.pauseAccount': async ({ id }) => {
      const found = await services.workspace()?.accounts.pauseOne(id);
      return found === true ? success(undefined) : failure('no-account');
    },
    'control.resumeAccount': async ({ id }) => {
      const found = await services.workspace()?.accounts.resumeOne(id);
      return found === true ? success(undefined) : failure('no-account');
    },
    'control.resolveDoubts': async ({ ids, decision }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('not-found');
      return success(await workspace.outbox.resolveDoubts(ids, decision));
    },
    'control.edit': async ({ id, recipient, body }) => {
      const workspace = services.workspace();
      const found = workspace?.messages.detail(id);
      if (workspace === undefined || found === undefined) return failure('not-found');
      const { message } = found;
      const runner = workspace.accounts.get(message.accountId);
      if (runner === undefined) return failure('no-account');
      const rules = await services.textRules();
      const { country } = services.settings();
      const { deliverAt: _, ...options } = message.options;
      const composed = compose([recipient], body, options, {
        understand: (input) => rules.understand(input, country),
        countParts: (text, given) => rules.countMessage(text, given, runner.account.family),
        newRef: services.newRef,
        carries: runner.gateway.capabilities.options ?? [],
        now: services.now(),
      });
      if (!composed.ok) return composed;
      const [text] = composed.value;
      if (text === undefined) return failure('invalid-input');
      return outcome(await workspace.outbox.edit(id, text));
    },
    'control.move': async ({ id, to }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('not-found');
      return outcome(await workspace.outbox.move(id, to));
    },
    'control.failed': async ({ since, submissionId }) => {
      const count = await services.workspace()?.control.failedCount({ since, submissionId });
      return success({ count: count ?? 0, atOnce: maxRetriedAtOnce });
    },
    'control.retryFailed': async ({ since, submissionId }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('not-found');
      const scope = { since, submissionId, limit: maxRetriedAtOnce };
      const { messageIds, left } = await workspace.outbox.retryFailed(scope);
      return success({ made: messageIds.length, left });
    },
    'control.evidence': ({ id }) => {
      const workspace = services.workspace();
      const found = workspace?.messages.detail(id);
      if (workspace === undefined || found === undefined) return failure('not-found');
      const [attempt] = found.attempts
        .filter(({ outcome }) => outcome === 'unknown' || outcome === null)
        .toSorted((a, b) => b.number - a.number);
      if (attempt === undefined)
        return success({ openedAt: null, closedAt: null, together: 0, before: null, after: null });
      const { before, after } = workspace.control.balancesAround(
        found.message.accountId,
        attempt.openedAt,
        attempt.closedAt ?? attempt.openedAt,
      );
      return success({
        openedAt: attempt.openedAt,
        closedAt: attempt.closedAt,
        together: attempt.messages - 1,
        before: view(before),
        after: view(after),
      });
    },
  };
}

function outcome(result: EditResult) {
  return result === 'not-found' ? failure('not-found') : success({ outcome: result });
}

function view(reading: BalanceReading | undefined) {
  return reading === undefined ? null : { ...reading, currency: reading.currency ?? null };
}
