import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import {
  type CustomerId,
  parseCustomerId,
  type ThreadId,
  type ThreadRef,
  toCustomerWorkflowId,
  toOutboundThreadId,
} from '../../src/domain/ids.js';
import type { Threads } from '../../src/ports/threads.js';
import { openAdmission } from '../../src/temporal/admission.js';
import { listOpenThreadsOf } from '../../src/temporal/customer-threads.js';
import { createThreads } from '../../src/temporal/threads.js';
import type { customer } from '../../workflows/customer.js';
import { closeUpdate, contactEndedSignal } from '../../workflows/messages.js';
import { threadContactKey } from '../../workflows/search-attributes.js';
import { createTestEngine, type TestEngine } from '../support/test-engine.js';
import { inbound, newRef, reply, startOf } from '../support/thread-fixtures.js';
import { readRuns } from '../support/thread-runs.js';

let engine: TestEngine;
let idle: TestEngine;
/** Three gateways, as far as threads see them. */
let gateways: Threads[];
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  idle = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  await engine.startWorker();
  const { client, taskQueue } = engine;
  gateways = [1, 2, 3].map(() =>
    createThreads({ client, taskQueue, admission: openAdmission, channels: engine.channels }),
  );
});
afterAll(async () => {
  await engine.close();
  await idle.close();
});

const soon = { timeout: 10_000, interval: 25 };
const { channelId } = newRef();

function newCustomer(): CustomerId {
  const id = parseCustomerId(`okapi-${randomUUID()}`);
  if (id === undefined) throw new TypeError('a test id is malformed');
  return id;
}

function startFor(ref: ThreadRef, id: CustomerId) {
  return startOf(ref, { customer: { id, name: 'Olga Okapi' } });
}

/** Lets an agent write to a customer without naming a thread, as the box does; gives the thread. */
async function write(
  threads: Threads,
  customerId: CustomerId,
  key: string,
  closed?: ThreadId,
): Promise<ThreadRef> {
  const candidate = toOutboundThreadId(key);
  const request = { message: key, candidate, ...(closed === undefined ? {} : { closed }) };
  const ref = { channelId, threadId: await threads.placeMessage(channelId, customerId, request) };
  const message = reply(`${ref.threadId}~~${key}`, `text of ${key}`);
  await threads.acceptOutbound(startFor(ref, customerId), message);
  return ref;
}

async function textsOf(ref: ThreadRef): Promise<string[]> {
  return (await engine.readAll(ref)).flatMap((event) =>
    event.type === 'message' ? [event.text] : [],
  );
}

const endByAgent = (ref: ThreadRef) =>
  engine.handleOf(ref).signal(contactEndedSignal, {
    contact: engine.centreOf(ref).contact,
    status: 'closed',
    statusUpdatedAtMs: Date.now(),
  });

