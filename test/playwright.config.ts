import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * One worker: the tests share one screen, one keyboard focus and one tray. No retries: a test that passes only now and
 * then has found something.
 */
export default defineConfig({
  testDir: root,
  outputDir: `${root}test-results/playwright`,
  workers: 1,
  retries: 0,
  forbidOnly: process.env.CI !== undefined,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.OUTTRAY_PLAYWRIGHT_REPORT ?? `${root}test-results/playwright.json` }],
  ],
  projects: [
    { name: 'desktop', testMatch: 'test/desktop/*.test.ts' },
    { name: 'bare-desktop', testMatch: 'test/bare-desktop/*.test.ts' },
    { name: 'package', testMatch: 'test/package/*.test.ts', timeout: 120_000 },
  ],
});
