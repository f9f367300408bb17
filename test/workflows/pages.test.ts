import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type ThreadRef, toGatewayQueue } from '../../src/domain/ids.js';
import { gatewaysQuery } from '../../workflows/messages.js';
import { createTestEngine, type TestEngine, type TestGateway } from '../support/test-engine.js';
import { inbound, newRef, reply } from '../support/thread-fixtures.js';

let engine: TestEngine;
let lion: TestGateway;
let zebra: TestGateway;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  [lion, zebra] = await Promise.all([engine.startGateway(), engine.startGateway()]);
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 15_000, interval: 25 };
/** Within this a gateway that lives takes what its pages are to be shown. */
const pickUpMs = 5_000;

function seqsAt(gateway: TestGateway, ref: ThreadRef): number[] {
  return gateway.pages.shownOf(ref).map((event) => event.seq);
}

async function gatewaysOf(ref: ThreadRef) {
  return await engine.handleOf(ref).query(gatewaysQuery);
}

async function sayAndSettle(ref: ThreadRef, id: string): Promise<void> {
  await engine.say(ref, inbound(id));
  await vi.waitFor(
    async () => expect((await engine.readAll(ref)).at(-1)).toMatchObject({ id, status: 'sent' }),
    soon,
  );
}

describe.concurrent('a page', () => {
  test('at each of two gateways is shown what the agent says, once', async () => {
    const ref = newRef();
    await sayAndSettle(ref, 'm-1');
    await Promise.all([lion.openPage(ref), zebra.openPage(ref)]);
    await engine.threads.acceptReply(ref, reply('r-1'));
    await engine.threads.acceptReply(ref, reply('r-2'));
    for (const gateway of [lion, zebra]) {
      await vi.waitFor(() => expect(seqsAt(gateway, ref)).toEqual([3, 4]), soon);
    }
    expect(lion.pages.shownOf(ref)[0]).toMatchObject({
      type: 'message',
      id: 'r-1',
      from: 'agent',
      text: 'text of r-1',
      author: { name: 'Gina' },
    });
  });

  test('whose own gateway took a message needs no show for it, another one does', async () => {
    const ref = newRef();
    await engine.say(ref, inbound('m-1', 'hello', lion.queue));
    lion.pages.open.add(ref.threadId);
    await zebra.openPage(ref);
    await engine.settledLength(ref);
    await engine.say(ref, inbound('m-2', 'hello again', lion.queue));
    await vi.waitFor(() => expect(seqsAt(zebra, ref).at(-1)).toBe(4), soon);
    await engine.settledLength(ref);
    expect(seqsAt(lion, ref)).toEqual([]);
    await engine.threads.acceptReply(ref, reply('r-1'));
    await vi.waitFor(() => expect(seqsAt(lion, ref)).toEqual([5]), soon);
    await vi.waitFor(() => expect(seqsAt(zebra, ref).at(-1)).toBe(5), soon);
    expect(seqsAt(zebra, ref)).toEqual([...new Set(seqsAt(zebra, ref))].toSorted((a, b) => a - b));
  });

  test('is shown a verdict that takes long, also by the gateway that took the message', async () => {
    const ref = newRef();
    await sayAndSettle(ref, 'm-1');
    await lion.openPage(ref);
    const message = inbound('m-2', 'hello', lion.queue);
    await engine.say(ref, { ...message, acceptedAtMs: message.acceptedAtMs - 6_000 });
    await vi.waitFor(() => expect(seqsAt(lion, ref).at(-1)).toBe(4), soon);
  });

  test('that is gone is forgotten, and comes back without a doubled event', async () => {
    const ref = newRef();
    await sayAndSettle(ref, 'm-1');
    await lion.openPage(ref);
    await engine.threads.acceptReply(ref, reply('r-1'));
    await vi.waitFor(() => expect(seqsAt(lion, ref)).toEqual([3]), soon);
    const gone = { gateway: lion.queue, change: 'gone' as const, atMs: Date.now() };
    expect(await engine.threads.tellPresence(ref, gone)).toBe(true);
    await vi.waitFor(async () => expect(await gatewaysOf(ref)).toEqual([]), soon);
    await engine.threads.acceptReply(ref, reply('r-2'));
    await vi.waitFor(async () => expect(await engine.readAll(ref)).toHaveLength(4), soon);
    await lion.openPage(ref);
    await engine.threads.acceptReply(ref, reply('r-3'));
    await vi.waitFor(() => expect(seqsAt(lion, ref)).toEqual([3, 5]), soon);
  });

  test('of an unknown thread is not told to anybody', async () => {
    const opened = { gateway: lion.queue, change: 'opened' as const, atMs: Date.now() };
    expect(await engine.threads.tellPresence(newRef(), opened)).toBe(false);
  });
});

