import { describe, expect, test } from 'vitest';
import { closingLimitMs } from '../../../src/domain/closing-legs.js';
import { archiveLog } from '../../../src/domain/customer-log.js';
import { newPlatformLane } from '../../../src/domain/platform-lane.js';
import { startAgain } from '../../../src/domain/reopening.js';
import { isFinished, isQuiet, nextWakeAtMs } from '../../../src/domain/thread.js';
import type { DeliveryOutcome } from '../../../src/domain/thread-state.js';
import {
  agentMessage,
  contactNumber,
  customerMessage,
  type DrivenThread,
  driveThread,
  externalId,
  freshThread,
  nameOf,
  patientPolicy,
  startMs,
} from '../../support/domain-builders.js';

const platform = newPlatformLane('platform', startMs);
const contact = contactNumber('1001');

function platformThread(): DrivenThread {
  return driveThread({ platform, policy: patientPolicy });
}

/** A thread whose customer has written one message, which the contact centre has. */
function begunThread(): DrivenThread {
  const thread = platformThread().feed({ type: 'inbound', message: customerMessage('m-1') });
  thread.settle({ kind: 'done', contact });
  return settle(thread, { kind: 'taken' });
}

function settle(thread: DrivenThread, outcome: DeliveryOutcome): DrivenThread {
  return thread.feed({ type: 'deliverySettled', outcome });
}

function say(thread: DrivenThread, id: string): DrivenThread {
  return thread.feed({ type: 'agentReply', message: agentMessage(id) });
}

/** The numbers of the events that the last step started to give. */
function givenBy({ effects }: DrivenThread): number[] {
  return effects.flatMap((effect) => (effect.lane === 'platform' ? [effect.event.seq] : []));
}

function statusOf({ state }: DrivenThread, id: string): string | undefined {
  return state.ledger.outbound[externalId(id)]?.status;
}

describe('what a platform is given', () => {
  test('is everything but the messages that it brought itself', () => {
    const thread = platformThread().feed({ type: 'inbound', message: customerMessage('m-1') });
    expect(givenBy(thread)).toEqual([]);
    thread.settle({ kind: 'done', contact });
    expect(thread.effects).toEqual([
      {
        lane: 'platform',
        event: { seq: 2, type: 'message-status', id: 'm-1', status: 'sent' },
      },
    ]);
    settle(thread, { kind: 'taken' });
    expect(givenBy(say(thread, 'r-1'))).toEqual([3]);
  });

  test('comes one at a time, in order', () => {
    const thread = begunThread();
    expect(givenBy(say(thread, 'r-1'))).toEqual([3]);
    expect(givenBy(say(thread, 'r-2'))).toEqual([]);
    thread.feed({ type: 'inbound', message: customerMessage('m-2') });
    expect(givenBy(say(thread, 'r-3'))).toEqual([]);
    expect(givenBy(settle(thread, { kind: 'taken' }))).toEqual([4]);
    expect(givenBy(settle(thread, { kind: 'taken' }))).toEqual([6]);
  });

  test('goes to no pages, and pages get nothing of a platform', () => {
    const thread = say(driveThread({ policy: patientPolicy }), 'r-1');
    expect(givenBy(thread)).toEqual([]);
    expect(thread.state.platform).toBeNull();
    expect(say(begunThread(), 'r-1').state.pages).toEqual({});
  });

  test('is waited for before a run may end', () => {
    const thread = say(begunThread(), 'r-1');
    expect(isQuiet(thread.state)).toBe(false);
    expect(isQuiet(settle(thread, { kind: 'taken' }).state)).toBe(true);
  });

  test('an outcome that nobody waits for changes nothing', () => {
    const thread = begunThread();
    const before = thread.state;
    expect(settle(thread, { kind: 'gone' }).state).toEqual(before);
    const pages = driveThread();
    expect(settle(pages, { kind: 'taken' }).state).toEqual(freshThread());
  });
});

