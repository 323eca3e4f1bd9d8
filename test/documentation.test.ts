/** What the documents say about files, names and tests is true: each of them exists, under that name. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { declares, expandBraces, hasCase, hasTitle, readReferences } from './documentation.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
/** A file that is not there has nothing in it. */
const sourceOf = (path: string): string => (existsSync(join(root, path)) ? read(path) : '');

describe('docs/gateways.md', () => {
  const { names, files, tests } = readReferences(read('docs/gateways.md'), 'electron/gateways/clickatell');

  it('is read as what it is: a table of specification, code and test', () => {
    expect(names.length).toBeGreaterThan(120);
    expect(tests.length).toBeGreaterThan(250);
    expect(files.length).toBeGreaterThan(150);
  });

  it('names files that are there', () => {
    expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names what is declared in them', () => {
    expect(names.filter(({ path, name }) => !declares(sourceOf(path), name))).toEqual([]);
  });

  it('names tests that are in them', () => {
    const missing = tests.filter(({ paths, title, isCase }) => {
      const sources = paths.map(sourceOf);
      return !sources.some((source) => (isCase ? hasCase(source, title) : hasTitle(source, title)));
    });
    expect(missing).toEqual([]);
  });
});

describe('a document', () => {
  const folders = '{electron,renderer,shared,test,script}';
  const all = (pattern: string): string[] =>
    globSync(`${folders}/**/${pattern}`, { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  /** `electron/db/open.ts`, `db/open.ts`, `open.ts` */
  const endings = new Set(
    all('*.*').flatMap((path) => {
      const parts = path.split('/');
      return parts.map((_, index) => parts.slice(index).join('/'));
    }),
  );
  /** In the steps for adding one. */
  const placeholders = ['name.test.ts', '.svelte.ts'];
  /** Made by others. */
  const foreign = ['LICENSES.chromium.html'];

  // A decision in `docs/adr` tells of the day it was made, and `docs/gateways.md` has its own check above.
  const documents = [...all('README.md'), ...globSync('{docs/,}*.md', { cwd: root })].filter(
    (path) => path !== 'CHANGELOG.md' && path !== 'docs/gateways.md',
  );

  it.each(documents)('%s names files that are there', (readme) => {
    const named = [...read(readme).matchAll(/`([\w@./{},-]+\.(?:ts|svelte|mjs|css|html))`/g)]
      .flatMap(([, name]) => expandBraces(name ?? ''))
      .filter((name) => !placeholders.includes(name) && !foreign.includes(name));
    // Documents leave out folders that everybody knows: it is enough that some file ends like this.
    const isThere = (name: string): boolean =>
      existsSync(join(root, dirname(readme), name)) || endings.has(name) || existsSync(join(root, name));
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });
});

describe('the check itself', () => {
  const document = `
| Name | File |
| --- | --- |
| Contract | [a/contract.ts](../a/contract.ts), rows in [a/rows.ts](../a/rows.ts) |

| Line | Code | Test |
| --- | --- | --- |
| *not a title* | \`one.ts:first\`, \`:second\`; \`../up.ts:third\` | Contract › *says %s*, “a row”; \`one.test.ts\` › *works* |
| the same | \`shared/two.ts:fourth\` | Contract › the same |
`;

  it('reads names, files and titles', () => {
    const { names, files, tests } = readReferences(document, 'here/inner');
    expect(names).toEqual([
      { path: 'here/inner/one.ts', name: 'first' },
      { path: 'here/inner/one.ts', name: 'second' },
      { path: 'here/up.ts', name: 'third' },
      { path: 'shared/two.ts', name: 'fourth' },
    ]);
    expect(files).toContain('a/contract.ts');
    expect(files).toContain('here/inner/one.test.ts');
    expect(tests).toEqual([
      { paths: ['a/contract.ts', 'a/rows.ts'], title: 'says %s', isCase: false },
      { paths: ['a/contract.ts', 'a/rows.ts'], title: 'a row', isCase: true },
      { paths: ['here/inner/one.test.ts'], title: 'works', isCase: false },
    ]);
  });

  it('tells a declaration, a title and a row from their mention', () => {
    const source = `
      // first, 'gone'
      export async function first() { second(); }
      it('works', () => {});
      it.each([
        ['a row', 1],
      ])('says %s', () => {});
      describe.skipIf(false)('it’s \\'here\\'', () => {});
    `;
    expect([declares(source, 'first'), declares(source, 'second')]).toEqual([true, false]);
    expect([hasTitle(source, 'works'), hasTitle(source, 'says %s'), hasTitle(source, "it’s 'here'")]).toEqual(
      [true, true, true],
    );
    expect([hasTitle(source, 'a row'), hasCase(source, 'a row'), hasCase(source, 'row')]).toEqual([
      false,
      true,
      false,
    ]);
    expect([hasTitle(source, 'gone'), hasTitle(source, 'work')]).toEqual([false, false]);
  });

  it('expands braces', () => {
    expect(expandBraces('a/{b,c}-d.ts')).toEqual(['a/b-d.ts', 'a/c-d.ts']);
    expect(expandBraces('a.ts')).toEqual(['a.ts']);
  });
});
