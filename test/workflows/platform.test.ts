import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ThreadRef } from '../../src/domain/ids.js';
import type { CustomerEvent } from '../../src/domain/messages.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import type { ThreadInput } from '../../workflows/messages.js';
import { closeUpdate } from '../../workflows/messages.js';
import { threadStateKey } from '../../workflows/search-attributes.js';
import { gone, unreachable } from '../support/fake-platforms.js';
import { createTestEngine, type TestEngine } from '../support/test-engine.js';
import { idsOf, inbound, newRef, reply } from '../support/thread-fixtures.js';
import { readThreadRuns } from '../support/thread-runs.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 10_000, interval: 25 };
const later = { timeout: 20_000, interval: 50 };

const say = (ref: ThreadRef, id: string, options: Partial<ThreadInput> = {}) =>
  engine.say(ref, inbound(id), { delivery: 'platform', ...options });
const answer = (ref: ThreadRef, id: string) => engine.threads.acceptReply(ref, reply(id));

/** Starts a thread whose first message the contact centre has, and whose platform knows that. */
async function openThread(options: Partial<ThreadInput> = {}): Promise<ThreadRef> {
  const ref = newRef();
  await say(ref, 'm-1', options);
  await vi.waitFor(() => expect(engine.platforms.of(ref).taken).toHaveLength(1), soon);
  return ref;
}

/** What a platform is owed of a thread. */
async function owedTo(ref: ThreadRef): Promise<CustomerEvent[]> {
  const events = await engine.readAll(ref);
  return events.filter((event) => event.type !== 'message' || event.from !== 'customer');
}

