import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import {
  type CustomerId,
  parseCustomerId,
  type ThreadId,
  toCustomerWorkflowId,
} from '../../src/domain/ids.js';
import type { Threads } from '../../src/ports/threads.js';
import { openAdmission } from '../../src/temporal/admission.js';
import { connectTemporal } from '../../src/temporal/connection.js';
import { createThreads } from '../../src/temporal/threads.js';
import { proveWorkflowBundle } from '../../src/temporal/workers.js';
import { loadWorkflowBundle } from '../../src/temporal/workflow-bundle.js';
import type { customer } from '../../workflows/customer.js';
import { blockSignal, type CustomerInput, liftUpdate } from '../../workflows/messages.js';
import { silentTemporalLogger } from '../support/silent-logger.js';
import { createTestEngine, type TestEngine } from '../support/test-engine.js';
import { inbound, newRef, reply } from '../support/thread-fixtures.js';
import { readRuns } from '../support/thread-runs.js';

let engine: TestEngine;
let idle: TestEngine;
/** Four gateways, as far as threads see them. */
let gateways: Threads[];
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  idle = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  await engine.startWorker();
  const { client, taskQueue } = engine;
  gateways = [1, 2, 3, 4].map(() =>
    createThreads({ client, taskQueue, admission: openAdmission, channels: new Map() }),
  );
});
afterAll(async () => {
  await engine.close();
  await idle.close();
});

const { channelId } = newRef();

function newCustomer(): CustomerId {
  const id = parseCustomerId(`giraffe-${randomUUID()}`);
  if (id === undefined) throw new TypeError('a test id is malformed');
  return id;
}

async function twentyAsk(customerId: CustomerId): Promise<Set<ThreadId>> {
  const answers = gateways.flatMap((threads) =>
    [1, 2, 3, 4, 5].map(() => threads.currentThread(channelId, customerId, newRef().threadId)),
  );
  return new Set(await Promise.all(answers));
}

describe.concurrent('the current thread of a customer', () => {
  test('is the same for everybody who asks at once, until it is closed', async () => {
    const customerId = newCustomer();
    const first = await twentyAsk(customerId);
    expect(first.size).toBe(1);
    const [threadId] = first;
    const ref = { channelId, threadId: threadId ?? newRef().threadId };
    expect(await twentyAsk(customerId)).toEqual(first);
    await engine.say(ref, inbound('m-1'));
    expect(await twentyAsk(customerId)).toEqual(first);

    await engine.threads.tellCustomerEnd(ref);
    await engine.handleOf(ref).result();
    const second = await twentyAsk(customerId);
    expect(second.size).toBe(1);
    expect(second).not.toEqual(first);
    expect(await twentyAsk(customerId)).toEqual(second);
  });

  test('is another one for another customer', async () => {
    const both = await Promise.all([twentyAsk(newCustomer()), twentyAsk(newCustomer())]);
    expect(new Set(both.flatMap((ids) => [...ids])).size).toBe(2);
  });

  test('outlives as many questions as one run may answer', async () => {
    const customerId = newCustomer();
    const workflowId = toCustomerWorkflowId(channelId, customerId);
    const { taskQueue, client } = engine;
    await client.workflow.start<typeof customer>('customer', {
      workflowId,
      taskQueue,
      args: [{ channelId, customerId, continueAfterUpdates: 6 }],
    });
    const answers = [];
    for (const round of [1, 2, 3, 4]) {
      answers.push(...(await twentyAsk(customerId)));
      expect(new Set(answers).size, `round ${round}`).toBe(1);
    }
    expect((await readRuns(client, workflowId)).length).toBeGreaterThan(1);
  });
});

