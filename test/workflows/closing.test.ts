import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { RemoteError } from '../../src/domain/errors.js';
import type { ThreadRef } from '../../src/domain/ids.js';
import { defaultPolicy, type ThreadPolicy } from '../../src/domain/policy.js';
import { closeUpdate, contactEndedSignal, repairUpdate } from '../../workflows/messages.js';
import { threadMissingLegKey, threadStateKey } from '../../workflows/search-attributes.js';
import { createTestEngine, type TestEngine } from '../support/test-engine.js';
import { channelOf, inbound, newRef, reply } from '../support/thread-fixtures.js';
import { readThreadRuns } from '../support/thread-runs.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 10_000, interval: 25 };
const down = new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'refused');
const refused = new RemoteError('CONTACT_CENTRE_REJECTED', 'there is no such contact');

/** Starts a thread whose first message the contact centre has. */
async function openThread(policy: ThreadPolicy = defaultPolicy): Promise<ThreadRef> {
  const ref = newRef();
  await engine.say(ref, inbound('m-1'), { policy });
  await vi.waitFor(async () => expect(await engine.readAll(ref)).toHaveLength(2), soon);
  return ref;
}

async function searchStateOf(ref: ThreadRef): Promise<string | undefined> {
  return (await engine.handleOf(ref).describe()).typedSearchAttributes.get(threadStateKey);
}

const endByAgent = (ref: ThreadRef) =>
  engine.handleOf(ref).signal(contactEndedSignal, {
    contact: engine.centreOf(ref).contact,
    status: 'closed',
    statusUpdatedAtMs: Date.now(),
  });

describe.concurrent('a thread whose end the contact centre does not take', () => {
  test('is closing until it does, and closed for everybody else at once', async () => {
    const ref = await openThread();
    const centre = engine.centreOf(ref);
    centre.isDown = true;
    await engine.handleOf(ref).executeUpdate(closeUpdate);
    await vi.waitFor(async () => expect(await searchStateOf(ref)).toBe('closing'), soon);
    expect(await engine.threads.standing(ref)).toMatchObject({ kind: 'closed', by: 'operator' });
    expect((await engine.readAll(ref)).at(-1)).toMatchObject({ state: 'closed' });
    await expect(engine.say(ref, inbound('m-2'))).rejects.toMatchObject({ code: 'THREAD_CLOSED' });
    await expect(engine.threads.acceptReply(ref, reply('r-1'))).rejects.toMatchObject({
      code: 'THREAD_CLOSED',
    });
    await vi.waitFor(() => expect(centre.calls.length).toBeGreaterThan(3), soon);
    centre.isDown = false;
    const result = await engine.handleOf(ref).result();
    expect(result).not.toHaveProperty('missing');
    expect(await searchStateOf(ref)).toBe('closed');
    expect(centre).toMatchObject({ endedWith: 'closed', isShut: true });
  });

  test('for the contact alone, shuts the thread meanwhile', async () => {
    const ref = await openThread();
    const centre = engine.centreOf(ref);
    const fault = { on: 'end' as const, when: 'before' as const, error: down };
    centre.faults.push(fault, fault, fault);
    await engine.threads.tellCustomerEnd(ref);
    await vi.waitFor(() => expect(centre.isShut).toBe(true), soon);
    expect(centre.endedWith).toBeUndefined();
    await engine.handleOf(ref).result();
    expect(centre.endedWith).toBe('closed');
  });

  test('ends with the missing leg by name', async () => {
    const ref = await openThread();
    const centre = engine.centreOf(ref);
    centre.faults.push(
      { on: 'end', when: 'before', error: refused },
      { on: 'read', when: 'before', error: refused },
    );
    await engine.threads.tellCustomerEnd(ref);
    expect(await engine.handleOf(ref).result()).toMatchObject({ missing: ['contact'] });
    const { typedSearchAttributes } = await engine.handleOf(ref).describe();
    expect(typedSearchAttributes.get(threadMissingLegKey)).toBe('contact');
    expect(typedSearchAttributes.get(threadStateKey)).toBe('closed');
  });

  test('is given up by an operator, leg by leg', async () => {
    const ref = await openThread();
    const centre = engine.centreOf(ref);
    centre.isDown = true;
    await engine.handleOf(ref).executeUpdate(closeUpdate);
    const giveUp = () =>
      engine.handleOf(ref).executeUpdate(repairUpdate, { args: [{ action: 'giveUp' }] });
    await vi.waitFor(
      async () => {
        if ((await engine.handleOf(ref).describe()).status.name === 'RUNNING') await giveUp();
        expect((await engine.handleOf(ref).describe()).status.name).toBe('COMPLETED');
      },
      { timeout: 15_000, interval: 100 },
    );
    const { missing = [] } = await engine.handleOf(ref).result();
    expect(missing.toSorted()).toEqual(['contact', 'readBack', 'thread']);
  });
});

