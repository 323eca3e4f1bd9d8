/**
 * One configuration, three targets: `vite build --app` writes `dist/renderer` (Svelte, browser), `dist/main` (CommonJS,
 * Node inside Electron) and `dist/preload` (one CommonJS file: sandboxed preloads cannot use ES modules).
 */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Not bundled: Electron itself, Node's own modules, and the one addon. */
const external = [/^electron(\/|$)/, /^node:/, 'better-sqlite3'];

export default defineConfig({
  root: `${root}renderer`,
  base: './',
  plugins: [svelte()],
  clearScreen: false,
  // Hot reload is for the renderer alone; electron/ is rebuilt by script/dev.mjs.
  server: { host: '127.0.0.1', port: 5199, strictPort: true },
  environments: {
    client: {
      build: {
        outDir: `${root}dist/renderer`,
        emptyOutDir: true,
        target: 'chrome148',
        modulePreload: { polyfill: false },
        assetsInlineLimit: 0,
        rolldownOptions: { input: `${root}renderer/index.html` },
      },
    },
    main: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        outDir: `${root}dist/main`,
        emptyOutDir: true,
        ssr: true,
        target: 'node24',
        minify: true,
        sourcemap: true,
        rolldownOptions: {
          external,
          input: {
            bootstrap: `${root}electron/bootstrap.ts`,
            'care-worker': `${root}electron/care/worker.ts`,
            'holidays-worker': `${root}electron/holidays/worker.ts`,
            'database-worker': `${root}electron/db/worker/entry.ts`,
          },
          output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        outDir: `${root}dist/preload`,
        emptyOutDir: true,
        ssr: true,
        target: 'node24',
        minify: true,
        rolldownOptions: {
          external,
          input: { index: `${root}electron/preload/index.ts` },
          output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
        },
      },
    },
  },
  builder: {
    async buildApp(builder) {
      for (const name of ['client', 'main', 'preload']) {
        const environment = builder.environments[name];
        if (environment === undefined) throw new Error(`no build environment ${name}`);
        await builder.build(environment);
      }
    },
  },
});
