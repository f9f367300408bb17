import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ThreadRef } from '../../src/domain/ids.js';
import type { CustomerEvent } from '../../src/domain/messages.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { skipTime } from '../support/skipped-time.js';
import { createTestEngine, type TestEngine, type TestGateway } from '../support/test-engine.js';
import { inbound, newRef, reply } from '../support/thread-fixtures.js';
import { readTasks } from '../support/thread-history.js';

let engine: TestEngine;
let gateway: TestGateway;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  gateway = await engine.startGateway();
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 10_000, interval: 25 };
const minute = 60_000;
const second = 1_000;
/** Both moments are met within this. */
const prompt = second;
/** How long before a moment nothing has happened yet: real time goes on while a test looks. */
const margin = 8 * second;

/** A chat with a page open, in which the agent spoke last: the customer owes an answer. */
async function answeredThread(): Promise<ThreadRef> {
  const ref = newRef();
  await engine.say(ref, inbound('m-1', 'text of m-1', gateway.queue));
  await gateway.openPage(ref);
  await vi.waitFor(async () => expect(await engine.readAll(ref)).toHaveLength(2), soon);
  await engine.threads.acceptReply(ref, reply('r-1'));
  await engine.settledLength(ref);
  return ref;
}

/** Moves the thread's clock on, and gives what it told its customer meanwhile. */
async function skip(ref: ThreadRef, durationMs: number): Promise<CustomerEvent[]> {
  const before = (await engine.readAll(ref)).length;
  await skipTime(engine.client, ref, durationMs);
  await engine.settledLength(ref);
  return (await engine.readAll(ref)).slice(before);
}

/** When the thread learned of the last signal of this name, by its own clock. */
async function learnedAtMs(ref: ThreadRef, signal: string): Promise<number> {
  const tasks = await readTasks(engine.client, ref);
  return tasks.findLast(({ brought }) => brought.includes(signal))?.atMs ?? Number.NaN;
}

async function expectWarned(ref: ThreadRef, events: CustomerEvent[], sinceMs: number) {
  const [asked, state, ...more] = events;
  expect(more).toEqual([]);
  const warnedAtMs = asked?.type === 'message' ? asked.atMs : Number.NaN;
  expect(asked).toMatchObject({ from: 'system', text: 'Are you still there?' });
  expect(warnedAtMs - sinceMs).toBeGreaterThanOrEqual(2 * minute);
  expect(warnedAtMs - sinceMs).toBeLessThan(2 * minute + prompt);
  const deadlineAtMs = warnedAtMs + 20 * second;
  expect(state).toMatchObject({ type: 'state', state: 'warned', deadlineAtMs });
  expect(await engine.threads.read(ref, 0)).toMatchObject({ state: 'warned', deadlineAtMs });
  return { warnedAtMs, deadlineAtMs };
}

describe.concurrent('by the policy of a channel that says nothing about it', () => {
  test('a customer is warned after two minutes, and the chat closes twenty seconds later', async () => {
    const ref = await answeredThread();
    const repliedAtMs = await learnedAtMs(ref, 'agentReply');
    expect(await skip(ref, 2 * minute - margin)).toEqual([]);
    const { deadlineAtMs } = await expectWarned(ref, await skip(ref, margin + second), repliedAtMs);

    expect(await skip(ref, 20 * second - margin)).toEqual([]);
    const [told, closed, ...more] = await skip(ref, margin + second);
    expect(more).toEqual([]);
    const closedAtMs = told?.type === 'message' ? told.atMs : Number.NaN;
    expect(told).toMatchObject({ from: 'system', text: defaultPolicy.texts.idleClosed });
    expect(closed).toMatchObject({ state: 'closed', closedBy: 'idle', closedAtMs });
    expect(closedAtMs - deadlineAtMs).toBeGreaterThanOrEqual(0);
    expect(closedAtMs - deadlineAtMs).toBeLessThan(prompt);
    expect(await engine.handleOf(ref).result()).toMatchObject({ closedBy: 'idle' });
    expect(engine.centreOf(ref)).toMatchObject({ endedWith: 'closed', isShut: true });
  });

  test('a customer who says in the countdown that they are there has two minutes again', async () => {
    const ref = await answeredThread();
    expect(await skip(ref, 2 * minute + 10 * second)).toMatchObject([
      { text: 'Are you still there?' },
      { state: 'warned' },
    ]);
    await engine.threads.tellStillHere(ref);
    await engine.settledLength(ref);
    const saidAtMs = await learnedAtMs(ref, 'stillHere');
    expect((await engine.readAll(ref)).at(-1)).toEqual({
      seq: expect.any(Number),
      type: 'state',
      state: 'open',
    });
    // The deadline that was, passes without a word.
    expect(await skip(ref, 2 * minute - margin)).toEqual([]);
    await expectWarned(ref, await skip(ref, margin + second), saidAtMs);
  });

  test.each([
    ['still-here', 'stillHere', (ref: ThreadRef) => engine.threads.tellStillHere(ref)],
    [
      "an agent's message",
      'agentReply',
      (ref: ThreadRef) => engine.threads.acceptReply(ref, reply('r-2')),
    ],
  ] as const)('%s after a minute moves the warning by that minute', async (_title, signal, act) => {
    const ref = await answeredThread();
    expect(await skip(ref, minute)).toEqual([]);
    await act(ref);
    await engine.settledLength(ref);
    const actedAtMs = await learnedAtMs(ref, signal);
    expect(await skip(ref, 2 * minute - margin)).toEqual([]);
    await expectWarned(ref, await skip(ref, margin + second), actedAtMs);
  });

  test("a customer's message stops the clock, and the next answer starts it anew", async () => {
    const ref = await answeredThread();
    expect(await skip(ref, 2 * minute - margin)).toEqual([]);
    await engine.say(ref, inbound('m-2', 'text of m-2', gateway.queue));
    await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(2), soon);
    await engine.settledLength(ref);
    // The page is open, so this customer waits, however long.
    expect(await skip(ref, 3 * minute)).toEqual([]);
    await engine.threads.acceptReply(ref, reply('r-2'));
    await engine.settledLength(ref);
    const repliedAtMs = await learnedAtMs(ref, 'agentReply');
    expect(await skip(ref, 2 * minute - margin)).toEqual([]);
    await expectWarned(ref, await skip(ref, margin + second), repliedAtMs);
  });

  test('a customer whose page went while they waited has two minutes from then', async () => {
    const ref = newRef();
    await engine.say(ref, inbound('m-1', 'text of m-1', gateway.queue));
    await gateway.openPage(ref);
    await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(1), soon);
    await engine.settledLength(ref);
    gateway.pages.open.delete(ref.threadId);
    const goneAtMs = Date.now();
    await engine.threads.tellPresence(ref, {
      gateway: gateway.queue,
      change: 'gone',
      atMs: goneAtMs,
    });
    await engine.settledLength(ref);
    expect(await skip(ref, 2 * minute - margin)).toEqual([]);
    await expectWarned(ref, await skip(ref, margin + second), goneAtMs);
  });
});