test.concurrent('a gateway that died holds up nobody, and is forgotten after two shows', async () => {
  const ref = newRef();
  await sayAndSettle(ref, 'm-1');
  const dead = toGatewayQueue(randomUUID());
  await engine.threads.tellPresence(ref, { gateway: dead, change: 'opened', atMs: Date.now() });
  await lion.openPage(ref);
  const repliedAtMs = Date.now();
  await engine.threads.acceptReply(ref, reply('r-1'));
  await vi.waitFor(() => expect(seqsAt(lion, ref)).toEqual([3]), soon);
  await engine.threads.acceptReply(ref, reply('r-2'));
  await vi.waitFor(() => expect(seqsAt(lion, ref)).toEqual([3, 4]), soon);
  expect(Date.now() - repliedAtMs).toBeLessThan(2_500);
  expect((await gatewaysOf(ref)).toSorted()).toEqual([dead, lion.queue].toSorted());
  await vi.waitFor(async () => expect(await gatewaysOf(ref)).toEqual([lion.queue]), soon);
  expect(Date.now() - repliedAtMs).toBeGreaterThan(2 * pickUpMs);
  expect(Date.now() - repliedAtMs).toBeLessThan(2 * pickUpMs + 2_500);
});

describe.concurrent('a receipt', () => {
  test('is reported once for each message and kind, and never goes back', async () => {
    const ref = newRef();
    const { reports } = engine.centreOf(ref);
    await sayAndSettle(ref, 'm-1');
    for (const id of ['r-1', 'r-2', 'r-3']) {
      await engine.threads.acceptReply(ref, reply(id));
    }
    const tell = (kind: 'delivered' | 'seen', upToSeq: number) =>
      engine.threads.tellReceipt(ref, { kind, upToSeq, atMs: 1_700_000_000_000 });
    await tell('delivered', 4);
    await tell('delivered', 4);
    await tell('seen', 3);
    await tell('delivered', 5);
    await tell('seen', 5);
    await tell('seen', 5);
    await sayAndSettle(ref, 'm-2');
    expect(reports.map(({ status, messageId }) => `${status} ${messageId}`)).toEqual([
      'delivered r-1',
      'delivered r-2',
      'seen r-1',
      'delivered r-3',
      'seen r-2',
      'seen r-3',
    ]);
    expect(reports[0]).toEqual({
      thread: ref,
      messageId: 'r-1',
      status: 'delivered',
      atMs: 1_700_000_000_000,
    });
  });

  test('that could not be reported is reported again', async () => {
    const ref = newRef();
    const centre = engine.centreOf(ref);
    await sayAndSettle(ref, 'm-1');
    await engine.threads.acceptReply(ref, reply('r-1'));
    centre.isDown = true;
    await engine.threads.tellReceipt(ref, { kind: 'seen', upToSeq: 3, atMs: Date.now() });
    await vi.waitFor(() => expect(centre.calls.at(-1)?.method).toBe('report'), soon);
    centre.isDown = false;
    await vi.waitFor(() => expect(centre.reports).toHaveLength(1), soon);
  });
});

describe.concurrent('typing', () => {
  test('of an agent reaches every gateway that holds a page, and leaves no history', async () => {
    const ref = newRef();
    await sayAndSettle(ref, 'm-1');
    await Promise.all([lion.openPage(ref), zebra.openPage(ref)]);
    const length = await engine.settledLength(ref);
    await engine.threads.showTyping(ref, { isTyping: true, authorName: 'Gina' });
    for (const gateway of [lion, zebra]) {
      await vi.waitFor(
        () =>
          expect(gateway.pages.typing.get(ref.threadId)).toEqual([
            { isTyping: true, authorName: 'Gina' },
          ]),
        soon,
      );
    }
    expect(await engine.settledLength(ref)).toBe(length);
  });

  test('in an unknown thread is dropped', async () => {
    await expect(engine.threads.showTyping(newRef(), { isTyping: true })).resolves.toBeUndefined();
  });
});
