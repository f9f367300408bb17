import { describe, expect, test } from 'vitest';
import { createServerClock } from '../../../src/widget/server-clock.js';

const start = Date.parse('2026-03-01T12:00:00.000Z');

/** A page whose clock is ahead of the gateway's by `wrongMs`, and what its requests tell it. */
function createScene(wrongMs: number) {
  let trueMs = start;
  let pageAheadMs = wrongMs;
  const pageNow = () => trueMs + pageAheadMs;
  const clock = createServerClock(pageNow);
  return {
    clock,
    errorMs: () => clock.now() - trueMs,
    pass: (ms: number) => {
      trueMs += ms;
    },
    setPageClock: (aheadMs: number) => {
      pageAheadMs = aheadMs;
    },
    /** An answer that takes `thereMs` to the gateway and `backMs` from it. */
    ask: (thereMs: number, backMs: number) => {
      const sentAtMs = pageNow();
      trueMs += thereMs;
      const date = new Date(trueMs).toUTCString();
      trueMs += backMs;
      clock.heardAnswer(date, sentAtMs);
    },
    hear: (agoMs: number, isNews = true) =>
      clock.heardEvent(new Date(trueMs - agoMs).toISOString(), isNews),
  };
}

describe("the gateway's clock", () => {
  test("is the page's until something is heard", () => {
    const scene = createScene(0);
    scene.clock.heardAnswer(null, start);
    scene.clock.heardAnswer('nonsense', start);
    scene.clock.heardEvent('nonsense', true);
    scene.hear(60_000, false);
    expect(scene.errorMs()).toBe(0);
  });

  test.each([0, 300_000, -300_000, 86_400_000])(
    'is known to the half second from one answer, the page being wrong by %i ms',
    (wrongMs) => {
      const scene = createScene(wrongMs);
      scene.pass(321);
      scene.ask(20, 20);
      expect(Math.abs(scene.errorMs())).toBeLessThanOrEqual(520);
    },
  );

  test('is known better from several answers, and a slow one spoils nothing', () => {
    const scene = createScene(-300_000);
    for (const ms of [0, 330, 330, 330]) {
      scene.pass(ms);
      scene.ask(10, 10);
    }
    scene.ask(9_000, 50);
    expect(Math.abs(scene.errorMs())).toBeLessThanOrEqual(200);
  });

  test('is known to the latency from an event that has just happened', () => {
    const scene = createScene(300_000);
    scene.ask(20, 20);
    scene.hear(30);
    expect(scene.errorMs()).toBe(-30);
  });

  test('does not believe an old event more than an answer', () => {
    const scene = createScene(300_000);
    scene.ask(20, 20);
    scene.hear(60_000);
    expect(Math.abs(scene.errorMs())).toBeLessThanOrEqual(520);
  });

  test('is taken from events where the answers show no date, from the freshest', () => {
    const scene = createScene(-300_000);
    scene.hear(2_000);
    scene.hear(40);
    scene.hear(900);
    expect(scene.errorMs()).toBe(-40);
  });

  test('is never later than an answer allows, whatever an event says', () => {
    const scene = createScene(300_000);
    scene.hear(-90_000);
    scene.ask(20, 20);
    scene.ask(20, 20);
    scene.hear(-90_000);
    expect(Math.abs(scene.errorMs())).toBeLessThanOrEqual(520);
    scene.hear(30);
    expect(scene.errorMs()).toBe(-30);
  });

  test("is found again after the page's clock was set", () => {
    const scene = createScene(300_000);
    scene.ask(20, 20);
    scene.hear(30);
    scene.setPageClock(0);
    scene.ask(20, 20);
    expect(Math.abs(scene.errorMs())).toBeLessThanOrEqual(520);
  });
});
