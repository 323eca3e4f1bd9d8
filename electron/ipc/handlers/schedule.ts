import { withHolidays } from '../../../shared/domain/holidays.ts';
import { closedDayAt } from '../../../shared/domain/quiet-hours.ts';
import { upcoming } from '../../../shared/domain/recurrence.ts';
import { failure, type Result, success } from '../../../shared/errors.ts';
import type { Input } from '../../../shared/ipc/contract.ts';
import { maxRecurringTexts, type RecurringTextView } from '../../../shared/ipc/schedule-methods.ts';
import { compose } from '../../core/compose.ts';
import type { NewRecurringText, RecurringText } from '../../core/ports.ts';
import type { Handlers } from '../register.ts';
import type { OpenWorkspace, Services, TextRules } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `schedule.${string}` | `recurring.${string}`>>;

/** How many of the next moments are told. */
const mostNext = 5;

export function scheduleHandlers(services: Services): Group {
  return {
    'schedule.window': () => {
      const now = services.now();
      const zone = services.timeZone();
      const { quietHours, publicHolidays } = services.settings();
      const hours = withHolidays(quietHours, publicHolidays);
      const { open, changesAt } = services.calendar.windowAt(now);
      const closedDay = open ? undefined : closedDayAt(hours, now, zone)?.name;
      return success({
        open,
        changesAt: changesAt ?? null,
        closedDay: closedDay === undefined || closedDay === '' ? null : closedDay,
        zone,
      });
    },
    'schedule.holidayRegions': async ({ country }) => {
      const { known, regions } = await services.holidays.regions(country);
      return success({ known, regions: [...regions] });
    },
    'schedule.chooseHolidays': async ({ country, region }) => {
      if (country === null) return success(await services.changeSettings({ publicHolidays: null }));
      const publicHolidays = await services.holidays.find({ country, region });
      if (publicHolidays === null) return failure('not-found');
      return success(await services.changeSettings({ publicHolidays }));
    },
    'recurring.list': async () => {
      const workspace = services.workspace();
      if (workspace === undefined) return success([]);
      const rules = await services.textRules();
      return success(
        workspace.recurrences.list().map((text) => view(text, workspace, rules, services.now())),
      );
    },
    'recurring.preview': ({ rule }) =>
      success({ next: upcoming(rule, services.now(), mostNext).map(({ at }) => at) }),
    'recurring.create': async (written) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      if (workspace.recurrences.list().length >= maxRecurringTexts)
        return failure('too-many', { most: maxRecurringTexts });
      const read = await understand(services, workspace, written);
      if (!read.ok) return read;
      const created = workspace.recurrences.create(read.value, services.now());
      workspace.recurring.wake();
      return success(view(created, workspace, await services.textRules(), services.now()));
    },
    'recurring.change': async ({ id, ...written }) => {
      const workspace = services.workspace();
      if (workspace === undefined || !workspace.recurrences.list().some((text) => text.id === id))
        return failure('not-found');
      const read = await understand(services, workspace, written);
      if (!read.ok) return read;
      const changed = workspace.recurrences.change(id, read.value, services.now());
      workspace.recurring.wake();
      return success(view(changed, workspace, await services.textRules(), services.now()));
    },
    'recurring.stop': ({ id }) => {
      services.workspace()?.recurrences.stop(id, services.now());
      return success(undefined);
    },
    'recurring.resume': ({ id }) => {
      const workspace = services.workspace();
      const text = workspace?.recurrences.list().find((one) => one.id === id);
      // Its account may be gone by now: it needs another one first.
      if (text !== undefined && workspace?.accounts.get(text.accountId) === undefined)
        return failure('no-account');
      workspace?.recurrences.resume(id, services.now());
      workspace?.recurring.wake();
      return success(undefined);
    },
    'recurring.remove': ({ id }) => {
      services.workspace()?.recurrences.remove(id);
      return success(undefined);
    },
  };
}

/** The same reading as a text that is sent by hand, so that nothing is found out only when it falls due. */
async function understand(
  services: Services,
  workspace: OpenWorkspace,
  written: Input<'recurring.create'>,
): Promise<Result<NewRecurringText>> {
  const runner = workspace.accounts.get(written.accountId);
  if (runner === undefined) return failure('no-account');
  const rules = await services.textRules();
  const { country } = services.settings();
  const composed = compose(written.recipients, written.body, written.options ?? {}, {
    understand: (input) => rules.understand(input, country),
    countParts: (text, given) => rules.countMessage(text, given, runner.account.family),
    newRef: services.newRef,
    carries: runner.gateway.capabilities.options ?? [],
    now: services.now(),
  });
  if (!composed.ok) return composed;
  const [first] = composed.value;
  if (first === undefined || written.options?.deliverAt !== undefined) return failure('option-invalid');
  return success({
    accountId: runner.account.id,
    recipients: composed.value.map(({ recipient }) => recipient),
    body: first.body,
    parts: first.parts,
    encoding: first.encoding,
    options: first.options ?? {},
    rule: written.rule,
    bestBeforeMinutes: written.bestBeforeMinutes,
  });
}

function view(
  text: RecurringText,
  { accounts }: OpenWorkspace,
  rules: TextRules,
  now: number,
): RecurringTextView {
  const account = accounts.get(text.accountId)?.account;
  return {
    id: text.id,
    account: { id: text.accountId, label: account?.label ?? '' },
    recipients: text.recipients.map((e164) => ({ e164, display: rules.display(e164) })),
    body: text.body,
    parts: text.parts,
    options: text.options,
    rule: text.rule,
    bestBeforeMinutes: text.bestBeforeMinutes,
    stopped: text.stopped,
    missed: text.missed,
    // A day has one: changed to a later hour, today's does not go a second time.
    next: text.stopped
      ? []
      : upcoming(text.rule, now, mostNext + 1)
          .filter(({ day }) => day !== text.lastDay)
          .slice(0, mostNext)
          .map(({ at }) => at),
  };
}
