import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { searchAttributeTypes } from '../../../src/temporal/search-attributes.js';

test('the set-up script of the deployment creates the same search attributes', () => {
  const script = readFileSync('deploy/temporal/set-up-namespace.sh', 'utf8').replaceAll('\\\n', '');
  const commands = script.split('search-attribute create').slice(1);
  const created = commands.flatMap((command) => {
    const type = /--type (\w+)/.exec(command)?.[1];
    return [...command.matchAll(/--name (\w+)/g)].map(([, name]) => [name, type]);
  });
  expect(Object.fromEntries(created)).toEqual(searchAttributeTypes);
});
