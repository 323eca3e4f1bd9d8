/** The key goes one way. There is a `set`, a `test` and a `forget`; there is no `get`, and there must never be one. */
import { failure, success } from '../../../shared/errors.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `credentials.${string}`>>;

export function credentialHandlers(services: Services): Group {
  const live = () => {
    const workspace = services.workspace();
    return workspace?.mode === 'live' ? workspace : undefined;
  };
  return {
    'credentials.set': async ({ key, allowWeakStore }) => {
      if (live() === undefined) await services.setMode('live');
      const workspace = live();
      if (workspace === undefined) return failure('no-account');
      const result = await workspace.credentials.set(key, allowWeakStore);
      if (!result.ok) return result;
      // Whatever stopped the account may have been the old key.
      await workspace.outbox.keyChanged();
      return success({ check: result.value, credential: workspace.credentials.view() });
    },
    'credentials.test': async () => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      return workspace.credentials.test();
    },
    'credentials.forget': () => {
      const workspace = live();
      if (workspace === undefined) return failure('no-account');
      workspace.credentials.forget();
      return success(workspace.credentials.view());
    },
  };
}
