import { describe, expect, test } from 'vitest';
import { reopensFromMs, startAgain, toEarlierLife } from '../../../src/domain/reopening.js';
import type { Ledger } from '../../../src/domain/thread-state.js';
import {
  contactNumber,
  customerMessage,
  type DrivenThread,
  driveThread,
  externalId,
  freshThread,
  messageId,
  nameOf,
  startMs,
} from '../../support/domain-builders.js';

const ledger: Ledger = { inbound: { [messageId('m-1')]: 'sent' }, outbound: {} };

const former = contactNumber('1001');

function again(): DrivenThread {
  const run = { runId: 'run-1', lastSeq: 5 };
  return driveThread(startAgain(freshThread(), run, { ledger, contact: former }, startMs));
}

function names(thread: DrivenThread): string[] {
  return thread.tasks().map(nameOf);
}

describe('a thread that starts again', () => {
  test('goes on with the numbers of its events, and says that it is open', () => {
    const { state } = again();
    expect(state.log).toEqual([{ seq: 6, type: 'state', state: 'open' }]);
    expect(state.archivedLogs).toEqual([{ runId: 'run-1', upToSeq: 5 }]);
  });

  test('takes messages in the contact centre before its first one goes out', () => {
    const thread = again();
    thread.feed({ type: 'inbound', message: customerMessage('m-2') });
    expect(names(thread)).toEqual(['openThread']);
    expect(names(thread.settle({ kind: 'done' }))).toEqual(['post m-2']);
    expect(thread.effects).toMatchObject([{ check: 'none', contact: null }]);
  });

  test('lets no message out while that is put off', () => {
    const thread = again().feed({ type: 'inbound', message: customerMessage('m-2') });
    thread.settle({ kind: 'deferred', code: 'CONTACT_CENTRE_FORBIDDEN' });
    expect(names(thread.wait(500))).toEqual(['openThread']);
  });

  test('knows the ids that it has seen', () => {
    const thread = again();
    const { lastSeq } = thread.state;
    thread.feed({ type: 'inbound', message: customerMessage('m-1') });
    expect(thread.state.lastSeq).toBe(lastSeq);
    expect(thread.state.ledger.inbound[messageId('m-1')]).toBe('sent');
  });

  test("takes no news of its earlier life's contact for its own", () => {
    const thread = again();
    const closed = { status: 'closed' as const, statusUpdatedAtMs: startMs + 60_000 };
    thread.feed({ type: 'contactSeen', sighting: { contact: former, ...closed } });
    expect(thread.state.closed).toBeNull();
    const own = contactNumber('2002');
    thread.feed({ type: 'contactSeen', sighting: { contact: own, ...closed } });
    expect(thread.state.closed?.by).toBe('agent');
  });

  test('and again before it had a contact, takes no news of the first one for its own', () => {
    const { state: second } = again().feed({ type: 'end', by: 'operator' });
    const run = { runId: 'run-2', lastSeq: second.lastSeq };
    const third = driveThread(startAgain(freshThread(), run, toEarlierLife(second), startMs));
    third.feed({ type: 'contactSeen', sighting: { contact: former, status: 'closed' } });
    expect(third.state.closed).toBeNull();
  });

  test("and ends before it has a contact, leaves that of an agent's earlier message alone", () => {
    const earlier: Ledger = {
      ...ledger,
      outbound: { [externalId('r-1')]: { seq: 2, status: 'accepted' } },
    };
    const run = { runId: 'run-1', lastSeq: 5 };
    const life = { ledger: earlier, contact: former };
    const thread = driveThread(startAgain(freshThread(), run, life, startMs));
    thread.feed({ type: 'tick' }).settle({ kind: 'done' });
    expect(names(thread.feed({ type: 'end', by: 'operator' }))).toEqual(['shutThread']);
  });

  test('hands its own contact on, once it has one', () => {
    const own = contactNumber('2002');
    const { state } = again().feed({
      type: 'contactSeen',
      sighting: { contact: own, status: 'open' },
    });
    expect(toEarlierLife(state).contact).toBe(own);
  });

  test('and gets no message, ends by itself', () => {
    const thread = again();
    thread.feed({ type: 'tick' }).settle({ kind: 'done' });
    thread.wait(thread.state.policy.idleAfterMs);
    expect(thread.state.phase).toBe('warned');
  });

  test('and ends at once, is not opened after it was shut', () => {
    const thread = again();
    thread.feed({ type: 'tick' });
    thread.settle({ kind: 'deferred', code: 'CONTACT_CENTRE_FORBIDDEN' });
    thread.feed({ type: 'end', by: 'operator' });
    expect(names(thread.wait(500))).toEqual(['shutThread']);
    expect(names(thread.settle({ kind: 'done' }))).toEqual(['readBack']);
    thread.settle({ kind: 'readBack', contacts: [], isThreadOpen: false });
    expect(thread.state.contactCentreLane).toMatchObject({ current: null, waiting: [] });
  });
});

describe('the moment from which a closed thread may start again', () => {
  const reopenAfterMs = { idle: 0, customer: 60_000, agent: null, operator: null };
  const policy = { ...freshThread().policy, reopenAfterMs };

  test.each([
    ['idle', startMs],
    ['customer', startMs + 60_000],
    ['agent', undefined],
    ['operator', undefined],
  ] as const)('after the end by %s: %s', (by, fromMs) => {
    expect(reopensFromMs(policy, { by, atMs: startMs })).toBe(fromMs);
  });
});

describe('a thread that may have ended long ago', () => {
  const contact = contactNumber('1001');
  const old = () =>
    driveThread({ mayHaveEnded: true }).feed({ type: 'inbound', message: customerMessage('m-1') });

  test('is looked at before its first message, and not before later ones', () => {
    const thread = old();
    expect(thread.effects).toMatchObject([{ check: 'thread' }]);
    thread.settle({ kind: 'done' });
    thread.feed({ type: 'inbound', message: customerMessage('m-2') });
    expect(thread.effects).toMatchObject([{ check: 'none' }]);
  });

  test('and has, refuses everything and asks nothing of the contact centre', () => {
    const thread = old().feed({ type: 'inbound', message: customerMessage('m-2') });
    thread.settle({ kind: 'threadEnded' });
    expect(thread.effects).toEqual([]);
    expect(thread.state.closed).toMatchObject({ by: 'operator' });
    expect(Object.values(thread.state.ledger.inbound)).toEqual(['refused', 'refused']);
  });

  test('and has not, goes on with its contact', () => {
    const thread = old().settle({ kind: 'done', contact });
    expect(thread.state.closed).toBeNull();
    expect(thread.state.contact).toBe(contact);
  });
});
