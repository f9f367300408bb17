import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ThreadRef } from '../../src/domain/ids.js';
import type { CustomerEvent } from '../../src/domain/messages.js';
import { defaultPolicy, type ThreadPolicy } from '../../src/domain/policy.js';
import { createTestEngine, type TestEngine, type TestGateway } from '../support/test-engine.js';
import { inbound, newRef, reply } from '../support/thread-fixtures.js';

let engine: TestEngine;
let gateway: TestGateway;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  gateway = await engine.startGateway();
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 10_000, interval: 25 };
/** Both moments are met within this. */
const promptMs = 1_000;
const policy: ThreadPolicy = { ...defaultPolicy, idleAfterMs: 400, countdownMs: 300 };
/** As above, with a countdown that a test has the time to stop. */
const slow: ThreadPolicy = { ...policy, countdownMs: 3_000 };

async function begin(change: ThreadPolicy = policy): Promise<ThreadRef> {
  const ref = newRef();
  await engine.say(ref, inbound('m-1'), { policy: change });
  return ref;
}

type State = Extract<CustomerEvent, { type: 'state' }>;

async function statesOf(ref: ThreadRef): Promise<State[]> {
  return (await engine.readAll(ref)).filter((event) => event.type === 'state');
}

async function untilState(ref: ThreadRef, state: State['state']): Promise<void> {
  const last = async () => (await statesOf(ref)).at(-1)?.state;
  await vi.waitFor(async () => expect(await last()).toBe(state), soon);
}

/** The moments of a thread's states as the workflow itself met them. */
async function momentsOf(ref: ThreadRef) {
  const events = await engine.readAll(ref);
  const at = (text: string) =>
    events.flatMap((one) =>
      one.type === 'message' && one.from === 'system' && one.text === text ? one.atMs : [],
    );
  return { warned: at(policy.texts.idleWarning), ended: at(policy.texts.idleClosed) };
}

function methodsOf(ref: ThreadRef): string[] {
  return engine.centreOf(ref).calls.map((call) => call.method);
}

describe.concurrent('a customer who is away', () => {
  test('is warned, and the thread ends by itself, each at its moment', async () => {
    const startedAtMs = Date.now();
    const ref = await begin();
    expect(await engine.handleOf(ref).result()).toMatchObject({ closedBy: 'idle' });

    const { warned, ended } = await momentsOf(ref);
    const [warnedAtMs = Number.NaN] = warned;
    const [endedAtMs = Number.NaN] = ended;
    const [warning, closing] = await statesOf(ref);
    const deadlineAtMs = warning?.deadlineAtMs ?? Number.NaN;
    expect(warnedAtMs - startedAtMs).toBeGreaterThanOrEqual(policy.idleAfterMs);
    expect(warnedAtMs - startedAtMs).toBeLessThan(policy.idleAfterMs + promptMs);
    expect(deadlineAtMs).toBe(warnedAtMs + policy.countdownMs);
    expect(endedAtMs).toBeGreaterThanOrEqual(deadlineAtMs);
    expect(endedAtMs).toBeLessThan(deadlineAtMs + promptMs);
    expect(closing).toMatchObject({ state: 'closed', closedBy: 'idle', closedAtMs: endedAtMs });
  });

  test('leaves a contact with its status, and a thread that takes no more messages', async () => {
    const ref = await begin({ ...policy, onIdle: 'resolved' });
    await engine.handleOf(ref).result();
    expect(engine.centreOf(ref)).toMatchObject({ endedWith: 'resolved', isShut: true });
    expect(methodsOf(ref)).toEqual(['post', 'end', 'setOpen', 'read', 'readThread']);
  });

  test('cannot write to it any more', async () => {
    const ref = await begin();
    await engine.handleOf(ref).result();
    await expect(engine.say(ref, inbound('m-2'))).rejects.toMatchObject({
      code: 'THREAD_CLOSED',
      details: { closedBy: 'idle' },
    });
    expect(engine.centreOf(ref).posts).toHaveLength(1);
  });

  test('whose page went is warned too', async () => {
    const ref = await begin();
    await gateway.openPage(ref);
    const gone = { gateway: gateway.queue, change: 'gone' as const, atMs: Date.now() };
    gateway.pages.open.delete(ref.threadId);
    await engine.threads.tellPresence(ref, gone);
    expect(await engine.handleOf(ref).result()).toMatchObject({ closedBy: 'idle' });
  });
});

