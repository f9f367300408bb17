import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type ThreadRef, toInboundExternalId } from '../../src/domain/ids.js';
import type { MessageEvent } from '../../src/domain/messages.js';
import { createTestEngine, type TestEngine, type TestGateway } from '../support/test-engine.js';
import { idsOf, inbound, newRef, reply, startOf } from '../support/thread-fixtures.js';

let engine: TestEngine;
let gateway: TestGateway;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  gateway = await engine.startGateway();
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 10_000, interval: 25 };
const later = { timeout: 30_000, interval: 100 };

async function messagesOf(ref: ThreadRef, from: MessageEvent['from']): Promise<string[]> {
  const events = await engine.readAll(ref);
  return events.flatMap((event) =>
    event.type === 'message' && event.from === from ? [event.id] : [],
  );
}

function textsAtCentre(ref: ThreadRef): string[] {
  return engine.centreOf(ref).posts.map((post) => post.text);
}

describe('a first message', () => {
  test('becomes one post with everything that the customer said', async () => {
    const ref = newRef();
    const start = startOf(ref);
    const customer = {
      ...start.customer,
      imageUrl: 'https://example.org/zed.png',
      fields: { species: 'zebra' },
    };
    const message = {
      ...inbound('m-1', 'Is the pool open?'),
      attachments: [{ name: 'stripes.png', url: 'https://example.org/stripes.png' }],
      postback: 'pool',
    };
    await engine.threads.acceptInbound({ ...start, customer }, message);
    await vi.waitFor(async () => {
      const [first, second, ...more] = await engine.readAll(ref);
      expect(first).toMatchObject({
        seq: 1,
        type: 'message',
        id: 'm-1',
        from: 'customer',
        text: 'Is the pool open?',
        attachments: message.attachments,
        atMs: message.acceptedAtMs,
      });
      expect(second).toEqual({ seq: 2, type: 'message-status', id: 'm-1', status: 'sent' });
      expect(more).toEqual([]);
    }, soon);
    expect(engine.centreOf(ref).posts).toEqual([
      {
        thread: ref,
        externalId: toInboundExternalId(ref, message.id),
        customer,
        text: 'Is the pool open?',
        attachments: message.attachments,
        postback: 'pool',
        createdAtMs: message.acceptedAtMs,
      },
    ]);
  });

  test('that is fifty at once makes one thread, which posts each once and in its own order', async () => {
    const ref = newRef();
    await Promise.all(idsOf('m', 50).map((id) => engine.say(ref, inbound(id))));
    await vi.waitFor(() => expect(textsAtCentre(ref)).toHaveLength(50), soon);
    const accepted = await messagesOf(ref, 'customer');
    expect(accepted.toSorted()).toEqual(idsOf('m', 50).toSorted());
    expect(textsAtCentre(ref)).toEqual(accepted.map((id) => `text of ${id}`));
    expect(engine.centreOf(ref).mostInFlight).toBe(1);
  });
});

describe('a repeat', () => {
  test('of a customer message changes nothing', async () => {
    const ref = newRef();
    await Promise.all([1, 2, 3].map(() => engine.say(ref, inbound('m-1'))));
    await vi.waitFor(() => expect(textsAtCentre(ref)).toHaveLength(1), soon);
    await engine.say(ref, inbound('m-1', 'another text'));
    await engine.say(ref, inbound('m-2'));
    await vi.waitFor(() => expect(textsAtCentre(ref)).toHaveLength(2), soon);
    expect(textsAtCentre(ref)).toEqual(['text of m-1', 'text of m-2']);
    expect(await messagesOf(ref, 'customer')).toEqual(['m-1', 'm-2']);
  });

  test('of an agent message changes nothing', async () => {
    const ref = newRef();
    await engine.say(ref, inbound('m-1'));
    await engine.threads.acceptReply(ref, reply('r-1'));
    await engine.threads.acceptReply(ref, reply('r-1', 'another text'));
    await engine.threads.acceptReply(ref, reply('r-2'));
    await vi.waitFor(
      async () => expect(await messagesOf(ref, 'agent')).toEqual(['r-1', 'r-2']),
      soon,
    );
    const shown = await engine.readAll(ref);
    expect(shown.find((event) => event.type === 'message' && event.id === 'r-1')).toMatchObject({
      text: 'text of r-1',
      author: { name: 'Gina' },
    });
  });
});

test('two hundred messages each way on ten threads keep their order in each direction', async () => {
  const refs = idsOf('t', 10).map(() => newRef());
  await Promise.all(refs.map((ref) => engine.say(ref, inbound('m-0'))));
  await Promise.all(refs.map((ref) => gateway.openPage(ref)));
  await Promise.all(
    refs.flatMap((ref) => [
      ...idsOf('m', 20).map((id) => engine.say(ref, inbound(id))),
      ...idsOf('r', 20).map((id) => engine.threads.acceptReply(ref, reply(id))),
    ]),
  );
  for (const ref of refs) {
    await vi.waitFor(() => expect(textsAtCentre(ref)).toHaveLength(21), later);
    const events = await vi.waitFor(async () => {
      const all = await engine.readAll(ref);
      expect(all).toHaveLength(21 * 2 + 20);
      return all;
    }, later);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));

    const accepted = await messagesOf(ref, 'customer');
    expect(new Set(accepted).size).toBe(21);
    expect(textsAtCentre(ref)).toEqual(accepted.map((id) => `text of ${id}`));
    expect(new Set(await messagesOf(ref, 'agent')).size).toBe(20);
    expect(engine.centreOf(ref).mostInFlight).toBe(1);

    // The page was told from where it opened on: everything after, once, in order.
    await vi.waitFor(
      () => expect(gateway.pages.shownOf(ref).at(-1)?.seq).toBe(events.length),
      soon,
    );
    const shown = gateway.pages.shownOf(ref);
    expect(shown).toEqual(events.slice(events.length - shown.length));
    expect(shown.length).toBeGreaterThanOrEqual(60);
  }
  expect(gateway.pages.mostInFlightPerThread).toBe(1);
});
