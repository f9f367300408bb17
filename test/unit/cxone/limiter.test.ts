import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLimiter } from '../../../src/cxone/limiter.js';
import { RemoteError } from '../../../src/domain/errors.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const clock = () => Date.now();
const unending = new AbortController().signal;
setMaxListeners(0, unending);

/** Asks for some tokens at once; shows the order in which they are given. */
function ask(limiter: ReturnType<typeof createLimiter>, count: number, signal = unending) {
  const given: number[] = [];
  const asked = Array.from({ length: count }, async (_, index) => {
    await limiter.take(signal);
    given.push(index);
  });
  return { given, asked: Promise.allSettled(asked) };
}

it('a budget gives a quarter of a second at once, then as fast as it refills, in order', async () => {
  const { given } = ask(createLimiter(40, clock), 30);
  await vi.advanceTimersByTimeAsync(0);
  expect(given).toHaveLength(10);
  await vi.advanceTimersByTimeAsync(250);
  expect(given).toHaveLength(20);
  await vi.advanceTimersByTimeAsync(250);
  expect(given).toEqual(Array.from({ length: 30 }, (_, index) => index));
});

it('a budget never gives more than a second and a quarter in a second', async () => {
  const limiter = createLimiter(40, clock);
  const { given } = ask(limiter, 500);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(given.length).toBeGreaterThanOrEqual(49);
  expect(given.length).toBeLessThanOrEqual(50);
});

it('a share is a part of the budget, also for who waits already', async () => {
  const limiter = createLimiter(40, clock);
  const { given } = ask(limiter, 50);
  await vi.advanceTimersByTimeAsync(0);
  limiter.setShare(4);
  const before = given.length;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(given.length - before).toBeGreaterThanOrEqual(9);
  expect(given.length - before).toBeLessThanOrEqual(11);
  limiter.setShare(1);
  const middle = given.length;
  await vi.advanceTimersByTimeAsync(500);
  expect(given.length - middle).toBeGreaterThanOrEqual(19);
});

it('who gives up takes nothing, and those behind go on', async () => {
  const limiter = createLimiter(4, clock);
  await limiter.take(unending);
  const controller = new AbortController();
  const first = limiter.take(controller.signal);
  const { given } = ask(limiter, 1);
  const reason = new Error('cancelled');
  controller.abort(reason);
  await expect(first).rejects.toBe(reason);
  await vi.advanceTimersByTimeAsync(250);
  expect(given).toEqual([0]);
  await expect(limiter.take(controller.signal)).rejects.toBe(reason);
});

it('who would wait too long is told when to come back', async () => {
  const limiter = createLimiter(1, clock);
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const { asked } = ask(limiter, 22, controller.signal);
  const failure: unknown = await limiter.take(unending).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RemoteError);
  expect(failure).toMatchObject({ code: 'CONTACT_CENTRE_RATE_LIMITED', retryAfterMs: 21_000 });
  controller.abort(new Error('enough'));
  await asked;
});

it('has something to spare only while enough is left for what must be known', async () => {
  const limiter = createLimiter(16, () => 1_000);
  expect(limiter.hasToSpare()).toBe(true);
  const { signal } = new AbortController();
  await limiter.take(signal);
  await limiter.take(signal);
  expect(limiter.hasToSpare()).toBe(true);
  await limiter.take(signal);
  expect(limiter.hasToSpare()).toBe(false);
});
