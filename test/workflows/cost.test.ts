import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ThreadRef } from '../../src/domain/ids.js';
import { createTestEngine, type TestEngine, type TestGateway } from '../support/test-engine.js';
import { idsOf, inbound, newRef, reply } from '../support/thread-fixtures.js';

let engine: TestEngine;
let gateway: TestGateway;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  gateway = await engine.startGateway();
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 20_000, interval: 50 };

/** Starts a thread with one page open, which nothing is on its way to any more. */
async function quietThread(): Promise<ThreadRef> {
  const ref = newRef();
  await engine.say(ref, inbound('m-0', 'hello', gateway.queue));
  await gateway.openPage(ref);
  await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(1), soon);
  await engine.settledLength(ref);
  return ref;
}

/** Counts the events that the history grows by until `isDone` holds and nothing is on its way. */
async function costOf(ref: ThreadRef, work: () => Promise<void>, isDone: () => void) {
  const before = await engine.settledLength(ref);
  await work();
  await vi.waitFor(isDone, soon);
  return (await engine.settledLength(ref)) - before;
}

const sayAll = (ref: ThreadRef, ids: readonly string[]) =>
  Promise.all(ids.map((id) => engine.say(ref, inbound(id, 'hello', gateway.queue))));
const replyAll = (ref: ThreadRef, ids: readonly string[]) =>
  Promise.all(ids.map((id) => engine.threads.acceptReply(ref, reply(id))));

describe('in history events', () => {
  test.for([
    { what: 'a customer message', alone: 10, count: 1 },
    { what: 'a customer message of fifty at once', alone: 8, count: 50 },
  ])('$what costs at most $alone', async ({ alone, count }, { annotate }) => {
    const ref = await quietThread();
    const cost = await costOf(
      ref,
      async () => void (await sayAll(ref, idsOf('m', count))),
      () => expect(engine.centreOf(ref).posts).toHaveLength(1 + count),
    );
    await annotate(`${cost / count} events each`);
    expect(cost / count).toBeLessThanOrEqual(alone);
    expect(gateway.pages.shownOf(ref)).toEqual([]);
  });

  test.for([
    { what: 'an agent message', alone: 10, count: 1 },
    { what: 'an agent message of fifty at once', alone: 8, count: 50 },
  ])('$what costs at most $alone', async ({ alone, count }, { annotate }) => {
    const ref = await quietThread();
    const cost = await costOf(
      ref,
      async () => void (await replyAll(ref, idsOf('r', count))),
      () => expect(gateway.pages.shownOf(ref)).toHaveLength(count),
    );
    await annotate(`${cost / count} events each`);
    expect(cost / count).toBeLessThanOrEqual(alone);
  });

  test('a new thread with its first message and its page costs at most 17', async ({
    annotate,
  }) => {
    const length = await engine.settledLength(await quietThread());
    await annotate(`${length} events, with the page that opened`);
    expect(length).toBeLessThanOrEqual(17);
  });

  test('a page that opens to a waiting customer costs a signal, a task and an alarm', async () => {
    const ref = newRef();
    await engine.say(ref, inbound('m-0'));
    await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(1), soon);
    const cost = await costOf(
      ref,
      () => gateway.openPage(ref),
      () => undefined,
    );
    expect(cost).toBeLessThanOrEqual(6);
  });
});
