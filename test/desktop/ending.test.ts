/**
 * R16: every way in which the program, or a part of it, can end while texts are under way. Each text arrives at most once,
 * none is lost, and what is not known is told.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import Sqlite from 'better-sqlite3';
import { translate } from '../../shared/i18n/translate.ts';
import { change } from '../reliability/chaos.ts';
import { sendingIsQueuedAgain } from '../reliability/rules-broken-on-purpose.ts';
import { succeed } from './bridge.ts';
import { expect, openMain, setUpLive, test } from './fixture.ts';
import type { Gateway } from './gateway.ts';
import type { Application } from './launch.ts';
import { focusedWindow, pressKeys } from './screen.ts';
import { findTray } from './tray.ts';

/** Three texts at a gateway that has them and does not answer. */
async function sendHeld(gateway: Gateway, main: Page): Promise<void> {
  await gateway.script([{ kind: 'hold' }, { kind: 'hold' }, { kind: 'hold' }]);
  for (const number of ['1', '2', '3']) {
    await succeed(main, 'sending.submit', {
      submissionId: randomUUID(),
      recipients: [`+2782123456${number}`],
      body: `text ${number}`,
    });
  }
  await gateway.reached('body', { request: 3 });
}

const statesOf = async (main: Page): Promise<readonly string[]> =>
  (await succeed(main, 'messages.page', { view: 'history', before: null, limit: 10 })).rows.map(
    ({ state }) => state,
  );

/** Of every text, as the file has it: the window may be gone. */
function statesOnDisk(application: Application): readonly string[] {
  const database = new Sqlite(join(application.userData, 'live', 'outbox.db'), { readonly: true });
  try {
    return database.prepare('SELECT state FROM message').pluck().all() as string[];
  } finally {
    database.close();
  }
}

/** How often each text reached the gateway whole. */
async function arrivals(gateway: Gateway): Promise<Readonly<Record<string, number>>> {
  const times: Record<string, number> = {};
  for (const { body, points } of await gateway.sendRequests()) {
    if (!points.includes('body')) continue;
    const { content } = JSON.parse(body) as { content: string };
    times[content] = (times[content] ?? 0) + 1;
  }
  return times;
}
const once = { 'text 1': 1, 'text 2': 1, 'text 3': 1 };

/** Process ids of the program's children whose command line matches. */
function children(application: Application, pattern: RegExp): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const command = readFileSync(join('/proc', name, 'cmdline'), 'utf8').replaceAll('\0', ' ');
        return command.includes(application.userData) && pattern.test(command);
      } catch {
        return false;
      }
    })
    .map(Number);
}

test.describe('the whole program ends', () => {
  for (const [name, signal] of [
    ['log-off (SIGTERM)', 'SIGTERM'],
    ['a closed terminal (SIGHUP)', 'SIGHUP'],
    ['Ctrl+C (SIGINT)', 'SIGINT'],
  ] as const) {
    test(`${name}: what was under way is maybe sent, and not sent again`, async ({ gateway, start }) => {
      const application = await start();
      await sendHeld(gateway, await setUpLive(application));
      process.kill(application.pid, signal);
      expect(await application.ended({ timeout: 20_000 })).toBe(0);
      await application.restart();
      const main = await openMain(application);
      expect(await statesOf(main)).toEqual(['in_doubt', 'in_doubt', 'in_doubt']);
      expect(await arrivals(gateway)).toEqual(once);
    });
  }

  test('Quit, answered in time: nothing is in doubt', async ({ gateway, start }) => {
    const application = await start();
    await sendHeld(gateway, await setUpLive(application));
    const tray = await findTray(application.pid);
    await tray.click(translate('tray.quit'));
    await expect.poll(async () => (await focusedWindow())?.title).toBe(translate('dialog.quit.title'));
    await pressKeys('Return');
    await gateway.release();
    expect(await application.ended({ timeout: 20_000 })).toBe(0);
    await application.restart();
    expect(await statesOf(await openMain(application))).toEqual(['accepted', 'accepted', 'accepted']);
    expect(await arrivals(gateway)).toEqual(once);
  });

  test('control: with "sending is queued again" between end and start the texts arrive twice', async ({
    gateway,
    start,
  }) => {
    const application = await start();
    await sendHeld(gateway, await setUpLive(application));
    await application.kill();
    change(join(application.userData, 'live', 'outbox.db'), sendingIsQueuedAgain);
    expect(statesOnDisk(application)).toEqual(['queued', 'queued', 'queued']);
    await application.restart();
    await openMain(application);
    await expect
      .poll(async () => Math.max(...Object.values(await arrivals(gateway))), { timeout: 20_000 })
      .toBe(2);
  });
});

test.describe('a part of the program ends', () => {
  for (const [name, pattern] of [
    ['a window', /--type=renderer/],
    ['the graphics process', /--type=gpu-process/],
    ['a utility process', /--type=utility/],
  ] as const) {
    test(`${name}: sending goes on, each text once`, async ({ gateway, start }) => {
      const application = await start();
      await sendHeld(gateway, await setUpLive(application));
      const ended = children(application, pattern);
      expect(ended.length).toBeGreaterThan(0);
      for (const pid of ended) process.kill(pid, 'SIGKILL');
      await gateway.release();
      await expect.poll(() => statesOnDisk(application)).toEqual(['accepted', 'accepted', 'accepted']);
      // The window that was killed here is the one thing that may be complained of.
      const problems = application.problems() as string[];
      if (name === 'a window') await expect.poll(() => problems.length).toBeGreaterThan(0);
      expect(problems.filter((problem) => !problem.endsWith(' crashed'))).toEqual([]);
      problems.length = 0;
      await application.quit();
      await application.restart();
      expect(await statesOf(await openMain(application))).toEqual(['accepted', 'accepted', 'accepted']);
      expect(await arrivals(gateway)).toEqual(once);
    });
  }
});
