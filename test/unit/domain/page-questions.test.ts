import { describe, expect, test } from 'vitest';
import { clockDueAtMs } from '../../../src/domain/idle-clock.js';
import { nextProbeAtMs } from '../../../src/domain/pages.js';
import type { Effect } from '../../../src/domain/thread-state.js';
import {
  type DrivenThread,
  driveThread,
  gatewayA,
  startMs,
} from '../../support/domain-builders.js';
import {
  idleAfterMs,
  opens,
  passUntil,
  play,
  says,
  secondsUntilDue,
  sees,
} from '../../support/domain-conversation.js';

describe('a page whose gateway may have died', () => {
  const waiting = () => play('0 opens, 10 says');
  const probes = (effects: readonly Effect[]) =>
    effects.filter((effect) => effect.lane === 'customer' && effect.events.length === 0);
  /** Lets the next question find no answer; gives when it was asked, in milliseconds. */
  const missesNextProbe = (thread: DrivenThread, lateMs = 0): number => {
    // A question that is due already when the one before finds no answer is asked with it.
    if (probes(thread.effects).length === 0) {
      thread.nowMs = nextProbeAtMs(thread.state) ?? Number.NaN;
      thread.feed({ type: 'tick' });
    }
    expect(probes(thread.effects)).toHaveLength(1);
    const askedAtMs = thread.nowMs - startMs;
    thread.nowMs += 5_000 + lateMs;
    thread.feed({ type: 'showSettled', gateway: gatewayA, outcome: 'unanswered' });
    return askedAtMs;
  };

  test('is asked for with an empty show while its customer waits', () => {
    const thread = waiting();
    const shownAtMs = thread.nowMs;
    thread.nowMs = shownAtMs + idleAfterMs / 4 - 1;
    expect(probes(thread.feed({ type: 'tick' }).effects)).toEqual([]);
    thread.nowMs += 1;
    expect(probes(thread.feed({ type: 'tick' }).effects)).toHaveLength(1);
  });

  test('is asked for again after each answer, and the thread is never warned', () => {
    const thread = waiting();
    for (let second = 10; second < 1_000; second += 5) passUntil(thread, startMs + second * 1_000);
    expect(thread.state.phase).toBe('open');
  });

  test('that is gone starts the clock at the last proof of it', () => {
    const thread = waiting();
    passUntil(thread, startMs + 40_000);
    passUntil(thread, startMs + 55_000);
    thread.nowMs = startMs + 70_000;
    expect(probes(thread.feed({ type: 'tick' }).effects)).toHaveLength(1);
    thread.nowMs += 5_000;
    thread.feed({ type: 'showSettled', gateway: gatewayA, outcome: 'noPage' });
    expect(secondsUntilDue(thread)).toBe(40 + idleAfterMs / 1_000);
  });

  test('is asked for a second time when there was no answer, and has not gone meanwhile', () => {
    const thread = waiting();
    passUntil(thread, startMs + 40_000);
    expect(missesNextProbe(thread)).toBe(70_000);
    expect(secondsUntilDue(thread)).toBeNull();
    expect(nextProbeAtMs(thread.state)).toBe(startMs + 75_000 + idleAfterMs / 4);
    thread.nowMs = startMs + 105_000;
    expect(probes(thread.feed({ type: 'tick' }).effects)).toHaveLength(1);
    thread.feed({ type: 'showSettled', gateway: gatewayA, outcome: 'shown' });
    expect(missesNextProbe(thread)).toBe(135_000);
    expect(secondsUntilDue(thread)).toBeNull();
  });

  test('that opens after it gave no answer may miss another question', () => {
    const thread = waiting();
    missesNextProbe(thread);
    opens()(thread);
    missesNextProbe(thread);
    expect(secondsUntilDue(thread)).toBeNull();
    missesNextProbe(thread);
    expect(thread.state.pages).toEqual({});
  });

  test('that twice gave no answer is gone, and the clock starts at the last proof of it', () => {
    const thread = waiting();
    passUntil(thread, startMs + 40_000);
    missesNextProbe(thread);
    missesNextProbe(thread);
    expect(thread.state.pages).toEqual({});
    expect(secondsUntilDue(thread)).toBe(40 + idleAfterMs / 1_000);
  });

  test('is not asked for while the customer owes an answer', () => {
    const thread = play('0 opens, 1 says, 10 agent says');
    thread.nowMs += idleAfterMs / 2;
    expect(probes(thread.feed({ type: 'tick' }).effects)).toEqual([]);
  });

  test('is warned no later than five seconds after the moment, when it answers nothing', () => {
    for (const [shortIdleMs, lateMs] of [
      [400, 0],
      [5_000, 0],
      [6_000, 300],
      [10_000, 300],
      [11_500, 300],
      [15_000, 300],
      [20_000, 300],
      [120_000, 300],
    ] as const) {
      const policy = { ...driveThread().state.policy, idleAfterMs: shortIdleMs };
      const thread = driveThread({ policy });
      sees(opens()(thread));
      sees(says(thread));
      const diedAtMs = thread.nowMs;
      while (gatewayA in thread.state.pages) missesNextProbe(thread, lateMs);
      const dueAtMs = Math.max(clockDueAtMs(thread.state) ?? Number.NaN, thread.nowMs);
      expect(dueAtMs - diedAtMs).toBeLessThanOrEqual(shortIdleMs + 5_000);
    }
  });
});

test.each(['noPage', 'unanswered'] as const)(
  'a customer who wrote after the last proof of a page that is gone has the idle time from then: %s',
  (outcome) => {
    const thread = play('0 opens, 1 says, 2 agent says');
    thread.nowMs = startMs + 100_000;
    says(thread);
    while (gatewayA in thread.state.pages) {
      thread.nowMs = nextProbeAtMs(thread.state) ?? thread.nowMs;
      thread.feed({ type: 'tick' });
      thread.nowMs += 5_000;
      thread.feed({ type: 'showSettled', gateway: gatewayA, outcome });
    }
    expect(secondsUntilDue(thread)).toBe(220);
  },
);
