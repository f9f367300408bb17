import { describe, expect, test } from 'vitest';
import { isFinished } from '../../../src/domain/thread.js';
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
  test('shows the message, and asks nothing of the contact centre', () => {
    const thread = opened();
    expect(thread.state.log).toMatchObject([{ seq: 1, from: 'agent', text: 'text of r-1' }]);
    expect(thread.effects).toEqual([]);
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
