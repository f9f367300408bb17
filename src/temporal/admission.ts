/** @module Watches how far behind the engine is, and says no to messages while it is. */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import {
  type Admissions,
  type LoadSample,
  nextAdmissions,
  openAdmissions,
} from '../domain/admission.js';
import { type Bucket, take } from '../domain/budget.js';
import { RequestError } from '../domain/errors.js';
import type { Clock } from '../ports/clock.js';

const sampleEveryMs = 1_000;
const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } =
  proto.temporal.api.enums.v1.TaskQueueType;

/** Decides whether the engine as a whole takes another message. */
export interface Admission {
  /** Throws `RATE_LIMITED` while more is offered than is carried. */
  admit(): void;
  /** Notes that a message was accepted, and how long that took. */
  noteAccepted(tookMs: number): void;
  /** Messages a second that are let in at the moment; null is all. */
  limitPerSecond(): number | null;
  close(): void;
}

/** Takes everything; for processes that accept no customer's messages. */
export const openAdmission: Admission = {
  admit: () => undefined,
  noteAccepted: () => undefined,
  limitPerSecond: () => null,
  close: () => undefined,
};

/** Makes the admission of one gateway, which looks at the task queue every second. */
export function createAdmission(deps: {
  readonly client: Client;
  readonly taskQueue: string;
  readonly clock: Clock;
  readonly onError: (failure: unknown) => void;
}): Admission {
  const { client, taskQueue, clock, onError } = deps;
  let admissions: Admissions = openAdmissions;
  let bucket: Bucket = { tokens: 0, atMs: clock() };
  let accepted = { count: 0, tookMs: 0, sinceMs: clock() };

  const takeSample = async (): Promise<void> => {
    const tasks = await readBacklog(client, taskQueue, TASK_QUEUE_TYPE_WORKFLOW);
    const calls = await readBacklog(client, taskQueue, TASK_QUEUE_TYPE_ACTIVITY);
    const atMs = clock();
    const { count, tookMs, sinceMs } = accepted;
    accepted = { count: 0, tookMs: 0, sinceMs: atMs };
    const sample: LoadSample = {
      atMs,
      backlogCount: tasks.count + calls.count,
      backlogAgeMs: Math.max(tasks.ageMs, calls.ageMs),
      acceptMs: count === 0 ? 0 : tookMs / count,
      acceptedPerSecond: (count * 1_000) / Math.max(1, atMs - sinceMs),
    };
    admissions = nextAdmissions(admissions, sample);
  };
  let isSampling = false;
  const timer = setInterval(() => {
    if (isSampling) return;
    isSampling = true;
    takeSample()
      .catch(onError)
      .finally(() => {
        isSampling = false;
      });
  }, sampleEveryMs);
  timer.unref();

  return {
    admit() {
      const { limitPerSecond } = admissions;
      if (limitPerSecond === null) return;
      const rule = { capacity: Math.max(1, limitPerSecond), refillMs: 1_000 / limitPerSecond };
      const taken = take(bucket, rule, clock());
      if (taken.bucket === undefined) {
        throw new RequestError(
          'RATE_LIMITED',
          'More is offered than can be carried at the moment',
          {
            retryAfterMs: Math.max(1_000, taken.waitMs),
          },
        );
      }
      bucket = taken.bucket;
    },
    noteAccepted(tookMs) {
      accepted = { ...accepted, count: accepted.count + 1, tookMs: accepted.tookMs + tookMs };
    },
    limitPerSecond: () => admissions.limitPerSecond,
    close: () => clearInterval(timer),
  };
}

async function readBacklog(
  client: Client,
  name: string,
  taskQueueType: proto.temporal.api.enums.v1.TaskQueueType,
): Promise<{ count: number; ageMs: number }> {
  const { stats } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name },
    taskQueueType,
    reportStats: true,
  });
  const count = Number(stats?.approximateBacklogCount ?? 0);
  const { seconds, nanos } = stats?.approximateBacklogAge ?? {};
  return {
    count,
    ageMs: count === 0 ? 0 : Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1_000_000,
  };
}
