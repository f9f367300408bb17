import { randomUUID } from 'node:crypto';
import { CompleteAsyncError } from '@temporalio/activity';
import { CancelledFailure, type WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { roundEveryMs } from '../../src/domain/channel-watch.js';
import { RemoteError } from '../../src/domain/errors.js';
import { type ChannelId, type ThreadRef, toWatchWorkflowId } from '../../src/domain/ids.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { keepWatchers } from '../../src/temporal/watchers.js';
import type { ChannelWatchInput, channelWatch } from '../../workflows/channel-watch.js';
import { channelId } from '../support/domain-builders.js';
import { temporalLog } from '../support/silent-logger.js';
import { createTestEngine, type TestEngine } from '../support/test-engine.js';
import { channelOf, idsOf, inbound, newRef } from '../support/thread-fixtures.js';
import { readRuns } from '../support/thread-runs.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 20_000, interval: 25 };
/** A check each second; on top comes a round, and what a loaded machine takes. */
const contactCheckMs = 1_000;
const noticedWithinMs = contactCheckMs + 1_000 + 1_000;
/** What waits in these tests for the watcher alone is not to idle meanwhile. */
const policy = { ...defaultPolicy, idleAfterMs: 600_000, contactCheckMs };

/** Makes a channel that nobody else uses, with threads whose contacts the contact centre has. */
async function channelWith(threads: number, id: ChannelId = channelId(`c-${randomUUID()}`)) {
  engine.channels.set(id, channelOf(id, policy));
  const refs = idsOf('t', threads).map((name) => ({ ...newRef(name), channelId: id }));
  for (const ref of refs) {
    await engine.say(ref, inbound('m-1'), { policy });
  }
  await vi.waitFor(
    async () => expect(await engine.threads.listOpen(id)).toHaveLength(threads),
    soon,
  );
  return { id, refs };
}

const watchOf = (id: ChannelId): WorkflowHandle<typeof channelWatch> =>
  engine.client.workflow.getHandle(toWatchWorkflowId(id));

async function watch(id: ChannelId, input: Partial<ChannelWatchInput> = {}): Promise<void> {
  await engine.client.workflow.start<typeof channelWatch>('channelWatch', {
    taskQueue: engine.taskQueue,
    workflowId: toWatchWorkflowId(id),
    args: [{ channelId: id, ...input }],
  });
}

const queriesOf = (id: ChannelId) =>
  engine.contactCentre.list.queries.filter((query) => query.channelId === id);

/** Waits until this many rounds more have begun. */
async function moreRounds(id: ChannelId, count: number): Promise<void> {
  const first = () => queriesOf(id).filter(({ after }) => after === undefined).length;
  const before = first();
  await vi.waitFor(() => expect(first()).toBeGreaterThanOrEqual(before + count), soon);
}

function agentEnds(ref: ThreadRef): number {
  const centre = engine.centreOf(ref);
  centre.status = 'closed';
  centre.statusUpdatedAtMs = Date.now();
  return centre.statusUpdatedAtMs;
}

const resultOf = (ref: ThreadRef) => engine.handleOf(ref).result();

/** The threads among these that are not open. */
async function endedOf(refs: readonly ThreadRef[]): Promise<ThreadRef[]> {
  const standings = await Promise.all(refs.map((ref) => engine.threads.standing(ref)));
  return refs.filter((_ref, index) => standings[index]?.kind !== 'open');
}

const toIds = (open: readonly { readonly ref: ThreadRef }[]) =>
  open.map(({ ref }) => ref.threadId).toSorted();

describe('the open threads of a channel', () => {
  test('are those that run, have a contact, and belong to this engine', async () => {
    const { id, refs } = await channelWith(4);
    const [first, second, third, fourth] = refs as [ThreadRef, ThreadRef, ThreadRef, ThreadRef];
    await channelWith(1);
    const other = await createTestEngine({ temporalAddress: inject('temporalAddress') });
    try {
      await other.startWorker();
      const theirs = { ...newRef('theirs'), channelId: id };
      await other.say(theirs, inbound('m-1'), { policy });
      await vi.waitFor(
        async () => expect(await other.threads.listOpen(id)).toMatchObject([{ ref: theirs }]),
        soon,
      );
    } finally {
      await other.close();
    }
    const waiting = { ...newRef('waiting'), channelId: id };
    engine.centreOf(waiting).isDown = true;
    await engine.say(waiting, inbound('m-1'), { policy });
    await engine.threads.tellCustomerEnd(second);
    await resultOf(second);
    await engine.handleOf(fourth).terminate('by a test');
    await vi.waitFor(
      async () =>
        expect(toIds(await engine.threads.listOpen(id))).toEqual(
          toIds([{ ref: first }, { ref: third }]),
        ),
      soon,
    );
    const { contact } = engine.centreOf(third);
    const { runId } = await engine.handleOf(third).describe();
    expect(await engine.threads.listOpen(id)).toContainEqual({ ref: third, contact, runId });
    engine.centreOf(waiting).isDown = false;
  });
});

test.concurrent('of a thread that started again only the run that is named is told', async () => {
  const { refs } = await channelWith(1);
  const [ref] = refs as [ThreadRef];
  const { contact } = engine.centreOf(ref);
  const sighting = { contact, status: 'closed' as const };
  expect(await engine.threads.tellContact(ref, sighting, randomUUID())).toBe(false);
  expect(await endedOf(refs)).toEqual([]);
  const { runId } = await engine.handleOf(ref).describe();
  expect(await engine.threads.tellContact(ref, sighting, runId)).toBe(true);
  expect(await resultOf(ref)).toMatchObject({ closedBy: 'agent' });
});

test.concurrent("an agent's end by status alone is noticed while nobody writes, and only that one", async () => {
  const { id, refs } = await channelWith(30);
  await watch(id);
  await moreRounds(id, 1);
  const [ref, ...others] = refs as [ThreadRef, ...ThreadRef[]];
  const endedAtMs = agentEnds(ref);
  expect(await resultOf(ref)).toMatchObject({ closedBy: 'agent' });
  expect(Date.now() - endedAtMs).toBeLessThan(noticedWithinMs);
  expect((await engine.readAll(ref)).slice(-2)).toMatchObject([
    { type: 'message', from: 'system', text: defaultPolicy.texts.agentClosed },
    { type: 'state', state: 'closed', closedBy: 'agent' },
  ]);
  expect(engine.centreOf(ref).isShut).toBe(true);
  await moreRounds(id, 2);
  expect(await endedOf(others)).toEqual([]);
});

test.concurrent('rounds start in time, and say what came of them', async () => {
  const { id } = await channelWith(1);
  await watch(id);
  const startedAtMs = Date.now();
  await moreRounds(id, 4);
  const tookMs = Date.now() - startedAtMs;
  expect(tookMs).toBeGreaterThan(3 * roundEveryMs(policy) - 250);
  expect(tookMs).toBeLessThan(4 * contactCheckMs + 1_000);
  await vi.waitFor(async () => {
    const { details } = await detailsOf(id);
    expect(details).toMatch(/^\*\*watching\*\*\n\n- last round: \d{4}-.*Z, \d+ ms\n/);
    expect(details).toContain('- open threads: 1\n- ended: 0\n- reads: 1');
  }, soon);
});

async function detailsOf(id: ChannelId) {
  const answer = await watchOf(id).query<{ currentDetails?: string }>(
    '__temporal_workflow_metadata',
  );
  return { details: answer.currentDetails ?? '' };
}

test.concurrent('a watcher hands over to a new run, so that its history stays short', async () => {
  const { id, refs } = await channelWith(1);
  await watch(id, { continueAfterRounds: 2 });
  await moreRounds(id, 5);
  const [ref] = refs as [ThreadRef];
  agentEnds(ref);
  await resultOf(ref);
  const runs = await readRuns(engine.client, toWatchWorkflowId(id));
  expect(runs.length).toBeGreaterThan(2);
  for (const { history } of runs) expect(history.events?.length).toBeLessThan(30);
});

test.concurrent('the watcher of a channel that is not configured any more ends', async () => {
  const { id, refs } = await channelWith(1);
  await watch(id);
  await moreRounds(id, 1);
  engine.channels.delete(id);
  await watchOf(id).result();
  expect(await endedOf(refs)).toEqual([]);
});

describe('while the contact centre is down', () => {
  test('rounds go on and nothing ends; what ended is noticed when it is back', async () => {
    const { id, refs } = await channelWith(27);
    await watch(id);
    await moreRounds(id, 1);
    engine.contactCentre.list.error = new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'refused');
    const [ref, ...others] = refs as [ThreadRef, ...ThreadRef[]];
    agentEnds(ref);
    await moreRounds(id, 3);
    await vi.waitFor(
      async () =>
        expect((await detailsOf(id)).details).toContain('failing: CONTACT_CENTRE_UNREACHABLE'),
      soon,
    );
    expect(await endedOf(refs)).toEqual([]);
    engine.contactCentre.list.error = undefined;
    expect(await resultOf(ref)).toMatchObject({ closedBy: 'agent' });
    await moreRounds(id, 1);
    expect(await endedOf(others)).toEqual([]);
    const warnings = temporalLog.filter(
      ({ level, message, meta }) =>
        level === 'WARN' && message === 'contacts cannot be watched' && meta?.['channelId'] === id,
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.meta).toMatchObject({ code: 'CONTACT_CENTRE_UNREACHABLE' });
  });
});

