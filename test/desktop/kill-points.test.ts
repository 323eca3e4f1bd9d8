/**
 * `kill -9` at every named point of a send. The real application, killed as a power cut or the task manager would, and
 * what the gateway received held against what the outbox says afterwards: nothing lost, nothing sent twice, and what may
 * have gone out is marked.
 *
 * Points on the wire are reached by a proxy between the application and the gateway, so nothing in the application
 * knows about them: four texts stand at one of them each, and a fifth waits, when one kill ends them all. Points around
 * the two commits are reached by stopping the process there (`OUTTRAY_HALT_AT`), which a packaged program does not do.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { SendPoint } from '../../electron/core/outbox/dispatcher.ts';
import { type MessageRow, maxPageSize } from '../../shared/ipc/contract.ts';
import { type ProxyPoint, startTcpProxy } from '../contract/tcp-proxy.ts';
import type { DevToolsPage } from '../reliability/dev-tools-page.ts';
import { KillableApplication } from '../reliability/killable-application.ts';
import { succeed } from './bridge.ts';
import { eventually } from './eventually.ts';
import { startGateway } from './gateway.ts';
import { launch, sendAtOnce } from './launch.ts';

const rounds = Number(process.env.OUTTRAY_ROUNDS ?? 10);
const key = 'q7Zt-kill-points-Vh3mXw==';

interface KillPoint {
  readonly name: string;
  /** Undefined: it waits, because as many as may be are under way. */
  readonly wire?: ProxyPoint;
  /** State after the restart, and after sending has had its chance. */
  readonly state: MessageRow['state'];
  /** Complete requests the gateway has received for this text in the end. */
  readonly arrivals: 0 | 1;
}

/** Points that one kill passes. */
interface Kill {
  readonly halt?: SendPoint;
  readonly points: readonly KillPoint[];
}

const kills: readonly Kill[] = [
  {
    points: [
      // First, since it may take the connection that what waited went out on; the next one needs a connection of its own.
      { name: 'after half of the body', wire: 'half-body', state: 'in_doubt', arrivals: 0 },
      { name: 'after the connection was made', wire: 'connected', state: 'in_doubt', arrivals: 0 },
      { name: 'after the whole body', wire: 'request', state: 'in_doubt', arrivals: 1 },
      { name: 'after the headers of the answer', wire: 'answer-headers', state: 'in_doubt', arrivals: 1 },
      { name: 'after the text was taken into the outbox', state: 'accepted', arrivals: 1 },
    ],
  },
  {
    halt: 'claim-committed',
    points: [{ name: 'after the claim was committed', state: 'in_doubt', arrivals: 0 }],
  },
  {
    halt: 'before-close-commit',
    points: [{ name: 'before the closing commit', state: 'in_doubt', arrivals: 1 }],
  },
  {
    halt: 'after-close-commit',
    points: [{ name: 'after the closing commit', state: 'accepted', arrivals: 1 }],
  },
];
const points = kills.flatMap((kill) => kill.points);

test(`kill -9 at every point of a send, ${rounds} rounds each`, async () => {
  test.setTimeout(rounds * 60_000 + 60_000);
  const possible = kills.filter(
    ({ halt }) => process.env.OUTTRAY_EXECUTABLE === undefined || halt === undefined,
  );
  // Two at a time: a start waits half of its time.
  const left = [...possible];
  const lane = async (): Promise<void> => {
    for (let kill = left.shift(); kill !== undefined; kill = left.shift()) await killRepeatedly(kill);
  };
  await Promise.all([lane(), lane()]);
});

async function killRepeatedly({ halt, points }: Kill): Promise<void> {
  const gateway = await startGateway({ key });
  const proxy = await startTcpProxy({ port: Number(new URL(gateway.url).port) });
  const userData = mkdtempSync(join(tmpdir(), 'outtray-kill-'));
  sendAtOnce(userData);
  const start = (): KillableApplication =>
    KillableApplication.start({
      userData,
      gateway: proxy.url,
      environment: halt === undefined ? {} : { OUTTRAY_HALT_AT: halt },
    });
  let application: KillableApplication | undefined;
  try {
    application = start();
    const first = await application.page();
    await first.call('credentials.set', { key, allowWeakStore: true });
    await application.quit();

    for (let round = 1; round <= rounds; round += 1) {
      application = start();
      const page = await application.page();
      // What the last kill left waiting goes out first, undisturbed.
      await eventually('what waited is sent', async () => {
        const { counts } = await page.call('app.status', undefined);
        return counts.waiting === 0 && counts.sending === 0 ? true : undefined;
      });
      for (const point of points) {
        proxy.stopAt(point.wire);
        // A process that stands still at its claim no longer answers the window: the text is on disk all the same.
        const answered = submit(page, bodyOf(round, point));
        answered.catch(() => undefined);
        if (halt === undefined) await answered;
        else await application.prints(`halted at ${halt}`);
        if (point.wire !== undefined) await proxy.reached(point.wire);
      }
      await application.kill();
      page.close();
      proxy.stopAt(undefined);
      proxy.release();
      await proxy.idle();
    }
    await account(userData, proxy.url, gateway, points);
  } catch (error) {
    const where = halt ?? 'the wire';
    throw new Error(`${where}: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    await application?.kill();
    await proxy.close();
    await gateway.stop();
    rmSync(userData, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Starts it once more, lets it send what it will, and holds what it says against what arrived. */
async function account(
  userData: string,
  gatewayUrl: string,
  gateway: Pick<Awaited<ReturnType<typeof startGateway>>, 'taken'>,
  points: readonly KillPoint[],
): Promise<void> {
  const application = await launch({ userData, arguments: [`--gateway=${gatewayUrl}`] });
  try {
    const page = await application.window('main');
    await expect
      .poll(
        async () => {
          const { counts, sending } = await succeed(page, 'app.status', undefined);
          return [sending.state, counts.waiting, counts.sending];
        },
        { timeout: 20_000 },
      )
      .toEqual(['running', 0, 0]);
    const rows: MessageRow[] = [];
    for (let before: number | null = null; ; ) {
      const { rows: some }: { readonly rows: readonly MessageRow[] } = await succeed(page, 'messages.page', {
        view: 'history',
        before,
        limit: maxPageSize,
      });
      rows.push(...some);
      before = some.at(-1)?.id ?? null;
      if (some.length < maxPageSize) break;
    }
    // What really arrived, told by the gateway alone.
    const arrivals = new Map<string, number>();
    for (const { content } of await gateway.taken()) arrivals.set(content, (arrivals.get(content) ?? 0) + 1);
    const seen = rows.map(({ preview, state }) => [preview, state, arrivals.get(preview) ?? 0]);
    const wanted = Array.from({ length: rounds }, (_, index) =>
      points.map((point) => [bodyOf(index + 1, point), point.state, point.arrivals]),
    ).flat();
    // None lost, none made up, none sent twice, each in the state that is known of it.
    expect(seen.reverse()).toEqual(wanted);
    expect(application.problems()).toEqual([]);
  } finally {
    await application.dispose();
  }
}

test('every point of a send is among them', () => {
  expect(points).toHaveLength(8);
  expect(new Set(points.map(({ name }) => name)).size).toBe(8);
});

const bodyOf = (round: number, { name }: KillPoint): string => `round ${round}, ${name}`;

async function submit(page: DevToolsPage, body: string): Promise<void> {
  await page.call('sending.submit', {
    submissionId: randomUUID(),
    recipients: ['+27821234567'],
    body,
  });
}
