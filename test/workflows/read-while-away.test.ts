/**
 * A workflow that is read just when a worker takes it over goes on as any worker would have it go on.
 * Each test lets something come while no worker runs, after a read that waits for one: what comes
 * then is handed over with the read, and not by its workflow task.
 */
import { CompleteAsyncError, Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { test as base, expect, inject, vi } from 'vitest';
import { parseCustomerId, type ThreadRef, toCustomerWorkflowId } from '../../src/domain/ids.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { loadWorkflowBundle } from '../../src/temporal/workflow-bundle.js';
import type { customer } from '../../workflows/customer.js';
import { threadQuery } from '../../workflows/messages.js';
import { problemsOfReplay } from '../support/replayed.js';
import { silentTemporalLogger } from '../support/silent-logger.js';
import { createTestEngine, type TestEngine, type TestGateway } from '../support/test-engine.js';
import { channelOf, inbound, newRef } from '../support/thread-fixtures.js';

const soon = { timeout: 20_000, interval: 25 };
/** Above what a gateway's clock may be ahead: a thread that took it for its own would act on it. */
const apartMs = 2_000;
const policyLookMs = 2_000;
const policyFreshMs = 1_000;
/** Which of a read and a workflow task meets the worker first is chance, so there are some of each. */
const tries = 12;

interface World {
  readonly engine: TestEngine;
  readonly gateway: TestGateway;
}

const test = base.extend<{ world: World }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture needs
  world: async ({}, use) => {
    const engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
    await use({ engine, gateway: await engine.startGateway() });
    await engine.close();
  },
});

async function begin(world: World): Promise<ThreadRef> {
  const { engine, gateway } = world;
  const ref = newRef();
  await say(world, ref, 'm-1');
  await gateway.openPage(ref);
  await vi.waitFor(async () => expect(await engine.readAll(ref)).toHaveLength(2), soon);
  await engine.settledLength(ref);
  return ref;
}

function beginEach(world: World): Promise<ThreadRef[]> {
  return Promise.all(Array.from({ length: tries }, () => begin(world)));
}

function say(
  { engine, gateway }: World,
  ref: ThreadRef,
  id: string,
  policy = defaultPolicy,
): Promise<void> {
  return engine.say(ref, inbound(id, `text of ${id}`, gateway.queue), { policy });
}

async function passed(sinceMs: number, durationMs: number): Promise<void> {
  await vi.waitFor(() => expect(Date.now() - sinceMs).toBeGreaterThan(durationMs), soon);
}

async function expectAsked(
  { engine }: World,
  ref: ThreadRef,
  activity: string,
  isPending = true,
): Promise<void> {
  await vi.waitFor(async () => {
    const { raw } = await engine.handleOf(ref).describe();
    const names = raw.pendingActivities?.map(({ activityType }) => activityType?.name) ?? [];
    expect(names.includes(activity)).toBe(isPending);
  }, soon);
}

/** Reads each thread; whoever is not answered asks again in earnest. */
function readEach({ engine }: World, refs: readonly ThreadRef[]): Promise<unknown> {
  return Promise.allSettled(refs.map((ref) => engine.handleOf(ref).query(threadQuery)));
}

/** Waits until every thread has posted this much; gives a line for each that does not replay. */
async function problemsAfter(
  posts: number,
  { engine }: World,
  refs: readonly ThreadRef[],
): Promise<string[]> {
  await vi.waitFor(() => {
    for (const ref of refs) expect(engine.centreOf(ref).posts).toHaveLength(posts);
  }, soon);
  for (const ref of refs) await engine.settledLength(ref);
  return await problemsOfReplay(engine.client, refs);
}

test.concurrent('what came meanwhile is heard the same by whoever replays it', async ({
  world,
}) => {
  const { engine } = world;
  await engine.startWorker();
  const refs = await beginEach(world);
  await engine.stopWorker();
  const startedAtMs = Date.now();
  await passed(startedAtMs, apartMs);

  const reads = readEach(world, refs);
  await passed(startedAtMs, apartMs + 500);
  await Promise.all(refs.map((ref) => say(world, ref, 'm-2')));
  await engine.startWorker();
  await reads;
  expect(await problemsAfter(2, world, refs)).toEqual([]);
}, 60_000);

