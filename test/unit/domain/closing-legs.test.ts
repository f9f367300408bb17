import { describe, expect, test } from 'vitest';
import { closingLimitMs } from '../../../src/domain/closing-legs.js';
import { isFinished, nextWakeAtMs } from '../../../src/domain/thread.js';
import type { ContactCentreOutcome, ThreadState } from '../../../src/domain/thread-state.js';
import {
  agentMessage,
  contactNumber,
  customerMessage,
  type DrivenThread,
  driveThread,
  freshThread,
  messageId,
  nameOf,
  startMs,
} from '../../support/domain-builders.js';

const contact = contactNumber('1001');
const done: ContactCentreOutcome = { kind: 'done' };
const rejected: ContactCentreOutcome = { kind: 'rejected', code: 'CONTACT_CENTRE_REJECTED' };
const deferred: ContactCentreOutcome = { kind: 'deferred', code: 'CONTACT_CENTRE_FORBIDDEN' };
const inDoubt: ContactCentreOutcome = { kind: 'inDoubt' };
const holds: ContactCentreOutcome = {
  kind: 'readBack',
  contacts: [{ contact, isLive: false }],
  isThreadOpen: false,
};
const nothingTold: ContactCentreOutcome = { kind: 'readBack', contacts: [] };

function send(thread: DrivenThread, id: string): DrivenThread {
  return thread.feed({ type: 'inbound', message: customerMessage(id) });
}

/** A thread whose first message went to its contact. */
function openThread(change: Partial<ThreadState> = {}): DrivenThread {
  return send(driveThread(change), 'm-1').settle({ kind: 'done', contact });
}

function ended(): DrivenThread {
  return openThread().feed({ type: 'end', by: 'operator' });
}

function names(thread: DrivenThread): string[] {
  return thread.tasks().map(nameOf);
}

/** Lets time pass until the thread wakes by itself, and gives what it starts then. */
function wake(thread: DrivenThread): { readonly calls: string[]; readonly waitedMs: number } {
  const wakeAtMs = nextWakeAtMs(thread.state) ?? Number.NaN;
  const waitedMs = wakeAtMs - thread.nowMs;
  return { calls: names(thread.wait(waitedMs)), waitedMs };
}

describe('the legs of an end', () => {
  test('are the contact, the thread, and the look whether both hold', () => {
    const thread = ended();
    expect(names(thread)).toEqual(['endContact closed']);
    expect(names(thread.settle(done))).toEqual(['shutThread']);
    expect(names(thread.settle(done))).toEqual(['readBack']);
    expect(thread.state.closed?.endedContacts).toEqual([contact]);
    expect(isFinished(thread.state)).toBe(false);
    expect(isFinished(thread.settle(holds).state)).toBe(true);
    expect(thread.state.closed?.missing).toEqual([]);
  });

  test('of an end by the agent look at no contact', () => {
    const thread = openThread().feed({ type: 'end', by: 'agent' });
    expect(names(thread)).toEqual(['shutThread']);
    expect(names(thread.settle(done))).toEqual(['readBack']);
    expect(thread.state.closed?.endedContacts).toEqual([]);
  });

  test.each([
    ['put off', deferred],
    ['in doubt', inDoubt],
  ])('go on by themselves while one is %s, and come back to it', (_how, outcome) => {
    const thread = ended().settle(outcome);
    expect(wake(thread)).toEqual({ calls: ['shutThread'], waitedMs: 500 });
    expect(names(thread.settle(done))).toEqual(['endContact closed']);
    expect(names(thread.settle(done))).toEqual(['readBack']);
  });

  test('are tried at ever longer intervals while nothing is taken', () => {
    const thread = ended();
    const tries = Array.from({ length: 7 }, () => wake(thread.settle(deferred)));
    expect(tries.map(({ waitedMs }) => waitedMs)).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
    ]);
    expect(tries.slice(0, 4).flatMap(({ calls }) => calls)).toEqual([
      'shutThread',
      'endContact closed',
      'shutThread',
      'endContact closed',
    ]);
  });

  test('keep to what the contact centre asked to wait', () => {
    const thread = ended().settle({ ...deferred, retryAfterMs: 60_000 });
    expect(wake(thread)).toEqual({ calls: ['shutThread'], waitedMs: 60_000 });
  });

  test("come after the customer's messages and before reports", () => {
    const thread = openThread();
    thread.feed({ type: 'agentReply', message: agentMessage('r-1') });
    thread.feed({ type: 'receipt', receipt: { kind: 'seen', upToSeq: 9, atMs: startMs } });
    expect(names(thread)).toEqual(['report seen r-1']);
    thread.settle(deferred);
    send(thread, 'm-2').feed({ type: 'end', by: 'customer' });
    expect(wake(thread).calls).toEqual(['post m-2']);
    expect(names(thread.settle({ kind: 'done', contact }))).toEqual(['endContact closed']);
    expect(names(thread.settle(done))).toEqual(['shutThread']);
    expect(names(thread.settle(done))).toEqual(['readBack']);
    expect(names(thread.settle(holds))).toEqual(['report seen r-1']);
  });
});

