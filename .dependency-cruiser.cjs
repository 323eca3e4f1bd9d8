/**
 * Who may import whom. The picture behind it is in docs/architecture.md; a rule here is the only thing that keeps it true.
 * Tests may import anything; nothing but tests may import tests.
 */
const test = '\\.test\\.ts$|^test/';
const source = (path) => ({ path, pathNot: test });

/** A folder may import what is listed and nothing else of ours. */
function layer(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: source(from),
    // Ours end in a file extension; the package's `electron/main` does not.
    to: { path: '^(electron|renderer|shared|test)/.*\\.[a-z]+$', pathNot: allowed },
  };
}

/** One folder alone imports a package: its one doorway. */
function doorway(name, packagePattern, allowedFrom, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: '^(electron|renderer|shared)/', pathNot: `${allowedFrom}|${test}` },
    to: { path: packagePattern },
  };
}

module.exports = {
  forbidden: [
    layer(
      'shared-is-pure',
      '^shared/',
      ['^shared/'],
      'Windows and main share words and rules, never machinery.',
    ),
    layer(
      'core-decides-alone',
      '^electron/core/',
      ['^electron/core/', '^shared/'],
      'The core runs in plain Node: clock, disk, network and Electron are handed in as ports.',
    ),
    layer(
      'db-knows-ports',
      '^electron/db/',
      ['^electron/db/', '^electron/core/ports\\.ts$', '^electron/core/outbox/state\\.ts$', '^shared/'],
      'The store applies the transition table and knows nothing else of the core.',
    ),
    layer(
      'care-works-on-files',
      '^electron/care/',
      [
        '^electron/care/',
        '^electron/core/(ports|storage-problem|care/[^/]+)\\.ts$',
        '^electron/db/',
        '^shared/',
      ],
      'Whole files of the office’s data, in threads of their own. No window, no gateway.',
    ),
    layer(
      'holidays-stand-alone',
      '^electron/holidays/',
      [
        '^electron/holidays/',
        '^electron/core/ports\\.ts$',
        '^electron/db/worker/(job|job-thread|serve)\\.ts$',
        '^shared/',
      ],
      'A table of the world in a thread of its own. No database, no window.',
    ),
    layer(
      'gateways-know-ports',
      '^electron/gateways/',
      ['^electron/gateways/', '^electron/core/ports\\.ts$', '^shared/'],
      'An adapter encodes, decodes and maps errors.',
    ),
    layer(
      'practice-stands-alone',
      '^electron/practice/',
      ['^electron/practice/', '^shared/'],
      'The pretend gateway must not share code with the client it is there to test.',
    ),
    layer(
      'log-stands-alone',
      '^electron/log/',
      ['^electron/log/', '^shared/'],
      'Everything logs; the log needs nothing.',
    ),
    layer(
      'ipc-is-thin',
      '^electron/ipc/',
      ['^electron/ipc/', '^electron/core/', '^electron/log/', '^shared/'],
      'Handlers call the core. Electron is handed in as a host.',
    ),
    layer(
      'platform-is-a-shell',
      '^electron/(platform|boot)/',
      ['^electron/(platform|boot)/', '^electron/core/(ports|tray-model)\\.ts$', '^electron/log/', '^shared/'],
      'The shell performs; it decides nothing.',
    ),
    layer(
      'preload-is-tiny',
      '^electron/preload/',
      ['^electron/preload/', '^shared/ipc/channels\\.ts$'],
      'The preload script carries names, not the validator.',
    ),
    layer(
      'renderer-is-a-view',
      '^renderer/',
      ['^renderer/', '^shared/'],
      'A window reaches main through the bridge alone.',
    ),
    {
      name: 'renderer-has-no-validator',
      comment: 'Main validates every call. Types of the contract are free; its run time is not.',
      severity: 'error',
      from: source('^renderer/'),
      to: { path: '^(shared/ipc/contract\\.ts|node_modules/valibot)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'composition-root-is-not-imported',
      severity: 'error',
      from: {
        path: '^(electron|renderer|shared)/',
        pathNot: `^electron/(bootstrap|main|workspace)\\.ts$|${test}`,
      },
      to: { path: '^electron/(bootstrap|main|workspace|test-hooks)\\.ts$' },
    },
    doorway(
      'electron-doorway',
      '^(electron|electron/(main|common|renderer|utility))$|node_modules/electron/',
      '^electron/(platform|boot|preload)/|^electron/(main|bootstrap)\\.ts$',
      'Electron is importable from the shell alone.',
    ),
    doorway('database-doorway', 'better-sqlite3', '^electron/db/', 'One module opens the database.'),
    doorway(
      'network-doorway',
      'node_modules/undici',
      '^electron/gateways/http\\.ts$',
      'One module talks to the network.',
    ),
    doorway(
      'phone-rules-doorway',
      'libphonenumber-js',
      '^shared/domain/phone\\.ts$',
      'Numbers are understood in one place.',
    ),
    doorway(
      'holidays-doorway',
      'node_modules/date-holidays',
      '^electron/holidays/jobs\\.ts$',
      'Half a second to load: only a thread of its own does.',
    ),
    doorway('words-doorway', 'intl-messageformat', '^shared/i18n/', 'Words come from the catalogue.'),
    {
      name: 'undici-loads-lazily',
      comment: 'Loading it costs 85 ms and 20 MB: only through a dynamic import.',
      severity: 'error',
      from: source('^electron/'),
      to: { path: 'node_modules/undici', dependencyTypesNot: ['type-only'], dynamic: false },
    },
    {
      name: 'known-packages-only',
      comment: 'A new package is a decision: add it here and a line to docs/dependencies.md.',
      severity: 'error',
      from: source('^(electron|renderer|shared)/'),
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        pathNot:
          'node_modules/(electron|better-sqlite3|@types/better-sqlite3|undici|valibot|svelte|intl-messageformat|@formatjs|libphonenumber-js|fast-xml-parser|csv-parse|date-holidays|vite)/',
      },
    },
    {
      name: 'product-never-imports-tests',
      severity: 'error',
      from: { path: '^(electron|renderer|shared)/', pathNot: test },
      to: { path: test },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '\\.d\\.ts$',
          '(^|/)tsconfig',
          '\\.(json|css|html|md)$',
          '\\.config\\.ts$',
          '\\.svelte$',
          test,
        ],
      },
      to: {},
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^electron(/(main|common|renderer))?$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: 'node_modules/(?!electron/|better-sqlite3|undici|valibot|svelte|intl-messageformat|libphonenumber-js|fast-xml-parser|csv-parse)',
    },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'svelte', 'types'],
    },
  },
};
