import { describe, expect, test } from 'vitest';
import { isFinished, nextWakeAtMs } from '../../../src/domain/thread.js';
import type { ContactCentreOutcome } from '../../../src/domain/thread-state.js';
import {
  agentMessage,
  contactNumber,
  customerId,
  customerMessage,
  type DrivenThread,
  driveThread,
  messageId,
  nameOf,
  startMs,
} from '../../support/domain-builders.js';

const contact = contactNumber('1001');
const done: ContactCentreOutcome = { kind: 'done' };
const holds: ContactCentreOutcome = {
  kind: 'readBack',
  contacts: [{ contact, isLive: false }],
  isThreadOpen: false,
};

function names(thread: DrivenThread): string[] {
  return thread.tasks().map(nameOf);
}

/** A thread whose first message is an agent's. */
function opened(change: Parameters<typeof driveThread>[0] = {}): DrivenThread {
  return driveThread(change).feed({ type: 'agentReply', message: agentMessage('r-1') });
}

describe('a thread that an agent opened', () => {
  test('shows the message, and asks nothing of the contact centre for a second', () => {
    const thread = opened();
    expect(thread.state.log).toMatchObject([{ seq: 1, from: 'agent', text: 'text of r-1' }]);
    expect(thread.effects).toEqual([]);
    expect(nextWakeAtMs(thread.state)).toBe(startMs + 1_000);
  });

  test("is given its contact by the customer's first answer", () => {
    const thread = opened().feed({ type: 'inbound', message: customerMessage('m-1') });
    expect(thread.effects).toMatchObject([{ check: 'none', contact: null }]);
    thread.settle({ kind: 'done', contact });
    expect(thread.state.contact).toBe(contact);
  });

  test('learns of its customer what their session knows, with the first answer', () => {
    const customer = { id: customerId('zebra'), name: 'Zoe', fields: { species: 'zebra' } };
    const thread = opened();
    for (const [id, name] of [
      ['m-1', 'Zoe'],
      ['m-2', 'Zara'],
    ] as const) {
      thread.feed({
        type: 'inbound',
        message: customerMessage(id, { customer: { ...customer, name } }),
      });
    }
    expect(thread.state.customer).toEqual(customer);
    expect(JSON.stringify(thread.state.contactCentreLane)).not.toContain('Zoe');
    const begun = driveThread().feed({
      type: 'inbound',
      message: customerMessage('m-1', { customer }),
    });
    expect(begun.state.customer.name).toBe('Zed Zebra');
  });

  test('is ended by its agent before the customer came, whatever its contact', () => {
    const thread = opened().feed({
      type: 'contactSeen',
      sighting: { contact, status: 'closed', statusUpdatedAtMs: startMs },
    });
    expect(thread.state.closed).toMatchObject({ by: 'agent' });
    expect(thread.state.contact).toBe(contact);
    expect(names(thread)).toEqual(['shutThread']);
    expect(names(thread.settle(done))).toEqual(['readBack']);
    expect(isFinished(thread.settle({ ...holds, contacts: [] }).state)).toBe(true);
  });

  test.each(['operator', 'customer'] as const)(
    'and ended by the %s without an answer, ends the contact that its message is in',
    (by) => {
      const thread = opened().feed({ type: 'end', by });
      expect(names(thread)).toEqual(['endContact closed']);
      expect(names(thread.settle({ kind: 'done', contact }))).toEqual(['shutThread']);
      expect(thread.state.contact).toBe(contact);
      expect(thread.state.closed?.endedContacts).toEqual([contact]);
      expect(names(thread.settle(done))).toEqual(['readBack']);
      expect(isFinished(thread.settle(holds).state)).toBe(true);
      expect(thread.state.closed?.missing).toEqual([]);
    },
  );

  test('says that the contact is missing where its message is not to be found', () => {
    const thread = opened().feed({ type: 'end', by: 'operator' });
    expect(names(thread.settle({ kind: 'absent' }))).toEqual(['shutThread']);
    thread.settle(done).settle({ ...holds, contacts: [] });
    expect(isFinished(thread.state)).toBe(true);
    expect(thread.state.closed?.missing).toEqual(['contact']);
  });
});