describe('what a platform does not take', () => {
  test('is given again after pauses that double up to a minute', () => {
    const thread = say(begunThread(), 'r-1');
    const pauses = Array.from({ length: 10 }, () => {
      settle(thread, { kind: 'deferred' });
      const pauseMs = (nextWakeAtMs(thread.state) ?? 0) - thread.nowMs;
      expect(givenBy(thread.wait(pauseMs - 1))).toEqual([]);
      expect(givenBy(thread.wait(1))).toEqual([3]);
      return pauseMs;
    });
    expect(pauses).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });

  test('is held until Retry-After where that is longer, but never for more than a day', () => {
    const thread = say(begunThread(), 'r-1');
    settle(thread, { kind: 'deferred', retryAfterMs: 90_000 });
    expect(nextWakeAtMs(thread.state)).toBe(thread.nowMs + 90_000);
    thread.wait(90_000);
    settle(thread, { kind: 'deferred', retryAfterMs: 1 });
    expect(nextWakeAtMs(thread.state)).toBe(thread.nowMs + 1_000);
    thread.wait(1_000);
    settle(thread, { kind: 'deferred', retryAfterMs: 1e15 });
    expect(nextWakeAtMs(thread.state)).toBe(thread.nowMs + 86_400_000);
  });

  test('begins with a short pause again once something was taken', () => {
    const thread = say(begunThread(), 'r-1');
    settle(thread, { kind: 'deferred' });
    thread.wait(500);
    settle(thread, { kind: 'deferred' });
    thread.wait(1_000);
    settle(thread, { kind: 'taken' });
    say(thread, 'r-2');
    settle(thread, { kind: 'deferred' });
    expect(nextWakeAtMs(thread.state)).toBe(thread.nowMs + 500);
  });

  test('holds up what comes after it, but not the lane to the contact centre', () => {
    const thread = say(begunThread(), 'r-1');
    settle(thread, { kind: 'deferred' });
    expect(givenBy(say(thread, 'r-2'))).toEqual([]);
    thread.feed({ type: 'inbound', message: customerMessage('m-2') });
    expect(thread.tasks().map(nameOf)).toEqual(['post m-2']);
  });
});

describe('what a platform will never take', () => {
  test("fails an agent's message, tells the agent, and goes on", () => {
    const thread = say(say(begunThread(), 'r-1'), 'r-2');
    settle(thread, { kind: 'gone' });
    expect(givenBy(thread)).toEqual([4]);
    expect(statusOf(thread, 'r-1')).toBe('failed');
    expect(thread.tasks()).toEqual([
      {
        kind: 'report',
        messageId: 'r-1',
        status: 'failed',
        atMs: thread.nowMs,
        reason: "the customer's platform will not take it",
      },
    ]);
    expect(thread.state.phase).toBe('open');
    expect(statusOf(settle(thread, { kind: 'taken' }), 'r-2')).toBe('accepted');
  });

  test('tells nobody of an event that is no message of an agent', () => {
    const thread = platformThread().feed({ type: 'inbound', message: customerMessage('m-1') });
    thread.settle({ kind: 'done', contact });
    settle(thread, { kind: 'gone' });
    expect(thread.effects).toEqual([]);
    expect(thread.state.platform?.cursor).toBe(2);
  });

  test('does not fail a message for which a receipt came', () => {
    const thread = say(begunThread(), 'r-1');
    const receipt = { kind: 'delivered' as const, messageId: externalId('r-1'), atMs: startMs };
    thread.feed({ type: 'receipt', receipt }).settle({ kind: 'done' });
    settle(thread, { kind: 'gone' });
    expect(statusOf(thread, 'r-1')).toBe('delivered');
    expect(thread.effects).toEqual([]);
  });
});

