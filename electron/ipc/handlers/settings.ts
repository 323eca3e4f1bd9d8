import { success } from '../../../shared/errors.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `settings.${string}`>>;

export function settingsHandlers(services: Services): Group {
  return {
    'settings.read': () => success(services.settings()),
    'settings.change': async (patch) => success(await services.changeSettings(patch)),
  };
}