test.concurrent('what came during a look for the policy is heard the same as well', async ({
  world,
}) => {
  const { engine } = world;
  await engine.startWorker({
    currentPolicy() {
      throw new CompleteAsyncError();
    },
  });
  const refs = await beginEach(world);
  await passed(Date.now(), policyFreshMs);
  const { channelId } = newRef();
  engine.channels.set(channelId, channelOf(channelId, { countdownMs: 60_000 }));
  await Promise.all(refs.map((ref) => say(world, ref, 'm-2')));
  await Promise.all(refs.map((ref) => expectAsked(world, ref, 'currentPolicy')));
  engine.channels.delete(channelId);
  const askedAtMs = Date.now();
  await engine.stopWorker();

  const reads = readEach(world, refs);
  await passed(askedAtMs, policyLookMs - 500);
  await Promise.all(refs.map((ref) => say(world, ref, 'm-3')));
  // The worker that looked is gone, so each look ends by its limit.
  await Promise.all(refs.map((ref) => expectAsked(world, ref, 'currentPolicy', false)));
  await engine.startWorker();
  await reads;
  expect(await problemsAfter(3, world, refs)).toEqual([]);
}, 60_000);

test.concurrent('what came during the recall of an earlier run is heard the same as well', async ({
  world,
}) => {
  const { engine, gateway } = world;
  const recalls: (() => Promise<void>)[] = [];
  await engine.startWorker({
    async recallThread({ ref, runId }) {
      const earlier = await engine.threads.recall(ref, runId);
      const { taskToken } = Context.current().info;
      recalls.push(() => engine.client.activity.complete(taskToken, earlier));
      throw new CompleteAsyncError();
    },
  });
  const reopenAfterMs = { ...defaultPolicy.reopenAfterMs, customer: 0 };
  const policy = { ...defaultPolicy, reopenAfterMs };
  const again = async (): Promise<ThreadRef> => {
    const ref = newRef();
    await say(world, ref, 'm-1', policy);
    await engine.threads.tellCustomerEnd(ref);
    await engine.handleOf(ref).result();
    await say(world, ref, 'm-2', policy);
    await gateway.openPage(ref);
    await expectAsked(world, ref, 'recallThread');
    return ref;
  };
  const refs = await Promise.all(Array.from({ length: tries }, again));
  await vi.waitFor(() => expect(recalls).toHaveLength(tries), soon);
  await engine.stopWorker();
  const startedAtMs = Date.now();

  const reads = readEach(world, refs);
  await passed(startedAtMs, apartMs);
  await Promise.all(refs.map((ref) => say(world, ref, 'm-3', policy)));
  await Promise.all(recalls.map((complete) => complete()));
  await engine.startWorker();
  await reads;
  expect(await problemsAfter(3, world, refs)).toEqual([]);
}, 60_000);

test.concurrent('a customer whose block ran out meanwhile is forgotten by whoever replays it', async ({
  world,
}) => {
  const { engine } = world;
  await engine.startWorker();
  const { channelId } = newRef();
  const nowMs = Date.now();
  const handles = await Promise.all(
    Array.from({ length: tries }, async () => {
      const customerId = parseCustomerId(`giraffe-${newRef().threadId}`);
      if (customerId === undefined) throw new TypeError('a test id is malformed');
      return await engine.client.workflow.start<typeof customer>('customer', {
        taskQueue: engine.taskQueue,
        workflowId: toCustomerWorkflowId(channelId, customerId),
        args: [{ channelId, customerId, idleAfterMs: 3_000, blockedUntilMs: nowMs + 2_000 }],
      });
    }),
  );
  await vi.waitFor(async () => {
    for (const handle of handles) {
      expect((await handle.describe()).historyLength).toBeGreaterThan(4);
    }
  }, soon);
  await engine.stopWorker();

  // What the Web UI asks of a workflow that it shows.
  const reads = Promise.allSettled(
    handles.map((handle) => handle.query('__temporal_workflow_metadata')),
  );
  await passed(nowMs, 4_000);
  await engine.startWorker();
  await reads;
  await Promise.all(handles.map((handle) => handle.result()));
  const workflowBundle = await loadWorkflowBundle(silentTemporalLogger);
  for (const handle of handles) {
    await Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory());
  }
}, 60_000);