describe.concurrent('a countdown is stopped by', () => {
  test.each([
    ["the customer's message", (ref: ThreadRef) => engine.say(ref, inbound('m-2'))],
    ['still-here', (ref: ThreadRef) => engine.threads.tellStillHere(ref)],
    ["an agent's message", (ref: ThreadRef) => engine.threads.acceptReply(ref, reply('r-1'))],
  ] as const)('%s, and comes again', async (_title, stop) => {
    const ref = await begin(slow);
    await untilState(ref, 'warned');
    await stop(ref);
    await vi.waitFor(
      async () =>
        expect((await statesOf(ref)).map(({ state }) => state)).toEqual([
          'warned',
          'open',
          'warned',
        ]),
      soon,
    );
    expect((await statesOf(ref))[1]).not.toHaveProperty('deadlineAtMs');
  });
});

test.concurrent('a page that opens stops no countdown', async () => {
  const ref = await begin({ ...policy, countdownMs: 1_500 });
  await untilState(ref, 'warned');
  await gateway.openPage(ref);
  await untilState(ref, 'closed');
  expect((await statesOf(ref)).map(({ state }) => state)).toEqual(['warned', 'closed']);
});

test.concurrent('a customer who waits with a page open is never warned', async () => {
  const ref = newRef();
  gateway.pages.open.add(ref.threadId);
  await engine.say(ref, inbound('m-1', 'text', gateway.queue), { policy });
  await gateway.openPage(ref);
  const waitedUntilMs = Date.now() + 4 * (policy.idleAfterMs + policy.countdownMs);
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(waitedUntilMs), soon);
  expect(await statesOf(ref)).toEqual([]);
});

test.concurrent('a page whose gateway died is found out', async () => {
  const doomed = await engine.startGateway();
  const ref = newRef();
  doomed.pages.open.add(ref.threadId);
  await engine.say(ref, inbound('m-1', 'text', doomed.queue), { policy });
  await doomed.openPage(ref);
  await engine.settledLength(ref);
  await doomed.stop();
  const diedAtMs = Date.now();
  await vi.waitFor(async () => expect((await momentsOf(ref)).warned).toHaveLength(1), {
    timeout: 12_000,
    interval: 100,
  });
  const [warnedAtMs = Number.NaN] = (await momentsOf(ref)).warned;
  expect(warnedAtMs - diedAtMs).toBeLessThan(policy.idleAfterMs + 5_000 + promptMs);
}, 20_000);

describe.concurrent('an agent who ends the contact, of which nobody tells', () => {
  /** Looks before every message. */
  const looking: ThreadPolicy = { ...defaultPolicy, contactFreshMs: 0, contactCheckMs: 0 };

  test("is noticed before the customer's next message goes out", async () => {
    const ref = await begin(looking);
    const centre = engine.centreOf(ref);
    await vi.waitFor(() => expect(centre.posts).toHaveLength(1), soon);
    await engine.settledLength(ref);
    centre.status = 'closed';
    await engine.say(ref, inbound('m-2'));
    expect(await engine.handleOf(ref).result()).toMatchObject({ closedBy: 'agent' });
    expect(centre.posts).toHaveLength(1);
    expect(centre.endedWith).toBeUndefined();
    expect(methodsOf(ref)).toEqual(['post', 'read', 'setOpen', 'readThread']);
    const verdict = (await engine.readAll(ref)).find(
      (event) => event.type === 'message-status' && event.id === 'm-2',
    );
    expect(verdict).toMatchObject({ status: 'refused', reason: 'THREAD_CLOSED' });
  });

  test('is not looked for while the contact is fresh', async () => {
    const ref = await begin({ ...looking, contactFreshMs: 60_000, contactCheckMs: 60_000 });
    const centre = engine.centreOf(ref);
    await vi.waitFor(() => expect(centre.posts).toHaveLength(1), soon);
    await engine.say(ref, inbound('m-2'));
    await vi.waitFor(() => expect(centre.posts).toHaveLength(2), soon);
    expect(methodsOf(ref)).toEqual(['post', 'post']);
  });

  test('and cannot be asked: the message waits for the answer', async () => {
    const ref = await begin(looking);
    const centre = engine.centreOf(ref);
    await vi.waitFor(() => expect(centre.posts).toHaveLength(1), soon);
    await engine.settledLength(ref);
    centre.status = 'closed';
    centre.isDown = true;
    await engine.say(ref, inbound('m-2'));
    await vi.waitFor(() => expect(methodsOf(ref)).toEqual(['post', 'read']), soon);
    centre.isDown = false;
    expect(await engine.handleOf(ref).result()).toMatchObject({ closedBy: 'agent' });
    expect(centre.posts).toHaveLength(1);
  });
});
