import { describe, expect, test } from 'vitest';
import { nextWakeAtMs } from '../../../src/domain/thread.js';
import type {
  ContactCentreOutcome,
  ContactSighting,
  ThreadState,
} from '../../../src/domain/thread-state.js';
import {
  contactNumber,
  customerMessage,
  type DrivenThread,
  driveThread,
  freshThread,
  messageId,
  nameOf,
  startMs,
} from '../../support/domain-builders.js';

const own = contactNumber('1001');
const other = contactNumber('2002');
const done: ContactCentreOutcome = { kind: 'done', contact: own };

function send(thread: DrivenThread, id: string): DrivenThread {
  return thread.feed({ type: 'inbound', message: customerMessage(id) });
}

/** A thread whose first message went to its contact at the start. */
function openThread(change: Partial<ThreadState> = {}): DrivenThread {
  return send(driveThread(change), 'm-1').settle(done);
}

function see(thread: DrivenThread, facts: Partial<ContactSighting> = {}): DrivenThread {
  const sighting: ContactSighting = { contact: own, status: 'closed', ...facts };
  return thread.feed({ type: 'contactSeen', sighting });
}

function verdictOf(thread: DrivenThread, id: string) {
  return thread.state.ledger.inbound[messageId(id)];
}

/** The calls that follow, each of which is done. */
function callsOf(thread: DrivenThread): string[] {
  const calls: string[] = [];
  for (let [task] = thread.tasks(); task; [task] = thread.tasks()) {
    calls.push(nameOf(task));
    thread.settle({ kind: 'done' });
  }
  return calls;
}

describe('a sighting', () => {
  test.each([
    ['closed', 'agent'],
    ['trashed', 'agent'],
    ['resolved', undefined],
    ['pending', undefined],
    ['escalated', undefined],
    ['new', undefined],
    ['open', undefined],
  ] as const)('of a contact that is %s: ended by %s', (status, by) => {
    expect(see(openThread(), { status }).state.closed?.by).toBe(by);
  });

  test('goes by the statuses that the policy calls an end', () => {
    const policy = { ...freshThread().policy, endedStatuses: ['resolved' as const] };
    expect(see(openThread({ policy }), { status: 'closed' }).state.closed).toBeNull();
    expect(see(openThread({ policy }), { status: 'resolved' }).state.closed?.by).toBe('agent');
  });

  test('of an end shuts the thread and leaves the contact as it is', () => {
    expect(callsOf(see(openThread()))).toEqual(['shutThread', 'readBack']);
  });

  test('of an end refuses what waits, and tells the customer before the last word', () => {
    const thread = send(send(openThread(), 'm-2'), 'm-3').settle({
      kind: 'deferred',
      code: 'CONTACT_CENTRE_FORBIDDEN',
    });
    see(thread);
    expect([verdictOf(thread, 'm-2'), verdictOf(thread, 'm-3')]).toEqual(['refused', 'refused']);
    expect(thread.state.log.slice(-2)).toMatchObject([
      { type: 'message', from: 'system', text: thread.state.policy.texts.agentClosed },
      { type: 'state', state: 'closed', closedBy: 'agent', closedAtMs: thread.nowMs },
    ]);
  });

  test('of an end, while a post is on its way, leaves that post its own verdict', () => {
    const thread = see(send(openThread(), 'm-2'));
    expect(verdictOf(thread, 'm-2')).toBe('sending');
    thread.settle(done);
    expect(verdictOf(thread, 'm-2')).toBe('sent');
    expect(callsOf(thread)).toEqual(['shutThread', 'readBack']);
  });

  test("of another's contact is ignored", () => {
    const thread = openThread();
    const before = thread.state;
    expect(see(thread, { contact: other }).state).toEqual(before);
  });

  test('before the first answer names the contact', () => {
    const thread = see(driveThread(), { contact: other, status: 'open' });
    expect(thread.state.contact).toBe(other);
  });

  test('that repeats changes nothing', () => {
    const thread = see(openThread(), { statusUpdatedAtMs: startMs });
    const before = thread.state;
    expect(see(thread, { statusUpdatedAtMs: startMs }).state).toEqual(before);
  });

  test.each([
    ['older', -1, undefined],
    ['as old', 0, 'agent'],
    ['newer', 1, 'agent'],
  ] as const)('of an end that is %s than what is known: ended by %s', (_title, offsetMs, by) => {
    const statusUpdatedAtMs = startMs + 5_000;
    const thread = see(openThread(), { status: 'open', statusUpdatedAtMs });
    see(thread, { statusUpdatedAtMs: statusUpdatedAtMs + offsetMs });
    expect(thread.state.closed?.by).toBe(by);
  });

  test('without a moment is believed', () => {
    const thread = see(openThread(), { status: 'open', statusUpdatedAtMs: startMs });
    expect(see(thread).state.closed?.by).toBe('agent');
  });

  test('after another end changes neither who ended it nor when', () => {
    const thread = openThread().feed({ type: 'end', by: 'idle' });
    thread.nowMs += 1_000;
    expect(see(thread).state.closed).toMatchObject({ by: 'idle', atMs: startMs });
  });

  test("after the customer's own end lets nothing more through", () => {
    const thread = send(send(openThread(), 'm-2'), 'm-3').feed({ type: 'end', by: 'customer' });
    see(thread).settle(done);
    expect([verdictOf(thread, 'm-2'), verdictOf(thread, 'm-3')]).toEqual(['sent', 'refused']);
    expect(thread.state.closed?.by).toBe('customer');
  });
});

