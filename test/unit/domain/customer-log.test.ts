import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  appendEvent,
  archiveLog,
  eventsAfter,
  takePage,
  viewThread,
} from '../../../src/domain/customer-log.js';
import type { CustomerEvent } from '../../../src/domain/messages.js';
import type { ThreadState } from '../../../src/domain/thread-state.js';
import { endOf, freshThread, gatewayA } from '../../support/domain-builders.js';
import { readAfter } from '../../support/domain-gateways.js';

const wide = { events: 1_000, size: 1_000_000 };
const seqsOf = (events: readonly { readonly seq: number }[]) => events.map(({ seq }) => seq);

/** A thread whose log holds texts of these lengths. */
function threadWith(lengths: readonly number[], from: ThreadState = freshThread()): ThreadState {
  return lengths.reduce(
    (state, length) =>
      appendEvent(state, {
        type: 'message',
        id: `m-${state.lastSeq + 1}`,
        from: 'agent',
        text: 'x'.repeat(length),
        atMs: 1,
      }),
    from,
  );
}

function sizeOf(event: CustomerEvent | undefined): number {
  return JSON.stringify(event).length;
}

test('events are numbered from 1, also after an archive', () => {
  const state = threadWith([1, 1, 1]);
  expect(seqsOf(state.log)).toEqual([1, 2, 3]);
  const later = threadWith([1, 1], archiveLog(state, 'run-1', 0));
  expect(seqsOf(later.log)).toEqual([3, 4, 5]);
  expect(later.lastSeq).toBe(5);
});

test('a view tells nobody which gateway shows an event unasked', () => {
  const state = appendEvent(freshThread(), { type: 'state', state: 'open' }, gatewayA);
  expect(state.log).toEqual([{ seq: 1, type: 'state', state: 'open', shownBy: gatewayA }]);
  expect(viewThread(state, 0, wide).events).toEqual([{ seq: 1, type: 'state', state: 'open' }]);
});

test.each([
  [-1, [1, 2, 3]],
  [0, [1, 2, 3]],
  [1, [2, 3]],
  [3, []],
  [99, []],
])('after %i come %j', (afterSeq, seqs) => {
  const view = viewThread(threadWith([1, 1, 1]), afterSeq, wide);
  expect(seqsOf(view.events)).toEqual(seqs);
  expect(view).toMatchObject({ hasMore: false, lastSeq: 3 });
});

test('a thread to which nothing happened shows nothing', () => {
  expect(viewThread(freshThread(), 0, wide)).toEqual({
    state: 'open',
    events: [],
    hasMore: false,
    lastSeq: 0,
  });
  expect(eventsAfter([], 7)).toEqual([]);
});

test('a view says what the thread is, and who ended it when', () => {
  const warned = freshThread({ phase: 'warned', deadlineAtMs: 7 });
  expect(viewThread(warned, 0, wide)).toMatchObject({ state: 'warned', deadlineAtMs: 7 });
  const closed = freshThread({ phase: 'closed', closed: endOf('idle', 9) });
  expect(viewThread(closed, 0, wide)).toMatchObject({
    state: 'closed',
    closedBy: 'idle',
    closedAtMs: 9,
  });
});

describe('a page', () => {
  const { log } = threadWith([10, 10, 10]);
  const size = sizeOf(log[0]);

  test.each([
    ['as many events as are allowed', { events: 2, size: 10_000 }, 2],
    ['as much as fits', { events: 9, size: 2 * size }, 2],
    ['not an event that fits by all but one character', { events: 9, size: 2 * size - 1 }, 1],
    ['one event however big it is', { events: 9, size: 0 }, 1],
    ['one event however few are allowed', { events: 0, size: 10_000 }, 1],
  ])('takes %s', (_name, limit, count) => {
    expect(takePage(log, limit)).toEqual(log.slice(0, count));
  });

  test('of nothing is empty', () => {
    expect(takePage([], { events: 0, size: 0 })).toEqual([]);
  });

  test('says that more follows exactly when more follows', () => {
    const state = threadWith([10, 10, 10]);
    expect(viewThread(state, 0, { events: 2, size: 10_000 }).hasMore).toBe(true);
    expect(viewThread(state, 1, { events: 2, size: 10_000 }).hasMore).toBe(false);
  });
});

describe('an archived log', () => {
  test('leaves the oldest events behind and keeps as much of the rest as fits', () => {
    const state = threadWith([10, 10, 10, 10]);
    const kept = 2 * sizeOf(state.log[0]);
    const handed = archiveLog(state, 'run-1', kept);
    expect(seqsOf(handed.log)).toEqual([3, 4]);
    expect(handed.archivedLogs).toEqual([{ runId: 'run-1', upToSeq: 2 }]);
    expect(seqsOf(archiveLog(state, 'run-1', kept - 1).log)).toEqual([4]);
  });

  test('keeps the last event whatever its size', () => {
    expect(seqsOf(archiveLog(threadWith([10, 10_000]), 'run-1', 100).log)).toEqual([2]);
  });

  test.each([0, 3])('is no archive when all %i events fit', (count) => {
    const state = threadWith(Array.from({ length: count }, () => 5));
    expect(archiveLog(state, 'run-1', 10_000)).toBe(state);
  });

  test('sends a reader to the run that holds the next event', () => {
    const first = archiveLog(threadWith([5, 5, 5]), 'run-1', 0);
    const second = archiveLog(threadWith([5, 5], first), 'run-2', 0);
    expect(second.archivedLogs).toEqual([
      { runId: 'run-1', upToSeq: 2 },
      { runId: 'run-2', upToSeq: 4 },
    ]);
    const askedOf = (afterSeq: number) => viewThread(second, afterSeq, wide);
    expect(askedOf(0)).toMatchObject({ olderRunId: 'run-1', events: [], hasMore: true });
    expect(askedOf(1)).toMatchObject({ olderRunId: 'run-1' });
    expect(askedOf(2)).toMatchObject({ olderRunId: 'run-2', events: [], hasMore: true });
    expect(askedOf(4).olderRunId).toBeUndefined();
    expect(seqsOf(askedOf(4).events)).toEqual([5]);
  });

  test('reads without a gap across any number of runs, from anywhere', () => {
    const steps = fc.array(
      fc.record({ lengths: fc.array(fc.nat(300), { maxLength: 8 }), keepSize: fc.nat(600) }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(steps, fc.nat(50), (all, afterSeq) => {
        const runs = new Map<string, ThreadState>();
        let state = freshThread();
        for (const { lengths, keepSize } of all) {
          state = threadWith(lengths, state);
          runs.set(`run-${runs.size}`, state);
          state = archiveLog(state, `run-${runs.size - 1}`, keepSize);
        }
        const from = Math.min(afterSeq, state.lastSeq);
        const expected = Array.from({ length: state.lastSeq - from }, (_, i) => from + 1 + i);
        expect(seqsOf(readAfter(state, runs, from))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
