import { expect, it } from 'vitest';
import { parseDuration } from '../../../src/config/duration.js';

it.each([
  ['250ms', 250],
  ['20s', 20_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['24h', 86_400_000],
  ['0s', 0],
])('%s is %d milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each([
  '',
  '20',
  's',
  '1.5s',
  '-1s',
  '1d',
  '20 s',
  ' 20s',
  '20S',
  '1h30m',
  '1e3s',
  '2constructor',
])('"%s" is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
