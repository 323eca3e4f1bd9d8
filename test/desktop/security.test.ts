/**
 * What a window could do if its page were taken over: attacked in the real application. Nothing here may leave the
 * window, open another one, reach the network, or get at anything but the bridge.
 */
import type { Page } from '@playwright/test';
import { test as base, expect } from '@playwright/test';
import fc from 'fast-check';
import * as v from 'valibot';
import { contract, type Method, type WindowKind } from '../../shared/ipc/contract.ts';
import { call, succeed } from './bridge.ts';
import { startGateway } from './gateway.ts';
import { type Application, launch } from './launch.ts';

// Not the common fixture: attacks leave violations in the console, and there they would fail the test.
const test = base.extend<{ application: Application; page: Page }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern
  application: async ({}, use) => {
    const application = await launch();
    await use(application);
    await application.dispose();
  },
  page: async ({ application }, use) => {
    await use(await application.window('main'));
  },
});

test('the page stays: links, scripts and redirects lead nowhere', async ({ application, page }) => {
  const gateway = await startGateway();
  const before = page.url();
  expect(before).toMatch(/^app:\/\/bundle\/index\.html\?window=main/);
  for (const target of [
    gateway.url,
    'https://example.invalid/',
    'file:///etc/passwd',
    'app://other/index.html',
    'app://bundle/assets/',
  ]) {
    await page.evaluate((address) => {
      location.href = address;
    }, target);
    await page.evaluate((address) => {
      const link = document.createElement('a');
      link.href = address;
      link.target = '_blank';
      document.body.append(link);
      link.click();
      link.target = '';
      link.click();
      link.remove();
    }, target);
    expect(await page.evaluate((address) => window.open(address) === null, target)).toBe(true);
  }
  // A page that had gone would no longer answer through our bridge.
  expect((await call(page, 'app.status', undefined)).ok).toBe(true);
  expect(page.url()).toBe(before);
  expect(application.openWindows()).toEqual(['main']);
  expect(await gateway.sendRequests()).toEqual([]);
  await gateway.stop();
});

test('a page that empties itself comes back whole', async ({ application, page }) => {
  await page
    .evaluate(() => {
      location.href = 'about:blank';
    })
    .catch(() => undefined);
  await expect.poll(() => page.isClosed()).toBe(true);
  const again = await application.window('main');
  expect(again.url()).toMatch(/^app:\/\/bundle\/index\.html\?window=main/);
  expect((await call(again, 'app.status', undefined)).ok).toBe(true);
});

test('the network is shut: fetch, sockets, pictures, frames, forms, beacons', async ({ page }) => {
  const gateway = await startGateway();
  const reached = await page.evaluate(async (address) => {
    const tried: Record<string, boolean> = {};
    const picture = (source: string): Promise<boolean> =>
      new Promise((resolve) => {
        const image = new Image();
        image.onload = () => resolve(true);
        image.onerror = () => resolve(false);
        image.src = source;
      });
    tried.fetch = await fetch(address).then(
      () => true,
      () => false,
    );
    tried.picture = await picture(`${address}/a.png`);
    tried.socket = await new Promise<boolean>((resolve) => {
      try {
        const socket = new WebSocket(address.replace('http', 'ws'));
        socket.onopen = () => resolve(true);
        socket.onerror = () => resolve(false);
      } catch {
        resolve(false);
      }
    });
    const frame = document.createElement('iframe');
    frame.src = `${address}/frame`;
    document.body.append(frame);
    const form = document.createElement('form');
    form.action = `${address}/form`;
    form.method = 'post';
    document.body.append(form);
    form.submit();
    navigator.sendBeacon(`${address}/beacon`, 'x');
    return tried;
  }, gateway.url);
  expect(reached).toEqual({ fetch: false, picture: false, socket: false });
  expect((await call(page, 'app.status', undefined)).ok).toBe(true);
  expect(await gateway.anyRequests()).toBe(0);
  await gateway.stop();
});

