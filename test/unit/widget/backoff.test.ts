import { describe, expect, test } from 'vitest';
import { createBackoff, createPause, parseRetryAfter } from '../../../src/widget/backoff.js';

describe('a back-off', () => {
  test('doubles up to its cap and starts again after a reset', () => {
    const backoff = createBackoff({ baseMs: 100, capMs: 500 }, () => 1);
    expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([
      100, 200, 400, 500,
    ]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  test('is jittered down to half', () => {
    expect(createBackoff({ baseMs: 100 }, () => 0).next()).toBe(50);
  });
});

test('a pause ends when it is woken', async () => {
  const pause = createPause();
  const waited = pause.wait(3_600_000);
  pause.wake();
  await expect(waited).resolves.toBeUndefined();
});

test.each([
  ['7', 7_000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:00:12 GMT', 2_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
])('Retry-After %s is read', (value, ms) => {
  expect(parseRetryAfter(value, 10_000)).toBe(ms);
});
