import { expect, test } from 'vitest';
import {
  isServerNewEnough,
  parseCliVersion,
} from '../../../../src/temporal/embedded/cli-version.js';

test.each([
  ['temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)\n', { cli: '1.9.1', server: '1.32.0' }],
  [
    'temporal version 1.6.0-rc.1 (Server 1.31.0-152.0, UI 2.40.0)',
    { cli: '1.6.0-rc.1', server: '1.31.0-152.0' },
  ],
  ['temporal version 1.9.1', undefined],
  ['tctl version 1.18.0', undefined],
  ['', undefined],
])('%j is read as %j', (output, version) => {
  expect(parseCliVersion(output)).toEqual(version);
});

test.each([
  ['1.29.9', false],
  ['1.30.0', true],
  ['1.32.0', true],
  ['2.0.0', true],
  ['0.31.0', false],
])('server %s is new enough: %s', (server, verdict) => {
  expect(isServerNewEnough(server)).toBe(verdict);
});
