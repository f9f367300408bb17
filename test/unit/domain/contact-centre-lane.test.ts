import { describe, expect, test } from 'vitest';
import { countWaitingPosts, isLaneEmpty } from '../../../src/domain/contact-centre-lane.js';
import { nextWakeAtMs } from '../../../src/domain/thread.js';
import type { ContactCentreOutcome } from '../../../src/domain/thread-state.js';
import {
  agentMessage,
  contactNumber,
  customerMessage,
  type DrivenThread,
  driveThread,
  messageId,
  nameOf,
  startMs,
} from '../../support/domain-builders.js';

const contact = contactNumber('1001');
const done: ContactCentreOutcome = { kind: 'done', contact };
const absent: ContactCentreOutcome = { kind: 'absent' };
const inDoubt: ContactCentreOutcome = { kind: 'inDoubt' };
const rejected: ContactCentreOutcome = { kind: 'rejected', code: 'CONTACT_CENTRE_REJECTED' };
const deferred: ContactCentreOutcome = { kind: 'deferred', code: 'CONTACT_CENTRE_FORBIDDEN' };
const limited: ContactCentreOutcome = {
  kind: 'deferred',
  code: 'CONTACT_CENTRE_RATE_LIMITED',
  retryAfterMs: 60_000,
};

function send(id: string, thread: DrivenThread = driveThread()): DrivenThread {
  return thread.feed({ type: 'inbound', message: customerMessage(id) });
}

function names(thread: DrivenThread): string[] {
  return thread.tasks().map(nameOf);
}

function statusOf(thread: DrivenThread, id = 'm-1') {
  return thread.state.ledger.inbound[messageId(id)];
}

function verdictsOf(thread: DrivenThread) {
  return thread.state.log.flatMap((event) =>
    event.type === 'message-status' ? [[event.id, event.status, event.reason] as const] : [],
  );
}

/** Brings a lone message to a stage, with its call in flight. */
const atStage = {
  post: () => send('m-1'),
  look: () => send('m-1').settle(inDoubt).wait(1_000),
  lookAgain: () => send('m-1').settle(inDoubt).wait(1_000).settle(absent).wait(1_000),
};

test.each(Object.entries(atStage))('the stage %s has its call in flight', (stage, bring) => {
  const thread = bring();
  expect(names(thread)).toEqual([`${stage} m-1`]);
  expect(thread.state.contactCentreLane.isInFlight).toBe(true);
});

type Stage = keyof typeof atStage;
/** What follows in an open thread: the next call with its wait, or the verdict. */
const afterwards: [Stage, string, ContactCentreOutcome, string, number][] = [
  ['post', 'is done', done, 'sent', 0],
  ['post', 'is in doubt', inDoubt, 'look m-1', 1_000],
  ['post', 'is rejected', rejected, 'failed CONTACT_CENTRE_REJECTED', 0],
  ['post', 'is put off', deferred, 'post m-1', 500],
  ['post', 'is put off for a said time', limited, 'post m-1', 60_000],
  ['look', 'is done', done, 'sent', 0],
  ['look', 'finds nothing', absent, 'lookAgain m-1', 1_000],
  ['look', 'is in doubt', inDoubt, 'look m-1', 500],
  ['look', 'is rejected', rejected, 'look m-1', 500],
  ['look', 'is put off', deferred, 'look m-1', 500],
  ['look', 'is put off for a said time', limited, 'look m-1', 60_000],
  ['lookAgain', 'is done', done, 'sent', 0],
  ['lookAgain', 'finds nothing', absent, 'post m-1', 0],
  ['lookAgain', 'is in doubt', inDoubt, 'lookAgain m-1', 500],
  ['lookAgain', 'is rejected', rejected, 'lookAgain m-1', 500],
  ['lookAgain', 'is put off', deferred, 'lookAgain m-1', 500],
  ['lookAgain', 'is put off for a said time', limited, 'lookAgain m-1', 60_000],
];

/** After an end that was not the customer's, nothing is posted again; all else is as before it. */
function inClosedThread(next: string): string {
  return next === 'post m-1' ? 'refused THREAD_CLOSED' : next;
}

