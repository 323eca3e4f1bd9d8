/**
 * `kill -9` at every named point of a send. The real application, killed as a power cut or the task manager would, and
 * what the gateway received held against what the outbox says afterwards: nothing lost, nothing sent twice, and what may
 * have gone out is marked.
 *
 * Points on the wire are reached by a proxy between the application and the gateway, so nothing in the application
 * knows about them. Points around the two commits are reached by stopping the process there (`OUTTRAY_HALT_AT`), which a
 * packaged program does not do.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { MessageRow } from '../../shared/ipc/contract.ts';
import { type ProxyPoint, startTcpProxy } from '../contract/tcp-proxy.ts';
import { succeed } from './bridge.ts';
import { eventually } from './eventually.ts';
import { startGateway } from './gateway.ts';
import { type Application, launch } from './launch.ts';

const rounds = Number(process.env.OUTTRAY_ROUNDS ?? 10);
const key = 'q7Zt-kill-points-Vh3mXw==';

interface KillPoint {
  readonly name: string;
  readonly wire?: ProxyPoint;
  readonly halt?: 'claim-committed' | 'before-close-commit' | 'after-close-commit';
  /** Sending is paused, so that the text only waits. */
  readonly paused?: boolean;
  /** State after the restart, and after sending has had its chance. */
  readonly state: MessageRow['state'];
  /** Complete requests the gateway has received for this text in the end. */
  readonly arrivals: 0 | 1;
}

const points: readonly KillPoint[] = [
  { name: 'after the text was taken into the outbox', paused: true, state: 'accepted', arrivals: 1 },
  { name: 'after the claim was committed', halt: 'claim-committed', state: 'in_doubt', arrivals: 0 },
  { name: 'after the connection was made', wire: 'connected', state: 'in_doubt', arrivals: 0 },
  { name: 'after half of the body', wire: 'half-body', state: 'in_doubt', arrivals: 0 },
  { name: 'after the whole body', wire: 'request', state: 'in_doubt', arrivals: 1 },
  { name: 'after the headers of the answer', wire: 'answer-headers', state: 'in_doubt', arrivals: 1 },
  { name: 'before the closing commit', halt: 'before-close-commit', state: 'in_doubt', arrivals: 1 },
  { name: 'after the closing commit', halt: 'after-close-commit', state: 'accepted', arrivals: 1 },
];

for (const point of points) {
  test(`kill -9 ${point.name}, ${rounds} rounds`, async () => {
    test.skip(
      process.env.OUTTRAY_EXECUTABLE !== undefined && point.halt !== undefined,
      'a packaged program has no hooks',
    );
    test.setTimeout(rounds * 20_000 + 30_000);
    const gateway = await startGateway({ key });
    const proxy = await startTcpProxy({ port: Number(new URL(gateway.url).port) });
    const userData = mkdtempSync(join(tmpdir(), 'outtray-kill-'));
    const start = (halt?: string): Promise<Application> =>
      launch({
        userData,
        arguments: [`--gateway=${proxy.url}`],
        environment: { OUTTRAY_HALT_AT: halt },
      });
    let application: Application | undefined;
    try {
      application = await start();
      let page = await application.window('main');
      await succeed(page, 'credentials.set', { key, allowWeakStore: false });
      if (point.paused === true) await succeed(page, 'sending.pause', undefined);
      await application.quit();

      for (let round = 1; round <= rounds; round += 1) {
        application = await start(point.halt);
        page = await application.window('main');
        proxy.stopAt(point.wire);
        const stopped = point.wire === undefined ? undefined : proxy.reached(point.wire);
        // A process that stands still at its claim no longer answers the window: the text is on disk all the same.
        const answered = submit(page, `round ${round}`);
        answered.catch(() => undefined);
        if (point.halt === undefined) await answered;
        else await halted(application, point.halt, round);
        await stopped;
        await application.kill();
        proxy.stopAt(undefined);
        proxy.release();
        await proxy.idle();
      }

      application = await start();
      page = await application.window('main');
      if (point.paused === true) await succeed(page, 'sending.resume', undefined);
      await settled(page);
      const { rows } = await succeed(page, 'messages.page', { view: 'history', before: null, limit: 200 });
      // None lost, none made up, each in the state that is known of it.
      expect(rows.map((row) => row.preview)).toEqual(
        Array.from({ length: rounds }, (_, index) => `round ${rounds - index}`),
      );
      expect(rows.map((row) => row.state)).toEqual(rows.map(() => point.state));

      // What really arrived, told by the gateway alone.
      const taken = await gateway.taken();
      const arrivals = new Map<string, number>();
      for (const text of taken) arrivals.set(text.content, (arrivals.get(text.content) ?? 0) + 1);
      for (let round = 1; round <= rounds; round += 1) {
        expect([round, arrivals.get(`round ${round}`) ?? 0]).toEqual([round, point.arrivals]);
      }
      expect(application.problems()).toEqual([]);
    } finally {
      await application?.dispose();
      await proxy.close();
      await gateway.stop();
      rmSync(userData, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

async function submit(page: Page, body: string): Promise<void> {
  await succeed(page, 'sending.submit', {
    submissionId: randomUUID(),
    recipients: ['+27821234567'],
    body,
  });
}

/** The process says so, and then stands still for ever. */
async function halted(application: Application, point: string, round: number): Promise<void> {
  await eventually(`halted at ${point} in round ${round}`, () =>
    application.output().includes(`halted at ${point}`) ? true : undefined,
  );
}

/** Nothing waits and nothing is under way any more. */
async function settled(page: Page): Promise<void> {
  await expect
    .poll(
      async () => {
        const { counts, sending } = await succeed(page, 'app.status', undefined);
        return [sending.state, counts.waiting, counts.sending];
      },
      { timeout: 20_000 },
    )
    .toEqual(['running', 0, 0]);
}
