/**
 * The second part of the pictures in docs/screens/: what a person sets, sees and decides about texts that wait. From the real
 * application, with a line that is down for a while. `npm run screens`; look at them afterwards.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { translate } from '../../shared/i18n/translate.ts';
import { succeed } from './bridge.ts';
import { liveKey, openQuickSend, setUpLive } from './fixture.ts';
import { startGateway } from './gateway.ts';
import { launch } from './launch.ts';
import { directory, picture, settle, show, themes, threeLooks } from './pictures.ts';
import { findTray } from './tray.ts';

mkdirSync(directory, { recursive: true });
const files = mkdtempSync(join(tmpdir(), 'outtray-screens-'));
const file = join(files, 'clients.csv');
const clients = Array.from({ length: 48 }, (_, index) => `Client ${index};082 555 ${String(1000 + index)}`);
writeFileSync(
  file,
  `Name;Mobile\n${clients.join('\n')}\nLena;082 555 1001\nTom;082 555 1001\nClient 3;0825551003\nStopped;082 555 2000\nShort;082 55\nNone;\n`,
);

const gateway = await startGateway({ key: liveKey });
const application = await launch({
  arguments: [`--gateway=${gateway.url}`],
  environment: { OUTTRAY_LIST_FILE: file },
});
try {
  const main = await setUpLive(application);
  const tray = await findTray(application.pid);
  const submit = (to: string, body: string, more: object = {}) =>
    succeed(main, 'sending.submit', { submissionId: randomUUID(), recipients: [to], body, ...more });

  // What goes out before the line goes down: asked about again further below.
  for (const index of [0, 5, 7]) await submit(`082 555 ${1000 + index}`, 'We are closed on Friday.');
  await expect.poll(async () => (await gateway.taken()).length, { timeout: 20_000 }).toBe(3);
  await succeed(main, 'settings.change', { askAfterOutageMinutes: 1, repeatGuardHours: 24, undoSeconds: 8 });
  await gateway.line('down');
  const downSince = Date.now();
  for (let index = 0; index < 8; index += 1) {
    await submit(`083 555 ${String(2000 + index)}`, `Your appointment is on Tuesday at ${9 + index}:30.`);
  }

  await show(main, 'numbers');
  await succeed(main, 'numbers.optOut', { text: '082 555 2000' });
  await succeed(main, 'numbers.optOut', { text: '083 555 0142\n084 555 0123\n072 555 0199' });
  await main.getByLabel(translate('numbers.addLabel')).fill('071 555 0110\nMrs Naidoo');
  await main.getByRole('button', { name: translate('numbers.add'), exact: true }).click();
  await expect(main.getByText(translate('numbers.notUnderstood', { count: 1 }))).toBeVisible();
  await threeLooks(main, 'do-not-text');

  await show(main, 'list');
  await main.getByRole('button', { name: translate('lists.choose') }).click();
  await main.getByText(translate('lists.leftOutTitle', { count: 3 })).click();
  await main.getByLabel(translate('lists.message')).fill('We are closed on Friday.');
  await threeLooks(main, 'list');
  await main.getByRole('button', { name: translate('lists.send', { count: 48 }) }).click();
  const asked = main.getByText(translate('lists.repeats', { count: 3, hours: 24 }));
  await expect(asked).toBeVisible();
  await threeLooks(main, 'list-repeats', asked);
  await main
    .getByRole('button', { name: translate('lists.repeatsLeaveOut', { count: 3, rest: 45 }) })
    .click();
  await expect(main.getByText(translate('lists.sealedWhy', { name: 'clients.csv' }))).toBeVisible();
  await picture(main, 'list-taken-back-in-time');
  await main.keyboard.press('Control+z');
  await expect(main.getByText(translate('lists.takenBack'))).toBeVisible();
  await main.getByRole('button', { name: translate('lists.discard') }).click();

  const rule = { from: '2026-01-05', until: null, time: '08:00', zone: 'Africa/Johannesburg' };
  const body = 'Your repeat prescription can be collected.';
  const written = { recipients: ['082 555 0101', '083 555 0142'], body, bestBeforeMinutes: 240 };
  await succeed(main, 'recurring.create', {
    ...written,
    rule: { ...rule, repeat: { every: 'week', interval: 1, days: [1, 4] } },
  });
  const second = await succeed(main, 'recurring.create', {
    ...written,
    body: 'Please water the plants at the front desk.',
    rule: { ...rule, repeat: { every: 'month-weekday', interval: 1, weekday: 5, nth: -1 } },
  });
  await succeed(main, 'recurring.stop', { id: second.id });
  await show(main, 'recurring');
  await main.getByLabel(translate('recurring.chosen', { count: 0 })).check();
  await main.getByText(translate('recurring.nextAll', { count: 4 })).click();
  await threeLooks(main, 'repeating');
  await main
    .getByRole('button', { name: translate('recurring.edit') })
    .first()
    .click();
  await threeLooks(main, 'repeating-form');

  await show(main, 'settings');
  await succeed(main, 'schedule.chooseHolidays', { country: 'ZA', region: null });
  const { quietHours } = await succeed(main, 'settings.read', undefined);
  const night = [
    { from: 0, to: 480 },
    { from: 1080, to: 1440 },
  ];
  const week = [night, night, night, night, night, [{ from: 0, to: 1440 }], [{ from: 0, to: 1440 }]];
  const party = { from: '2026-12-18', to: '2026-12-18', everyYear: true, name: 'Staff party' };
  await succeed(main, 'settings.change', { quietHours: { ...quietHours, week, closed: [party] } });
  await threeLooks(main, 'settings-time', main.getByRole('heading', { name: translate('schedule.title') }));
  await threeLooks(
    main,
    'settings-holidays',
    main.getByText(translate('schedule.holidays'), { exact: true }),
  );
  await threeLooks(main, 'settings-data', main.getByRole('heading', { name: translate('care.title') }));

  // Quiet all day: said before sending.
  const allDay = week.map(() => [{ from: 0, to: 1440 }]);
  await succeed(main, 'settings.change', { quietHours: { week: allDay, closed: [] } });
  const quickSend = await openQuickSend(application, tray);
  const looks = async (name: string): Promise<void> => {
    for (const theme of themes) {
      await quickSend.emulateMedia({ colorScheme: theme });
      await picture(quickSend, `${name}-${theme}`);
    }
    await quickSend.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    await picture(quickSend, `${name}-mirrored`);
    await quickSend.evaluate(() => document.documentElement.removeAttribute('dir'));
    await quickSend.emulateMedia({ colorScheme: null });
  };
  await quickSend.getByLabel(translate('quick.to'), { exact: true }).fill('082 123 4567');
  await quickSend.getByLabel(translate('quick.message'), { exact: true }).fill('The doctor is ill today.');
  await looks('quick-send-quiet');
  await quickSend.getByRole('button', { name: translate('quick.quietAnyway') }).click();
  await looks('quick-send-quiet-reason');
  await succeed(main, 'settings.change', { publicHolidays: null, quietHours, undoSeconds: 30 });
  await expect(quickSend.getByText(translate('quick.quietReason'))).toBeHidden();
  await quickSend.getByRole('button', { name: translate('quick.send', { count: 1 }) }).click();
  await expect(quickSend.getByRole('button', { name: translate('quick.undo') })).toBeVisible();
  await looks('quick-send-undo');
  await quickSend.keyboard.press('Control+z');
  await settle(quickSend);
  await quickSend.keyboard.press('Escape');
  await tray.click(translate('tray.open'));

  await show(main, 'outbox');
  await main.getByRole('option').first().click();
  await expect(main.getByText(translate('detail.story'))).toBeVisible();
  await threeLooks(main, 'outbox-waiting-detail');
  await main.keyboard.press('Escape');

  // The line has been down for longer than what is asked about.
  await expect
    .poll(() => Date.now() - downSince, { timeout: 120_000, intervals: [1_000] })
    .toBeGreaterThan(75_000);
  await gateway.line('up');
  await expect
    .poll(async () => await succeed(main, 'sending.backOnline', undefined), {
      timeout: 200_000,
      intervals: [1_000],
    })
    .not.toBeNull();
  await expect(main.getByText(/8/).first()).toBeVisible();
  await threeLooks(main, 'back-online');
} finally {
  await application.dispose();
  await gateway.stop();
  rmSync(files, { recursive: true, force: true });
}
if (application.problems().length > 0) {
  console.error(application.problems().join('\n'));
  process.exit(1);
}
process.exit(0);
