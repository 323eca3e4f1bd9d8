import { failure, type Result, success } from '../../../shared/errors.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `care.${string}`>>;

export function careHandlers(services: Services): Group {
  const { care } = services;

  async function understood(
    number: string,
  ): Promise<Result<{ readonly e164: string; readonly display: string }>> {
    const rules = await services.textRules();
    const recipient = rules.understand(number, services.settings().country);
    return recipient.kind === 'valid' ? success(recipient) : failure('recipient-invalid');
  }

  return {
    'care.read': () => success(care.view()),
    'care.dismissIncident': () => {
      care.dismissIncident();
      return success(care.view());
    },
    'care.stop': () => {
      care.stop();
      return success(care.view());
    },
    'care.deleteKept': ({ name }) => {
      care.deleteKept(name);
      return success(care.view());
    },
    'care.backUp': async () => {
      await care.backUp();
      return success(care.view());
    },
    'care.restore': async ({ name }) => success(await care.restore(name)),
    'care.restoreChosen': async () => success((await care.restoreChosen()) ?? null),
    'care.countNumber': async ({ number }) => {
      const recipient = await understood(number);
      if (!recipient.ok) return recipient;
      const { display, e164 } = recipient.value;
      const contacts = services.workspace()?.contacts.namesOf(e164).length ?? 0;
      return success({ display, contacts, ...(await care.countNumber(e164)) });
    },
    'care.eraseNumber': async ({ number }) => {
      const recipient = await understood(number);
      if (!recipient.ok) return recipient;
      const erased = await care.eraseNumber(recipient.value.e164);
      services.workspace()?.contacts.eraseNumber(recipient.value.e164);
      return success(erased);
    },
    'care.exportNumber': async ({ number, format }) => {
      const recipient = await understood(number);
      if (!recipient.ok) return recipient;
      return success((await care.exportNumber(recipient.value.e164, format)) ?? null);
    },
    'care.exportArchive': async ({ passphrase, pause }) =>
      success({ saved: await care.exportArchive(passphrase, pause) }),
    'care.importArchive': async ({ passphrase }) => success((await care.importArchive(passphrase)) ?? null),
  };
}
