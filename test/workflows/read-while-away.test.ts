/** A thread that is read just when a worker takes it over goes on as any worker would have it go on. */
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { ThreadRef } from '../../src/domain/ids.js';
import { loadWorkflowBundle } from '../../src/temporal/workflow-bundle.js';
import { threadQuery } from '../../workflows/messages.js';
import { silentTemporalLogger } from '../support/silent-logger.js';
import { createTestEngine, type TestEngine, type TestGateway } from '../support/test-engine.js';
import { inbound, newRef } from '../support/thread-fixtures.js';

const soon = { timeout: 20_000, interval: 25 };
/** Above what a gateway's clock may be ahead. */
const apartMs = 2_000;

let engine: TestEngine;
let gateway: TestGateway;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  gateway = await engine.startGateway();
});
afterAll(() => engine.close());

async function begin(): Promise<ThreadRef> {
  const ref = newRef();
  await engine.say(ref, inbound('m-1', 'text of m-1', gateway.queue));
  await gateway.openPage(ref);
  await vi.waitFor(async () => expect(await engine.readAll(ref)).toHaveLength(2), soon);
  await engine.settledLength(ref);
  return ref;
}

test('what came while no worker ran is heard the same by whoever replays it', async () => {
  await engine.startWorker();
  const refs = await Promise.all(Array.from({ length: 12 }, begin));
  await engine.stopWorker();
  const startedAtMs = Date.now();
  await vi.waitFor(() => expect(Date.now() - startedAtMs).toBeGreaterThan(apartMs), soon);

  // Each read waits for a worker, and what comes after it is not in its workflow task.
  const reads = Promise.allSettled(refs.map((ref) => engine.handleOf(ref).query(threadQuery)));
  await vi.waitFor(() => expect(Date.now() - startedAtMs).toBeGreaterThan(apartMs + 500), soon);
  await Promise.all(
    refs.map((ref) => engine.say(ref, inbound('m-2', 'text of m-2', gateway.queue))),
  );
  await engine.startWorker();
  // One that met the worker before the task did is made again by whoever asked.
  await reads;
  await vi.waitFor(() => {
    for (const ref of refs) expect(engine.centreOf(ref).posts).toHaveLength(2);
  }, soon);

  const workflowBundle = await loadWorkflowBundle(silentTemporalLogger);
  for (const ref of refs) {
    await engine.settledLength(ref);
    const history = await engine.handleOf(ref).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle }, history);
  }
}, 60_000);
