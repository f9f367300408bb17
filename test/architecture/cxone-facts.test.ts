/** Holds docs/cxone-facts.md to the tests that it names, to the README, and to what the code cites. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/cxone-facts.md');

/** Reads the rows of all tables that have as many columns, without the heads. */
function rowsOf(text: string, columns: number): string[][] {
  const lines = text.split('\n');
  return lines
    .filter(
      (line, index) =>
        line.startsWith('| ') &&
        !line.startsWith('| ---') &&
        !lines[index + 1]?.startsWith('| ---'),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.length === columns);
}

/** The files that the page names, by their short names. */
const files = new Map(
  [...page.matchAll(/^\[([^\]]+)\]: \.\.\/(\S+)$/gm)].map(([, name = '', path = '']) => [
    name,
    path,
  ]),
);

interface NamedTest {
  readonly file: string;
  readonly title: string;
}

/** Reads what a text names: a file in brackets, then titles of its tests in asterisks. */
function testsIn(text: string): NamedTest[] {
  return [...text.matchAll(/\[([^\]]+)\]((?:,? \*[^*]+\*)+)/g)].flatMap(
    ([, file = '', titles = '']) =>
      [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => ({ file, title })),
  );
}

/** Gives the source of a file that the page names; of one that it does not list, nothing. */
function sourceOf(file: string): string {
  const path = files.get(file);
  return path === undefined ? '' : read(path);
}

/** Says whether a source holds a text of just these words. */
function hasText(source: string, words: string): boolean {
  const inSingleQuotes = words.replaceAll("'", "\\'");
  return [`'${inSingleQuotes}'`, `"${words}"`, `\`${words}\``].some((text) =>
    source.includes(text),
  );
}

interface Fact {
  readonly section: string;
  readonly fact: string;
  readonly sure: string;
  readonly use: string;
  readonly bySimulator: string;
  readonly byRecord: string;
}

const facts: readonly Fact[] = rowsOf(page, 6).map(
  ([section = '', fact = '', sure = '', use = '', bySimulator = '', byRecord = '']) => ({
    section,
    fact,
    sure,
    use,
    bySimulator,
    byRecord,
  }),
);
const isUsed = ({ use }: Fact) => !use.startsWith('not used: ');

describe('the page of facts', () => {
  test('names only files that there are, and each file that it lists', () => {
    expect([...files.values()].filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const named = new Set(testsIn(page).map(({ file }) => file));
    expect([...named].toSorted()).toEqual([...files.keys()].toSorted());
  });

  test('names only tests that there are', () => {
    const named = testsIn(page);
    expect(named.length).toBeGreaterThan(100);
    const missing = named.filter(({ file, title }) => !hasText(sourceOf(file), title));
    expect(missing).toEqual([]);
  });

  test('says of each fact how sure it is, and why what is not used is not', () => {
    expect(facts.length).toBeGreaterThan(90);
    const sureness = ['CONFIRMED', 'INFERRED', 'CONFLICT', 'NOT FOUND'];
    expect(facts.filter(({ sure }) => !sureness.includes(sure))).toEqual([]);
    expect(facts.filter(({ use }) => use === '' || /^not used:? *$/.test(use))).toEqual([]);
  });

  test('names, for each fact that is confirmed and used, a test of either kind', () => {
    const untested = facts.filter(
      (one) =>
        one.sure === 'CONFIRMED' &&
        isUsed(one) &&
        [one.bySimulator, one.byRecord].some((cell) => testsIn(cell).length === 0),
    );
    expect(untested).toEqual([]);
  });

  test('names a test for everything else that is used', () => {
    const untested = facts.filter(
      (one) => isUsed(one) && testsIn(one.bySimulator + one.byRecord).length === 0,
    );
    expect(untested).toEqual([]);
  });

  test('has every section that the code cites as the source of a fact', () => {
    const cited = ['src', 'workflows', 'activities'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .flatMap((name) => read(join(folder, name)).match(/cxone\.md[ \d.,andto]+/g) ?? [])
        .flatMap((citation) => citation.match(/\d\.\d/g) ?? []),
    );
    const known = new Set(facts.map(({ section }) => section));
    expect(new Set(cited).size).toBeGreaterThan(15);
    expect([...new Set(cited)].filter((section) => !known.has(section))).toEqual([]);
  });
});

describe('what the README says is bridged', () => {
  const [, , bridged = ''] = /(## What is bridged)([\s\S]*?)\n## /.exec(read('README.md')) ?? [];
  const rows = rowsOf(bridged, 3);
  const tested = rowsOf(page, 3);

  test('is tested in each direction that has a ✓, and no other row is listed', () => {
    const ticks = rows
      .filter((cells) => cells.some((cell) => cell.startsWith('✓')))
      .map(([label, ...cells]) => [label, ...cells.map((cell) => cell.startsWith('✓'))]);
    expect(ticks.length).toBeGreaterThan(10);
    expect(
      tested.map(([label, ...cells]) => [label, ...cells.map((cell) => testsIn(cell).length > 0)]),
    ).toEqual(ticks);
  });

  test('has a ✓ or a gap in each row', () => {
    expect(rows.filter((cells) => !/[✓–]/.test(cells.slice(1).join('')))).toEqual([]);
  });
});

test('a title is found only whole, however it is quoted', () => {
  const source = `it('an agent\\'s end', () => {}); it("the customer's", () => {}); it(\`a "b"\`);`;
  expect(hasText(source, "an agent's end")).toBe(true);
  expect(hasText(source, "the customer's")).toBe(true);
  expect(hasText(source, 'a "b"')).toBe(true);
  expect(hasText(source, 'the customer')).toBe(false);
  expect(testsIn('[a/b] *one*, *two* [c] *three*')).toEqual([
    { file: 'a/b', title: 'one' },
    { file: 'a/b', title: 'two' },
    { file: 'c', title: 'three' },
  ]);
});
