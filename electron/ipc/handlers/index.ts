/** All handlers together; the type makes a missing or superfluous one a compile error. */
import type { Handlers } from '../register.ts';
import { accountHandlers } from './accounts.ts';
import { appHandlers } from './app.ts';
import { careHandlers } from './care.ts';
import { contactHandlers } from './contacts.ts';
import { controlHandlers } from './control.ts';
import { credentialHandlers } from './credentials.ts';
import { draftHandlers } from './draft.ts';
import { listHandlers } from './lists.ts';
import { messageHandlers } from './messages.ts';
import { numberHandlers } from './numbers.ts';
import { outageHandlers } from './outage.ts';
import { scheduleHandlers } from './schedule.ts';
import { sendingHandlers } from './sending.ts';
import type { Services } from './services.ts';
import { settingsHandlers } from './settings.ts';
import { templateHandlers } from './templates.ts';

export function createHandlers(services: Services): Handlers {
  return {
    ...accountHandlers(services),
    ...appHandlers(services),
    ...sendingHandlers(services),
    ...outageHandlers(services),
    ...scheduleHandlers(services),
    ...numberHandlers(services),
    ...controlHandlers(services),
    ...draftHandlers(services),
    ...messageHandlers(services),
    ...listHandlers(services),
    ...settingsHandlers(services),
    ...templateHandlers(services),
    ...contactHandlers(services),
    ...careHandlers(services),
    ...credentialHandlers(services),
  };
}