describe('what is read back', () => {
  const readBack = () => ended().settle(done).settle(done);

  test.each<[string, ContactCentreOutcome, string[]]>([
    [
      'contact that is live',
      { ...holds, contacts: [{ contact, isLive: true }] },
      ['endContact closed 1001'],
    ],
    ['thread that is open', { ...holds, isThreadOpen: true }, ['shutThread']],
    [
      'contact and thread that are',
      { kind: 'readBack', contacts: [{ contact, isLive: true }], isThreadOpen: true },
      ['endContact closed 1001', 'shutThread'],
    ],
  ])('of a %s: is looked at again, then done again', (_what, seen, redone) => {
    const thread = readBack().settle(seen);
    expect(wake(thread)).toEqual({ calls: ['readBack'], waitedMs: 1_000 });
    const { calls, waitedMs } = wake(thread.settle(seen));
    expect(waitedMs).toBe(2_000);
    const next = [...calls];
    while (next.at(-1) !== 'readBack') next.push(...names(thread.settle(done)));
    expect(next).toEqual([...redone, 'readBack']);
    expect(isFinished(thread.settle(holds).state)).toBe(true);
  });

  test('and contradicts for long, is read at intervals of five minutes at last', () => {
    const thread = readBack();
    const waits: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      const { calls, waitedMs } = wake(thread.settle({ ...holds, isThreadOpen: true }));
      waits.push(waitedMs);
      if (calls.includes('shutThread')) thread.settle(done);
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(waits.at(-1)).toBe(300_000);
  });

  test('and says nothing, contradicts nothing', () => {
    const thread = readBack().settle(nothingTold);
    expect(isFinished(thread.state)).toBe(true);
    expect(thread.state.closed?.missing).toEqual([]);
  });

  test('holds up no report', () => {
    const thread = openThread();
    thread.feed({ type: 'end', by: 'operator' });
    thread.feed({ type: 'agentReply', message: agentMessage('late') });
    thread.settle(done).settle(done);
    const { calls } = wake(thread.settle({ ...holds, isThreadOpen: true }));
    expect(calls).toEqual(['report failed late']);
    expect(names(thread.settle(done))).toEqual(['readBack']);
  });
});

describe('a leg that is refused', () => {
  test('holds all the same, when it is read back so', () => {
    const thread = ended().settle(rejected).settle(done).settle(holds);
    expect(isFinished(thread.state)).toBe(true);
    expect(thread.state.closed?.missing).toEqual([]);
  });

  test.each<[string, ContactCentreOutcome]>([
    ['nothing is told of it', nothingTold],
    ['nothing can be read', rejected],
  ])('is missing, when %s', (_when, seen) => {
    const thread = ended().settle(rejected).settle(done).settle(seen);
    expect(isFinished(thread.state)).toBe(true);
    expect(thread.state.closed?.missing).toContain('contact');
    expect(thread.state.closed?.missing).not.toContain('thread');
  });
});

describe('a contact that no answer has named', () => {
  const endedBy = (by: 'operator' | 'agent', change: Partial<ThreadState> = {}) => {
    const thread = send(driveThread(change), 'm-1').settle(done).feed({ type: 'end', by });
    expect(names(thread)).toEqual(['shutThread']);
    thread.settle(done).settle({ kind: 'readBack', contacts: [], isThreadOpen: false });
    expect(isFinished(thread.state)).toBe(true);
    return thread.state.closed?.missing;
  };

  test('is missing from an end that was to set its status', () => {
    expect(endedBy('operator')).toEqual(['contact']);
  });

  test('is missing from no end by the agent, nor from a life that may have had none', () => {
    expect(endedBy('agent')).toEqual([]);
    expect(endedBy('operator', { formerContact: contact })).toEqual([]);
  });
});

