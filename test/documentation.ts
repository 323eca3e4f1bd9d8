/**
 * Reads references to code and tests out of a document, and looks for them in sources.
 *
 * - `` `file.ts:name` `` is a name declared in a file; `` `:name` `` another one in the file before it
 * - `` `file.test.ts` › *title*, “row” `` a test, and a row of its table of cases
 * - a table whose first cell is one word and whose second links to files gives them that word as a short name
 */
import { posix } from 'node:path';

export interface NameReference {
  /** From the root of the repository. */
  readonly path: string;
  readonly name: string;
}

export interface TestReference {
  /** Where it may be: a short name can stand for several files. */
  readonly paths: readonly string[];
  readonly title: string;
  /** A row of a table of cases, not a title. */
  readonly isCase: boolean;
}

export interface References {
  readonly names: readonly NameReference[];
  readonly files: readonly string[];
  readonly tests: readonly TestReference[];
}

/** @param folder where files are that are named without one, from the root of the repository */
export function readReferences(document: string, folder: string): References {
  const resolve = (path: string): string =>
    /^(electron|renderer|shared|test|docs|script)\//.test(path) ? path : posix.join(folder, path);
  const names: NameReference[] = [];
  const files: string[] = [];
  const tests: TestReference[] = [];
  const short = new Map<string, readonly string[]>();
  for (const cells of document.split('\n').map(cellsOf)) {
    const [first = '', second = ''] = cells;
    const linked = [...second.matchAll(/\[([\w./-]+\.ts)\]\(/g)].map(([, path]) => path ?? '');
    if (/^[A-Z]\w+$/.test(first) && linked.length > 0) {
      short.set(first, linked);
      files.push(...linked);
    }
    for (const cell of cells) {
      names.push(...namesIn(cell, resolve));
      tests.push(...testsIn(cell, resolve, short));
      for (const [, path = ''] of cell.matchAll(/`([\w./-]+\.tsx?)(?::\w+)?`/g)) files.push(resolve(path));
    }
  }
  return { names, files, tests };
}

/** Cells of a row of a table, or the line. */
function cellsOf(line: string): readonly string[] {
  if (!line.startsWith('|')) return [line];
  return line
    .slice(1)
    .split('|')
    .map((cell) => cell.trim());
}

function namesIn(cell: string, resolve: (path: string) => string): readonly NameReference[] {
  const names: NameReference[] = [];
  let path: string | undefined;
  for (const [, file, name = ''] of cell.matchAll(/`(?:([\w./-]+\.ts))?:(\w+)`/g)) {
    if (file !== undefined) path = resolve(file);
    if (path !== undefined) names.push({ path, name });
  }
  return names;
}

const title = /\*([^*]+)\*|“([^”]+)”/g;

function testsIn(
  cell: string,
  resolve: (path: string) => string,
  short: ReadonlyMap<string, readonly string[]>,
): readonly TestReference[] {
  return [...cell.matchAll(/(?:`([\w./-]+\.ts)`|\b([A-Z]\w+)) › ([^;›]*)/g)].flatMap(
    ([, file, word = '', said = '']) => {
      const paths = file === undefined ? short.get(word) : [resolve(file)];
      if (paths === undefined) return [{ paths: [], title: `no such short name: ${word}`, isCase: false }];
      return [...said.matchAll(title)].map(([, named, row]) => ({
        paths,
        title: named ?? row ?? '',
        isCase: named === undefined,
      }));
    },
  );
}

/** Whether a source declares a name, exported or not. */
export function declares(source: string, name: string): boolean {
  return new RegExp(`\\b(?:function|const|let|class|interface|type)\\s+${name}\\b`).test(source);
}

/** Whether a source has a test, or a group of tests, of that title. */
export function hasTitle(source: string, wanted: string): boolean {
  return new RegExp(`(?:\\b(?:it|test|describe)(?:\\.\\w+)?|\\))\\(\\s*${literal(wanted)}`).test(source);
}

/** Whether a source has a string that is this and nothing else. */
export function hasCase(source: string, wanted: string): boolean {
  return new RegExp(literal(wanted)).test(source);
}

/** A string literal with this value, whichever quotes it has. */
function literal(value: string): string {
  const escaped = value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll("'", "\\\\?'");
  return `(?:'${escaped}'|"${escaped}"|\`${escaped}\`)`;
}

/** `a-{b,c}.ts` is two. */
export function expandBraces(path: string): readonly string[] {
  const match = /^(.*)\{([^}]*)\}(.*)$/.exec(path);
  if (match === null) return [path];
  const [, before = '', middle = '', after = ''] = match;
  return middle.split(',').map((each) => `${before}${each.trim()}${after}`);
}
