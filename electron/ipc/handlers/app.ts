import { success } from '../../../shared/errors.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `app.${string}`>>;

export function appHandlers(services: Services): Group {
  return {
    'app.status': async () => success(await services.status()),
    'app.window': (_input, caller) => success(services.windows.describe(caller)),
    'app.mark': ({ name }, caller) => {
      services.windows.mark(caller, name);
      return success(undefined);
    },
    'app.openMain': ({ section }) => {
      services.windows.openMain(section);
      return success(undefined);
    },
    'app.openQuickSend': () => {
      services.windows.openQuickSend();
      return success(undefined);
    },
    'app.hideWindow': (_input, caller) => {
      services.windows.hide(caller);
      return success(undefined);
    },
    'app.stretchWindow': ({ by }, caller) => {
      services.windows.stretch(caller, by);
      return success(undefined);
    },
    'app.setMode': async ({ mode }) => {
      await services.setMode(mode);
      return success(await services.status());
    },
    'app.log': ({ level, text }, caller) => {
      services.log[level]('window', { window: caller.kind, said: text });
      return success(undefined);
    },
  };
}