test.concurrent('an end that does not hold is done again', async () => {
  const ref = await openThread();
  const centre = engine.centreOf(ref);
  centre.staleReadBacks = 2;
  await engine.threads.tellCustomerEnd(ref);
  expect(await engine.handleOf(ref).result()).not.toHaveProperty('missing');
  const closing = 'end setOpen read readThread';
  expect(centre.calls.map(({ method }) => method).join(' ')).toBe(
    `post ${closing} read readThread ${closing}`,
  );
});

test.concurrent('an end that was forgotten here is remembered by the contact centre', async () => {
  const ref = newRef();
  const centre = engine.centreOf(ref);
  centre.isShut = true;
  await engine.say(ref, inbound('m-1'), { mayHaveEnded: true });
  await engine.say(ref, inbound('m-2'), { mayHaveEnded: true }).catch(() => undefined);
  expect(await engine.handleOf(ref).result()).toMatchObject({ closedBy: 'operator' });
  const verdicts = (await engine.readAll(ref)).filter((event) => event.type === 'message-status');
  expect(new Set(verdicts.map(({ status }) => status))).toEqual(new Set(['refused']));
  expect(centre.posts).toEqual([]);
  expect(new Set(centre.calls.map(({ method }) => method))).toEqual(new Set(['readThread']));
  await expect(engine.say(ref, inbound('m-3'))).rejects.toMatchObject({ code: 'THREAD_CLOSED' });
});

test.concurrent('an old thread that was never ended goes on', async () => {
  const ref = newRef();
  const centre = engine.centreOf(ref);
  const error = new RemoteError('CONTACT_CENTRE_SILENT', 'reset');
  centre.faults.push({ on: 'readThread', when: 'before', error });
  await engine.say(ref, inbound('m-1'), { mayHaveEnded: true });
  await vi.waitFor(() => expect(centre.posts).toHaveLength(1), soon);
  expect(centre.calls.map(({ method }) => method)).toEqual(['readThread', 'readThread', 'post']);
});

