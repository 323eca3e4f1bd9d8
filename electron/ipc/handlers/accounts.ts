import { failure, success } from '../../../shared/errors.ts';
import { accountView } from '../../core/accounts.ts';
import type { Handlers } from '../register.ts';
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
    'accounts.change': async ({ id, label, transport, serverAddress, settings, isDefault }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      const changed = await workspace.accounts.change(id, {
        ...(label === undefined ? {} : { label }),
        ...(transport === undefined ? {} : { transport }),
        ...(serverAddress === undefined ? {} : { serverAddress }),
        ...(settings === undefined ? {} : { settings }),
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
  };
}
