import { failure, success } from '../../../shared/errors.ts';
import { compose } from '../../core/compose.ts';
import type { Handlers } from '../register.ts';
import { quickSendDraft } from './draft.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `sending.${string}` | `recipients.${string}`>>;

export function sendingHandlers(services: Services): Group {
  return {
    'recipients.understand': async ({ input }) => {
      const rules = await services.textRules();
      return success(rules.understand(input, services.settings().country));
    },
    'sending.submit': async ({ submissionId, recipients, body, accountId, options }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      const runner = workspace.accounts.get(accountId);
      if (runner === undefined) return failure('no-account');
      const rules = await services.textRules();
      const { country } = services.settings();
      const composed = compose(recipients, body, options ?? {}, {
        understand: (input) => rules.understand(input, country),
        countParts: (text, given) => rules.countMessage(text, given, runner.account.family),
        newRef: services.newRef,
        carries: runner.gateway.capabilities.options ?? [],
        now: services.now(),
      });
      if (!composed.ok) return composed;
      const { messageIds, repeated } = await workspace.outbox.submit(
        submissionId,
        runner.account.id,
        composed.value,
        quickSendDraft,
      );
      return success({ messageIds: [...messageIds], repeated });
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