describe.concurrent('a blocked customer', () => {
  const hourMs = 3_600_000;
  const prompt = { timeout: 10_000, interval: 20 };
  const workflowOf = (customerId: CustomerId, of = engine) =>
    of.client.workflow.getHandle<typeof customer>(toCustomerWorkflowId(channelId, customerId));
  const blockedUntil = (customerId: CustomerId) =>
    engine.threads.blockedUntil(channelId, customerId);
  /** Starts a customer's workflow as it would be, but for what a test cannot wait for. */
  const begin = (customerId: CustomerId, options: Partial<CustomerInput>) =>
    engine.client.workflow.start<typeof customer>('customer', {
      workflowId: toCustomerWorkflowId(channelId, customerId),
      taskQueue: engine.taskQueue,
      args: [{ channelId, customerId, ...options }],
    });

  test('is blocked until the moment that was said; of two the later one holds', async () => {
    const customerId = newCustomer();
    const untilMs = Date.now() + hourMs;
    expect(await blockedUntil(customerId)).toBeUndefined();
    for (const moment of [untilMs, untilMs, untilMs - 1]) {
      await engine.threads.blockCustomer(channelId, customerId, moment);
      // What answers now has seen the block.
      await twentyAsk(customerId);
      expect(await blockedUntil(customerId)).toBe(untilMs);
    }
    await engine.threads.blockCustomer(channelId, customerId, untilMs + 1);
    await vi.waitFor(async () => expect(await blockedUntil(customerId)).toBe(untilMs + 1), prompt);
    expect(await blockedUntil(newCustomer())).toBeUndefined();
  });

  test('is no longer blocked when the moment has come', async () => {
    const customerId = newCustomer();
    const untilMs = Date.now() + 2_000;
    await engine.threads.blockCustomer(channelId, customerId, untilMs);
    expect(await blockedUntil(customerId)).toBe(untilMs);
    await vi.waitFor(async () => expect(await blockedUntil(customerId)).toBeUndefined(), prompt);
    expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
    expect(await workflowOf(customerId).executeUpdate(liftUpdate)).toEqual({ blockedUntil: null });
  });

  test('is known as such with no worker', async () => {
    const customerId = newCustomer();
    const untilMs = Date.now() + hourMs;
    await idle.threads.blockCustomer(channelId, customerId, untilMs);
    expect(await idle.threads.blockedUntil(channelId, customerId)).toBe(untilMs);
    const { historyLength } = await workflowOf(customerId, idle).describe();
    expect(historyLength).toBe(3);
  });

  test('may begin again when an operator has lifted it, and be blocked once more', async () => {
    const customerId = newCustomer();
    const untilMs = Date.now() + hourMs;
    await engine.threads.blockCustomer(channelId, customerId, untilMs);
    const lift = () => workflowOf(customerId).executeUpdate(liftUpdate);
    expect(await lift()).toEqual({ blockedUntil: new Date(untilMs).toISOString() });
    expect(await blockedUntil(customerId)).toBeUndefined();
    expect(await lift()).toEqual({ blockedUntil: null });
    await engine.threads.blockCustomer(channelId, customerId, untilMs - 1);
    await vi.waitFor(async () => expect(await blockedUntil(customerId)).toBe(untilMs - 1), prompt);
  });

  test('stays blocked, and keeps the thread, over as many questions as one run may answer', async () => {
    const customerId = newCustomer();
    const untilMs = Date.now() + hourMs;
    const { workflowId } = await begin(customerId, { continueAfterUpdates: 6 });
    await engine.threads.blockCustomer(channelId, customerId, untilMs);
    const answers = [];
    for (const round of [1, 2, 3]) {
      answers.push(...(await twentyAsk(customerId)));
      expect(new Set(answers).size, `round ${round}`).toBe(1);
    }
    expect((await readRuns(engine.client, workflowId)).length).toBeGreaterThan(1);
    expect(await blockedUntil(customerId)).toBe(untilMs);
    expect(await workflowOf(customerId).executeUpdate(liftUpdate)).toEqual({
      blockedUntil: new Date(untilMs).toISOString(),
    });
    await twentyAsk(customerId);
    await twentyAsk(customerId);
    expect(await blockedUntil(customerId)).toBeUndefined();
  });

  test('is not forgotten while nobody asks', async () => {
    const customerId = newCustomer();
    const untilMs = Date.now() + 1_500;
    const handle = await begin(customerId, { idleAfterMs: 200, blockedUntilMs: untilMs });
    await handle.result();
    expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
    expect((await readRuns(engine.client, handle.workflowId)).length).toBe(1);
  });

  test('has one thread on two devices when the block is over', async () => {
    const customerId = newCustomer();
    await engine.threads.blockCustomer(channelId, customerId, Date.now() + 1);
    expect((await twentyAsk(customerId)).size).toBe(1);
  });

  test('is one whom an operator blocked by hand; what is no moment is passed over', async () => {
    const customerId = newCustomer();
    const handle = await begin(customerId, {});
    for (const request of [undefined, null, {}, { untilMs: 'x' }, { untilMs: 1e300 }]) {
      await handle.signal('block', request);
    }
    expect((await twentyAsk(customerId)).size).toBe(1);
    expect(await blockedUntil(customerId)).toBeUndefined();
    const untilMs = Date.now() + hourMs;
    await handle.signal(blockSignal, { untilMs });
    await vi.waitFor(async () => expect(await blockedUntil(customerId)).toBe(untilMs), prompt);
  });

  test('is not blocked any more when their workflow was ended from outside', async () => {
    const customerId = newCustomer();
    await engine.threads.blockCustomer(channelId, customerId, Date.now() + hourMs);
    await workflowOf(customerId).terminate('tried out');
    expect(await blockedUntil(customerId)).toBeUndefined();
    expect((await twentyAsk(customerId)).size).toBe(1);
    expect(await blockedUntil(customerId)).toBeUndefined();
  });
});