describe('an operator', () => {
  function putOff(): DrivenThread {
    const thread = say(say(begunThread(), 'r-1'), 'r-2');
    return settle(thread, { kind: 'deferred', retryAfterMs: 3_600_000 });
  }
  const repair = (thread: DrivenThread, action: 'retry' | 'giveUp') =>
    thread.feed({ type: 'repair', action });

  test('has what was put off given again at once', () => {
    expect(givenBy(repair(putOff(), 'retry'))).toEqual([3]);
  });

  test('gives up the event that was put off, and the next one is given', () => {
    const thread = repair(putOff(), 'giveUp');
    expect(givenBy(thread)).toEqual([4]);
    expect(statusOf(thread, 'r-1')).toBe('failed');
    expect(thread.tasks()).toMatchObject([
      { kind: 'report', status: 'failed', reason: 'OPERATOR' },
    ]);
    expect(thread.state.closed).toBeNull();
  });

  test('gives up nothing of the platform while something waits for the contact centre', () => {
    const thread = putOff().feed({ type: 'inbound', message: customerMessage('m-2') });
    thread.settle({ kind: 'deferred', code: 'CONTACT_CENTRE_UNREACHABLE' });
    repair(thread, 'giveUp');
    expect(statusOf(thread, 'r-1')).toBe('accepted');
    expect(thread.state.ledger.inbound).toMatchObject({ 'm-2': 'failed' });
  });

  test.each(['retry', 'giveUp'] as const)(
    'changes nothing by %s while a delivery is on its way, or nothing was put off',
    (action) => {
      const thread = say(begunThread(), 'r-1');
      expect(givenBy(repair(thread, action))).toEqual([]);
      expect(thread.state.platform?.deliveringSeq).toBe(3);
      const rested = begunThread();
      const before = rested.state;
      expect(repair(rested, action).state).toEqual(before);
    },
  );

  test('leaves the customer of a thread that ended untold, which is named', () => {
    const thread = begunThread().feed({ type: 'end', by: 'operator' });
    thread.settle({ kind: 'done' }).settle({ kind: 'done' });
    thread.settle({
      kind: 'readBack',
      contacts: [{ contact, isLive: false }],
      isThreadOpen: false,
    });
    settle(thread, { kind: 'deferred' });
    repair(thread, 'giveUp');
    expect(thread.state.closed?.missing).toEqual(['customer']);
    expect(isFinished(thread.state)).toBe(true);
  });
});

test('a receipt for one message covers no other', () => {
  const thread = say(say(begunThread(), 'r-1'), 'r-2');
  const receipt = { kind: 'seen' as const, messageId: externalId('r-2'), atMs: startMs };
  thread.feed({ type: 'receipt', receipt });
  expect(thread.tasks().map(nameOf)).toEqual(['report seen r-2']);
  expect(statusOf(thread, 'r-1')).toBe('accepted');
});

describe('the idle clock of a thread with a platform', () => {
  const idle = { ...patientPolicy, idleAfterMs: 60_000, countdownMs: 5_000 };

  function waiting(): DrivenThread {
    const thread = driveThread({ platform, policy: idle });
    thread.feed({ type: 'inbound', message: customerMessage('m-1') });
    return thread.settle({ kind: 'done', contact });
  }
  const tell = (thread: DrivenThread, change: 'left' | 'returned', changedAtMs = thread.nowMs) =>
    thread.feed({ type: 'whereabouts', change, changedAtMs });

  test('does not run while the customer waits and has not left', () => {
    expect(waiting().wait(600_000).state.phase).toBe('open');
  });

  test('runs from the moment at which the customer left while waiting', () => {
    const thread = waiting().wait(10_000);
    tell(thread, 'left', thread.nowMs - 4_000);
    expect(thread.wait(55_999).state.phase).toBe('open');
    expect(thread.wait(1).state.phase).toBe('warned');
  });

  test('a moment that has not come yet counts as now', () => {
    const thread = tell(waiting(), 'left', startMs + 1e9);
    expect(thread.wait(60_000).state.phase).toBe('warned');
  });

  test('stops when the customer returns while waiting, but a countdown goes on', () => {
    const thread = tell(tell(waiting(), 'left'), 'returned');
    expect(thread.wait(600_000).state.phase).toBe('open');
    tell(thread, 'left').wait(60_000);
    expect(tell(thread, 'returned').state.phase).toBe('warned');
    expect(thread.wait(5_000).state.closed?.by).toBe('idle');
  });

  test('a message says that the customer is there, a repeat of one does not', () => {
    const thread = tell(waiting(), 'left');
    thread.feed({ type: 'inbound', message: customerMessage('m-1') });
    expect(thread.state.platform?.isAway).toBe(true);
    thread.feed({ type: 'inbound', message: customerMessage('m-2') });
    expect(thread.state.platform?.isAway).toBe(false);
    expect(thread.wait(600_000).state.phase).toBe('open');
  });

  test('runs while the customer owes an answer, there or not', () => {
    const thread = say(waiting(), 'r-1');
    tell(tell(thread, 'left'), 'returned');
    expect(thread.wait(60_000).state.phase).toBe('warned');
  });

  test('is no business of a thread whose customer looks at pages', () => {
    const thread = driveThread().feed({ type: 'inbound', message: customerMessage('m-1') });
    const before = thread.state;
    expect(tell(thread, 'returned').state).toEqual(before);
    expect(tell(thread, 'left').state).toEqual(before);
  });
});

