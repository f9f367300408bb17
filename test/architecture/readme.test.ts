import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/cxone-facts.md',
  'docs/operations.md',
  'docs/own-channel.md',
  'docs/set-up.md',
  ...readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`),
];

test.each(pages)('%s names only commands that there are', (page) => {
  const named = [...read(page).matchAll(/npm run ([a-z][a-z0-9:-]*)/g)].map(
    ([, name = '']) => name,
  );
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test.each(pages)('%s links only to files that there are', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path);
  const folder = join(root, page, '..');
  expect(links.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
});

test('every decision has background, decision, rejected and consequences', () => {
  for (const page of pages.filter((name) => name.startsWith('docs/decisions/'))) {
    const parts = [...read(page).matchAll(/^\*\*([A-Z][a-z]+)\.\*\*/gm)].map(([, part]) => part);
    expect([page, ...parts]).toEqual([page, 'Background', 'Decision', 'Rejected', 'Consequences']);
  }
});
