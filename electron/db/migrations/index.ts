/** Every migration in order. Numbers leave gaps of ten; a released one is never edited. */
import * as outbox from './0010-outbox.ts';
import * as accountSettings from './0020-account-settings.ts';
import * as draftOptions from './0030-draft-options.ts';
import * as claimOrder from './0040-claim-order.ts';
import * as heldAfterOutage from './0041-held-after-outage.ts';
import * as time from './0050-time.ts';
import * as control from './0060-control.ts';
import * as delivery from './0070-delivery.ts';
import * as dataCare from './0080-data-care.ts';
import * as size from './0090-size.ts';
import * as guards from './0100-guards.ts';
import * as templates from './0110-templates.ts';
import * as claimMark from './0120-claim-mark.ts';
import * as contacts from './0130-contacts.ts';

export interface Migration {
  readonly version: number;
  readonly statements: string;
}

export const migrations: readonly Migration[] = [
  outbox,
  accountSettings,
  draftOptions,
  claimOrder,
  heldAfterOutage,
  time,
  control,
  delivery,
  dataCare,
  size,
  guards,
  templates,
  claimMark,
  contacts,
];