describe('a closed thread', () => {
  function closed(): DrivenThread {
    const thread = say(begunThread(), 'r-1').feed({ type: 'end', by: 'agent' });
    thread.settle({ kind: 'done' });
    return thread.settle({ kind: 'readBack', contacts: [], isThreadOpen: false });
  }

  test('is finished only when the platform knows of its end', () => {
    const thread = closed();
    expect(isFinished(thread.state)).toBe(false);
    for (let left = thread.state.lastSeq; left > 2; left -= 1) {
      expect(isFinished(thread.state)).toBe(false);
      settle(thread, { kind: 'taken' });
    }
    expect(isFinished(thread.state)).toBe(true);
    expect(thread.state.closed?.missing).toEqual([]);
  });

  test('gives up after a day what the platform has not taken, and names that as missing', () => {
    const thread = closed();
    settle(thread, { kind: 'deferred', retryAfterMs: 1e15 });
    expect(thread.wait(closingLimitMs - 1).state.closed?.missing).toEqual([]);
    thread.wait(1);
    // It was due in the same moment.
    expect(thread.state.closed?.missing).toEqual(['customer']);
    expect(statusOf(thread, 'r-1')).toBe('failed');
    expect(isFinished(thread.state)).toBe(true);
    expect(givenBy(thread)).toEqual([]);
  });

  test('waits for the delivery that is on its way, however long ago it closed', () => {
    const thread = closed().wait(closingLimitMs + 1);
    expect(thread.state.closed?.missing).toEqual([]);
    settle(thread, { kind: 'deferred' });
    expect(thread.state.closed?.missing).toEqual(['customer']);
  });

  test('that starts again gives its platform nothing a second time', () => {
    const thread = closed();
    while (!isFinished(thread.state)) settle(thread, { kind: 'taken' });
    const { lastSeq, ledger } = thread.state;
    const life = { ledger, contact };
    const fresh = freshThread({ platform: newPlatformLane('platform', thread.nowMs) });
    const again = startAgain(fresh, { runId: 'run-1', lastSeq }, life, thread.nowMs);
    expect(again.platform?.cursor).toBe(lastSeq);
    const driven = driveThread(again).feed({ type: 'tick' });
    expect(givenBy(driven)).toEqual([lastSeq + 1]);
  });
});

test('a run that is handed over keeps what the platform has not taken', () => {
  const thread = say(say(say(begunThread(), 'r-1'), 'r-2'), 'r-3');
  settle(thread, { kind: 'taken' });
  settle(thread, { kind: 'deferred' });
  expect(archiveLog(thread.state, 'run-1', 0).log.map(({ seq }) => seq)).toEqual([4, 5]);
  while (thread.state.platform?.cursor !== 5) {
    thread.wait(60_000);
    settle(thread, { kind: 'taken' });
  }
  expect(archiveLog(thread.state, 'run-1', 0).log.map(({ seq }) => seq)).toEqual([5]);
});

test('a thread says whose moment it was that the customer wrote', () => {
  const message = customerMessage('m-1', { writtenAtMs: startMs - 60_000 });
  const { state } = platformThread().feed({ type: 'inbound', message });
  expect(state.log[0]).toMatchObject({ type: 'message', atMs: startMs - 60_000 });
});