describe.concurrent('a thread of a platform', () => {
  test('gives everything but what the platform brought, once and in order', async () => {
    const ref = await openThread();
    const platform = engine.platforms.of(ref);
    await Promise.all(idsOf('r', 5).map((id) => answer(ref, id)));
    await say(ref, 'm-2');
    await vi.waitFor(() => expect(platform.taken).toHaveLength(7), soon);
    await engine.handleOf(ref).executeUpdate(closeUpdate);
    await engine.handleOf(ref).result();
    expect(platform.taken).toEqual(await owedTo(ref));
    expect(platform.taken.at(-1)).toMatchObject({ state: 'closed', closedBy: 'operator' });
    expect(platform.mostAtOnce).toBe(1);
    expect(platform.tries[0]).toMatchObject({ customerId: expect.stringMatching(/^zebra-/) });
  });

  test('gives an event of unknown fate again under the same id', async () => {
    const ref = await openThread();
    const platform = engine.platforms.of(ref);
    platform.faults.push(
      { when: 'after', error: unreachable() },
      { when: 'before', error: unreachable() },
    );
    await answer(ref, 'r-1');
    await answer(ref, 'r-2');
    await vi.waitFor(() => expect(platform.taken).toHaveLength(3), soon);
    expect(platform.taken).toEqual(await owedTo(ref));
    const tries = platform.tries.map(({ deliveryId, event }) => `${event.seq} ${deliveryId}`);
    expect(tries).toHaveLength(5);
    expect(new Set(tries).size).toBe(3);
    expect(new Set(platform.tries.map(({ deliveryId }) => deliveryId)).size).toBe(3);
  });

  test('waits as long as the platform asks', async () => {
    const ref = await openThread();
    const platform = engine.platforms.of(ref);
    platform.faults.push({ when: 'before', error: unreachable(1_500) });
    const askedAtMs = Date.now();
    await answer(ref, 'r-1');
    await vi.waitFor(() => expect(platform.taken).toHaveLength(2), soon);
    expect(Date.now() - askedAtMs).toBeGreaterThanOrEqual(1_500);
  });

  test('tells the agent of a message that the platform will never take, and goes on', async () => {
    const ref = await openThread();
    const platform = engine.platforms.of(ref);
    platform.faults.push({ when: 'before', error: gone() });
    await answer(ref, 'r-1');
    await answer(ref, 'r-2');
    const { reports } = engine.centreOf(ref);
    await vi.waitFor(() => expect(reports).toHaveLength(1), soon);
    await vi.waitFor(() => expect(platform.taken).toHaveLength(2), soon);
    expect(reports[0]).toMatchObject({
      messageId: 'r-1',
      status: 'failed',
      reason: "the customer's platform will not take it",
    });
    expect(platform.taken.at(-1)).toMatchObject({ id: 'r-2' });
    expect(await engine.threads.standing(ref)).toEqual({ kind: 'open' });
    await say(ref, 'm-2');
    await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(2), soon);
  });

  test('is closing while its platform is down, and closed once that knows', async () => {
    const ref = await openThread();
    const platform = engine.platforms.of(ref);
    platform.isDown = true;
    await answer(ref, 'r-1');
    await engine.threads.tellCustomerEnd(ref);
    const state = async () =>
      (await engine.handleOf(ref).describe()).typedSearchAttributes.get(threadStateKey);
    await vi.waitFor(() => expect(engine.centreOf(ref).isShut).toBe(true), soon);
    await vi.waitFor(async () => expect(await state()).toBe('closing'), soon);
    platform.isDown = false;
    const result = await engine.handleOf(ref).result();
    expect(result).toMatchObject({ closedBy: 'customer' });
    expect(result).not.toHaveProperty('missing');
    expect(platform.taken).toEqual(await owedTo(ref));
    expect(await state()).toBe('closed');
  });

  test('that starts again gives the platform only what is new, under new numbers', async () => {
    const reopenAfterMs = { ...defaultPolicy.reopenAfterMs, customer: 0 };
    const policy = { ...defaultPolicy, reopenAfterMs };
    const ref = await openThread({ policy });
    await engine.threads.tellCustomerEnd(ref);
    await engine.handleOf(ref).result();
    const { taken, tries } = engine.platforms.of(ref);
    const before = taken.length;
    await say(ref, 'm-2', { policy });
    await vi.waitFor(() => expect(taken).toHaveLength(before + 2), soon);
    expect(taken.slice(before)).toMatchObject([
      { type: 'state', state: 'open' },
      { type: 'message-status', id: 'm-2', status: 'sent' },
    ]);
    expect(tries).toHaveLength(taken.length);
  });

  test('is idle after its customer has left, and not once they are back', async () => {
    const policy = { ...defaultPolicy, idleAfterMs: 1_000, countdownMs: 60_000 };
    const ref = await openThread({ policy });
    const tell = (change: 'left' | 'returned') =>
      engine.threads.tellWhereabouts(ref, { change, atMs: Date.now() });
    const { taken } = engine.platforms.of(ref);
    await tell('left');
    await vi.waitFor(() => expect(taken.at(-1)).toMatchObject({ state: 'warned' }), soon);
    await say(ref, 'm-2', { policy });
    await vi.waitFor(() => expect(taken.at(-1)).toMatchObject({ id: 'm-2' }), soon);
    expect(taken.at(-2)).toMatchObject({ state: 'open' });
    expect(await engine.threads.tellWhereabouts(newRef(), { change: 'left', atMs: 0 })).toBe(false);
  });

  test('takes a receipt for one message', async () => {
    const ref = await openThread();
    await answer(ref, 'r-1');
    await answer(ref, 'r-2');
    const { id: messageId } = reply('r-2');
    await engine.threads.tellReceipt(ref, { kind: 'seen', messageId, atMs: Date.now() });
    const { reports } = engine.centreOf(ref);
    await vi.waitFor(() => expect(reports).toMatchObject([{ messageId, status: 'seen' }]), soon);
  });

  test('says whose it is until it has ended', async () => {
    const ref = await openThread();
    expect(await engine.threads.customerOf(ref)).toMatch(/^zebra-/);
    await engine.handleOf(ref).executeUpdate(closeUpdate);
    expect(await engine.threads.customerOf(ref)).toBeUndefined();
    expect(await engine.threads.customerOf(newRef())).toBeUndefined();
  });

  test('that goes on as new loses, doubles and reorders nothing, the platform being lossy', async () => {
    const ref = newRef();
    const platform = engine.platforms.of(ref);
    await say(ref, 'm-0', { continueAfterEvents: 60, keptLogSize: 1 });
    for (const id of idsOf('m', 15)) {
      if (id.endsWith('3')) platform.faults.push({ when: 'after', error: unreachable() });
      if (id.endsWith('7')) platform.faults.push({ when: 'before', error: unreachable() });
      await Promise.all([say(ref, id), answer(ref, `r-${id}`)]);
    }
    await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(16), later);
    await vi.waitFor(() => expect(platform.taken).toHaveLength(31), later);
    expect(platform.taken).toEqual(await owedTo(ref));
    expect((await readThreadRuns(engine.client, ref)).length).toBeGreaterThan(2);
    expect(platform.mostAtOnce).toBe(1);
  });
});