/** What follows an outcome: the message's verdict, or its next call and how long that waits. */
function whatFollows(thread: DrivenThread): { readonly next: string; readonly waitMs: number } {
  const [verdict, more] = verdictsOf(thread);
  if (more !== undefined) throw new Error('a second verdict');
  if (verdict !== undefined) {
    const [, status, reason] = verdict;
    if (statusOf(thread) !== status) throw new Error('the ledger says something else');
    return { next: reason === undefined ? status : `${status} ${reason}`, waitMs: 0 };
  }
  const sinceMs = thread.nowMs;
  const wakeAtMs = nextWakeAtMs(thread.state);
  if (names(thread).length === 0 && wakeAtMs !== undefined) {
    const early = names(thread.wait(wakeAtMs - sinceMs - 1));
    if (early.length > 0) throw new Error('the call came early');
    thread.wait(1);
  }
  return { next: names(thread).join(), waitMs: thread.nowMs - sinceMs };
}

describe.each(afterwards)('a %s that %s', (stage, _how, outcome, next, waitMs) => {
  const closedNext = inClosedThread(next);
  const closedWaitMs = closedNext === next ? waitMs : 0;

  test(`leads to ${next}`, () => {
    expect(whatFollows(atStage[stage]().settle(outcome))).toEqual({ next, waitMs });
  });

  test.each(['agent', 'idle', 'operator'] as const)(
    `leads to ${closedNext} after the end by %s`,
    (by) => {
      const thread = atStage[stage]().feed({ type: 'end', by }).settle(outcome);
      expect(whatFollows(thread)).toEqual({ next: closedNext, waitMs: closedWaitMs });
    },
  );

  test(`leads to ${next} after the customer's own end`, () => {
    const thread = atStage[stage]().feed({ type: 'end', by: 'customer' }).settle(outcome);
    expect(whatFollows(thread)).toEqual({ next, waitMs });
  });

  test(`leads to ${closedNext} when the agent ends it after the customer`, () => {
    const thread = atStage[stage]().feed({ type: 'end', by: 'customer' });
    thread.feed({ type: 'end', by: 'agent' }).settle(outcome);
    expect(whatFollows(thread)).toEqual({ next: closedNext, waitMs: closedWaitMs });
  });
});

test.each<[Stage, string]>([
  ['post', 'sending'],
  ['look', 'inDoubt'],
  ['lookAgain', 'inDoubt'],
])('at the stage %s the ledger says %s', (stage, status) => {
  expect(statusOf(atStage[stage]())).toBe(status);
});

test('a message that is posted again after two looks is sending again', () => {
  expect(statusOf(atStage.lookAgain().settle(absent))).toBe('sending');
});

test('pauses double up to 15 s, and start anew with the next task', () => {
  const thread = send('m-2', send('m-1'));
  const waits: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    thread.settle(deferred);
    const wakeAtMs = nextWakeAtMs(thread.state) ?? Number.NaN;
    waits.push(wakeAtMs - thread.nowMs);
    thread.wait(wakeAtMs - thread.nowMs);
  }
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  expect(names(thread.settle(done))).toEqual(['post m-2']);
  thread.settle(deferred);
  expect(nextWakeAtMs(thread.state)).toBe(thread.nowMs + 500);
});

test('messages go one at a time, in order, whatever happens to the first', () => {
  const thread = send('m-3', send('m-2', send('m-1')));
  expect(countWaitingPosts(thread.state)).toBe(3);
  expect(thread.state.contactCentreLane.current).toMatchObject({ message: { id: 'm-1' } });
  expect(names(thread.settle(rejected))).toEqual(['post m-2']);
  expect(names(thread.settle(inDoubt))).toEqual([]);
  expect(names(thread.wait(1_000).settle(done))).toEqual(['post m-3']);
  expect(names(thread.settle(done))).toEqual([]);
  expect(isLaneEmpty(thread.state)).toBe(true);
  expect(countWaitingPosts(thread.state)).toBe(0);
  expect(verdictsOf(thread).map(([id, status]) => `${id} ${status}`)).toEqual([
    'm-1 failed',
    'm-2 sent',
    'm-3 sent',
  ]);
});

test('an outcome that nobody waits for changes nothing', () => {
  const thread = driveThread();
  const before = thread.state;
  expect(thread.settle(done).state).toEqual(before);
  const paused = send('m-1').settle(deferred);
  const { ledger } = paused.state;
  expect(paused.settle(done).state.ledger).toEqual(ledger);
});

test('a call carries the contact once it is known, and a post need not name it', () => {
  const thread = send('m-1');
  expect(thread.effects).toMatchObject([{ contact: null }]);
  thread.settle({ kind: 'done' });
  expect(thread.state.contact).toBeNull();
  send('m-2', thread).settle(done);
  expect(send('m-3', thread).effects).toMatchObject([{ contact: '1001' }]);
  thread.settle({ kind: 'done' });
  expect(thread.state.contact).toBe('1001');
});