describe.concurrent('an agent who writes first', () => {
  test('opens one thread, however often and through however many gateways it is asked', async () => {
    const customerId = newCustomer();
    const key = randomUUID();
    const refs = await Promise.all(gateways.map((threads) => write(threads, customerId, key)));
    expect(new Set(refs.map(({ threadId }) => threadId))).toEqual(
      new Set([toOutboundThreadId(key)]),
    );
    const [ref = newRef()] = refs;
    expect(await textsOf(ref)).toEqual([`text of ${key}`]);
  });

  test('opens one thread with twenty different messages at once', async () => {
    const customerId = newCustomer();
    const keys = Array.from({ length: 20 }, () => randomUUID());
    const refs = await Promise.all(keys.map((key) => write(engine.threads, customerId, key)));
    expect(new Set(refs.map(({ threadId }) => threadId)).size).toBe(1);
    const [ref = newRef()] = refs;
    const texts = await textsOf(ref);
    expect(new Set(texts)).toEqual(new Set(keys.map((key) => `text of ${key}`)));
    expect(texts).toHaveLength(20);
  });

  test('is in the thread of a session that is opened at the same moment', async () => {
    const customerId = newCustomer();
    const session = newRef().threadId;
    const [ref, current] = await Promise.all([
      write(engine.threads, customerId, randomUUID()),
      gateways[0]?.currentThread(channelId, customerId, session),
      ...gateways.map((threads) => threads.currentThread(channelId, customerId, session)),
    ]);
    expect(current).toBe(ref.threadId);
    expect(await engine.threads.currentThread(channelId, customerId, newRef().threadId)).toBe(
      ref.threadId,
    );
  });

  test('writes into the open thread that its customer began without a word of it', async () => {
    const ref = newRef();
    const customerId = newCustomer();
    await engine.threads.acceptInbound(startFor(ref, customerId), inbound('m-1'));
    await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(1), soon);
    const { client, taskQueue } = engine;
    // Whose thread it is can be looked up a moment later, and who looks earlier begins another.
    await vi.waitFor(async () => {
      const known = await listOpenThreadsOf(client, taskQueue, channelId, customerId);
      expect(known).toEqual([ref.threadId]);
    }, soon);
    const { threadId } = await write(engine.threads, newCustomer(), randomUUID());
    expect(threadId).not.toBe(ref.threadId);
    expect(await write(engine.threads, customerId, randomUUID())).toEqual(ref);
    expect(await engine.threads.openThreadOf(channelId, customerId)).toBe(ref.threadId);
  });

  test('is answered in the same thread, and answers there', async () => {
    const customerId = newCustomer();
    const ref = await write(engine.threads, customerId, randomUUID());
    await engine.threads.acceptInbound(startFor(ref, customerId), inbound('m-1'));
    await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(1), soon);
    await engine.threads.acceptReply(ref, reply('r-2'));
    await vi.waitFor(async () => expect(await engine.readAll(ref)).toHaveLength(4), soon);
    expect(engine.centreOf(ref).calls.map(({ method }) => method)).toEqual(['post']);
    expect(engine.centreOf(ref).posts[0]?.customer).toEqual({ id: customerId, name: 'Olga Okapi' });
  });

  test('and ends it before the customer came, ends it in the contact centre too', async () => {
    const ref = await write(engine.threads, newCustomer(), randomUUID());
    await endByAgent(ref);
    expect(await engine.handleOf(ref).result()).toMatchObject({ closedBy: 'agent' });
    expect(engine.centreOf(ref)).toMatchObject({ isShut: true, endedWith: undefined });
  });

  test('and closes the contact without a word, gets no answer of a customer who comes later', async () => {
    const customerId = newCustomer();
    const key = randomUUID();
    const ref = { channelId, threadId: toOutboundThreadId(key) };
    const centre = engine.centreOf(ref);
    centre.agentMessages.push(`${ref.threadId}~~${key}`);
    await write(engine.threads, customerId, key);
    await vi.waitFor(
      async () =>
        expect(
          (await engine.handleOf(ref).describe()).typedSearchAttributes.get(threadContactKey),
        ).toBe(centre.contact),
      soon,
    );
    centre.status = 'closed';
    await engine.threads.acceptInbound(startFor(ref, customerId), inbound('m-1'));
    expect(await engine.handleOf(ref).result()).toMatchObject({ closedBy: 'agent' });
    expect(centre.posts).toEqual([]);
    const last = (await engine.readAll(ref)).filter((event) => event.type === 'message-status');
    expect(last).toMatchObject([{ id: 'm-1', status: 'refused' }]);
  });

  test.each([
    ['operator', (ref: ThreadRef) => engine.handleOf(ref).executeUpdate(closeUpdate)],
    ['customer', (ref: ThreadRef) => engine.threads.tellCustomerEnd(ref)],
  ] as const)('has their contact ended when the %s ends it unanswered', async (closedBy, end) => {
    const ref = await write(engine.threads, newCustomer(), randomUUID());
    const centre = engine.centreOf(ref);
    centre.agentMessages.push(`${ref.threadId}~~${ref.threadId.slice(2)}`);
    await end(ref);
    const result = await engine.handleOf(ref).result();
    expect(result).toMatchObject({ closedBy });
    expect(result).not.toHaveProperty('missing');
    expect(centre).toMatchObject({ isShut: true, endedWith: 'closed' });
  });
});

