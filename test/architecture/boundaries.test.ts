/**
 * @module The module boundaries and the words of each folder, as tables.
 *
 * A folder may import itself, the folders listed beside it, and the packages listed under it.
 * `type:` marks a folder that may be imported for its types only.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

interface Boundary {
  readonly folders: readonly string[];
  /** Names, or `scope/` and `node:` for all that begin so; `any` for every one. */
  readonly packages: readonly string[];
}

const boundaries: Record<string, Boundary> = {
  'src/domain': { folders: [], packages: [] },
  'src/ports': { folders: ['src/domain'], packages: [] },
  'src/config': { folders: ['src/domain'], packages: ['zod'] },
  'src/logging': { folders: [], packages: ['pino'] },
  'src/cxone': {
    folders: ['src/domain', 'src/ports'],
    packages: ['zod', 'undici', 'ipaddr.js', 'node:'],
  },
  'src/channels': {
    folders: ['src/domain', 'src/ports'],
    packages: ['standardwebhooks', 'undici', 'node:'],
  },
  'src/gateway': {
    folders: ['src/domain', 'src/ports'],
    packages: ['express', 'helmet', 'zod', 'jose', 'pino', 'prom-client', 'node:'],
  },
  'src/temporal': {
    folders: ['src/domain', 'src/ports', 'workflows', 'type:activities'],
    packages: ['@temporalio/', 'pino', 'node:'],
  },
  'src/simulators': {
    folders: ['src/domain'],
    packages: ['express', 'standardwebhooks', 'zod', 'node:'],
  },
  'src/widget': { folders: [], packages: [] },
  'src/main': {
    folders: [
      'src/domain',
      'src/ports',
      'src/config',
      'src/logging',
      'src/cxone',
      'src/channels',
      'src/gateway',
      'src/temporal',
      'src/simulators',
      'workflows',
      'activities',
    ],
    packages: ['any'],
  },
  workflows: {
    folders: ['src/domain', 'type:activities'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  activities: {
    folders: ['src/domain', 'src/ports'],
    packages: ['@temporalio/activity', '@temporalio/common', 'node:util'],
  },
};

interface Import {
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

const importPattern =
  /^\s*(?:import|export)\s+(type\s)?[^'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/gm;

function importsIn(source: string): Import[] {
  return [...source.matchAll(importPattern)].map((match) => ({
    specifier: match[2] ?? match[3] ?? match[4] ?? '',
    isTypeOnly: match[1] !== undefined,
  }));
}

function folderOf(file: string): string {
  const [top = '', second = ''] = relative(root, file).split('/');
  return top === 'src' ? `src/${second}` : top;
}

function isAllowedPackage(specifier: string, packages: readonly string[]): boolean {
  return packages.some(
    (name) =>
      name === 'any' ||
      specifier === name ||
      specifier.startsWith(/[/:]$/.test(name) ? name : `${name}/`),
  );
}

function isAllowed(file: string, { specifier, isTypeOnly }: Import): boolean {
  const from = folderOf(file);
  const boundary = boundaries[from];
  if (boundary === undefined) return true;
  if (!specifier.startsWith('.')) return isAllowedPackage(specifier, boundary.packages);
  const to = folderOf(resolve(dirname(file), specifier));
  return (
    to === from ||
    boundary.folders.includes(to) ||
    (isTypeOnly && boundary.folders.includes(`type:${to}`))
  );
}

function sourcesOf(folder: string): { readonly file: string; readonly source: string }[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?tsx?$/.test(name))
    .map((name) => ({
      file: join(path, name),
      source: readFileSync(join(path, name), 'utf8'),
    }));
}

const folders = Object.keys(boundaries);

describe.each(folders)('%s', (folder) => {
  test('imports only what its boundary allows', () => {
    const violations = sourcesOf(folder).flatMap(({ file, source }) =>
      importsIn(source)
        .filter((found) => !isAllowed(file, found))
        .map(({ specifier }) => `${relative(root, file)} imports ${specifier}`),
    );
    expect(violations).toEqual([]);
  });
});

test('every folder of the code has its boundary', () => {
  const found = readdirSync(join(root, 'src')).map((name) => `src/${name}`);
  expect(found.filter((name) => !folders.includes(name))).toEqual([]);
});

test('an import is found in each of its forms', () => {
  const source = [
    `import type { A } from './a.js';`,
    `import {\n  b,\n} from 'b';`,
    `import 'c';`,
    `export { d } from '../d.js';`,
    `const e = await import('e');`,
  ].join('\n');
  expect(importsIn(source)).toEqual([
    { specifier: './a.js', isTypeOnly: true },
    { specifier: 'b', isTypeOnly: false },
    { specifier: 'c', isTypeOnly: false },
    { specifier: '../d.js', isTypeOnly: false },
    { specifier: 'e', isTypeOnly: false },
  ]);
});

/** Gives the files that run with these: themselves and, over any number of steps, their imports. */
function runningWith(files: readonly string[]): ReadonlySet<string> {
  const found = new Set(files);
  for (const file of found) {
    for (const { specifier, isTypeOnly } of importsIn(readFileSync(file, 'utf8'))) {
      const imported = resolve(dirname(file), specifier).replace(/\.js$/, '.ts');
      if (specifier.startsWith('.') && !isTypeOnly && existsSync(imported)) found.add(imported);
    }
  }
  return found;
}

test('the stand-in for the contact centre shares no code with what it stands in for', () => {
  const filesOf = (folder: string) => sourcesOf(folder).map(({ file }) => file);
  const adapter = runningWith(filesOf('src/cxone'));
  const standIn = runningWith(filesOf('src/simulators/cxone'));
  expect([...adapter].some((file) => folderOf(file) === 'src/domain')).toBe(true);
  expect([...standIn].filter((file) => adapter.has(file))).toEqual([]);
});

test.each([
  ['src/domain/thread.ts', 'node:fs', false, false],
  ['src/domain/thread.ts', '../ports/clock.js', true, false],
  ['src/ports/threads.ts', '../domain/ids.js', false, true],
  ['src/simulators/cxone/a.ts', '../../cxone/client.js', true, false],
  ['workflows/thread.ts', '../activities/index.js', true, true],
  ['workflows/thread.ts', '../activities/index.js', false, false],
  ['workflows/thread.ts', '@temporalio/workflow-extra', false, false],
  ['src/gateway/app.ts', 'pino-http', false, false],
  ['src/gateway/app.ts', 'node:http', false, true],
  ['src/main/worker.ts', '../../test/support/fake-pages.js', false, false],
])('%s importing %s (types only: %s) is allowed: %s', (file, specifier, isTypeOnly, isFine) => {
  expect(isAllowed(join(root, file), { specifier, isTypeOnly })).toBe(isFine);
});

/** Comments, strings, templates and regular expressions, so that none is taken for another. */
const tokenPattern =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

function isComment(token: string): boolean {
  return token.startsWith('//') || token.startsWith('/*');
}

/** The source without its comments, except those that `isKept` keeps. */
function withoutComments(source: string, isKept: (comment: string) => boolean): string {
  return source.replace(tokenPattern, (token) => (isComment(token) && !isKept(token) ? '' : token));
}

function linesWith(word: RegExp, folder: string, read: (source: string) => string): string[] {
  return sourcesOf(folder).flatMap(({ file, source }) =>
    read(source)
      .split('\n')
      .filter((line) => word.test(line))
      .map((line) => `${relative(root, file)}: ${line.trim()}`),
  );
}

test('no workflow runs a local activity: after a query came with its task it cannot be replayed', () => {
  expect(
    linesWith(/LocalActivit/i, 'workflows', (source) => withoutComments(source, () => false)),
  ).toEqual([]);
});

describe('the words', () => {
  const contactCentreFolders = ['src/cxone', 'src/simulators', 'src/config', 'src/main'];
  const others = folders.filter((folder) => !contactCentreFolders.includes(folder));

  test.each(others)('%s names no product of the contact centre in its code', (folder) => {
    expect(linesWith(/cxone/i, folder, (source) => withoutComments(source, () => false))).toEqual(
      [],
    );
  });

  test.each(['src/domain', 'src/ports', 'src/gateway', 'src/channels', 'workflows', 'activities'])(
    '%s names it in a comment only to cite the source of a fact',
    (folder) => {
      const isUncited = (comment: string) => !/\bcxone\.md\b/.test(comment);
      const read = (source: string) => withoutComments(source, isUncited);
      expect(linesWith(/cxone/i, folder, read)).toEqual([]);
    },
  );

  test.each(['src/domain', 'src/ports', 'src/cxone', 'src/channels', 'src/gateway'])(
    '%s does not know what makes threads durable',
    (folder) => {
      expect(linesWith(/temporal/i, folder, (source) => source)).toEqual([]);
    },
  );

  test('a comment is told from a string that looks like one', () => {
    const source = `const url = 'https://a'; // gone\n/* gone */ const b = /\\/\\*'/; const c = "/*";`;
    expect(withoutComments(source, () => false)).toBe(
      `const url = 'https://a'; \n const b = /\\/\\*'/; const c = "/*";`,
    );
  });
});