test('a watcher that is cancelled in a round is over', async () => {
  const other = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  try {
    await other.startWorker({
      watchContacts() {
        throw new CompleteAsyncError();
      },
    });
    const id = channelId(`c-${randomUUID()}`);
    const handle = await other.client.workflow.start<typeof channelWatch>('channelWatch', {
      taskQueue: other.taskQueue,
      workflowId: toWatchWorkflowId(id),
      args: [{ channelId: id }],
    });
    await vi.waitFor(async () => {
      expect((await handle.describe()).raw.pendingActivities).toHaveLength(1);
    }, soon);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
    const { events } = await handle.fetchHistory();
    expect(events?.filter((one) => one.workflowTaskFailedEventAttributes)).toEqual([]);
  } finally {
    await other.close();
  }
});

describe('the keeper of watchers', () => {
  const keep = (id: ChannelId, more: Partial<Parameters<typeof keepWatchers>[0]> = {}) =>
    keepWatchers({
      client: engine.client,
      taskQueue: engine.taskQueue,
      channels: new Map([[id, null]]),
      logger: { warn: () => undefined },
      everyMs: 200,
      ...more,
    });
  const runOf = async (id: ChannelId) => (await watchOf(id).describe()).runId;

  test.concurrent('starts a watcher once, however many keep it', async () => {
    const { id } = await channelWith(1);
    const keepers = [keep(id), keep(id)];
    await moreRounds(id, 1);
    const runId = await runOf(id);
    await moreRounds(id, 1);
    expect(await runOf(id)).toBe(runId);
    for (const keeper of keepers) keeper.close();
  });

  test.concurrent('starts one at once for a channel that has just come', async () => {
    const { id } = await channelWith(1);
    const channels = new Map<ChannelId, null>();
    const keeper = keep(id, { channels, everyMs: 3_600_000 });
    channels.set(id, null);
    keeper.look();
    await moreRounds(id, 1);
    expect((await watchOf(id).describe()).status.name).toBe('RUNNING');
    keeper.close();
  });

  test.concurrent('brings back one that was terminated', async () => {
    const { id, refs } = await channelWith(1);
    const keeper = keep(id);
    await moreRounds(id, 1);
    await watchOf(id).terminate('by a test');
    agentEnds(refs[0] as ThreadRef);
    expect(await resultOf(refs[0] as ThreadRef)).toMatchObject({ closedBy: 'agent' });
    keeper.close();
  });

  test.concurrent('takes over one that runs on a queue of before, and is not robbed of it', async () => {
    const { id, refs } = await channelWith(1);
    const former = keep(id, { taskQueue: `former-${randomUUID()}` });
    await vi.waitFor(() => watchOf(id).describe(), soon);
    const keeper = keep(id);
    await moreRounds(id, 2);
    const runId = await runOf(id);
    agentEnds(refs[0] as ThreadRef);
    expect(await resultOf(refs[0] as ThreadRef)).toMatchObject({ closedBy: 'agent' });
    expect(await runOf(id)).toBe(runId);
    former.close();
    keeper.close();
  });
});