describe('every other task', () => {
  const report = () =>
    driveThread({ contact })
      .feed({ type: 'agentReply', message: agentMessage('r-1') })
      .feed({ type: 'receipt', receipt: { kind: 'seen', upToSeq: 1, atMs: startMs } });

  test.each([
    ['done', done],
    ['rejected', rejected],
    ['absent', absent],
  ])('is over when it is %s', (_name, outcome) => {
    expect(isLaneEmpty(report().settle(outcome).state)).toBe(true);
  });

  test.each([
    ['in doubt', inDoubt, 500],
    ['put off', deferred, 500],
    ['put off for a said time', limited, 60_000],
  ])('is repeated when it is %s', (_name, outcome, waitMs) => {
    const thread = report().settle(outcome);
    expect(names(thread.wait(waitMs - 1))).toEqual([]);
    expect(names(thread.wait(1))).toEqual(['report seen r-1']);
  });
});

describe('the budget of a contact', () => {
  const used = () => ({
    contactCentreLane: {
      ...driveThread().state.contactCentreLane,
      budget: { tokens: 1, atMs: startMs },
    },
  });

  test('puts off the next update until there is room again', () => {
    const thread = send('m-2', send('m-1', driveThread(used()))).settle(done);
    expect(names(thread)).toEqual([]);
    const wakeAtMs = nextWakeAtMs(thread.state);
    expect(wakeAtMs).toBe(startMs + Math.ceil(60_000 / 17));
    expect(names(thread.wait(60_000 / 17 - 1))).toEqual([]);
    expect(names(thread.wait(2))).toEqual(['post m-2']);
  });

  test('is not spent by a look', () => {
    const thread = send('m-1', driveThread(used())).settle(inDoubt);
    expect(names(thread.wait(1_000))).toEqual(['look m-1']);
  });
});

describe('what the contact centre wants to be left alone for', () => {
  test.each(['agent', 'idle', 'operator'] as const)('outlives the end by %s', (by) => {
    const thread = send('m-2', send('m-1')).settle(done).settle(limited).feed({ type: 'end', by });
    expect(statusOf(thread, 'm-2')).toBe('refused');
    expect(names(thread.wait(59_999))).toEqual([]);
    expect(names(thread.wait(1))).toHaveLength(1);
  });

  test('is known to the end that came before it', () => {
    const thread = send('m-2', send('m-1')).settle(done).feed({ type: 'end', by: 'agent' });
    expect(statusOf(thread.settle(limited), 'm-2')).toBe('refused');
    expect(names(thread.wait(59_999))).toEqual([]);
    expect(names(thread.wait(1))).toEqual(['shutThread']);
  });
});

describe('an operator', () => {
  test('ends a pause', () => {
    const thread = send('m-1').settle(limited).feed({ type: 'repair', action: 'retry' });
    expect(names(thread)).toEqual(['post m-1']);
  });

  test.each(['look', 'lookAgain'] as const)('does not hurry a %s', (stage) => {
    const thread = send('m-1').settle(inDoubt);
    if (stage === 'lookAgain') thread.wait(1_000).settle(absent);
    expect(names(thread.feed({ type: 'repair', action: 'retry' }))).toEqual([]);
    expect(names(thread.wait(1_000))).toEqual([`${stage} m-1`]);
  });

  test('ends the pause of a look that was put off', () => {
    const thread = atStage.look().settle(limited).feed({ type: 'repair', action: 'retry' });
    expect(names(thread)).toEqual(['look m-1']);
  });

  test('gives up a message, and the next one goes', () => {
    const thread = send('m-2', send('m-1').settle(inDoubt));
    expect(names(thread.feed({ type: 'repair', action: 'giveUp' }))).toEqual(['post m-2']);
    expect(verdictsOf(thread)).toEqual([['m-1', 'failed', 'OPERATOR']]);
  });

  test('gives up another task without a verdict', () => {
    const thread = driveThread({ contact })
      .feed({ type: 'agentReply', message: agentMessage('r-1') })
      .feed({ type: 'receipt', receipt: { kind: 'seen', upToSeq: 1, atMs: startMs } })
      .settle(deferred)
      .feed({ type: 'repair', action: 'giveUp' });
    expect(isLaneEmpty(thread.state)).toBe(true);
    expect(verdictsOf(thread)).toEqual([]);
  });

  test.each(['retry', 'giveUp'] as const)(
    'changes nothing by %s while a call is on its way',
    (action) => {
      const thread = send('m-1');
      const before = thread.state;
      expect(thread.feed({ type: 'repair', action }).state).toEqual(before);
      expect(thread.effects).toEqual([]);
    },
  );
});