describe.concurrent('a key for repeats', () => {
  test('is the same within the window and another one after it', async () => {
    const fingerprint = randomUUID();
    const windowMs = 1_500;
    const keys = await Promise.all(
      Array.from({ length: 10 }, () => engine.threads.repeatKey(fingerprint, windowMs)),
    );
    const [key] = keys;
    expect(new Set(keys).size).toBe(1);
    expect(key).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
    expect(await engine.threads.repeatKey(randomUUID(), windowMs)).not.toBe(key);
    const next = await vi.waitFor(
      async () => {
        const now = await engine.threads.repeatKey(fingerprint, windowMs);
        expect(now).not.toBe(key);
        return now;
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(await engine.threads.repeatKey(fingerprint, windowMs)).toBe(next);
  });

  test('needs no worker, and its window ends without one', async () => {
    const fingerprint = randomUUID();
    const keys = await Promise.all([1, 2].map(() => idle.threads.repeatKey(fingerprint, 1_000)));
    expect(new Set(keys).size).toBe(1);
    await vi.waitFor(
      async () => expect(await idle.threads.repeatKey(fingerprint, 1_000)).not.toBe(keys[0]),
      { timeout: 10_000, interval: 100 },
    );
  });
});

describe.concurrent('with no worker', () => {
  test('a thread is not read, and the caller is told so within six seconds', async () => {
    const ref = newRef();
    await idle.say(ref, inbound('m-1'));
    await idle.threads.acceptReply(ref, reply('r-1'));
    expect(await idle.threads.standing(ref)).toEqual({ kind: 'open' });
    const askedAtMs = Date.now();
    await expect(idle.threads.read(ref, 0)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterMs: 2_000,
    });
    expect(Date.now() - askedAtMs).toBeLessThan(6_500);
  });

  test('nobody learns a current thread, and typing is refused', async () => {
    const ref = newRef();
    await idle.say(ref, inbound('m-1'));
    await Promise.all([
      expect(
        idle.threads.currentThread(channelId, newCustomer(), ref.threadId),
      ).rejects.toMatchObject({ code: 'UNAVAILABLE' }),
      expect(idle.threads.showTyping(ref, { isTyping: true })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      }),
    ]);
  });
});

test.concurrent('the canary sings with the bundle that workers run', async () => {
  const settings = { address: inject('temporalAddress'), namespace: 'default' };
  const temporal = await connectTemporal({ ...settings, taskQueue: 'canary' });
  const { connection, client } = temporal;
  const proof = proveWorkflowBundle({
    connection,
    client,
    namespace: settings.namespace,
    identity: 'test-canary',
    workflowBundle: await loadWorkflowBundle(silentTemporalLogger),
  });
  await expect(proof).resolves.toBeUndefined();
  await temporal.close();
});
