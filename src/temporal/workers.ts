/** @module The workers of both kinds of process, with settings that were measured. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { type NativeConnection, Worker } from '@temporalio/worker';
import type { GatewayActivities, WorkerActivities } from '../../activities/index.js';
import type { GatewayQueue } from '../domain/ids.js';

/** Within this a process that was asked to stop lets go of what it has in hand. */
const shutdownGraceTime = '5s';

interface WorkerDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly identity: string;
}

/** Makes the worker that runs threads and calls the contact centre. */
export async function createThreadWorker(
  deps: WorkerDeps & {
    readonly taskQueue: string;
    readonly workflowBundle: { readonly code: string };
    readonly activities: WorkerActivities;
  },
): Promise<Worker> {
  const { connection, namespace, identity, taskQueue, workflowBundle, activities } = deps;
  return await Worker.create({
    connection,
    namespace,
    identity,
    taskQueue,
    workflowBundle,
    activities,
    shutdownGraceTime,
    // Threads idle for hours and cost a quarter of a megabyte each; the default grows with memory.
    maxCachedWorkflows: 2_000,
    // How long a thread of a killed worker waits for it before another one takes over.
    stickyQueueScheduleToStartTimeout: '2s',
    maxConcurrentActivityTaskExecutions: 200,
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 3 },
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
  });
}

/** Makes the small worker by which a gateway is asked to show events to its open pages. */
export async function createGatewayWorker(
  deps: WorkerDeps & {
    readonly gatewayQueue: GatewayQueue;
    readonly activities: GatewayActivities;
  },
): Promise<Worker> {
  const { connection, namespace, identity, gatewayQueue, activities } = deps;
  return await Worker.create({
    connection,
    namespace,
    identity,
    taskQueue: gatewayQueue,
    activities,
    shutdownGraceTime,
    maxConcurrentActivityTaskExecutions: 200,
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
  });
}

/**
 * Runs the canary on a queue of its own with the very bundle that the worker will run; rejects when
 * workflow code does not even start.
 */
export async function proveWorkflowBundle(
  deps: WorkerDeps & {
    readonly client: Client;
    readonly workflowBundle: { readonly code: string };
  },
): Promise<void> {
  const { connection, namespace, identity, client, workflowBundle } = deps;
  const taskQueue = `canary/${randomUUID()}`;
  const worker = await Worker.create({
    connection,
    namespace,
    identity,
    taskQueue,
    workflowBundle,
    shutdownGraceTime,
    maxCachedWorkflows: 2,
  });
  await worker.runUntil(
    client.workflow.execute('canary', {
      taskQueue,
      workflowId: taskQueue,
      workflowExecutionTimeout: '15s',
    }),
  );
}