test('a page has the bridge and nothing else of the system', async ({ page }) => {
  const seen = await page.evaluate(async () => {
    const world = window as unknown as Record<string, unknown>;
    const bridge = world.outtray as { call: unknown };
    // In a turn of its own: what the debugger runs itself may evaluate, whatever the page's policy says.
    const evaluated = await new Promise<unknown>((resolve) => {
      setTimeout(() => {
        try {
          // biome-ignore lint/security/noGlobalEval: it is what must not work
          // biome-ignore lint/complexity/noCommaOperator: indirect, so that it runs in the page's own scope
          resolve((0, eval)('1 + 1'));
        } catch {
          resolve('refused');
        }
      }, 0);
    });
    const markup = (() => {
      try {
        document.createElement('div').innerHTML = '<b>x</b>';
        return 'taken';
      } catch {
        return 'refused';
      }
    })();
    const before = bridge.call;
    try {
      bridge.call = () => 'mine';
    } catch {
      // Strict mode says it; what counts is that nothing changed.
    }
    return {
      node: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter(
        (name) => name in world,
      ),
      bridge: Object.keys(bridge).sort(),
      frozen: Object.isFrozen(bridge) && bridge.call === before,
      evaluated,
      markup,
      notifications: await Notification.requestPermission(),
      camera: await navigator.mediaDevices?.getUserMedia({ audio: true }).then(
        () => 'granted',
        () => 'denied',
      ),
    };
  });
  expect(seen).toEqual({
    node: [],
    bridge: ['call', 'subscribe'],
    frozen: true,
    evaluated: 'refused',
    markup: 'refused',
    notifications: 'denied',
    camera: 'denied',
  });
});

test('the bridge refuses names outside of the contract, junk, and the wrong window', async ({
  application,
  page,
}) => {
  const raw = (target: Page, name: string, input: unknown): Promise<unknown> =>
    target.evaluate(
      ([method, value]) =>
        (
          window as unknown as { outtray: { call(name: unknown, value: unknown): Promise<unknown> } }
        ).outtray.call(method, value),
      [name, input] as const,
    );
  const forbidden = { ok: false, error: { code: 'forbidden' } };
  for (const name of [
    'credentials.get',
    'app.quit',
    '__proto__',
    'constructor',
    'toString',
    '',
    'messages.page ',
  ]) {
    expect(await raw(page, name, undefined)).toEqual(forbidden);
  }
  expect(await raw(page, 'messages.page', { view: 'history', before: null, limit: 100_000 })).toEqual({
    ok: false,
    error: { code: 'invalid-input' },
  });
  await succeed(page, 'app.setMode', { mode: 'practice' });
  await succeed(page, 'app.openQuickSend', undefined);
  const quickSend = await application.window('quick-send');
  expect(await raw(quickSend, 'messages.page', { view: 'history', before: null, limit: 10 })).toEqual(
    forbidden,
  );
  expect(await raw(quickSend, 'credentials.set', { key: 'abcdefghijkl', allowWeakStore: true })).toEqual(
    forbidden,
  );
});

test('junk through the real bridge reaches no handler', async ({ application, page }) => {
  await succeed(page, 'app.setMode', { mode: 'practice' });
  await succeed(page, 'app.openQuickSend', undefined);
  const pages = { main: page, 'quick-send': await application.window('quick-send') } as const;
  const junk = fc.sample(fc.anything({ withNullPrototype: false, maxDepth: 2 }), {
    numRuns: 60,
    seed: 20_261_122,
  });
  for (const [kind, target] of Object.entries(pages) as [WindowKind, Page][]) {
    for (const method of Object.keys(contract) as Method[]) {
      const wrong = junk.filter((value) => !v.safeParse(contract[method].input, value).success);
      const answers = await target.evaluate(
        async ([name, values]) => {
          const bridge = (
            window as unknown as { outtray: { call(name: string, value: unknown): Promise<unknown> } }
          ).outtray;
          return Promise.all(values.map((value) => bridge.call(name, value)));
        },
        [method, wrong] as const,
      );
      const code = contract[method].windows.includes(kind as never) ? 'invalid-input' : 'forbidden';
      expect([...new Set(answers.map((answer) => JSON.stringify(answer)))]).toEqual([
        JSON.stringify({ ok: false, error: { code } }),
      ]);
    }
  }
  expect((await succeed(page, 'messages.page', { view: 'history', before: null, limit: 10 })).rows).toEqual(
    [],
  );
});

test('a frame inside the page gets no bridge', async ({ page }) => {
  const found = await page.evaluate(() => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const inner = frame.contentWindow as unknown as Record<string, unknown> | null;
    return inner === null ? 'no frame' : String(inner.outtray);
  });
  expect(found).toBe('undefined');
});
