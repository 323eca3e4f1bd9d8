import { failure, success } from '../../../shared/errors.ts';
import { accountView } from '../../core/accounts.ts';
import { askCoverage } from '../../core/question.ts';
import type { Handlers } from '../register.ts';
import { unansweredView } from './no-answer.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `accounts.${string}`>>;

export function accountHandlers(services: Services): Group {
  const views = () => (services.workspace()?.accounts.list() ?? []).map(accountView);
  return {
    'accounts.list': () => success(views()),
    'accounts.create': ({ label, family }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      return success(accountView(workspace.accounts.create(label, family)));
    },
    'accounts.change': async ({
      id,
      label,
      transport,
      serverAddress,
      settings,
      ratePerMinute,
      isDefault,
    }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      const changed = await workspace.accounts.change(id, {
        ...(label === undefined ? {} : { label }),
        ...(transport === undefined ? {} : { transport }),
        ...(serverAddress === undefined ? {} : { serverAddress }),
        ...(settings === undefined ? {} : { settings }),
        ...(ratePerMinute === undefined ? {} : { ratePerMinute }),
        ...(isDefault === undefined ? {} : { isDefault }),
      });
      return changed.ok ? success(accountView(changed.value)) : changed;
    },
    'accounts.remove': async ({ id }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      const removed = await workspace.accounts.remove(id);
      return removed.ok ? success(views()) : removed;
    },
    'accounts.coverage': async ({ id, recipient }) => {
      const runner = services.workspace()?.accounts.get(id);
      if (runner === undefined) return failure('no-account');
      const rules = await services.textRules();
      const number = rules.understand(recipient, services.settings().country);
      if (number.kind === 'invalid') return failure('recipient-invalid', { position: 1 });
      const answer = await askCoverage(number.e164, runner.gateway, () => runner.credentials.readKey());
      if (answer === undefined) return failure('question-not-offered');
      if (answer.kind === 'no-answer') return success(unansweredView(answer));
      return success({
        kind: 'coverage',
        covered: answer.covered,
        recipientDisplay: number.display,
        credits: answer.credits ?? null,
      });
    },
  };
}
