import { success } from '../../../shared/errors.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, 'sending.backOnline' | 'sending.sendHeldBack'>;

export function outageHandlers(services: Services): Group {
  return {
    'sending.backOnline': async () => success((await services.workspace()?.accounts.heldBack()) ?? null),
    'sending.sendHeldBack': async () => {
      await services.workspace()?.accounts.sendHeldBack();
      return success(undefined);
    },
  };
}