describe('a look at the contact before a post', () => {
  const checkAfter = (ms: number, thread = openThread()) => {
    thread.nowMs += ms;
    const [effect] = send(thread, 'm-2').effects;
    return effect?.lane === 'contactCentre' ? effect.check : undefined;
  };

  test.each([
    [0, 'none'],
    [1_999, 'none'],
    [2_000, 'contactIfReadsAreSpare'],
    [14_999, 'contactIfReadsAreSpare'],
    [15_000, 'contact'],
    [3_600_000, 'contact'],
  ] as const)('%d ms after it was seen open: %s', (ms, check) => {
    expect(checkAfter(ms)).toBe(check);
  });

  test('is not made while no contact is known', () => {
    const thread = send(driveThread(), 'm-1');
    expect(thread.effects).toMatchObject([{ contact: null, check: 'none' }]);
    expect(checkAfter(60_000, thread.settle({ kind: 'done' }))).toBe('none');
  });

  test('counts from the moment at which a post began, not from its answer', () => {
    const thread = send(driveThread(), 'm-1');
    thread.nowMs += 1_500;
    thread.settle(done);
    expect(checkAfter(500, thread)).toBe('contactIfReadsAreSpare');
  });

  test.each([
    ['of this moment', 0, 'none'],
    ['from a clock that is ahead', 60_000, 'none'],
    ['of two seconds ago', -2_000, 'contactIfReadsAreSpare'],
    ['that come fifteen seconds late', -15_000, 'contact'],
    ['from before its last post', -120_000, 'contact'],
  ] as const)('counts from the moment of news %s', (_title, offsetMs, check) => {
    const thread = openThread();
    thread.nowMs += 60_000;
    see(thread, { status: 'pending', statusUpdatedAtMs: thread.nowMs + offsetMs });
    expect(checkAfter(0, thread)).toBe(check);
  });

  test('counts from no news that come again, nor from such as name no moment', () => {
    const thread = openThread();
    thread.nowMs += 60_000;
    const news = { status: 'open', statusUpdatedAtMs: thread.nowMs } as const;
    see(thread, news);
    thread.nowMs += 15_000;
    see(see(thread, news), { status: 'open' });
    expect(checkAfter(0, thread)).toBe('contact');
  });

  test('counts on from a post when older news come after it', () => {
    const thread = openThread();
    see(thread, { status: 'open', statusUpdatedAtMs: thread.nowMs - 60_000 });
    expect(checkAfter(1_999, thread)).toBe('none');
  });

  test('is always made when a message was found that nobody saw arrive', () => {
    const thread = send(driveThread(), 'm-1').settle({ kind: 'inDoubt' }).wait(1_000);
    expect(checkAfter(0, thread.settle(done))).toBe('contact');
  });

  test('belongs to posts, not to looks for a message', () => {
    const thread = openThread();
    thread.nowMs += 60_000;
    send(thread, 'm-2').settle({ kind: 'inDoubt' }).wait(1_000);
    expect(thread.effects).toMatchObject([
      { task: { kind: 'post', stage: 'look' }, check: 'none' },
    ]);
  });

  test('that finds its end refuses the message and all after it, and posts nothing', () => {
    const thread = send(send(openThread(), 'm-2'), 'm-3');
    const sighting: ContactSighting = {
      contact: own,
      status: 'closed',
      statusUpdatedAtMs: startMs,
    };
    thread.settle({ kind: 'contactEnded', sighting });
    expect([verdictOf(thread, 'm-2'), verdictOf(thread, 'm-3')]).toEqual(['refused', 'refused']);
    expect(thread.state.closed?.by).toBe('agent');
    expect(callsOf(thread)).toEqual(['shutThread', 'readBack']);
  });

  test('whose answer is older than what is known is made again, and the message keeps', () => {
    const thread = see(openThread(), { status: 'open', statusUpdatedAtMs: startMs + 5_000 });
    send(thread, 'm-2');
    const sighting: ContactSighting = {
      contact: own,
      status: 'closed',
      statusUpdatedAtMs: startMs,
    };
    thread.settle({ kind: 'contactEnded', sighting });
    expect(thread.state.closed).toBeNull();
    thread.wait((nextWakeAtMs(thread.state) ?? 0) - thread.nowMs);
    expect(thread.tasks().map(nameOf)).toEqual(['post m-2']);
    expect(verdictOf(thread.settle(done), 'm-2')).toBe('sent');
  });
});