describe.concurrent('a closed thread', () => {
  const atOnce: ThreadPolicy = {
    ...defaultPolicy,
    reopenAfterMs: { idle: null, customer: 0, agent: null, operator: 3_600_000 },
  };
  const say = (ref: ThreadRef, id: string) => engine.say(ref, inbound(id), { policy: atOnce });

  test('starts again where its channel lets it, with a new contact and all that was said', async () => {
    const ref = await openThread(atOnce);
    const centre = engine.centreOf(ref);
    await engine.threads.tellCustomerEnd(ref);
    await engine.handleOf(ref).result();
    const before = await engine.readAll(ref);
    await say(ref, 'm-1');
    expect(await engine.threads.standing(ref)).toMatchObject({ kind: 'closed' });
    await Promise.all(['m-2', 'm-3', 'm-2'].map((id) => say(ref, id)));
    await vi.waitFor(() => expect(centre.posts).toHaveLength(3), soon);
    await engine.settledLength(ref);
    const events = await engine.readAll(ref);
    expect(events.slice(0, before.length)).toEqual(before);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[before.length]).toMatchObject({ type: 'state', state: 'open' });
    expect(centre.isShut).toBe(false);
    const calls = centre.calls.map(({ method, about }) => `${method} ${about}`);
    const opened = calls.indexOf('setOpen true');
    expect(calls.slice(opened + 1, opened + 3).every((call) => call.startsWith('post'))).toBe(true);
    // What was answered 202 in the earlier life is answered so again, and goes nowhere.
    await say(ref, 'm-1');
    await engine.settledLength(ref);
    expect(centre.posts).toHaveLength(3);
  });

  test('starts again once more, and tells its whole story', async () => {
    const ref = await openThread(atOnce);
    for (const id of ['m-2', 'm-3']) {
      await engine.threads.tellCustomerEnd(ref);
      await engine.handleOf(ref).result();
      await say(ref, id);
    }
    await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(3), soon);
    await engine.settledLength(ref);
    const events = await engine.readAll(ref);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const ids = events.flatMap((one) =>
      one.type === 'message' && one.from === 'customer' ? one.id : [],
    );
    expect(ids).toEqual(['m-1', 'm-2', 'm-3']);
  });

  test('is asked for a little later while it is being closed', async () => {
    const ref = await openThread(atOnce);
    const centre = engine.centreOf(ref);
    centre.isDown = true;
    await engine.threads.tellCustomerEnd(ref);
    await vi.waitFor(async () => expect(await searchStateOf(ref)).toBe('closing'), soon);
    await expect(say(ref, 'm-2')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterMs: 2_000,
    });
    centre.isDown = false;
    await engine.handleOf(ref).result();
    await say(ref, 'm-2');
    await vi.waitFor(() => expect(centre.posts).toHaveLength(2), soon);
  });

  test.each([
    ['agent', 'never', endByAgent],
    ['operator', 'only later', (ref: ThreadRef) => engine.handleOf(ref).executeUpdate(closeUpdate)],
  ] as const)('that its %s ended starts again %s', async (closedBy, _when, end) => {
    const ref = await openThread(atOnce);
    await end(ref);
    await engine.handleOf(ref).result();
    await expect(say(ref, 'm-2')).rejects.toMatchObject({
      code: 'THREAD_CLOSED',
      details: { closedBy },
    });
  });

  test('that was terminated is closed for good', async () => {
    const ref = await openThread(atOnce);
    await engine.handleOf(ref).terminate();
    const always = { ...atOnce, reopenAfterMs: { idle: 0, customer: 0, agent: 0, operator: 0 } };
    await expect(engine.say(ref, inbound('m-2'), { policy: always })).rejects.toMatchObject({
      code: 'THREAD_CLOSED',
    });
  });
});

test.concurrent('a message that came just before the news of the end, in one task, is not posted', async () => {
  const resting = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  try {
    const ref = newRef();
    const centre = resting.centreOf(ref);
    await resting.startWorker();
    await resting.say(ref, inbound('m-1'));
    await vi.waitFor(async () => expect(await resting.readAll(ref)).toHaveLength(2), soon);
    await resting.settledLength(ref);
    await resting.stopWorker();
    await resting.say(ref, inbound('m-2'));
    await resting.handleOf(ref).signal(contactEndedSignal, {
      contact: centre.contact,
      status: 'closed',
      statusUpdatedAtMs: Date.now(),
    });
    await resting.startWorker();
    await resting.handleOf(ref).result();
    expect(centre.posts).toHaveLength(1);
    expect(await resting.readAll(ref)).toContainEqual(
      expect.objectContaining({ type: 'message-status', id: 'm-2', status: 'refused' }),
    );
  } finally {
    await resting.close();
  }
}, 20_000);

