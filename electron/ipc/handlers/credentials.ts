/** The key goes one way. There is a `set`, a `test` and a `forget`; there is no `get`, and there must never be one. */
import { writeCentralLogin } from '../../../shared/domain/central-login.ts';
import { failure, type Result, success } from '../../../shared/errors.ts';
import { translate } from '../../../shared/i18n/translate.ts';
import type { Output } from '../../../shared/ipc/contract.ts';
import type { AccountRunner, Accounts } from '../../core/accounts.ts';
import type { AccountFamily } from '../../core/ports.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `credentials.${string}`>>;

/**
 * No account was named: the default one if it signs in this way, otherwise another that does. At the first start the one
 * account that is there waits for a key.
 */
function accountFor(accounts: Accounts, family: AccountFamily): AccountRunner | undefined {
  return accounts.list().find(({ account }) => account.family === family);
}

/**
 * What no account signs in with needs an account of its own: it takes the place of the empty one if it works, and leaves
 * nothing behind if it does not.
 */
async function setFirst(
  accounts: Accounts,
  family: AccountFamily,
  secret: string,
  allowWeakStore: boolean,
): Promise<Result<Output<'credentials.set'>>> {
  const { account, credentials } = accounts.create(translate('account.firstLabel'), family);
  const result = await credentials.set(secret, allowWeakStore);
  if (!result.ok) {
    await accounts.remove(account.id);
    return result;
  }
  await accounts.change(account.id, { isDefault: true });
  for (const other of accounts.list()) {
    // One whose texts still wait is kept; `remove` sees to that.
    if (other.credentials.isEmpty()) await accounts.remove(other.account.id);
  }
  return success({ check: result.value, credential: credentials.view() });
}

export function credentialHandlers(services: Services): Group {
  async function set(
    family: AccountFamily,
    secret: string,
    allowWeakStore: boolean,
    accountId: number | undefined,
  ): Promise<Result<Output<'credentials.set'>>> {
    // The accounts of practice have numbers of their own: one of them must not mean a live account by accident.
    if (accountId !== undefined && services.workspace()?.mode === 'practice') return failure('practice-key');
    // A key that turns out wrong must not end practice, and must not let texts go that wait in the live outbox.
    return services.withLive(async ({ accounts }) => {
      const runner = accountId === undefined ? accountFor(accounts, family) : accounts.get(accountId);
      if (runner === undefined && accountId === undefined)
        return setFirst(accounts, family, secret, allowWeakStore);
      // A key is not a login: an account takes only what its family asks for.
      if (runner === undefined || runner.account.family !== family) return failure('no-account');
      const result = await runner.credentials.set(secret, allowWeakStore);
      if (!result.ok) return result;
      await accounts.keyChanged(runner.account.id);
      return success({ check: result.value, credential: runner.credentials.view() });
    });
  }

  return {
    'credentials.set': ({ key, allowWeakStore, accountId }) => {
      const trimmed = key.trim();
      // Visible ASCII without spaces is all that a header carries, and all that Clickatell's keys are made of.
      if (trimmed.length < 8 || /[^\x21-\x7e]/.test(trimmed)) return failure('key-malformed');
      return set('platform', trimmed, allowWeakStore, accountId);
    },
    'credentials.setLogin': ({ user, password, apiId, allowWeakStore, accountId }) => {
      return set('central', writeCentralLogin({ user, password, apiId }), allowWeakStore, accountId);
    },
    'credentials.test': async (input) => {
      const runner = services.workspace()?.accounts.get(input?.accountId);
      if (runner === undefined) return failure('no-account');
      const result = await runner.credentials.test();
      // A key that works ends a pause that said it did not.
      if (result.ok) await services.workspace()?.accounts.keyChanged(runner.account.id);
      return result;
    },
    'credentials.forget': (input) => {
      const workspace = services.workspace();
      if (workspace?.mode === 'practice') return failure('practice-key');
      const runner = workspace?.accounts.get(input?.accountId);
      if (runner === undefined) return failure('no-account');
      runner.credentials.forget();
      return success(runner.credentials.view());
    },
  };
}