describe('an operator who gives a leg up', () => {
  test('names it as missing, and it is not done again', () => {
    const thread = ended().settle(done).settle(deferred);
    thread.feed({ type: 'repair', action: 'giveUp' });
    expect(thread.state.closed?.missing).toEqual(['thread']);
    expect(names(thread)).toEqual(['readBack']);
    thread.settle({ ...holds, isThreadOpen: true });
    expect(isFinished(thread.state)).toBe(true);
  });

  test('gives up with the read-back what only that could confirm', () => {
    const thread = ended().settle(rejected).settle(done).settle(deferred);
    thread.feed({ type: 'repair', action: 'giveUp' });
    expect(thread.state.closed?.missing.toSorted()).toEqual(['contact', 'readBack']);
    expect(isFinished(thread.state)).toBe(true);
  });
});

describe('an end whose time is over', () => {
  /** Puts off whatever is tried until the limit. */
  function untilLimit(thread: DrivenThread): DrivenThread {
    const limitAtMs = startMs + closingLimitMs;
    while (thread.nowMs < limitAtMs) {
      if (thread.state.contactCentreLane.isInFlight) thread.settle(deferred);
      const wakeAtMs = nextWakeAtMs(thread.state) ?? Number.NaN;
      thread.wait(wakeAtMs - thread.nowMs);
    }
    return thread;
  }

  test('is closed all the same, and names what is missing', () => {
    const thread = untilLimit(ended());
    expect(thread.nowMs).toBe(startMs + closingLimitMs);
    if (thread.state.contactCentreLane.isInFlight) thread.settle(deferred);
    expect(isFinished(thread.state)).toBe(true);
    expect(thread.state.closed?.missing.toSorted()).toEqual(['contact', 'thread']);
  });

  test('waits for the call that is on its way', () => {
    const thread = ended();
    thread.wait(closingLimitMs + 1);
    expect(isFinished(thread.state)).toBe(false);
    expect(nextWakeAtMs(thread.state)).toBeUndefined();
    thread.settle(done);
    expect(thread.state.closed?.missing).toEqual(['thread']);
    expect(isFinished(thread.state)).toBe(true);
  });

  test.each([
    ['refused, when it is certainly not there', deferred, 'refused', 'THREAD_CLOSED'],
    ['failed, when it may be there', inDoubt, 'failed', 'CONTACT_CENTRE_SILENT'],
  ] as const)("leaves a message of the customer's %s", (_title, outcome, status, reason) => {
    const thread = send(openThread(), 'm-2').feed({ type: 'end', by: 'customer' });
    untilLimit(thread.settle(outcome));
    if (thread.state.contactCentreLane.isInFlight) thread.settle(deferred);
    expect(thread.state.ledger.inbound[messageId('m-2')]).toBe(status);
    expect(thread.state.log.at(-1)).toMatchObject({ id: 'm-2', status, reason });
    expect(isFinished(thread.state)).toBe(true);
  });

  test('is not given up a moment before', () => {
    const thread = ended().settle(deferred);
    thread.nowMs = startMs + closingLimitMs - 1;
    thread.feed({ type: 'tick' }).settle(deferred);
    expect(isFinished(thread.state)).toBe(false);
  });
});

describe('a customer whose thread an agent ended', () => {
  const policy = { ...freshThread().policy, blockAfterAgentEndMs: 60_000 };

  test('is blocked for as long as the policy says, and the thread waits for that', () => {
    const thread = openThread({ policy }).feed({ type: 'end', by: 'agent' });
    expect(thread.effects).toContainEqual({ lane: 'customerBlock', untilMs: startMs + 60_000 });
    thread.settle(done).settle(holds);
    expect(isFinished(thread.state)).toBe(false);
    expect(isFinished(thread.feed({ type: 'blockSettled' }).state)).toBe(true);
  });

  test.each([
    ['idle', policy],
    ['customer', policy],
    ['operator', policy],
    ['agent', freshThread().policy],
  ] as const)('by %s is not blocked where the policy says so', (by, ofChannel) => {
    const thread = openThread({ policy: ofChannel }).feed({ type: 'end', by });
    expect(thread.effects.map(({ lane }) => lane)).not.toContain('customerBlock');
    expect(thread.state.block).toBeNull();
  });
});