describe.concurrent('a policy that changes', () => {
  /** A policy under which nobody is idle before the test is over. */
  const patient = { ...defaultPolicy, idleAfterMs: 3_600_000 };

  test('reaches an open thread at its next event, and its history shows it', async () => {
    const policed = await createTestEngine({ temporalAddress: inject('temporalAddress') });
    try {
      await policed.startWorker();
      const ref = newRef();
      policed.channels.set(ref.channelId, channelOf(ref.channelId, patient));
      await policed.say(ref, inbound('m-1'), { policy: patient });
      policed.channels.set(
        ref.channelId,
        channelOf(ref.channelId, { idleAfterMs: 200, countdownMs: 200 }),
      );
      const looks = async () => {
        const [run] = await readThreadRuns(policed.client, ref);
        return (run?.history.events ?? []).flatMap((event) =>
          (event.activityTaskCompletedEventAttributes?.result?.payloads ?? []).map(({ data }) =>
            Buffer.from(data ?? '').toString('utf8'),
          ),
        );
      };
      // Each of these starts the idle clock anew, so none comes once the thread has looked.
      await vi.waitFor(async () => {
        await policed.threads.tellStillHere(ref);
        await policed.settledLength(ref);
        const results = await looks();
        expect(results.some((text) => text.includes('"idleAfterMs":200'))).toBe(true);
      }, soon);
      await vi.waitFor(
        async () => expect(await policed.threads.standing(ref)).toMatchObject({ by: 'idle' }),
        soon,
      );
    } finally {
      await policed.close();
    }
  }, 20_000);

  async function looksDuring(work: (policed: TestEngine, ref: ThreadRef) => Promise<void>) {
    const ref = newRef();
    let looks = 0;
    const policed = await createTestEngine({ temporalAddress: inject('temporalAddress') });
    try {
      await policed.startWorker({
        currentPolicy: async () => {
          looks += 1;
          return null;
        },
      });
      policed.channels.set(ref.channelId, channelOf(ref.channelId, patient));
      await policed.say(ref, inbound('m-0'), { policy: patient });
      const startedAtMs = Date.now();
      await work(policed, ref);
      await policed.settledLength(ref);
      return { looks, tookMs: Date.now() - startedAtMs };
    } finally {
      await policed.close();
    }
  }

  /** Writes again and again for longer than a look is fresh. */
  async function write(policed: TestEngine, ref: ThreadRef): Promise<void> {
    const startedAtMs = Date.now();
    for (let index = 1; Date.now() - startedAtMs < 2_500; index += 1) {
      await policed.say(ref, inbound(`m-${index}`), { policy: patient });
    }
  }

  test('is looked for once a second at most', async () => {
    const { looks, tookMs } = await looksDuring(async (policed, ref) => {
      policed.channels.set(ref.channelId, channelOf(ref.channelId, { idleAfterMs: 7_200_000 }));
      await write(policed, ref);
    });
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThanOrEqual(Math.ceil(tookMs / 1_000) + 1);
  }, 20_000);

  test('is looked for by nobody while it has not changed', async () => {
    expect((await looksDuring(write)).looks).toBe(0);
  }, 20_000);

  test('is looked for before a warning, which a message that comes meanwhile still stops', async () => {
    const policed = await createTestEngine({ temporalAddress: inject('temporalAddress') });
    try {
      const ref = newRef();
      await policed.startWorker({
        currentPolicy: async () => {
          await policed.say(ref, inbound('m-2'));
          return null;
        },
      });
      await policed.say(ref, inbound('m-1'), { policy: { ...defaultPolicy, idleAfterMs: 1_500 } });
      await vi.waitFor(async () => expect(await policed.readAll(ref)).toHaveLength(4), soon);
      expect((await policed.readAll(ref)).map(({ type }) => type)).toEqual([
        'message',
        'message-status',
        'message',
        'message-status',
      ]);
    } finally {
      await policed.close();
    }
  }, 20_000);

  test('reaches a thread of which nobody has signalled since, before it is warned', async () => {
    const policed = await createTestEngine({ temporalAddress: inject('temporalAddress') });
    try {
      await policed.startWorker();
      const ref = newRef();
      const policy = { ...defaultPolicy, idleAfterMs: 1_500 };
      policed.channels.set(ref.channelId, channelOf(ref.channelId, policy));
      await policed.say(ref, inbound('m-1'), { policy });
      policed.channels.set(ref.channelId, channelOf(ref.channelId, patient));
      await vi.waitFor(async () => {
        const [run] = await readThreadRuns(policed.client, ref);
        expect(run?.history.events?.some((event) => event.timerFiredEventAttributes)).toBe(true);
      }, soon);
      await policed.settledLength(ref);
      expect(await policed.threads.read(ref, 0)).toMatchObject({ state: 'open' });
    } finally {
      await policed.close();
    }
  }, 20_000);
});

test.concurrent('an agent who ends a thread blocks its customer where the policy says so', async () => {
  const ref = await openThread({ ...defaultPolicy, blockAfterAgentEndMs: 60_000 });
  const endedAtMs = Date.now();
  await endByAgent(ref);
  await engine.handleOf(ref).result();
  const [post] = engine.centreOf(ref).posts;
  const customerId = post?.customer.id;
  if (customerId === undefined) throw new Error('nothing was posted');
  const untilMs = await engine.threads.blockedUntil(ref.channelId, customerId);
  expect(untilMs).toBeGreaterThanOrEqual(endedAtMs + 60_000);
  expect(untilMs).toBeLessThan(endedAtMs + 70_000);
});