describe('the contact of a thread that an agent opened', () => {
  const searching = () => opened().wait(1_000);
  const answer = { type: 'inbound', message: customerMessage('m-1') } as const;
  const limited: ContactCentreOutcome = {
    kind: 'deferred',
    code: 'CONTACT_CENTRE_RATE_LIMITED',
    retryAfterMs: 30_000,
  };

  test('is found by its message, and looked at before the first answer goes out', () => {
    const thread = searching();
    expect(names(thread)).toEqual(['findContact']);
    thread.settle({ kind: 'done', contact });
    expect(thread.state.contact).toBe(contact);
    expect(thread.feed(answer).effects).toMatchObject([{ contact, check: 'contact' }]);
    thread.settle({ kind: 'contactEnded', sighting: { contact, status: 'closed' } });
    expect(thread.state.closed).toMatchObject({ by: 'agent' });
    expect(thread.state.ledger.inbound[messageId('m-1')]).toBe('refused');
  });

  test('is another one, where the first answer says so, and none later', () => {
    const other = contactNumber('2002');
    const thread = searching().settle({ kind: 'done', contact }).feed(answer);
    thread.settle({ kind: 'done', contact: other });
    expect(thread.state).toMatchObject({ contact: other, closed: null });
    thread.feed({ type: 'inbound', message: customerMessage('m-2') });
    thread.settle({ kind: 'done', contact });
    expect(thread.state.closed).toMatchObject({ by: 'agent' });
  });

  test('is that of the answers, once one has come, though it was not seen open since', () => {
    const thread = opened().feed(answer).settle({ kind: 'inDoubt' }).wait(1_000);
    thread.settle({ kind: 'done', contact });
    expect(thread.state).toMatchObject({ contact, contactSeenOpenAtMs: null });
    thread.feed({ type: 'inbound', message: customerMessage('m-2') });
    thread.settle({ kind: 'done', contact: contactNumber('2002') });
    expect(thread.state.closed).toMatchObject({ by: 'agent' });
  });

  test('is looked for eight times, at ever longer intervals', () => {
    const thread = opened();
    const pauses: number[] = [];
    for (let wakeAtMs = nextWakeAtMs(thread.state); wakeAtMs !== undefined; ) {
      pauses.push(wakeAtMs - thread.nowMs);
      expect(names(thread.wait(wakeAtMs - thread.nowMs))).toEqual(['findContact']);
      wakeAtMs = nextWakeAtMs(thread.settle({ kind: 'absent' }).state);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
    expect(thread.state.contactCentreLane).toMatchObject({ current: null, waiting: [] });
  });

  test.each<[string, ContactCentreOutcome, number]>([
    ['in doubt', { kind: 'inDoubt' }, 500],
    ['put off', limited, 30_000],
  ])('is looked for again, when that is %s', (_how, outcome, pauseMs) => {
    const thread = searching().settle(outcome);
    expect(nextWakeAtMs(thread.state)).toBe(thread.nowMs + pauseMs);
    expect(names(thread.wait(pauseMs))).toEqual(['findContact']);
  });

  test.each<[string, ContactCentreOutcome]>([
    ['will never be told', { kind: 'rejected', code: 'CONTACT_CENTRE_REJECTED' }],
    ['is not named', { kind: 'done' }],
  ])('that %s stays unknown', (_what, outcome) => {
    const thread = searching().settle(outcome);
    expect(thread.state).toMatchObject({ contact: null, contactCentreLane: { current: null } });
  });

  test('is not looked for when the customer has answered', () => {
    const thread = opened().feed(answer);
    expect(names(thread)).toEqual(['post m-1']);
    thread.settle({ kind: 'done', contact });
    expect(thread.state.contactCentreLane).toMatchObject({ current: null, waiting: [] });
  });

  test('holds nobody up: neither a receipt, nor an answer that comes while it is looked for', () => {
    const thread = opened();
    thread.feed({ type: 'receipt', receipt: { kind: 'seen', upToSeq: 1, atMs: startMs } });
    expect(names(thread)).toEqual(['report seen r-1']);
    expect(names(thread.settle(done))).toEqual(['findContact']);
    thread.feed(answer);
    expect(names(thread.settle({ kind: 'absent' }))).toEqual(['post m-1']);
    const late = searching().feed(answer);
    expect(names(late.settle(limited))).toEqual([]);
    expect(names(late.wait(30_000))).toEqual(['post m-1']);
  });

  test('is not looked for after the end, and found then, is ended', () => {
    const thread = opened().feed({ type: 'end', by: 'operator' });
    expect(names(thread)).toEqual(['endContact closed']);
    const late = searching().feed({ type: 'end', by: 'operator' });
    expect(names(late.settle({ kind: 'done', contact }))).toEqual(['endContact closed']);
    expect(late.effects).toMatchObject([{ contact }]);
    const pausing = searching().settle(limited).feed({ type: 'end', by: 'operator' });
    expect(names(pausing)).toEqual([]);
    expect(names(pausing.wait(30_000))).toEqual(['endContact closed']);
  });

  test('that an event names is not looked for', () => {
    const thread = opened();
    thread.feed({ type: 'contactSeen', sighting: { contact, status: 'open' } });
    expect(names(thread.wait(1_000))).toEqual([]);
  });
});

describe('a thread that was perhaps ended long ago, and that an agent opened anew', () => {
  const mayHaveEnded = { mayHaveEnded: true };
  const answered = () =>
    opened(mayHaveEnded).feed({ type: 'inbound', message: customerMessage('m-1') });

  test("is looked at before the customer's first answer", () => {
    expect(answered().effects).toMatchObject([{ check: 'thread' }]);
  });

  test('and was ended, takes messages again before that answer goes out', () => {
    const thread = answered().feed({ type: 'inbound', message: customerMessage('m-2') });
    expect(names(thread.settle({ kind: 'threadEnded' }))).toEqual(['openThread']);
    expect(names(thread.settle(done))).toEqual(['post m-1']);
    expect(thread.effects).toMatchObject([{ check: 'none' }]);
    expect(names(thread.settle({ kind: 'done', contact }))).toEqual(['post m-2']);
    expect(thread.state.closed).toBeNull();
  });

  test('stays open when the agent wrote while it was looked at', () => {
    const thread = driveThread(mayHaveEnded);
    thread.feed({ type: 'inbound', message: customerMessage('m-1') });
    thread.feed({ type: 'agentReply', message: agentMessage('r-1') });
    expect(names(thread.settle({ kind: 'threadEnded' }))).toEqual(['openThread']);
  });

  test("is opened for the customer's last words, even when they end it meanwhile", () => {
    const thread = answered().settle({ kind: 'threadEnded' });
    thread.feed({ type: 'end', by: 'customer' });
    thread.settle({ kind: 'deferred', code: 'CONTACT_CENTRE_FORBIDDEN' });
    expect(names(thread.wait(500))).toEqual(['openThread']);
    expect(names(thread.settle(done))).toEqual(['post m-1']);
    expect(names(thread.settle({ kind: 'done', contact }))).toEqual(['endContact closed']);
  });

  test('is not opened after an end that refuses them', () => {
    const thread = answered().settle({ kind: 'threadEnded' });
    thread.feed({ type: 'end', by: 'operator' });
    thread.settle({ kind: 'deferred', code: 'CONTACT_CENTRE_FORBIDDEN' });
    expect(names(thread.wait(500))).toEqual(['endContact closed']);
    expect(thread.state.ledger.inbound[messageId('m-1')]).toBe('refused');
  });
});