describe("a post's answer", () => {
  test('that names another contact closes the thread and ends that contact', () => {
    const thread = send(send(openThread(), 'm-2'), 'm-3');
    thread.settle({ kind: 'done', contact: other });
    expect([verdictOf(thread, 'm-2'), verdictOf(thread, 'm-3')]).toEqual(['sent', 'refused']);
    expect(thread.state).toMatchObject({ closed: { by: 'agent' }, contact: own });
    expect(callsOf(thread)).toEqual(['shutThread', 'endContact closed 2002', 'readBack']);
  });

  test("sets the policy's status on that other contact", () => {
    const policy = { ...freshThread().policy, onEnd: 'resolved' as const };
    const thread = send(openThread({ policy }), 'm-2').settle({ kind: 'done', contact: other });
    expect(callsOf(thread)).toContain('endContact resolved 2002');
  });

  test('that names another contact after another end still ends that contact', () => {
    const thread = send(openThread(), 'm-2').feed({ type: 'end', by: 'idle' });
    thread.settle({ kind: 'done', contact: other });
    expect(thread.state.closed?.by).toBe('idle');
    expect(callsOf(thread)).toEqual([
      'endContact closed',
      'shutThread',
      'endContact closed 2002',
      'readBack',
    ]);
  });

  test.each(['closed', 'trashed'] as const)(
    'with a contact that is %s ends the thread',
    (status) => {
      const thread = send(openThread(), 'm-2');
      thread.settle({ kind: 'done', contact: own, contactStatus: status });
      expect(verdictOf(thread, 'm-2')).toBe('sent');
      expect(thread.state.closed?.by).toBe('agent');
    },
  );

  test('with a contact that is resolved ends nothing', () => {
    const outcome = { kind: 'done', contact: own, contactStatus: 'resolved' } as const;
    expect(send(openThread(), 'm-2').settle(outcome).state.closed).toBeNull();
  });
});
