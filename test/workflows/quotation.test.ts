import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { RemoteError } from '../../src/domain/errors.js';
import {
  parsePlatformMessageId,
  type ThreadRef,
  toInboundExternalId,
  toOutboundExternalId,
} from '../../src/domain/ids.js';
import { createTestEngine, type TestEngine } from '../support/test-engine.js';
import { inbound, newRef, reply } from '../support/thread-fixtures.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 10_000, interval: 25 };

/** The contact centre's id of a customer's message. */
function externalIdOf(ref: ThreadRef, id: string) {
  const known = parsePlatformMessageId(id);
  if (known === undefined) throw new TypeError(id);
  return toInboundExternalId(ref, known);
}

async function quotesOf(ref: ThreadRef) {
  const events = await engine.readAll(ref);
  return events.flatMap((event) =>
    event.type === 'message' ? [{ id: event.id, quotes: event.replyTo }] : [],
  );
}

/** What each message that the contact centre has answers there. */
function answersAtCentre(ref: ThreadRef) {
  return engine.centreOf(ref).posts.map(({ text, replyTo }) => [text, replyTo]);
}

test('an answer to one message is shown and posted as that, in each direction', async () => {
  const ref = newRef();
  const agentId = toOutboundExternalId(ref, 'key-1');
  await engine.say(ref, inbound('m-1'));
  await engine.threads.acceptReply(ref, {
    ...reply(agentId, 'Since when?'),
    replyTo: externalIdOf(ref, 'm-1'),
  });
  await engine.say(ref, { ...inbound('m-2'), replyTo: agentId });
  await engine.say(ref, { ...inbound('m-3'), replyTo: 'm-2' });
  await engine.say(ref, { ...inbound('m-4'), replyTo: 'never-was' });
  await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(4), soon);
  expect(await quotesOf(ref)).toEqual([
    { id: 'm-1' },
    { id: agentId, quotes: { id: 'm-1', from: 'customer', text: 'text of m-1' } },
    { id: 'm-2', quotes: { id: agentId, from: 'agent', text: 'Since when?' } },
    { id: 'm-3', quotes: { id: 'm-2', from: 'customer', text: 'text of m-2' } },
    { id: 'm-4' },
  ]);
  expect(answersAtCentre(ref)).toEqual([
    ['text of m-1', undefined],
    ['text of m-2', agentId],
    ['text of m-3', externalIdOf(ref, 'm-2')],
    ['text of m-4', undefined],
  ]);
});

test('an answer that is refused with what it answers goes without that, in its turn', async () => {
  const ref = newRef();
  await engine.say(ref, inbound('m-1'));
  await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(1), soon);
  const error = new RemoteError('CONTACT_CENTRE_REJECTED', 'there is no such message');
  engine.centreOf(ref).faults.push({ on: 'post', when: 'before', error });
  await engine.say(ref, { ...inbound('m-2'), replyTo: 'm-1' });
  await engine.say(ref, { ...inbound('m-3'), replyTo: 'm-1' });
  await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(3), soon);
  expect(answersAtCentre(ref)).toEqual([
    ['text of m-1', undefined],
    ['text of m-2', undefined],
    ['text of m-3', externalIdOf(ref, 'm-1')],
  ]);
  await vi.waitFor(async () => {
    const events = await engine.readAll(ref);
    expect(events.filter(({ type }) => type === 'message-status')).toMatchObject([
      { id: 'm-1', status: 'sent' },
      { id: 'm-2', status: 'sent' },
      { id: 'm-3', status: 'sent' },
    ]);
  }, soon);
});
