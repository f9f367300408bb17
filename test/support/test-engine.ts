/** The engine on a real Temporal server, on a task queue of its own, with fakes at both ends. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import {
  createGatewayActivities,
  createWorkerActivities,
  type WorkerActivities,
} from '../../activities/index.js';
import type { ChannelDefinition } from '../../src/domain/channel.js';
import {
  type ChannelId,
  type GatewayQueue,
  type ThreadRef,
  toGatewayQueue,
  toWorkflowId,
} from '../../src/domain/ids.js';
import type { CustomerEvent, InboundMessage } from '../../src/domain/messages.js';
import type { Threads } from '../../src/ports/threads.js';
import { openAdmission } from '../../src/temporal/admission.js';
import { connectTemporal } from '../../src/temporal/connection.js';
import { createThreads } from '../../src/temporal/threads.js';
import { createGatewayWorker, createThreadWorker } from '../../src/temporal/workers.js';
import { loadWorkflowBundle } from '../../src/temporal/workflow-bundle.js';
import type { ThreadInput } from '../../workflows/messages.js';
import type { thread } from '../../workflows/thread.js';
import {
  createFakeContactCentre,
  type FakeContactCentre,
  type FakeThread,
} from './fake-contact-centre.js';
import { createFakePages, type FakePages } from './fake-pages.js';
import { createFakePlatforms, type FakePlatforms } from './fake-platforms.js';
import { installQuietRuntime, silentTemporalLogger } from './silent-logger.js';
import { startOf } from './thread-fixtures.js';

/** A gateway of which only the worker and the pages exist. */
export interface TestGateway {
  readonly queue: GatewayQueue;
  readonly pages: FakePages;
  /** Opens a page of the thread here, and tells the thread. */
  openPage(ref: ThreadRef): Promise<void>;
  /** Ends its worker, as when the process died. */
  stop(): Promise<void>;
}

export interface TestEngine {
  readonly client: Client;
  readonly threads: Threads;
  readonly taskQueue: string;
  readonly contactCentre: FakeContactCentre;
  readonly platforms: FakePlatforms;
  /** What the channels file says now; nothing at first. */
  readonly channels: Map<ChannelId, ChannelDefinition>;
  /** What the contact centre holds of a thread. */
  centreOf(ref: ThreadRef): FakeThread;
  startGateway(): Promise<TestGateway>;
  startWorker(activities?: Partial<WorkerActivities>): Promise<void>;
  stopWorker(): Promise<void>;
  handleOf(ref: ThreadRef): WorkflowHandle<typeof thread>;
  /** Hands a customer's message in; options reach the workflow of a thread that it starts. */
  say(ref: ThreadRef, message: InboundMessage, options?: Partial<ThreadInput>): Promise<void>;
  /** Reads every event of a thread, page by page, across archived runs. */
  readAll(ref: ThreadRef): Promise<CustomerEvent[]>;
  /** Waits until nothing is pending in the thread, and gives the length of its history. */
  settledLength(ref: ThreadRef): Promise<number>;
  close(): Promise<void>;
}

/** Starts the engine; workers and gateways only when they are asked for. */
export async function createTestEngine(deps: {
  readonly temporalAddress: string;
}): Promise<TestEngine> {
  installQuietRuntime();
  const taskQueue = `threads-${randomUUID()}`;
  const namespace = 'default';
  const temporal = await connectTemporal({ address: deps.temporalAddress, namespace, taskQueue });
  const { connection, client } = temporal;
  const contactCentre = createFakeContactCentre();
  const channels: TestEngine['channels'] = new Map();
  const threads = createThreads({ client, taskQueue, admission: openAdmission, channels });
  const platforms = createFakePlatforms();
  const workers: RunningWorker[] = [];
  const gateways: TestGateway[] = [];

  const engine: TestEngine = {
    client,
    threads,
    taskQueue,
    contactCentre,
    platforms,
    channels,
    centreOf: (ref) => contactCentre.of(ref),
    handleOf: (ref) => client.workflow.getHandle<typeof thread>(toWorkflowId(ref)),

    async startGateway() {
      const pages = createFakePages();
      const queue = toGatewayQueue(randomUUID());
      const worker = await createGatewayWorker({
        connection,
        namespace,
        identity: 'test-gateway',
        gatewayQueue: queue,
        activities: createGatewayActivities({ pages }),
      });
      const running = run(worker);
      const gateway: TestGateway = {
        queue,
        pages,
        async openPage(ref) {
          pages.open.add(ref.threadId);
          const change = { gateway: queue, change: 'opened' as const, atMs: Date.now() };
          await threads.tellPresence(ref, change);
        },
        stop: () => running.stop(),
      };
      gateways.push(gateway);
      return gateway;
    },

    async startWorker(activities = {}) {
      const worker = await createThreadWorker({
        connection,
        namespace,
        identity: 'test-worker',
        taskQueue,
        workflowBundle: await loadWorkflowBundle(silentTemporalLogger),
        activities: {
          ...createWorkerActivities({ contactCentre, platforms, threads, channels }),
          ...activities,
        },
      });
      workers.push(run(worker));
    },
    async stopWorker() {
      await workers.pop()?.stop();
    },

    async say(ref, message, options) {
      await threads.acceptInbound(startOf(ref, options), message);
    },

    async readAll(ref) {
      const events: CustomerEvent[] = [];
      for (;;) {
        const page = await threads.read(ref, events.at(-1)?.seq ?? 0);
        if (page === undefined) throw new Error(`there is no thread ${ref.threadId}`);
        events.push(...page.events);
        if (!page.hasMore) return events;
      }
    },

    async settledLength(ref) {
      for (;;) {
        const { raw, historyLength } = await engine.handleOf(ref).describe();
        const isBegun = historyLength > 1;
        const isBusy = raw.pendingWorkflowTask || raw.pendingActivities?.length;
        if (isBegun && !isBusy) return historyLength;
        await pause(20);
      }
    },

    async close() {
      await Promise.all([
        ...workers.splice(0).map((worker) => worker.stop()),
        ...gateways.map((gateway) => gateway.stop()),
      ]);
      await temporal.close();
    },
  };
  return engine;
}

interface RunningWorker {
  stop(): Promise<void>;
}

function run(worker: Worker): RunningWorker {
  const done = worker.run();
  let isStopped = false;
  return {
    async stop() {
      if (!isStopped) worker.shutdown();
      isStopped = true;
      await done;
    },
  };
}