describe.concurrent('a call that comes again', () => {
  test('finds its message where it went, open or closed, and shows it once', async () => {
    const customerId = newCustomer();
    const keys = [randomUUID(), randomUUID()] as const;
    const first = await write(engine.threads, customerId, keys[0]);
    const second = await write(engine.threads, customerId, keys[1]);
    expect(second).toEqual(first);
    await endByAgent(first);
    await engine.handleOf(first).result();
    for (const key of keys) {
      expect(await write(engine.threads, customerId, key)).toEqual(first);
    }
    expect(await textsOf(first)).toHaveLength(3);
    expect(await engine.threads.openThreadOf(channelId, customerId)).toBeUndefined();
  });

  test('opens another thread for a message that the closed one never took', async () => {
    const customerId = newCustomer();
    const first = await write(engine.threads, customerId, randomUUID());
    await endByAgent(first);
    await engine.handleOf(first).result();
    const key = randomUUID();
    await expect(write(engine.threads, customerId, key)).rejects.toMatchObject({
      code: 'THREAD_CLOSED',
      details: { closedBy: 'agent' },
    });
    const next = await write(engine.threads, customerId, key, first.threadId);
    expect(next.threadId).toBe(toOutboundThreadId(key));
    expect(await write(engine.threads, customerId, key)).toEqual(next);
    expect(await engine.threads.openThreadOf(channelId, customerId)).toBe(next.threadId);
  });

  test('is too late for a thread that ends between the look and the signal', async () => {
    const customerId = newCustomer();
    const key = randomUUID();
    const ref = await write(engine.threads, customerId, key);
    const { client, taskQueue } = engine;
    const seen = await engine.handleOf(ref).describe();
    await endByAgent(ref);
    await engine.handleOf(ref).result();
    const { workflow } = client;
    const looksBack = Object.create(client, {
      workflow: {
        value: Object.create(workflow, {
          getHandle: {
            value: (id: string) =>
              Object.create(workflow.getHandle(id), { describe: { value: async () => seen } }),
          },
        }),
      },
    }) as typeof client;
    const late = createThreads({
      client: looksBack,
      taskQueue,
      admission: openAdmission,
      channels: engine.channels,
    });
    const start = startFor(ref, customerId);
    await expect(late.acceptOutbound(start, reply('too-late'))).rejects.toMatchObject({
      code: 'THREAD_CLOSED',
    });
    await late.acceptOutbound(start, reply(`${ref.threadId}~~${key}`));
    expect(await textsOf(ref)).toHaveLength(2);
  });

  test('is known over as many questions as one run may answer', async () => {
    const customerId = newCustomer();
    const workflowId = toCustomerWorkflowId(channelId, customerId);
    const { client, taskQueue } = engine;
    await client.workflow.start<typeof customer>('customer', {
      workflowId,
      taskQueue,
      args: [{ channelId, customerId, continueAfterUpdates: 3 }],
    });
    const key = randomUUID();
    const ref = await write(engine.threads, customerId, key);
    await endByAgent(ref);
    await engine.handleOf(ref).result();
    for (const round of [1, 2, 3, 4]) {
      await write(engine.threads, customerId, `${key}-${round}`, ref.threadId);
    }
    expect((await readRuns(client, workflowId)).length).toBeGreaterThan(1);
    expect(await write(engine.threads, customerId, key)).toEqual(ref);
  });
});

describe.concurrent('a thread that an agent opened by its id', () => {
  test("is its customer's next thread, with no worker too", async () => {
    const customerId = newCustomer();
    const ref = newRef();
    await idle.threads.noteOpened(ref, customerId);
    expect(await idle.threads.openThreadOf(channelId, customerId)).toBeUndefined();
    await idle.threads.acceptOutbound(startFor(ref, customerId), reply('r-1'));
    expect(await idle.threads.openThreadOf(channelId, customerId)).toBe(ref.threadId);
  });

  test('takes the place of the one before', async () => {
    const customerId = newCustomer();
    await engine.threads.currentThread(channelId, customerId, newRef().threadId);
    const ref = newRef();
    await engine.threads.noteOpened(ref, customerId);
    await engine.threads.acceptOutbound(startFor(ref, customerId), reply('r-1'));
    const current = await engine.threads.currentThread(channelId, customerId, newRef().threadId);
    expect(current).toBe(ref.threadId);
    await vi.waitFor(
      async () =>
        expect(await engine.threads.openThreadOf(channelId, customerId)).toBe(ref.threadId),
      soon,
    );
  });

  test('and that was ended long ago, takes messages again before the first answer', async () => {
    const customerId = newCustomer();
    const ref = newRef();
    const centre = engine.centreOf(ref);
    centre.isShut = true;
    const start = { ...startFor(ref, customerId), mayHaveEnded: true };
    await engine.threads.acceptOutbound(start, reply('r-1'));
    await engine.threads.acceptInbound(start, inbound('m-1'));
    await vi.waitFor(() => expect(centre.posts).toHaveLength(1), soon);
    const calls = centre.calls.map(({ method, about }) => `${method} ${about}`.split('~')[0]);
    expect(calls).toEqual([`readThread ${ref.threadId}`, 'setOpen true', `post ${channelId}`]);
  });
});
